// Where a programme's state lies between two runs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "consort/services/log.hpp"

#include "plugins/radio/programme/state.hpp"
#include "plugins/radio/programme/state_file.hpp"

namespace consort::radio {

// Two files in a directory: the state, written with every track, and the position in it, written
// about once a second. One thread at a time; all calls block. Nothing that goes wrong here stops a
// station: it is said in the log.
class StateKeeper {
  public:
    // `directory` is a path; empty: nothing is kept. `station` may hold any characters.
    StateKeeper(Log log, const std::string& directory, std::string station);

    // What the last run left, with the position in it. Files that cannot be used are renamed to
    // *.damaged or *.old.
    State load();
    void save(const State& state);
    void save(const Position& position);

  private:
    template <class Value, class Parse>
    std::optional<Value> load(const StateFile& file, Parse parse);
    void write(const StateFile& file, const std::string& text);

    Log log_;
    std::string station_;
    std::optional<StateFile> state_, position_;
    bool told_ = false;  // that writing fails
};

}  // namespace consort::radio
