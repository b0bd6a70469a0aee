// Pages: escaping and the headers that keep them safe.
#pragma once

#include <string>
#include <string_view>

#include "consort/response.hpp"

namespace consort::radio {

// For text and for attributes in double quotes.
std::string escaped(std::string_view text);

// No script or style but our own files, no frames, nothing kept.
Response page(int status, std::string html);

// From `<!doctype html>` to `<main>`, and the rest after it. `script`: the page's own; empty: none.
std::string page_begin(std::string_view title, std::string_view script);
std::string page_end();

// The files that the pages use.
std::string_view style_sheet() noexcept;
std::string_view web_script() noexcept;
std::string_view status_script() noexcept;

// "3:07", "1:02:45"
std::string clock_text(double seconds);

}  // namespace consort::radio
