// Requests that mean harm, or make no sense: an honest error, and the server goes on.
#include "tests/http/fixture.hpp"

namespace consort::http::test {
namespace {

class Hostile : public ServerTest {
  protected:
    Hostile() {
        serve("/", [] { return text_response(200, "text/plain", "ok"); });
        route("GET", "/files/{path*}", [](const ExchangePtr& exchange) {
            exchange->respond(
                text_response(200, "text/plain", std::string(exchange->param("path"))));
        });
        route("POST", "/", [](const ExchangePtr& exchange) {
            exchange->respond(text_response(200, "text/plain", std::string(exchange->body())));
        });
    }
    // The status, after checking that the connection ends and that the next client is served.
    int refused(const std::string& request) {
        Client client = connect();
        const Answer answer = client.ask(request);
        EXPECT_EQ(answer.header("connection"), "close") << request;
        EXPECT_EQ(answer.header("content-type"), "application/problem+json") << request;
        EXPECT_TRUE(answer.complete) << request;
        client.shut_down_sending();
        EXPECT_TRUE(client.ended());
        EXPECT_EQ(connect().get("/").status, 200);
        return answer.status;
    }
};

TEST_P(Hostile, Smuggling) {
    start();
    for (const char* headers :
         {"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
          "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
          "Content-Length: 4\r\nContent-Length: 40\r\n", "Content-Length: 4, 4\r\n",
          "Content-Length: +4\r\n", "Transfer-Encoding : chunked\r\n",
          "Transfer-Encoding:\r\n chunked\r\n", "X: y\nTransfer-Encoding: chunked\r\n"}) {
        EXPECT_EQ(refused(std::string("POST / HTTP/1.1\r\nHost: a\r\n") + headers +
                          "\r\n0\r\n\r\nGET /admin HTTP/1.1\r\nHost: a\r\n\r\n"),
                  400)
            << headers;
    }
    EXPECT_EQ(refused("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n"), 501);
}

TEST_P(Hostile, NothingBehindARefusedRequestIsAnswered) {
    start();
    Client client = connect();
    EXPECT_EQ(client.ask("GET / HTTP/1.1\r\nBad\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").status,
              400);
    client.shut_down_sending();
    EXPECT_EQ(client.read_some(), "");
}

TEST_P(Hostile, Garbage) {
    start();
    for (const std::string& request :
         {std::string("\x16\x03\x01\x02\x01\r\n\r\n"), std::string("GET\r\n\r\n"),
          std::string("\0\0\0\0\r\n\r\n", 8), std::string("GET / HTTP/1.1\r\n\r\n"),
          std::string("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
          std::string("GET / HTTP/1.1\nHost: a\n\n"), std::string("\r\n\r\n\r\n\r\n\r\n\r\n"),
          std::string("GET / FTP/1.1\r\nHost: a\r\n\r\n")}) {
        EXPECT_EQ(refused(request), 400) << request;
    }
    EXPECT_EQ(refused("GET / HTTP/3.0\r\nHost: a\r\n\r\n"), 505);
}

TEST_P(Hostile, Urls) {
    start();
    for (const char* url :
         {"/files/../../etc/passwd", "/files/%2e%2e/%2e%2e/etc/passwd", "/files/a%00b", "/files/%",
          "/files/%zz", "relative", "/files/\\..\\x", "/files/x#y"}) {
        EXPECT_EQ(connect().get(url).status, 400) << url;
    }
    EXPECT_EQ(connect().get("/files/a%2F..%2F..%2Fb").status, 200);
}

TEST_P(Hostile, HeadersThatAreTooLarge) {
    settings_.max_header_bytes = 2000;
    start();
    EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(3000, 'x') + "\r\n\r\n"),
              431);
    EXPECT_EQ(refused("GET /" + std::string(3000, 'x')), 431);
    std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (int i = 0; i < 200; ++i) many += "A: b\r\n";
    EXPECT_EQ(refused(many + "\r\n"), 431);
}

TEST_P(Hostile, ChunksThatMakeNoSense) {
    start();
    for (const char* body :
         {"x\r\n\r\n", "-5\r\nhello\r\n", "5\r\nhelloX\r\n0\r\n\r\n", "ffffffffffffffffff\r\n"}) {
        EXPECT_EQ(refused(std::string("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked"
                                      "\r\n\r\n") +
                          body),
                  400)
            << body;
    }
    EXPECT_EQ(refused("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;" +
                      std::string(200'000, 'x')),
              400);
}

TEST_P(Hostile, AClientThatLeavesInTheMiddleOfARequest) {
    start();
    for (const char* part : {"", "GET", "GET / HTTP/1.1\r\nHost: a\r\n",
                             "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"}) {
        Client client = connect();
        client.send(part);
        client.close_with_reset();
    }
    EXPECT_TRUE(eventually([&] { return server_->connections() == 0; }));
    EXPECT_EQ(connect().get("/").status, 200);
}

INSTANTIATE_TEST_SUITE_P(Transport, Hostile, testing::Bool(),
                         [](const auto& given) { return given.param ? "Tls" : "Plain"; });

}  // namespace
}  // namespace consort::http::test
