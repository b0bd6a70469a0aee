#include "plugins/delivery/common/byte_runs.hpp"

namespace consort::delivery {
namespace {

Result<void> read_inline(const MediaView& media, ByteRun run, char* to) {
    // A sample's size has 32 bits; a run of several may be longer.
    constexpr std::uint64_t kMost = 1u << 30;
    while (run.length > 0) {
        Sample piece{};
        piece.offset = run.offset;
        piece.size = static_cast<std::uint32_t>(run.length < kMost ? run.length : kMost);
        piece.flags = CONSORT_SAMPLE_INLINE;
        if (auto read = media.read_sample(piece, to); !read) return read;
        run.offset += piece.size;
        run.length -= piece.size;
        to += piece.size;
    }
    return {};
}

}  // namespace

Result<Slice> run_slice(const MediaView& media, const ByteRun& run) {
    return run.in_line ? media.inline_slice(run.offset, run.length)
                       : media.source_slice(run.offset, run.length);
}

Result<void> read_runs(const MediaView& media, std::span<const ByteRun> runs, char* to) {
    for (const ByteRun& run : runs) {
        auto read = run.in_line ? read_inline(media, run, to)
                                : media.read_source(run.offset, run.length, to);
        if (!read) return read;
        to += run.length;
    }
    return {};
}

}  // namespace consort::delivery
