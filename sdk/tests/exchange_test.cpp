#include "consort/exchange.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <thread>

#include "consort/testing/fake_exchange.hpp"

#include "sdk/tests/counted.hpp"

namespace consort {
namespace {

using testing::FakeExchange;
using tests::Counted;

TEST(ExchangeTest, ReadsTheRequest) {
    FakeExchange request("GET", "/a/1", {{"id", "1"}});
    request.query["q"] = "x";
    request.headers["accept"] = "*/*";
    request.request_body = "body";
    const ExchangeView view = request.view();
    EXPECT_EQ(view.method(), "GET");
    EXPECT_EQ(view.path(), "/a/1");
    EXPECT_EQ(view.param("id"), "1");
    EXPECT_EQ(view.param("other"), "");
    EXPECT_EQ(view.query("q"), "x");
    EXPECT_FALSE(view.query("other").has_value());
    EXPECT_EQ(view.header("Accept"), "*/*");
    EXPECT_EQ(view.body(), "body");
    EXPECT_EQ(view.remote_address(), "192.0.2.1");
    EXPECT_EQ(view.request_id(), "request-1");
}

TEST(ExchangeTest, KeptReferencesAreCounted) {
    FakeExchange request("GET", "/");
    {
        const Exchange first = request.view().keep();
        Exchange second = first.keep();
        EXPECT_EQ(request.references(), 2);
        Exchange third = std::move(second);
        EXPECT_EQ(request.references(), 2);
        second = std::move(third);
        EXPECT_EQ(request.references(), 2);
        first.respond(Response(204));
    }
    EXPECT_EQ(request.references(), 0);
    EXPECT_EQ(request.status(), 204);
}

TEST(ExchangeTest, TheLastReferenceWithoutAnAnswerIsA500) {
    FakeExchange request("GET", "/");
    { const Exchange kept = request.view().keep(); }
    EXPECT_EQ(request.status(), 500);
}

TEST(ExchangeTest, TheFirstAnswerWinsAndLaterSlicesAreReleased) {
    FakeExchange request("GET", "/");
    int alive = 0;
    EXPECT_EQ(request.view().respond(Response(200).body("one")), CONSORT_OK);
    EXPECT_EQ(request.view().respond(Response(200).add(Slice::memory(Counted(alive), "two", 3))),
              CONSORT_E_DONE);
    EXPECT_EQ(alive, 0);
    EXPECT_EQ(request.view().problem(404, "x", "y"), CONSORT_E_DONE);
    EXPECT_EQ(request.body(), "one");
}

TEST(ExchangeTest, AfterTheClientLeftTheAnswerIsReleased) {
    FakeExchange request("GET", "/");
    request.cancel();
    int alive = 0;
    EXPECT_EQ(request.view().respond(Response(200).add(Slice::memory(Counted(alive), "two", 3))),
              CONSORT_E_CANCELED);
    EXPECT_EQ(alive, 0);
    EXPECT_EQ(request.status(), 0);
}

TEST(ExchangeTest, AnswersFromAnotherThread) {
    FakeExchange request("GET", "/");
    std::thread thread([kept = request.view().keep()] { kept.respond(Response().body("late")); });
    EXPECT_TRUE(request.wait_answered());
    thread.join();
    EXPECT_EQ(request.body(), "late");
}

TEST(ExchangeTest, AStreamIsPulledAgainWhenWoken) {
    FakeExchange request("GET", "/");
    std::string ready = "one";
    bool ended = false;
    request.view().respond(Response().add(Slice::stream([&](std::uint64_t) -> Result<Piece> {
        if (!ready.empty()) return Piece(Slice::text(std::exchange(ready, {})));
        return ended ? Piece::end() : Piece::pending();
    })));
    EXPECT_EQ(request.body(), "one");
    EXPECT_FALSE(request.body_complete());
    ready = " two";
    request.view().wake();
    request.view().wake();
    EXPECT_EQ(request.body(), "one two");
    ended = true;
    request.view().wake();
    EXPECT_TRUE(request.body_complete());
}

TEST(ExchangeTest, AStreamedBodyIsReadPieceByPiece) {
    FakeExchange request("PUT", "/live");
    std::string got;
    consort_status end = CONSORT_OK;
    const Exchange kept = request.view().keep();
    std::function<void(BodyPiece)> take = [&](BodyPiece piece) {
        got += std::string(piece.bytes) + "|";
        end = piece.status;
        if (got.size() < 8 && !piece.ended()) {
            EXPECT_EQ(kept.read_body(3, take), CONSORT_OK);
        }
    };
    ASSERT_TRUE(ExchangeView::streams_bodies(&FakeExchange::api()));
    ASSERT_EQ(kept.read_body(3, take), CONSORT_OK);
    EXPECT_EQ(kept.read_body(3, take), CONSORT_E_BUSY);
    request.send_body("hello world");
    EXPECT_EQ(got, "hel|lo |");
    EXPECT_EQ(request.body_waiting(), 5u);
    EXPECT_FALSE(request.body_asked());
    ASSERT_EQ(kept.read_body(100, take), CONSORT_OK);
    request.end_body();
    EXPECT_EQ(got, "hel|lo |world|");
    ASSERT_EQ(kept.read_body(100, take), CONSORT_OK);
    request.end_body();
    EXPECT_EQ(end, CONSORT_END);
    EXPECT_EQ(kept.read_body(100, take), CONSORT_E_DONE);
}

TEST(ExchangeTest, ErrorsBecomeTheProblemThatFits) {
    const std::pair<consort_status, int> expected[] = {
        {CONSORT_E_INVALID, 400}, {CONSORT_E_NOT_FOUND, 404}, {CONSORT_E_UNSUPPORTED, 404},
        {CONSORT_E_DENIED, 403},  {CONSORT_E_BUSY, 503},      {CONSORT_E_TIMEOUT, 504},
        {CONSORT_E_CORRUPT, 500}, {CONSORT_E_INTERNAL, 500},  {-999, 500}};
    for (const auto& [status, http] : expected) {
        FakeExchange request("GET", "/");
        request.view().fail({status, "a sentence"});
        EXPECT_EQ(request.status(), http) << status;
        EXPECT_EQ(request.problem_detail(), "a sentence");
        FakeExchange silent("GET", "/");
        silent.view().fail({status, ""});
        EXPECT_FALSE(silent.problem_detail().empty());
    }
}

}  // namespace
}  // namespace consort
