#include "plugins/delivery/hls/subtitles.hpp"

#include <algorithm>

#include "plugins/delivery/common/playlist_text.hpp"
#include "plugins/delivery/common/samples.hpp"
#include "plugins/delivery/common/timeline.hpp"

namespace consort::delivery {
namespace {

// What a cue holds at most: more is no text that anybody reads.
constexpr std::uint32_t kMostText = 64 << 10;

}  // namespace

Result<std::unique_ptr<Subtitles>> Subtitles::read(const MediaView& media, std::uint32_t index,
                                                   std::int64_t length) {
    const auto track = media.track(index);
    if (!track) return track.error();
    auto out = std::make_unique<Subtitles>();
    out->length = length;
    const auto time = [&](std::int64_t at) {
        return rescale(at - track->edit_start + start_offset(*track), 1000, track->timescale);
    };
    std::vector<Sample> samples;
    auto listed = for_each_sample(media, index, 0, track->sample_count,
                                  [&](std::uint64_t, const Sample& sample) {
                                      if (sample.size > 0 && sample.size <= kMostText) {
                                          samples.push_back(sample);
                                      }
                                  });
    if (!listed) return std::move(listed).error();
    std::string bytes;
    for (const Sample& sample : samples) {
        bytes.resize(sample.size);
        if (auto read = media.read_sample(sample, bytes.data()); !read) {
            return std::move(read).error();
        }
        auto text = cue_text(view(track->codec), bytes);
        const std::int64_t start = std::max<std::int64_t>(time(sample.decode_time), 0);
        const std::int64_t end = time(sample.decode_time + sample.duration);
        if (text && end > start) out->cues.push_back({start, end, std::move(*text)});
    }
    return out;
}

std::size_t Subtitles::segment_count() const noexcept {
    return static_cast<std::size_t>(
        std::max<std::int64_t>(1, (length + kSubtitleSegment - 1) / kSubtitleSegment));
}

std::string Subtitles::playlist(const std::string& query) const {
    PlaylistText out;
    out.begin(3);
    const std::int64_t longest = std::clamp<std::int64_t>(length, 1'000, kSubtitleSegment);
    out.number("#EXT-X-TARGETDURATION:",
               target_duration(static_cast<std::uint64_t>(longest), 1000));
    out.line("#EXT-X-MEDIA-SEQUENCE:0");
    out.line("#EXT-X-PLAYLIST-TYPE:VOD");
    for (std::size_t i = 0; i < segment_count(); ++i) {
        const std::int64_t start = static_cast<std::int64_t>(i) * kSubtitleSegment;
        const std::int64_t end = std::max(std::min(start + kSubtitleSegment, length), start + 1);
        out.extinf(static_cast<std::uint64_t>(start), static_cast<std::uint64_t>(end), 1000);
        out.line("segment", std::to_string(i), ".vtt", query);
    }
    out.line("#EXT-X-ENDLIST");
    return std::move(out).take();
}

std::string Subtitles::segment(std::size_t number, std::int64_t mpegts) const {
    const std::int64_t start = static_cast<std::int64_t>(number) * kSubtitleSegment;
    return write_webvtt(cues, mpegts, start, start + kSubtitleSegment);
}

}  // namespace consort::delivery
