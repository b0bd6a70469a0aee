#include "core/http/content_coding.hpp"

#include <brotli/decode.h>
#include <gtest/gtest.h>
#include <zlib.h>

namespace consort::http {
namespace {

TEST(ChooseCoding, Weights) {
    EXPECT_EQ(choose_coding(""), Coding::identity);
    EXPECT_EQ(choose_coding("gzip, deflate, br"), Coding::brotli);
    EXPECT_EQ(choose_coding("gzip"), Coding::gzip);
    EXPECT_EQ(choose_coding("GZIP;q=1, br;q=0.9"), Coding::gzip);
    EXPECT_EQ(choose_coding("br;q=0, gzip;q=0.001"), Coding::gzip);
    EXPECT_EQ(choose_coding("*"), Coding::brotli);
    EXPECT_EQ(choose_coding("*;q=0"), Coding::identity);
    EXPECT_EQ(choose_coding("br;q=0, *"), Coding::gzip);
    EXPECT_EQ(choose_coding("identity, deflate"), Coding::identity);
    EXPECT_EQ(choose_coding("gzip;q=nonsense"), Coding::identity);
    EXPECT_EQ(choose_coding("gzip;q=1.5"), Coding::gzip);
}

TEST(CompressibleType, TextAndWhatIsLikeText) {
    for (const char* type : {"text/html; charset=utf-8", "application/json", "image/svg+xml",
                             "application/vnd.apple.mpegurl", "APPLICATION/DASH+XML"}) {
        EXPECT_TRUE(is_compressible_type(type)) << type;
    }
    for (const char* type : {"", "audio/mp4", "image/png", "text/event-stream", "font/woff2"}) {
        EXPECT_FALSE(is_compressible_type(type)) << type;
    }
}

TEST(Encode, RoundTrips) {
    std::string text;
    for (int i = 0; i < 500; ++i) text += "segment " + std::to_string(i) + "\n";

    const std::string brotli = encode(Coding::brotli, text);
    std::string decoded(text.size() + 1, '\0');
    std::size_t size = decoded.size();
    ASSERT_EQ(
        BrotliDecoderDecompress(brotli.size(), reinterpret_cast<const std::uint8_t*>(brotli.data()),
                                &size, reinterpret_cast<std::uint8_t*>(decoded.data())),
        BROTLI_DECODER_RESULT_SUCCESS);
    EXPECT_EQ(decoded.substr(0, size), text);

    const std::string gzip = encode(Coding::gzip, text);
    z_stream stream{};
    ASSERT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(gzip.data()));
    stream.avail_in = static_cast<uInt>(gzip.size());
    stream.next_out = reinterpret_cast<Bytef*>(decoded.data());
    stream.avail_out = static_cast<uInt>(decoded.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
    EXPECT_EQ(decoded.substr(0, stream.total_out), text);
    inflateEnd(&stream);
}

TEST(Encode, GivesNothingWhereNothingIsGained) {
    std::string noise;
    std::uint64_t state = 1;
    for (int i = 0; i < 2000; ++i) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        noise += static_cast<char>(state >> 56);
    }
    EXPECT_EQ(encode(Coding::brotli, noise), "");
    EXPECT_EQ(encode(Coding::gzip, noise), "");
}

TEST(EncodedCache, KeepsTheRecentlyUsedWithinItsBound) {
    EncodedCache cache(400);
    const auto body = std::make_shared<const std::string>(100, 'x');
    for (const char* key : {"a", "b", "c", "d"}) cache.keep(key, body);
    EXPECT_TRUE(cache.find("a"));
    cache.keep("e", body);
    EXPECT_TRUE(cache.find("a"));
    EXPECT_FALSE(cache.find("b"));
    EXPECT_TRUE(cache.find("e"));
    cache.keep("large", std::make_shared<const std::string>(101, 'x'));
    EXPECT_FALSE(cache.find("large"));
}

}  // namespace
}  // namespace consort::http
