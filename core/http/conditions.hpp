// Conditional requests (RFC 9110, section 13).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace consort::http {

// The representation that an answer without conditions would send.
struct Validators {
    std::string_view etag;           // opaque, without quotes; empty: none
    std::int64_t last_modified = 0;  // 0: none
    std::int64_t now = 0;
};

struct ConditionHeaders {
    std::optional<std::string_view> if_match, if_none_match, if_modified_since, if_unmodified_since,
        if_range;
};

enum class Verdict { send, not_modified, precondition_failed };

// Section 13.2.2, for GET and HEAD.
Verdict evaluate_conditions(const ConditionHeaders& headers, const Validators& validators);

// Section 13.1.5: whether Range may be honoured. `etag` is that of the identity representation.
bool if_range_holds(const ConditionHeaders& headers, const Validators& validators);

// The tags of encoded variants of a representation: its own with one of these endings.
inline constexpr std::string_view brotli_suffix = "-br";
inline constexpr std::string_view gzip_suffix = "-gz";

// Whether `list` ("*" or entity tags) names the tag or one of its encoded variants. `strong`: weak
// tags in the list match nothing. A malformed list matches nothing from the fault on.
bool etag_list_matches(std::string_view list, std::string_view etag, bool strong);

}  // namespace consort::http
