#include "plugins/delivery/hls/webvtt.hpp"

#include <algorithm>
#include <cstdio>

namespace consort::delivery {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

// Bytes of the UTF-8 character at the front, 0 if there is none (Unicode, table 3-7).
std::size_t character(std::string_view text) noexcept {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return 0;
    }
    const unsigned second = byte(1);
    const bool wrong = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                       (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
    return wrong ? 0 : size;
}

// Collects cue text: escapes it, and drops what a cue must not contain, empty lines above all.
class CueText {
  public:
    void tag(std::string_view tag) { out_ += tag; }
    void take(std::string_view text) {
        while (!text.empty()) {
            const std::size_t size = character(text);
            if (size == 0) {
                out_ += kReplacement;
                text.remove_prefix(1);
                continue;
            }
            add(text.substr(0, size));
            text.remove_prefix(size);
        }
    }
    std::optional<std::string> finish() && {
        while (!out_.empty() && (out_.back() == '\n' || out_.back() == ' ')) out_.pop_back();
        if (!seen_) return std::nullopt;
        return std::move(out_);
    }

  private:
    void add(std::string_view one) {
        const char c = one[0];
        if (c == '\n') {
            if (!out_.empty() && out_.back() != '\n') out_ += '\n';
            return;
        }
        if (static_cast<unsigned char>(c) < 0x20 && c != '\t') return;
        seen_ |= c != ' ' && c != '\t';
        if (c == '&') {
            out_ += "&amp;";
        } else if (c == '<') {
            out_ += "&lt;";
        } else if (c == '>') {
            out_ += "&gt;";
        } else {
            out_ += one;
        }
    }
    std::string out_;
    bool seen_ = false;
};

// Tags that SubRip and WebVTT share are kept, others dropped.
std::optional<std::string> subrip(std::string_view text) {
    CueText out;
    while (!text.empty()) {
        const std::size_t open = text.find('<');
        out.take(text.substr(0, open));
        if (open == std::string_view::npos) break;
        text.remove_prefix(open);
        const std::size_t close = text.find('>');
        const std::string_view tag = text.substr(0, close == text.npos ? close : close + 1);
        const bool known = tag == "<i>" || tag == "</i>" || tag == "<b>" || tag == "</b>" ||
                           tag == "<u>" || tag == "</u>";
        const bool other =
            close != text.npos && tag.size() > 2 &&
            (tag[1] == '/' || (tag[1] >= 'a' && tag[1] <= 'z') || (tag[1] >= 'A' && tag[1] <= 'Z'));
        if (known) {
            out.tag(tag);
        } else if (!other) {  // a sign, not a tag
            out.take("<");
            text.remove_prefix(1);
            continue;
        }
        text.remove_prefix(tag.size());
    }
    return std::move(out).finish();
}

// "ReadOrder,Layer,Style,Name,MarginL,MarginR,MarginV,Effect,Text", as Matroska stores it.
std::optional<std::string> substation(std::string_view line) {
    for (int commas = 0; commas < 8; ++commas) {
        const std::size_t comma = line.find(',');
        if (comma == std::string_view::npos) return std::nullopt;
        line.remove_prefix(comma + 1);
    }
    CueText out;
    while (!line.empty()) {
        const std::size_t special = line.find_first_of("{\\");
        out.take(line.substr(0, special));
        if (special == std::string_view::npos) break;
        line.remove_prefix(special);
        if (line[0] == '{') {
            const std::size_t end = line.find('}');
            if (end == std::string_view::npos) break;
            line.remove_prefix(end + 1);
        } else if (line.size() > 1 && (line[1] == 'N' || line[1] == 'n' || line[1] == 'h')) {
            out.take(line[1] == 'h' ? " " : "\n");
            line.remove_prefix(2);
        } else {
            out.take("\\");
            line.remove_prefix(1);
        }
    }
    return std::move(out).finish();
}

// 3GPP TS 26.245: a length in two bytes, UTF-8, then boxes of style.
std::optional<std::string> timed_text(std::string_view sample) {
    if (sample.size() < 2) return std::nullopt;
    const std::size_t size = static_cast<std::size_t>(static_cast<unsigned char>(sample[0])) << 8 |
                             static_cast<unsigned char>(sample[1]);
    CueText out;
    out.take(sample.substr(2, size));
    return std::move(out).finish();
}

// Cue text as it is, without what would end the cue.
std::optional<std::string> webvtt(std::string_view text) {
    std::string out;
    for (; !text.empty();) {
        const std::size_t size = character(text);
        const char c = text[0];
        if (size == 0) {
            out += kReplacement;
        } else if (c == '\n') {
            if (!out.empty() && out.back() != '\n') out += '\n';
        } else if (c != '\r' && c != '\0') {
            out += text.substr(0, size);
        }
        text.remove_prefix(std::max<std::size_t>(size, 1));
    }
    while (!out.empty() && out.back() == '\n') out.pop_back();
    for (std::size_t at = 0; (at = out.find("-->", at)) != std::string::npos;) {
        out.replace(at, 3, "--&gt;");
    }
    if (out.empty()) return std::nullopt;
    return out;
}

std::string time_text(std::int64_t milliseconds) {
    char text[40];
    const long long seconds = milliseconds / 1000;
    std::snprintf(text, sizeof text, "%02lld:%02lld:%02lld.%03lld", seconds / 3600,
                  seconds / 60 % 60, seconds % 60, static_cast<long long>(milliseconds % 1000));
    return text;
}

}  // namespace

std::optional<std::string> cue_text(std::string_view codec, std::string_view sample) {
    if (codec == "ass" || codec == "ssa") return substation(sample);
    if (codec == "mov_text") return timed_text(sample);
    if (codec == "webvtt") return webvtt(sample);
    return subrip(sample);
}

std::string write_webvtt(const std::vector<Cue>& cues, std::optional<std::int64_t> mpegts,
                         std::int64_t from, std::int64_t to) {
    std::string out = "WEBVTT\n";
    if (mpegts) {
        out += "X-TIMESTAMP-MAP=MPEGTS:" + std::to_string(*mpegts) + ",LOCAL:00:00:00.000\n";
    }
    for (const Cue& cue : cues) {
        if (cue.end <= from || cue.start >= to) continue;
        out += '\n';
        out += time_text(cue.start);
        out += " --> ";
        out += time_text(cue.end);
        out += '\n';
        out += cue.text;
        out += '\n';
    }
    return out;
}

}  // namespace consort::delivery
