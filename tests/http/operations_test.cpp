// What operators see: health, metrics, the access log; and curl as an independent client.
#include "core/http/operations.hpp"

#include <sys/wait.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "tests/http/fixture.hpp"

namespace consort::http::test {
namespace {

class Operations : public ServerTest {
  protected:
    Operations() {
        add_operations_routes(router_, health_, metrics_, workers_);
        serve("/tracks/{id}", [this] {
            Response response;
            response.content_type = "audio/mp4";
            response.body.push_back(counted_file(file_, 0, content_.size(), released_));
            return response;
        });
    }
    std::string curl(const std::string& arguments, int* code = nullptr) {
        const std::string command =
            "curl -sSk --max-time 20 " + arguments + " " + server_->url() + "/tracks/1 2>&1";
        FILE* pipe = ::popen(command.c_str(), "r");
        std::string out;
        char buffer[4096];
        for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
            out.append(buffer, got);
        }
        const int status = ::pclose(pipe);
        if (code != nullptr) *code = WEXITSTATUS(status);
        return out;
    }
};

TEST_P(Operations, Health) {
    bool fine = true;
    health_.add("database", [&] { return observe::CheckResult{fine, "detail \"quoted\""}; });
    health_.add(
        "extra",
        [] {
            return observe::CheckResult{false, "shown only"};
        },
        false);
    start();
    Client client = connect();
    EXPECT_EQ(client.get("/healthz").body, "{\"status\":\"ok\"}\n");
    const Answer ready = client.get("/readyz");
    EXPECT_EQ(ready.status, 200);
    EXPECT_EQ(ready.body,
              "{\"status\":\"ready\",\"checks\":{\"database\":{\"ok\":true,\"required\":true,"
              "\"detail\":\"detail \\\"quoted\\\"\"},\"extra\":{\"ok\":false,\"required\":false,"
              "\"detail\":\"shown only\"}}}\n");
    fine = false;
    const Answer not_ready = client.get("/readyz");
    EXPECT_EQ(not_ready.status, 503);
    EXPECT_NE(not_ready.header("retry-after"), "");
    health_.add("throws", []() -> observe::CheckResult { throw std::runtime_error("oh"); });
    EXPECT_NE(client.get("/readyz").body.find("\"throws\":{\"ok\":false"), std::string::npos);
    health_.set_draining();
    EXPECT_NE(client.get("/readyz").body.find("\"status\":\"draining\""), std::string::npos);
}

TEST_P(Operations, MetricsCountRequests) {
    start();
    Client client = connect();
    for (int i = 0; i < 3; ++i) client.get("/tracks/1");
    client.get("/tracks/1", "Range: bytes=0-0\r\n");
    client.get("/nothing");
    const std::string text = client.get("/metrics").body;
    EXPECT_EQ(
        metric("consort_http_requests_total{code=\"200\",method=\"GET\",route=\"/tracks/{id}\"}"),
        3);
    EXPECT_EQ(
        metric("consort_http_requests_total{code=\"206\",method=\"GET\",route=\"/tracks/{id}\"}"),
        1);
    EXPECT_EQ(metric("consort_http_requests_total{code=\"404\",method=\"GET\",route=\"none\"}"), 1);
    EXPECT_EQ(metric("consort_http_request_duration_seconds_count{route=\"/tracks/{id}\"}"), 4);
    EXPECT_EQ(metric("consort_http_open_connections"), 1);
    for (const char* name : {"process_cpu_seconds_total", "process_resident_memory_bytes",
                             "process_open_fds", "process_start_time_seconds", "process_threads"}) {
        EXPECT_NE(text.find(std::string("\n") + name + " "), std::string::npos) << name;
    }
}

TEST_P(Operations, PromtoolFindsNothing) {
    start();
    Client client = connect();
    client.get("/tracks/1");
    client.get("/nothing");
    const std::string path = folder_ + "/metrics";
    std::ofstream(path) << client.get("/metrics").body;
    FILE* pipe = ::popen(("promtool check metrics < " + path + " 2>&1").c_str(), "r");
    std::string out;
    char buffer[4096];
    for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
        out.append(buffer, got);
    }
    EXPECT_EQ(::pclose(pipe), 0);
    EXPECT_EQ(out, "");
}

TEST_P(Operations, AccessLog) {
    settings_.access_log = folder_ + "/access.log";
    start();
    connect().get("/tracks/1?token=secret", "X-Request-Id: my-id\r\n");
    connect().get("/no\"thing%0a");
    EXPECT_TRUE(eventually([&] { return server_->connections() == 0; }));
    server_.reset();
    std::ostringstream text;
    text << std::ifstream(settings_.access_log).rdbuf();
    const std::string log = text.str();
    EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 2) << log;
    EXPECT_NE(log.find("GET /tracks/1 200 "), std::string::npos) << log;
    EXPECT_NE(log.find("route=/tracks/{id} remote=127.0.0.1 id=my-id"), std::string::npos) << log;
    EXPECT_EQ(log.find("secret"), std::string::npos) << log;
    EXPECT_NE(log.find("GET /no\\\"thing%0a 404 "), std::string::npos) << log;
}

TEST_P(Operations, CurlGetsFilesAndRanges) {
    start();
    int code = -1;
    EXPECT_TRUE(curl("", &code) == content_);
    EXPECT_EQ(code, 0);
    EXPECT_EQ(curl("-r 1000-1999"), content_.substr(1000, 1000));
    EXPECT_EQ(curl("-r -10"), content_.substr(content_.size() - 10));
    EXPECT_TRUE(curl("--http1.0") == content_);
    EXPECT_NE(curl("-I").find("Content-Length: 300000"), std::string::npos);
    EXPECT_EQ(curl("-o /dev/null -w '%{http_code}' -X DELETE"), "405");
    // Two requests on one connection.
    EXPECT_EQ(
        curl("-o /dev/null -o /dev/null -w '%{num_connects} ' " + server_->url() + "/tracks/2"),
        "1 0 ");
}

TEST(MetricsContract, RefusesBadNames) {
    observe::Metrics metrics;
    EXPECT_THROW(metrics.counter("http_requests_total", "x"), std::invalid_argument);
    EXPECT_THROW(metrics.counter("consort_requests", "x"), std::invalid_argument);
    EXPECT_THROW(metrics.gauge("consort_things_total", "x"), std::invalid_argument);
    EXPECT_THROW(metrics.gauge("consort_Things", "x"), std::invalid_argument);
    EXPECT_THROW(metrics.gauge("consort_things", ""), std::invalid_argument);
    EXPECT_THROW(metrics.gauge("consort_things", "x", {{"bad-label", "x"}}), std::invalid_argument);
    metrics.gauge("consort_things", "x");
    EXPECT_THROW(metrics.histogram("consort_things", "x", {1}), std::invalid_argument);
    EXPECT_EQ(&metrics.counter("consort_a_total", "x", {{"l", "1"}}),
              &metrics.counter("consort_a_total", "x", {{"l", "1"}}));
}

INSTANTIATE_TEST_SUITE_P(Transport, Operations, testing::Bool(),
                         [](const auto& given) { return given.param ? "Tls" : "Plain"; });

}  // namespace
}  // namespace consort::http::test
