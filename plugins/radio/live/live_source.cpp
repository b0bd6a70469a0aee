#include "plugins/radio/live/live_source.hpp"

#include <pthread.h>

#include <utility>

namespace consort::radio {

namespace {

std::size_t frames_of(double seconds, std::uint32_t rate) {
    return static_cast<std::size_t>(seconds * rate);
}

}  // namespace

LiveSource::LiveSource(const LiveSettings& settings, LiveInfo info)
    : settings_(settings),
      info_(std::move(info)),
      pipe_(settings.most_bytes),
      sound_(frames_of(settings.most_seconds, settings.rate),
             frames_of(settings.cushion_seconds, settings.rate)) {
    show(info_.name.empty() ? "Live" : info_.name, {});
}

LiveSource::~LiveSource() {
    pipe_.close();
    sound_.close();
    if (thread_.joinable()) thread_.join();
}

void LiveSource::start(Events events) {
    {
        const std::lock_guard lock(mutex_);
        events_ = std::move(events);
    }
    last_sound_ = Clock::now();
    thread_ = std::thread([this] {
        pthread_setname_np(pthread_self(), "radio-live");
        std::string wrong;
        try {
            wrong = decode_live(demuxer_of(info_.content_type), settings_.rate, *this);
        } catch (const std::exception& error) {
            wrong = error.what();
        }
        if (!stalled_.empty()) wrong = stalled_;
        sound_.finish();
        pipe_.close();
        if (!wrong.empty()) end(wrong);
    });
}

std::size_t LiveSource::read(std::uint8_t* to, std::size_t most) {
    const auto limit = std::chrono::duration<double>(settings_.timeout_seconds);
    const auto until = last_sound_ + std::chrono::duration_cast<Clock::duration>(limit);
    if (pipe_.wait(until) == BytePipe::Wait::timeout) {
        stalled_ = "It sent no sound for " +
                   std::to_string(static_cast<int>(settings_.timeout_seconds)) + " seconds.";
        return 0;
    }
    const std::size_t count = pipe_.read(to, most);
    std::function<void(std::size_t)> on_room;
    {
        const std::lock_guard lock(mutex_);
        if (!ended_) on_room = events_.on_room;
    }
    if (count != 0 && on_room) on_room(pipe_.room());
    // Bytes without sound do not count.
    return Clock::now() < until ? count : 0;
}

std::size_t LiveSource::read(float* stereo, std::size_t frames) {
    const bool ended = sound_.ended();
    const std::size_t count = sound_.read(stereo, frames);
    if (count < frames && flowing_ && !ended && !sound_.ended())
        stalls_.fetch_add(1, std::memory_order_relaxed);
    flowing_ = count == frames;
    return count;
}

bool LiveSource::sound(const float* stereo, std::size_t frames) {
    const bool wanted = sound_.write(stereo, frames);
    last_sound_ = Clock::now();
    return wanted;
}

void LiveSource::named(const std::string& title, const std::string& artist) {
    if (!titled_) show(shown_text(title), shown_text(artist));
}

void LiveSource::set_title(const std::string& title, const std::string& artist) {
    titled_ = true;
    show(title, artist);
}

void LiveSource::show(const std::string& title, const std::string& artist) {
    auto track = std::make_shared<Track>();
    track->title = title.empty() ? "Live" : title;
    track->artist = artist;
    track->live = true;
    const std::lock_guard lock(mutex_);
    if (track_ && track_->title == track->title && track_->artist == track->artist) return;
    track_ = std::move(track);
}

std::shared_ptr<const Track> LiveSource::track() const {
    const std::lock_guard lock(mutex_);
    return track_;
}

void LiveSource::released(const std::string& reason) {
    pipe_.close();
    sound_.close();
    end(reason);
}

void LiveSource::end(const std::string& reason) {
    std::function<void(const std::string&)> on_end;
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(ended_, true)) return;
        on_end = std::move(events_.on_end);
        events_ = {};
    }
    if (on_end) on_end(reason);
}

}  // namespace consort::radio
