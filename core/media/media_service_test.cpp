#include "core/media/media_service.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "core/media/test_world.hpp"

namespace consort::media {
namespace {

class MediaServiceTest : public ::testing::Test {
  protected:
    testing::TemporaryDirectory directory_;
    testing::World world_;
    base::Executor workers_{"test", 2, 100};
    std::unique_ptr<Storage> storage_;
    std::unique_ptr<Containers> containers_;
    std::unique_ptr<MediaService> service_;
    const consort_media_api& api_ = MediaService::api();

    void SetUp() override {
        world_.files["memory:song"] = {std::string(200'000, 's'), 7};
        world_.on_index = [](const consort_input&, const consort_index_sink& sink) {
            return testing::one_track(sink, 1'000, 100);
        };
        start();
    }
    void TearDown() override { stop(); }
    void start(unsigned keep = 10) {
        storage_ = std::make_unique<Storage>(world_.registry, world_.metrics);
        containers_ = std::make_unique<Containers>(world_.registry);
        service_ = std::make_unique<MediaService>(
            MediaService::Options{(directory_.path() / "index").string(), keep}, *storage_,
            *containers_, workers_, world_.metrics, [](std::string_view id) -> Result<ItemSource> {
                if (id == "unknown") return Error{CONSORT_E_NOT_FOUND, "There is no such item."};
                return ItemSource{"memory:" + std::string(id), std::string(id), "audio/mp4", "mov"};
            });
    }
    void stop() { service_.reset(); }

    struct Answer {
        consort_status status = CONSORT_E_INTERNAL;
        std::string error;
        consort_media* media = nullptr;  // with a reference
    };
    Answer open(const std::string& id) {
        testing::Latch done;
        Answer answer;
        service_->open(id,
                       [&](consort_status status, std::string_view error, consort_media* media) {
                           answer = {status, std::string(error), media};
                           if (media != nullptr) api_.ref(media);
                           done.hit();
                       });
        EXPECT_TRUE(done.wait(1));
        return answer;
    }
    std::filesystem::path only_index() {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_.path()))
            if (entry.path().extension() == ".cmx") return entry.path();
        return {};
    }
};

TEST_F(MediaServiceTest, OpensIndexesAndAnswersFromMemory) {
    const Answer first = open("song");
    ASSERT_EQ(first.status, CONSORT_OK) << first.error;
    EXPECT_EQ(api_.identity(first.media).len, 32u);
    EXPECT_EQ(std::string(api_.container(first.media).ptr, 3), "mov");
    EXPECT_EQ(api_.source_size(first.media), 200'000u);
    EXPECT_EQ(api_.source_modified(first.media), 1);
    consort_track track{};
    track.struct_size = sizeof track;
    ASSERT_EQ(api_.track(first.media, 0, &track), CONSORT_OK);
    EXPECT_EQ(track.sample_count, 1'000u);
    EXPECT_EQ(api_.track(first.media, 1, &track), CONSORT_E_INVALID);

    const double read = world_.counter("consort_source_bytes_read_total");
    bool at_once = false;
    service_->open("song", [&](consort_status, std::string_view, consort_media* media) {
        at_once = media == first.media;
    });
    EXPECT_TRUE(at_once);
    consort_sample samples[260];
    ASSERT_EQ(api_.samples(first.media, 0, 500, 260, samples), CONSORT_OK);
    EXPECT_EQ(samples[0].offset, 50'000u);
    EXPECT_EQ(api_.sample_at(first.media, 0, 1'024 * 500), 500u);
    EXPECT_EQ(world_.counter("consort_source_bytes_read_total"), read);
    std::string bytes(26'000, 0);
    ASSERT_EQ(api_.read_source(first.media, samples[0].offset, bytes.size(), bytes.data()),
              CONSORT_OK);
    EXPECT_EQ(world_.counter("consort_source_bytes_read_total"), read + 26'000);
    EXPECT_EQ(bytes, std::string(26'000, 's'));
    EXPECT_EQ(api_.read_source(first.media, 199'999, 2, bytes.data()), CONSORT_E_INVALID);
    EXPECT_EQ(world_.indexed, 1);
    api_.unref(first.media);
}

TEST_F(MediaServiceTest, ShortOldTrackStructsAreFilledAsFarAsTheyGo) {
    const Answer opened = open("song");
    ASSERT_EQ(opened.status, CONSORT_OK);
    alignas(consort_track) unsigned char room[sizeof(consort_track)];
    std::memset(room, 0xee, sizeof room);
    auto* track = reinterpret_cast<consort_track*>(room);
    track->struct_size = offsetof(consort_track, codec);
    ASSERT_EQ(api_.track(opened.media, 0, track), CONSORT_OK);
    EXPECT_EQ(track->struct_size, offsetof(consort_track, codec));
    EXPECT_EQ(track->timescale, 44'100u);
    EXPECT_EQ(room[offsetof(consort_track, codec)], 0xee);
    api_.unref(opened.media);
}

TEST_F(MediaServiceTest, ManyWaitersCostOneBuild) {
    testing::Latch started, go, done;
    world_.on_index = [&](const consort_input&, const consort_index_sink& sink) {
        started.hit();
        EXPECT_TRUE(go.wait(1));
        return testing::one_track(sink, 10, 100);
    };
    std::atomic<int> good{0};
    for (int i = 0; i < 20; ++i)
        service_->open("song", [&](consort_status status, std::string_view, consort_media*) {
            if (status == CONSORT_OK) ++good;
            done.hit();
        });
    ASSERT_TRUE(started.wait(1));
    go.hit();
    ASSERT_TRUE(done.wait(20));
    EXPECT_EQ(good, 20);
    EXPECT_EQ(world_.indexed, 1);
    EXPECT_EQ(world_.counter("consort_index_builds_total"), 1);
}

TEST_F(MediaServiceTest, ARestartNeitherHashesNorIndexesAgain) {
    api_.unref(open("song").media);
    stop();
    start();
    const double read = world_.counter("consort_source_bytes_read_total");
    const Answer again = open("song");
    ASSERT_EQ(again.status, CONSORT_OK);
    EXPECT_EQ(world_.indexed, 1);
    EXPECT_EQ(world_.counter("consort_source_bytes_read_total"), read);
    api_.unref(again.media);
}

TEST_F(MediaServiceTest, ADamagedIndexIsBuiltAgain) {
    api_.unref(open("song").media);
    stop();
    {
        std::fstream file(only_index(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(200);
        file.write("damage", 6);
    }
    start();
    const Answer again = open("song");
    ASSERT_EQ(again.status, CONSORT_OK) << again.error;
    EXPECT_EQ(world_.indexed, 2);
    api_.unref(again.media);
}

TEST_F(MediaServiceTest, FailuresCarryTheReasonAndAreTriedAgain) {
    world_.on_index = [](const consort_input&, const consort_index_sink&) {
        host::set_last_error("The file is damaged; replace it.");
        return consort_status{CONSORT_E_CORRUPT};
    };
    const Answer bad = open("song");
    EXPECT_EQ(bad.status, CONSORT_E_CORRUPT);
    EXPECT_EQ(bad.error, "The file is damaged; replace it.");
    EXPECT_TRUE(only_index().empty());
    world_.on_index = [](const consort_input&, const consort_index_sink& sink) {
        return testing::one_track(sink, 10, 100);
    };
    const Answer good = open("song");
    EXPECT_EQ(good.status, CONSORT_OK);
    api_.unref(good.media);
    EXPECT_EQ(open("unknown").status, CONSORT_E_NOT_FOUND);
    EXPECT_EQ(open("missing").error, "There is no such file in memory.");
}

TEST_F(MediaServiceTest, SamplesBeyondTheSourceAreCorrupt) {
    world_.on_index = [](const consort_input&, const consort_index_sink& sink) {
        return testing::one_track(sink, 1'000, 1'000);
    };
    const Answer bad = open("song");
    EXPECT_EQ(bad.status, CONSORT_E_CORRUPT);
    EXPECT_NE(bad.error.find("incomplete"), std::string::npos);
}

TEST_F(MediaServiceTest, TheLeastUsedIsClosedButLivesWhileReferenced) {
    stop();
    start(2);
    for (const char* name : {"a", "b", "c"})
        world_.files[std::string("memory:") + name] = {std::string(100'000, *name), 1};
    const Answer a = open("a");
    api_.unref(open("b").media);
    api_.unref(open("c").media);
    EXPECT_EQ(world_.metrics.gauge("consort_media_open", "Help.").value(), 2);
    EXPECT_EQ(world_.closed, 0);
    consort_slice slice{};
    ASSERT_EQ(api_.source_slice(a.media, 10, 20, &slice), CONSORT_OK);
    api_.unref(a.media);
    EXPECT_EQ(world_.closed, 0);
    ASSERT_EQ(slice.kind, CONSORT_SLICE_STREAM);
    consort_slice piece{};
    ASSERT_EQ(slice.next(slice.owner, 1 << 20, &piece), CONSORT_OK);
    EXPECT_EQ(std::string(static_cast<const char*>(piece.data), piece.length),
              std::string(20, 'a'));
    piece.release(piece.owner);
    EXPECT_EQ(slice.next(slice.owner, 1 << 20, &piece), CONSORT_END);
    workers_.stop();  // the one that opened it may still hold it for a moment
    slice.release(slice.owner);
    EXPECT_EQ(world_.closed, 1);
}

TEST_F(MediaServiceTest, ForgottenItemsAreLookedAtAgain) {
    api_.unref(open("song").media);
    world_.files["memory:song"] = {std::string(150'000, 't'), 8};
    service_->forget("song");
    const Answer fresh = open("song");
    ASSERT_EQ(fresh.status, CONSORT_OK);
    EXPECT_EQ(api_.source_size(fresh.media), 150'000u);
    EXPECT_EQ(world_.indexed, 2);
    api_.unref(fresh.media);
}

TEST_F(MediaServiceTest, AnAttachmentIsMadeOnceForAll) {
    const Answer opened = open("song");
    static std::atomic<int> made, dropped;
    made = dropped = 0;
    static const char key = 0;
    const auto make = [](void*, consort_media*) noexcept -> void* { return new int(++made); };
    const auto drop = [](void* value) noexcept {
        ++dropped;
        delete static_cast<int*>(value);
    };
    std::vector<std::thread> threads;
    std::atomic<int> sum{0};
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            sum += *static_cast<int*>(api_.attachment(opened.media, &key, make, drop, nullptr));
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(sum, 8);
    static const char other = 0;
    EXPECT_EQ(api_.attachment(
                  opened.media, &other,
                  [](void*, consort_media*) noexcept -> void* { return nullptr; }, drop, nullptr),
              nullptr);
    EXPECT_EQ(*static_cast<int*>(api_.attachment(opened.media, &other, make, drop, nullptr)), 2);
    api_.unref(opened.media);
    stop();
    workers_.stop();  // the one that opened it may still hold it for a moment
    EXPECT_EQ(dropped, 2);
}

TEST_F(MediaServiceTest, InlineBytesAreServedFromTheIndex) {
    world_.on_index = [](const consort_input&, const consort_index_sink& sink) {
        consort_track track{};
        track.struct_size = sizeof track;
        track.kind = CONSORT_TRACK_AUDIO;
        track.timescale = 48'000;
        sink.track(sink.self, &track);
        std::uint64_t at = 0;
        sink.inline_bytes(sink.self, "--", 2, &at);
        sink.inline_bytes(sink.self, "pieces", 6, &at);
        const consort_sample sample{at, 0, 6, 960, 0, CONSORT_SAMPLE_SYNC | CONSORT_SAMPLE_INLINE};
        return sink.samples(sink.self, 0, &sample, 1);
    };
    const Answer opened = open("song");
    ASSERT_EQ(opened.status, CONSORT_OK) << opened.error;
    consort_sample sample{};
    ASSERT_EQ(api_.samples(opened.media, 0, 0, 1, &sample), CONSORT_OK);
    char bytes[7] = {};
    ASSERT_EQ(api_.read_sample(opened.media, &sample, bytes), CONSORT_OK);
    EXPECT_STREQ(bytes, "pieces");
    consort_slice slice{};
    ASSERT_EQ(api_.inline_slice(opened.media, sample.offset, sample.size, &slice), CONSORT_OK);
    EXPECT_EQ(std::string(static_cast<const char*>(slice.data), slice.length), "pieces");
    slice.release(slice.owner);
    EXPECT_EQ(api_.inline_slice(opened.media, 5, 6, &slice), CONSORT_E_INVALID);
    api_.unref(opened.media);
}

TEST_F(MediaServiceTest, AFullQueueIsBusy) {
    base::Executor narrow("narrow", 1, 1);
    testing::Latch entered, go;
    MediaService service({(directory_.path() / "other").string(), 4}, *storage_, *containers_,
                         narrow, world_.metrics, [](std::string_view) -> Result<ItemSource> {
                             return Error{CONSORT_E_NOT_FOUND, "None."};
                         });
    ASSERT_TRUE(narrow.post([&] {
        entered.hit();
        EXPECT_TRUE(go.wait(1));
    }));
    ASSERT_TRUE(entered.wait(1));
    testing::Latch answered;
    std::atomic<int> busy{0};
    for (int i = 0; i < 5; ++i)
        service.open("x" + std::to_string(i),
                     [&](consort_status status, std::string_view, consort_media*) {
                         if (status == CONSORT_E_BUSY) ++busy;
                         answered.hit();
                     });
    go.hit();
    ASSERT_TRUE(answered.wait(5));
    EXPECT_GE(busy, 3);
    narrow.stop();
}

}  // namespace
}  // namespace consort::media
