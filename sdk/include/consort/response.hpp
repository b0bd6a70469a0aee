// An answer to a request, built step by step.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consort/abi/exchange.h"
#include "consort/slice.hpp"

namespace consort {
inline namespace v1 {

// exchange.respond(Response(200).content_type("audio/flac").etag(identity).add(std::move(slice)));
//
// The host applies HEAD, ranges, conditions and compression; it owns Date, Content-Length and Vary.
class Response {
  public:
    explicit Response(int http_status = 200) noexcept : status_(http_status) {}
    Response(Response&& other) noexcept = default;
    Response& operator=(Response&& other) noexcept {
        std::swap(status_, other.status_);
        std::swap(flags_, other.flags_);
        std::swap(last_modified_, other.last_modified_);
        content_type_.swap(other.content_type_);
        etag_.swap(other.etag_);
        cache_control_.swap(other.cache_control_);
        headers_.swap(other.headers_);
        body_.swap(other.body_);
        return *this;
    }
    ~Response() {
        for (const consort_slice& slice : body_) Slice::release(slice);
    }

    Response&& content_type(std::string text) && { return content_type_ = std::move(text), me(); }
    // The opaque tag without quotes.
    Response&& etag(std::string tag) && { return etag_ = std::move(tag), me(); }
    // Seconds since 1970.
    Response&& last_modified(std::int64_t when) && { return last_modified_ = when, me(); }
    Response&& cache_control(std::string text) && { return cache_control_ = std::move(text), me(); }
    // For what never changes under its URL.
    Response&& immutable() && {
        return cache_control_ = "public, max-age=31536000, immutable", me();
    }
    Response&& header(std::string name, std::string value) && {
        return headers_.emplace_back(std::move(name), std::move(value)), me();
    }
    Response&& not_rangeable() && { return flags_ |= CONSORT_RESPONSE_NOT_RANGEABLE, me(); }
    Response&& unframed() && { return flags_ |= CONSORT_RESPONSE_UNFRAMED, me(); }
    // The request's streamed body is read on after this answer.
    Response&& reads_on() && { return flags_ |= CONSORT_RESPONSE_READS_ON, me(); }
    Response&& no_compress() && { return flags_ |= CONSORT_RESPONSE_NO_COMPRESS, me(); }
    Response&& reserve(std::size_t slices) && { return body_.reserve(slices), me(); }
    Response&& add(Slice slice) && { return add(std::move(slice)), me(); }
    Response&& body(std::string text) && { return add(Slice::text(std::move(text))), me(); }

    // For bodies that are put together in a loop.
    void add(Slice slice) & {
        body_.emplace_back();  // before take(), because it may throw
        body_.back() = slice.take();
    }
    void reserve(std::size_t slices) & { body_.reserve(slices); }

    // Calls `send(const consort_response&)`, which takes the slices over.
    template <class Send>
    auto hand_over(Send&& send) && {
        std::vector<consort_header> headers;
        headers.reserve(headers_.size());
        for (const auto& [name, value] : headers_) headers.push_back({str(name), str(value)});
        consort_response raw{};
        raw.struct_size = sizeof raw;
        raw.status = status_;
        raw.flags = flags_;
        raw.content_type = str(content_type_);
        raw.etag = str(etag_);
        raw.last_modified = last_modified_;
        raw.cache_control = str(cache_control_);
        raw.headers = headers.data();
        raw.header_count = headers.size();
        std::vector<consort_slice> body;
        body.swap(body_);
        raw.body = body.data();
        raw.body_count = body.size();
        return send(raw);
    }

  private:
    Response&& me() noexcept { return std::move(*this); }

    std::int32_t status_;
    std::uint32_t flags_ = 0;
    std::int64_t last_modified_ = 0;
    std::string content_type_, etag_, cache_control_;
    std::vector<std::pair<std::string, std::string>> headers_;
    std::vector<consort_slice> body_;
};

}  // namespace v1
}  // namespace consort
