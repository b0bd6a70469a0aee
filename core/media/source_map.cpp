#include "core/media/source_map.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <system_error>

#include "core/media/index_format.hpp"

namespace consort::media {
namespace {

constexpr char kMagic[8] = {'C', 'O', 'N', 'S', 'S', 'R', 'C', '1'};

struct Note {
    char magic[8];
    std::uint64_t size, file_id;
    std::int64_t modified_ns;
    char identity[32];
    std::uint64_t checksum;  // of what stands before it
};

std::uint64_t sum(const Note& note) { return cmx::checksum(&note, offsetof(Note, checksum), 1); }

}  // namespace

std::filesystem::path SourceMap::note(std::string_view uri) const {
    unsigned char hash[16];
    crypto_generichash(hash, sizeof hash, reinterpret_cast<const unsigned char*>(uri.data()),
                       uri.size(), nullptr, 0);
    char name[2 * sizeof hash + 1];
    sodium_bin2hex(name, sizeof name, hash, sizeof hash);
    return directory_ / std::string(name, 2) / (std::string(name) + ".src");
}

std::optional<std::string> SourceMap::find(std::string_view uri, const consort_stat& stat) const {
    if (stat.file_id == 0) return std::nullopt;
    const int fd = ::open(note(uri).c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return std::nullopt;
    Note read{};
    const ssize_t got = ::read(fd, &read, sizeof read);
    ::close(fd);
    if (got != static_cast<ssize_t>(sizeof read) ||
        std::memcmp(read.magic, kMagic, sizeof kMagic) != 0 || read.checksum != sum(read) ||
        read.size != stat.size || read.file_id != stat.file_id ||
        read.modified_ns != stat.modified_ns)
        return std::nullopt;
    return std::string(read.identity, sizeof read.identity);
}

void SourceMap::remember(std::string_view uri, const consort_stat& stat,
                         std::string_view identity) const {
    static std::atomic<unsigned> serial{0};
    Note note_bytes{};
    if (stat.file_id == 0 || identity.size() != sizeof note_bytes.identity) return;
    std::memcpy(note_bytes.magic, kMagic, sizeof kMagic);
    note_bytes.size = stat.size;
    note_bytes.file_id = stat.file_id;
    note_bytes.modified_ns = stat.modified_ns;
    std::memcpy(note_bytes.identity, identity.data(), identity.size());
    note_bytes.checksum = sum(note_bytes);

    const std::filesystem::path path = note(uri);
    std::error_code ignored;
    std::filesystem::create_directories(path.parent_path(), ignored);
    std::filesystem::path temporary = path;
    temporary += "." + std::to_string(::getpid()) + "." + std::to_string(++serial) + ".tmp";
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) return;
    const bool whole =
        ::write(fd, &note_bytes, sizeof note_bytes) == static_cast<ssize_t>(sizeof note_bytes);
    ::close(fd);
    if (!whole || ::rename(temporary.c_str(), path.c_str()) != 0) ::unlink(temporary.c_str());
}

}  // namespace consort::media
