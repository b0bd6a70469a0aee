// consort.host.renditions/1 as a delivery plugin calls it: through the C++ layer and the tables,
// over a decoder and an encoder that were offered like those of plugins.
#include "consort/services/renditions.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "core/host/plugin_context.hpp"
#include "core/media/test_codec.hpp"

namespace consort::host {
namespace {

using media::testing::Latch;
using media::testing::TestCodec;

class HostRenditionsTest : public testing::Test {
  protected:
    void SetUp() override {
        world_.files["memory:///a"] = {std::string(10'000, 'x'), 1};
        world_.on_index = [](const consort_input&, const consort_index_sink& sink) {
            return media::testing::sound_track(sink, 60);
        };
        services_.renditions = &service_;
        Latch opened;
        library_.open("item", [&](consort_status, std::string_view, consort_media* media) {
            item_ = media;
            opened.hit();
        });
        ASSERT_TRUE(opened.wait(1));
        link_.media = &media::MediaService::api();
        Latch listed;
        renditions().list(view(), [&](Result<consort::RenditionList> all) {
            EXPECT_TRUE(all.ok());
            if (all) rendition_.emplace(*all->find("test-100"));
            listed.hit();
        });
        ASSERT_TRUE(listed.wait(1));
        ASSERT_TRUE(rendition_.has_value());
    }
    void TearDown() override {
        service_.stop();
        executor_.stop();
        item_ = nullptr;
    }
    static media::RenditionService::Options options() {
        config::RenditionSettings one;
        one.name = "test-100";
        one.codec = "test";
        one.bit_rate = 100;
        media::RenditionService::Options made;
        made.renditions.all = {one};
        made.renditions.segment_seconds = 4;
        made.renditions.make_ahead = 0;
        return made;
    }
    Renditions renditions() const { return Renditions(link_); }
    MediaView view() const { return {&media::MediaService::api(), item_.get()}; }

    media::testing::TemporaryDirectory directory_;
    media::testing::World world_;
    TestCodec codec_{world_};
    base::Executor executor_{"test", 2, 10};
    base::Timers timers_{executor_};
    base::EventBus events_{executor_};
    media::Storage storage_{world_.registry, world_.metrics};
    media::Containers containers_{world_.registry};
    media::MediaService library_{
        {(directory_.path() / "index").string(), 10},
        storage_,
        containers_,
        executor_,
        world_.metrics,
        [](std::string_view) {
            return Result<media::ItemSource>(media::ItemSource{"memory:///a", "a.mem", "", "mem"});
        }};
    media::RenditionService service_{options(), world_.registry, executor_, world_.metrics};
    media::MediaPtr item_;
    Services services_{executor_, executor_, timers_, events_, world_.metrics};
    consort_host host_{services_, world_.registry, "org.example.test", "test-one"};
    HostLink link_{&host_, &host_api(), nullptr, nullptr, nullptr};
    std::optional<Rendition> rendition_;
};

TEST_F(HostRenditionsTest, DescribesTracksAndSegments) {
    EXPECT_EQ(renditions().segment_seconds(), 4u);
    EXPECT_EQ(rendition_->name(), "test-100");
    EXPECT_TRUE(rendition_->listed());
    EXPECT_EQ(rendition_->segment_count(), 15u);
    EXPECT_EQ(rendition_->segment(1)->start, 4'100);
    EXPECT_EQ(rendition_->segment(14)->end, 60'100);
    EXPECT_FALSE(rendition_->segment(15).ok());
    const auto track = rendition_->track();
    ASSERT_TRUE(track.ok());
    EXPECT_EQ(consort::view(track->codec), "test");
    EXPECT_EQ(track->edit_start, 100);
}

TEST_F(HostRenditionsTest, FetchesFromAWorkerAndThenFromMemory) {
    std::optional<Coded> kept;
    Latch done;
    {
        const auto ticket = renditions().fetch(view(), *rendition_, 1, [&](Result<Coded> coded) {
            EXPECT_TRUE(coded.ok());
            if (coded) kept.emplace(*coded);
            done.hit();
        });
        EXPECT_TRUE(ticket);
    }
    ASSERT_TRUE(done.wait(1));
    ASSERT_TRUE(kept.has_value());
    EXPECT_EQ(kept->samples().size(), 40u);
    EXPECT_EQ(kept->samples()[0].decode_time, 4'100);
    EXPECT_EQ(kept->payload().size(), 320u);
    auto slice = kept->slice(8, 8);
    ASSERT_TRUE(slice.ok());
    EXPECT_EQ(slice->raw().data, kept->payload().data() + 8) << "no copy";
    EXPECT_FALSE(kept->slice(313, 8).ok());
    kept.reset();

    bool at_once = false;
    renditions().fetch(view(), *rendition_, 1, [&](Result<Coded> coded) { at_once = coded.ok(); });
    EXPECT_TRUE(at_once);
    EXPECT_EQ(codec_.begun().size(), 1u);
}

TEST_F(HostRenditionsTest, CancelRunsReadyWithinTheCall) {
    Latch begun;
    codec_.on_encode = [&](std::int64_t, const consort_pcm_input& input) {
        begun.hit();
        while (input.canceled(input.self) == 0) std::this_thread::yield();
        return consort_status{CONSORT_E_CANCELED};
    };
    consort_status status = CONSORT_OK;
    auto ticket = renditions().fetch(view(), *rendition_, 2,
                                     [&](Result<Coded> coded) { status = coded.error().status; });
    ASSERT_TRUE(begun.wait(1));
    ticket.cancel();
    EXPECT_EQ(status, CONSORT_E_CANCELED);
}

TEST_F(HostRenditionsTest, RefusesWhatIsNotThere) {
    consort_status status = CONSORT_OK;
    const auto tell = [&](Result<Coded> coded) { status = coded.error().status; };
    EXPECT_FALSE(renditions().fetch(view(), *rendition_, 15, tell));
    EXPECT_EQ(status, CONSORT_E_INVALID);
    services_.renditions = nullptr;
    EXPECT_FALSE(renditions().fetch(view(), *rendition_, 0, tell));
    EXPECT_EQ(status, CONSORT_E_UNSUPPORTED);
    renditions().list(view(), [&](Result<consort::RenditionList> all) {
        EXPECT_EQ(all.error().status, CONSORT_E_UNSUPPORTED);
    });
}

}  // namespace
}  // namespace consort::host
