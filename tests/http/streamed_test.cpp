// Request bodies that a handler takes as they arrive.
#include <thread>

#include "consort/abi/exchange.h"

#include "tests/http/fixture.hpp"

namespace consort::http::test {
namespace {

// Reads one body to its end; `hold` keeps it from asking on.
class Reader : public std::enable_shared_from_this<Reader> {
  public:
    explicit Reader(ExchangePtr exchange, std::size_t most = 16 * 1024)
        : exchange_(std::move(exchange)), most_(most) {}

    consort_status ask() {
        auto self = std::make_unique<std::shared_ptr<Reader>>(shared_from_this());
        const consort_status status = exchange()->read_body(
            {most_,
             [](void* arg, consort_status given, const void* data, std::size_t size) noexcept {
                 const std::unique_ptr<std::shared_ptr<Reader>> reader(
                     static_cast<std::shared_ptr<Reader>*>(arg));
                 (*reader)->take(given, {static_cast<const char*>(data), size});
             },
             self.get()});
        if (status == CONSORT_OK) static_cast<void>(self.release());
        return status;
    }
    void hold(bool held) { held_ = held; }
    void let_go() {
        const std::lock_guard lock(mutex_);
        exchange_.reset();
    }
    ExchangePtr exchange() {
        const std::lock_guard lock(mutex_);
        return exchange_;
    }
    std::string text() {
        const std::lock_guard lock(mutex_);
        return text_;
    }
    std::size_t size() {
        const std::lock_guard lock(mutex_);
        return text_.size();
    }
    bool ended_with(consort_status status) {
        return eventually([&] { return ends_ > 0; }) && ends_ == 1 && end_ == status;
    }
    std::atomic<int> ends_{0};
    std::atomic<bool> answers_{true};  // at the end

  private:
    void take(consort_status status, std::string_view bytes) {
        EXPECT_LE(bytes.size(), most_);
        EXPECT_EQ(bytes.empty(), status != CONSORT_OK);
        if (status == CONSORT_OK) {
            {
                const std::lock_guard lock(mutex_);
                text_ += bytes;
            }
            if (!held_) {
                EXPECT_EQ(ask(), CONSORT_OK);
            }
            return;
        }
        end_ = status;
        ++ends_;
        if (const ExchangePtr asked = exchange(); asked && answers_) {
            asked->respond(text_response(200, "text/plain", "got " + std::to_string(size())));
        }
    }

    std::mutex mutex_;
    ExchangePtr exchange_;
    const std::size_t most_;
    std::string text_;
    std::atomic<consort_status> end_{0};
    std::atomic<bool> held_{false};
};

class Streamed : public ServerTest {
  protected:
    Streamed() {
        const auto take = [this](const ExchangePtr& exchange) {
            if (exchange->header("authorization") != "yes") {
                Response refusal = problem_response(401, "who", "Say who you are.");
                refusal.headers.emplace_back("WWW-Authenticate", "Basic realm=\"test\"");
                exchange->respond(std::move(refusal));
                return;
            }
            auto reader = std::make_shared<Reader>(exchange, most_);
            reader->hold(hold_);
            if (exchange->header("early")) {
                Response early;
                early.reads_on = true;
                exchange->respond(std::move(early));
            }
            if (!hold_) {
                EXPECT_EQ(reader->ask(), CONSORT_OK);
            }
            const std::lock_guard lock(mutex_);
            reader_ = std::move(reader);
        };
        route("PUT", "/live", take, {}, CONSORT_BODY_STREAMED_TO_CLOSE);
        route("SOURCE", "/live", take, {}, CONSORT_BODY_STREAMED_TO_CLOSE);
        route("POST", "/framed", take, {}, CONSORT_BODY_STREAMED);
        route("POST", "/whole", [](const ExchangePtr& exchange) {
            EXPECT_EQ(exchange->read_body({1, nullptr, nullptr}), CONSORT_E_INVALID);
            exchange->respond(text_response(200, "text/plain", std::string(exchange->body())));
        });
        serve("/other", [] { return text_response(200, "text/plain", "other"); });
    }
    Reader& reader() {
        EXPECT_TRUE(eventually([&] {
            const std::lock_guard lock(mutex_);
            return reader_ != nullptr;
        }));
        return *reader_;
    }
    bool gets(const std::string& text) {
        return eventually([&] { return reader().text() == text; });
    }

    // A TLS client that has not read all there was resets the connection when it closes.
    bool ended_by_closing() {
        return reader().ended_with(CONSORT_END) ||
               (tls() && reader().ended_with(CONSORT_E_CANCELED));
    }

    std::size_t most_ = 16 * 1024;
    std::atomic<bool> hold_{false};
    std::mutex mutex_;
    std::shared_ptr<Reader> reader_;
};

constexpr const char* put = "PUT /live HTTP/1.1\r\nHost: a\r\nAuthorization: yes\r\n";

TEST_P(Streamed, PiecesComeBeforeTheEnd) {
    start();
    Client client = connect();
    client.send(std::string(put) + "Content-Length: 10\r\n\r\nhello");
    EXPECT_TRUE(gets("hello"));
    EXPECT_EQ(reader().ask(), CONSORT_E_BUSY);
    client.send("world");
    const Answer answer = client.read();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "got 10");
    EXPECT_EQ(answer.header("connection"), "close");
    EXPECT_TRUE(reader().ended_with(CONSORT_END));
    EXPECT_EQ(reader().ask(), CONSORT_E_DONE);
    EXPECT_TRUE(client.ended());
}

TEST_P(Streamed, Chunks) {
    most_ = 3;
    start();
    Client client = connect();
    client.send(std::string(put) + "Transfer-Encoding: chunked\r\n\r\n5\r\nhel");
    EXPECT_TRUE(gets("hel"));
    client.send("lo\r\n6\r\n world\r\n0\r");
    EXPECT_TRUE(gets("hello world"));
    client.send("\n\r\n");
    EXPECT_EQ(client.read().body, "got 11");
    EXPECT_TRUE(reader().ended_with(CONSORT_END));
}

TEST_P(Streamed, MalformedChunks) {
    start();
    Client client = connect();
    client.send(std::string(put) + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello, too much\r\n");
    EXPECT_TRUE(reader().ended_with(CONSORT_E_CORRUPT));
    EXPECT_EQ(reader().text(), "hello");
    EXPECT_EQ(client.read().status, 200);  // what the handler chose to say
    EXPECT_TRUE(client.ended());
}

TEST_P(Streamed, WithoutALengthUntilTheClientCloses) {
    start();
    Client client = connect();
    client.send(std::string(put) + "\r\nhello");
    EXPECT_TRUE(gets("hello"));
    client.send(" world");
    EXPECT_TRUE(gets("hello world"));
    client.close();
    EXPECT_TRUE(ended_by_closing());
    EXPECT_TRUE(eventually([&] { return server_->connections() == 0; }));
}

TEST_P(Streamed, AHalfClosedClientIsAnswered) {
    if (tls()) GTEST_SKIP() << "TLS here has no half";
    start();
    Client client = connect();
    client.send(std::string(put) + "\r\nhello");
    EXPECT_TRUE(gets("hello"));
    client.shut_down_sending();
    EXPECT_EQ(client.read().body, "got 5");
}

TEST_P(Streamed, WithoutALengthNothingElsewhere) {
    start();
    Client client = connect();
    const Answer answer =
        client.ask("POST /framed HTTP/1.1\r\nHost: a\r\nAuthorization: yes\r\n\r\n");
    EXPECT_EQ(answer.body, "got 0");
    EXPECT_TRUE(reader().ended_with(CONSORT_END));
}

TEST_P(Streamed, SourceIsAnsweredBeforeItSends) {
    start();
    Client client = connect();
    const Answer answer =
        client.ask("SOURCE /live HTTP/1.0\r\nAuthorization: yes\r\nEarly: 1\r\n\r\n");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("content-length"), "0");
    client.send("hello");
    EXPECT_TRUE(gets("hello"));
    client.send(" world");
    EXPECT_TRUE(gets("hello world"));
    client.close();
    EXPECT_TRUE(ended_by_closing());
    EXPECT_TRUE(eventually([&] { return server_->connections() == 0; }));
}

TEST_P(Streamed, ContinueComesWhenTheHandlerAsks) {
    hold_ = true;
    start();
    Client client = connect();
    client.send(std::string(put) + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    Reader& taking = reader();
    EXPECT_EQ(server_->connections(), 1u);
    taking.hold(false);
    EXPECT_EQ(taking.ask(), CONSORT_OK);
    EXPECT_EQ(client.read().status, 100);
    client.send("hello");
    EXPECT_EQ(client.read().body, "got 5");
}

TEST_P(Streamed, ARefusalComesInsteadOfContinue) {
    start();
    Client client = connect();
    const Answer answer = client.ask(
        "PUT /live HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(answer.header("www-authenticate"), "Basic realm=\"test\"");
    EXPECT_EQ(answer.header("connection"), "close");
    EXPECT_TRUE(client.ended());
    EXPECT_FALSE(client.was_reset());
}

TEST_P(Streamed, ARefusedClientThatSendsOnSeesTheRefusal) {
    start();
    Client client = connect();
    client.send("PUT /live HTTP/1.1\r\nHost: a\r\n\r\n" + std::string(500'000, 'x'));
    EXPECT_EQ(client.read().status, 401);
}

TEST_P(Streamed, NothingIsReceivedUnasked) {
    hold_ = true;
    start();
    Client client = connect();
    constexpr std::size_t much = 64 * 1024 * 1024;
    std::atomic<bool> sent{false};
    std::thread sender([&] {
        client.send(std::string(put) + "Content-Length: " + std::to_string(much) + "\r\n\r\n");
        client.send(std::string(much, 'x'));
        sent = true;
    });
    Reader& taking = reader();
    Client other = connect();
    for (int i = 0; i < 100; ++i) EXPECT_EQ(other.get("/other").body, "other");
    EXPECT_FALSE(sent);
    EXPECT_EQ(taking.size(), 0u);
    taking.hold(false);
    EXPECT_EQ(taking.ask(), CONSORT_OK);
    EXPECT_TRUE(taking.ended_with(CONSORT_END));
    EXPECT_EQ(taking.size(), much);
    sender.join();
    EXPECT_EQ(client.read().status, 200);
}

TEST_P(Streamed, AnotherThreadMayAsk) {
    hold_ = true;
    most_ = 1'000;
    start();
    Client client = connect();
    client.send(std::string(put) + "Content-Length: 100000\r\n\r\n" + std::string(100'000, 'x'));
    Reader& taking = reader();
    for (std::size_t before = 0; before < 100'000; before = taking.size()) {
        ASSERT_EQ(taking.ask(), CONSORT_OK);
        ASSERT_TRUE(eventually([&] { return taking.size() > before; }));
    }
    ASSERT_EQ(taking.ask(), CONSORT_OK);
    EXPECT_EQ(client.read().body, "got 100000");
}

TEST_P(Streamed, AStandstillTimesOut) {
    settings_.body_timeout = std::chrono::milliseconds(60);
    start();
    Client client = connect();
    client.send(std::string(put) + "\r\nhello");
    EXPECT_TRUE(reader().ended_with(CONSORT_E_TIMEOUT));
    EXPECT_EQ(client.read().body, "got 5");
    EXPECT_TRUE(client.ended());
    EXPECT_EQ(metric("consort_http_timeouts_total"), 1);
}

TEST_P(Streamed, AStandstillAfterAnEarlyAnswerCloses) {
    settings_.body_timeout = std::chrono::milliseconds(60);
    start();
    Client client = connect();
    EXPECT_EQ(client.ask(std::string(put) + "Early: 1\r\n\r\n").status, 200);
    EXPECT_TRUE(reader().ended_with(CONSORT_E_TIMEOUT));
    EXPECT_TRUE(client.ended());
}

TEST_P(Streamed, ACutBodyIsCanceled) {
    start();
    Client client = connect();
    client.send(std::string(put) + "Content-Length: 10\r\n\r\nhello");
    EXPECT_TRUE(gets("hello"));
    client.close();
    EXPECT_TRUE(reader().ended_with(CONSORT_E_CANCELED));
}

TEST_P(Streamed, AResetIsCanceled) {
    start();
    Client client = connect();
    client.send(std::string(put) + "\r\nhello");
    EXPECT_TRUE(gets("hello"));
    client.close_with_reset();
    EXPECT_TRUE(reader().ended_with(CONSORT_E_CANCELED));
}

TEST_P(Streamed, TheEndWaitsForWhoAsksLate) {
    hold_ = true;
    start();
    Client client = connect();
    client.send(std::string(put) + "Content-Length: 10\r\n\r\nhello");
    Reader& taking = reader();
    EXPECT_EQ(taking.ask(), CONSORT_OK);
    EXPECT_TRUE(gets("hello"));
    client.close();
    EXPECT_EQ(taking.ask(), CONSORT_OK);
    EXPECT_TRUE(taking.ended_with(CONSORT_E_CANCELED));
    EXPECT_EQ(taking.ask(), CONSORT_E_DONE);
}

TEST_P(Streamed, AnAnswerEndsTheBody) {
    start();
    Client client = connect();
    client.send(std::string(put) + "\r\nhello");
    EXPECT_TRUE(gets("hello"));
    reader().exchange()->respond(text_response(200, "text/plain", "enough"));
    EXPECT_TRUE(reader().ended_with(CONSORT_E_CANCELED));
    EXPECT_EQ(client.read().body, "enough");
    EXPECT_TRUE(client.ended());
}

TEST_P(Streamed, LettingGoEndsTheBody) {
    start();
    for (const char* early : {"", "Early: 1\r\n"}) {
        Client client = connect();
        client.send(std::string(put) + early + "\r\nhello");
        EXPECT_TRUE(gets("hello"));
        reader().let_go();
        EXPECT_TRUE(reader().ended_with(CONSORT_E_CANCELED));
        EXPECT_EQ(client.read().status, *early ? 200 : 500);
        EXPECT_TRUE(client.ended());
        const std::lock_guard lock(mutex_);
        reader_.reset();
    }
}

TEST_P(Streamed, StoppingCancels) {
    start();
    std::vector<Client> clients;
    for (const char* early : {"", "Early: 1\r\n"}) {
        clients.push_back(connect());
        clients.back().send(std::string(put) + early + "\r\nhello");
        EXPECT_TRUE(gets("hello"));
        std::shared_ptr<Reader> last = reader_;
        if (*early) {
            server_->stop();
            EXPECT_TRUE(last->ended_with(CONSORT_E_CANCELED));
            EXPECT_EQ(last->ask(), CONSORT_E_DONE);
        }
        const std::lock_guard lock(mutex_);
        reader_.reset();
    }
}

TEST_P(Streamed, AFastOneLeavesTurnsToOthers) {
    settings_.io_threads = 1;
    start();
    constexpr std::size_t much = 32 * 1024 * 1024;
    std::thread sender([&] {
        Client client = connect();
        client.send(std::string(put) + "Content-Length: " + std::to_string(much) + "\r\n\r\n");
        client.send(std::string(much, 'x'));
        EXPECT_EQ(client.read().body, "got " + std::to_string(much));
    });
    Client other = connect();
    while (reader().ends_ == 0) {
        ASSERT_EQ(other.get("/other").body, "other");
    }
    sender.join();
}

TEST_P(Streamed, CollectedBodiesCannotBeRead) {
    start();
    Client client = connect();
    EXPECT_EQ(client.ask("POST /whole HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi").body,
              "hi");
}

INSTANTIATE_TEST_SUITE_P(Transport, Streamed, testing::Bool(),
                         [](const auto& given) { return given.param ? "Tls" : "Plain"; });

}  // namespace
}  // namespace consort::http::test
