// consort.host.sound/1 and the directories of consort.host.storage/1 as a plugin calls them:
// through the C++ layer and the tables, over a storage, a decoder and an encoder like those of
// plugins.
#include "consort/services/sound.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "consort/services/sources.hpp"

#include "core/host/plugin_context.hpp"
#include "core/media/test_codec.hpp"

namespace consort::host {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

class HostSoundTest : public testing::Test {
  protected:
    void SetUp() override {
        world_.files["memory:///a.mem"] = {std::string(10'000, 'x'), 1};
        world_.on_index = [](const consort_input&, const consort_index_sink& sink) {
            return media::testing::sound_track(sink, 60);
        };
        world_.on_probe = [](const consort_probe_sink& sink) {
            sink.container(sink.self, str("mem"), str("audio/x-mem"), 0);
            sink.tag(sink.self, str("artist"), str("One"));
            sink.tag(sink.self, str("artist"), str("Two"));
            return consort_status{CONSORT_OK};
        };
        services_.storage = &storage_;
        services_.sound = &service_;
    }
    Sounds sounds() const { return Sounds(link_); }

    media::testing::TemporaryDirectory directory_;
    media::testing::World world_;
    media::testing::TestCodec codec_{world_};
    base::Executor executor_{"test", 2, 10};
    base::Timers timers_{executor_};
    base::EventBus events_{executor_};
    media::Storage storage_{world_.registry, world_.metrics};
    media::Containers containers_{world_.registry};
    media::MediaService library_{{(directory_.path() / "index").string(), 10},
                                 storage_,
                                 containers_,
                                 executor_,
                                 world_.metrics,
                                 [](std::string_view) -> Result<media::ItemSource> {
                                     return Error{CONSORT_E_NOT_FOUND, "no catalog here"};
                                 }};
    media::SoundService service_{storage_, containers_, library_, world_.registry};
    Services services_{executor_, executor_, timers_, events_, world_.metrics};
    consort_host host_{services_, world_.registry, "org.example.radio", "radio"};
    HostLink link_{&host_, &host_api()};
};

TEST_F(HostSoundTest, ReadsTheSoundOfASourceThatIsInNoCatalog) {
    auto sound = sounds().open("memory:///a.mem");
    ASSERT_TRUE(sound.ok()) << sound.error().text;
    const consort_pcm pcm = sound->format();
    EXPECT_EQ(pcm.rate, media::testing::kRate);
    EXPECT_EQ(pcm.frames, 60u * media::testing::kRate);
    EXPECT_EQ(sound->identity().size(), 32u);
    EXPECT_THAT(sound->tags(), ElementsAre(Pair("artist", "One"), Pair("artist", "Two")));
    std::vector<std::int16_t> values(100);
    const auto got = sound->read(59'990, values.size(), values.data());
    ASSERT_TRUE(got.ok());
    EXPECT_EQ(*got, 10u) << "no more at the end";
    EXPECT_EQ(values[9], static_cast<std::int16_t>(59'999 * 3));
    EXPECT_EQ(world_.indexed, 1);
    auto again = sounds().open("memory:///a.mem");
    EXPECT_TRUE(again.ok());
    EXPECT_EQ(world_.indexed, 1) << "the index is kept";
}

TEST_F(HostSoundTest, ClosesWhatItOpened) {
    {
        auto sound = sounds().open("memory:///a.mem");
        ASSERT_TRUE(sound.ok());
        EXPECT_EQ(codec_.decoders_open, 1);
    }
    EXPECT_EQ(codec_.decoders_open, 0);
    EXPECT_EQ(world_.opened, world_.closed);
}

TEST_F(HostSoundTest, SaysWhyThereIsNoSound) {
    EXPECT_EQ(sounds().open("memory:///none").error().status, CONSORT_E_NOT_FOUND);
    world_.on_index = [](const consort_input&, const consort_index_sink& sink) {
        consort_track track{};
        track.struct_size = sizeof track;
        track.kind = CONSORT_TRACK_VIDEO;
        track.timescale = 25;
        track.codec = {"h264", 4};
        return sink.track(sink.self, &track);
    };
    EXPECT_EQ(sounds().open("memory:///a.mem").error().status, CONSORT_E_UNSUPPORTED);
    services_.sound = nullptr;
    EXPECT_EQ(sounds().open("memory:///a.mem").error().status, CONSORT_E_UNSUPPORTED);
}

TEST_F(HostSoundTest, FindsEncodersByCodec) {
    const auto found = sounds().encoder("test");
    ASSERT_TRUE(found.ok()) << found.error().text;
    EXPECT_NE(found->table->prepare, nullptr);
    const auto none = sounds().encoder("none");
    EXPECT_EQ(none.error().status, CONSORT_E_NOT_FOUND);
    EXPECT_THAT(none.error().text, HasSubstr("none"));
}

TEST_F(HostSoundTest, ListsDirectories) {
    world_.listing = {"b.mem", "a.mem"};
    std::vector<std::string> names;
    const auto done =
        Sources(link_).list("memory:///", [&](std::string_view name, const auto& stat) {
            names.emplace_back(name);
            EXPECT_EQ(stat.kind, CONSORT_ENTRY_FILE);
        });
    EXPECT_TRUE(done.ok());
    EXPECT_THAT(names, ElementsAre("b.mem", "a.mem"));
    world_.listing.clear();
    EXPECT_EQ(Sources(link_).list("memory:///", [](auto, const auto&) {}).error().status,
              CONSORT_E_UNSUPPORTED);
}

TEST_F(HostSoundTest, TellsOfChangesWhileItIsWatched) {
    EXPECT_EQ(Sources(link_).watch("memory:///", [](auto, auto) {}).error().status,
              CONSORT_E_UNSUPPORTED);
    world_.make_watchable();
    std::vector<std::pair<std::uint32_t, std::string>> told;
    {
        auto watch = Sources(link_).watch(
            "memory:///",
            [&](std::uint32_t change, std::string_view uri) { told.emplace_back(change, uri); });
        ASSERT_TRUE(watch.ok()) << watch.error().text;
        const auto moved = std::move(*watch);
        world_.changed(world_.changed_arg, CONSORT_CHANGE_REMOVED, str("memory:///a.mem"));
        EXPECT_EQ(world_.watches, 1);
    }
    EXPECT_EQ(world_.watches, 0);
    EXPECT_THAT(told, ElementsAre(Pair(CONSORT_CHANGE_REMOVED, "memory:///a.mem")));
}

}  // namespace
}  // namespace consort::host
