// Entity tag lists, dates and Accept-Encoding.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/http/conditions.hpp"
#include "core/http/content_coding.hpp"
#include "core/http/http_date.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace consort::http;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    etag_list_matches(text, "abc", true);
    etag_list_matches(text, "abc", false);
    const Validators validators{"abc", 784111777, 784111800};
    if_range_holds({{}, {}, {}, {}, text}, validators);
    evaluate_conditions({text, text, text, text, text}, validators);
    evaluate_conditions({{}, {}, text, text, {}}, validators);
    choose_coding(text);
    if (const auto date = parse_http_date(text)) format_http_date(*date);
    return 0;
}
