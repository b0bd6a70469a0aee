// What a client can play.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace consort::stream {

// Names are those of names.hpp, in the order of preference; "*" stands for every one.
struct Client {
    std::string name;   // of the profile: "chrome"
    std::string title;  // for people: "Chrome"
    // What it plays when given the address alone.
    std::vector<std::string> containers, codecs;
    // What a player written in the page's script plays in it (Media Source Extensions).
    std::vector<std::string> scripted_containers, scripted_codecs;
    std::uint64_t max_bit_rate = 0;  // bits a second; 0: no bound
};

const Client* client_named(std::string_view profile) noexcept;
// The one whose mark stands in the header; the generic one if none does.
const Client& client_of_user_agent(std::string_view user_agent) noexcept;
// "chrome, firefox, …"
std::string known_client_names();

}  // namespace consort::stream
