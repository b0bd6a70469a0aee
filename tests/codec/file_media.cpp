#include "tests/codec/file_media.hpp"

#include <fstream>
#include <stdexcept>

namespace consort::codec::testing {
namespace {

void put(std::string& to, std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) to.push_back(static_cast<char>(value >> (8 * i)));
}

}  // namespace

void write_wav(const Workshop& shop, const std::string& name, const Sound& sound) {
    const Pcm& pcm = sound.pcm;
    const bool is_float = pcm.sample_format == CONSORT_PCM_F32;
    const std::uint32_t width = pcm.sample_format == CONSORT_PCM_S16 ? 2 : 4;
    const auto size = static_cast<std::uint32_t>(sound.values.size());
    std::string file = "RIFF";
    put(file, size + 36, 4);
    file += "WAVEfmt ";
    put(file, 16, 4);
    put(file, is_float ? 3 : 1, 2);
    put(file, pcm.channels, 2);
    put(file, pcm.rate, 4);
    put(file, pcm.rate * pcm.channels * width, 4);
    put(file, pcm.channels * width, 2);
    put(file, width * 8, 2);
    file += "data";
    put(file, size, 4);
    file.append(reinterpret_cast<const char*>(sound.values.data()), sound.values.size());
    std::ofstream(shop.path(name), std::ios::binary) << file;
}

std::unique_ptr<FakeMedia> file_media(const Workshop& shop, const std::string& name) {
    const auto bytes = container_ffmpeg::testing::read_file(shop.path(name));
    auto index = container_ffmpeg::testing::index_of(bytes, name);
    if (!index.result) throw std::runtime_error(name + ": " + index.result.error().text);
    auto media = std::make_unique<FakeMedia>();
    media->source.assign(bytes.begin(), bytes.end());
    media->inline_area.assign(index.inline_area.begin(), index.inline_area.end());
    for (auto& track : index.tracks)
        media->add_track({track.values, track.codec, track.codec_string, track.language,
                          track.title, track.configuration, track.samples});
    return media;
}

OpenedTrack::OpenedTrack(FakeMedia& media, std::uint32_t track) {
    auto decoder = TrackDecoder::open(media.view(), track);
    if (!decoder) throw std::runtime_error(decoder.error().text);
    pcm = (*decoder)->format();
    reader =
        std::make_unique<TrackReader>(std::move(*decoder), [this](std::string_view) { ++reports; });
}

std::vector<std::byte> OpenedTrack::read(std::uint64_t position, std::uint64_t frames) {
    std::vector<std::byte> values(frames * frame_bytes(pcm));
    const auto got = reader->read(position, frames, values.data());
    if (!got) throw std::runtime_error(got.error().text);
    values.resize(*got * frame_bytes(pcm));
    return values;
}

std::vector<std::byte> OpenedTrack::read_all(std::uint64_t piece) {
    std::vector<std::byte> all;
    for (;;) {
        const auto more = read(all.size() / frame_bytes(pcm), piece);
        all.insert(all.end(), more.begin(), more.end());
        if (more.size() < piece * frame_bytes(pcm)) return all;
    }
}

PcmInput input_of(TrackReader& reader) {
    consort_pcm_input raw{};
    raw.self = &reader;
    raw.read = [](void* self, std::uint64_t position, std::uint64_t frames, void* buffer,
                  std::uint64_t* got) noexcept -> consort_status {
        const auto read = static_cast<TrackReader*>(self)->read(position, frames, buffer);
        *got = read ? *read : 0;
        return read ? CONSORT_OK : read.error().status;
    };
    raw.canceled = [](void*) noexcept -> std::int32_t { return 0; };
    return PcmInput(raw);
}

}  // namespace consort::codec::testing
