// A streamed body, offered in pieces whose size the first byte chooses. However it is cut, the same
// content comes out of it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/http/body_framing.hpp"

namespace {

using namespace consort::http;

struct Outcome {
    std::string content;
    bool done = false, malformed = false;
    bool operator==(const Outcome&) const = default;
};

Outcome read(const RequestHead& head, std::string_view input, std::size_t piece) {
    Outcome outcome;
    BodyFraming framing(head, false);
    std::string waiting;
    while (!framing.done() && !framing.malformed()) {
        const BodyFraming::Step step = framing.next(waiting, piece);
        if (step.consumed > waiting.size() || step.content.size() > piece) std::abort();
        outcome.content += step.content;
        waiting.erase(0, step.consumed);
        if (step.consumed != 0) continue;
        if (waiting.size() > BodyFraming::most_line + piece) std::abort();
        if (framing.done() || framing.malformed() || input.empty()) break;
        waiting += input.substr(0, piece);
        input.remove_prefix(std::min(piece, input.size()));
    }
    outcome.done = framing.done();
    outcome.malformed = framing.malformed();
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
    RequestHead head;
    head.chunked = (data[1] & 1) != 0;
    head.content_length = head.chunked ? 0 : data[1];
    const Outcome byte_by_byte = read(head, text, 1);
    if (!(read(head, text, 1 + std::size_t{data[0]}) == byte_by_byte)) std::abort();
    return 0;
}
