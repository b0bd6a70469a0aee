#include "core/http/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <stdexcept>

namespace consort::http {

namespace {

constexpr std::size_t record_bytes = 16 * 1024;

std::string openssl_reason() {
    const unsigned long code = ::ERR_peek_last_error();
    char text[256] = "unknown fault";
    if (code != 0) ::ERR_error_string_n(code, text, sizeof text);
    ::ERR_clear_error();
    return text;
}

// Where a send gathers its parts: a record costs the same for one byte as for 16 KiB.
char* record_buffer() {
    thread_local std::array<char, record_bytes> buffer;
    return buffer.data();
}

class TlsTransport final : public Transport {
  public:
    TlsTransport(Descriptor socket, SSL* ssl) noexcept : Transport(std::move(socket)), ssl_(ssl) {}
    ~TlsTransport() override { ::SSL_free(ssl_); }

    Transfer receive(char* buffer, std::size_t size) noexcept override {
        ::ERR_clear_error();
        errno = 0;
        const int got =
            ::SSL_read(ssl_, buffer, static_cast<int>(std::min<std::size_t>(size, INT_MAX)));
        wants_output_ = got <= 0 && ::SSL_want(ssl_) == SSL_WRITING;
        if (got > 0) return {Transfer::State::moved, static_cast<std::size_t>(got)};
        return outcome(got);
    }

    Transfer send(const iovec* parts, std::size_t count, bool) noexcept override {
        if (parts->iov_len >= record_bytes || count == 1) {
            return write(static_cast<const char*>(parts->iov_base), parts->iov_len);
        }
        char* record = record_buffer();
        std::size_t size = 0;
        for (std::size_t i = 0; i < count && size < record_bytes; ++i) {
            const std::size_t part = std::min(parts[i].iov_len, record_bytes - size);
            std::memcpy(record + size, parts[i].iov_base, part);
            size += part;
        }
        return write(record, size);
    }

    // A piece that the socket did not take is read again: what is encrypted already is sent from
    // OpenSSL's own buffer, which SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER allows.
    Transfer send_file(int file, std::uint64_t offset, std::uint64_t length) noexcept override {
        const std::size_t most = std::min<std::uint64_t>(length, record_bytes);
        ssize_t got = 0;
        do {
            got = ::pread(file, record_buffer(), most, static_cast<off_t>(offset));
        } while (got < 0 && errno == EINTR);
        if (got == 0) return {Transfer::State::ended, 0};
        if (got < 0 || static_cast<std::size_t>(got) < refused_) return {};
        return write(record_buffer(), static_cast<std::size_t>(got));
    }

    bool short_receive_means_empty() const noexcept override { return false; }
    bool wants_output() const noexcept override { return wants_output_; }

    void shutdown_send() noexcept override {
        ::ERR_clear_error();
        if (::SSL_is_init_finished(ssl_)) ::SSL_shutdown(ssl_);
        ::shutdown(descriptor(), SHUT_WR);
    }

  private:
    Transfer write(const char* data, std::size_t size) noexcept {
        ::ERR_clear_error();
        errno = 0;
        const int length = static_cast<int>(std::min<std::size_t>(size, INT_MAX));
        const int sent = ::SSL_write(ssl_, data, length);
        refused_ = sent > 0 ? 0 : static_cast<std::size_t>(length);
        if (sent > 0) return {Transfer::State::moved, static_cast<std::size_t>(sent)};
        return outcome(sent);
    }

    Transfer outcome(int result) noexcept {
        switch (::SSL_get_error(ssl_, result)) {
            case SSL_ERROR_WANT_READ:
            case SSL_ERROR_WANT_WRITE:
                return {Transfer::State::blocked, 0};
            case SSL_ERROR_ZERO_RETURN:
                return {Transfer::State::ended, 0};
            default:
                return {Transfer::State::failed, 0};
        }
    }

    SSL* ssl_;
    bool wants_output_ = false;
    std::size_t refused_ = 0;  // bytes of the write that must be repeated
};

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_length,
                    const unsigned char* in, unsigned int in_length, void*) {
    static const unsigned char http_1_1[] = "\x08http/1.1";
    unsigned char* chosen = nullptr;
    if (::SSL_select_next_proto(&chosen, out_length, http_1_1, sizeof http_1_1 - 1, in,
                                in_length) != OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_NOACK;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

}  // namespace

struct TlsContext::Impl {
    Impl() : context(::SSL_CTX_new(::TLS_server_method())) {
        if (context == nullptr) throw std::runtime_error("TLS: " + openssl_reason());
    }
    ~Impl() { ::SSL_CTX_free(context); }
    SSL_CTX* context;
};

TlsContext::TlsContext(const std::string& certificate_file, const std::string& key_file)
    : impl_(std::make_unique<Impl>()) {
    SSL_CTX* context = impl_->context;
    ::SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    ::SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                       SSL_OP_CIPHER_SERVER_PREFERENCE |
                                       SSL_OP_IGNORE_UNEXPECTED_EOF);
    ::SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_RELEASE_BUFFERS |
                                    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    static const unsigned char name[] = "consort";
    ::SSL_CTX_set_session_id_context(context, name, sizeof name - 1);
    ::SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_SERVER);
    ::SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
    if (::SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1) {
        throw std::runtime_error("[server] tls_certificate: " + certificate_file +
                                 " is not a readable PEM certificate: " + openssl_reason());
    }
    if (::SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
        throw std::runtime_error("[server] tls_key: " + key_file +
                                 " is not a readable PEM key: " + openssl_reason());
    }
    if (::SSL_CTX_check_private_key(context) != 1) {
        throw std::runtime_error("[server] tls_key: " + key_file +
                                 " does not belong to the certificate " + certificate_file);
    }
}

TlsContext::~TlsContext() = default;

std::unique_ptr<Transport> TlsContext::accept(Descriptor socket) const {
    SSL* ssl = ::SSL_new(impl_->context);
    if (ssl == nullptr) return nullptr;
    if (::SSL_set_fd(ssl, socket.get()) != 1) {
        ::SSL_free(ssl);
        return nullptr;
    }
    ::SSL_set_accept_state(ssl);
    return std::make_unique<TlsTransport>(std::move(socket), ssl);
}

}  // namespace consort::http
