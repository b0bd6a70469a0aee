// Content codings: choosing one (RFC 9110, section 12.5.3) and applying it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace consort::http {

enum class Coding : std::uint8_t { identity, gzip, brotli };

std::string_view coding_name(Coding coding) noexcept;

// The best that the client takes; identity if the header is empty or names none of ours. At equal
// weight brotli wins.
Coding choose_coding(std::string_view accept_encoding);

// Text, JSON, JavaScript, XML, SVG, playlists, manifests, fonts that are not compressed themselves.
bool is_compressible_type(std::string_view content_type) noexcept;

// Bodies outside of these bounds are sent as they are: too small to gain, or too long a piece of
// work for an I/O thread.
inline constexpr std::uint64_t least_worth_encoding = 1024;
inline constexpr std::uint64_t most_worth_encoding = 2 * 1024 * 1024;

// Empty if it failed or did not make the text smaller.
std::string encode(Coding coding, std::string_view text);

// Encoded bodies by a key that names the exact bytes; the least recently used give way. For one
// thread.
class EncodedCache {
  public:
    explicit EncodedCache(std::size_t max_bytes) : max_bytes_(max_bytes) {}

    std::shared_ptr<const std::string> find(const std::string& key);
    void keep(const std::string& key, std::shared_ptr<const std::string> encoded);

  private:
    struct Entry {
        std::string key;
        std::shared_ptr<const std::string> encoded;
    };
    std::size_t max_bytes_, bytes_ = 0;
    std::list<Entry> entries_;  // the most recently used first
    std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_;
};

}  // namespace consort::http
