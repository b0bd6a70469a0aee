#include "core/http/request_head.hpp"

#include <gtest/gtest.h>

namespace consort::http {
namespace {

HeadScan scan(std::string_view text, std::size_t max = 1000) {
    std::size_t scanned = 0;
    return scan_head(text, scanned, max);
}

int refused_with(const std::string& text) {
    RequestHead head;
    const auto scanned = scan(text);
    if (scanned.state == HeadScan::State::refused) return scanned.refusal.status;
    if (scanned.state != HeadScan::State::complete) return -1;
    const auto refusal = parse_head(text, head);
    return refusal ? refusal->status : 0;
}

TEST(ScanHead, FindsTheEndInPieces) {
    const std::string text = "GET / HTTP/1.1\r\nHost: a\r\n\r\nrest";
    std::size_t scanned = 0;
    for (std::size_t size = 0; size < text.size() - 4; ++size) {
        EXPECT_EQ(scan_head(std::string_view(text).substr(0, size), scanned, 1000).state,
                  HeadScan::State::incomplete);
    }
    const HeadScan whole = scan_head(text, scanned, 1000);
    EXPECT_EQ(whole.state, HeadScan::State::complete);
    EXPECT_EQ(whole.end, text.size() - 4);
}

TEST(ScanHead, SkipsEmptyLinesBeforeARequest) {
    const HeadScan found = scan("\r\n\r\nGET / HTTP/1.1\r\n\r\n");
    EXPECT_EQ(found.state, HeadScan::State::complete);
    EXPECT_EQ(found.begin, 4u);
    EXPECT_EQ(scan("\r\n\r\n\r\n\r\n").state, HeadScan::State::refused);
}

TEST(ScanHead, RefusesLineEndsThatParsersDisagreeOn) {
    for (const char* text :
         {"GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\n\r\n", "\nGET /",
          "GET / HTTP/1.1\r\nA: b\rC: d\r\n\r\n", "GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n"}) {
        EXPECT_EQ(scan(text).state, HeadScan::State::refused) << text;
    }
}

TEST(ScanHead, BoundsTheSize) {
    const std::string text = "GET / HTTP/1.1\r\nA: " + std::string(100, 'x');
    EXPECT_EQ(scan(text, 50).refusal.status, 431);
    EXPECT_EQ(scan(text + "\r\n\r\n", 50).refusal.status, 431);
    EXPECT_EQ(scan(text + "\r\n\r\n", 200).state, HeadScan::State::complete);
}

TEST(ParseHead, ReadsARequest) {
    const std::string text =
        "POST /x?y HTTP/1.1\r\nhost: example\r\nContent-Length: 12\r\nX-Any:  value \r\n"
        "Expect: 100-continue\r\nConnection: Close\r\n\r\n";
    RequestHead head;
    ASSERT_FALSE(parse_head(text, head));
    EXPECT_EQ(head.method, "POST");
    EXPECT_EQ(head.target, "/x?y");
    EXPECT_EQ(head[Known::host], "example");
    EXPECT_EQ(head.content_length, 12u);
    EXPECT_TRUE(head.expects_continue);
    EXPECT_FALSE(head.keep_alive);
    EXPECT_EQ(head.headers.at(2).second, "value");
}

TEST(ParseHead, TheFirstOfManyLikeHeadersCounts) {
    std::string text = "GET / HTTP/1.1\r\nHost: example\r\n";
    for (std::size_t i = 1; i < max_header_count; ++i)
        text += "If-None-Match: \"" + std::to_string(i) + "\"\r\n";
    text += "\r\n";
    RequestHead head;
    ASSERT_FALSE(parse_head(text, head));
    EXPECT_EQ(head.headers.size(), max_header_count);
    EXPECT_EQ(head[Known::if_none_match], "\"1\"");
    EXPECT_EQ(head[Known::host], "example");
    EXPECT_EQ(head[Known::range], std::nullopt);

    std::string late = "GET / HTTP/1.1\r\nHost: example\r\n";
    for (std::size_t i = 2; i < max_header_count; ++i) late += "X-" + std::to_string(i) + ": a\r\n";
    late += "Range: bytes=1-2\r\n\r\n";
    RequestHead last;
    ASSERT_FALSE(parse_head(late, last));
    EXPECT_EQ(last.headers.size(), max_header_count);
    EXPECT_EQ(last[Known::range], "bytes=1-2");
}

TEST(ParseHead, KeepAliveByVersion) {
    RequestHead head, old_head, old_kept;
    ASSERT_FALSE(parse_head("GET / HTTP/1.1\r\nHost: a\r\n\r\n", head));
    ASSERT_FALSE(parse_head("GET / HTTP/1.0\r\n\r\n", old_head));
    ASSERT_FALSE(parse_head("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", old_kept));
    EXPECT_TRUE(head.keep_alive);
    EXPECT_FALSE(old_head.keep_alive);
    EXPECT_TRUE(old_kept.keep_alive);
}

TEST(ParseHead, RefusesAmbiguityAndNonsense) {
    const std::string start = "POST / HTTP/1.1\r\nHost: a\r\n";
    for (const char* headers : {
             "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
             "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
             "Content-Length: 1\r\nContent-Length: 2\r\n",
             "Content-Length: 1\r\nContent-Length: 1\r\n",
             "Content-Length: 1, 1\r\n",
             "Content-Length: +1\r\n",
             "Content-Length: -1\r\n",
             "Content-Length: 0x1\r\n",
             "Content-Length: 99999999999999999999\r\n",
             "Content-Length: \r\n",
             "Host: b\r\n",
             "Name : value\r\n",
             "Na me: value\r\n",
             ": value\r\n",
             "novalue\r\n",
             "A: b\x01\r\n",
         }) {
        EXPECT_EQ(refused_with(start + headers + "\r\n"), 400) << headers;
    }
    EXPECT_EQ(refused_with(std::string("GET / HTTP/1.1\r\nHost: a\r\nA: \0b\r\n\r\n", 34)), 400);
    EXPECT_EQ(refused_with("GET / HTTP/1.1\r\n\r\n"), 400);
    EXPECT_EQ(refused_with("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"), 400);
    EXPECT_EQ(refused_with("GET  / HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
    EXPECT_EQ(refused_with("GET / HTTP/1.1 \r\nHost: a\r\n\r\n"), 400);
    EXPECT_EQ(refused_with("GE(T / HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
    EXPECT_EQ(refused_with("GET /\r\n\r\n"), 400);
    EXPECT_EQ(refused_with("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), 505);
    EXPECT_EQ(refused_with(start + "Transfer-Encoding: gzip, chunked\r\n\r\n"), 501);
    EXPECT_EQ(refused_with(start + "Transfer-Encoding: xchunked\r\n\r\n"), 501);
    EXPECT_EQ(refused_with("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
    EXPECT_EQ(refused_with(start + "Expect: 200-ok\r\n\r\n"), 417);
}

TEST(ParseHead, BoundsTheNumberOfHeaders) {
    std::string text = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (std::size_t i = 1; i < max_header_count; ++i) text += "A: b\r\n";
    RequestHead fits, exceeds;
    EXPECT_FALSE(parse_head(text + "\r\n", fits));
    EXPECT_EQ(parse_head(text + "A: b\r\n\r\n", exceeds)->status, 431);
}

TEST(BodyReader, TakesALengthAndNothingBehindIt) {
    BodyReader reader("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n", 100);
    EXPECT_EQ(reader.feed("he").consumed, 2u);
    const auto progress = reader.feed("lloGET");
    EXPECT_TRUE(progress.done);
    EXPECT_EQ(progress.consumed, 3u);
    EXPECT_EQ(reader.take(), "hello");
}

TEST(BodyReader, TakesChunksInPiecesOfEverySize) {
    const std::string wire = "3;ext=\"x\"\r\nabc\r\n5\r\ndefgh\r\n0\r\nTrailer: x\r\n\r\nGET";
    for (std::size_t step = 1; step <= wire.size(); ++step) {
        BodyReader reader("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 100);
        std::size_t at = 0, offered = 0;
        BodyReader::Progress progress;
        while (!progress.done && offered < wire.size()) {
            offered = std::min(offered + step, wire.size());
            progress = reader.feed(std::string_view(wire).substr(at, offered - at));
            ASSERT_FALSE(progress.refusal) << step;
            at += progress.consumed;
        }
        EXPECT_TRUE(progress.done) << step;
        EXPECT_EQ(wire.substr(at), "GET") << step;
        EXPECT_EQ(reader.take(), "abcdefgh") << step;
    }
}

TEST(BodyReader, AnEmptyChunkedBodyInPieces) {
    BodyReader reader("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 100);
    const std::string wire = "0\r\n\r\n";
    for (std::size_t size = 1; size < wire.size(); ++size) {
        const auto progress = reader.feed(wire.substr(0, size));
        EXPECT_EQ(progress.consumed, 0u);
        EXPECT_FALSE(progress.refusal);
    }
    EXPECT_TRUE(reader.feed(wire).done);
}

TEST(BodyReader, BoundsAndFaults) {
    const char* head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    BodyReader large(head, 4);
    EXPECT_EQ(large.feed("5\r\nabcde\r\n").refusal->status, 413);
    for (const char* wire :
         {"x\r\n\r\n", "-1\r\n\r\n", "5\r\nabcdeX\r\n0\r\n\r\n", "fffffffffffffffff\r\n"}) {
        BodyReader reader(head, 100);
        const auto refusal = reader.feed(wire).refusal;
        ASSERT_TRUE(refusal) << wire;
        EXPECT_GE(refusal->status, 400) << wire;
    }
}

}  // namespace
}  // namespace consort::http
