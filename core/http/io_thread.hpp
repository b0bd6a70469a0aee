// An I/O thread: its loop, its listening socket, its connections, and what they share.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "core/config/settings.hpp"
#include "core/http/access_log.hpp"
#include "core/http/connection.hpp"
#include "core/http/content_coding.hpp"
#include "core/http/event_loop.hpp"
#include "core/http/http_metrics.hpp"
#include "core/http/reply.hpp"
#include "core/http/router.hpp"
#include "core/http/tls.hpp"

namespace consort::http {

// One for all threads of a server.
struct ServerShared {
    ServerShared(const config::ServerSettings& given, const Router& given_router,
                 observe::Metrics& given_metrics);

    const config::ServerSettings settings;
    const Router& router;
    HttpMetrics metrics;
    ReplySettings reply_settings;
    AccessLog access_log;
    std::unique_ptr<TlsContext> tls;  // null: plain HTTP
    std::atomic<bool> draining{false};
    std::atomic<unsigned> open{0};

    // For who waits until nothing is open any more.
    std::mutex mutex;
    std::condition_variable progress;
    std::size_t drained_threads = 0;  // those that accept no more
};

class IoThread {
  public:
    IoThread(ServerShared& shared, Descriptor listener);
    ~IoThread();

    void run() { loop.run(); }
    // Both run on the thread itself.
    void drain();
    void end();

    void add(Connection& connection);
    void remove(Connection& connection);  // buries it
    void yield(Connection& connection);   // its run() is called again after the others' turns
    std::string make_request_id();

    ServerShared& shared;
    EventLoop loop;
    EncodedCache encoded{8 * 1024 * 1024};
    std::array<char, 64 * 1024> buffer;  // what a connection reads into, for one turn

  private:
    class Listener;
    void accept_one(Descriptor socket, std::string remote);
    void resume_yielding();

    std::unique_ptr<Listener> listener_;
    Connection* first_ = nullptr;
    unsigned being_refused_ = 0;
    bool yield_scheduled_ = false;
    std::uint64_t id_prefix_, id_counter_ = 0;
};

}  // namespace consort::http
