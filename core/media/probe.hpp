// What a container plugin can tell of a source without indexing it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consort/abi/container.h"
#include "consort/result.hpp"

#include "core/host/component_registry.hpp"
#include "core/media/storage.hpp"

namespace consort::media {

struct ProbedTrack {
    std::uint32_t kind = 0;  // CONSORT_TRACK_*
    std::uint32_t flags = 0;
    std::string codec, codec_string, language, title;
    std::uint32_t sample_rate = 0, channels = 0, bits_per_sample = 0;
    std::uint32_t width = 0, height = 0, rotation = 0;
    std::uint32_t average_bit_rate = 0;
};

struct Probe {
    std::string container;     // "mov" "flac" "ogg" …
    std::string content_type;  // of the source
    std::int64_t duration_ns = 0;
    std::vector<ProbedTrack> tracks;
    std::vector<std::pair<std::string, std::string>> tags;  // in order, names may repeat
    bool has_cover = false;
};

struct Cover {
    std::string content_type;
    std::string bytes;
};

// Asks the container plugins in the order of the config. All calls block: worker threads.
class Containers {
  public:
    explicit Containers(const host::ComponentRegistry& registry);

    bool worth_a_probe(std::string_view file_name) const;  // by its extension
    Result<Probe> probe(Source& source, std::string_view file_name) const;
    Result<Cover> cover(Source& source, std::string_view file_name) const;
    Result<void> index(Source& source, std::string_view file_name, consort_index_sink sink) const;

  private:
    std::vector<host::Component<consort_container>> containers_;
};

// Names the bytes of a source: an XXH3 of 128 bits over its size and samples spread over it, as
// docs/decisions says. Lower-case hex, 32 characters.
Result<std::string> content_identity(Source& source);

}  // namespace consort::media
