#include "plugins/radio/station/html.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace consort::radio {

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&') {
            out += "&amp;";
        } else if (c == '<') {
            out += "&lt;";
        } else if (c == '>') {
            out += "&gt;";
        } else if (c == '"') {
            out += "&quot;";
        } else if (c == '\'') {
            out += "&#39;";
        } else if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') {
            out += ' ';
        } else {
            out += c;
        }
    }
    return out;
}

Response page(int status, std::string html) {
    return Response(status)
        .content_type("text/html; charset=utf-8")
        .cache_control("no-store")
        .header("Content-Security-Policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; media-src 'self'; "
                "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
        .header("Referrer-Policy", "same-origin")
        .header("Cross-Origin-Opener-Policy", "same-origin")
        .body(std::move(html));
}

std::string page_begin(std::string_view title, std::string_view script) {
    std::string html =
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<title>" +
        escaped(title) + "</title>\n<link rel=\"stylesheet\" href=\"/web/radio.css\">\n";
    if (!script.empty()) html += "<script src=\"" + escaped(script) + "\" defer></script>\n";
    return html + "</head>\n<body>\n<header><h1>" + escaped(title) + "</h1></header>\n<main>\n";
}

std::string page_end() { return "</main>\n</body>\n</html>\n"; }

std::string_view style_sheet() noexcept {
    return R"css(:root { font: 16px/1.5 system-ui, sans-serif; --line: #8884; --dim: #777; --accent: #b3402a; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 0 1rem 3rem; }
h1 { font-size: 1.5rem; }
h2 { font-size: 1.15rem; margin: 0; }
a { color: inherit; }
.station { border: 1px solid var(--line); border-radius: .6rem; padding: 1rem; margin: 0 0 1rem; overflow-wrap: anywhere; }
.now { margin: .4rem 0; }
.facts, .none, footer { color: var(--dim); font-size: .9rem; margin: .2rem 0; }
.problem { color: var(--accent); margin: .3rem 0; }
.controls { display: flex; flex-wrap: wrap; gap: .5rem; margin: .7rem 0; }
audio { width: 100%; margin-top: .5rem; }
button, input { font: inherit; padding: .55rem .9rem; border: 1px solid var(--line); border-radius: .4rem; min-height: 2.75rem; }
button { cursor: pointer; }
label { display: block; margin: .5rem 0; }
input[type=password] { width: 100%; max-width: 22rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
td, th { text-align: left; padding: .3rem .5rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td:first-child { white-space: nowrap; }
summary { cursor: pointer; padding: .4rem 0; }
)css";
}

// A live stream that was paused goes on at what is heard now, not where it was left.
std::string_view web_script() noexcept {
    return R"js('use strict';
for (const audio of document.querySelectorAll('audio')) {
  const address = audio.getAttribute('src');
  audio.addEventListener('pause', () => { audio.removeAttribute('src'); audio.load(); });
  audio.addEventListener('play', () => {
    if (!audio.hasAttribute('src')) { audio.src = address; audio.play(); }
    for (const other of document.querySelectorAll('audio')) if (other !== audio) other.pause();
  });
}
new EventSource('/now-playing/events').addEventListener('now-playing', (event) => {
  const news = JSON.parse(event.data);
  for (const station of document.querySelectorAll('.station')) {
    if (station.dataset.route !== news.route) continue;
    station.querySelector('.now').textContent = news.display || ['Silence.', news.reason].join(' ').trim();
  }
});
)js";
}

std::string_view status_script() noexcept {
    return R"js('use strict';
async function refresh() {
  const answer = await fetch('/status', { credentials: 'same-origin' });
  if (!answer.ok) return location.reload();
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const part of fresh.querySelectorAll('[data-fresh]')) {
    const here = document.getElementById(part.id);
    if (here) here.replaceWith(part);
  }
}
new EventSource('/now-playing/events').addEventListener('now-playing', refresh);
setInterval(refresh, 10000);
)js";
}

std::string clock_text(double seconds) {
    const auto whole = static_cast<long>(std::clamp(seconds, 0.0, 1e7));
    std::array<char, 48> text{};
    if (whole >= 3600) {
        std::snprintf(text.data(), text.size(), "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60,
                      whole % 60);
    } else {
        std::snprintf(text.data(), text.size(), "%ld:%02ld", whole / 60, whole % 60);
    }
    return text.data();
}

}  // namespace consort::radio
