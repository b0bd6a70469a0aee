#include "plugins/container/ffmpeg/timing.hpp"

#include <algorithm>

namespace consort::container_ffmpeg {
namespace {

constexpr std::int64_t kMostTime = std::int64_t{1} << 55;

std::int64_t to_ns(std::int64_t time, std::uint32_t timescale) {
    return static_cast<std::int64_t>(static_cast<double>(time) * 1e9 / timescale);
}

}  // namespace

void AudioClock::add(const Packet& packet, std::uint32_t duration,
                     std::vector<consort_sample>& samples) {
    if (!begun_) {
        begun_ = true;
        first_ = packet.known ? packet.time : 0;
    } else if (packet.known) {
        // Rounding makes a container's times jitter; only what is longer than half a second is a
        // hole. It is filled by letting the sample before it last longer.
        const std::int64_t hole = packet.time - (first_ + sum_);
        if (hole > rate / 2 && hole < std::int64_t{1} << 31) {
            samples.back().duration += static_cast<std::uint32_t>(hole);
            sum_ += hole;
        }
    }
    if (start_skip == 0 && sum_ == 0) start_skip = packet.skip;
    discard_ += packet.discard;
    sum_ += duration;
    last_ = duration;
    last_told_ = packet.told;
}

void AudioClock::finish(bool vorbis, bool trim_by_duration, IndexedTrack& track) const {
    std::int64_t start = start_skip;
    std::int64_t end = sum_ - discard_;
    // The first packet of Vorbis only primes the decoder: nothing of it is heard.
    if (vorbis) start = track.samples.front().duration;
    if (trim_by_duration && last_told_ > 0 && last_told_ < last_) end = sum_ - (last_ - last_told_);
    start = std::clamp<std::int64_t>(start, 0, sum_);
    track.edit_start = start;
    track.edit_duration = static_cast<std::uint64_t>(std::max<std::int64_t>(end - start, 0));
    track.start_ns = to_ns(first_ + start, rate);
}

void VideoClock::add(std::int64_t presentation_time, std::int64_t duration) {
    times_.push_back(std::clamp(presentation_time, -kMostTime, kMostTime));
    last_duration_ = duration;
}

void VideoClock::finish(IndexedTrack& track) const {
    // Decoding in the order of the file, shown in the order of time: the n-th picture is decoded
    // when the n-th is shown, moved ahead just so far that none is shown before it is decoded.
    std::vector<std::int64_t> sorted = times_;
    std::sort(sorted.begin(), sorted.end());
    std::int64_t delay = 0;
    for (std::size_t i = 0; i < times_.size(); ++i) delay = std::max(delay, sorted[i] - times_[i]);
    const std::size_t count = std::min(times_.size(), track.samples.size());
    for (std::size_t i = 0; i < count; ++i) {
        std::int64_t duration = last_duration_;
        if (i + 1 < count)
            duration = sorted[i + 1] - sorted[i];
        else if (duration <= 0 && count > 1)
            duration = sorted[i] - sorted[i - 1];
        track.samples[i].duration =
            static_cast<std::uint32_t>(std::clamp<std::int64_t>(duration, 0, UINT32_MAX));
        track.samples[i].composition_offset = static_cast<std::int32_t>(
            std::clamp<std::int64_t>(times_[i] - sorted[i] + delay, 0, INT32_MAX));
    }
    track.edit_start = delay;
    track.start_ns = to_ns(sorted.front(), track.info.values.timescale);
}

std::uint32_t TextClock::add(std::int64_t time, std::int64_t duration,
                             std::vector<consort_sample>& samples) {
    const auto fit = [](std::int64_t value) {
        return static_cast<std::uint32_t>(std::clamp<std::int64_t>(value, 0, UINT32_MAX));
    };
    time = std::max(time, start_);
    if (time < end_ && !samples.empty()) {
        samples.back().duration = fit(time - start_);
    } else if (time > end_) {
        consort_sample pause{};
        pause.duration = fit(time - end_);
        pause.flags = CONSORT_SAMPLE_SYNC;
        samples.push_back(pause);
        time = end_ + pause.duration;
    }
    start_ = time;
    end_ = time + fit(duration);
    return fit(duration);
}

}  // namespace consort::container_ffmpeg
