// For tests: files made by the ffmpeg command line, and what the container makes of them.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "consort/offers/container.hpp"

namespace consort::container_ffmpeg::testing {

using Blob = std::vector<std::uint8_t>;

// A directory that goes with the object.
class Workshop {
  public:
    Workshop();
    ~Workshop();
    Workshop(const Workshop&) = delete;
    Workshop& operator=(const Workshop&) = delete;
    std::filesystem::path path(const std::string& name) const { return directory_ / name; }
    // Runs `ffmpeg <arguments> <name>` in the directory; throws with its messages if that fails.
    std::filesystem::path make(const std::string& arguments, const std::string& name) const;
    // What `ffmpeg -i <name> <arguments> -` writes: decoded samples, for example.
    Blob decode(const std::string& name, const std::string& arguments) const;

  private:
    std::filesystem::path directory_;
};

Blob read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const Blob& bytes);

struct CollectedTrack {
    consort_track values{};
    std::string codec, codec_string, language, title, configuration;
    std::vector<consort_sample> samples;
};
struct CollectedIndex {
    std::vector<CollectedTrack> tracks;
    Blob inline_area;
    Result<void> result;
    std::uint64_t bytes_read = 0;
    // The bytes of a sample.
    Blob sample(const Blob& source, const consort_sample& sample) const;
};
struct CollectedProbe {
    std::string container, content_type;
    std::int64_t duration_ns = 0;
    std::vector<CollectedTrack> tracks;
    std::vector<std::pair<std::string, std::string>> tags;
    bool has_cover = false;
    Result<void> result;
    std::uint64_t bytes_read = 0;
    std::vector<std::string> values(const std::string& tag) const;
};
struct CollectedCover {
    std::string content_type;
    Blob bytes;
    Result<void> result;
};

CollectedIndex index_of(const Blob& source, const std::string& name);
// As some function makes it.
using MakeIndex = std::function<Result<void>(Input& input, const IndexSink& sink)>;
CollectedIndex index_by(const MakeIndex& make, const Blob& source, const std::string& name);
// The first thing in which two indexes differ, in words; empty if they are the same.
std::string difference(const CollectedIndex& one, const CollectedIndex& other);
CollectedProbe probe_of(const Blob& source, const std::string& name);
CollectedCover cover_of(const Blob& source, const std::string& name);

}  // namespace consort::container_ffmpeg::testing
