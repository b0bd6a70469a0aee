// Conditions, compression, CORS, methods: what the server adds to a handler's answer.
#include <brotli/decode.h>

#include "core/http/http_date.hpp"
#include "tests/http/fixture.hpp"

namespace consort::http::test {
namespace {

class Negotiation : public ServerTest {
  protected:
    Negotiation() {
        for (int i = 0; i < 500; ++i)
            text_ += "#EXTINF:6.0,\nsegment" + std::to_string(i) + ".m4s\n";
        serve("/text", [this] {
            Response response = text_response(200, "application/vnd.apple.mpegurl", text_);
            response.etag = "t1";
            response.last_modified = 784111777;
            response.cache_control = "max-age=1";
            return response;
        });
        serve("/plain", [this] { return text_response(200, "text/plain", text_); });
        serve("/short", [] { return text_response(200, "text/plain", "short"); });
        serve("/binary", [this] { return text_response(200, "audio/mp4", text_); });
        serve("/opt-out", [this] {
            Response response = text_response(200, "text/plain", text_);
            response.compressible = response.rangeable = false;
            return response;
        });
        serve("/encoded", [this] {
            Response response = text_response(200, "text/plain", text_);
            response.headers.emplace_back("Content-Encoding", "br");
            response.headers.emplace_back("Vary", "Cookie");
            return response;
        });
        serve("/missing", [] { return problem_response(404, "none", "There is none."); });
        route("PUT", "/text", [](const ExchangePtr& exchange) {
            exchange->respond(text_response(200, "text/plain", "put"));
        });
    }
    std::string unbrotli(const std::string& encoded) {
        std::string out(text_.size() + 1, '\0');
        std::size_t size = out.size();
        EXPECT_EQ(BrotliDecoderDecompress(encoded.size(),
                                          reinterpret_cast<const std::uint8_t*>(encoded.data()),
                                          &size, reinterpret_cast<std::uint8_t*>(out.data())),
                  BROTLI_DECODER_RESULT_SUCCESS);
        return out.substr(0, size);
    }
    std::string text_;
};

TEST_P(Negotiation, Compression) {
    start();
    Client client = connect();
    const Answer identity = client.get("/text");
    EXPECT_EQ(identity.body, text_);
    EXPECT_EQ(identity.header("etag"), "\"t1\"");
    EXPECT_EQ(identity.header("vary"), "Accept-Encoding");
    for (int i = 0; i < 2; ++i) {  // the second comes from the cache
        const Answer brotli = client.get("/text", "Accept-Encoding: gzip, br\r\n");
        EXPECT_EQ(brotli.header("content-encoding"), "br");
        EXPECT_EQ(brotli.header("etag"), "\"t1-br\"");
        EXPECT_EQ(brotli.header("accept-ranges"), "");
        EXPECT_LT(brotli.body.size(), text_.size() / 4);
        EXPECT_EQ(unbrotli(brotli.body), text_);
    }
    const Answer gzip = client.get("/text", "Accept-Encoding: gzip\r\n");
    EXPECT_EQ(gzip.header("content-encoding"), "gzip");
    EXPECT_EQ(gzip.header("etag"), "\"t1-gz\"");
    EXPECT_EQ(unbrotli(client.get("/plain", "Accept-Encoding: br\r\n").body), text_);
}

TEST_P(Negotiation, WhatIsNotCompressed) {
    start();
    Client client = connect();
    for (const char* path : {"/short", "/binary", "/opt-out"}) {
        const Answer answer = client.get(path, "Accept-Encoding: br\r\n");
        EXPECT_EQ(answer.header("content-encoding"), "") << path;
        EXPECT_EQ(answer.header("vary"), "") << path;
    }
    EXPECT_EQ(client.get("/encoded", "Accept-Encoding: gzip\r\n").body, text_);
    EXPECT_EQ(client.get("/encoded").header("vary"), "Cookie");
    EXPECT_EQ(client.get("/text", "Accept-Encoding: br;q=0\r\n").body, text_);
}

TEST_P(Negotiation, CompressionCanBeTurnedOff) {
    settings_.compress = false;
    start();
    const Answer answer = connect().get("/text", "Accept-Encoding: br\r\n");
    EXPECT_EQ(answer.body, text_);
    EXPECT_EQ(answer.header("vary"), "");
}

TEST_P(Negotiation, ARangeIsOfTheIdentity) {
    start();
    Client client = connect();
    const std::string both = "Accept-Encoding: br\r\nRange: bytes=0-9\r\n";
    const Answer answer = client.get("/text", both);
    EXPECT_EQ(answer.status, 206);
    EXPECT_EQ(answer.body, text_.substr(0, 10));
    EXPECT_EQ(answer.header("etag"), "\"t1\"");
    EXPECT_EQ(client.get("/text", both + "If-Range: \"t1\"\r\n").status, 206);
    EXPECT_EQ(client.get("/text", both + "If-Range: \"t1-br\"\r\n").status, 200);
    EXPECT_EQ(client.get("/text", both + "If-Range: \"old\"\r\n").status, 200);
    EXPECT_EQ(client.get("/text", both + "If-Range: Sun, 06 Nov 1994 08:49:37 GMT\r\n").status,
              206);
    EXPECT_EQ(client.get("/opt-out", both).status, 200);
}

TEST_P(Negotiation, NotModified) {
    start();
    Client client = connect();
    const Answer answer = client.get("/text", "If-None-Match: \"x\", W/\"t1\"\r\n");
    EXPECT_EQ(answer.status, 304);
    EXPECT_EQ(answer.header("etag"), "\"t1\"");
    EXPECT_EQ(answer.header("cache-control"), "max-age=1");
    EXPECT_EQ(answer.header("vary"), "Accept-Encoding");
    EXPECT_EQ(answer.header("content-length"), "");
    const Answer encoded =
        client.get("/text", "Accept-Encoding: br\r\nIf-None-Match: \"t1-br\"\r\n");
    EXPECT_EQ(encoded.status, 304);
    EXPECT_EQ(encoded.header("etag"), "\"t1-br\"");
    EXPECT_EQ(client.get("/text", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n").status,
              304);
    EXPECT_EQ(client.get("/text", "If-None-Match: *\r\n").status, 304);
    EXPECT_EQ(client.get("/text", "If-None-Match: \"t2\"\r\n").status, 200);
    EXPECT_EQ(client.get("/missing", "If-None-Match: *\r\n").status, 404);
}

TEST_P(Negotiation, PreconditionFailed) {
    start();
    Client client = connect();
    const Answer answer = client.get("/text", "If-Match: \"other\"\r\nRange: bytes=0-1\r\n");
    EXPECT_EQ(answer.status, 412);
    EXPECT_NE(answer.body.find("precondition_failed"), std::string::npos);
    EXPECT_EQ(client.get("/text", "If-Match: \"t1\"\r\n").status, 200);
    EXPECT_EQ(client.get("/text", "If-Unmodified-Since: Sat, 05 Nov 1994 08:49:37 GMT\r\n").status,
              412);
    EXPECT_EQ(client.ask("PUT /text HTTP/1.1\r\nHost: a\r\nIf-Match: \"other\"\r\n\r\n").status,
              200);
}

TEST_P(Negotiation, Methods) {
    start();
    Client client = connect();
    const auto ask = [&](const std::string& method, const std::string& path) {
        client.send(method + " " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
        return client.read(method == "HEAD");
    };
    const Answer wrong = ask("DELETE", "/text");
    EXPECT_EQ(wrong.status, 405);
    EXPECT_EQ(wrong.header("allow"), "GET, HEAD, OPTIONS, PUT");
    const Answer options = ask("OPTIONS", "/text");
    EXPECT_EQ(options.status, 204);
    EXPECT_EQ(options.header("allow"), "GET, HEAD, OPTIONS, PUT");
    EXPECT_EQ(ask("OPTIONS", "*").status, 204);
    EXPECT_EQ(ask("OPTIONS", "/nothing").status, 404);
    EXPECT_EQ(ask("HEAD", "/nothing").status, 404);
    const Answer unknown = ask("GET", "/nothing");
    EXPECT_EQ(unknown.status, 404);
    EXPECT_EQ(unknown.header("content-type"), "application/problem+json");
    EXPECT_EQ(unknown.header("connection"), "");
    for (const char* method : {"BREW", "TRACE", "PROPFIND"}) {
        EXPECT_EQ(connect().ask(std::string(method) + " /text HTTP/1.1\r\nHost: a\r\n\r\n").status,
                  501);
    }
    EXPECT_EQ(connect().ask("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n").status, 400);
}

TEST_P(Negotiation, NoCorsUnlessConfigured) {
    start();
    const Answer answer = connect().get("/text", "Origin: https://a.example\r\n");
    EXPECT_EQ(answer.header("access-control-allow-origin"), "");
    EXPECT_EQ(answer.header("vary"), "Accept-Encoding");
}

TEST_P(Negotiation, CorsForNamedOrigins) {
    settings_.cors_origins = {"https://a.example", "https://b.example"};
    start();
    Client client = connect();
    const Answer answer = client.get("/text", "Origin: https://b.example\r\n");
    EXPECT_EQ(answer.header("access-control-allow-origin"), "https://b.example");
    EXPECT_EQ(answer.header("vary"), "Accept-Encoding, Origin");
    const Answer other = client.get("/text", "Origin: https://c.example\r\n");
    EXPECT_EQ(other.header("access-control-allow-origin"), "");
    EXPECT_EQ(other.header("vary"), "Accept-Encoding, Origin");
    const Answer preflight = client.ask(
        "OPTIONS /text HTTP/1.1\r\nHost: a\r\nOrigin: https://a.example\r\n"
        "Access-Control-Request-Method: PUT\r\n"
        "Access-Control-Request-Headers: x-one, range\r\n\r\n");
    EXPECT_EQ(preflight.status, 204);
    EXPECT_EQ(preflight.header("access-control-allow-origin"), "https://a.example");
    EXPECT_EQ(preflight.header("access-control-allow-methods"), "GET, HEAD, OPTIONS, PUT");
    EXPECT_EQ(preflight.header("access-control-allow-headers"), "x-one, range");
    EXPECT_EQ(client.get("/nothing", "Origin: https://a.example\r\n")
                  .header("access-control-allow-origin"),
              "https://a.example");
}

TEST_P(Negotiation, CorsForAll) {
    settings_.cors_origins = {"*"};
    start();
    const Answer answer = connect().get("/short", "Origin: null\r\n");
    EXPECT_EQ(answer.header("access-control-allow-origin"), "*");
    EXPECT_EQ(answer.header("vary"), "");
}

INSTANTIATE_TEST_SUITE_P(Transport, Negotiation, testing::Bool(),
                         [](const auto& given) { return given.param ? "Tls" : "Plain"; });

}  // namespace
}  // namespace consort::http::test
