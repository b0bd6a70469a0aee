#include "plugins/codec/jpeg/jpeg_encoder.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "plugins/codec/common/video/picture_filter.hpp"
#include "plugins/codec/common/video/side_by_side.hpp"
#include "plugins/codec/jpeg/sprite_sheet.hpp"

namespace consort::jpeg {
namespace {

constexpr std::uint32_t kUsualHeight = 90;
constexpr std::uint32_t kMostTiles = 100'000;
constexpr std::uint32_t kLongestSide = 16'384;  // of a sheet

consort_str borrow(const std::string& text) { return {text.data(), text.size()}; }

}  // namespace

SpriteEncoding::SpriteEncoding(const MediaView& media, std::uint32_t track, const video::Film& film,
                               const video::PicturePlan& plan, const SpriteLayout& layout)
    : media_(media),
      source_track_(track),
      list_(film.list),
      plan_(plan),
      layout_(layout),
      timescale_(1),
      layout_text_(layout.text()) {
    if (const auto source = media.track(track)) timescale_ = source->timescale;
    revision_ = "jpeg 1, lavc " + std::to_string(avcodec_version()) + ", lavfi " +
                std::to_string(avfilter_version()) + ", " + layout_text_ +
                " quality=" + std::to_string(layout.quality);
}

std::int64_t SpriteEncoding::sheet_duration() const noexcept {
    return std::int64_t{layout_.interval} * layout_.per_sheet() * timescale_;
}

consort_encoding_info SpriteEncoding::info() const {
    consort_encoding_info info{};
    info.peak_bit_rate = track().average_bit_rate;
    info.revision = borrow(revision_);
    return info;
}

Track SpriteEncoding::track() const {
    Track track{};
    track.kind = CONSORT_TRACK_VIDEO;
    track.flags = CONSORT_TRACK_ALL_SYNC;
    track.timescale = timescale_;
    track.codec = str("mjpeg");
    track.configuration = borrow(layout_text_);
    track.sample_count = layout_.sheets();
    track.media_duration = track.edit_duration = static_cast<std::uint64_t>(list_.duration());
    track.width = layout_.tile.width * layout_.columns;
    track.height = layout_.tile.height * layout_.rows_of(0);
    track.sar_num = track.sar_den = 1;
    track.frame_rate_num = 1;
    track.frame_rate_den = layout_.interval * layout_.per_sheet();
    track.colour_full_range = 1;
    // About three quarters of a bit for each pixel.
    track.average_bit_rate =
        layout_.tile.width * layout_.tile.height * 3 / 4 / layout_.interval + 1;
    return track;
}

Result<void> SpriteEncoding::encode(std::int64_t start, std::int64_t end, const PcmInput& pcm,
                                    const EncodeSink& sink) const {
    if (start < 0 || end < start)
        return Error{CONSORT_E_INVALID, "A range must not end before it begins."};
    const std::int64_t length = sheet_duration();
    const std::int64_t most = layout_.sheets();
    const std::int64_t first = std::min((start + length - 1) / length, most);
    const std::int64_t last = std::min(end / length + (end % length != 0 ? 1 : 0), most);
    if (last <= first) return {};
    std::vector<std::vector<std::uint8_t>> made(static_cast<std::size_t>(last - first));
    const auto work = [&](std::size_t number, const std::function<bool()>& stop) -> Result<void> {
        auto sheet =
            make(static_cast<std::uint32_t>(first) + static_cast<std::uint32_t>(number), stop);
        if (!sheet) return std::move(sheet).error();
        made[number] = std::move(*sheet);
        return {};
    };
    if (auto done = video::side_by_side(
            made.size(), [&] { return pcm.canceled(); }, work);
        !done)
        return done;
    for (std::size_t i = 0; i < made.size(); ++i) {
        Sample sample{};
        sample.decode_time = (first + static_cast<std::int64_t>(i)) * length;
        sample.size = static_cast<std::uint32_t>(made[i].size());
        sample.duration = static_cast<std::uint32_t>(std::clamp<std::int64_t>(
            std::min(length, list_.duration() - sample.decode_time), 0, UINT32_MAX));
        sample.flags = CONSORT_SAMPLE_SYNC;
        if (auto taken = sink.sample(sample, made[i].data()); !taken) return taken;
    }
    return {};
}

Result<std::vector<std::uint8_t>> SpriteEncoding::make(std::uint32_t sheet,
                                                       const video::Canceled& canceled) const {
    // The pictures that can be decoded alone and are nearest to the thumbnails' times.
    const std::uint32_t first = sheet * layout_.per_sheet(), count = layout_.tiles_of(sheet);
    std::map<std::size_t, std::vector<std::uint32_t>> tiles;  // by picture
    for (std::uint32_t tile = 0; tile < count; ++tile) {
        const std::int64_t time = std::int64_t{first + tile} * layout_.interval * timescale_;
        const std::size_t picture = list_.sync_picture_near(time, list_.duration());
        if (picture < list_.size()) tiles[picture].push_back(tile);
    }
    std::vector<std::uint64_t> samples;
    for (const auto& [picture, places] : tiles) samples.push_back(list_.sample(picture));

    SpriteSheet sprites(layout_, sheet);
    video::PictureFilter filter(plan_);
    std::uint32_t next = 0;  // tiles before it are filled
    const auto put = [&](std::size_t picture, video::FramePtr frame) -> Result<void> {
        const auto places = tiles.find(picture);
        if (places == tiles.end()) return {};
        // What could not be decoded shows the picture after it.
        for (; next <= places->second.back(); ++next) sprites.put(next, *frame);
        return {};
    };
    auto decoder = video::PictureDecoder::open(media_, source_track_, list_);
    if (!decoder) return decoder.error();
    const auto take = [&](std::size_t picture, video::FramePtr frame) -> Result<bool> {
        if (auto done = filter.add(picture, *frame, put); !done) return std::move(done).error();
        return true;
    };
    if (auto done = decoder->decode_each(samples, canceled, take); !done)
        return std::move(done).error();
    if (auto done = filter.finish(put); !done) return std::move(done).error();
    if (next == 0)
        return Error{CONSORT_E_CORRUPT,
                     "The source's pictures are damaged here; none of them can be decoded."};
    return sprites.encode();
}

JpegEncoder::JpegEncoder() { video::silence_libav(); }

Result<std::unique_ptr<SpriteEncoding>> JpegEncoder::prepare(const EncodeSource& source,
                                                             const EncodeSettings& wanted) const {
    if (source.kind != CONSORT_TRACK_VIDEO)
        return Error{CONSORT_E_UNSUPPORTED, "Thumbnails are of pictures; this track holds none."};
    auto layout = SpriteLayout::from_options(wanted);
    if (!layout) return std::move(layout).error();
    const auto track = source.media.track(source.track);
    if (!track) return track.error();
    const auto film = video::Film::of(source.media, source.track);
    if (!film) return film.error();
    const std::uint32_t height = wanted.height != 0 ? wanted.height : kUsualHeight;
    const std::uint32_t lines = (*film)->look.upright().height;
    if (wanted.height > lines)
        return Error{CONSORT_E_UNSUPPORTED, "The source has " + std::to_string(lines) +
                                                " lines; thumbnails of " + std::to_string(height) +
                                                " would only enlarge it."};
    auto plan = video::PicturePlan::make((*film)->look, height);
    plan.still = true;
    layout->tile = plan.size;
    const std::int64_t interval = std::int64_t{layout->interval} * track->timescale;
    const std::int64_t tiles = ((*film)->list.duration() + interval - 1) / interval;
    if (tiles > kMostTiles || plan.size.width * layout->columns > kLongestSide ||
        plan.size.height * layout->rows > kLongestSide)
        return Error{CONSORT_E_UNSUPPORTED,
                     "The sheets of thumbnails would be too large, or too many; choose a longer "
                     "interval, a smaller height or fewer tiles."};
    layout->tiles = static_cast<std::uint32_t>(tiles);
    return std::make_unique<SpriteEncoding>(source.media, source.track, **film, plan, *layout);
}

}  // namespace consort::jpeg
