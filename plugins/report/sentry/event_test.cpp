#include "plugins/report/sentry/event.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "consort/text.hpp"

#include "plugins/report/sentry/json.hpp"

namespace consort::sentry {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

constexpr std::chrono::nanoseconds kWhen = 1'700'000'000'123'456'789ns;

TEST(EventTest, APayloadHasWhatSentryAsksFor) {
    Event event{CONSORT_LOG_ERROR, kWhen, "catalog", "It \"broke\".", {{"file", "a"}}, 0};
    EXPECT_EQ(
        payload(event, {"consort@1", "test", ""}, "id"),
        R"({"event_id":"id","timestamp":"2023-11-14T22:13:20.123Z","platform":"native",)"
        R"("level":"error","logger":"catalog","message":"It \"broke\".",)"
        R"("release":"consort@1","environment":"test","extra":{"file":"a"},)"
        R"("sdk":{"name":"consort.sentry","version":"1.0.0","settings":{"infer_ip":"never"}}})");
    event.level = CONSORT_LOG_WARNING;
    event.repeated = 3;
    const std::string more = payload(event, {"", "", "box"}, "id");
    EXPECT_THAT(more, HasSubstr(R"("level":"warning")"));
    EXPECT_THAT(more, HasSubstr(R"("server_name":"box")"));
    EXPECT_THAT(more, HasSubstr(R"("extra":{"file":"a","repeated":"3"})"));
    EXPECT_THAT(more, Not(HasSubstr("release")));
}

TEST(EventTest, AnEnvelopeIsThreeLinesAndTellsTheLength) {
    const Event event{CONSORT_LOG_ERROR, kWhen, "http", "a\nb", {}, 0};
    const std::string body = payload(event, {}, "id");
    EXPECT_EQ(envelope(event, {}, "id", kWhen + 1s),
              "{\"event_id\":\"id\",\"sent_at\":\"2023-11-14T22:13:21.123Z\"}\n"
              "{\"type\":\"event\",\"content_type\":\"application/json\",\"length\":" +
                  std::to_string(body.size()) + "}\n" + body + "\n");
    EXPECT_EQ(body.find('\n'), body.npos);
}

TEST(EventTest, IdsAreRandomVersion4) {
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
        const std::string id = new_event_id();
        EXPECT_THAT(id, MatchesRegex("[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}"));
        EXPECT_TRUE(seen.insert(id).second);
    }
}

TEST(EventTest, ScrubsMessageAndFieldsAndBoundsThem) {
    std::vector<LogField> fields{{str("file"), str("/home/alice/a.flac")},
                                 {str("remote"), str("10.0.0.1")}};
    const Event event = scrubbed({CONSORT_LOG_ERROR, kWhen, "http", "from 10.0.0.1", fields});
    EXPECT_EQ(event.message, "from <address>");
    EXPECT_EQ(event.fields[0].second, "/home/<user>/a.flac");
    EXPECT_EQ(event.fields[1].second, "<address>");

    const std::string long_text(100'000, 'x');
    fields.assign(1'000, {str(long_text), str(long_text)});
    const Event bounded = scrubbed({CONSORT_LOG_ERROR, kWhen, long_text, long_text, fields});
    EXPECT_LT(payload(bounded, {}, "id").size(), 64u << 10);
}

TEST(JsonTest, EscapesEverything) {
    const auto json = [](std::string_view text) {
        std::string out;
        append_json(out, text);
        return out;
    };
    EXPECT_EQ(json("a\"b\\c\n\x01\x7f"), R"("a\"b\\c\u000a\u0001\u007f")");
    EXPECT_EQ(json("Äß€😀"), "\"Äß€😀\"");
    EXPECT_EQ(json("\xff\xc3"), "\"\xef\xbf\xbd\xef\xbf\xbd\"");
    EXPECT_EQ(json("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"") << "a surrogate";
}

TEST(JsonTest, ShortensBetweenCharacters) {
    EXPECT_EQ(shortened("abc", 3), "abc");
    EXPECT_EQ(shortened("abcd", 3), "abc…");
    EXPECT_EQ(shortened("a€b", 2), "a…");
    EXPECT_EQ(shortened("\x80\x80\x80", 1), "…");
}

}  // namespace
}  // namespace consort::sentry
