// A client that sends exactly the bytes it is told to, over TCP or TLS, and waits with a bound.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace consort::http::test {

struct Answer {
    int status = 0;
    std::map<std::string, std::string>
        headers;            // names in lower case; repeated ones joined by ", "
    std::string body;       // chunks joined
    bool complete = false;  // the body ended as its framing said
    std::string head;

    std::string header(const std::string& name) const {
        const auto found = headers.find(name);
        return found == headers.end() ? std::string() : found->second;
    }
};

class Client {
  public:
    Client(std::uint16_t port, bool tls);
    ~Client();
    Client(Client&&) noexcept;

    void send(std::string_view bytes);
    // Reads one answer; `to_head`: the request was HEAD.
    Answer read(bool to_head = false);
    Answer ask(std::string_view bytes) {
        send(bytes);
        return read();
    }
    // GET with further header lines, each ending in "\r\n".
    Answer get(const std::string& target, const std::string& headers = "") {
        return ask("GET " + target + " HTTP/1.1\r\nHost: test\r\n" + headers + "\r\n");
    }
    std::string read_some();  // what comes next; empty at the end
    bool ended();             // waits for the server to close: properly or by a reset
    bool was_reset() const;   // as the last read saw it
    void shut_down_sending();
    void close();  // at once
    void close_with_reset();
    void receive_slowly();         // the smallest receive buffer; before anything is sent
    const char* protocol() const;  // TLS: by ALPN
    bool session_reused() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace consort::http::test
