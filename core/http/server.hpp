// The HTTP/1.1 server (RFC 9110, 9112): sockets, TLS, and the life of every connection.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "core/config/settings.hpp"
#include "core/http/router.hpp"
#include "core/observe/metrics.hpp"

namespace consort::http {

// Listens with one acceptor an I/O thread (SO_REUSEPORT). A connection stays on its thread, where
// handlers run, too. All functions are for any thread, but not for handlers.
//
// The server, not the handler, applies HEAD, Range, the If-* conditions, compression, CORS and
// keep-alive. A client that closes its side while it waits for an answer counts as gone.
class Server {
  public:
    // Router and metrics must outlive the server; the router does not change any more. Throws
    // std::runtime_error, with a sentence for people, if the certificate or key are unusable.
    Server(const config::ServerSettings& settings, const Router& router, observe::Metrics& metrics);
    // stop().
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Binds and begins to serve. Throws std::runtime_error if the address cannot be had.
    void start();
    std::uint16_t port() const noexcept;  // after start(): the real one
    std::string url() const;              // "http://127.0.0.1:8000"
    unsigned connections() const noexcept;

    // Stops to accept, closes idle connections, lets running answers finish with
    // `Connection: close`; requests that still arrive get 503. Returns at once.
    void drain();
    // Waits until the last connection has ended. False: `deadline` passed first.
    bool wait_drained(std::chrono::milliseconds deadline);
    // Ends every connection and the threads. Unanswered exchanges are cancelled.
    void stop();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace consort::http
