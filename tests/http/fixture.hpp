// A real server on a free port, with routes for every shape of body, plain and with TLS.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/executor.hpp"
#include "core/http/server.hpp"
#include "core/observe/health.hpp"
#include "core/observe/metrics.hpp"
#include "tests/http/client.hpp"

namespace consort::http::test {

// Waits until `holds` does, for as long as a failure may take.
bool eventually(const std::function<bool()>& holds);

// Slices that count their releases.
struct Released {
    std::atomic<int> count{0};
};
Slice counted_memory(std::string text, Released& released);
Slice counted_file(int file, std::uint64_t offset, std::uint64_t length, Released& released);

// A stream that is fed from outside. All functions are for any thread.
class Feed : public std::enable_shared_from_this<Feed> {
  public:
    Slice slice(std::uint64_t length, ExchangePtr exchange);
    void push(std::string text);
    void end();
    void fail();
    int pulls() const { return pulls_; }
    bool released() const { return released_; }

  private:
    consort_status next(std::uint64_t max, consort_slice* out);
    void wake();

    std::mutex mutex_;
    std::vector<std::string> texts_;
    bool ended_ = false, failed_ = false;
    std::atomic<int> pulls_{0};
    std::atomic<bool> released_{false};
    ExchangePtr exchange_;
};

// A seekable virtual file whose byte at n is the low byte of n * 7.
Slice virtual_file(std::uint64_t length, Released& released);
std::string virtual_bytes(std::uint64_t first, std::uint64_t length);

class ServerTest : public testing::TestWithParam<bool> {
  protected:
    ServerTest();
    ~ServerTest() override;

    bool tls() const { return GetParam(); }
    void route(std::string method, std::string pattern, Handler handle, CancelHandler canceled = {},
               std::uint64_t max_body = 0);
    // A route that answers with what `make` makes.
    void serve(std::string pattern, std::function<Response()> make);
    void start();
    Client connect() { return {server_->port(), tls()}; }
    // The value of a metric's line, labels included; 0 if there is none.
    double metric(const std::string& name_and_labels) const;

    config::ServerSettings settings_;
    Released released_;
    observe::Metrics metrics_;
    observe::Health health_;
    Router router_;
    std::string folder_, file_path_, content_;
    int file_ = -1;
    base::Executor workers_{"test", 2, 16};
    std::unique_ptr<Server> server_;
};

}  // namespace consort::http::test
