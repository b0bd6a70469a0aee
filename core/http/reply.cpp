#include "core/http/reply.hpp"

#include <algorithm>
#include <ctime>
#include <optional>

#include "core/http/ascii.hpp"
#include "core/http/conditions.hpp"
#include "core/http/cors.hpp"
#include "core/http/http_date.hpp"
#include "core/http/range.hpp"
#include "core/http/status_text.hpp"
#include "core/observe/log.hpp"

namespace consort::http {

namespace {

void append_number(std::string& out, std::uint64_t value) {
    char digits[20];
    char* at = digits + sizeof digits;
    do {
        *--at = static_cast<char>('0' + value % 10);
        value /= 10;
    } while (value != 0);
    out.append(at, static_cast<std::size_t>(digits + sizeof digits - at));
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
    out.append(name);
    out.append(": ", 2);
    out.append(value);
    out.append("\r\n", 2);
}

// What could end a header line early must never reach the wire.
bool is_safe_value(std::string_view value) {
    return std::none_of(value.begin(), value.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t') || byte == 0x7f;
    });
}

bool is_host_owned(std::string_view name) {
    constexpr std::string_view owned[] = {"Date",
                                          "Content-Length",
                                          "Transfer-Encoding",
                                          "Connection",
                                          "Keep-Alive",
                                          "Server",
                                          "Upgrade",
                                          "Trailer",
                                          "Content-Range",
                                          "ETag",
                                          "Last-Modified",
                                          "Accept-Ranges",
                                          "Vary",
                                          "X-Content-Type-Options"};
    return std::any_of(std::begin(owned), std::end(owned),
                       [&](std::string_view one) { return same_text(one, name); });
}

Response unsatisfiable(std::uint64_t length) {
    Response response = problem_response(
        416, "range_not_satisfiable",
        "The ranges asked for lie beyond the end; Content-Range says how long the resource is.");
    response.headers.emplace_back("Content-Range", "bytes */" + std::to_string(length));
    return response;
}

class Composer {
  public:
    Composer(const ReplySettings& settings, const ReplyRequest& request, Response&& response,
             EncodedCache& cache)
        : settings_(settings), request_(request), response_(std::move(response)), cache_(cache) {}

    Reply compose() {
        check();
        if (response_.status == 200 && is_read()) {
            choose_representation();
        }
        write_head();
        if (is_head() || !has_body()) {
            reply_.pieces.clear();
            reply_.chunked = false;
        }
        reply_.owners = std::move(response_.body);
        return std::move(reply_);
    }

  private:
    bool is_head() const { return request_.head != nullptr && request_.head->method == "HEAD"; }
    bool is_read() const {
        return request_.head != nullptr && (is_head() || request_.head->method == "GET");
    }
    bool has_body() const { return response_.status != 204 && response_.status != 304; }

    void become(Response&& other) {
        // The body of the answer that is not sent is released here.
        for (auto& header : response_.headers) {
            if (same_text(header.first, "Vary")) other.headers.push_back(std::move(header));
        }
        response_ = std::move(other);
        shape_ = *shape_of(response_.body);
        coding_ = Coding::identity;
    }

    void check() {
        auto shape = shape_of(response_.body);
        if (!shape || response_.status < 200 || response_.status > 599 ||
            !is_safe_value(response_.content_type) || !is_safe_value(response_.cache_control) ||
            !is_safe_value(response_.etag) || response_.etag.find('"') != std::string::npos) {
            static const observe::Logger log("http");
            log.error("a handler's answer is not valid HTTP and was replaced by 500",
                      {{"target", request_.target}});
            become(problem_response(500, "internal_error",
                                    "The answer could not be made; the server's log says more."));
            return;
        }
        shape_ = *shape;
    }

    void choose_representation() {
        const RequestHead& head = *request_.head;
        const auto encoding = std::find_if(
            response_.headers.begin(), response_.headers.end(),
            [](const auto& header) { return same_text(header.first, "Content-Encoding"); });
        const bool encodable =
            settings_.compress && response_.compressible && shape_.memory_only &&
            encoding == response_.headers.end() && shape_.length >= least_worth_encoding &&
            shape_.length <= most_worth_encoding && is_compressible_type(response_.content_type);
        varies_on_encoding_ = encodable;
        rangeable_ = response_.rangeable && shape_.rangeable;
        const bool wants_range = rangeable_ && head[Known::range] && head.method == "GET";
        if (encodable && !wants_range && head[Known::accept_encoding]) {
            coding_ = choose_coding(*head[Known::accept_encoding]);
        }

        ConditionHeaders conditions{head[Known::if_match], head[Known::if_none_match],
                                    head[Known::if_modified_since],
                                    head[Known::if_unmodified_since], head[Known::if_range]};
        const Validators validators{response_.etag, response_.last_modified,
                                    conditions.if_range ? std::time(nullptr) : 0};
        switch (evaluate_conditions(conditions, validators)) {
            case Verdict::not_modified:
                response_.status = 304;
                return;
            case Verdict::precondition_failed:
                become(problem_response(
                    412, "precondition_failed",
                    "The resource has changed; fetch it again and repeat the request."));
                return;
            case Verdict::send:
                break;
        }
        if (wants_range && if_range_holds(conditions, validators)) {
            const RangeChoice choice = parse_range(*head[Known::range], shape_.length);
            if (choice.kind == RangeChoice::Kind::unsatisfiable) {
                become(unsatisfiable(shape_.length));
                return;
            }
            if (choice.kind == RangeChoice::Kind::partial) return send_ranges(choice.ranges);
        }
        if (coding_ != Coding::identity) apply_coding();
    }

    void send_ranges(const std::vector<ByteRange>& ranges) {
        response_.status = 206;
        const std::string total = "/" + std::to_string(shape_.length);
        const auto content_range = [&](const ByteRange& range) {
            return "bytes " + std::to_string(range.first) + "-" + std::to_string(range.last) +
                   total;
        };
        partial_ = true;
        if (ranges.size() == 1) {
            content_range_ = content_range(ranges[0]);
            append_pieces(reply_.pieces, response_.body, ranges[0].first, ranges[0].length());
            length_ = ranges[0].length();
            return;
        }
        const std::string boundary = "consort-" + std::string(request_.request_id);
        const auto add_text = [&](std::string text) {
            reply_.separators.push_back(Slice::text(std::move(text)));
            const consort_slice& raw = reply_.separators.back().raw();
            Piece piece;
            piece.data = static_cast<const char*>(raw.data);
            piece.length = raw.length;
            length_ += raw.length;
            reply_.pieces.push_back(piece);
        };
        for (std::size_t i = 0; i < ranges.size(); ++i) {
            std::string text = (i == 0 ? "--" : "\r\n--") + boundary + "\r\n";
            if (!response_.content_type.empty()) {
                append_header(text, "Content-Type", response_.content_type);
            }
            append_header(text, "Content-Range", content_range(ranges[i]));
            add_text(text + "\r\n");
            append_pieces(reply_.pieces, response_.body, ranges[i].first, ranges[i].length());
            length_ += ranges[i].length();
        }
        add_text("\r\n--" + boundary + "--\r\n");
        response_.content_type = "multipart/byteranges; boundary=" + boundary;
    }

    void apply_coding() {
        std::string key;
        if (!response_.etag.empty()) {
            key = std::string(coding_name(coding_)) + ' ' + std::to_string(shape_.length) + ' ' +
                  response_.etag + ' ' + std::string(request_.target);
            reply_.encoded = cache_.find(key);
        }
        if (!reply_.encoded) {
            std::string text;
            if (response_.body.size() != 1) {
                text.reserve(shape_.length);
                for (const Slice& slice : response_.body) {
                    text.append(static_cast<const char*>(slice.raw().data), slice.raw().length);
                }
            }
            const std::string_view whole =
                response_.body.size() == 1
                    ? std::string_view(static_cast<const char*>(response_.body[0].raw().data),
                                       response_.body[0].raw().length)
                    : std::string_view(text);
            std::string encoded = encode(coding_, whole);
            if (encoded.empty()) {
                coding_ = Coding::identity;
                return;
            }
            reply_.encoded = std::make_shared<const std::string>(std::move(encoded));
            if (!key.empty()) cache_.keep(key, reply_.encoded);
        }
        response_.body.clear();
        Piece piece;
        piece.data = reply_.encoded->data();
        piece.length = reply_.encoded->size();
        reply_.pieces.push_back(piece);
        shape_.length = reply_.encoded->size();
    }

    void write_head() {
        std::string& out = reply_.head;
        out.reserve(512);
        reply_.status = response_.status;
        out.append("HTTP/1.1 ", 9);
        append_number(out, static_cast<std::uint64_t>(response_.status));
        out += ' ';
        append_header_end(out, status_text(response_.status));
        append_header(out, "Server", "Consort");
        append_header(out, "Date", current_http_date());
        write_length(out);
        if (has_body() && !response_.content_type.empty()) {
            append_header(out, "Content-Type", response_.content_type);
            out.append("X-Content-Type-Options: nosniff\r\n");
        }
        write_validators(out);
        if (!response_.cache_control.empty()) {
            append_header(out, "Cache-Control", response_.cache_control);
        }
        write_cors(out);
        write_own_headers(out);
        if (!request_.request_id.empty()) append_header(out, "X-Request-Id", request_.request_id);
        const bool old_client = request_.head != nullptr && request_.head->http_1_0;
        reply_.close = reply_.close || request_.close;
        if (reply_.close) {
            out.append("Connection: close\r\n");
        } else if (old_client) {
            out.append("Connection: keep-alive\r\n");
        }
        out.append("\r\n", 2);
    }

    static void append_header_end(std::string& out, std::string_view text) {
        out.append(text);
        out.append("\r\n", 2);
    }

    void write_length(std::string& out) {
        if (!has_body()) return;
        if (!partial_) {
            if (reply_.pieces.empty()) append_everything(reply_.pieces, response_.body);
            length_ = shape_.length;
        }
        if (shape_.known) {
            out.append("Content-Length: ");
            append_number(out, length_);
            out.append("\r\n", 2);
        } else if (response_.unframed || (request_.head != nullptr && request_.head->http_1_0)) {
            reply_.close = true;
        } else {
            reply_.chunked = true;
            out.append("Transfer-Encoding: chunked\r\n");
        }
        if (partial_ && !content_range_.empty()) {
            append_header(out, "Content-Range", content_range_);
        }
    }

    void write_validators(std::string& out) {
        if (!response_.etag.empty()) {
            out.append("ETag: \"");
            out.append(response_.etag);
            if (coding_ == Coding::brotli) out.append(brotli_suffix);
            if (coding_ == Coding::gzip) out.append(gzip_suffix);
            out.append("\"\r\n");
        }
        if (response_.last_modified > 0) {
            append_header(out, "Last-Modified", format_http_date(response_.last_modified));
        }
        if (coding_ != Coding::identity && response_.status != 304) {
            append_header(out, "Content-Encoding", coding_name(coding_));
        }
        if (rangeable_ && (response_.status == 200 || response_.status == 206) &&
            coding_ == Coding::identity) {
            out.append("Accept-Ranges: bytes\r\n");
        }
    }

    void write_cors(std::string& out) {
        std::string vary;
        const auto add = [&](std::string_view name) {
            if (!vary.empty()) vary += ", ";
            vary += name;
        };
        if (varies_on_encoding_) add("Accept-Encoding");
        if (!settings_.cors_origins.empty() && request_.head != nullptr) {
            const auto& origin = (*request_.head)[Known::origin];
            const std::string_view allowed =
                allowed_origin(settings_.cors_origins, origin ? *origin : std::string_view());
            if (allowed != "*") add("Origin");
            if (origin && !allowed.empty()) {
                append_header(out, "Access-Control-Allow-Origin", allowed);
                out.append(
                    "Access-Control-Expose-Headers: Accept-Ranges, Content-Encoding, "
                    "Content-Length, Content-Range, Date, ETag, Retry-After, X-Request-Id\r\n");
            }
        }
        for (const auto& [name, value] : response_.headers) {
            if (same_text(name, "Vary") && is_safe_value(value)) add(value);
        }
        if (!vary.empty()) append_header(out, "Vary", vary);
    }

    void write_own_headers(std::string& out) {
        for (const auto& [name, value] : response_.headers) {
            const bool own_range = response_.status == 416 && same_text(name, "Content-Range");
            if (!own_range && is_host_owned(name)) continue;
            if (response_.status == 304 && same_text(name, "Content-Encoding")) continue;
            if (!is_token(name) || !is_safe_value(value)) continue;
            append_header(out, name, value);
        }
    }

    const ReplySettings& settings_;
    const ReplyRequest& request_;
    Response response_;
    EncodedCache& cache_;
    Reply reply_;
    BodyShape shape_;
    Coding coding_ = Coding::identity;
    bool varies_on_encoding_ = false, rangeable_ = false, partial_ = false;
    std::uint64_t length_ = 0;
    std::string content_range_;
};

}  // namespace

Reply compose_reply(const ReplySettings& settings, const ReplyRequest& request, Response&& response,
                    EncodedCache& cache) {
    return Composer(settings, request, std::move(response), cache).compose();
}

}  // namespace consort::http
