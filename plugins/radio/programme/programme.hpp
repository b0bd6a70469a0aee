// What a station plays, and when: the answers to its sound's question what comes next.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "consort/host_link.hpp"
#include "consort/services/log.hpp"
#include "consort/services/timer.hpp"

#include "plugins/radio/common/upcoming.hpp"
#include "plugins/radio/programme/folder.hpp"
#include "plugins/radio/programme/history.hpp"
#include "plugins/radio/programme/line_up.hpp"
#include "plugins/radio/programme/schedule.hpp"
#include "plugins/radio/programme/state.hpp"
#include "plugins/radio/programme/state_keeper.hpp"

namespace consort::radio {

struct ProgrammeSettings {
    std::string name;       // of the station: its route; names its state files
    std::string directory;  // URI
    bool shuffle = false;
    std::string jingles;                  // URI of a directory; empty: none
    unsigned jingle_every = 0;            // a jingle after this many tracks; 0: none
    std::vector<ScheduleEntry> schedule;  // with URIs for their directories
    // Whether the turn of a schedule's hour ends the track that plays.
    bool switch_at_once = true;
    std::string state_directory;  // a path; empty: nothing survives a restart
};

// Plays the directory, or what the schedule says for the hour; if that has nothing to play, the
// directory again. Needs the host's storage, executor and
// timers. All calls on any thread; none blocks on disk or network, but for the constructor,
// `start`, `stop` and the destructor.
class Programme final : public Upcoming {
  public:
    using Clock = std::function<std::chrono::system_clock::time_point()>;

    // Reads the state that the last run has left.
    Programme(const HostLink& link, ProgrammeSettings settings,
              Clock clock = std::chrono::system_clock::now);
    ~Programme() override;  // stops

    // Begins to read the directories. `on_change` is called on a worker, with no lock held, when
    // something to play has appeared after `next` had nothing, and before it was first asked. It
    // must not block nor call `stop`. `on_switch` likewise, when what plays should end soon,
    // because an hour of the schedule has begun or ended. Throws a Failure. Once.
    void start(std::function<void()> on_change, std::function<void()> on_switch = {});
    // Writes the state. No call of `on_change` runs or will run when it returns. To be called when
    // the sound has ended, so that its last position is kept. Idempotent; never two at once.
    void stop();

    std::optional<Entry> next() override;
    std::vector<Entry> next_few(std::size_t count) override;
    void began(const Entry& entry, const Track& track) override;
    void failed(const Entry& entry, const std::string& reason) override;
    void reached(double seconds) override;

    // What `next` answers from now on, after which the caller tells the sound to skip: the track
    // that follows in any case, or the one before that began last, and with each call once more the
    // one before.
    void skip_to_next();
    void step_back();
    // Reads the directories again, and tries again what could not be played.
    void reload();

    std::vector<Played> history() const { return history_.snapshot(); }
    // `trouble` says why nothing plays.
    LineUp::Report report();

  private:
    void listed(std::string_view directory, bool jingles, std::shared_ptr<const Listing> listing);
    void tick();
    void wake();
    void save();
    void tune();
    bool hour_has_come();
    static LineUp::Setup setup(const ProgrammeSettings& settings);

    const ProgrammeSettings settings_;
    const Clock clock_;
    const Timers timers_;
    const Log log_;
    StateKeeper keeper_;
    History history_;
    std::function<void()> on_change_, on_switch_;

    std::mutex mutex_;
    LineUp line_up_;
    std::string tuned_;      // directory of the hour; empty: not yet known
    bool turn_due_ = false;  // of the hour, since the track that plays began
    bool silent_ = true;     // the last answer of `next` was nothing
    std::chrono::nanoseconds try_again_{};
    bool live_ = false;
    Position position_;
    bool changed_ = false;  // since the state was written
    bool moved_ = false;    // since the position was written

    std::vector<std::unique_ptr<Folder>> folders_;
    Timer timer_;
};

}  // namespace consort::radio
