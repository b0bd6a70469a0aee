#include "plugins/codec/h264/h264_encoder.hpp"

extern "C" {
#include <libavutil/rational.h>
}

#include <algorithm>
#include <cstdio>
#include <limits>
#include <utility>

#include "plugins/codec/common/video/picture_source.hpp"
#include "plugins/codec/common/video/side_by_side.hpp"
#include "plugins/codec/h264/h264_options.hpp"
#include "plugins/codec/h264/nal_units.hpp"
#include "plugins/codec/h264/parts.hpp"

namespace consort::h264 {
namespace {

constexpr std::uint32_t kHighestTimescale = 1u << 30;

// Pictures a second: on average, as the source says or its times show.
void set_rate(const Track& track, const video::PictureList& list, StreamSettings& settings) {
    AVRational rate{0, 1};
    constexpr int most = 60'000;
    if (track.frame_rate_num != 0 && track.frame_rate_den != 0)
        av_reduce(&rate.num, &rate.den, track.frame_rate_num, track.frame_rate_den, 1 << 20);
    if (rate.num <= 0 || av_q2d(rate) < 0.01 || av_q2d(rate) > 1'000)
        av_reduce(&rate.num, &rate.den, static_cast<std::int64_t>(list.size()) * track.timescale,
                  std::max<std::int64_t>(list.duration(), 1), most);
    if (rate.num <= 0 || rate.den <= 0 || av_q2d(rate) > 1'000) rate = {25, 1};
    settings.rate_num = static_cast<std::uint32_t>(rate.num);
    settings.rate_den = static_cast<std::uint32_t>(rate.den);
}

// Enough for good quality: a tenth of a bit for each pixel.
std::uint32_t usual_bit_rate(const StreamSettings& settings) {
    const double pixels =
        double(settings.size.width) * settings.size.height * settings.rate_num / settings.rate_den;
    return static_cast<std::uint32_t>(std::clamp(pixels / 10, 200e3, 50e6));
}

consort_str borrow(const std::string& text) { return {text.data(), text.size()}; }

}  // namespace

H264Encoding::H264Encoding(const MediaView& media, std::uint32_t track,
                           const video::PictureList& list, const video::PicturePlan& plan,
                           StreamSettings settings, std::string configuration,
                           std::span<const std::int64_t> boundaries)
    : media_(media),
      source_track_(track),
      list_(list),
      plan_(plan),
      settings_(std::move(settings)),
      configuration_(std::move(configuration)),
      codec_string_(codec_string(configuration_)) {
    for (const std::int64_t time : boundaries) alone_.push_back(list_.range(time, time).first);
    std::sort(alone_.begin(), alone_.end());
    char text[160];
    std::snprintf(text, sizeof text, "%s %s crf=%.2f rate=%u%s %ux%u", settings_.preset.c_str(),
                  settings_.profile.c_str(), settings_.crf, settings_.bit_rate,
                  settings_.average ? " average" : "", settings_.size.width, settings_.size.height);
    revision_ = "h264 2, " + encoder_version() + ", " + text;
}

consort_encoding_info H264Encoding::info() const {
    consort_encoding_info info{};
    info.flags = CONSORT_ENCODING_CUTTABLE;
    // Each part, of three seconds or less, begins with half a second's bits saved up.
    info.peak_bit_rate = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(std::uint64_t{settings_.bit_rate} * 120 / 100, UINT32_MAX));
    info.revision = borrow(revision_);
    return info;
}

Track H264Encoding::track() const {
    Track track{};
    track.kind = CONSORT_TRACK_VIDEO;
    track.timescale = settings_.timescale;
    if (const auto source = media_.track(source_track_)) {
        track.flags = source->flags & CONSORT_TRACK_DEFAULT;
        track.language = source->language;
        track.title = source->title;
        track.start_offset_ns = source->start_offset_ns;
    }
    track.codec = str("h264");
    track.codec_string = borrow(codec_string_);
    track.configuration = borrow(configuration_);
    track.sample_count = list_.size();
    track.media_duration = track.edit_duration = static_cast<std::uint64_t>(list_.duration());
    track.width = settings_.size.width;
    track.height = settings_.size.height;
    track.sar_num = track.sar_den = 1;
    track.frame_rate_num = settings_.rate_num;
    track.frame_rate_den = settings_.rate_den;
    track.colour_primaries = settings_.colour.primaries;
    track.colour_transfer = settings_.colour.transfer;
    track.colour_matrix = settings_.colour.matrix;
    track.average_bit_rate = settings_.average ? settings_.bit_rate : settings_.bit_rate / 10 * 7;
    return track;
}

Result<void> H264Encoding::encode(std::int64_t start, std::int64_t end, const PcmInput& pcm,
                                  const EncodeSink& sink) const {
    if (start < 0 || end < start)
        return Error{CONSORT_E_INVALID, "A range must not end before it begins."};
    const auto parts = cut_into_parts(list_, list_.range(start, end), settings_.timescale, alone_);
    std::vector<CodedPart> coded(parts.size());
    const auto work = [&](std::size_t number, const std::function<bool()>& stop) {
        return encode_part(parts[number], stop, coded[number]);
    };
    if (auto done = video::side_by_side(
            parts.size(), [&] { return pcm.canceled(); }, work);
        !done)
        return done;
    for (CodedPart& part : coded) {
        for (Sample& sample : part.samples) {
            const std::uint8_t* data = part.bytes.data() + std::exchange(sample.offset, 0);
            if (auto taken = sink.sample(sample, data); !taken) return taken;
        }
    }
    return {};
}

Result<void> H264Encoding::encode_part(video::PictureRange part, const video::Canceled& canceled,
                                       CodedPart& coded) const {
    auto stream = Stream::open(settings_);
    if (!stream) return std::move(stream).error();
    if (stream->configuration() != configuration_)
        return Error{CONSORT_E_INTERNAL,
                     "libx264 made other headers than before; its segments would not fit together"};
    const auto take = [&](const AccessUnit& unit) -> Result<void> {
        const std::size_t number = part.first + coded.samples.size();
        if (number >= part.end)
            return Error{CONSORT_E_INTERNAL, "libx264 made more pictures than it was given"};
        Sample sample{};
        sample.offset = coded.bytes.size();
        sample.decode_time = list_.time(number);
        sample.size = static_cast<std::uint32_t>(unit.data.size());
        sample.duration = static_cast<std::uint32_t>(
            std::clamp<std::int64_t>(list_.duration(number), 0, UINT32_MAX));
        sample.composition_offset = static_cast<std::int32_t>(
            std::clamp<std::int64_t>(unit.time - sample.decode_time, INT32_MIN, INT32_MAX));
        sample.flags = unit.sync ? CONSORT_SAMPLE_SYNC : 0;
        coded.samples.push_back(sample);
        coded.bytes.insert(coded.bytes.end(), unit.data.begin(), unit.data.end());
        return {};
    };
    std::size_t given = part.first;
    const auto add = [&](std::size_t picture, video::FramePtr frame) -> Result<void> {
        if (picture != given++) return Error{CONSORT_E_INTERNAL, "the filters lost a picture"};
        frame->pts = list_.time(picture);
        return stream->add(*frame, take);
    };
    if (auto done = video::read_pictures(media_, source_track_, list_, plan_, part, canceled, add);
        !done)
        return done;
    if (auto done = stream->finish(take); !done) return done;
    if (given != part.end || coded.samples.size() != part.size())
        return Error{CONSORT_E_INTERNAL, "libx264 or the filters lost a picture"};
    return {};
}

H264Encoder::H264Encoder() { video::silence_libav(); }

Result<std::unique_ptr<H264Encoding>> H264Encoder::prepare(const EncodeSource& source,
                                                           const EncodeSettings& wanted) const {
    if (source.kind != CONSORT_TRACK_VIDEO)
        return Error{CONSORT_E_UNSUPPORTED, "H.264 is for pictures, and this track holds none."};
    const auto track = source.media.track(source.track);
    if (!track) return track.error();
    if (track->timescale == 0 || track->timescale > kHighestTimescale)
        return Error{CONSORT_E_UNSUPPORTED, "The source's time is counted too finely for H.264."};
    const auto film = video::Film::of(source.media, source.track);
    if (!film) return film.error();
    const video::SourceLook& look = (*film)->look;
    const std::uint32_t lines = look.upright().height;
    if (wanted.height > lines)
        return Error{CONSORT_E_UNSUPPORTED, "The source has " + std::to_string(lines) + " lines; " +
                                                std::to_string(wanted.height) +
                                                " would only enlarge it."};

    const auto plan = video::PicturePlan::make(look, wanted.height);
    StreamSettings settings;
    settings.size = plan.size;
    settings.colour = plan.colour;
    settings.timescale = track->timescale;
    set_rate(*track, (*film)->list, settings);
    settings.profile = plan.size.height <= 480 ? "main" : "high";
    settings.bit_rate = wanted.bit_rate != 0 ? wanted.bit_rate : usual_bit_rate(settings);
    if (auto applied = apply_options(wanted, settings); !applied) return std::move(applied).error();
    auto configuration = known_.of(settings);
    if (!configuration) return std::move(configuration).error();
    return std::make_unique<H264Encoding>(source.media, source.track, (*film)->list, plan,
                                          std::move(settings), std::move(*configuration),
                                          source.boundaries);
}

}  // namespace consort::h264
