// Many streams that are told of news at once.
#include <deque>

#include "core/http/wake_round.hpp"
#include "tests/http/fixture.hpp"

namespace consort::http::test {
namespace {

// "0", "1", "2" … as far as the counter has come.
class Counted {
  public:
    explicit Counted(const std::atomic<int>& counter) : counter_(counter) {}

    static Slice slice(const std::atomic<int>& counter) {
        consort_slice raw{};
        raw.kind = CONSORT_SLICE_STREAM;
        raw.fd = -1;
        raw.length = CONSORT_LENGTH_UNKNOWN;
        raw.owner = std::make_unique<Counted>(counter).release();
        raw.next = [](void* owner, std::uint64_t, consort_slice* out) noexcept {
            return static_cast<Counted*>(owner)->next(out);
        };
        raw.release = [](void* owner) noexcept {
            std::unique_ptr<Counted>(static_cast<Counted*>(owner)).reset();
        };
        return Slice(raw);
    }

  private:
    consort_status next(consort_slice* out) noexcept {
        if (told_ == counter_) return CONSORT_PENDING;
        out->kind = CONSORT_SLICE_MEMORY;
        out->data = "0123456789" + told_++;
        out->length = 1;
        return CONSORT_OK;
    }

    const std::atomic<int>& counter_;
    int told_ = 0;
};

class Wake : public ServerTest {
  protected:
    Wake() {
        route("GET", "/count", [this](const ExchangePtr& exchange) {
            {
                const std::lock_guard lock(mutex_);
                exchanges_.push_back(exchange);
            }
            Response response;
            response.unframed = true;
            response.body.push_back(Counted::slice(counter_));
            exchange->respond(std::move(response));
        });
    }
    void connect_some(std::size_t count) {
        start();
        for (std::size_t i = 0; i < count; ++i) {
            clients_.push_back(connect());
            clients_.back().send("GET /count HTTP/1.1\r\nHost: a\r\n\r\n");
        }
        EXPECT_TRUE(eventually([&] {
            const std::lock_guard lock(mutex_);
            return exchanges_.size() == count;
        }));
    }
    void tell_all() {
        ++counter_;
        const std::lock_guard lock(mutex_);
        WakeRound round;
        for (const ExchangePtr& exchange : exchanges_) exchange->wake_in(round);
    }
    static std::string read_until(Client& client, const std::string& wanted) {
        std::string got;
        while (!got.ends_with(wanted)) {
            const std::string more = client.read_some();
            if (more.empty()) break;
            got += more;
        }
        return got.substr(got.find("\r\n\r\n") + 4);
    }

    std::atomic<int> counter_{0};
    std::deque<Client> clients_;
    std::mutex mutex_;
    std::vector<ExchangePtr> exchanges_;
};

TEST_P(Wake, ReachesEveryStreamOfARound) {
    connect_some(200);
    for (int i = 0; i < 5; ++i) tell_all();
    for (Client& client : clients_) EXPECT_EQ(read_until(client, "4"), "01234");
}

TEST_P(Wake, StreamsThatAreGoneHinderNobody) {
    connect_some(100);
    for (std::size_t i = 0; i < clients_.size(); i += 2) clients_[i].close_with_reset();
    tell_all();
    for (std::size_t i = 1; i < clients_.size(); i += 2)
        EXPECT_EQ(read_until(clients_[i], "0"), "0");
    EXPECT_TRUE(eventually([&] { return server_->connections() == 50; }));
}

TEST_P(Wake, ARoundAfterTheServerIsHarmless) {
    connect_some(10);
    server_->stop();
    tell_all();
    server_.reset();
    tell_all();
}

TEST_P(Wake, TheKernelKeepsLittleOfAnEndlessBody) {
    const std::string block(64 * 1024, 'x');
    std::atomic<std::uint64_t> pulled{0};
    struct Flood {
        const std::string& block;
        std::atomic<std::uint64_t>& pulled;
    } flood{block, pulled};
    route("GET", "/flood", [&](const ExchangePtr& exchange) {
        consort_slice raw{};
        raw.kind = CONSORT_SLICE_STREAM;
        raw.fd = -1;
        raw.length = CONSORT_LENGTH_UNKNOWN;
        raw.owner = &flood;
        raw.next = [](void* owner, std::uint64_t max, consort_slice* out) noexcept {
            auto& self = *static_cast<Flood*>(owner);
            out->kind = CONSORT_SLICE_MEMORY;
            out->data = self.block.data();
            out->length = std::min<std::uint64_t>(max, self.block.size());
            self.pulled += out->length;
            return consort_status{CONSORT_OK};
        };
        Response response;
        response.unframed = true;
        response.body.emplace_back(raw);
        exchange->respond(std::move(response));
    });
    start();
    Client client = connect();
    client.receive_slowly();
    client.send("GET /flood HTTP/1.1\r\nHost: a\r\n\r\n");
    ASSERT_FALSE(client.read_some().empty());
    std::uint64_t before = 0;
    int unchanged = 0;
    EXPECT_TRUE(eventually([&] {
        unchanged = std::exchange(before, pulled.load()) == pulled ? unchanged + 1 : 0;
        return unchanged == 20;
    }));
    EXPECT_LT(pulled, 512u * 1024);
    client.close_with_reset();
    EXPECT_TRUE(eventually([&] { return server_->connections() == 0; }));
}

INSTANTIATE_TEST_SUITE_P(Transport, Wake, testing::Bool(),
                         [](const auto& given) { return given.param ? "Tls" : "Plain"; });

}  // namespace
}  // namespace consort::http::test
