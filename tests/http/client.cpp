#include "tests/http/client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <utility>

#include "core/http/ascii.hpp"

namespace consort::http::test {

namespace {

constexpr int patience_seconds = 20;  // only ever reached by a failure

// One for all connections, so that sessions can be resumed.
SSL_CTX* client_context() {
    static SSL_CTX* context = [] {
        SSL_CTX* made = SSL_CTX_new(TLS_client_method());
        SSL_CTX_set_verify(made, SSL_VERIFY_NONE, nullptr);
        SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_CLIENT);
        return made;
    }();
    return context;
}

using Session = std::unique_ptr<SSL_SESSION, void (*)(SSL_SESSION*)>;

// What the next connection of this thread resumes.
Session& last_session() {
    thread_local Session session(nullptr, SSL_SESSION_free);
    return session;
}

}  // namespace

struct Client::Impl {
    int socket = -1;
    SSL* ssl = nullptr;
    std::string input;
    bool reset = false;

    ~Impl() { end(); }
    void end() {
        if (ssl != nullptr) SSL_free(std::exchange(ssl, nullptr));
        if (socket >= 0) ::close(std::exchange(socket, -1));
    }
    bool fill() {
        char buffer[16384];
        ssize_t got = 0;
        if (ssl != nullptr) {
            ERR_clear_error();
            errno = 0;
            got = SSL_read(ssl, buffer, sizeof buffer);
            if (got <= 0)
                reset = SSL_get_error(ssl, static_cast<int>(got)) != SSL_ERROR_ZERO_RETURN;
        } else {
            got = ::recv(socket, buffer, sizeof buffer, 0);
            if (got < 0 && errno == EAGAIN) throw std::runtime_error("no answer in time");
            if (got < 0) reset = true;
        }
        if (got <= 0) return false;
        input.append(buffer, static_cast<std::size_t>(got));
        return true;
    }
    bool have(std::size_t bytes) {
        while (input.size() < bytes) {
            if (!fill()) return false;
        }
        return true;
    }
    bool line(std::string& out) {
        std::size_t end = 0;
        while ((end = input.find("\r\n")) == std::string::npos) {
            if (!fill()) return false;
        }
        out = input.substr(0, end);
        input.erase(0, end + 2);
        return true;
    }
};

Client::Client(std::uint16_t port, bool tls) : impl_(std::make_unique<Impl>()) {
    impl_->socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval patience{patience_seconds, 0};
    ::setsockopt(impl_->socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(impl_->socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        throw std::runtime_error("cannot connect");
    }
    if (!tls) return;
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
    impl_->ssl = SSL_new(client_context());
    static const unsigned char protocols[] = "\x02h2\x08http/1.1";
    SSL_set_alpn_protos(impl_->ssl, protocols, sizeof protocols - 1);
    SSL_set_fd(impl_->ssl, impl_->socket);
    if (last_session() != nullptr) SSL_set_session(impl_->ssl, last_session().get());
    if (SSL_connect(impl_->ssl) != 1) throw std::runtime_error("TLS handshake failed");
}

Client::~Client() = default;
Client::Client(Client&&) noexcept = default;

void Client::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent =
            impl_->ssl != nullptr
                ? SSL_write(impl_->ssl, bytes.data(), static_cast<int>(bytes.size()))
                : ::send(impl_->socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;  // what matters is what the server says
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

Answer Client::read(bool to_head) {
    Answer answer;
    std::string line;
    if (!impl_->line(line)) return answer;
    answer.head = line + "\n";
    if (line.size() < 12) return answer;
    answer.status = std::stoi(line.substr(9, 3));
    while (impl_->line(line) && !line.empty()) {
        answer.head += line + "\n";
        const std::size_t colon = line.find(':');
        std::string name = line.substr(0, colon);
        for (char& c : name) c = lower(c);
        std::string& value = answer.headers[name];
        value += (value.empty() ? "" : ", ") + std::string(trim(line.substr(colon + 1)));
    }
    if (impl_->ssl != nullptr) {
        last_session().reset(SSL_get1_session(impl_->ssl));
    }
    if (to_head || answer.status == 204 || answer.status == 304 || answer.status < 200) {
        answer.complete = true;
    } else if (answer.header("transfer-encoding") == "chunked") {
        while (impl_->line(line)) {
            const std::size_t size = std::stoul(line, nullptr, 16);
            if (!impl_->have(size + 2)) break;
            answer.body += impl_->input.substr(0, size);
            impl_->input.erase(0, size + 2);
            if (size == 0) {
                answer.complete = true;
                break;
            }
        }
    } else if (answer.headers.count("content-length") != 0) {
        const std::size_t size = std::stoul(answer.header("content-length"));
        answer.complete = impl_->have(size);
        answer.body = impl_->input.substr(0, size);
        impl_->input.erase(0, size);
    } else {
        while (impl_->fill()) {
        }
        answer.complete = !impl_->reset;
        answer.body.swap(impl_->input);
    }
    return answer;
}

std::string Client::read_some() {
    if (impl_->input.empty()) impl_->fill();
    return std::exchange(impl_->input, {});
}

bool Client::ended() {
    while (impl_->fill()) {
    }
    return true;
}

bool Client::was_reset() const { return impl_->reset; }
void Client::shut_down_sending() { ::shutdown(impl_->socket, SHUT_WR); }
void Client::close() { impl_->end(); }

void Client::close_with_reset() {
    const linger abort{1, 0};
    ::setsockopt(impl_->socket, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    impl_->end();
}

void Client::receive_slowly() {
    const int size = 4096;
    ::setsockopt(impl_->socket, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

const char* Client::protocol() const {
    const unsigned char* name = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(impl_->ssl, &name, &length);
    return length == 8 ? "http/1.1" : "";
}

bool Client::session_reused() const { return SSL_session_reused(impl_->ssl) == 1; }

}  // namespace consort::http::test
