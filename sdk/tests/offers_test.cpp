// Interfaces made of classes, called through their tables as the host calls them.
#include <gtest/gtest.h>

#include "consort/testing.hpp"

namespace consort {
namespace {

using testing::FakeExchange;
using testing::FakeHost;
using testing::FakeMedia;

struct Pages {
    std::span<const Route> routes() const {
        static constexpr Route all[] = {{"GET", "/p/{what}", nullptr, 0},
                                        {"GET", "/p/fixed", nullptr, 0},
                                        {"POST", "/p/{what}", nullptr, 10}};
        return all;
    }
    Result<void> handle(std::uint32_t route, ExchangeView exchange) {
        const std::string_view what = exchange.param("what");
        if (what == "error") return Error{CONSORT_E_NOT_FOUND, "no such page"};
        if (what == "throw") throw std::runtime_error("page exploded");
        if (what == "memory") throw std::bad_alloc();
        if (what == "odd") throw 42;
        if (what == "later") {
            kept.emplace(exchange.keep());
            return {};
        }
        exchange.respond(Response().body(std::to_string(route)));
        return {};
    }
    void canceled(ExchangeView exchange) {
        if (kept && *kept == exchange) kept.reset();
    }
    std::optional<Exchange> kept;
};

struct Plain {  // nothing optional, and a handler that returns nothing
    std::span<const Route> routes() const {
        static constexpr Route all[] = {{"GET", "/plain", nullptr, 0}};
        return all;
    }
    void handle(std::uint32_t, ExchangeView exchange) { exchange.respond(Response(204)); }
};

struct HttpPlugin {
    explicit HttpPlugin(Context& context) {
        context.offer_http("pages", pages);
        context.offer_http("plain", std::make_unique<Plain>());
    }
    Pages pages;
};

class HttpOfferTest : public ::testing::Test {
  protected:
    void SetUp() override {
        auto loaded = host_.load<HttpPlugin>();
        ASSERT_TRUE(loaded.ok());
        plugin_ = *loaded;
    }
    FakeHost host_;
    HttpPlugin* plugin_ = nullptr;
};

TEST_F(HttpOfferTest, RoutesByMethodAndLiteralText) {
    FakeExchange parameter("GET", "/p/x"), literal("GET", "/p/fixed"), post("POST", "/p/x"),
        other("GET", "/q"), plain("GET", "/plain");
    EXPECT_TRUE(host_.request(parameter));
    EXPECT_EQ(parameter.body(), "0");
    EXPECT_TRUE(host_.request(literal));
    EXPECT_EQ(literal.body(), "1");
    EXPECT_TRUE(host_.request(post));
    EXPECT_EQ(post.body(), "2");
    EXPECT_FALSE(host_.request(other));
    EXPECT_TRUE(host_.request(plain));
    EXPECT_EQ(plain.status(), 204);
}

TEST_F(HttpOfferTest, FailuresAnswerTheRequest) {
    const std::tuple<const char*, int, const char*> cases[] = {
        {"/p/error", 404, "no such page"},
        {"/p/throw", 500, "page exploded"},
        {"/p/memory", 503, "out of memory"},
        {"/p/odd", 500, "unknown exception"}};
    for (const auto& [path, status, detail] : cases) {
        FakeExchange request("GET", path);
        ASSERT_TRUE(host_.request(request));
        EXPECT_EQ(request.status(), status) << path;
        EXPECT_EQ(request.problem_detail(), detail);
    }
    EXPECT_TRUE(host_.log.contains("page exploded")) << "bugs are logged";
    EXPECT_FALSE(host_.log.contains("no such page")) << "ordinary errors are not";
}

TEST_F(HttpOfferTest, CanceledIsThereOnlyIfTheClassHasIt) {
    const auto pages = host_.component<consort_http>(CONSORT_HTTP, "pages");
    const auto plain = host_.component<consort_http>(CONSORT_HTTP, "plain");
    ASSERT_NE(pages->canceled, nullptr);
    EXPECT_EQ(plain->canceled, nullptr);
    FakeExchange request("GET", "/p/later");
    ASSERT_TRUE(host_.request(request));
    EXPECT_EQ(request.status(), 0);
    EXPECT_EQ(request.references(), 1);
    request.cancel();
    pages->canceled(pages.self, request.raw());
    EXPECT_EQ(request.references(), 0);
}

struct Cut {
    std::span<const Route> routes() const {
        static constexpr Route all[] = {{"GET", "/s/{id}/{first}-{count}", nullptr, 0}};
        return all;
    }
    Result<void> handle(std::uint32_t, ExchangeView exchange, MediaView media) {
        auto slice = media.source_slice(std::stoul(std::string(exchange.param("first"))),
                                        std::stoul(std::string(exchange.param("count"))));
        if (!slice) return std::move(slice).error();
        exchange.respond(Response().etag(std::string(media.identity())).add(std::move(*slice)));
        return {};
    }
    void describe(MediaView media, const OfferSink& sink) {
        if (media.source_size() == 0) throw std::runtime_error("cannot describe");
        sink.put({.delivery = "cut", .path = "/s/" + std::string(media.item_id())});
        sink.put({.playable = false, .delivery = "cut", .reason = "It is not."});
    }
};

struct CutPlugin {
    explicit CutPlugin(Context& context) { context.offer_delivery("cut", std::make_shared<Cut>()); }
};

TEST(DeliveryOfferTest, HandlesAndDescribes) {
    FakeMedia media;
    media.source = "0123456789";
    FakeHost host;
    ASSERT_TRUE(host.load<CutPlugin>().ok());
    FakeExchange request("GET", "/s/item-1/2-3");
    ASSERT_TRUE(host.deliver(request, media));
    EXPECT_EQ(request.body(), "234");
    EXPECT_EQ(request.etag(), media.identity);
    FakeExchange beyond("GET", "/s/item-1/8-3"), not_a_number("GET", "/s/item-1/x-3");
    host.deliver(beyond, media);
    EXPECT_EQ(beyond.status(), 400);
    host.deliver(not_a_number, media);
    EXPECT_EQ(not_a_number.status(), 500) << "std::stoul throws";
    EXPECT_EQ(media.references(), 0);

    const auto offers = host.describe_media(media);
    ASSERT_EQ(offers.size(), 2u);
    EXPECT_EQ(offers[0].path, "/s/item-1");
    EXPECT_FALSE(offers[1].playable);
    media.source.clear();
    EXPECT_TRUE(host.describe_media(media).empty());
    EXPECT_TRUE(host.log.contains("cannot describe"));
}

struct Container {
    const char* const* extensions() const {
        static constexpr const char* all[] = {"abc", nullptr};
        return all;
    }
    Result<void> probe(Input& input, const ProbeSink& sink) {
        std::string head(4, '?');
        auto got = input.read(0, head.data(), head.size());
        if (!got) return std::move(got).error();
        if (*got < 4) return Error{CONSORT_E_CORRUPT, "cut off"};
        if (head != "ABCD") return Error{CONSORT_E_UNSUPPORTED, "not mine"};
        sink.container("abc", "audio/x-abc", 1'000);
        sink.tag("title", input.name());
        sink.has_cover();
        return {};
    }
    Result<void> cover(Input&, const CoverReady& ready) {
        static constexpr std::byte picture[3] = {};
        return ready("image/png", picture);
    }
    Result<void> index(Input& input, const IndexSink& sink) {
        if (input.canceled()) return Error{CONSORT_E_CANCELED, "canceled"};
        if (auto added = sink.track({}); !added) return added;
        const consort_sample samples[2] = {};
        return sink.samples(0, samples);
    }
};
class Halver {
  public:
    Result<void> scale(std::span<const std::byte> picture, std::uint32_t longest_side,
                       const ImageReady& ready) {
        if (picture.empty()) return Error{CONSORT_E_CORRUPT, "an empty picture"};
        return ready("image/png", picture.first(longest_side));
    }
};
struct ImagePlugin {
    explicit ImagePlugin(Context& context) {
        context.offer_image("halver", std::make_unique<Halver>());
    }
};

TEST(ImageOfferTest, HandsThePictureThereAndBack) {
    FakeHost host;
    ASSERT_TRUE(host.load<ImagePlugin>().ok());
    const auto offered = host.component<consort_image>(CONSORT_IMAGE);
    std::string taken;
    const auto take = [](void* arg, consort_str type, const void* bytes,
                         std::uint64_t size) noexcept -> consort_status {
        static_cast<std::string*>(arg)
            ->append(view(type))
            .append(static_cast<const char*>(bytes), size);
        return CONSORT_OK;
    };
    EXPECT_EQ(offered->scale(offered.self, "abcdef", 6, 3, take, &taken), CONSORT_OK);
    EXPECT_EQ(taken, "image/pngabc");
    EXPECT_EQ(offered->scale(offered.self, nullptr, 0, 3, take, &taken), CONSORT_E_CORRUPT);
    const auto refuse = [](void*, consort_str, const void*, std::uint64_t) noexcept {
        return consort_status{CONSORT_E_CANCELED};
    };
    EXPECT_EQ(offered->scale(offered.self, "abcdef", 6, 3, refuse, nullptr), CONSORT_E_CANCELED);
}

struct ContainerPlugin {
    explicit ContainerPlugin(Context& context) {
        context.offer_container("abc", std::make_unique<Container>());
    }
};

TEST(ContainerOfferTest, ReadsThroughTheHostAndFillsItsSinks) {
    FakeHost host;
    ASSERT_TRUE(host.load<ContainerPlugin>().ok());
    const auto offered = host.component<consort_container>(CONSORT_CONTAINER);
    EXPECT_STREQ(offered->extensions[0], "abc");

    std::string bytes = "ABCDEF", found;
    const consort_input input = {&bytes, bytes.size(), str("name.abc"),
                                 [](void* self, std::uint64_t offset, void* buffer,
                                    std::uint64_t size, std::uint64_t* got) noexcept {
                                     const auto& all = *static_cast<std::string*>(self);
                                     *got = all.copy(static_cast<char*>(buffer), size, offset);
                                     return consort_status{CONSORT_OK};
                                 },
                                 [](void* self) noexcept -> std::int32_t {
                                     return static_cast<std::string*>(self)->empty();
                                 }};
    const consort_probe_sink sink = {
        &found,
        [](void* self, consort_str name, consort_str, std::int64_t) noexcept {
            *static_cast<std::string*>(self) += view(name);
        },
        [](void*, const consort_track*) noexcept {},
        [](void* self, consort_str name, consort_str value) noexcept {
            (*static_cast<std::string*>(self) += view(name)) += view(value);
        },
        [](void* self) noexcept { *static_cast<std::string*>(self) += "!"; }};
    EXPECT_EQ(offered->probe(offered.self, input, sink), CONSORT_OK);
    EXPECT_EQ(found, "abctitlename.abc!");
    bytes = "AB";
    EXPECT_EQ(offered->probe(offered.self, input, sink), CONSORT_E_CORRUPT);
    EXPECT_EQ(host.error(), "cut off");

    std::uint64_t size = 0;
    EXPECT_EQ(offered->cover(
                  offered.self, input,
                  [](void* arg, consort_str, const void*, std::uint64_t length) noexcept {
                      *static_cast<std::uint64_t*>(arg) = length;
                      return consort_status{CONSORT_OK};
                  },
                  &size),
              CONSORT_OK);
    EXPECT_EQ(size, 3u);

    std::size_t samples = 0;
    const consort_index_sink index = {
        &samples, [](void*, const consort_track*) noexcept { return consort_status{CONSORT_OK}; },
        [](void* self, std::uint32_t, const consort_sample*, std::size_t count) noexcept {
            *static_cast<std::size_t*>(self) += count;
            return consort_status{CONSORT_E_NO_MEMORY};
        },
        nullptr, nullptr};
    EXPECT_EQ(offered->index(offered.self, input, index), CONSORT_E_NO_MEMORY);
    EXPECT_EQ(samples, 2u);
    bytes.clear();
    EXPECT_EQ(offered->index(offered.self, input, index), CONSORT_E_CANCELED);
}

struct Shelf {
    struct Source {
        std::string bytes;
        int& open;
        ~Source() { --open; }
    };
    const char* scheme() const { return "shelf"; }
    Result<std::unique_ptr<Source>> open(std::string_view uri) {
        if (uri != "shelf:a") return Error{CONSORT_E_NOT_FOUND, "no " + std::string(uri)};
        ++open_count;
        return std::unique_ptr<Source>(new Source{"abc", open_count});
    }
    Result<consort_stat> stat(const Source& source) {
        return consort_stat{CONSORT_ENTRY_FILE, 0, source.bytes.size(), 1, 2};
    }
    Result<std::uint64_t> read(Source& source, std::uint64_t offset, void* buffer,
                               std::uint64_t size) {
        return std::uint64_t{source.bytes.copy(static_cast<char*>(buffer), size, offset)};
    }
    Result<consort_stat> look(std::string_view) { return Error{CONSORT_E_IO, "offline"}; }
    Result<void> list(std::string_view, const ListSink& each) {
        for (const char* name : {"a", "b", "c"})
            if (auto told = each(name, consort_stat{}); !told) return told;
        return {};
    }
    int open_count = 0;
};
struct WatchedShelf : Shelf {
    struct Watch {
        int& watches;
        ~Watch() { --watches; }
    };
    Result<std::unique_ptr<Watch>> watch(std::string_view uri, ChangeSink changed) {
        ++watches;
        changed(CONSORT_CHANGE_WRITTEN, uri);
        return std::unique_ptr<Watch>(new Watch{watches});
    }
    int descriptor(const Source&) { return 9; }
    int watches = 0;
};
struct StoragePlugin {
    explicit StoragePlugin(Context& context) {
        context.offer_storage("shelf", shelf);
        context.offer_storage("watched", watched);
    }
    Shelf shelf;
    WatchedShelf watched;
};

TEST(StorageOfferTest, OpensReadsListsAndCloses) {
    FakeHost host;
    const auto plugin = host.load<StoragePlugin>();
    ASSERT_TRUE(plugin.ok());
    const auto offered = host.component<consort_storage>(CONSORT_STORAGE, "shelf");
    EXPECT_STREQ(offered->scheme, "shelf");
    EXPECT_EQ(offered->descriptor, nullptr);
    EXPECT_EQ(offered->watch, nullptr);
    consort_source* source = nullptr;
    EXPECT_EQ(offered->open(offered.self, str("shelf:b"), &source), CONSORT_E_NOT_FOUND);
    EXPECT_EQ(host.error(), "no shelf:b");
    ASSERT_EQ(offered->open(offered.self, str("shelf:a"), &source), CONSORT_OK);
    consort_stat stat{};
    EXPECT_EQ(offered->stat(offered.self, source, &stat), CONSORT_OK);
    EXPECT_EQ(stat.size, 3u);
    char buffer[8];
    std::uint64_t got = 0;
    EXPECT_EQ(offered->read(offered.self, source, 1, buffer, 8, &got), CONSORT_OK);
    EXPECT_EQ(std::string_view(buffer, got), "bc");
    EXPECT_EQ(offered->read(offered.self, source, 9, buffer, 8, &got), CONSORT_E_INTERNAL)
        << "std::string::copy throws past the end";
    offered->close(offered.self, source);
    EXPECT_EQ((*plugin)->shelf.open_count, 0);
    EXPECT_EQ(offered->look(offered.self, str("shelf:a"), &stat), CONSORT_E_IO);

    int seen = 0;
    EXPECT_EQ(offered->list(
                  offered.self, str("shelf:"),
                  [](void* arg, consort_str, const consort_stat*) noexcept {
                      return ++*static_cast<int*>(arg) == 2 ? consort_status{CONSORT_E_CANCELED}
                                                            : consort_status{CONSORT_OK};
                  },
                  &seen),
              CONSORT_E_CANCELED);
    EXPECT_EQ(seen, 2);
}

TEST(StorageOfferTest, WatchesWhereTheClassCan) {
    FakeHost host;
    const auto plugin = host.load<StoragePlugin>();
    const auto offered = host.component<consort_storage>(CONSORT_STORAGE, "watched");
    ASSERT_NE(offered->watch, nullptr);
    ASSERT_NE(offered->descriptor, nullptr);
    std::string changes;
    void* watch = nullptr;
    ASSERT_EQ(offered->watch(
                  offered.self, str("shelf:"),
                  [](void* arg, std::uint32_t, consort_str uri) noexcept {
                      *static_cast<std::string*>(arg) += view(uri);
                  },
                  &changes, &watch),
              CONSORT_OK);
    EXPECT_EQ(changes, "shelf:");
    EXPECT_EQ((*plugin)->watched.watches, 1);
    offered->unwatch(offered.self, watch);
    EXPECT_EQ((*plugin)->watched.watches, 0);
}

struct Diary {
    std::uint32_t least_level() const { return CONSORT_LOG_WARNING; }
    void write(const LogRecord& record) {
        if (record.message == "burn") throw std::runtime_error("the diary burns");
        line = std::to_string(record.level) + " " + std::to_string(record.time.count()) + " " +
               std::string(record.logger) + ": " + std::string(record.message);
        for (const LogField& field : record.fields)
            line += " " + std::string(view(field.name)) + "=" + std::string(view(field.value));
    }
    std::string line;
};

struct SinkPlugin {
    explicit SinkPlugin(Context& context) { context.offer_sink("diary", diary); }
    Diary diary;
};

TEST(SinkOfferTest, TakesLinesOfItsLevel) {
    FakeHost host;
    const auto plugin = host.load<SinkPlugin>();
    ASSERT_TRUE(plugin.ok());
    EXPECT_FALSE(host.write_log(CONSORT_LOG_INFO, "catalog", "all is well"));
    host.log.time = 7;
    EXPECT_TRUE(host.write_log(CONSORT_LOG_ERROR, "catalog", "it broke",
                               {{str("file"), str("a")}, {str("why"), str("b")}}));
    EXPECT_EQ((*plugin)->diary.line, "4 7 catalog: it broke file=a why=b");
    EXPECT_TRUE(host.write_log(CONSORT_LOG_ERROR, "catalog", "burn"))
        << "what a sink throws stays inside";
}

}  // namespace
}  // namespace consort
