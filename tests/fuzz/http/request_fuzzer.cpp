// A request as a connection reads it: head, then body, split in two at a place that the first byte
// chooses. However it is split, the outcome is the same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/http/request_head.hpp"

namespace {

using namespace consort::http;

struct Outcome {
    int status = -1;  // 0: a whole request
    std::string method, body;
    bool operator==(const Outcome&) const = default;
};

Outcome read(std::string_view text, std::size_t split) {
    Outcome outcome;
    std::size_t scanned = 0;
    std::string_view seen = text.substr(0, split);
    HeadScan scan = scan_head(seen, scanned, 4096);
    if (scan.state == HeadScan::State::incomplete) {
        seen = text;
        scan = scan_head(seen, scanned, 4096);
    }
    if (scan.state == HeadScan::State::incomplete) return outcome;
    if (scan.state == HeadScan::State::refused) {
        outcome.status = scan.refusal.status;
        return outcome;
    }
    const std::string head_text(text.substr(scan.begin, scan.end - scan.begin));
    RequestHead head;
    if (const auto refusal = parse_head(head_text, head)) {
        outcome.status = refusal->status;
        return outcome;
    }
    outcome.method = head.method;
    outcome.status = 0;
    if (!head.has_body()) return outcome;
    BodyReader reader(head_text, 1000);
    std::size_t at = scan.end;
    for (const std::size_t end : {std::max(split, at), text.size()}) {
        const auto progress = reader.feed(text.substr(at, end - at));
        if (progress.consumed > end - at) std::abort();
        at += progress.consumed;
        if (progress.refusal) {
            outcome.status = progress.refusal->status;
            outcome.method.clear();
            return outcome;
        }
        if (progress.done) {
            outcome.body = reader.take();
            if (outcome.body.size() > 1000) std::abort();
            return outcome;
        }
    }
    outcome.status = -1;
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const Outcome whole = read(text, text.size());
    const Outcome split = read(text, std::min<std::size_t>(data[0], text.size()));
    // Too large may be noticed earlier or later, depending on the pieces.
    if (whole.status == 0 && !(whole == split)) std::abort();
    return 0;
}
