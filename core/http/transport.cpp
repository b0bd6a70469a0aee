#include "core/http/transport.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace consort::http {

namespace {

Transfer outcome(ssize_t result) noexcept {
    if (result > 0) return {Transfer::State::moved, static_cast<std::size_t>(result)};
    if (result == 0) return {Transfer::State::ended, 0};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {Transfer::State::blocked, 0};
    return {Transfer::State::failed, 0};
}

class PlainTransport final : public Transport {
  public:
    explicit PlainTransport(Descriptor socket) noexcept : Transport(std::move(socket)) {}

    Transfer receive(char* buffer, std::size_t size) noexcept override {
        ssize_t got = 0;
        do {
            got = ::recv(descriptor(), buffer, size, 0);
        } while (got < 0 && errno == EINTR);
        return outcome(got);
    }

    Transfer send(const iovec* parts, std::size_t count, bool more) noexcept override {
        const int flags = MSG_NOSIGNAL | (more ? MSG_MORE : 0);
        msghdr message{};
        message.msg_iov = const_cast<iovec*>(parts);
        message.msg_iovlen = count;
        ssize_t sent = 0;
        do {
            // The kernel takes one part more cheaply than a list of one.
            sent = count == 1 ? ::send(descriptor(), parts->iov_base, parts->iov_len, flags)
                              : ::sendmsg(descriptor(), &message, flags);
        } while (sent < 0 && errno == EINTR);
        return outcome(sent);
    }

    Transfer send_file(int file, std::uint64_t offset, std::uint64_t length) noexcept override {
        constexpr std::uint64_t most = 0x7ffff000;  // what one call moves
        auto from = static_cast<off_t>(offset);
        ssize_t sent = 0;
        do {
            sent = ::sendfile(descriptor(), file, &from,
                              static_cast<std::size_t>(std::min(length, most)));
        } while (sent < 0 && errno == EINTR);
        return outcome(sent);
    }

    bool short_receive_means_empty() const noexcept override { return true; }
    void shutdown_send() noexcept override { ::shutdown(descriptor(), SHUT_WR); }
};

}  // namespace

void Transport::reset() noexcept {
    const linger abort{1, 0};
    ::setsockopt(descriptor(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    close();
}

void Transport::keep_unsent_below(int bytes) noexcept {
    ::setsockopt(descriptor(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, sizeof bytes);
}

std::unique_ptr<Transport> make_plain_transport(Descriptor socket) {
    return std::make_unique<PlainTransport>(std::move(socket));
}

}  // namespace consort::http
