// What a station plays next: asked by the sound of the station, answered by its programme.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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
    // What will follow one after the other if nothing changes, `next` first: at least one if there
    // is one, `count` at most. Where sources are short, more than one has to be open.
    virtual std::vector<Entry> next_few(std::size_t count) {
        static_cast<void>(count);
        std::vector<Entry> few;
        if (auto one = next()) few.push_back(*std::move(one));
        return few;
    }
    // The turn of `entry` has come: it is heard from now on.
    virtual void began(const Entry& entry, const Track& track) = 0;
    // The source cannot be played; `reason` is a sentence for people. Its turn is over.
    virtual void failed(const Entry& entry, const std::string& reason) = 0;
    // How far the entry that began last is, about once a second.
    virtual void reached(double seconds) = 0;
};

}  // namespace consort::radio
