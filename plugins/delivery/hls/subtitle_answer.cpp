#include "plugins/delivery/hls/subtitle_answer.hpp"

#include "plugins/delivery/common/answer.hpp"
#include "plugins/delivery/common/mpegts/ts_segment.hpp"
#include "plugins/delivery/common/rendition_answer.hpp"

namespace consort::delivery {

Result<void> answer_subtitles(SubtitleForm form, const ExchangeView& exchange,
                              const MediaView& media, const Subtitles& subtitles,
                              const std::string& name) {
    const std::string version = version_tag(media, "vtt");
    const bool streams = exchange.query("segments") == "ts";
    const std::string clock = streams ? "-ts" : "";
    Head head{"text/vtt; charset=utf-8", std::string(media.identity()) + "-vtt-" + name + clock,
              exchange.query("v") == version ? Freshness::kImmutable : Freshness::kRevalidate};
    std::string text;
    if (form == SubtitleForm::kFile) {
        text = write_webvtt(subtitles.cues, {});
    } else if (form == SubtitleForm::kPlaylist) {
        head.content_type = "application/vnd.apple.mpegurl";
        head.freshness = Freshness::kShort;
        head.etag += "-m3u8";
        text = subtitles.playlist("?v=" + version + (streams ? "&segments=ts" : ""));
    } else {
        const auto number = parse_number(exchange.param("number"));
        if (!number || *number >= subtitles.segment_count()) return no_such_segment();
        head.etag += "-" + std::to_string(*number);
        text = subtitles.segment(*number, streams ? kTsOrigin : 0);
    }
    head.etag += "-" + std::string(kFormatVersion);
    exchange.respond(response_of(head).body(std::move(text)));
    return {};
}

}  // namespace consort::delivery
