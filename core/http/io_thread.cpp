#include "core/http/io_thread.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "core/observe/log.hpp"

namespace consort::http {

namespace {

constexpr unsigned most_being_refused = 64;
constexpr int accepts_a_turn = 64;

Milliseconds granularity_for(const config::ServerSettings& settings) {
    const auto least = std::min({settings.header_timeout, settings.body_timeout,
                                 settings.idle_timeout, settings.write_timeout});
    return std::clamp<Milliseconds>(least.count() / 8, 1, 250);
}

std::string address_text(const sockaddr_storage& address) {
    char text[INET6_ADDRSTRLEN] = "";
    if (address.ss_family == AF_INET) {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
        ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    } else if (address.ss_family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
        if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
            ::inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text, sizeof text);
        } else {
            ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
        }
    }
    return text;
}

}  // namespace

ServerShared::ServerShared(const config::ServerSettings& given, const Router& given_router,
                           observe::Metrics& given_metrics)
    : settings(given),
      router(given_router),
      metrics(given_metrics, given_router),
      reply_settings{given.compress, given.cors_origins},
      access_log(given.access_log, given_metrics) {}

class IoThread::Listener final : public EventSource {
  public:
    Listener(IoThread& thread, Descriptor socket)
        : thread_(thread), socket_(std::move(socket)), spare_(open_spare()) {
        watch_.emplace(thread_.loop, socket_.get(), *this);
        watch_->expect_input();
    }

    // What one turn does not accept, the next one does: the socket is still readable.
    void on_input() override {
        accept_some(accepts_a_turn);
        watch_->expect_input();
    }
    void on_output() override {}

    bool accept_some(int most) {
        for (int i = 0; i < most; ++i) {
            sockaddr_storage address{};
            socklen_t size = sizeof address;
            Descriptor accepted(::accept4(socket_.get(), reinterpret_cast<sockaddr*>(&address),
                                          &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
            if (accepted) {
                thread_.accept_one(std::move(accepted), address_text(address));
                continue;
            }
            if (errno == EMFILE || errno == ENFILE) return shed();
            if (errno != EINTR && errno != ECONNABORTED) return false;
        }
        return true;
    }

  private:
    static Descriptor open_spare() { return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

    // Out of descriptors: the client would wait, and the loop would spin. The spare one lets the
    // connection be taken and closed.
    bool shed() {
        thread_.shared.metrics.refused.add();
        if (!spare_) return false;
        spare_.reset();
        { const Descriptor unwanted(::accept(socket_.get(), nullptr, nullptr)); }
        spare_ = open_spare();
        return true;
    }

    IoThread& thread_;
    Descriptor socket_, spare_;
    std::optional<Watch> watch_;  // ends before the socket does
};

IoThread::IoThread(ServerShared& given, Descriptor listener)
    : shared(given), loop(granularity_for(given.settings)) {
    listener_ = std::make_unique<Listener>(*this, std::move(listener));
    if (::getrandom(&id_prefix_, sizeof id_prefix_, 0) != sizeof id_prefix_) {
        id_prefix_ = reinterpret_cast<std::uintptr_t>(this);
    }
}

IoThread::~IoThread() = default;

void IoThread::accept_one(Descriptor socket, std::string remote) {
    const bool too_many = shared.open.load(std::memory_order_relaxed) >=
                          shared.settings.max_connections + being_refused_;
    if (too_many) shared.metrics.refused.add();
    if (too_many && (being_refused_ >= most_being_refused || shared.tls)) return;
    std::unique_ptr<Transport> transport = shared.tls ? shared.tls->accept(std::move(socket))
                                                      : make_plain_transport(std::move(socket));
    if (!transport) return;
    auto owned = std::make_unique<Connection>(*this, std::move(transport), std::move(remote));
    Connection& connection = *owned;
    add(*owned.release());
    shared.metrics.accepted.add();
    if (too_many) {
        ++being_refused_;
        return connection.refuse_for_load();
    }
    connection.begin();
}

void IoThread::add(Connection& connection) {
    connection.next_ = first_;
    if (first_ != nullptr) first_->previous_ = &connection;
    first_ = &connection;
    shared.open.fetch_add(1);
    shared.metrics.open_connections.add(1);
}

void IoThread::remove(Connection& connection) {
    if (connection.previous_ != nullptr) connection.previous_->next_ = connection.next_;
    if (connection.next_ != nullptr) connection.next_->previous_ = connection.previous_;
    if (first_ == &connection) first_ = connection.next_;
    if (!connection.counted_) --being_refused_;
    shared.metrics.open_connections.add(-1);
    loop.bury(std::unique_ptr<EventSource>(&connection));
    if (shared.open.fetch_sub(1) == 1 && shared.draining) {
        const std::lock_guard lock(shared.mutex);
        shared.progress.notify_all();
    }
}

void IoThread::yield(Connection& connection) {
    connection.yielding_ = true;
    if (!yield_scheduled_) {
        yield_scheduled_ = true;
        loop.defer([this] { resume_yielding(); });
    }
}

void IoThread::resume_yielding() {
    yield_scheduled_ = false;
    for (Connection* connection = first_; connection != nullptr;) {
        Connection* next = connection->next_;
        if (std::exchange(connection->yielding_, false)) connection->run();
        connection = next;
    }
}

void IoThread::drain() {
    if (listener_) {
        // What the kernel has accepted already would be reset by closing the listener.
        while (listener_->accept_some(accepts_a_turn)) {
        }
        loop.bury(std::move(listener_));
    }
    for (Connection* connection = first_; connection != nullptr;) {
        Connection* next = connection->next_;
        connection->drain();
        connection = next;
    }
    const std::lock_guard lock(shared.mutex);
    ++shared.drained_threads;
    shared.progress.notify_all();
}

void IoThread::end() {
    while (first_ != nullptr) first_->close();
    loop.stop();
}

std::string IoThread::make_request_id() {
    // Weyl sequence through a mixer: unique on this thread, and not guessable as the next number.
    std::uint64_t z = id_prefix_ + ++id_counter_ * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    std::string id(16, '0');
    for (std::size_t i = 0; i < id.size(); ++i, z >>= 4) id[i] = "0123456789abcdef"[z & 15];
    return id;
}

}  // namespace consort::http
