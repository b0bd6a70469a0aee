#include "plugins/radio/air/broadcast.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <thread>

#include "consort/testing/fake_exchange.hpp"

#include "plugins/radio/air/icy.hpp"
#include "plugins/radio/air/listener.hpp"
#include "plugins/radio/air/test_stream.hpp"

namespace consort::radio {
namespace {

using testing::FakeExchange;

class Station : public ::testing::Test {
  protected:
    void SetUp() override { tune({.listeners = 10}); }

    void tune(const Broadcast::Limits& limits) {
        broadcast_ = std::make_shared<Broadcast>(
            limits, "http://radio.example/",
            [](std::span<consort_exchange* const> all) { wake_all(&FakeExchange::api(), all); },
            [this] { return stream_.now; });
    }
    void play(int chunks) {
        for (int i = 0; i < chunks; ++i) {
            stream_.pass(500);
            broadcast_->chunk(stream_.make());
        }
    }
    FakeExchange& listen(bool icy = false) {
        FakeExchange& exchange = exchanges_.emplace_back("GET", "/");
        auto listener = broadcast_->join(exchange.view(), icy);
        if (listener) {
            exchange.view().respond(Response(200).unframed().add(body_of(std::move(listener))));
        }
        return exchange;
    }
    // The pieces of a listener who reads by hand.
    struct Reader {
        std::unique_ptr<Listener> listener;
        std::string got = {};

        consort_status read() {
            Result<Piece> piece = listener->next(64 * 1024);
            if (!piece) return piece.error().status;
            if (piece->state == CONSORT_OK)
                got.append(static_cast<const char*>(piece->slice.raw().data),
                           piece->slice.length());
            return piece->state;
        }
    };
    Reader reader() {
        return {broadcast_->join(exchanges_.emplace_back("GET", "/").view(), false)};
    }

    TestStream stream_;
    std::deque<FakeExchange> exchanges_;  // outlive the references of the broadcast
    std::shared_ptr<Broadcast> broadcast_;
};

TEST_F(Station, AListenerGetsTheBurstAndThenWhatComes) {
    play(40);
    const FakeExchange& exchange = listen();
    EXPECT_EQ(exchange.body(), TestStream::bytes(16'000, 4'000));
    play(2);
    EXPECT_EQ(exchange.body(), TestStream::bytes(16'000, 5'000));
    EXPECT_FALSE(exchange.body_complete());
    EXPECT_EQ(broadcast_->figures().bytes, 5'000u);
    EXPECT_DOUBLE_EQ(broadcast_->figures().behind_seconds, 0);
}

TEST_F(Station, AllAreTheSameTimeBehindTheEdge) {
    play(40);
    const FakeExchange& early = listen();
    stream_.pass(200);
    const FakeExchange& late = listen();
    EXPECT_EQ(early.body(), TestStream::bytes(16'000, 4'000));
    EXPECT_EQ(late.body(), TestStream::bytes(16'200, 3'800));
}

TEST_F(Station, NothingIsCopied) {
    play(8);
    Reader one = reader(), two = reader();
    Result<Piece> first = one.listener->next(100'000), second = two.listener->next(100'000);
    ASSERT_TRUE(first.ok() && second.ok());
    EXPECT_EQ(first->slice.raw().data, second->slice.raw().data);
}

TEST_F(Station, WhoComesBeforeTheFirstChunkWaits) {
    const FakeExchange& exchange = listen();
    EXPECT_EQ(exchange.body(), "");
    EXPECT_EQ(broadcast_->on_air(), nullptr);
    stream_.track = TestStream::named("one");
    play(1);
    EXPECT_EQ(exchange.body(), TestStream::bytes(0, 500));
    EXPECT_EQ(broadcast_->on_air()->title, "one");
}

TEST_F(Station, MoreThanTheLimitAreRefused) {
    for (int i = 0; i < 10; ++i) EXPECT_EQ(listen().status(), 200);
    EXPECT_EQ(reader().listener, nullptr);
    const Broadcast::Figures figures = broadcast_->figures();
    EXPECT_EQ(figures.listeners, 10u);
    EXPECT_EQ(figures.refused, 1u);
    EXPECT_EQ(figures.connects, 10u);
}

TEST_F(Station, WhoLeavesMakesRoom) {
    {
        std::vector<Reader> all;
        for (int i = 0; i < 10; ++i) all.push_back(reader());
        all.erase(all.begin() + 3);
        EXPECT_EQ(broadcast_->figures().listeners, 9u);
        EXPECT_NE(reader().listener, nullptr);
    }
    EXPECT_EQ(broadcast_->figures().listeners, 0u);
    EXPECT_EQ(broadcast_->figures().peak, 10u);
}

TEST_F(Station, WhoFallsBehindJumpsToTheBurst) {
    play(40);
    Reader slow = reader();
    EXPECT_EQ(slow.read(), CONSORT_OK);
    EXPECT_EQ(slow.got, TestStream::bytes(16'000, 500));
    play(21);  // 16.5 s is 14 s behind now
    EXPECT_DOUBLE_EQ(broadcast_->figures().behind_seconds, 14);
    EXPECT_EQ(slow.read(), CONSORT_OK);
    EXPECT_EQ(slow.got.substr(500), TestStream::bytes(16'500, 500));
    play(2);
    slow.got.clear();
    EXPECT_EQ(slow.read(), CONSORT_OK);
    EXPECT_EQ(slow.got, TestStream::bytes(27'500, 500)) << "4 s before the edge, on a chunk";
    EXPECT_EQ(broadcast_->figures().jumps, 1u);
    EXPECT_EQ(broadcast_->figures().drops, 0u);
}

TEST_F(Station, WhoNeverCatchesUpIsDropped) {
    play(40);
    Reader slow = reader();
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(slow.read(), CONSORT_OK) << i;
        play(40);
    }
    EXPECT_EQ(slow.read(), CONSORT_E_TIMEOUT);
    EXPECT_EQ(broadcast_->figures().drops, 1u);
}

TEST_F(Station, AMinuteWithoutAJumpIsForgiven) {
    play(40);
    Reader slow = reader();
    for (int i = 0; i < 20; ++i) {
        for (int half_seconds = 0; half_seconds < 124; ++half_seconds) {
            while (slow.read() == CONSORT_OK) {
            }
            play(1);
        }
        play(40);
        EXPECT_EQ(slow.read(), CONSORT_OK) << i;
    }
    EXPECT_EQ(broadcast_->figures().jumps, 20u);
    EXPECT_EQ(broadcast_->figures().drops, 0u);
}

TEST_F(Station, ReadingTheBurstIsNotCatchingUp) {
    play(40);
    Reader slow = reader();
    consort_status last = CONSORT_OK;
    for (int i = 0; i < 6 && last >= 0; ++i) {
        while ((last = slow.read()) == CONSORT_OK) {
        }
        play(40);
    }
    EXPECT_EQ(last, CONSORT_E_TIMEOUT);
}

TEST_F(Station, MetadataStandsAtEachIntervalAndOnlyWhenItChanges) {
    stream_.track = TestStream::named("one");
    const FakeExchange& exchange = listen(true);
    const FakeExchange& plain = listen(false);
    play(64);  // 32,000 bytes
    stream_.track = TestStream::named("two");
    play(64);
    const std::string body = exchange.body();
    std::string audio, told;
    for (std::size_t at = 0; at < body.size();) {
        audio += body.substr(at, icy_interval);
        at += icy_interval;
        if (at >= body.size()) break;
        const std::size_t size = static_cast<unsigned char>(body[at]) * std::size_t{16};
        if (size == 0) told += "-";
        if (size != 0) told += body.substr(at + 14, 3);
        at += 1 + size;
    }
    EXPECT_EQ(told, "onetwo-");  // the second block stands where "two" begins
    EXPECT_EQ(audio, plain.body());
    EXPECT_EQ(audio, TestStream::bytes(0, 64'000));
}

TEST_F(Station, ALogicalStreamBeginsWithItsHeaderPages) {
    const auto pages = std::make_shared<const Bytes>(7, std::byte{'H'});
    play(1);
    stream_.opening = pages;
    play(39);
    const FakeExchange& joined = listen();
    EXPECT_EQ(joined.body(), "HHHHHHH" + TestStream::bytes(16'000, 4'000));
    stream_.opening = nullptr;  // the next one begins, in band
    play(1);
    stream_.opening = std::make_shared<const Bytes>(7, std::byte{'I'});
    play(1);
    EXPECT_EQ(joined.body(), "HHHHHHH" + TestStream::bytes(16'000, 5'000));
}

TEST_F(Station, AJumpIntoAnotherLogicalStreamBringsItsPages) {
    stream_.opening = std::make_shared<const Bytes>(2, std::byte{'H'});
    play(40);
    Reader slow = reader();
    while (slow.read() == CONSORT_OK && slow.got.size() < 502) {
    }
    stream_.opening = nullptr;
    play(1);
    stream_.opening = std::make_shared<const Bytes>(2, std::byte{'I'});
    play(40);
    slow.got.clear();
    EXPECT_EQ(slow.read(), CONSORT_OK);
    EXPECT_EQ(slow.got, "II");
    EXPECT_EQ(slow.read(), CONSORT_OK);
    EXPECT_EQ(slow.got.substr(2), TestStream::bytes(36'500, 500));
}

TEST_F(Station, WhenItEndsSoDoItsListeners) {
    play(4);
    const FakeExchange& exchange = listen();
    EXPECT_FALSE(exchange.body_complete());
    broadcast_->end();
    EXPECT_TRUE(exchange.body_complete());
    EXPECT_EQ(exchange.body_error(), CONSORT_OK);
    EXPECT_EQ(broadcast_->figures().listeners, 0u);
}

TEST_F(Station, ListenersComeAndGoWhileItPlays) {
    std::vector<FakeExchange*> exchanges;
    for (int i = 0; i < 8; ++i) exchanges.push_back(&exchanges_.emplace_back("GET", "/"));
    std::atomic<bool> stop{false};
    std::vector<std::thread> readers;
    for (FakeExchange* exchange : exchanges) {
        readers.emplace_back([&, exchange] {
            while (!stop) {
                const auto listener = broadcast_->join(exchange->view(), true);
                for (int i = 0; i < 20; ++i) {
                    const auto piece = listener->next(10'000);
                    if (piece.ok()) continue;
                    EXPECT_EQ(piece.error().status, CONSORT_E_TIMEOUT);  // it was too slow
                    break;
                }
            }
        });
    }
    for (int i = 0; i < 2'000; ++i) {
        broadcast_->chunk(stream_.make());
        EXPECT_LE(broadcast_->figures().listeners, 8u);
    }
    stop = true;
    for (std::thread& reader : readers) reader.join();
    EXPECT_EQ(broadcast_->figures().listeners, 0u);
    EXPECT_GT(broadcast_->figures().connects, 7u);
}

TEST_F(Station, NumbersThatBeginAnewLoseNobody) {
    play(40);
    const FakeExchange& exchange = listen();
    stream_.number = 0;
    play(2);
    EXPECT_EQ(exchange.body(), TestStream::bytes(16'000, 4'000) + TestStream::bytes(0, 1'000));
}

}  // namespace
}  // namespace consort::radio
