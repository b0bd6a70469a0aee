#include "plugins/radio/hls/live_playlist.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>

namespace consort::radio {

namespace {

constexpr double hold_back_parts = 4;  // the standard asks for two, and recommends three
constexpr double parts_listed = 3;     // target durations before the end

std::string decimal(double value, int places) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.*f", places, value);
    return text.data();
}

std::string date_text(std::int64_t milliseconds) {
    const auto when = static_cast<std::time_t>(milliseconds / 1'000);
    std::tm parts{};
    ::gmtime_r(&when, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::array<char, 8> rest{};
    std::snprintf(rest.data(), rest.size(), ".%03dZ", static_cast<int>(milliseconds % 1'000));
    return std::string(text.data()) + rest.data();
}

std::string low_latency(double part_target) {
    return ",PART-HOLD-BACK=" + decimal(hold_back_parts * part_target, 3) +
           "\n#EXT-X-PART-INF:PART-TARGET=" + decimal(part_target, 5);
}

}  // namespace

std::string segment_name(std::uint64_t number, std::string_view extension) {
    return "segment" + std::to_string(number) + "." + std::string(extension);
}

std::string part_name(std::uint64_t number, std::size_t part, std::string_view extension) {
    return "part" + std::to_string(number) + "." + std::to_string(part) + "." +
           std::string(extension);
}

std::string init_name(std::uint64_t number) { return "init" + std::to_string(number) + ".mp4"; }

std::string live_playlist(const LiveWindow& window, std::string_view extension) {
    const auto seconds = [&](std::uint64_t frames) {
        return static_cast<double>(frames) / window.rate();
    };
    const int target = static_cast<int>(std::ceil(window.shape().segment_seconds));
    const bool with_parts = window.shape().parts;
    // Rounded up: no part may be longer.
    const double part_target = std::ceil(seconds(window.part_frames()) * 1e5) / 1e5;
    const auto& segments = window.segments();
    const std::size_t first = window.first_shown();
    double after = 0;  // seconds of sound that are listed
    for (std::size_t i = first; i < segments.size(); ++i) after += seconds(segments[i].frames);

    std::string text = "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:" + std::to_string(target);
    text += "\n#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,HOLD-BACK=" + decimal(3.0 * target, 1);
    if (with_parts) text += low_latency(part_target);
    text += "\n#EXT-X-MEDIA-SEQUENCE:" + std::to_string(segments[first].number);
    text += "\n#EXT-X-DISCONTINUITY-SEQUENCE:" + std::to_string(segments[first].discontinuities);
    text += "\n#EXT-X-INDEPENDENT-SEGMENTS\n";
    std::shared_ptr<const LiveInit> init;
    for (std::size_t i = first; i < segments.size(); ++i) {
        const LiveSegment& segment = segments[i];
        if (segment.parts.empty()) break;  // hinted at below
        if (!with_parts && !segment.complete) break;
        if (segment.discontinuity) text += "#EXT-X-DISCONTINUITY\n";
        if (segment.init && segment.init != init) {
            init = segment.init;
            text += "#EXT-X-MAP:URI=\"" + init_name(init->number) + "\"\n";
        }
        text += "#EXT-X-PROGRAM-DATE-TIME:" + date_text(segment.wall_ms) + "\n";
        if (with_parts &&
            (!segment.complete || after - seconds(segment.frames) < parts_listed * target)) {
            for (std::size_t part = 0; part < segment.parts.size(); ++part) {
                text += "#EXT-X-PART:DURATION=" + decimal(seconds(segment.parts[part]->frames), 5) +
                        ",URI=\"" + part_name(segment.number, part, extension) +
                        "\",INDEPENDENT=YES\n";
            }
        }
        if (segment.complete) {
            text += "#EXTINF:" + decimal(seconds(segment.frames), 5) + ",\n" +
                    segment_name(segment.number, extension) + "\n";
        }
        after -= seconds(segment.frames);
    }
    if (with_parts) {
        text += "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"" +
                part_name(window.next_number(), window.next_part(), extension) + "\"\n";
    }
    return text;
}

std::string live_multivariant(std::string_view codecs, std::uint32_t average, std::uint32_t peak) {
    return "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-STREAM-INF:BANDWIDTH=" +
           std::to_string(peak) + ",AVERAGE-BANDWIDTH=" + std::to_string(average) + ",CODECS=\"" +
           std::string(codecs) + "\"\nlive.m3u8\n";
}

}  // namespace consort::radio
