// The life of connections: keep-alive, slow clients, limits, draining.
#include <algorithm>
#include <thread>

#include "tests/http/fixture.hpp"

namespace consort::http::test {
namespace {

using std::chrono::milliseconds;

class Connections : public ServerTest {
  protected:
    Connections() {
        serve("/", [] { return text_response(200, "text/plain", "ok"); });
        route("POST", "/", [](const ExchangePtr& exchange) {
            exchange->respond(text_response(200, "text/plain", "ok"));
        });
        serve("/endless", [this] {
            Response response;
            for (int i = 0; i < 500; ++i) {
                response.body.push_back(counted_file(file_, 0, content_.size(), released_));
            }
            return response;
        });
        route("GET", "/wait", [this](ExchangePtr exchange) {
            const std::lock_guard lock(mutex_);
            waiting_ = std::move(exchange);
        });
    }
    ExchangePtr take_waiting() {
        ExchangePtr taken;
        EXPECT_TRUE(eventually([&] {
            const std::lock_guard lock(mutex_);
            taken = std::move(waiting_);
            return taken != nullptr;
        }));
        return taken;
    }
    std::mutex mutex_;
    ExchangePtr waiting_;
};

TEST_P(Connections, KeepAliveAndClose) {
    start();
    Client client = connect();
    EXPECT_EQ(client.get("/").status, 200);
    EXPECT_EQ(client.get("/").header("connection"), "");
    EXPECT_EQ(client.get("/", "Connection: close\r\n").header("connection"), "close");
    EXPECT_TRUE(client.ended());
    Client old_client = connect();
    EXPECT_EQ(
        old_client.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").header("connection"),
        "keep-alive");
    EXPECT_EQ(old_client.ask("GET / HTTP/1.0\r\n\r\n").header("connection"), "close");
    EXPECT_TRUE(old_client.ended());
    EXPECT_FALSE(old_client.was_reset());
}

TEST_P(Connections, AHalfClosedClientStillGetsAnImmediateAnswer) {
    if (tls()) GTEST_SKIP() << "TLS has no half-closed state to speak of";
    start();
    Client client = connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    client.shut_down_sending();
    EXPECT_EQ(client.read().status, 200);
    EXPECT_TRUE(client.ended());
}

TEST_P(Connections, ASlowHeadTimesOut) {
    settings_.header_timeout = milliseconds(60);
    start();
    Client client = connect();
    client.send("GET / HTTP/1.1\r\nHost");
    EXPECT_EQ(client.read().status, 408);
    EXPECT_TRUE(client.ended());
    EXPECT_EQ(metric("consort_http_timeouts_total"), 1);
}

TEST_P(Connections, DrippingAHeadDoesNotHelp) {
    settings_.header_timeout = milliseconds(100);
    start();
    Client client = connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n");
    // Each byte is progress, and yet the head as a whole is late.
    for (int i = 0; i < 1000 && metric("consort_http_timeouts_total") == 0; ++i) {
        client.send("a");
        std::this_thread::sleep_for(milliseconds(2));
    }
    EXPECT_EQ(metric("consort_http_timeouts_total"), 1);
    EXPECT_TRUE(client.ended());
}

TEST_P(Connections, ASlowBodyTimesOut) {
    settings_.body_timeout = milliseconds(60);
    start();
    Client client = connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
    EXPECT_EQ(client.read().status, 408);
    EXPECT_TRUE(client.ended());
}

TEST_P(Connections, AnIdleConnectionIsClosedInSilence) {
    settings_.idle_timeout = milliseconds(60);
    start();
    Client client = connect();
    EXPECT_EQ(client.get("/").status, 200);
    EXPECT_EQ(client.read_some(), "");
    EXPECT_EQ(metric("consort_http_timeouts_total"), 0);
}

TEST_P(Connections, AClientThatDoesNotReadIsCutOff) {
    settings_.write_timeout = milliseconds(80);
    start();
    Client client = connect();
    client.receive_slowly();
    client.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(eventually([&] { return metric("consort_http_timeouts_total") == 1; }));
    EXPECT_TRUE(eventually([&] { return released_.count == 500; }));
    EXPECT_TRUE(eventually([&] { return server_->connections() == 0; }));
}

TEST_P(Connections, AHandlerMayTakeItsTime) {
    settings_.header_timeout = settings_.body_timeout = settings_.idle_timeout =
        settings_.write_timeout = milliseconds(20);
    start();
    Client client = connect();
    client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
    const ExchangePtr exchange = take_waiting();
    std::this_thread::sleep_for(milliseconds(100));
    exchange->respond(text_response(200, "text/plain", "x"));
    EXPECT_EQ(client.read().status, 200);
}

TEST_P(Connections, TooManyAreTurnedAway) {
    settings_.max_connections = 3;
    start();
    std::vector<Client> clients;
    for (int i = 0; i < 3; ++i) {
        clients.push_back(connect());
        EXPECT_EQ(clients.back().get("/").status, 200);
    }
    if (tls()) {
        EXPECT_THROW(connect(), std::runtime_error);
    } else {
        Client excess = connect();
        const Answer answer = excess.get("/");
        EXPECT_EQ(answer.status, 503);
        EXPECT_EQ(answer.header("connection"), "close");
        EXPECT_NE(answer.header("retry-after"), "");
        EXPECT_TRUE(excess.ended());
    }
    EXPECT_EQ(metric("consort_http_connections_refused_total"), 1);
    clients.pop_back();
    EXPECT_TRUE(eventually([&] { return server_->connections() == 2; }));
    EXPECT_EQ(connect().get("/").status, 200);
}

TEST_P(Connections, DrainingFinishesWhatRuns) {
    start();
    Client idle = connect(), busy = connect();
    EXPECT_EQ(idle.get("/").status, 200);
    busy.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    const ExchangePtr exchange = take_waiting();
    server_->drain();
    EXPECT_TRUE(idle.ended());
    EXPECT_FALSE(server_->wait_drained(milliseconds(10)));
    exchange->respond(text_response(200, "text/plain", "finished"));
    const Answer answer = busy.read();
    EXPECT_EQ(answer.body, "finished");
    EXPECT_EQ(answer.header("connection"), "close");
    busy.close();
    EXPECT_TRUE(server_->wait_drained(std::chrono::seconds(20)));
    EXPECT_THROW(connect(), std::runtime_error);
}

TEST_P(Connections, ARequestThatArrivesWhileDrainingIsTurnedAway) {
    start();
    Client client = connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n");
    EXPECT_TRUE(eventually([&] { return server_->connections() == 1; }));
    // The head is under way, so the connection is not idle.
    std::this_thread::sleep_for(milliseconds(20));
    server_->drain();
    EXPECT_FALSE(server_->wait_drained(milliseconds(10)));
    const Answer answer = client.ask("\r\n");
    EXPECT_EQ(answer.status, 503);
    EXPECT_NE(answer.header("retry-after"), "");
    EXPECT_NE(answer.body.find("\"draining\""), std::string::npos);
    client.close();
    EXPECT_TRUE(server_->wait_drained(std::chrono::seconds(20)));
}

TEST_P(Connections, ManyAtOnceFromManyThreads) {
    start();
    std::atomic<int> good{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 10; ++i) {
                // Only plain clients: the test's TLS session is shared by one thread.
                Client client(server_->port(), false);
                if (tls()) continue;
                for (int r = 0; r < 10; ++r) good += client.get("/").status == 200;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(good, tls() ? 0 : 400);
    EXPECT_TRUE(eventually([&] { return metric("consort_http_open_connections") == 0; }));
}

TEST_P(Connections, TheNextServerMayNotTakeThePort) {
    start();
    config::ServerSettings same = settings_;
    same.port = server_->port();
    observe::Metrics metrics;
    Server second(same, router_, metrics);
    EXPECT_THROW(second.start(), std::runtime_error);
}

TEST_P(Connections, TlsNegotiatesHttpAndResumesSessions) {
    if (!tls()) GTEST_SKIP();
    start();
    Client first = connect();
    EXPECT_STREQ(first.protocol(), "http/1.1");
    EXPECT_EQ(first.get("/").status, 200);
    Client second = connect();
    EXPECT_TRUE(second.session_reused());
    EXPECT_EQ(second.get("/").status, 200);
}

TEST_P(Connections, PlainTextToATlsPortIsClosed) {
    if (!tls()) GTEST_SKIP();
    start();
    Client client(server_->port(), false);
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(client.ended());
    EXPECT_TRUE(eventually([&] { return server_->connections() == 0; }));
}

TEST_P(Connections, BadTlsFilesAreNamed) {
    settings_.tls_certificate = folder_ + "/none.pem";
    settings_.tls_key = "";
    EXPECT_THROW(start(), std::runtime_error);
    settings_.tls_key = folder_ + "/none.pem";
    try {
        start();
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("none.pem"), std::string::npos);
    }
}

INSTANTIATE_TEST_SUITE_P(Transport, Connections, testing::Bool(),
                         [](const auto& given) { return given.param ? "Tls" : "Plain"; });

}  // namespace
}  // namespace consort::http::test
