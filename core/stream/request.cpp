#include "core/stream/request.hpp"

#include <charconv>

#include "core/stream/names.hpp"

namespace consort::stream {
namespace {

std::string container_word(std::string_view word) {
    return container_name(word);  // "mp4" stays "mp4", "audio/mp4" becomes it
}

}  // namespace

Result<Requester> requester_of(const http::Exchange& exchange) {
    Requester out{client_of_user_agent(exchange.header("User-Agent").value_or("")), "user_agent"};
    if (const auto profile = exchange.query("profile")) {
        const Client* named = client_named(*profile);
        if (named == nullptr) {
            return Error{CONSORT_E_INVALID, "There is no client profile of that name; there are " +
                                                known_client_names() + "."};
        }
        out = {*named, "profile"};
    }
    const auto containers = exchange.query("containers");
    const auto codecs = exchange.query("codecs");
    if (containers || codecs) {
        out.known_by = "parameters";
        out.client.title = "the client";
        // Whoever says what it plays means without further help.
        out.client.scripted_containers.clear();
        out.client.scripted_codecs.clear();
    }
    if (containers) out.client.containers = name_list(*containers, container_word);
    if (codecs) out.client.codecs = name_list(*codecs, codec_name);
    if (const auto text = exchange.query("max_bitrate")) {
        std::uint64_t bits = 0;
        const char* const end = text->data() + text->size();
        const auto [stopped, error] = std::from_chars(text->data(), end, bits);
        if (error != std::errc{} || stopped != end || bits == 0) {
            return Error{CONSORT_E_INVALID,
                         "max_bitrate is a number of bits a second, such as 320000."};
        }
        out.client.max_bit_rate = bits;
    }
    return out;
}

}  // namespace consort::stream
