// What of a programme survives a restart, as JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "consort/result.hpp"

#include "plugins/radio/programme/history.hpp"
#include "plugins/radio/programme/line_up.hpp"

namespace consort::radio {

// Changes with every track. `line_up.current.seconds` is where the track began.
struct State {
    LineUpMemory line_up;
    std::vector<Played> history;  // newest first
    bool operator==(const State&) const = default;
};

// Changes all the time, and is therefore kept apart.
struct Position {
    std::string uri;
    double seconds = 0;
    bool operator==(const Position&) const = default;
};

std::string to_json(const State& state);
std::string to_json(const Position& position);

// CORRUPT: this is no such text; UNSUPPORTED: it is of another version. Takes any bytes.
Result<State> state_from_json(std::string_view text);
Result<Position> position_from_json(std::string_view text);

}  // namespace consort::radio
