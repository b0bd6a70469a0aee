#include "core/http/conditions.hpp"

#include <gtest/gtest.h>

#include "core/http/http_date.hpp"

namespace consort::http {
namespace {

constexpr std::int64_t modified = 784111777;  // Sun, 06 Nov 1994 08:49:37 GMT
const std::string at_modified = format_http_date(modified);
const std::string before = format_http_date(modified - 1);
const std::string after = format_http_date(modified + 1);

Validators validators() { return {"abc", modified, modified + 1000}; }

TEST(EtagList, FindsTags) {
    EXPECT_TRUE(etag_list_matches("\"abc\"", "abc", true));
    EXPECT_TRUE(etag_list_matches("\"x\", W/\"y\" ,\"abc\"", "abc", true));
    EXPECT_TRUE(etag_list_matches("*", "abc", true));
    EXPECT_TRUE(etag_list_matches("*", "", true));
    EXPECT_TRUE(etag_list_matches("\"a,b\"", "a,b", true));
    EXPECT_FALSE(etag_list_matches("\"abcd\"", "abc", true));
    EXPECT_FALSE(etag_list_matches("", "abc", true));
    EXPECT_FALSE(etag_list_matches("\"\"", "", false));
}

TEST(EtagList, WeakTagsMatchOnlyWeakly) {
    EXPECT_TRUE(etag_list_matches("W/\"abc\"", "abc", false));
    EXPECT_FALSE(etag_list_matches("W/\"abc\"", "abc", true));
}

TEST(EtagList, TagsOfEncodedVariantsCount) {
    EXPECT_TRUE(etag_list_matches("\"abc-br\"", "abc", false));
    EXPECT_TRUE(etag_list_matches("\"abc-gz\"", "abc", true));
    EXPECT_FALSE(etag_list_matches("\"abc-xx\"", "abc", true));
}

TEST(EtagList, MalformedListsMatchNothingFromTheFaultOn) {
    for (const char* list : {"abc", "\"abc", "W/abc", "w/\"abc\"", "\"x\"\"abc\"", "* \"abc"}) {
        EXPECT_FALSE(etag_list_matches(list, "abc", true)) << list;
    }
}

TEST(Conditions, None) { EXPECT_EQ(evaluate_conditions({}, validators()), Verdict::send); }

TEST(Conditions, IfNoneMatchBeatsIfModifiedSince) {
    ConditionHeaders headers;
    headers.if_none_match = "\"abc\"";
    EXPECT_EQ(evaluate_conditions(headers, validators()), Verdict::not_modified);
    headers.if_none_match = "\"other\"";
    headers.if_modified_since = after;
    EXPECT_EQ(evaluate_conditions(headers, validators()), Verdict::send);
}

TEST(Conditions, IfModifiedSince) {
    ConditionHeaders headers;
    headers.if_modified_since = at_modified;
    EXPECT_EQ(evaluate_conditions(headers, validators()), Verdict::not_modified);
    headers.if_modified_since = before;
    EXPECT_EQ(evaluate_conditions(headers, validators()), Verdict::send);
    headers.if_modified_since = "yesterday";
    EXPECT_EQ(evaluate_conditions(headers, validators()), Verdict::send);
}

TEST(Conditions, IfMatchBeatsIfUnmodifiedSinceAndGoesFirst) {
    ConditionHeaders headers;
    headers.if_match = "\"other\"";
    headers.if_none_match = "\"abc\"";
    headers.if_unmodified_since = after;
    EXPECT_EQ(evaluate_conditions(headers, validators()), Verdict::precondition_failed);
    headers.if_match = "\"abc\"";
    headers.if_unmodified_since = before;
    EXPECT_EQ(evaluate_conditions(headers, validators()), Verdict::not_modified);
}

TEST(Conditions, IfUnmodifiedSince) {
    ConditionHeaders headers;
    headers.if_unmodified_since = before;
    EXPECT_EQ(evaluate_conditions(headers, validators()), Verdict::precondition_failed);
    headers.if_unmodified_since = at_modified;
    EXPECT_EQ(evaluate_conditions(headers, validators()), Verdict::send);
}

TEST(IfRange, NeedsAStrongValidator) {
    ConditionHeaders headers;
    EXPECT_TRUE(if_range_holds(headers, validators()));
    headers.if_range = "\"abc\"";
    EXPECT_TRUE(if_range_holds(headers, validators()));
    for (const std::string& value :
         {std::string("W/\"abc\""), std::string("\"abc-br\""), std::string("\"x\""), before, after,
          std::string("nonsense")}) {
        headers.if_range = value;
        EXPECT_FALSE(if_range_holds(headers, validators())) << value;
    }
    headers.if_range = at_modified;
    EXPECT_TRUE(if_range_holds(headers, validators()));
    Validators fresh = validators();
    fresh.now = modified + 1;  // it may change again within that second
    EXPECT_FALSE(if_range_holds(headers, fresh));
}

TEST(HttpDate, ReadsTheThreeForms) {
    EXPECT_EQ(at_modified, "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), modified);
    EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), modified);
    EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994"), modified);
    EXPECT_EQ(parse_http_date(format_http_date(951782400)), 951782400);  // 29 February
    for (const char* text : {"", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Foo 1994 08:49:37 GMT",
                             "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT",
                             "Sunday, 06-Nov-94 08:49 GMT", "1994-11-06T08:49:37Z"}) {
        EXPECT_EQ(parse_http_date(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace consort::http
