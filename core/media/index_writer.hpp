// Writes a media index while a container plugin reads the source.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "consort/abi/container.h"
#include "consort/result.hpp"

#include "core/media/index_format.hpp"

namespace consort::media {

// For one thread. Until commit() the bytes stand in a temporary file that the destructor removes; a
// crash leaves at worst such a file, never half an index under its real name. The inline area goes
// straight to disk, samples stay in memory in their packed form.
class IndexWriter {
  public:
    static Result<std::unique_ptr<IndexWriter>> create(const std::filesystem::path& path,
                                                       std::uint64_t source_size);
    ~IndexWriter();
    IndexWriter(const IndexWriter&) = delete;
    IndexWriter& operator=(const IndexWriter&) = delete;

    // What the container plugin reports goes here; INVALID or CORRUPT for what can't be.
    Result<void> add_track(const consort_track& track);
    Result<void> add_samples(std::uint32_t track, const consort_sample* samples, std::size_t count);
    Result<void> set_edit(std::uint32_t track, std::int64_t start, std::uint64_t duration);
    Result<std::uint64_t> add_inline(const void* bytes, std::uint64_t size);

    // Writes the rest and renames. `identity` has 32 characters. Returns the file's size.
    Result<std::uint64_t> commit(std::string_view identity);

  private:
    struct Track;
    IndexWriter(std::filesystem::path path, std::filesystem::path temporary, int fd,
                std::uint64_t source_size);
    Result<void> write(const void* bytes, std::uint64_t size);
    static void settle(Track& track);

    std::filesystem::path path_, temporary_;
    int fd_;
    std::uint64_t position_ = 0, inline_size_ = 0, source_size_;
    std::string pending_;  // inline bytes not yet written
    std::vector<std::unique_ptr<Track>> tracks_;
};

}  // namespace consort::media
