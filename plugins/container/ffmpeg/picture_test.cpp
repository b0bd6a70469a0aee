// Covers made smaller: size, kind, content; bombs and damaged pictures.
#include <gtest/gtest.h>

#include <random>

#include "plugins/container/ffmpeg/picture_scale.hpp"
#include "plugins/container/ffmpeg/picture_type.hpp"
#include "plugins/container/ffmpeg/test_media.hpp"

namespace consort::container_ffmpeg {
namespace {

using testing::Blob;

struct Scaled {
    std::string type;
    Blob bytes;
    Result<void> result;
    PictureSize size() const { return picture_size(std::as_bytes(std::span(bytes))); }
};

Scaled scaled(const Blob& picture, std::uint32_t longest_side) {
    Scaled out;
    const auto take = [](void* arg, consort_str type, const void* bytes,
                         std::uint64_t size) noexcept -> consort_status {
        auto& to = *static_cast<Scaled*>(arg);
        to.type.assign(type.ptr, type.len);
        const auto* first = static_cast<const std::uint8_t*>(bytes);
        to.bytes.assign(first, first + size);
        return CONSORT_OK;
    };
    out.result = PictureScaler().scale(std::as_bytes(std::span(picture)), longest_side,
                                       ImageReady(take, &out));
    return out;
}

class PictureTest : public ::testing::Test {
  protected:
    Blob picture(const std::string& name, const std::string& size, const std::string& more = "") {
        return testing::read_file(workshop_.make(
            "-f lavfi -i testsrc2=s=" + size + ":d=0.04 " + more + " -frames:v 1", name));
    }
    // The mean colour, as FFmpeg decodes it.
    Blob mean(const std::string& name, const Blob& bytes) {
        testing::write_file(workshop_.path(name), bytes);
        return workshop_.decode(name, "-vf scale=1:1:flags=area -f rawvideo -pix_fmt rgb24");
    }
    testing::Workshop workshop_;
};

TEST_F(PictureTest, LongerSideHasTheSizeAskedFor) {
    for (const auto& [name, type] :
         {std::pair("wide.jpg", "image/jpeg"), std::pair("wide.png", "image/png")}) {
        const Blob wide = picture(name, "1200x600");
        const Scaled small = scaled(wide, 300);
        ASSERT_TRUE(small.result.ok()) << small.result.error().text;
        EXPECT_EQ(small.type, type);
        EXPECT_EQ(small.size().width, 300u);
        EXPECT_EQ(small.size().height, 150u);
        EXPECT_LT(small.bytes.size(), wide.size());
        const Blob before = mean(name, wide), after = mean(name, small.bytes);
        ASSERT_EQ(before.size(), after.size());
        for (std::size_t i = 0; i < before.size(); ++i)
            EXPECT_NEAR(before[i], after[i], 4) << name << ": colour " << i;
    }
    const Scaled tall = scaled(picture("tall.jpg", "101x997"), 64);
    EXPECT_EQ(tall.size().height, 64u);
    EXPECT_EQ(tall.size().width, 6u);
}

TEST_F(PictureTest, NothingIsMadeLarger) {
    for (const char* name : {"small.jpg", "small.png", "small.webp"}) {
        const Blob original = picture(name, "120x80");
        for (const std::uint32_t side : {120u, 121u, 1024u}) {
            const Scaled same = scaled(original, side);
            ASSERT_TRUE(same.result.ok()) << name;
            EXPECT_EQ(same.bytes, original) << name << " " << side;
        }
    }
}

TEST_F(PictureTest, EveryKindOfPixels) {
    struct Kind {
        const char* file;
        const char* arguments;
        const char* type;
    };
    for (const Kind& kind :
         {Kind{"grey.jpg", "-pix_fmt gray", "image/jpeg"},
          Kind{"full.jpg", "-pix_fmt yuvj444p", "image/jpeg"},
          Kind{"grey.png", "-pix_fmt gray", "image/png"},
          Kind{"alpha.png", "-pix_fmt rgba", "image/png"},
          Kind{"deep.png", "-pix_fmt rgb48be", "image/png"},
          Kind{"palette.png", "-pix_fmt pal8", "image/png"},
          Kind{"bits.png", "-pix_fmt monob", "image/png"}, Kind{"lossy.webp", "", "image/jpeg"},
          Kind{"clear.webp", "-pix_fmt bgra -lossless 1", "image/png"}}) {
        const Scaled small = scaled(picture(kind.file, "640x480", kind.arguments), 128);
        ASSERT_TRUE(small.result.ok()) << kind.file << ": " << small.result.error().text;
        EXPECT_EQ(small.type, kind.type) << kind.file;
        EXPECT_EQ(small.size().width, 128u) << kind.file;
        EXPECT_EQ(small.size().height, 96u) << kind.file;
    }
}

TEST_F(PictureTest, BombsAreRefusedUnseen) {
    Blob png = picture("bomb.png", "64x64");
    // IHDR's width and height.
    for (const std::size_t at : {16, 20}) png[at + 1] = 0x10;
    const Scaled refused = scaled(png, 64);
    ASSERT_FALSE(refused.result.ok());
    EXPECT_EQ(refused.result.error().status, CONSORT_E_DENIED);
    EXPECT_NE(refused.result.error().text.find("1048640 x 1048640 pixels"), std::string::npos)
        << refused.result.error().text;

    Blob jpeg = picture("bomb.jpg", "64x64");
    for (std::size_t at = 0; at + 9 < jpeg.size(); ++at)
        if (jpeg[at] == 0xFF && jpeg[at + 1] == 0xC0) {
            for (const std::size_t side : {5, 7}) jpeg[at + side] = 0xFF;
            break;
        }
    EXPECT_EQ(scaled(jpeg, 64).result.error().status, CONSORT_E_DENIED);

    // A header that hides its size from the first look does not get past the decoder's bound.
    Blob hidden = jpeg;
    const Blob filler = {0xFF, 0xFF, 0xFF};
    hidden.insert(hidden.begin() + 2, filler.begin(), filler.end());
    EXPECT_FALSE(scaled(hidden, 64).result.ok());
}

TEST_F(PictureTest, OtherThingsAndDamagedOnes) {
    EXPECT_EQ(scaled({}, 64).result.error().status, CONSORT_E_UNSUPPORTED);
    EXPECT_EQ(scaled(Blob(1'000, 'x'), 64).result.error().status, CONSORT_E_UNSUPPORTED);
    EXPECT_EQ(scaled(Blob{'G', 'I', 'F', '8', '9', 'a'}, 64).result.error().status,
              CONSORT_E_UNSUPPORTED);
    EXPECT_EQ(scaled(Blob{0xFF, 0xD8, 0xFF}, 64).result.error().status, CONSORT_E_CORRUPT);

    std::mt19937 noise(1);
    for (const char* name : {"victim.jpg", "victim.png", "victim.webp"}) {
        const Blob whole = picture(name, "200x150");
        for (std::size_t size = 0; size < whole.size(); size += 1 + whole.size() / 40)
            scaled(Blob(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)), 64);
        for (int round = 0; round < 200; ++round) {
            Blob bent = whole;
            for (int flips = 0; flips < 8; ++flips)
                bent[noise() % bent.size()] ^= static_cast<std::uint8_t>(1 << noise() % 8);
            const Scaled out = scaled(bent, 64);
            if (!out.result.ok()) {
                EXPECT_FALSE(out.result.error().text.empty());
            } else if (!out.bytes.empty() && out.bytes != bent) {
                EXPECT_LE(std::max(out.size().width, out.size().height), 64u);
            }
        }
    }
}

}  // namespace
}  // namespace consort::container_ffmpeg
