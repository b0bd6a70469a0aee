// The renditions of a media object as every manifest names them: the source's own tracks, and what
// the host encodes on demand. HLS and DASH point at the same URLs below /api/v1/stream/{id}/:
//
//     {name}/init.mp4?v={version}        {name}/segment{number}.m4s?v={version}
//
// which plugins/delivery/cmaf answers.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consort/exchange.hpp"
#include "consort/services/executor.hpp"
#include "consort/services/renditions.hpp"

#include "plugins/delivery/common/bit_rate.hpp"
#include "plugins/delivery/common/packaged_track.hpp"
#include "plugins/delivery/common/segment_times.hpp"

namespace consort::delivery {

using Encoded = consort::Rendition;
using EncodedRenditions = consort::Renditions;

// Valid as long as the media.
struct CmafRendition {
    std::string name;     // in URLs: "original", "audio-1", "aac-128"
    std::string version;  // `v` of its immutable URLs: content, settings and format
    PackagedTrack track;  // as coded. Encoded ones: `index` is the track of the source
    SegmentTimes times;
    std::string init;  // the initialization segment; empty for packed audio
    std::string lead;  // stands before the first sample of packed audio: delay and padding
    std::vector<Segment> parts;  // of the source's own tracks: which samples, by segment
    bool scattered = false;      // the first segment lies in many pieces: so will the others
    // Whether each segment can be decoded without the one before. Not so where MP3 of the source
    // keeps bits in earlier frames, and where its pictures are in open groups.
    bool independent = true;
    bool listed = true;  // whether manifests name it. The others are there for whoever asks
    std::optional<Encoded> encoded;  // none: a track of the source as it is

    // MP3 of the source: raw frames for HLS; it has no CMAF segments.
    bool packed_audio() const noexcept {
        return track.support.packaging == Packaging::kPackedAudio && !encoded;
    }
    bool video() const noexcept { return track.track.kind == CONSORT_TRACK_VIDEO; }
    const char* media_type() const noexcept {
        if (packed_audio()) return "audio/mpeg";
        return video() ? "video/mp4" : "audio/mp4";
    }
    // Of the source's language and title, of the track it comes from.
    std::uint32_t source_track() const noexcept { return track.index; }
};

// What of a media object's own tracks becomes a rendition, before anything is computed. "original"
// is the main track: the video of a film, the sound of music. A film's sound tracks follow as
// "audio-0" …, numbered among all its sound tracks. Tracks that cannot be packaged are there too,
// with the reason. Empty: the media has neither sound nor picture.
struct OriginalPlan {
    std::string name;
    PackagedTrack track;
};
Result<std::vector<OriginalPlan>> plan_originals(const MediaView& media);
// "original" and "audio-" followed by a number are never names of encoded renditions.
bool names_original(std::string_view name) noexcept;

// Which of the encoded renditions manifests name: those that the host lists, and, of a track whose
// own samples cannot be packaged, the first one with more bits than the source, so that nothing
// audible is lost.
std::vector<bool> listed_renditions(const MediaView& media, const std::vector<Encoded>& encoded);

// Immutable; valid as long as the media.
class RenditionSet {
  public:
    // The source's own tracks alone; UNSUPPORTED, with the reason, if "original" cannot be
    // packaged. For workers.
    static Result<std::unique_ptr<RenditionSet>> of_originals(const MediaView& media,
                                                              std::uint32_t segment_seconds);
    // Those that can be packaged, and then all that the host encodes, in its order. UNSUPPORTED,
    // with the reason of "original", if there is none at all. For workers.
    static Result<std::unique_ptr<RenditionSet>> of_all(const MediaView& media,
                                                        std::uint32_t segment_seconds,
                                                        const std::vector<Encoded>& encoded);

    // Calls `use(exchange, media, const RenditionSet&)`, which returns a Result<void>, with all of
    // them: at once if they are known, else on a worker. They are kept with the media under `key`,
    // an address within the plugin's instance. `use` is copied or moved.
    template <class Use>
    static Result<void> with_all(const ExchangeView& exchange, const MediaView& media,
                                 const Executor& executor, const EncodedRenditions& service,
                                 const void* key, Use use) {
        auto found = slot_of(media, key);
        if (!found) return std::move(found).error();
        Slot* const slot = *found;
        if (const RenditionSet* made = slot->ready.load(std::memory_order_acquire)) {
            return use(exchange, media, *made);
        }
        const auto waiting = std::make_shared<Exchange>(exchange.keep());
        service.list(media, [=, kept = media.keep(), seconds = service.segment_seconds(),
                             use = std::move(use)](Result<RenditionList> list) mutable {
            if (!list) {
                waiting->fail(list.error());
                return;
            }
            std::vector<Encoded> encoded(list->begin(), list->end());
            const auto queued =
                executor.compute_soon([=, kept = std::move(kept), use = std::move(use),
                                       encoded = std::move(encoded)]() mutable {
                    const Result<void> done = contained([&]() -> Result<void> {
                        auto made = slot->get(kept, seconds, encoded);
                        if (!made) return std::move(made).error();
                        return use(*waiting, kept, **made);
                    });
                    if (!done) waiting->fail(done.error());
                });
            if (!queued) waiting->fail(queued.error());
        });
        return {};
    }

    const std::vector<CmafRendition>& all() const noexcept { return all_; }
    const CmafRendition* find(std::string_view name) const noexcept;
    // The one that is asked for when none is named: "original", else the first that is listed, else
    // the first.
    const CmafRendition& main() const noexcept;

  private:
    struct Slot {
        Result<const RenditionSet*> get(const MediaView& media, std::uint32_t segment_seconds,
                                        const std::vector<Encoded>& encoded);
        std::mutex making;
        std::unique_ptr<RenditionSet> made;
        std::atomic<const RenditionSet*> ready = nullptr;
    };
    static Result<Slot*> slot_of(const MediaView& media, const void* key) {
        return media.attachment<Slot>(
            [](const MediaView&) -> Result<std::unique_ptr<Slot>> {
                return std::make_unique<Slot>();
            },
            key);
    }

    std::vector<CmafRendition> all_;
};

// Of an encoded rendition's samples alone, over the time that is presented: the host measures over
// all that is coded, with encoder delay and padding, which lie in the first and the last segment.
BitRates encoded_bit_rates(const CmafRendition& rendition);

// The bits a second that a client needs, containers included: measured for the source's own tracks,
// as good as the host knows it by now for the encoded ones. No I/O.
Result<BitRates> rendition_bit_rates(const MediaView& media, const CmafRendition& rendition,
                                     std::uint32_t segment_seconds);

// The bytes-to-be of a segment of the source's own tracks, in MP4 or as packed audio. `number` <
// times.size(). No I/O: for any thread.
Result<Assembly> assemble_original(const MediaView& media, const CmafRendition& rendition,
                                   std::size_t number);

}  // namespace consort::delivery
