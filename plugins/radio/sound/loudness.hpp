// How loud sources are, measured ahead of their turn.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "consort/services/log.hpp"
#include "consort/services/sound.hpp"

#include "plugins/radio/sound/loudness_book.hpp"
#include "plugins/radio/sound/voice.hpp"

namespace consort::radio {

// Measures each source once, on one thread of low priority, and remembers it by its content. One
// for all stations. Any thread.
class Loudness {
  public:
    // `file`: where results are kept, in a directory that exists; empty: nowhere. Throws a Failure
    // if the host has no service for sound.
    Loudness(const HostLink& link, const std::string& file);
    // Waits for a read in progress.
    ~Loudness();
    Loudness(const Loudness&) = delete;
    Loudness& operator=(const Loudness&) = delete;

    // Sees to it that the source is measured, before all others if `soon`.
    void want(const SourceFacts& facts, bool soon);
    struct Known {
        std::optional<Measured> measured;  // nothing: silent, or it cannot be measured
        bool whole = false;                // else of its beginning alone
    };
    // What is known, waiting at most so long for the first that is. Nothing: not measured yet.
    std::optional<Known> known(const SourceFacts& facts, std::chrono::milliseconds at_most);
    std::optional<Measured> album(const SourceFacts& facts);
    // Waits until all that was wanted is measured. False: it took longer.
    bool idle(std::chrono::milliseconds at_most);

  private:
    struct Job {
        std::string uri, identity, album;
    };
    std::optional<Known> look(const std::string& identity);
    void run() noexcept;
    Result<void> measure(const Job& job);
    void save();
    bool stopping();

    const std::string file_;
    Log log_;
    Sounds sounds_;
    std::mutex mutex_;
    std::condition_variable work_, news_;
    LoudnessBook book_;
    std::map<std::string, Measured, std::less<>> beginnings_;  // of what is being measured
    std::set<std::string, std::less<>> failed_;
    std::deque<Job> jobs_;
    bool busy_ = false, stop_ = false;
    std::thread thread_;
};

}  // namespace consort::radio
