// Every shape of body arrives whole, in every way a client may ask for it, and is released once.
#include <thread>

#include "tests/http/fixture.hpp"

namespace consort::http::test {
namespace {

class Bodies : public ServerTest {
  protected:
    Bodies() {
        serve("/memory", [this] {
            Response response;
            response.content_type = "application/octet-stream";
            response.etag = "m1";
            response.body.push_back(counted_memory("hello ", released_));
            response.body.push_back(counted_memory("", released_));
            response.body.push_back(counted_memory("world", released_));
            return response;
        });
        serve("/file", [this] {
            Response response;
            response.content_type = "audio/mp4";
            response.etag = "f1";
            response.body.push_back(counted_file(file_, 0, content_.size(), released_));
            return response;
        });
        serve("/mixed", [this] {
            Response response;
            response.body.push_back(counted_memory("head", released_));
            response.body.push_back(counted_file(file_, 1000, 200'000, released_));
            response.body.push_back(counted_memory("middle", released_));
            response.body.push_back(counted_file(file_, 0, 10, released_));
            response.body.push_back(counted_memory("tail", released_));
            return response;
        });
        serve("/virtual", [this] {
            Response response;
            response.content_type = "video/mp4";
            response.body.push_back(counted_memory("<<", released_));
            response.body.push_back(virtual_file(100'000, released_));
            response.body.push_back(counted_memory(">>", released_));
            return response;
        });
        route("GET", "/feed", [this](const ExchangePtr& exchange) {
            Response response;
            response.content_type = "text/event-stream";
            response.body.push_back(feed_->slice(CONSORT_LENGTH_UNKNOWN, exchange));
            exchange->respond(std::move(response));
        });
        route("GET", "/unframed", [this](const ExchangePtr& exchange) {
            Response response;
            response.content_type = "audio/mpeg";
            response.unframed = true;
            response.body.push_back(feed_->slice(CONSORT_LENGTH_UNKNOWN, exchange));
            exchange->respond(std::move(response));
        });
        route("GET", "/feed/{length}", [this](const ExchangePtr& exchange) {
            Response response;
            response.body.push_back(
                feed_->slice(std::stoul(std::string(exchange->param("length"))), exchange));
            exchange->respond(std::move(response));
        });
        route("GET", "/later", [this](const ExchangePtr& exchange) {
            std::thread([exchange, this] {
                Response response;
                response.body.push_back(counted_memory("later", released_));
                exchange->respond(std::move(response));
            }).detach();
        });
    }
    std::string mixed() const {
        return "head" + content_.substr(1000, 200'000) + "middle" + content_.substr(0, 10) + "tail";
    }
    void expect_released(int count) {
        EXPECT_TRUE(eventually([&] { return released_.count == count; }));
        server_->stop();
        EXPECT_EQ(released_.count, count);
    }

    std::shared_ptr<Feed> feed_ = std::make_shared<Feed>();
};

TEST_P(Bodies, Memory) {
    start();
    Client client = connect();
    const Answer answer = client.get("/memory");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "hello world");
    EXPECT_EQ(answer.header("content-length"), "11");
    EXPECT_EQ(answer.header("etag"), "\"m1\"");
    EXPECT_EQ(answer.header("accept-ranges"), "bytes");
    EXPECT_NE(answer.header("date"), "");
    expect_released(3);
}

TEST_P(Bodies, File) {
    start();
    Client client = connect();
    for (int i = 0; i < 3; ++i) {
        const Answer answer = client.get("/file");
        EXPECT_EQ(answer.status, 200);
        EXPECT_TRUE(answer.body == content_);
    }
    expect_released(3);
}

TEST_P(Bodies, SendfileBytesAreCounted) {
    start();
    connect().get("/file");
    EXPECT_TRUE(eventually([&] {
        return metric("consort_http_sendfile_bytes_total") == static_cast<double>(content_.size());
    }));
    EXPECT_GT(metric("consort_http_bytes_sent_total"), static_cast<double>(content_.size()));
}

TEST_P(Bodies, MixedAndItsRanges) {
    start();
    Client client = connect();
    EXPECT_TRUE(client.get("/mixed").body == mixed());
    const std::string whole = mixed();
    for (const auto& [first, last] : {std::pair<std::size_t, std::size_t>{0, 3},
                                      {2, 6},
                                      {200'000, 200'020},
                                      {3, whole.size() - 1},
                                      {whole.size() - 2, whole.size() - 1}}) {
        const std::string span = std::to_string(first) + "-" + std::to_string(last);
        const Answer answer = client.get("/mixed", "Range: bytes=" + span + "\r\n");
        EXPECT_EQ(answer.status, 206) << span;
        EXPECT_EQ(answer.body, whole.substr(first, last - first + 1)) << span;
        EXPECT_EQ(answer.header("content-range"),
                  "bytes " + span + "/" + std::to_string(whole.size()));
    }
    expect_released(6 * 5);
}

TEST_P(Bodies, SuffixRange) {
    start();
    const Answer answer = connect().get("/file", "Range: bytes=-5\r\n");
    EXPECT_EQ(answer.status, 206);
    EXPECT_EQ(answer.body, content_.substr(content_.size() - 5));
}

TEST_P(Bodies, ManyRanges) {
    start();
    Client client = connect();
    const Answer answer = client.get("/file", "Range: bytes=0-4, 299990-, 100-101\r\n");
    EXPECT_EQ(answer.status, 206);
    EXPECT_TRUE(answer.complete);
    const std::string type = answer.header("content-type");
    const std::string prefix = "multipart/byteranges; boundary=";
    ASSERT_EQ(type.substr(0, prefix.size()), prefix);
    const std::string boundary = "--" + type.substr(prefix.size());
    const auto part = [&](std::size_t first, std::size_t length) {
        return boundary + "\r\nContent-Type: audio/mp4\r\nContent-Range: bytes " +
               std::to_string(first) + "-" + std::to_string(first + length - 1) +
               "/300000\r\n\r\n" + content_.substr(first, length) + "\r\n";
    };
    EXPECT_EQ(answer.body, part(0, 5) + part(299'990, 10) + part(100, 2) + boundary + "--\r\n");
    EXPECT_EQ(client.get("/memory").body, "hello world");
}

TEST_P(Bodies, TooManyOrOverlappingRangesGetTheWhole) {
    start();
    Client client = connect();
    std::string many = "Range: bytes=0-0";
    for (int i = 0; i < 100; ++i) many += ",2-2";
    EXPECT_EQ(client.get("/file", many + "\r\n").status, 200);
    EXPECT_EQ(client.get("/file", "Range: bytes=0-,0-,0-\r\n").status, 200);
}

TEST_P(Bodies, UnsatisfiableRange) {
    start();
    Client client = connect();
    const Answer answer = client.get("/file", "Range: bytes=300000-\r\n");
    EXPECT_EQ(answer.status, 416);
    EXPECT_EQ(answer.header("content-range"), "bytes */300000");
    EXPECT_EQ(answer.header("content-type"), "application/problem+json");
    EXPECT_EQ(client.get("/file", "Range: bytes=0-0\r\n").body, content_.substr(0, 1));
    expect_released(2);
}

TEST_P(Bodies, VirtualFileAndItsRanges) {
    start();
    Client client = connect();
    const std::string whole = "<<" + virtual_bytes(0, 100'000) + ">>";
    EXPECT_TRUE(client.get("/virtual").body == whole);
    EXPECT_EQ(client.get("/virtual", "Range: bytes=50000-70000\r\n").body,
              whole.substr(50'000, 20'001));
    const Answer several = client.get("/virtual", "Range: bytes=90000-90009,1-10,100001-\r\n");
    EXPECT_EQ(several.status, 206);
    for (const auto& [first, length] :
         {std::pair<std::size_t, std::size_t>{90'000, 10}, {1, 10}, {100'001, 3}}) {
        EXPECT_NE(several.body.find("\r\n\r\n" + whole.substr(first, length) + "\r\n--"),
                  std::string::npos);
    }
    expect_released(9);
}

TEST_P(Bodies, StreamOfUnknownLengthIsChunkedAndWoken) {
    start();
    Client client = connect();
    client.send("GET /feed HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1\r\n\r\n");
    EXPECT_TRUE(eventually([&] { return feed_->pulls() > 0; }));
    feed_->push("one");
    std::string seen;
    while (seen.find("one") == std::string::npos) seen += client.read_some();
    EXPECT_NE(seen.find("Transfer-Encoding: chunked"), std::string::npos);
    EXPECT_NE(seen.find("HTTP/1.1 200 "), std::string::npos);
    feed_->push(std::string(100'000, 'x'));
    feed_->end();
    while (seen.find("\r\n0\r\n\r\n") == std::string::npos) {
        const std::string more = client.read_some();
        ASSERT_NE(more, "");
        seen += more;
    }
    EXPECT_TRUE(eventually([&] { return feed_->released(); }));
    EXPECT_EQ(client.get("/memory").body, "hello world");
}

// As radio players want it: nothing between the bytes, and the end is that of the connection.
TEST_P(Bodies, AnUnframedStreamEndsWithTheConnection) {
    start();
    Client client = connect();
    client.send("GET /unframed HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(eventually([&] { return feed_->pulls() > 0; }));
    feed_->push("first");
    std::string seen;
    while (seen.find("first") == std::string::npos) seen += client.read_some();
    feed_->push("second");
    feed_->end();
    for (std::string more = "?"; !more.empty(); seen += more) more = client.read_some();
    EXPECT_EQ(seen.find("Transfer-Encoding"), std::string::npos) << seen;
    EXPECT_EQ(seen.find("Content-Length"), std::string::npos) << seen;
    EXPECT_NE(seen.find("Connection: close\r\n"), std::string::npos) << seen;
    EXPECT_EQ(seen.substr(seen.find("\r\n\r\n")), "\r\n\r\nfirstsecond");
}

TEST_P(Bodies, AWakeUpIsNeverLost) {
    start();
    Client client = connect();
    std::thread writer([this] {
        for (int i = 0; i < 2000; ++i) feed_->push("x");
        feed_->end();
    });
    const Answer answer = client.get("/feed");
    writer.join();
    EXPECT_TRUE(answer.complete);
    EXPECT_EQ(answer.body, std::string(2000, 'x'));
}

TEST_P(Bodies, StreamToAnOldClientEndsWithTheConnection) {
    start();
    feed_->push("data");
    feed_->end();
    Client client = connect();
    const Answer answer = client.ask("GET /feed HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(answer.body, "data");
    EXPECT_TRUE(answer.complete);
    EXPECT_EQ(answer.header("connection"), "close");
    EXPECT_EQ(answer.header("transfer-encoding"), "");
}

TEST_P(Bodies, AFailedStreamDoesNotLookComplete) {
    start();
    for (const char* path : {"/feed", "/feed/100"}) {
        feed_ = std::make_shared<Feed>();
        feed_->push("part");
        feed_->fail();
        Client client = connect();
        EXPECT_FALSE(client.get(path).complete) << path;
        EXPECT_TRUE(client.was_reset()) << path;
        EXPECT_TRUE(eventually([&] { return feed_->released(); }));
    }
}

TEST_P(Bodies, AStreamOfKnownLengthThatEndsEarlyDoesNotLookComplete) {
    start();
    feed_->push("part");
    feed_->end();
    EXPECT_FALSE(connect().get("/feed/100").complete);
}

TEST_P(Bodies, AStreamGivesNoMoreThanItsLength) {
    start();
    feed_->push("0123456789");
    Client client = connect();
    EXPECT_EQ(client.get("/feed/4").body, "0123");
    EXPECT_EQ(client.get("/memory").body, "hello world");
}

TEST_P(Bodies, AStreamIsPulledNoFasterThanTheClientReads) {
    start();
    for (int i = 0; i < 400; ++i) feed_->push(std::string(200'000, 'x'));
    Client client = connect();
    client.send("GET /feed HTTP/1.1\r\nHost: a\r\n\r\n");
    int pulls = -1;
    // Once the socket is full, nothing is pulled; it stays so until the client reads.
    EXPECT_TRUE(eventually([&] {
        const int before = std::exchange(pulls, feed_->pulls());
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        return before > 0 && before == feed_->pulls();
    }));
    EXPECT_LT(pulls, 200);
    feed_->end();
    const Answer answer = client.read();
    EXPECT_TRUE(answer.complete);
    EXPECT_EQ(answer.body.size(), 80'000'000u);
}

TEST_P(Bodies, AFileThatShrankDoesNotLookComplete) {
    serve("/short", [this] {
        Response response;
        response.body.push_back(counted_file(file_, 0, content_.size() + 1000, released_));
        return response;
    });
    start();
    const Answer answer = connect().get("/short");
    EXPECT_FALSE(answer.complete);
    expect_released(1);
}

TEST_P(Bodies, HeadTellsWhatGetWouldAndSendsNothing) {
    start();
    Client client = connect();
    for (const char* path : {"/memory", "/file", "/mixed", "/virtual"}) {
        const Answer get = client.get(path);
        client.send(std::string("HEAD ") + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
        const Answer head = client.read(true);
        EXPECT_EQ(head.status, 200);
        EXPECT_EQ(head.header("content-length"), get.header("content-length"));
        EXPECT_EQ(head.header("etag"), get.header("etag"));
    }
    EXPECT_EQ(client.get("/memory").body, "hello world");
}

TEST_P(Bodies, AnswersFromOtherThreads) {
    start();
    Client client = connect();
    for (int i = 0; i < 50; ++i) EXPECT_EQ(client.get("/later").body, "later");
    expect_released(50);
}

TEST_P(Bodies, TheClientVanishesMidBody) {
    serve("/endless", [this] {
        Response response;
        for (int i = 0; i < 200; ++i) {
            response.body.push_back(counted_file(file_, 0, content_.size(), released_));
            response.body.push_back(counted_memory("x", released_));
        }
        return response;
    });
    start();
    for (int i = 0; i < 10; ++i) {
        Client client = connect();
        client.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
        EXPECT_NE(client.read_some(), "");
        if (i % 2 == 0) client.close_with_reset();
    }
    EXPECT_TRUE(eventually([&] { return server_->connections() == 0; }));
    EXPECT_EQ(metric("consort_http_client_aborts_total"), 10);
    expect_released(4000);
}

TEST_P(Bodies, TheClientVanishesWhileAStreamSleeps) {
    start();
    {
        Client client = connect();
        client.send("GET /feed HTTP/1.1\r\nHost: a\r\n\r\n");
        EXPECT_TRUE(eventually([&] { return feed_->pulls() > 0; }));
    }
    EXPECT_TRUE(eventually([&] { return feed_->released(); }));
    feed_->push("nobody listens");
}

TEST_P(Bodies, BodiesThatMakeNoSenseBecome500) {
    serve("/nonsense", [this] {
        Response response;
        response.body.push_back(counted_file(file_, UINT64_MAX - 5, 100, released_));
        response.body.push_back(counted_memory("x", released_));
        return response;
    });
    serve("/split", [] {
        Response response;
        response.content_type = "text/plain\r\nX-Injected: yes";
        return response;
    });
    serve("/header", [] {
        Response response;
        response.headers.emplace_back("X-Good", "yes");
        response.headers.emplace_back("X-Bad", "a\r\nX-Injected: yes");
        response.headers.emplace_back("Bad Name", "a");
        response.headers.emplace_back("Content-Length", "7");
        return response;
    });
    start();
    Client client = connect();
    EXPECT_EQ(client.get("/nonsense").status, 500);
    EXPECT_EQ(client.get("/split").status, 500);
    const Answer answer = client.get("/header");
    EXPECT_EQ(answer.header("x-good"), "yes");
    EXPECT_EQ(answer.head.find("X-Bad"), std::string::npos);
    EXPECT_EQ(answer.header("x-injected"), "");
    EXPECT_EQ(answer.header("content-length"), "0");
    expect_released(2);
}

INSTANTIATE_TEST_SUITE_P(Transport, Bodies, testing::Bool(),
                         [](const auto& given) { return given.param ? "Tls" : "Plain"; });

}  // namespace
}  // namespace consort::http::test
