// The reader of the media index: any bytes, no access outside them.
#include <algorithm>
#include <cstring>
#include <vector>

#include "core/media/index_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace consort::media;
    std::vector<std::uint64_t> aligned((size + 7) / 8);
    if (size != 0) std::memcpy(aligned.data(), data, size);
    auto* bytes = reinterpret_cast<std::byte*>(aligned.data());
    if (size >= sizeof(cmx::Header)) {
        // What no fuzzer guesses: magic, version, sizes and checksum are made right.
        auto* header = reinterpret_cast<cmx::Header*>(bytes);
        std::copy(std::begin(cmx::kMagic), std::end(cmx::kMagic), header->magic);
        header->version = cmx::kVersion;
        header->file_size = size;
        header->checksum = 0;
        if (header->tail_offset <= size)
            header->checksum =
                cmx::checksum(bytes + header->tail_offset, size - header->tail_offset,
                              cmx::checksum(header, sizeof *header, 0));
    }
    const auto file = IndexFile::parse({bytes, size});
    if (!file) return 0;
    for (std::uint32_t t = 0; t < (*file)->track_count(); ++t) {
        const consort_track track = (*file)->track(t);
        std::vector<consort_sample> samples(std::min<std::uint64_t>(track.sample_count, 500));
        (*file)->samples(t, 0, samples.size(), samples.data());
        if (track.sample_count > 500)
            (*file)->samples(t, track.sample_count - 500, 500, samples.data());
        (*file)->sample_at(t, 12'345);
        std::uint64_t bytes = 0;
        (*file)->bytes_before(t, track.sample_count, bytes);
        (*file)->bytes_before(t, track.sample_count / 2, bytes);
    }
    return 0;
}
