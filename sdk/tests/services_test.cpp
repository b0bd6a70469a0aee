// The wrappers of the host's services, against the fake host.
#include <gtest/gtest.h>

#include "consort/testing.hpp"

#include "sdk/tests/counted.hpp"

namespace consort {
namespace {

using namespace std::chrono_literals;
using testing::FakeHost;
using testing::FakeMedia;
using tests::Counted;

class ServicesTest : public ::testing::Test {
  protected:
    FakeHost host_;
    Context context_{host_.raw(), &FakeHost::api()};
};

TEST_F(ServicesTest, LogJoinsPiecesAndKeepsTheLevel) {
    host_.log.level = CONSORT_LOG_INFO;
    context_.log().debug("not kept");
    context_.log().info("read ", std::string("a.flac"), ", ", 42, " entries");
    ASSERT_EQ(host_.log.lines.size(), 1u);
    EXPECT_EQ(host_.log.lines[0].text, "read a.flac, 42 entries");
    EXPECT_FALSE(context_.log().keeps(CONSORT_LOG_DEBUG));
}

TEST_F(ServicesTest, AMissingLogIsSilent) {
    FakeHost host;
    host.missing.insert(CONSORT_SERVICE_LOG);
    const Context context(host.raw(), &FakeHost::api());
    context.log().error("nobody hears");
    EXPECT_TRUE(host.log.lines.empty());
}

TEST_F(ServicesTest, AMissingServiceIsNamed) {
    host_.missing.insert(CONSORT_SERVICE_CACHE);
    try {
        context_.cache();
        FAIL() << "no exception";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.error().status, CONSORT_E_UNSUPPORTED);
        EXPECT_NE(failure.error().text.find(CONSORT_SERVICE_CACHE), std::string::npos);
    }
}

TEST_F(ServicesTest, ConfigIsTyped) {
    host_.config.values = {{"text", std::string("x")},
                           {"number", std::int64_t{7}},
                           {"real", 0.5},
                           {"flag", true},
                           {"list", std::vector<std::string>{"a", "b"}}};
    const Config config = context_.config();
    EXPECT_EQ(*config.string("text"), "x");
    EXPECT_EQ(*config.integer("number"), 7);
    EXPECT_EQ(*config.real("real"), 0.5);
    EXPECT_TRUE(*config.boolean("flag"));
    EXPECT_EQ(*config.strings("list"), (std::vector<std::string_view>{"a", "b"}));
    EXPECT_EQ(config.string("none").error().status, CONSORT_E_NOT_FOUND);
    EXPECT_EQ(config.integer("text").error().status, CONSORT_E_INVALID);
    EXPECT_EQ(config.strings("none").error().status, CONSORT_E_NOT_FOUND);
    EXPECT_EQ(config.integer("none", 3), 3);
    EXPECT_EQ(config.string("none", "otherwise"), "otherwise");
    EXPECT_THROW(config.integer("text", 3), Failure);
    EXPECT_FALSE(config.data_directory().ok());
}

TEST_F(ServicesTest, MetricsAddUp) {
    const Metric metric = context_.metrics().counter("a_total", "help", "kind", "x");
    metric.add();
    metric.add(2);
    EXPECT_EQ(host_.metrics.values["a_total{kind=x}"], 3);
    Metric().add();
}

TEST_F(ServicesTest, PostedWorkRunsOnceOrIsDestroyed) {
    int alive = 0, ran = 0;
    host_.executor.run_at_once = false;
    ASSERT_TRUE(context_.executor().blocking([&ran, owned = Counted(alive)] { ++ran; }).ok());
    ASSERT_TRUE(context_.executor().compute([] { throw std::runtime_error("broken job"); }).ok());
    EXPECT_EQ(alive, 1);
    host_.executor.run_all();
    EXPECT_EQ(ran, 1);
    EXPECT_EQ(alive, 0);
    EXPECT_TRUE(host_.log.contains("broken job"));

    host_.executor.full = true;
    const auto refused = context_.executor().blocking([&ran, owned = Counted(alive)] { ++ran; });
    EXPECT_EQ(refused.error().status, CONSORT_E_BUSY);
    EXPECT_EQ(alive, 0);
    EXPECT_EQ(ran, 1);
}

TEST(ServicesAtTheEndTest, WorkThatNeverRanIsDestroyedWithTheHost) {
    int alive = 0;
    {
        FakeHost host;
        host.executor.run_at_once = false;
        const Context context(host.raw(), &FakeHost::api());
        ASSERT_TRUE(context.executor().blocking([owned = Counted(alive)] {}).ok());
    }
    EXPECT_EQ(alive, 0);
}

TEST_F(ServicesTest, TimersRunAndStop) {
    int ran = 0;
    auto timer = context_.timers().start(10s, 5s, [&] { ++ran; });
    ASSERT_TRUE(timer.ok());
    host_.timers.advance(9s);
    EXPECT_EQ(ran, 0);
    host_.timers.advance(11s);
    EXPECT_EQ(ran, 3);
    EXPECT_EQ(context_.timers().now(), 20s);
    {
        Timer moved = std::move(*timer);
        timer->stop();
        host_.timers.advance(5s);
        EXPECT_EQ(ran, 4);
    }
    host_.timers.advance(1h);
    EXPECT_EQ(ran, 4);
    EXPECT_TRUE(host_.timers.entries.empty());
}

TEST_F(ServicesTest, EventsReachSubscribersOfTheirTopic) {
    std::string heard;
    {
        const auto subscription = context_.events().subscribe(
            "library.", [&](std::string_view topic, std::string_view json) {
                heard += std::string(topic) + std::string(json);
            });
        ASSERT_TRUE(subscription.ok());
        ASSERT_TRUE(context_.events().publish("library.item.added", "{}").ok());
        ASSERT_TRUE(context_.events().publish("plugin.state", "{}").ok());
    }
    ASSERT_TRUE(context_.events().publish("library.item.added", "{}").ok());
    EXPECT_EQ(heard, "library.item.added{}");
    EXPECT_EQ(host_.events.published.size(), 3u);
}

class CacheTest : public ServicesTest {
  protected:
    // What `ready` was told.
    std::string fetch(std::string_view key, std::function<Result<void>(CacheFill&)> produce) {
        std::string told = "never";
        context_.cache().fetch(
            key, [owned = Counted(alive_), produce](CacheFill& fill) { return produce(fill); },
            [&told](Result<Slice> entry) {
                told = told != "never" ? "twice"
                       : entry.ok()    ? std::string(static_cast<const char*>(entry->raw().data),
                                                     entry->length())
                                       : "error " + std::to_string(entry.error().status);
            });
        EXPECT_EQ(alive_, 0);
        return told;
    }
    static Result<void> fill_abc(CacheFill& fill) {
        auto room = fill.allocate(3);
        if (!room) return std::move(room).error();
        std::memcpy(room->data(), "abc", 3);
        return {};
    }
    int alive_ = 0;
};

TEST_F(CacheTest, ProducesOnceAndHitsThen) {
    EXPECT_EQ(fetch("key", fill_abc), "abc");
    EXPECT_EQ(fetch("key", fill_abc), "abc");
    EXPECT_EQ(host_.cache.produced, 1u);
}

TEST_F(CacheTest, AFailedProductionReachesReadyAndIsNotKept) {
    EXPECT_EQ(fetch("key",
                    [](CacheFill&) -> Result<void> {
                        return Error{CONSORT_E_CORRUPT, "bad sample"};
                    }),
              "error " + std::to_string(CONSORT_E_CORRUPT));
    EXPECT_EQ(host_.error(), "bad sample");
    EXPECT_EQ(fetch("key", [](CacheFill&) -> Result<void> { throw std::bad_alloc(); }),
              "error " + std::to_string(CONSORT_E_NO_MEMORY));
    EXPECT_EQ(fetch("key", fill_abc), "abc");
}

TEST_F(CacheTest, AFullQueueIsToldToReadyToo) {
    host_.cache.full = true;
    EXPECT_EQ(fetch("key", fill_abc), "error " + std::to_string(CONSORT_E_BUSY));
}

TEST_F(ServicesTest, MediaOpensOrSaysWhyNot) {
    FakeMedia media;
    host_.media["one"] = &media;
    std::string identity;
    consort_status status = 0;
    context_.media().open("one", [&](Result<Media> opened) { identity = opened->identity(); });
    context_.media().open("two", [&](Result<Media> opened) { status = opened.error().status; });
    EXPECT_EQ(identity, media.identity);
    EXPECT_EQ(media.references(), 0);
    EXPECT_EQ(status, CONSORT_E_NOT_FOUND);
}

TEST_F(ServicesTest, SourcesOpenReadAndClose) {
    host_.sources.files["file:///a"] = "0123456789";
    {
        const auto source = context_.sources().open("file:///a");
        ASSERT_TRUE(source.ok());
        EXPECT_EQ(source->stat()->size, 10u);
        std::string bytes(4, '?');
        EXPECT_EQ(*source->read(8, bytes.data(), 4), 2u);
        EXPECT_EQ(bytes, "89??");
        EXPECT_EQ(host_.sources.open_count, 1);
    }
    EXPECT_EQ(host_.sources.open_count, 0);
    EXPECT_EQ(context_.sources().open("file:///b").error().status, CONSORT_E_NOT_FOUND);
}

TEST_F(ServicesTest, CatalogTellsItemsInPages) {
    for (const char* id : {"a", "b", "c"}) {
        testing::FakeItem item;
        item.id = id;
        item.title = std::string("title ") + id;
        host_.catalog.put(item);
    }
    std::string titles;
    const auto each = [&](const consort_item& item) -> Result<void> {
        titles += view(item.title);
        return {};
    };
    ASSERT_TRUE(context_.catalog().item("b", each).ok());
    EXPECT_EQ(titles, "title b");
    titles.clear();
    ASSERT_TRUE(context_.catalog().items(CONSORT_ITEM_TRACK, "a", 1, each).ok());
    EXPECT_EQ(titles, "title b");
    EXPECT_EQ(context_.catalog().item("z", each).error().status, CONSORT_E_NOT_FOUND);
    const auto stopped = context_.catalog().items(CONSORT_ITEM_TRACK, "", 9,
                                                  [](const consort_item&) -> Result<void> {
                                                      return Error{CONSORT_E_CANCELED, "enough"};
                                                  });
    EXPECT_EQ(stopped.error().text, "enough");
}

TEST_F(ServicesTest, KeyValueSpeaksInOptionals) {
    const KeyValue store = context_.keyvalue();
    EXPECT_FALSE(store.get("a")->has_value());
    ASSERT_TRUE(store.set("a", "1").ok());
    EXPECT_EQ(**store.get("a"), "1");
    EXPECT_FALSE(*store.compare_and_set("a", std::nullopt, "2"));
    EXPECT_TRUE(*store.compare_and_set("a", "1", ""));
    EXPECT_FALSE(*store.compare_and_set("a", std::nullopt, "2"));
    EXPECT_TRUE(*store.compare_and_set("a", std::string_view(), "2"))
        << "an expected empty value is not an absent one";
    EXPECT_EQ(*store.add("a", 3), 5);
    EXPECT_TRUE(*store.remove("a"));
    EXPECT_FALSE(*store.remove("a"));
}

}  // namespace
}  // namespace consort
