// What a station plays next: asked by the sound of the station, answered by its programme.
#pragma once

#include <optional>
#include <string>

#include "plugins/radio/common/track.hpp"

namespace consort::radio {

// One source in its turn.
struct Entry {
    std::string uri;
    bool jingle = false;
    double start_seconds = 0;  // where to begin: the position that survived a restart
};

// Called on the thread of the station's sound, one call at a time; none blocks on disk or network.
class Upcoming {
  public:
    virtual ~Upcoming() = default;
    // What follows what began last. Asked early, so that the next source is open when its turn
    // comes, and as often as liked: the turn is only taken by `began` or `failed`. Nothing: there
    // is nothing to play now.
    virtual std::optional<Entry> next() = 0;
    // The turn of `entry` has come: it is heard from now on.
    virtual void began(const Entry& entry, const Track& track) = 0;
    // The source cannot be played; `reason` is a sentence for people. Its turn is over.
    virtual void failed(const Entry& entry, const std::string& reason) = 0;
    // How far the entry that began last is, about once a second.
    virtual void reached(double seconds) = 0;
};

}  // namespace consort::radio
