#include "core/http/conditions.hpp"

#include "core/http/http_date.hpp"

namespace consort::http {

namespace {

bool same_or_variant(std::string_view given, std::string_view etag) {
    if (given.substr(0, etag.size()) != etag) return false;
    const std::string_view rest = given.substr(etag.size());
    return rest.empty() || rest == brotli_suffix || rest == gzip_suffix;
}

void skip_space(std::string_view& text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t' || text.front() == ',')) {
        text.remove_prefix(1);
    }
}

struct EntityTag {
    std::string_view opaque;
    bool weak = false;
};

std::optional<EntityTag> take_tag(std::string_view& text) {
    EntityTag tag;
    if (text.substr(0, 2) == "W/") {
        tag.weak = true;
        text.remove_prefix(2);
    }
    if (text.empty() || text.front() != '"') return std::nullopt;
    const std::size_t close = text.find('"', 1);
    if (close == text.npos) return std::nullopt;
    tag.opaque = text.substr(1, close - 1);
    text.remove_prefix(close + 1);
    return tag;
}

}  // namespace

bool etag_list_matches(std::string_view list, std::string_view etag, bool strong) {
    skip_space(list);
    if (list == "*") return true;
    while (!list.empty()) {
        const auto tag = take_tag(list);
        if (!tag) return false;
        if (!etag.empty() && !(strong && tag->weak) && same_or_variant(tag->opaque, etag)) {
            return true;
        }
        const std::size_t before = list.size();
        skip_space(list);
        if (before == list.size()) return false;
    }
    return false;
}

Verdict evaluate_conditions(const ConditionHeaders& headers, const Validators& validators) {
    if (headers.if_match) {
        if (!etag_list_matches(*headers.if_match, validators.etag, true)) {
            return Verdict::precondition_failed;
        }
    } else if (headers.if_unmodified_since && validators.last_modified != 0) {
        const auto date = parse_http_date(*headers.if_unmodified_since);
        if (date && validators.last_modified > *date) return Verdict::precondition_failed;
    }
    if (headers.if_none_match) {
        return etag_list_matches(*headers.if_none_match, validators.etag, false)
                   ? Verdict::not_modified
                   : Verdict::send;
    }
    if (headers.if_modified_since && validators.last_modified != 0) {
        const auto date = parse_http_date(*headers.if_modified_since);
        if (date && validators.last_modified <= *date) return Verdict::not_modified;
    }
    return Verdict::send;
}

bool if_range_holds(const ConditionHeaders& headers, const Validators& validators) {
    if (!headers.if_range) return true;
    std::string_view value = *headers.if_range;
    if (value.substr(0, 1) == "\"" || value.substr(0, 2) == "W/") {
        const auto tag = take_tag(value);
        return tag && !tag->weak && value.empty() && !validators.etag.empty() &&
               tag->opaque == validators.etag;
    }
    // A date is a strong validator only if the file was not changed in the second it names
    // (section 8.8.2.2).
    const auto date = parse_http_date(value);
    return date && validators.last_modified != 0 && *date == validators.last_modified &&
           validators.last_modified + 1 < validators.now;
}

}  // namespace consort::http
