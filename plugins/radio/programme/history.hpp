// What a station has played.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

namespace consort::radio {

struct Played {
    std::string title, artist, album;
    std::string name;           // of the file; empty for a live source
    std::int64_t began_ms = 0;  // milliseconds since 1970
    bool jingle = false, live = false;
    bool operator==(const Played&) const = default;
};

// The last 100, newest first. Any thread.
class History {
  public:
    static constexpr std::size_t kMost = 100;

    void add(Played played);
    std::vector<Played> snapshot() const;
    // Puts back what a snapshot gave.
    void restore(const std::vector<Played>& newest_first);

  private:
    mutable std::mutex mutex_;
    std::deque<Played> newest_first_;
};

}  // namespace consort::radio
