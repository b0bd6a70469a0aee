// The parts of the fakes that have logic of their own.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "consort/testing.hpp"

namespace consort {
namespace {

using testing::FakeExchange;
using testing::match_route;
using testing::RouteParams;

TEST(MatchRouteTest, FollowsThePatternsOfTheHost) {
    EXPECT_EQ(match_route("/a", "/a"), RouteParams());
    EXPECT_EQ(match_route("/a", "/b"), std::nullopt);
    EXPECT_EQ(match_route("/s/{id}/segment{number}.m4s", "/s/x/segment12.m4s"),
              (RouteParams{{"id", "x"}, {"number", "12"}}));
    EXPECT_EQ(match_route("/s/{id}", "/s/"), std::nullopt) << "a parameter is never empty";
    EXPECT_EQ(match_route("/s/{id}", "/s/a/b"), std::nullopt) << "nor does it span a slash";
    EXPECT_EQ(match_route("/app/{rest*}", "/app/a/b"), (RouteParams{{"rest", "a/b"}}));
    EXPECT_EQ(match_route("/{a}.{b}", "/x.y.z"), (RouteParams{{"a", "x"}, {"b", "y.z"}}));
}

TEST(FakeExchangeTest, SendsFileSlicesByPosition) {
    const std::unique_ptr<FILE, int (*)(FILE*)> file(std::tmpfile(), &std::fclose);
    ASSERT_NE(file, nullptr);
    std::fputs("0123456789", file.get());
    std::fflush(file.get());
    const int descriptor = fileno(file.get());
    FakeExchange request("GET", "/");
    request.view().respond(Response().body("head ").add(Slice::file(descriptor, 2, 3, 0)));
    EXPECT_EQ(request.body(), "head 234");
    ASSERT_EQ(request.pieces().size(), 2u);
    EXPECT_EQ(request.pieces()[1].kind, CONSORT_SLICE_FILE);
    EXPECT_EQ(request.pieces()[1].offset, 2u);
    EXPECT_EQ(request.body_error(), CONSORT_OK);

    FakeExchange beyond("GET", "/");
    beyond.view().respond(Response().add(Slice::file(descriptor, 8, 3, 0)));
    EXPECT_EQ(beyond.body_error(), CONSORT_E_IO);
}

TEST(FakeExchangeTest, ChecksThatAStreamKeepsToItsMaximum) {
    FakeExchange request("GET", "/");
    request.pull_size = 3;
    request.view().respond(Response().add(Slice::stream([](std::uint64_t max) -> Result<Piece> {
        return Piece(Slice::text(std::string(max + 1, 'x')));
    })));
    EXPECT_EQ(request.body_error(), CONSORT_E_INVALID);
}

}  // namespace
}  // namespace consort
