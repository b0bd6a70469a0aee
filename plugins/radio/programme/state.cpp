#include "plugins/radio/programme/state.hpp"

#include <boost/json.hpp>
#include <charconv>
#include <cmath>

#include "consort/failure.hpp"

namespace consort::radio {
namespace {

namespace json = boost::json;

constexpr std::int64_t kVersion = 1;

// Sixteen digits each.
std::string hex(const std::vector<std::uint64_t>& numbers) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    text.reserve(numbers.size() * 16);
    for (const std::uint64_t number : numbers)
        for (int shift = 60; shift >= 0; shift -= 4) text.push_back(kDigits[number >> shift & 15]);
    return text;
}

[[noreturn]] void damaged(const std::string& what) { throw Failure(CONSORT_E_CORRUPT, what); }

std::vector<std::uint64_t> numbers_of(std::string_view text) {
    if (text.size() % 16 != 0) damaged("a list of numbers is cut off");
    std::vector<std::uint64_t> numbers;
    numbers.reserve(text.size() / 16);
    for (; !text.empty(); text.remove_prefix(16)) {
        std::uint64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + 16, number, 16);
        if (error != std::errc() || end != text.data() + 16) damaged("a number has other digits");
        numbers.push_back(number);
    }
    return numbers;
}

std::string text_at(const json::object& object, const char* key) {
    return std::string(json::value_to<std::string>(object.at(key)));
}

double seconds_at(const json::object& object) {
    const double seconds = object.at("seconds").to_number<double>();
    if (!std::isfinite(seconds) || seconds < 0) damaged("a position is out of bounds");
    return seconds;
}

json::object write(const RotationMemory& memory) {
    return {{"seed", hex({memory.seed})},
            {"round", hex({memory.round})},
            {"last", memory.last},
            {"played", hex(memory.played)}};
}

RotationMemory read_rotation(const json::object& object) {
    const auto one = [&](const char* key) {
        const auto numbers = numbers_of(text_at(object, key));
        if (numbers.size() != 1) damaged("a number is missing");
        return numbers.front();
    };
    return {one("seed"), one("round"), text_at(object, "last"),
            numbers_of(text_at(object, "played"))};
}

json::object write(const Played& played) {
    json::object object = {{"title", played.title},
                           {"artist", played.artist},
                           {"album", played.album},
                           {"name", played.name},
                           {"began", played.began_ms}};
    if (played.jingle) object["jingle"] = true;
    if (played.live) object["live"] = true;
    return object;
}

Played read_played(const json::object& object) {
    return {text_at(object, "title"),
            text_at(object, "artist"),
            text_at(object, "album"),
            text_at(object, "name"),
            object.at("began").to_number<std::int64_t>(),
            object.contains("jingle"),
            object.contains("live")};
}

LineUpMemory read_line_up(const json::object& object) {
    LineUpMemory memory;
    if (const json::value* found = object.if_contains("current")) {
        const json::object& current = found->as_object();
        memory.current = {text_at(current, "uri"), text_at(current, "directory"),
                          current.at("jingle").as_bool(), seconds_at(current)};
    }
    memory.since_jingle = object.at("since_jingle").to_number<unsigned>();
    for (const json::value& item : object.at("trail").as_array())
        memory.trail.push_back(
            {text_at(item.as_object(), "uri"), text_at(item.as_object(), "directory")});
    memory.trail_at = object.at("trail_at").to_number<std::size_t>();
    for (const auto& [name, rotation] : object.at("rotations").as_object())
        memory.rotations.emplace(name, read_rotation(rotation.as_object()));
    return memory;
}

// Calls read(object) for the object of this version that `text` holds.
template <class Read>
auto parsed(std::string_view text, Read read) -> Result<decltype(read(json::object()))> {
    try {
        json::parse_options options;
        options.max_depth = 8;
        options.allow_invalid_utf8 = true;  // of tags that somebody failed to check
        const json::value value = json::parse({text.data(), text.size()}, {}, options);
        const json::object& object = value.as_object();
        if (object.at("version").to_number<std::int64_t>() != kVersion)
            return Error{CONSORT_E_UNSUPPORTED, "it is of another version of Consort"};
        return read(object);
    } catch (const Failure& failure) {
        return failure.error();
    } catch (const std::exception& exception) {
        return Error{CONSORT_E_CORRUPT, std::string("it is damaged: ") + exception.what()};
    }
}

}  // namespace

std::string to_json(const State& state) {
    const LineUpMemory& memory = state.line_up;
    json::object object = {{"version", kVersion},
                           {"since_jingle", memory.since_jingle},
                           {"trail_at", memory.trail_at}};
    if (memory.current)
        object["current"] = {{"uri", memory.current->uri},
                             {"directory", memory.current->directory},
                             {"jingle", memory.current->jingle},
                             {"seconds", memory.current->seconds}};
    json::array& trail = object["trail"].emplace_array();
    for (const TrailItem& item : memory.trail)
        trail.push_back({{"uri", item.uri}, {"directory", item.directory}});
    json::object& rotations = object["rotations"].emplace_object();
    for (const auto& [name, rotation] : memory.rotations) rotations[name] = write(rotation);
    json::array& history = object["history"].emplace_array();
    for (const Played& played : state.history) history.push_back(write(played));
    return json::serialize(object);
}

std::string to_json(const Position& position) {
    return json::serialize(
        json::object{{"version", kVersion}, {"uri", position.uri}, {"seconds", position.seconds}});
}

Result<State> state_from_json(std::string_view text) {
    return parsed(text, [](const json::object& object) {
        State state{read_line_up(object), {}};
        for (const json::value& played : object.at("history").as_array())
            state.history.push_back(read_played(played.as_object()));
        return state;
    });
}

Result<Position> position_from_json(std::string_view text) {
    return parsed(text, [](const json::object& object) {
        return Position{text_at(object, "uri"), seconds_at(object)};
    });
}

}  // namespace consort::radio
