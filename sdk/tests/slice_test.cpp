#include "consort/slice.hpp"

#include <gtest/gtest.h>

#include <array>

#include "consort/response.hpp"

#include "sdk/tests/counted.hpp"

namespace consort {
namespace {

using tests::Counted;

TEST(SliceTest, ReleasesItsOwnerExactlyOnce) {
    int alive = 0;
    {
        Slice slice = Slice::memory(Counted(alive), "abc", 3);
        EXPECT_EQ(alive, 1);
        Slice moved = std::move(slice);
        EXPECT_EQ(alive, 1);
        Slice assigned;
        assigned = std::move(moved);
        EXPECT_EQ(alive, 1);
        EXPECT_EQ(assigned.length(), 3u);
    }
    EXPECT_EQ(alive, 0);
}

TEST(SliceTest, HandedOverItIsTheReceiversToRelease) {
    int alive = 0;
    consort_slice raw = Slice::memory(Counted(alive), "abc", 3).take();
    EXPECT_EQ(alive, 1);
    ASSERT_NE(raw.release, nullptr);
    raw.release(raw.owner);
    EXPECT_EQ(alive, 0);
}

TEST(SliceTest, AssigningReleasesWhatWasThere) {
    int first = 0, second = 0;
    Slice slice = Slice::memory(Counted(first), "a", 1);
    slice = Slice::memory(Counted(second), "b", 1);
    EXPECT_EQ(first, 0);
    EXPECT_EQ(second, 1);
}

TEST(SliceTest, SharedOwnersAreShared) {
    const auto owner = std::make_shared<const std::string>("shared bytes");
    {
        const Slice a = Slice::memory(owner, owner->data(), 6);
        const Slice b = Slice::memory(owner, owner->data() + 7, 5);
        EXPECT_EQ(owner.use_count(), 3);
        EXPECT_EQ(static_cast<const char*>(b.raw().data), owner->data() + 7);
    }
    EXPECT_EQ(owner.use_count(), 1);
}

TEST(SliceTest, UniqueOwnersAreTakenAsTheyAre) {
    auto bytes = std::make_unique<std::byte[]>(16);
    const void* data = bytes.get();
    const consort_slice raw = Slice::memory(std::move(bytes), data, 16).take();
    EXPECT_EQ(raw.owner, data) << "no box around the owner";
    Slice::release(raw);
}

TEST(SliceTest, TextAndContainersOfBytesMoveIn) {
    std::string text(1000, 'x');
    const char* data = text.data();
    const Slice slice = Slice::text(std::move(text));
    EXPECT_EQ(slice.raw().data, data) << "moved, not copied";
    EXPECT_EQ(slice.raw().length, 1000u);
    EXPECT_EQ(slice.raw().kind, CONSORT_SLICE_MEMORY);
    EXPECT_EQ(Slice::of(std::vector<std::uint8_t>{1, 2}).length(), 2u);
}

TEST(SliceTest, BorrowedHasNothingToRelease) {
    const Slice slice = Slice::borrowed("static");
    EXPECT_EQ(slice.raw().release, nullptr);
    EXPECT_EQ(slice.length(), 6u);
}

TEST(SliceTest, FileNamesDescriptorAndRange) {
    int alive = 0;
    {
        const Slice slice = Slice::file(7, 100, 50, Counted(alive));
        EXPECT_EQ(slice.raw().kind, CONSORT_SLICE_FILE);
        EXPECT_EQ(slice.raw().fd, 7);
        EXPECT_EQ(slice.raw().offset, 100u);
        EXPECT_EQ(slice.raw().length, 50u);
        EXPECT_EQ(alive, 1);
    }
    EXPECT_EQ(alive, 0);
}

TEST(SliceTest, StreamYieldsPiecesThenPendingThenEnd) {
    int alive = 0;
    const Slice slice = Slice::stream(
        [step = 0, owner = Counted(alive)](std::uint64_t max) mutable -> Result<Piece> {
            switch (step++) {
                case 0:
                    return Piece(Slice::text(std::string(max, 'a')));
                case 1:
                    return Piece::pending();
                default:
                    return Piece::end();
            }
        });
    const consort_slice& raw = slice.raw();
    EXPECT_EQ(raw.length, CONSORT_LENGTH_UNKNOWN);
    EXPECT_EQ(raw.seek, nullptr);
    consort_slice piece{};
    EXPECT_EQ(raw.next(raw.owner, 5, &piece), CONSORT_OK);
    EXPECT_EQ(piece.length, 5u);
    Slice::release(piece);
    EXPECT_EQ(raw.next(raw.owner, 5, &piece), CONSORT_PENDING);
    EXPECT_EQ(raw.next(raw.owner, 5, &piece), CONSORT_END);
    EXPECT_EQ(alive, 1);
}

TEST(SliceTest, AStreamThatFailsOrThrowsGivesItsStatus) {
    consort_slice piece{};
    const Slice fails = Slice::stream([](std::uint64_t) -> Result<Piece> {
        return Error{CONSORT_E_IO, "disk"};
    });
    EXPECT_EQ(fails.raw().next(fails.raw().owner, 1, &piece), CONSORT_E_IO);
    const Slice throws = Slice::stream(
        [](std::uint64_t) -> Result<Piece> { throw Failure(CONSORT_E_CORRUPT, "damaged"); });
    EXPECT_EQ(throws.raw().next(throws.raw().owner, 1, &piece), CONSORT_E_CORRUPT);
    const Slice odd = Slice::stream([](std::uint64_t) -> Result<Piece> {
        return Error{CONSORT_OK, "?"};
    });
    EXPECT_EQ(odd.raw().next(odd.raw().owner, 1, &piece), CONSORT_E_INTERNAL)
        << "an error never looks like success";
}

struct Digits {
    std::uint64_t position = 0;
    Result<Piece> operator()(std::uint64_t max) {
        if (position == 10) return Piece::end();
        const std::uint64_t size = std::min<std::uint64_t>(max, 10 - position);
        Slice piece = Slice::borrowed(&"0123456789"[position], size);
        position += size;
        return Piece(std::move(piece));
    }
    Result<void> seek(std::uint64_t to) {
        if (to >= 10) return Error{CONSORT_E_INVALID, "past the end"};
        position = to;
        return {};
    }
};

TEST(SliceTest, AStreamThatSeeksIsRangeable) {
    const Slice slice = Slice::stream(Digits(), 10);
    const consort_slice& raw = slice.raw();
    ASSERT_NE(raw.seek, nullptr);
    EXPECT_EQ(raw.seek(raw.owner, 7), CONSORT_OK);
    consort_slice piece{};
    EXPECT_EQ(raw.next(raw.owner, 100, &piece), CONSORT_OK);
    EXPECT_EQ(std::string_view(static_cast<const char*>(piece.data), piece.length), "789");
    EXPECT_EQ(raw.seek(raw.owner, 10), CONSORT_E_INVALID);
}

TEST(ResponseTest, ReleasesABodyThatWasNeverSent) {
    int alive = 0;
    {
        Response response(200);
        response.add(Slice::memory(Counted(alive), "a", 1));
        Response moved = std::move(response);
        moved.add(Slice::memory(Counted(alive), "b", 1));
        EXPECT_EQ(alive, 2);
        Response assigned;
        assigned = std::move(moved);
        EXPECT_EQ(alive, 2);
    }
    EXPECT_EQ(alive, 0);
}

TEST(ResponseTest, HandsOverAllThatWasSaid) {
    int alive = 0;
    Response response = Response(206)
                            .content_type("audio/flac")
                            .etag("tag")
                            .last_modified(1234)
                            .immutable()
                            .header("X-One", "1")
                            .header("X-Two", "2")
                            .no_compress()
                            .not_rangeable()
                            .add(Slice::memory(Counted(alive), "a", 1))
                            .body("text");
    const bool seen = std::move(response).hand_over([](const consort_response& raw) {
        EXPECT_EQ(raw.struct_size, sizeof raw);
        EXPECT_EQ(raw.status, 206);
        EXPECT_EQ(view(raw.content_type), "audio/flac");
        EXPECT_EQ(view(raw.etag), "tag");
        EXPECT_EQ(raw.last_modified, 1234);
        EXPECT_EQ(view(raw.cache_control), "public, max-age=31536000, immutable");
        EXPECT_EQ(raw.header_count, 2u);
        EXPECT_EQ(view(raw.headers[1].name), "X-Two");
        EXPECT_EQ(raw.flags, CONSORT_RESPONSE_NO_COMPRESS | CONSORT_RESPONSE_NOT_RANGEABLE);
        EXPECT_EQ(raw.body_count, 2u);
        for (std::size_t i = 0; i < raw.body_count; ++i) Slice::release(raw.body[i]);
        return true;
    });
    EXPECT_TRUE(seen);
    EXPECT_EQ(alive, 0) << "released by the receiver, and not again";
}

}  // namespace
}  // namespace consort
