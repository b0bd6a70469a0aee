#include "core/http/event_loop.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace consort::http {

namespace {

thread_local EventLoop* current_loop = nullptr;

Milliseconds monotonic() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

Mailbox::Mailbox() : event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (!event_) fail("eventfd");
}

bool Mailbox::post(Task task) {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    tasks_.push_back(std::move(task));
    // The loop looks here before it sleeps, so its own posts need no signal.
    if (!signaled_ && (current_loop == nullptr || current_loop->mailbox().get() != this)) {
        signaled_ = true;
        const std::uint64_t one = 1;
        // Cannot fail but when the counter is full, and then the loop wakes anyway.
        [[maybe_unused]] const auto written = ::write(event_.get(), &one, sizeof one);
    }
    return true;
}

void Mailbox::close() {
    std::vector<Task> dropped;
    const std::lock_guard lock(mutex_);
    closed_ = true;
    dropped.swap(tasks_);
}

std::vector<Mailbox::Task> Mailbox::take() {
    std::vector<Task> tasks;
    const std::lock_guard lock(mutex_);
    tasks.swap(tasks_);
    return tasks;
}

void Mailbox::clear_signal() noexcept {
    const std::lock_guard lock(mutex_);
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(event_.get(), &count, sizeof count);
    signaled_ = false;
}

Timed::~Timed() { EventLoop::unlink(*this); }

EventLoop::EventLoop(Milliseconds granularity)
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      mailbox_(std::make_shared<Mailbox>()),
      granularity_(std::max<Milliseconds>(granularity, 1)) {
    if (!epoll_) fail("epoll_create1");
    for (Head& head : wheel_) {
        static_cast<Timed&>(head).previous_ = static_cast<Timed&>(head).next_ = &head;
    }
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = nullptr;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, mailbox_->event_.get(), &event) != 0) {
        fail("epoll_ctl");
    }
    now_ = monotonic();
    visited_ = now_ / granularity_;
}

EventLoop::~EventLoop() { mailbox_->close(); }

EventLoop* EventLoop::current() noexcept { return current_loop; }

void EventLoop::add(int descriptor, EventSource& source, std::uint32_t epoll_events) {
    epoll_event event{};
    event.events = epoll_events;
    event.data.ptr = &source;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event) != 0) fail("epoll_ctl");
}

void EventLoop::run() {
    current_loop = this;
    std::array<epoll_event, 256> events;
    while (running_) {
        for (auto& task : mailbox_->take()) task();
        std::vector<Mailbox::Task> deferred;
        deferred.swap(deferred_);
        for (auto& task : deferred) task();
        graveyard_.clear();
        const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(),
                                       deferred_.empty() ? wait_milliseconds() : 0);
        if (count < 0 && errno != EINTR) fail("epoll_wait");
        now_ = monotonic();
        for (int i = 0; i < count; ++i) {
            const epoll_event& event = events[static_cast<std::size_t>(i)];
            if (event.data.ptr == nullptr) {
                mailbox_->clear_signal();
            } else {
                static_cast<EventSource*>(event.data.ptr)->on_events(event.events);
            }
        }
        visit_due();
    }
    current_loop = nullptr;
}

void EventLoop::unlink(Timed& timed) noexcept {
    if (timed.next_ == nullptr || timed.next_ == &timed) return;
    timed.previous_->next_ = timed.next_;
    timed.next_->previous_ = timed.previous_;
    timed.previous_ = timed.next_ = nullptr;
    timed.visit_ = 0;
}

void EventLoop::link(Timed& timed, Milliseconds visit) {
    const Milliseconds tick = std::clamp(visit / granularity_ + 1, visited_ + 1,
                                         visited_ + static_cast<Milliseconds>(slots) - 1);
    Timed& head = wheel_[static_cast<std::size_t>(tick) % slots];
    timed.visit_ = tick * granularity_;
    timed.previous_ = head.previous_;
    timed.next_ = &head;
    head.previous_->next_ = &timed;
    head.previous_ = &timed;
}

void EventLoop::set_deadline(Timed& timed, Milliseconds deadline) {
    timed.deadline_ = deadline;
    if (deadline == 0) return;  // the visit finds nothing to do
    if (timed.visit_ != 0 && timed.visit_ <= deadline + granularity_) return;
    unlink(timed);
    link(timed, deadline);
}

void EventLoop::visit_due() {
    const Milliseconds tick = now_ / granularity_;
    const Milliseconds first = std::max(visited_ + 1, tick - static_cast<Milliseconds>(slots) + 1);
    for (Milliseconds at = first; at <= tick; ++at) {
        visited_ = at;
        Timed& head = wheel_[static_cast<std::size_t>(at) % slots];
        // Taken off one by one: on_deadline may destroy or move any of them.
        while (head.next_ != &head) {
            Timed& timed = *head.next_;
            unlink(timed);
            if (timed.deadline_ == 0) continue;
            if (timed.deadline_ <= now_) {
                timed.deadline_ = 0;
                timed.on_deadline();
            } else {
                link(timed, timed.deadline_);
            }
        }
    }
    visited_ = std::max(visited_, tick);
}

int EventLoop::wait_milliseconds() const {
    for (std::size_t ahead = 1; ahead < slots; ++ahead) {
        const Milliseconds tick = visited_ + static_cast<Milliseconds>(ahead);
        const Timed& head = wheel_[static_cast<std::size_t>(tick) % slots];
        if (head.next_ == &head) continue;
        return static_cast<int>(std::max<Milliseconds>(tick * granularity_ - now_, 1));
    }
    return -1;
}

}  // namespace consort::http
