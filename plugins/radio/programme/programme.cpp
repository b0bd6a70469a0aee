#include "plugins/radio/programme/programme.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "plugins/radio/programme/uri_text.hpp"

namespace consort::radio {
namespace {

constexpr std::chrono::seconds kTick{1};
// While nothing plays because all fails.
constexpr std::chrono::seconds kTryAgain{60};

ProgrammeSettings with_plain_names(ProgrammeSettings settings) {
    settings.directory = without_slash(std::move(settings.directory));
    settings.jingles = without_slash(std::move(settings.jingles));
    for (ScheduleEntry& entry : settings.schedule)
        entry.directory = without_slash(std::move(entry.directory));
    return settings;
}

std::uint64_t random_seed() {
    std::random_device random;
    return std::uint64_t{random()} << 32 | random();
}

}  // namespace

LineUp::Setup Programme::setup(const ProgrammeSettings& settings) {
    LineUp::Setup setup{settings.directory, {},           settings.jingles, settings.jingle_every,
                        settings.shuffle,   random_seed()};
    for (const ScheduleEntry& entry : settings.schedule) setup.others.push_back(entry.directory);
    return setup;
}

Programme::Programme(const HostLink& link, ProgrammeSettings settings, Clock clock)
    : settings_(with_plain_names(std::move(settings))),
      clock_(std::move(clock)),
      timers_(link),
      log_(link),
      keeper_(log_, settings_.state_directory, settings_.name),
      line_up_([this] {
          State state = keeper_.load();
          history_.restore(state.history);
          return LineUp(setup(settings_), std::move(state.line_up));
      }()) {
    const auto follow = [&](const std::string& directory, bool jingles) {
        folders_.push_back(std::make_unique<Folder>(
            link, directory, [this, directory, jingles](std::shared_ptr<const Listing> listing) {
                listed(directory, jingles, std::move(listing));
            }));
    };
    std::vector<std::string> followed{settings_.directory};
    for (const ScheduleEntry& entry : settings_.schedule)
        if (std::find(followed.begin(), followed.end(), entry.directory) == followed.end())
            followed.push_back(entry.directory);
    for (const std::string& directory : followed) follow(directory, false);
    if (!settings_.jingles.empty() && settings_.jingle_every > 0) follow(settings_.jingles, true);
}

Programme::~Programme() { stop(); }

void Programme::start(std::function<void()> on_change, std::function<void()> on_switch) {
    on_change_ = std::move(on_change);
    on_switch_ = std::move(on_switch);
    timer_ = or_throw(timers_.start(std::chrono::nanoseconds(0), kTick, [this] { tick(); }));
}

void Programme::stop() {
    timer_.stop();
    for (const auto& folder : folders_) folder->close();
    save();
}

void Programme::tune() {
    const ScheduleEntry* const entry = entry_at(settings_.schedule, local_time(clock_()));
    const std::string& directory = entry ? entry->directory : settings_.directory;
    line_up_.tune(directory);
    if (tuned_ == directory) return;
    turn_due_ = settings_.switch_at_once && !tuned_.empty();
    tuned_ = directory;
}

// Whether what plays has to make room. With the lock.
bool Programme::hour_has_come() {
    tune();
    if (!turn_due_ || live_ || !line_up_.strayed()) return false;
    turn_due_ = false;
    line_up_.skip();
    changed_ = true;
    return true;
}

std::optional<Entry> Programme::next() {
    const std::lock_guard lock(mutex_);
    tune();
    std::optional<Entry> entry = line_up_.next();
    if (!entry && !silent_) try_again_ = timers_.now() + kTryAgain;
    silent_ = !entry;
    return entry;
}

std::vector<Entry> Programme::next_few(std::size_t count) {
    if (auto first = next(); !first) return {};
    const std::lock_guard lock(mutex_);
    return line_up_.next_few(count);
}

void Programme::began(const Entry& entry, const Track& track) {
    const std::lock_guard lock(mutex_);
    live_ = track.live;
    turn_due_ = false;
    const bool anew = live_ || line_up_.began(entry);
    if (anew) {
        const auto began = clock_().time_since_epoch();
        history_.add({track.title, track.artist, track.album, name_of(entry.uri),
                      std::chrono::duration_cast<std::chrono::milliseconds>(began).count(),
                      entry.jingle, live_});
    }
    if (!live_) position_ = {entry.uri, entry.start_seconds};
    changed_ = true;
}

void Programme::failed(const Entry& entry, const std::string& reason) {
    bool first = false;
    {
        const std::lock_guard lock(mutex_);
        first = line_up_.failed(entry, reason);
        changed_ = true;
    }
    if (first)
        log_.warning("Station ", settings_.name, " cannot play '", shown(entry.uri),
                     "' and goes on without it: ", reason);
}

void Programme::reached(double seconds) {
    const std::lock_guard lock(mutex_);
    if (live_) return;
    line_up_.reached(seconds);
    position_.seconds = seconds;
    moved_ = true;
}

void Programme::skip_to_next() {
    const std::lock_guard lock(mutex_);
    line_up_.skip();
    changed_ = true;
}

void Programme::step_back() {
    const std::lock_guard lock(mutex_);
    line_up_.step_back();
}

void Programme::reload() {
    {
        const std::lock_guard lock(mutex_);
        line_up_.forgive();
    }
    for (const auto& folder : folders_) {
        folder->reload();
        folder->tick();
    }
}

LineUp::Report Programme::report() {
    const std::lock_guard lock(mutex_);
    tune();
    return line_up_.report();
}

void Programme::listed(std::string_view directory, bool jingles,
                       std::shared_ptr<const Listing> listing) {
    {
        const std::lock_guard lock(mutex_);
        line_up_.listed(directory, jingles, std::move(listing));
        changed_ = true;
    }
    wake();
}

void Programme::tick() {
    for (const auto& folder : folders_) folder->tick();
    bool switches = false;
    {
        const std::lock_guard lock(mutex_);
        switches = hour_has_come();
        if (silent_ && timers_.now() >= try_again_) {
            line_up_.forgive();
            try_again_ = timers_.now() + kTryAgain;
        }
    }
    if (switches && on_switch_) on_switch_();
    wake();
    save();
}

void Programme::wake() {
    {
        const std::lock_guard lock(mutex_);
        if (!silent_) return;
        tune();
        if (!line_up_.next()) return;
        silent_ = false;
    }
    if (on_change_) on_change_();
}

void Programme::save() {
    std::optional<State> state;
    std::optional<Position> position;
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(changed_, false)) state = {line_up_.memory(), history_.snapshot()};
        if (std::exchange(moved_, false)) position = position_;
    }
    if (state) keeper_.save(*state);
    if (position) keeper_.save(*position);
}

}  // namespace consort::radio
