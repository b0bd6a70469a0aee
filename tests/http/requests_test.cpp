// What a handler sees of a request, and how its answer finds its way.
#include <thread>

#include "core/http/blocking.hpp"
#include "tests/http/fixture.hpp"

namespace consort::http::test {
namespace {

class Requests : public ServerTest {
  protected:
    Requests() {
        route(
            "POST", "/echo",
            [](const ExchangePtr& exchange) {
                exchange->respond(text_response(200, "text/plain", std::string(exchange->body())));
            },
            {}, 100'000);
        route("GET", "/show/{name}", [](const ExchangePtr& exchange) {
            std::string text(exchange->method());
            for (const std::string_view part :
                 {exchange->path(), exchange->target(), exchange->param("name"),
                  exchange->query("q").value_or("-"), exchange->query("none").value_or("-"),
                  exchange->header("x-thing").value_or("-"), exchange->remote_address()}) {
                text.append("|").append(part);
            }
            exchange->respond(text_response(200, "text/plain", text));
        });
        route(
            "GET", "/wait",
            [this](ExchangePtr exchange) {
                const std::lock_guard lock(mutex_);
                waiting_.push_back(std::move(exchange));
            },
            [this](const ExchangePtr& exchange) {
                const std::lock_guard lock(mutex_);
                canceled_.push_back(exchange);
            });
    }
    ExchangePtr take_waiting() {
        ExchangePtr taken;
        EXPECT_TRUE(eventually([&] {
            const std::lock_guard lock(mutex_);
            if (waiting_.empty()) return false;
            taken = std::move(waiting_.back());
            waiting_.pop_back();
            return true;
        }));
        return taken;
    }
    bool canceled(const ExchangePtr& exchange) {
        const std::lock_guard lock(mutex_);
        return std::find(canceled_.begin(), canceled_.end(), exchange) != canceled_.end();
    }
    std::mutex mutex_;
    std::vector<ExchangePtr> waiting_, canceled_;
};

TEST_P(Requests, PartsOfARequest) {
    start();
    EXPECT_EQ(connect().get("/show/a%20b?q=x%26y+z&q=2", "X-Thing:  some thing \r\n").body,
              "GET|/show/a b|/show/a%20b?q=x%26y+z&q=2|a b|x&y z|-|some thing|127.0.0.1");
}

TEST_P(Requests, AbsoluteForm) {
    start();
    EXPECT_EQ(connect().get("http://elsewhere/show/x").status, 200);
}

TEST_P(Requests, BodiesByLengthAndInChunks) {
    start();
    Client client = connect();
    const std::string body(90'000, 'b');
    EXPECT_EQ(
        client.ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n\r\n" + body).body,
        body);
    EXPECT_EQ(client
                  .ask("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: x\r\n\r\n")
                  .body,
              "hello world");
    EXPECT_EQ(client.ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").body, "");
    EXPECT_EQ(client.get("/show/x").status, 200);
}

TEST_P(Requests, ABodyInManyPieces) {
    start();
    Client client = connect();
    const std::string request =
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5\r\nhello\r\n0\r\n\r\n";
    for (const char byte : request) client.send(std::string(1, byte));
    EXPECT_EQ(client.read().body, "hello");
}

TEST_P(Requests, ExpectContinue) {
    start();
    Client client = connect();
    const std::string head =
        "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: ";
    EXPECT_EQ(client.ask(head + "5\r\n\r\n").status, 100);
    EXPECT_EQ(client.ask("hello").body, "hello");
    EXPECT_EQ(client.ask(head + "100001\r\n\r\n").status, 413);
}

TEST_P(Requests, BodiesThatAreTooLarge) {
    start();
    EXPECT_EQ(connect()
                  .ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100001\r\n\r\n" +
                       std::string(100'001, 'x'))
                  .status,
              413);
    EXPECT_EQ(connect()
                  .ask("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "fffff\r\n" +
                       std::string(150'000, 'x'))
                  .status,
              413);
}

TEST_P(Requests, PipelinedRequestsAreAnsweredInOrder) {
    start();
    Client client = connect();
    std::string requests;
    for (int i = 0; i < 200; ++i) {
        requests += "GET /show/" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
        if (i % 10 == 0) {
            requests += "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
        }
    }
    client.send(requests);
    for (int i = 0; i < 200; ++i) {
        const std::string path = "/show/" + std::to_string(i);
        EXPECT_EQ(client.read().body.substr(0, 4 + path.size()), "GET|" + path);
        if (i % 10 == 0) {
            EXPECT_EQ(client.read().body, "abc");
        }
    }
}

TEST_P(Requests, ALateAnswerKeepsItsPlaceInThePipeline) {
    start();
    Client client = connect();
    client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\nGET /show/x HTTP/1.1\r\nHost: a\r\n\r\n");
    take_waiting()->respond(text_response(200, "text/plain", "late"));
    EXPECT_EQ(client.read().body, "late");
    EXPECT_EQ(client.read().status, 200);
}

TEST_P(Requests, OnlyTheFirstAnswerCounts) {
    start();
    Client client = connect();
    client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
    const ExchangePtr exchange = take_waiting();
    EXPECT_EQ(exchange->respond(text_response(200, "text/plain", "first")), CONSORT_OK);
    Response second;
    second.body.push_back(counted_memory("second", released_));
    EXPECT_EQ(exchange->respond(std::move(second)), CONSORT_E_DONE);
    EXPECT_EQ(released_.count, 1);
    EXPECT_EQ(client.read().body, "first");
}

TEST_P(Requests, AnExchangeDroppedWithoutAnAnswerIs500) {
    route("GET", "/forget", [](const ExchangePtr&) {});
    route("GET", "/throw", [](const ExchangePtr&) { throw std::runtime_error("broken"); });
    start();
    Client client = connect();
    EXPECT_EQ(client.get("/forget").status, 500);
    EXPECT_EQ(client.get("/throw").status, 500);
    client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
    take_waiting().reset();
    const Answer answer = client.read();
    EXPECT_EQ(answer.status, 500);
    EXPECT_NE(answer.body.find("\"code\":\"internal_error\""), std::string::npos);
}

TEST_P(Requests, AClientThatLeavesCancels) {
    start();
    Client client = connect();
    client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
    const ExchangePtr exchange = take_waiting();
    client.close();
    EXPECT_TRUE(eventually([&] { return canceled(exchange); }));
    Response response;
    response.body.push_back(counted_memory("x", released_));
    EXPECT_EQ(exchange->respond(std::move(response)), CONSORT_E_CANCELED);
    EXPECT_EQ(released_.count, 1);
    EXPECT_EQ(exchange->path(), "/wait");
    exchange->wake();
}

TEST_P(Requests, NothingIsToldOfAnExchangeThatNobodyHolds) {
    start();
    {
        Client client = connect();
        client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
        take_waiting()->respond(text_response(200, "text/plain", "x"));
        EXPECT_EQ(client.read().status, 200);
    }
    EXPECT_TRUE(eventually([&] { return server_->connections() == 0; }));
    const std::lock_guard lock(mutex_);
    EXPECT_TRUE(canceled_.empty());
}

TEST_P(Requests, StoppingCancelsWhatWaits) {
    start();
    Client client = connect();
    client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
    const ExchangePtr exchange = take_waiting();
    server_->stop();
    EXPECT_TRUE(canceled(exchange));
    EXPECT_EQ(exchange->respond(text_response(200, "text/plain", "x")), CONSORT_E_CANCELED);
    exchange->wake();
    server_.reset();
    EXPECT_EQ(exchange->path(), "/wait");
}

TEST_P(Requests, AnswersRaceWithLeavingClients) {
    route("GET", "/race", [this](const ExchangePtr& exchange) {
        run_blocking(workers_, exchange, [this](Exchange& asked) {
            Response response;
            response.body.push_back(counted_memory("x", released_));
            asked.respond(std::move(response));
        });
    });
    start();
    int asked = 0;
    for (int i = 0; i < 100; ++i, ++asked) {
        Client client = connect();
        client.send("GET /race HTTP/1.1\r\nHost: a\r\n\r\n");
        if (i % 3 == 0) client.close_with_reset();
    }
    EXPECT_TRUE(eventually([&] { return server_->connections() == 0; }));
    workers_.stop();
    server_->stop();
    EXPECT_LE(released_.count, asked);
}

TEST_P(Requests, BlockingWorkIsRefusedWhenTheQueueIsFull) {
    std::mutex gate;
    gate.lock();
    base::Executor one("one", 1, 1);
    route("GET", "/work", [&](const ExchangePtr& exchange) {
        run_blocking(one, exchange, [&](Exchange& asked) {
            const std::lock_guard wait(gate);
            asked.respond(text_response(200, "text/plain", "done"));
        });
    });
    route("GET", "/broken", [&](const ExchangePtr& exchange) {
        run_blocking(one, exchange, [](Exchange&) { throw std::runtime_error("broken"); });
    });
    start();
    std::vector<Client> clients;
    for (int i = 0; i < 6; ++i) {
        clients.push_back(connect());
        clients.back().send("GET /work HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    EXPECT_TRUE(eventually([&] {
        return metric("consort_http_requests_total{code=\"503\",method=\"GET\",route=\"/work\"}") >=
               4;
    }));
    gate.unlock();
    int done = 0, busy = 0;
    for (Client& client : clients) {
        const Answer answer = client.read();
        done += answer.status == 200;
        if (answer.status == 503) {
            ++busy;
            EXPECT_NE(answer.header("retry-after"), "");
        }
    }
    EXPECT_EQ(done + busy, 6);
    EXPECT_GE(done, 1);
    EXPECT_EQ(connect().get("/broken").status, 500);
    server_->stop();
    one.stop();
}

TEST_P(Requests, RequestIds) {
    start();
    Client client = connect();
    EXPECT_EQ(client.get("/show/x", "X-Request-Id: abc-1.2_3\r\n").header("x-request-id"),
              "abc-1.2_3");
    const std::string made = client.get("/show/x").header("x-request-id");
    EXPECT_EQ(made.size(), 16u);
    EXPECT_NE(client.get("/show/x").header("x-request-id"), made);
    for (const std::string& bad : {std::string("a b"), std::string("<x>"), std::string(65, 'a')}) {
        EXPECT_EQ(
            client.get("/show/x", "X-Request-Id: " + bad + "\r\n").header("x-request-id").size(),
            16u);
    }
}

INSTANTIATE_TEST_SUITE_P(Transport, Requests, testing::Bool(),
                         [](const auto& given) { return given.param ? "Tls" : "Plain"; });

}  // namespace
}  // namespace consort::http::test
