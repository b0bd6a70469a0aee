// The head of a request, and its body, as RFC 9112 has them on the wire.
//
// Stricter than the RFC wherever two parsers could disagree on where a request ends: no bare CR or
// LF, no folded lines, one Content-Length at most, never together with Transfer-Encoding.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace consort::http {

// Headers that the server itself looks at.
enum class Known : std::uint8_t {
    host,
    connection,
    expect,
    content_length,
    transfer_encoding,
    range,
    if_range,
    if_match,
    if_none_match,
    if_modified_since,
    if_unmodified_since,
    accept_encoding,
    origin,
    request_id,
    count_,
};

// All views are into the text that was parsed.
struct RequestHead {
    std::string_view method, target;
    bool http_1_0 = false;
    bool keep_alive = true;
    bool expects_continue = false;
    bool chunked = false;
    std::uint64_t content_length = 0;
    std::vector<std::pair<std::string_view, std::string_view>> headers;
    // Of each known header the first among `headers`, counted from 1; 0: there is none. A request
    // lives as long as its answer, which may be a stream that many listen to: this is small.
    std::array<std::uint8_t, static_cast<std::size_t>(Known::count_)> known{};

    std::optional<std::string_view> operator[](Known name) const noexcept {
        const std::size_t at = known[static_cast<std::size_t>(name)];
        if (at == 0) return std::nullopt;
        return headers[at - 1].second;
    }
    bool has_body() const noexcept { return chunked || content_length > 0; }
};

// Why a request cannot be served: an HTTP status, a code for programs, a sentence for people.
struct Refusal {
    int status = 0;
    std::string_view code, detail;
};

inline constexpr std::size_t max_header_count = 128;
static_assert(max_header_count <= UINT8_MAX);  // RequestHead::known

// Looks for the end of a head at the front of `text`. `scanned` remembers, between calls with ever
// more of the same text, what was looked at.
struct HeadScan {
    enum class State { incomplete, complete, refused };
    State state = State::incomplete;
    std::size_t begin = 0;  // empty lines before a request are skipped
    std::size_t end = 0;
    Refusal refusal;
};
HeadScan scan_head(std::string_view text, std::size_t& scanned, std::size_t max_bytes);

// Parses a complete head.
std::optional<Refusal> parse_head(std::string_view text, RequestHead& head);

// Collects a request's body.
class BodyReader {
  public:
    // `head` is the request's head once more; it was parsed without fault.
    BodyReader(std::string_view head, std::uint64_t max_body);
    ~BodyReader();

    struct Progress {
        std::size_t consumed = 0;
        bool done = false;
        std::optional<Refusal> refusal;
    };
    // What is not consumed must be offered again, with more behind it.
    Progress feed(std::string_view data);
    std::string take() noexcept;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace consort::http
