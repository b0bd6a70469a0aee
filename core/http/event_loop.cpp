#include "core/http/event_loop.hpp"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <mutex>
#include <utility>

namespace consort::http {

namespace asio = boost::asio;

struct Mailbox::Impl {
    std::mutex mutex;
    asio::io_context* context = nullptr;  // null: the loop has ended
};

Mailbox::Mailbox() : impl_(std::make_unique<Impl>()) {}
Mailbox::~Mailbox() = default;

bool Mailbox::post(Task task) {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->context == nullptr) return false;
    asio::post(*impl_->context, std::move(task));
    return true;
}

struct EventLoop::Impl {
    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
    asio::steady_timer timer{context};
};

// Kept by the handlers that wait, so that an event which is on its way finds nobody, not a corpse.
struct Watch::State : std::enable_shared_from_this<State> {
    State(asio::io_context& context, int native, EventSource& given)
        : descriptor(context, native), source(&given) {}

    void expect_input() {
        if (std::exchange(input_expected, true)) return;
        descriptor.async_wait(asio::posix::descriptor_base::wait_read,
                              [self = shared_from_this()](boost::system::error_code) {
                                  self->input_expected = false;
                                  if (self->source != nullptr) self->source->on_input();
                              });
    }
    void expect_output() {
        if (std::exchange(output_expected, true)) return;
        descriptor.async_wait(asio::posix::descriptor_base::wait_write,
                              [self = shared_from_this()](boost::system::error_code) {
                                  self->output_expected = false;
                                  if (self->source != nullptr) self->source->on_output();
                              });
    }

    // Of the loop's own executor: one of any kind would cost each of many connections 150 bytes.
    asio::posix::basic_stream_descriptor<asio::io_context::executor_type> descriptor;
    EventSource* source;
    bool input_expected = false, output_expected = false;
};

Watch::Watch(EventLoop& loop, int descriptor, EventSource& source)
    : state_(std::make_shared<State>(loop.impl_->context, descriptor, source)) {}

Watch::~Watch() {
    state_->source = nullptr;
    state_->descriptor.release();
}

void Watch::expect_input() { state_->expect_input(); }

void Watch::expect_output() { state_->expect_output(); }

Timed::~Timed() { EventLoop::unlink(*this); }

EventLoop::EventLoop(Milliseconds granularity)
    : impl_(std::make_unique<Impl>()),
      mailbox_(std::make_shared<Mailbox>()),
      granularity_(std::max<Milliseconds>(granularity, 1)) {
    for (Head& head : wheel_) {
        static_cast<Timed&>(head).previous_ = static_cast<Timed&>(head).next_ = &head;
    }
    mailbox_->impl_->context = &impl_->context;
    visited_ = now() / granularity_;
}

Milliseconds EventLoop::monotonic() noexcept {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

EventLoop::~EventLoop() {
    {
        const std::lock_guard lock(mailbox_->impl_->mutex);
        mailbox_->impl_->context = nullptr;
    }
    graveyard_.clear();
    impl_.reset();  // with the tasks that never ran
}

void EventLoop::run() {
    // run_one waits first: what was known of the time is old when the event comes.
    for (now_ = 0; running_ && impl_->context.run_one() > 0; now_ = 0) graveyard_.clear();
}

void EventLoop::defer(Mailbox::Task task) { asio::post(impl_->context, std::move(task)); }

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
    wake_at(tick);
}

void EventLoop::set_deadline(Timed& timed, Milliseconds deadline) {
    timed.deadline_ = deadline;
    if (deadline == 0) return;  // the visit finds nothing to do
    if (timed.visit_ != 0 && timed.visit_ <= deadline + granularity_) return;
    unlink(timed);
    link(timed, deadline);
}

void EventLoop::visit_due() {
    const Milliseconds now = this->now(), tick = now / granularity_;
    const Milliseconds first = std::max(visited_ + 1, tick - static_cast<Milliseconds>(slots) + 1);
    for (Milliseconds at = first; at <= tick; ++at) {
        visited_ = at;
        Timed& head = wheel_[static_cast<std::size_t>(at) % slots];
        // Taken off one by one: on_deadline may destroy or move any of them.
        while (head.next_ != &head) {
            Timed& timed = *head.next_;
            unlink(timed);
            if (timed.deadline_ == 0) continue;
            if (timed.deadline_ <= now) {
                timed.deadline_ = 0;
                timed.on_deadline();
            } else {
                link(timed, timed.deadline_);
            }
        }
    }
    visited_ = std::max(visited_, tick);
}

void EventLoop::wake_at(Milliseconds tick) {
    if (wake_tick_ != 0 && wake_tick_ <= tick) return;
    wake_tick_ = tick;
    impl_->timer.expires_at(
        std::chrono::steady_clock::time_point(std::chrono::milliseconds(tick * granularity_)));
    impl_->timer.async_wait([this](boost::system::error_code error) {
        if (error) return;  // set anew, or the loop has ended
        wake_tick_ = 0;
        visit_due();
        wake_for_next();
    });
}

void EventLoop::wake_for_next() {
    for (std::size_t ahead = 1; ahead < slots; ++ahead) {
        const Milliseconds tick = visited_ + static_cast<Milliseconds>(ahead);
        const Timed& head = wheel_[static_cast<std::size_t>(tick) % slots];
        if (head.next_ != &head) return wake_at(tick);
    }
}

}  // namespace consort::http
