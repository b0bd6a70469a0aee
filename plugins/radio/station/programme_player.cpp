#include "plugins/radio/station/programme_player.hpp"

#include <filesystem>
#include <utility>

#include "plugins/radio/programme/uri_text.hpp"

namespace consort::radio {

namespace {

ProgrammeSettings programme_settings(const StationSettings& station, std::string state_directory) {
    ProgrammeSettings settings;
    settings.name = station.route;
    settings.directory = directory_uri(station.directory);
    settings.shuffle = station.shuffle;
    if (!station.jingles.empty()) {
        settings.jingles = directory_uri(station.jingles);
        settings.jingle_every = station.jingle_every;
    }
    for (const std::string& text : station.schedule) {
        ScheduleEntry entry = or_throw(parse_schedule_entry(text));
        entry.directory = directory_uri(entry.directory);
        settings.schedule.push_back(std::move(entry));
    }
    settings.switch_at_once = station.switch_at_once;
    settings.state_directory = std::move(state_directory);
    return settings;
}

SoundSettings sound_settings(const StationSettings& station) {
    SoundSettings settings;
    settings.name = station.route;
    settings.codec = station.codec();
    settings.bit_rate = station.bitrate * 1'000;
    settings.crossfade_seconds = station.crossfade_seconds;
    settings.loudness_lufs = station.loudness;
    settings.chained = station.chained;
    return settings;
}

const char* state_text(SoundState::Doing doing) {
    switch (doing) {
        case SoundState::Doing::kWaiting:
            return "waiting";
        case SoundState::Doing::kPlaying:
            return "playing";
        case SoundState::Doing::kLive:
            return "live";
        case SoundState::Doing::kFailed:
            break;
    }
    return "failed";
}

}  // namespace

std::string directory_uri(const std::string& written) {
    if (written.find("://") != std::string::npos) return written;
    const std::filesystem::path path = std::filesystem::absolute(written).lexically_normal();
    std::string uri = "file://";
    for (const auto& segment : path.relative_path()) {
        if (!segment.empty()) uri = child_uri(uri + "/", segment.string());
    }
    return uri;
}

ProgrammePlayer::ProgrammePlayer(const HostLink& link, const StationSettings& settings,
                                 std::string state_directory, std::shared_ptr<Broadcast> broadcast)
    : link_(link),
      settings_(settings),
      state_directory_(std::move(state_directory)),
      broadcast_(std::move(broadcast)) {}

ProgrammePlayer::~ProgrammePlayer() { stop(); }

void ProgrammePlayer::start(std::shared_ptr<Loudness> loudness) {
    auto programme =
        std::make_shared<Programme>(link_, programme_settings(settings_, state_directory_));
    auto sound = std::make_shared<StationSound>(link_, sound_settings(settings_),
                                                std::move(loudness), *programme, *this);
    programme->start(
        [weak = std::weak_ptr(sound)] {
            if (const auto alive = weak.lock()) alive->changed();
        },
        [weak = std::weak_ptr(sound)] {
            if (const auto alive = weak.lock()) alive->move_on();
        });
    const std::lock_guard lock(mutex_);
    programme_ = std::move(programme);
    sound_ = std::move(sound);
}

void ProgrammePlayer::stop() noexcept {
    std::shared_ptr<Programme> programme;
    std::shared_ptr<StationSound> sound;
    {
        const std::lock_guard lock(mutex_);
        programme.swap(programme_);
        sound.swap(sound_);
        trouble_ = "The station has ended.";
        trouble_code_ = "ended";
    }
    sound.reset();
    if (programme) programme->stop();
}

void ProgrammePlayer::chunk(SharedChunk made) {
    if (made->track != last_track_) {
        last_track_ = made->track;
        if (made->track) started_.fetch_add(1, std::memory_order_relaxed);
        if (made->track && made->track->live) {
            const std::lock_guard lock(mutex_);
            if (programme_) programme_->began({}, *made->track);
        }
    }
    broadcast_->chunk(std::move(made));
}

Playing ProgrammePlayer::playing() const {
    const std::lock_guard lock(mutex_);
    Playing playing;
    playing.started = started_.load(std::memory_order_relaxed);
    if (!sound_) {
        playing.state = "waiting";
        playing.reason = trouble_;
        playing.reason_code = trouble_code_;
        return playing;
    }
    const SoundState state = sound_->state();
    LineUp::Report report = programme_->report();
    playing.track = state.track;
    playing.position_seconds = state.seconds;
    playing.state = state_text(state.doing);
    playing.reason = state.reason;
    if (!state.reason.empty()) playing.reason_code = state.code;
    if (state.doing == SoundState::Doing::kWaiting && !report.trouble.empty()) {
        playing.reason = report.trouble;
        playing.reason_code = report.trouble_code;
    }
    playing.problems = std::move(report.problems);
    playing.track_count = report.files;
    playing.encoder_runs = state.encoder_runs;
    playing.encoder_failures = state.encoder_failures;
    playing.underruns = state.underruns;
    return playing;
}

std::vector<Played> ProgrammePlayer::history() const {
    const std::lock_guard lock(mutex_);
    return programme_ ? programme_->history() : std::vector<Played>();
}

Error ProgrammePlayer::not_running() const {
    return {CONSORT_E_BUSY, "The station does not run yet, or not any more: try again shortly."};
}

Result<void> ProgrammePlayer::next() {
    const std::lock_guard lock(mutex_);
    if (!sound_) return not_running();
    programme_->skip_to_next();
    sound_->skip();
    return {};
}

Result<void> ProgrammePlayer::previous() {
    const std::lock_guard lock(mutex_);
    if (!sound_) return not_running();
    programme_->step_back();
    sound_->skip();
    return {};
}

Result<std::uint32_t> ProgrammePlayer::live_rate() const {
    const std::lock_guard lock(mutex_);
    if (!sound_) return not_running();
    return sound_->sample_rate();
}

Result<void> ProgrammePlayer::take_over(std::shared_ptr<LiveInput> live) {
    const std::lock_guard lock(mutex_);
    if (!sound_) return not_running();
    sound_->take_over(std::move(live));
    return {};
}

Result<void> ProgrammePlayer::reload() {
    const std::lock_guard lock(mutex_);
    if (!sound_) return not_running();
    programme_->reload();
    return {};
}

}  // namespace consort::radio
