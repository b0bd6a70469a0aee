#include "plugins/codec/ffmpeg/track_decoder.hpp"

#include <algorithm>
#include <cstdlib>

#include "plugins/codec/ffmpeg/declared_format.hpp"
#include "plugins/codec/ffmpeg/frame_values.hpp"

namespace consort::codec {
namespace {

constexpr std::uint64_t kProbed = 50;  // samples tried before a track counts as damaged

__extension__ using Wide = __int128;

std::int64_t scaled(std::int64_t value, std::uint32_t to, std::uint32_t from) noexcept {
    if (to == from) return value;
    Wide product = Wide{value} * to;
    if (product < 0) product -= from - 1;
    return static_cast<std::int64_t>(product / from);
}

std::uint64_t presented_frames(const Track& track, std::uint32_t rate) noexcept {
    const auto start = static_cast<std::uint64_t>(std::max<std::int64_t>(track.edit_start, 0));
    const std::uint64_t left = track.media_duration > start ? track.media_duration - start : 0;
    const std::uint64_t shown = track.edit_duration != 0 ? track.edit_duration : left;
    return static_cast<std::uint64_t>(
        scaled(static_cast<std::int64_t>(std::min<std::uint64_t>(shown, INT64_MAX)), rate,
               track.timescale));
}

}  // namespace

Result<Pcm> TrackDecoder::format_of(const MediaView& media, std::uint32_t number) {
    const auto track = media.track(number);
    if (!track) return track.error();
    if (const auto setup = codec_setup(*track); !setup) return setup.error();
    if (auto declared = declared_format(*track)) {
        declared->frames = presented_frames(*track, declared->rate);
        return *declared;
    }
    return decoded_format(media, number);
}

Result<Pcm> TrackDecoder::decoded_format(const MediaView& media, std::uint32_t number) {
    const auto decoder = probe(media, number);
    if (!decoder) return decoder.error();
    return (*decoder)->format();
}

TrackDecoder::TrackDecoder(const MediaView& media, std::uint32_t number, const Track& track,
                           const CodecSetup& setup)
    : media_(media),
      number_(number),
      track_(track),
      setup_(setup),
      feed_(media, number, track.sample_count) {}

Result<std::unique_ptr<TrackDecoder>> TrackDecoder::probe(const MediaView& media,
                                                          std::uint32_t number) {
    const auto track = media.track(number);
    if (!track) return track.error();
    const auto setup = codec_setup(*track);
    if (!setup) return setup.error();
    std::unique_ptr<TrackDecoder> made(new TrackDecoder(media, number, *track, *setup));
    const std::uint64_t count = track->sample_count;
    // The beginning tells, unless it is damaged: then any place that is not.
    bool known = false;
    for (const std::uint64_t first : {std::uint64_t{0}, count / 4, count / 2, count - count / 4}) {
        const auto learnt = made->learn_format(first, kProbed);
        if (!learnt) return learnt.error();
        if ((known = *learnt)) break;
    }
    if (!known)
        return Error{CONSORT_E_CORRUPT,
                     "Nothing of this track can be decoded; the file is damaged. Replace it with a "
                     "good copy."};
    made->damaged_ = 0;
    made->place_edit();
    return made;
}

void TrackDecoder::place_edit() {
    presentation_ = to_place(std::max<std::int64_t>(track_.edit_start, 0));
    format_.frames = presented_frames(track_, format_.rate);
}

Result<std::unique_ptr<TrackDecoder>> TrackDecoder::open(const MediaView& media,
                                                         std::uint32_t number) {
    auto made = probe(media, number);
    if (!made) return made;
    TrackDecoder& decoder = **made;
    const auto declared = declared_format(decoder.track_);
    if (!declared) return made;
    if (declared->rate != decoder.format_.rate)
        return Error{CONSORT_E_CORRUPT,
                     "The track's sound has another sample rate than its header says."};
    decoder.format_ = *declared;
    decoder.place_edit();
    return made;
}

Result<bool> TrackDecoder::learn_format(std::uint64_t first, std::uint64_t count) {
    if (auto done = restart(first); !done) return done.error();
    for (std::uint64_t i = first; i < feed_.count() && i - first < count; ++i) {
        const auto packet = feed_.get(i);
        if (!packet) return packet.error();
        if (packet->bytes.empty()) continue;
        packet_->data = const_cast<std::uint8_t*>(packet->bytes.data());
        packet_->size = static_cast<int>(packet->bytes.size());
        const int sent = avcodec_send_packet(context_.get(), packet_.get());
        av_packet_unref(packet_.get());
        if (sent < 0) continue;
        while (avcodec_receive_frame(context_.get(), frame_.get()) >= 0) {
            const auto format = pcm_of(*frame_, *context_, track_.bits_per_sample);
            av_frame_unref(frame_.get());
            if (!format) continue;
            format_ = *format;
            return true;
        }
    }
    return false;
}

std::int64_t TrackDecoder::to_place(std::int64_t time) const noexcept {
    return scaled(time, format_.rate, track_.timescale);
}

Result<std::int64_t> TrackDecoder::place_of(std::uint64_t sample) {
    if (sample >= feed_.count())
        return to_place(
            static_cast<std::int64_t>(std::min<std::uint64_t>(track_.media_duration, INT64_MAX)));
    Sample found{};
    if (auto done = media_.samples(number_, sample, 1, {&found, 1}); !done) return done.error();
    return to_place(found.decode_time);
}

std::uint64_t TrackDecoder::sample_at(std::int64_t place) const noexcept {
    if (feed_.count() == 0) return 0;
    // Rounded up, so that a sample that begins at the place is found.
    const std::int64_t time = -scaled(-place, track_.timescale, format_.rate);
    std::uint64_t found = std::min(media_.sample_at(number_, time), feed_.count() - 1);
    return found;
}

Result<void> TrackDecoder::restart(std::uint64_t) {
    placed_ = false;
    if (context_ && setup_.warmup.block == 0) {
        avcodec_flush_buffers(context_.get());
        return {};
    }
    auto opened = open_decoder(setup_, track_);
    if (!opened) return std::move(opened).error();
    context_ = std::move(*opened);
    return {};
}

Result<void> TrackDecoder::receive(std::vector<Piece>& out) {
    while (avcodec_receive_frame(context_.get(), frame_.get()) >= 0) {
        Piece piece;
        const std::int64_t pts = frame_->pts;
        piece.place = pts != AV_NOPTS_VALUE ? to_place(pts) : next_place_;
        // Times that a container has rounded are no reason for a click.
        if (placed_ && std::abs(piece.place - next_place_) < format_.rate / 400)
            piece.place = next_place_;
        piece.frames = static_cast<std::uint64_t>(std::max(frame_->nb_samples, 0));
        const bool fits = append_values(*frame_, format_, piece.values);
        av_frame_unref(frame_.get());
        next_place_ = piece.place + static_cast<std::int64_t>(piece.frames);
        placed_ = true;
        if (fits)
            out.push_back(std::move(piece));
        else
            ++damaged_;
    }
    return {};
}

Result<void> TrackDecoder::decode(std::uint64_t sample, std::vector<Piece>& out) {
    const auto packet = feed_.get(sample);
    if (!packet) return packet.error();
    if (packet->bytes.empty()) {
        ++damaged_;
        placed_ = false;
        return {};
    }
    packet_->data = const_cast<std::uint8_t*>(packet->bytes.data());
    packet_->size = static_cast<int>(packet->bytes.size());
    packet_->pts = packet_->dts = packet->sample.decode_time;
    packet_->flags = AV_PKT_FLAG_KEY;
    const int sent = avcodec_send_packet(context_.get(), packet_.get());
    av_packet_unref(packet_.get());
    if (sent == AVERROR(ENOMEM)) return Error{CONSORT_E_NO_MEMORY, "out of memory"};
    const std::size_t before = out.size();
    if (auto done = receive(out); !done) return done;
    if (sent < 0) {
        ++damaged_;
        if (out.size() == before) placed_ = false;
    }
    return {};
}

Result<void> TrackDecoder::drain(std::vector<Piece>& out) {
    if ((setup_.codec->capabilities & AV_CODEC_CAP_DELAY) == 0) return {};
    avcodec_send_packet(context_.get(), nullptr);
    return receive(out);
}

}  // namespace consort::codec
