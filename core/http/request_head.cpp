#include "core/http/request_head.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <charconv>
#include <limits>

#include "core/http/ascii.hpp"

namespace consort::http {

namespace beast = boost::beast::http;

namespace {

constexpr Refusal malformed{400, "malformed_request",
                            "The request is not valid HTTP/1.1; see RFC 9112."};

constexpr Refusal ambiguous_length{
    400, "ambiguous_length",
    "Send one Content-Length, or Transfer-Encoding: chunked, but not both and neither twice."};

std::optional<Known> known_header(beast::field field) noexcept {
    switch (field) {
        case beast::field::host:
            return Known::host;
        case beast::field::connection:
            return Known::connection;
        case beast::field::expect:
            return Known::expect;
        case beast::field::content_length:
            return Known::content_length;
        case beast::field::transfer_encoding:
            return Known::transfer_encoding;
        case beast::field::range:
            return Known::range;
        case beast::field::if_range:
            return Known::if_range;
        case beast::field::if_match:
            return Known::if_match;
        case beast::field::if_none_match:
            return Known::if_none_match;
        case beast::field::if_modified_since:
            return Known::if_modified_since;
        case beast::field::if_unmodified_since:
            return Known::if_unmodified_since;
        case beast::field::accept_encoding:
            return Known::accept_encoding;
        case beast::field::origin:
            return Known::origin;
        default:
            return std::nullopt;
    }
}

std::string_view view(boost::beast::string_view text) noexcept {
    return {text.data(), text.size()};
}

using Error = boost::beast::error_code;

// Writes what it sees into a RequestHead and, once asked to go on, into a body.
class Parser final : public beast::basic_parser<true> {
  public:
    explicit Parser(RequestHead* head) : head_(head) {
        header_limit(std::numeric_limits<std::uint32_t>::max());
        body_limit(boost::none);  // the route's is for who reads the body
    }

    std::string body;
    std::optional<Refusal> refusal;

  private:
    void on_request_impl(beast::verb, boost::beast::string_view method,
                         boost::beast::string_view target, int version, Error&) override {
        if (head_ == nullptr) return;
        head_->method = view(method);
        head_->target = view(target);
        head_->http_1_0 = version == 10;
    }
    void on_field_impl(beast::field field, boost::beast::string_view name,
                       boost::beast::string_view value, Error& error) override {
        if (head_ == nullptr) return;
        if (head_->headers.size() == max_header_count) {
            refusal = Refusal{431, "too_many_headers", "The request has too many header fields."};
            error = beast::error::header_limit;
            return;
        }
        head_->headers.emplace_back(view(name), view(value));
        auto known = known_header(field);
        if (!known && field == beast::field::unknown && same_text(view(name), "X-Request-Id")) {
            known = Known::request_id;
        }
        if (!known) return;
        auto& slot = head_->known[static_cast<std::size_t>(*known)];
        if (slot != 0 && (*known == Known::host || *known == Known::content_length ||
                          *known == Known::transfer_encoding)) {
            refusal = *known == Known::host ? malformed : ambiguous_length;
            error = beast::error::bad_field;
            return;
        }
        if (slot == 0) slot = static_cast<std::uint8_t>(head_->headers.size());
    }
    void on_header_impl(Error&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, Error&) override {}
    std::size_t on_body_impl(boost::beast::string_view data, Error&) override {
        body.append(data.data(), data.size());
        return data.size();
    }
    void on_chunk_header_impl(std::uint64_t, boost::beast::string_view, Error&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, boost::beast::string_view data, Error&) override {
        body.append(data.data(), data.size());
        return data.size();
    }
    void on_response_impl(int, boost::beast::string_view, int, Error&) override {}
    void on_finish_impl(Error&) override {}

    RequestHead* head_;
};

// Everything that Beast leaves to its user.
std::optional<Refusal> check_head(RequestHead& head) {
    const auto& host = head[Known::host];
    if (!head.http_1_0 && !host) {
        return Refusal{400, "missing_host", "An HTTP/1.1 request must have a Host header."};
    }
    if (host && host->find_first_of(" \t,/\\@") != host->npos) return malformed;
    if (const auto& encoding = head[Known::transfer_encoding]) {
        if (head[Known::content_length] || head.http_1_0) return ambiguous_length;
        if (!same_text(trim(*encoding), "chunked")) {
            return Refusal{501, "unsupported_transfer_encoding",
                           "Only Transfer-Encoding: chunked is supported."};
        }
        head.chunked = true;
    }
    if (const auto& length = head[Known::content_length]) {
        const char* end = length->data() + length->size();
        const auto parsed = std::from_chars(length->data(), end, head.content_length);
        if (length->empty() || parsed.ec != std::errc() || parsed.ptr != end) return malformed;
    }
    head.keep_alive = !head.http_1_0;
    if (const auto& connection = head[Known::connection]) {
        for_each_list_item(*connection, [&](std::string_view option) {
            if (same_text(option, "close")) head.keep_alive = false;
            if (same_text(option, "keep-alive") && head.http_1_0) head.keep_alive = true;
        });
    }
    if (const auto& expect = head[Known::expect]) {
        if (!same_text(*expect, "100-continue")) {
            return Refusal{417, "unsupported_expectation", "Only 100-continue can be expected."};
        }
        head.expects_continue = !head.http_1_0;
    }
    return std::nullopt;
}

}  // namespace

HeadScan scan_head(std::string_view text, std::size_t& scanned, std::size_t max_bytes) {
    HeadScan scan;
    const auto refuse = [&](const Refusal& refusal) {
        scan.state = HeadScan::State::refused;
        scan.refusal = refusal;
        return scan;
    };
    while (scan.begin < 4 && text.substr(scan.begin, 2) == "\r\n") scan.begin += 2;
    std::size_t line = std::max(scanned, scan.begin);
    while (true) {
        const std::size_t lf = text.find('\n', line);
        if (lf == text.npos) break;
        if (lf == 0 || text[lf - 1] != '\r') return refuse(malformed);
        const bool empty = lf - 1 == line;
        if (empty) {
            if (line == scan.begin) return refuse(malformed);
            scan.end = lf + 1;
            scan.state = HeadScan::State::complete;
            break;
        }
        if (line != scan.begin && (text[line] == ' ' || text[line] == '\t')) {
            return refuse({400, "folded_header", "Header lines must not be folded over lines."});
        }
        if (text.substr(line, lf - 1 - line).find('\r') != text.npos) return refuse(malformed);
        line = lf + 1;
    }
    scanned = line;
    const std::size_t size =
        (scan.state == HeadScan::State::complete ? scan.end : text.size()) - scan.begin;
    if (size > max_bytes) {
        return refuse({431, "header_too_large", "The request's header is larger than allowed."});
    }
    return scan;
}

std::optional<Refusal> parse_head(std::string_view text, RequestHead& head) {
    // All lines but the first and the last, which is empty.
    const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n'));
    head.headers.reserve(std::clamp<std::size_t>(lines, 2, max_header_count) - 2);
    Parser parser(&head);
    Error error;
    const std::size_t used = parser.put(boost::asio::const_buffer(text.data(), text.size()), error);
    if (parser.refusal) return parser.refusal;
    // Beast checks lengths and codings of its own accord; ours name the fault better.
    if (error && !parser.is_header_done()) {
        const std::string_view line = text.substr(0, text.find('\r'));
        const std::size_t version = line.rfind(" HTTP/");
        if (error == beast::error::bad_version && version != line.npos &&
            line.size() - version == sizeof " HTTP/1.1" - 1) {
            return Refusal{505, "unsupported_version", "Speak HTTP/1.1 or HTTP/1.0."};
        }
        if (head[Known::transfer_encoding] && head[Known::content_length]) return ambiguous_length;
        return malformed;
    }
    if (error || used != text.size()) return malformed;
    return check_head(head);
}

struct BodyReader::Impl {
    Parser parser{nullptr};
    std::uint64_t max_body = 0;
    std::uint64_t fed = 0;
};

BodyReader::BodyReader(std::string_view head, std::uint64_t max_body)
    : impl_(std::make_unique<Impl>()) {
    impl_->max_body = max_body;
    impl_->parser.body_limit(max_body);
    Error error;
    impl_->parser.put(boost::asio::const_buffer(head.data(), head.size()), error);
}
BodyReader::~BodyReader() = default;

BodyReader::Progress BodyReader::feed(std::string_view data) {
    Progress progress;
    Error error;
    auto& parser = impl_->parser;
    // Beast asserts that it sees the last chunk, "0" CRLF CRLF, with at least its five bytes when
    // it comes back to it. At no place of a chunked body are fewer to come, so waiting loses
    // nothing.
    const std::size_t least = parser.chunked() ? 5 : 1;
    while (!parser.is_done() && data.size() - progress.consumed >= least && !error) {
        const std::string_view rest = data.substr(progress.consumed);
        progress.consumed += parser.put(boost::asio::const_buffer(rest.data(), rest.size()), error);
    }
    progress.done = parser.is_done();
    if (error == beast::error::body_limit || parser.body.size() > impl_->max_body) {
        progress.refusal = Refusal{413, "body_too_large", "The request's body is too large."};
    } else if (error && error != beast::error::need_more) {
        progress.refusal = malformed;
    }
    impl_->fed += progress.consumed;
    // Chunk extensions and tiny chunks cost more than they carry; bound what a body may cost.
    if (!progress.done && impl_->fed > 16 * (impl_->max_body + 4096)) {
        progress.refusal = Refusal{413, "body_too_large", "The request's body is too large."};
    }
    return progress;
}

std::string BodyReader::take() noexcept { return std::move(impl_->parser.body); }

}  // namespace consort::http
