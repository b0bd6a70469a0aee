#include "plugins/report/sentry/reporter.hpp"

#include <pthread.h>

#include <algorithm>
#include <utility>

namespace consort::sentry {

namespace {

constexpr std::size_t kRemembered = 500;

std::chrono::nanoseconds wall_time() { return std::chrono::system_clock::now().time_since_epoch(); }

}  // namespace

const char* to_string(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::sent:
            return "sent";
        case Outcome::repeated:
            return "repeated";
        case Outcome::limited:
            return "limited";
        case Outcome::refused:
            return "refused";
        case Outcome::lost:
            return "lost";
    }
    return "";
}

Reporter::Reporter(Options options, Origin origin, World world)
    : options_(options),
      origin_(std::move(origin)),
      world_(std::move(world)),
      bucket_(options.per_minute, options.burst),
      repeats_(options.repeat_window, kRemembered),
      thread_([this] { run(); }) {}

Reporter::~Reporter() {
    {
        const std::lock_guard lock(mutex_);
        end_ = Clock::now() + options_.flush;
        not_before_ = {};
    }
    changed_.notify_all();
    thread_.join();
    const std::size_t left = drop_all(Outcome::lost);
    if (left > 0) {
        world_.tell("errors that Sentry was not told before the end: " + std::to_string(left),
                    false);
    }
}

void Reporter::report(Event event) {
    const Clock::time_point now = Clock::now();
    const std::string text =
        std::to_string(event.level) + " " + event.logger + ": " + event.message;
    Outcome outcome = Outcome::sent;
    {
        const std::lock_guard lock(mutex_);
        if (now < closed_until_) {
            outcome = Outcome::refused;
        } else if (repeats_.is_repeat(text, now.time_since_epoch())) {
            outcome = Outcome::repeated;
        } else if (!bucket_.take(now.time_since_epoch())) {
            outcome = Outcome::limited;
        } else if (queue_.size() >= options_.queue) {
            outcome = Outcome::lost;
        } else {
            event.repeated = repeats_.sent(text, now.time_since_epoch());
            queue_.push_back(std::move(event));
        }
    }
    if (outcome == Outcome::sent) {
        changed_.notify_all();
    } else {
        world_.count(outcome);
    }
}

void Reporter::run() {
    pthread_setname_np(pthread_self(), "sentry");
    unsigned failures = 0;  // of the event at the front
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return !queue_.empty() || end_ != Clock::time_point::max(); });
        if (queue_.empty()) return;
        while (Clock::now() < not_before_) changed_.wait_until(lock, not_before_);
        Event event = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        Answer answer;
        try {
            const std::string body = envelope(event, origin_, new_event_id(), wall_time());
            answer = world_.post(body, [this] {
                const std::lock_guard guard(mutex_);
                return Clock::now() >= end_;
            });
        } catch (const std::exception& error) {
            answer.error = error.what();
        }
        handle(answer, std::move(event), failures);
        lock.lock();
        if (end_ != Clock::time_point::max() && (failures > 0 || Clock::now() >= end_)) return;
    }
}

void Reporter::handle(const Answer& answer, Event event, unsigned& failures) {
    const std::chrono::seconds pause =
        asked_pause(answer.status, answer.retry_after, answer.rate_limits);
    if (pause.count() > 0) {
        const std::lock_guard lock(mutex_);
        closed_until_ = std::max(closed_until_, Clock::now() + pause);
    }
    if (answer.status == 0 || answer.status >= 500) {
        if (!ending()) {
            tell("errors do not reach Sentry: " +
                 (answer.status == 0 ? answer.error
                                     : "it answers " + std::to_string(answer.status)) +
                 "; they wait, and are tried again");
        }
        if (++failures < options_.attempts) {
            keep(std::move(event), failures);
        } else {
            failures = 0;
            world_.count(Outcome::lost);
        }
        return;
    }
    failures = 0;
    if (answer.status >= 200 && answer.status < 300) {
        world_.count(Outcome::sent);
        tell({});
    } else {
        world_.count(Outcome::refused);
        if (answer.status != 429) {
            tell("Sentry does not take errors: it answers " + std::to_string(answer.status) +
                 "; check the DSN and the project");
        }
    }
    if (pause.count() > 0) (void)drop_all(Outcome::refused);
}

bool Reporter::ending() {
    const std::lock_guard lock(mutex_);
    return end_ != Clock::time_point::max();
}

void Reporter::keep(Event event, unsigned failures) {
    const auto longer = options_.first_pause * (1u << std::min(failures - 1, 16u));
    const std::lock_guard lock(mutex_);
    queue_.push_front(std::move(event));
    if (end_ == Clock::time_point::max()) {
        not_before_ = Clock::now() + std::min(longer, options_.longest_pause);
    }
}

std::size_t Reporter::drop_all(Outcome outcome) {
    std::deque<Event> dropped;
    {
        const std::lock_guard lock(mutex_);
        dropped.swap(queue_);
    }
    for (std::size_t i = 0; i < dropped.size(); ++i) world_.count(outcome);
    return dropped.size();
}

void Reporter::tell(const std::string& trouble) {
    if (trouble == told_) return;
    const bool was_well = std::exchange(told_, trouble).empty();
    if (trouble.empty()) {
        world_.tell("errors reach Sentry again", true);
    } else if (was_well) {
        world_.tell(trouble, false);
    }
}

}  // namespace consort::sentry
