// The bytes of one connection: plain TCP, or TLS over it. Never blocks.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/http/descriptor.hpp"

namespace consort::http {

struct Transfer {
    enum class State {
        moved,    // `bytes` of them, at least one
        blocked,  // try again after the next readiness event
        ended,    // receive: the peer has closed; send_file: the file is shorter than it was
        failed,   // the connection is of no use any more
    };
    State state = State::failed;
    std::size_t bytes = 0;
};

class Transport {
  public:
    virtual ~Transport() = default;

    virtual Transfer receive(char* buffer, std::size_t size) noexcept = 0;
    // `more`: further bytes follow at once, and may share a packet with these.
    virtual Transfer send(const iovec* parts, std::size_t count, bool more) noexcept = 0;
    virtual Transfer send_file(int file, std::uint64_t offset, std::uint64_t length) noexcept = 0;
    // Whether a receive that filled less than its buffer has emptied the socket.
    virtual bool short_receive_means_empty() const noexcept = 0;
    // Whether a receive was blocked because something must be sent before (a TLS handshake).
    virtual bool wants_output() const noexcept { return false; }
    virtual void shutdown_send() noexcept = 0;
    // Closes without a proper end, so that nobody takes a cut body for a whole one.
    void reset() noexcept;
    // A body without end: what the client does not take stays with the sender, not in the kernel,
    // but for `bytes` of it.
    void keep_unsent_below(int bytes) noexcept;

    int descriptor() const noexcept { return socket_.get(); }
    void close() noexcept { socket_.reset(); }

  protected:
    explicit Transport(Descriptor socket) noexcept : socket_(std::move(socket)) {}

  private:
    Descriptor socket_;
};

std::unique_ptr<Transport> make_plain_transport(Descriptor socket);

}  // namespace consort::http
