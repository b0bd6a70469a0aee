#include "plugins/container/ffmpeg/test_media.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include "plugins/container/ffmpeg/ffmpeg_container.hpp"

namespace consort::container_ffmpeg::testing {
namespace {

struct Memory {
    const Blob& bytes;
    std::uint64_t read = 0;
};

consort_input input_of(Memory& memory, const std::string& name) {
    consort_input input{};
    input.self = &memory;
    input.size = memory.bytes.size();
    input.name = {name.data(), name.size()};
    input.read = [](void* self, std::uint64_t offset, void* buffer, std::uint64_t size,
                    std::uint64_t* got) noexcept -> consort_status {
        auto& from = *static_cast<Memory*>(self);
        *got = offset < from.bytes.size() ? std::min(size, from.bytes.size() - offset) : 0;
        std::memcpy(buffer, from.bytes.data() + offset, *got);
        from.read += *got;
        return CONSORT_OK;
    };
    input.canceled = [](void*) noexcept -> std::int32_t { return 0; };
    return input;
}

std::string text(consort_str from) { return from.len == 0 ? "" : std::string(from.ptr, from.len); }

CollectedTrack collected(const consort_track& track) {
    return {track,
            text(track.codec),
            text(track.codec_string),
            text(track.language),
            text(track.title),
            text(track.configuration),
            {}};
}

std::string described(const CollectedTrack& track) {
    const consort_track& v = track.values;
    std::ostringstream out;
    for (const auto& words : {track.codec, track.codec_string, track.language, track.title})
        out << '\'' << words << "' ";
    for (const char byte : track.configuration) out << static_cast<int>(byte) << ',';
    for (const auto number :
         {v.kind, v.flags, v.timescale, v.sample_rate, v.channels, v.bits_per_sample, v.width,
          v.height, v.sar_num, v.sar_den, v.frame_rate_num, v.frame_rate_den, v.average_bit_rate})
        out << ' ' << number;
    out << " edit " << v.edit_start << ' ' << v.edit_duration << ' ' << v.start_offset_ns;
    return out.str();
}

std::string described(const consort_sample& sample) {
    std::ostringstream out;
    out << sample.offset << '+' << sample.size << " for " << sample.duration << " at "
        << sample.composition_offset << " flags " << sample.flags;
    return out.str();
}

Blob output_of(const std::string& command) {
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("can't run: " + command);
    Blob bytes;
    std::uint8_t buffer[65'536];
    for (std::size_t got; (got = std::fread(buffer, 1, sizeof buffer, pipe)) != 0;)
        bytes.insert(bytes.end(), buffer, buffer + got);
    if (::pclose(pipe) != 0)
        throw std::runtime_error(command + "\n" + std::string(bytes.begin(), bytes.end()));
    return bytes;
}

}  // namespace

Workshop::Workshop() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "consort-media-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
    directory_ = pattern;
}
Workshop::~Workshop() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

std::filesystem::path Workshop::make(const std::string& arguments, const std::string& name) const {
    output_of("cd " + directory_.string() + " && ffmpeg -nostdin -v error -y " + arguments + " " +
              name + " 2>&1 </dev/null");
    return path(name);
}

Blob Workshop::decode(const std::string& name, const std::string& arguments) const {
    return output_of("ffmpeg -nostdin -v error -i " + path(name).string() + " " + arguments +
                     " - 2>/dev/null </dev/null");
}

Blob read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}
void write_file(const std::filesystem::path& path, const Blob& bytes) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
}

Blob CollectedIndex::sample(const Blob& source, const consort_sample& sample) const {
    const Blob& from = (sample.flags & CONSORT_SAMPLE_INLINE) != 0 ? inline_area : source;
    if (sample.offset > from.size() || sample.size > from.size() - sample.offset) return {};
    const auto begin = from.begin() + static_cast<std::ptrdiff_t>(sample.offset);
    return {begin, begin + sample.size};
}

std::vector<std::string> CollectedProbe::values(const std::string& tag) const {
    std::vector<std::string> found;
    for (const auto& [name, value] : tags)
        if (name == tag) found.push_back(value);
    return found;
}

CollectedIndex index_of(const Blob& source, const std::string& name) {
    return index_by(
        [](Input& input, const IndexSink& sink) { return FfmpegContainer().index(input, sink); },
        source, name);
}

CollectedIndex index_by(const MakeIndex& make, const Blob& source, const std::string& name) {
    CollectedIndex found;
    Memory memory{source};
    consort_index_sink sink{};
    sink.self = &found;
    sink.track = [](void* self, const consort_track* track) noexcept -> consort_status {
        static_cast<CollectedIndex*>(self)->tracks.push_back(collected(*track));
        return CONSORT_OK;
    };
    sink.samples = [](void* self, std::uint32_t track, const consort_sample* samples,
                      std::size_t count) noexcept -> consort_status {
        auto& to = *static_cast<CollectedIndex*>(self);
        if (track >= to.tracks.size()) return CONSORT_E_INVALID;
        to.tracks[track].samples.insert(to.tracks[track].samples.end(), samples, samples + count);
        return CONSORT_OK;
    };
    sink.edit = [](void* self, std::uint32_t track, std::int64_t start,
                   std::uint64_t duration) noexcept -> consort_status {
        auto& to = *static_cast<CollectedIndex*>(self);
        if (track >= to.tracks.size()) return CONSORT_E_INVALID;
        to.tracks[track].values.edit_start = start;
        to.tracks[track].values.edit_duration = duration;
        return CONSORT_OK;
    };
    sink.inline_bytes = [](void* self, const void* bytes, std::uint64_t size,
                           std::uint64_t* offset) noexcept -> consort_status {
        auto& to = static_cast<CollectedIndex*>(self)->inline_area;
        *offset = to.size();
        to.insert(to.end(), static_cast<const std::uint8_t*>(bytes),
                  static_cast<const std::uint8_t*>(bytes) + size);
        return CONSORT_OK;
    };
    Input input(input_of(memory, name));
    found.result = make(input, IndexSink(sink));
    found.bytes_read = memory.read;
    return found;
}

std::string difference(const CollectedIndex& one, const CollectedIndex& other) {
    const auto result = [](const CollectedIndex& index) {
        return index.result ? "made" : index.result.error().text;
    };
    if (result(one) != result(other)) return result(one) + " | " + result(other);
    if (one.tracks.size() != other.tracks.size()) return "number of tracks";
    if (one.inline_area != other.inline_area) return "inline area";
    for (std::size_t t = 0; t < one.tracks.size(); ++t) {
        const CollectedTrack &a = one.tracks[t], &b = other.tracks[t];
        if (described(a) != described(b)) return described(a) + " | " + described(b);
        for (std::size_t i = 0; i < std::min(a.samples.size(), b.samples.size()); ++i)
            if (described(a.samples[i]) != described(b.samples[i]))
                return "sample " + std::to_string(i) + ": " + described(a.samples[i]) + " | " +
                       described(b.samples[i]);
        if (a.samples.size() != b.samples.size())
            return std::to_string(a.samples.size()) + " | " + std::to_string(b.samples.size()) +
                   " samples";
    }
    return {};
}

CollectedProbe probe_of(const Blob& source, const std::string& name) {
    CollectedProbe found;
    Memory memory{source};
    consort_probe_sink sink{};
    sink.self = &found;
    sink.container = [](void* self, consort_str container, consort_str type,
                        std::int64_t duration) noexcept {
        auto& to = *static_cast<CollectedProbe*>(self);
        to.container = text(container);
        to.content_type = text(type);
        to.duration_ns = duration;
    };
    sink.track = [](void* self, const consort_track* track) noexcept {
        static_cast<CollectedProbe*>(self)->tracks.push_back(collected(*track));
    };
    sink.tag = [](void* self, consort_str tag, consort_str value) noexcept {
        static_cast<CollectedProbe*>(self)->tags.emplace_back(text(tag), text(value));
    };
    sink.has_cover = [](void* self) noexcept {
        static_cast<CollectedProbe*>(self)->has_cover = true;
    };
    Input input(input_of(memory, name));
    found.result = FfmpegContainer().probe(input, ProbeSink(sink));
    found.bytes_read = memory.read;
    return found;
}

CollectedCover cover_of(const Blob& source, const std::string& name) {
    CollectedCover found;
    Memory memory{source};
    Input input(input_of(memory, name));
    const auto ready = [](void* arg, consort_str type, const void* bytes,
                          std::uint64_t size) noexcept -> consort_status {
        auto& to = *static_cast<CollectedCover*>(arg);
        to.content_type = text(type);
        to.bytes.assign(static_cast<const std::uint8_t*>(bytes),
                        static_cast<const std::uint8_t*>(bytes) + size);
        return CONSORT_OK;
    };
    found.result = FfmpegContainer().cover(input, CoverReady(ready, &found));
    return found;
}

}  // namespace consort::container_ffmpeg::testing
