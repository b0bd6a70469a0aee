// Reads a media index from a memory mapping.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "consort/abi/media.h"
#include "consort/result.hpp"

#include "core/media/index_format.hpp"

namespace consort::media {

// Immutable after it is opened; all functions are for any thread and do no I/O beyond page faults.
// A damaged or hostile file is refused by open() or yields senseless samples, never an access
// outside the mapping.
class IndexFile {
  public:
    // CORRUPT if it is damaged or of another version, NOT_FOUND if there is none.
    static Result<std::shared_ptr<const IndexFile>> open(const std::filesystem::path& path);
    // Over bytes that outlive the object; must be aligned to 8.
    static Result<std::shared_ptr<const IndexFile>> parse(std::span<const std::byte> bytes);

    ~IndexFile();
    IndexFile(const IndexFile&) = delete;
    IndexFile& operator=(const IndexFile&) = delete;

    std::string_view identity() const noexcept;
    std::uint64_t source_size() const noexcept { return header().source_size; }
    std::uint64_t file_size() const noexcept { return bytes_.size(); }
    std::span<const std::byte> inline_area() const noexcept;

    std::uint32_t track_count() const noexcept { return header().track_count; }
    // Strings point into the mapping. `track` must be below track_count().
    consort_track track(std::uint32_t track) const noexcept;
    // The container's default track of the kind, else the first, of those that hold samples.
    std::optional<std::uint32_t> main_track(std::uint32_t kind) const noexcept;
    // False if the range is not within the track.
    bool samples(std::uint32_t track, std::uint64_t first, std::uint64_t count,
                 consort_sample* out) const noexcept;
    std::uint64_t sample_at(std::uint32_t track, std::int64_t time) const noexcept;
    // Bytes of the samples before `sample`. False if that is beyond the track's end.
    bool bytes_before(std::uint32_t track, std::uint64_t sample, std::uint64_t& out) const noexcept;

  private:
    explicit IndexFile(std::span<const std::byte> bytes, bool mapped)
        : bytes_(bytes), mapped_(mapped) {}
    Result<void> check() const;
    Result<void> check_track(const cmx::TrackRecord& record) const;
    bool within(const cmx::Extent& extent, std::uint64_t alignment) const noexcept;
    const cmx::Header& header() const noexcept {
        return *reinterpret_cast<const cmx::Header*>(bytes_.data());
    }
    const cmx::TrackRecord& record(std::uint32_t track) const noexcept;
    std::span<const cmx::Block> blocks(const cmx::TrackRecord& record) const noexcept;
    std::string_view text(const cmx::Extent& extent) const noexcept;

    std::span<const std::byte> bytes_;
    bool mapped_;
};

}  // namespace consort::media
