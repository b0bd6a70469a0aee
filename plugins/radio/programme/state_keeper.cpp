#include "plugins/radio/programme/state_keeper.hpp"

#include <utility>

#include "plugins/radio/programme/uri_text.hpp"

namespace consort::radio {
namespace {

// A file's name that tells the station, and is another one for every station.
std::string file_name(const std::string& station) {
    constexpr std::size_t kLongest = 150;
    std::string name = child_uri("", station).substr(1);
    if (name.size() > kLongest)
        name = name.substr(0, kLongest) + '-' + std::to_string(stable_hash(station));
    return "programme-" + name;
}

}  // namespace

StateKeeper::StateKeeper(Log log, const std::string& directory, std::string station)
    : log_(log), station_(std::move(station)) {
    if (directory.empty()) return;
    const std::string path = directory + '/' + file_name(station_);
    state_.emplace(path + ".json");
    position_.emplace(path + ".position.json");
}

template <class Value, class Parse>
std::optional<Value> StateKeeper::load(const StateFile& file, Parse parse) {
    const Result<std::string> text = file.read();
    if (!text) {
        log_.warning("What station ", station_, " played before is not known: ", text.error().text,
                     ". It begins anew.");
        return std::nullopt;
    }
    if (text->empty()) return std::nullopt;
    Result<Value> value = parse(*text);
    if (value) return std::move(*value);
    const Result<std::string> aside =
        file.put_aside(value.error().status == CONSORT_E_UNSUPPORTED ? "old" : "damaged");
    log_.warning("The file ", file.path(), " of station ", station_,
                 " cannot be used: ", value.error().text, ". The station begins anew",
                 aside ? ", and the file was put aside as " + *aside : std::string(), ".");
    return std::nullopt;
}

State StateKeeper::load() {
    if (!state_) return {};
    State state = load<State>(*state_, state_from_json).value_or(State{});
    const auto position = load<Position>(*position_, position_from_json);
    auto& current = state.line_up.current;
    if (current && position && position->uri == current->uri) current->seconds = position->seconds;
    return state;
}

void StateKeeper::save(const State& state) {
    if (state_) write(*state_, to_json(state));
}

void StateKeeper::save(const Position& position) {
    if (position_) write(*position_, to_json(position));
}

void StateKeeper::write(const StateFile& file, const std::string& text) {
    const Result<void> written = file.write(text);
    if (!written && !told_)
        log_.warning("What station ", station_,
                     " plays will not be known after a restart: ", written.error().text,
                     ". See to room and rights there.");
    told_ = !written;
}

}  // namespace consort::radio
