// What the catalog needs of storages and containers, and no more: tests bring their own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "consort/result.hpp"

#include "core/media/images.hpp"
#include "core/media/media_service.hpp"
#include "core/media/probe.hpp"
#include "core/media/storage.hpp"

namespace consort::catalog {

// Where the sound of a file begins and ends, in samples: what a player throws away of the decoded
// sound at its start (encoder delay, pre-skip) and at its end, and what is left.
struct SoundExtent {
    std::uint64_t delay = 0, padding = 0, samples = 0;
};

struct Inspection {
    media::Probe probe;
    std::string identity;
};

// All calls block and are safe from several threads.
class MediaFiles {
  public:
    virtual ~MediaFiles() = default;
    virtual Result<std::vector<media::DirectoryEntry>> list(std::string_view uri) = 0;
    virtual Result<consort_stat> look(std::string_view uri) = 0;
    virtual bool worth_a_probe(std::string_view file_name) const = 0;
    virtual Result<Inspection> inspect(std::string_view uri, std::string_view file_name) = 0;
    virtual Result<media::Cover> cover(std::string_view uri, std::string_view file_name) = 0;
    // The whole of a small file, an image; UNSUPPORTED if it has more than `max_bytes`.
    virtual Result<std::string> read(std::string_view uri, std::uint64_t max_bytes) = 0;
    // A picture whose longer side has at most so many pixels, as consort_image::scale says.
    virtual Result<media::Cover> scale(std::string_view picture, unsigned longest_side) = 0;
    // Of a file with this content, if that is known by now; nothing is read for it but the index.
    virtual std::optional<SoundExtent> extent(std::string_view identity) = 0;
    virtual Result<media::Storage::Watch> watch(std::string_view uri,
                                                media::Storage::Changed changed) = 0;
};

// The files that the plugins reach. The arguments must outlive the result.
std::unique_ptr<MediaFiles> plugin_media_files(media::Storage& storage,
                                               const media::Containers& containers,
                                               const media::Images& images,
                                               const media::MediaService& service);

}  // namespace consort::catalog
