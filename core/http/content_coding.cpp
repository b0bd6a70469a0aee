#include "core/http/content_coding.hpp"

#include <brotli/encode.h>
#include <zlib.h>

#include <algorithm>
#include <array>

#include "core/http/ascii.hpp"

namespace consort::http {

namespace {

// qvalue in thousandths; a malformed one counts as 0, so that nobody gets what he may not read.
int parse_weight(std::string_view text) {
    if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
    int value = (text[0] - '0') * 1000;
    if (text.size() == 1) return value;
    if (text[1] != '.') return 0;
    int place = 100;
    for (const char c : text.substr(2)) {
        if (c < '0' || c > '9') return 0;
        value += (c - '0') * place;
        place /= 10;
    }
    return std::min(value, 1000);
}

std::string gzip(std::string_view text) {
    z_stream stream{};
    constexpr int window_bits_gzip = 15 + 16;
    const int level = text.size() <= 256 * 1024 ? 6 : 1;
    if (deflateInit2(&stream, level, Z_DEFLATED, window_bits_gzip, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        return {};
    }
    std::string out(deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int result = deflate(&stream, Z_FINISH);
    out.resize(result == Z_STREAM_END ? stream.total_out : 0);
    deflateEnd(&stream);
    return out;
}

std::string brotli(std::string_view text) {
    std::size_t size = BrotliEncoderMaxCompressedSize(text.size());
    if (size == 0) return {};
    std::string out(size, '\0');
    const int quality = text.size() <= 256 * 1024 ? 5 : 2;
    const bool done =
        BrotliEncoderCompress(quality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, text.size(),
                              reinterpret_cast<const std::uint8_t*>(text.data()), &size,
                              reinterpret_cast<std::uint8_t*>(out.data()));
    out.resize(done ? size : 0);
    return out;
}

}  // namespace

std::string_view coding_name(Coding coding) noexcept {
    return coding == Coding::brotli ? "br" : coding == Coding::gzip ? "gzip" : "identity";
}

Coding choose_coding(std::string_view accept_encoding) {
    int brotli_weight = -1, gzip_weight = -1, any_weight = 0;
    for_each_list_item(accept_encoding, [&](std::string_view item) {
        const std::size_t semicolon = std::min(item.find(';'), item.size());
        const std::string_view name = trim(item.substr(0, semicolon));
        int weight = 1000;
        if (semicolon < item.size()) {
            const std::string_view parameter = trim(item.substr(semicolon + 1));
            weight = parameter.size() > 2 && same_text(parameter.substr(0, 2), "q=")
                         ? parse_weight(trim(parameter.substr(2)))
                         : 0;
        }
        if (same_text(name, "br")) {
            brotli_weight = weight;
        } else if (same_text(name, "gzip") || same_text(name, "x-gzip")) {
            gzip_weight = weight;
        } else if (name == "*") {
            any_weight = weight;
        }
    });
    if (brotli_weight < 0) brotli_weight = any_weight;
    if (gzip_weight < 0) gzip_weight = any_weight;
    if (brotli_weight > 0 && brotli_weight >= gzip_weight) return Coding::brotli;
    return gzip_weight > 0 ? Coding::gzip : Coding::identity;
}

bool is_compressible_type(std::string_view content_type) noexcept {
    const std::string_view type = trim(content_type.substr(0, content_type.find(';')));
    if (type.size() > 5 && same_text(type.substr(0, 5), "text/")) {
        return !same_text(type, "text/event-stream");
    }
    constexpr std::array<std::string_view, 14> types{
        "application/json",
        "application/problem+json",
        "application/javascript",
        "application/xml",
        "application/manifest+json",
        "application/ld+json",
        "application/vnd.apple.mpegurl",
        "application/x-mpegurl",
        "audio/mpegurl",
        "audio/x-mpegurl",
        "application/dash+xml",
        "application/wasm",
        "image/svg+xml",
        "font/ttf",
    };
    return std::any_of(types.begin(), types.end(),
                       [&](std::string_view known) { return same_text(type, known); });
}

std::string encode(Coding coding, std::string_view text) {
    std::string out = coding == Coding::brotli ? brotli(text)
                      : coding == Coding::gzip ? gzip(text)
                                               : std::string();
    if (out.size() >= text.size()) out.clear();
    out.shrink_to_fit();
    return out;
}

std::shared_ptr<const std::string> EncodedCache::find(const std::string& key) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->encoded;
}

void EncodedCache::keep(const std::string& key, std::shared_ptr<const std::string> encoded) {
    if (encoded->size() > max_bytes_ / 4 || by_key_.count(key) != 0) return;
    bytes_ += encoded->size();
    entries_.push_front({key, std::move(encoded)});
    by_key_.emplace(entries_.front().key, entries_.begin());
    while (bytes_ > max_bytes_) {
        bytes_ -= entries_.back().encoded->size();
        by_key_.erase(entries_.back().key);
        entries_.pop_back();
    }
}

}  // namespace consort::http
