#include "core/http/server.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

#include "core/http/io_thread.hpp"
#include "core/observe/log.hpp"

namespace consort::http {

namespace {

struct Address {
    sockaddr_storage storage{};
    socklen_t size = 0;
};

Address resolve(const std::string& host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(host.empty() ? nullptr : host.c_str(),
                                    std::to_string(port).c_str(), &hints, &found);
    if (error != 0 || found == nullptr) {
        throw std::runtime_error("cannot listen on '" + host + "': " + ::gai_strerror(error) +
                                 "; set [server] bind to an address of this machine");
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned(found, ::freeaddrinfo);
    Address address;
    address.size = found->ai_addrlen;
    std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
    return address;
}

std::uint16_t port_of(const sockaddr_storage& address) {
    return ntohs(address.ss_family == AF_INET6
                     ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                     : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

void set_port(sockaddr_storage& address, std::uint16_t port) {
    if (address.ss_family == AF_INET6) {
        reinterpret_cast<sockaddr_in6&>(address).sin6_port = htons(port);
    } else {
        reinterpret_cast<sockaddr_in&>(address).sin_port = htons(port);
    }
}

Descriptor listen_on(const Address& address, const config::ServerSettings& settings) {
    Descriptor socket(
        ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int on = 1;
    const auto set = [&](int level, int option) {
        return ::setsockopt(socket.get(), level, option, &on, sizeof on) == 0;
    };
    // Accepted sockets inherit TCP_NODELAY; MSG_MORE joins what belongs together.
    if (!socket || !set(SOL_SOCKET, SO_REUSEADDR) || !set(SOL_SOCKET, SO_REUSEPORT) ||
        !set(IPPROTO_TCP, TCP_NODELAY) ||
        ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.size) !=
            0 ||
        ::listen(socket.get(), SOMAXCONN) != 0) {
        const int error = errno;
        throw std::runtime_error("cannot listen on " + settings.bind + " port " +
                                 std::to_string(port_of(address.storage)) + ": " +
                                 std::generic_category().message(error) +
                                 "; another program may have it: choose another [server] port");
    }
    return socket;
}

// SO_REUSEPORT would let two servers of one user share a port in silence.
void check_port_is_free(const Address& address, const config::ServerSettings& settings) {
    if (port_of(address.storage) == 0) return;
    const Descriptor probe(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    ::setsockopt(probe.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(probe.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.size) !=
            0 &&
        errno == EADDRINUSE) {
        throw std::runtime_error("cannot listen on " + settings.bind + " port " +
                                 std::to_string(settings.port) +
                                 ": another program has it; choose another [server] port");
    }
}

}  // namespace

struct Server::Impl {
    Impl(const config::ServerSettings& settings, const Router& router, observe::Metrics& metrics)
        : shared(settings, router, metrics) {
        if (settings.tls_certificate.empty() != settings.tls_key.empty()) {
            throw std::runtime_error(
                "TLS needs both [server] tls_certificate and tls_key; one of them is missing");
        }
        if (!settings.tls_certificate.empty()) {
            shared.tls = std::make_unique<TlsContext>(settings.tls_certificate, settings.tls_key);
        }
    }

    ServerShared shared;
    std::uint16_t port = 0;
    std::vector<std::unique_ptr<IoThread>> threads;
    std::vector<std::thread> runners;
    std::once_flag drained, stopped;
};

Server::Server(const config::ServerSettings& settings, const Router& router,
               observe::Metrics& metrics)
    : impl_(std::make_unique<Impl>(settings, router, metrics)) {}

Server::~Server() { stop(); }

void Server::start() {
    const auto& settings = impl_->shared.settings;
    const unsigned count = settings.io_threads != 0
                               ? settings.io_threads
                               : std::max(1u, std::thread::hardware_concurrency());
    Address address = resolve(settings.bind, settings.port);
    check_port_is_free(address, settings);
    for (unsigned i = 0; i < count; ++i) {
        Descriptor socket = listen_on(address, settings);
        if (i == 0) {
            Address bound;
            bound.size = sizeof bound.storage;
            ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound.storage), &bound.size);
            impl_->port = port_of(bound.storage);
            set_port(address.storage, impl_->port);
        }
        impl_->threads.push_back(std::make_unique<IoThread>(impl_->shared, std::move(socket)));
    }
    for (auto& thread : impl_->threads) {
        impl_->runners.emplace_back([&io = *thread] {
            // Signals are for the main thread; and sendfile to a closed socket raises SIGPIPE.
            sigset_t all;
            ::sigfillset(&all);
            ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
            ::pthread_setname_np(::pthread_self(), "http");
            io.run();
        });
    }
}

std::uint16_t Server::port() const noexcept { return impl_->port; }

std::string Server::url() const {
    const std::string& bind = impl_->shared.settings.bind;
    const std::string host = bind.empty() || bind == "0.0.0.0" || bind == "::" ? "127.0.0.1"
                             : bind.find(':') != std::string::npos             ? "[" + bind + "]"
                                                                               : bind;
    return (impl_->shared.tls ? "https://" : "http://") + host + ":" + std::to_string(impl_->port);
}

unsigned Server::connections() const noexcept { return impl_->shared.open.load(); }

void Server::drain() {
    std::call_once(impl_->drained, [this] {
        impl_->shared.draining = true;
        for (auto& thread : impl_->threads) {
            thread->loop.mailbox()->post([io = thread.get()] { io->drain(); });
        }
    });
}

bool Server::wait_drained(std::chrono::milliseconds deadline) {
    ServerShared& shared = impl_->shared;
    std::unique_lock lock(shared.mutex);
    return shared.progress.wait_for(lock, deadline, [&] {
        // A listener that is not closed yet may still hand out connections.
        return shared.drained_threads == impl_->threads.size() && connections() == 0;
    });
}

void Server::stop() {
    std::call_once(impl_->stopped, [this] {
        for (auto& thread : impl_->threads) {
            thread->loop.mailbox()->post([io = thread.get()] { io->end(); });
        }
        for (auto& runner : impl_->runners) runner.join();
        impl_->threads.clear();
    });
}

}  // namespace consort::http
