#include "core/http/body_framing.hpp"

#include <gtest/gtest.h>

#include <string>

namespace consort::http {
namespace {

struct Read {
    std::string content, rest;
    bool done = false, malformed = false;
};

// Offers `input` in pieces of `piece` bytes.
Read read(BodyFraming framing, std::string_view input, std::size_t piece) {
    Read read;
    std::string waiting;
    while (!framing.done() && !framing.malformed()) {
        const BodyFraming::Step step = framing.next(waiting, 7);
        read.content += step.content;
        waiting.erase(0, step.consumed);
        EXPECT_LT(waiting.size(), BodyFraming::most_line + piece);
        if (step.consumed != 0) continue;
        if (framing.done() || framing.malformed() || input.empty()) break;
        waiting += input.substr(0, piece);
        input.remove_prefix(std::min(piece, input.size()));
    }
    read.rest = waiting + std::string(input);
    read.done = framing.done();
    read.malformed = framing.malformed();
    return read;
}

RequestHead parsed(const std::string& text) {
    RequestHead head;
    EXPECT_FALSE(parse_head(text, head));
    return head;
}

class Framing : public testing::TestWithParam<std::size_t> {
  protected:
    Read read(const std::string& headers, std::string_view input, bool to_close = false) {
        const std::string text = "PUT / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n";
        return http::read(BodyFraming(parsed(text), to_close), input, GetParam());
    }
};

TEST_P(Framing, ALengthIsCounted) {
    const Read got = read("Content-Length: 11\r\n", "hello worldGET");
    EXPECT_EQ(got.content, "hello world");
    EXPECT_TRUE(got.rest.ends_with("GET"));
    EXPECT_TRUE(got.done);
    EXPECT_FALSE(read("Content-Length: 11\r\n", "hello").done);
    EXPECT_TRUE(read("Content-Length: 0\r\n", "", true).done);
}

TEST_P(Framing, WithoutALengthTheRouteDecides) {
    EXPECT_TRUE(read("", "hello").done);
    const Read got = read("", "hello", true);
    EXPECT_EQ(got.content, "hello");
    EXPECT_FALSE(got.done);
}

TEST_P(Framing, ChunksAreJoined) {
    const std::string headers = "Transfer-Encoding: chunked\r\n";
    const Read got = read(headers, "5\r\nhello\r\n0006;a=b\r\n world\r\n0\r\nX: y\r\n\r\nrest");
    EXPECT_EQ(got.content, "hello world");
    EXPECT_TRUE(got.rest.ends_with("rest"));
    EXPECT_TRUE(got.done);
    EXPECT_FALSE(read(headers, "5\r\nhello\r\n").done);
}

TEST_P(Framing, MalformedChunksAreFound) {
    const std::string headers = "Transfer-Encoding: chunked\r\n";
    const std::string endless_line = "5;" + std::string(10'000, 'x');
    std::string endless_trailer = "0\r\n";
    for (int i = 0; i < 1'000; ++i) endless_trailer += "Header: value\r\n";
    for (const std::string& bad :
         {std::string("\r\n"), std::string("x\r\n"), std::string("-5\r\n"), std::string("5\nhello"),
          std::string("5\r\nhelloo\r\n"), std::string("fffffffffffffffff\r\n"),
          std::string("5 6\rx\r\n"), endless_line, endless_trailer}) {
        EXPECT_TRUE(read(headers, bad).malformed) << bad.substr(0, 20);
    }
}

INSTANTIATE_TEST_SUITE_P(Pieces, Framing, testing::Values(1, 2, 3, 64, 100'000));

}  // namespace
}  // namespace consort::http
