#include "plugins/container/ffmpeg/tags.hpp"

extern "C" {
#include <libavformat/avformat.h>
}

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "plugins/container/ffmpeg/utf8.hpp"

namespace consort::container_ffmpeg {
namespace {

constexpr std::size_t kMostValue = 1 << 20;

// FFmpeg's generic names and raw frame names to Vorbis comments.
constexpr std::array<std::pair<std::string_view, std::string_view>, 34> kNames{{
    {"album_artist", "albumartist"},
    {"album artist", "albumartist"},
    {"aart", "albumartist"},
    {"tracknumber", "track"},
    {"trkn", "track"},
    {"discnumber", "disc"},
    {"disk", "disc"},
    {"totaltracks", "tracktotal"},
    {"track_total", "tracktotal"},
    {"totaldiscs", "disctotal"},
    {"disc_total", "disctotal"},
    {"tsrc", "isrc"},
    {"year", "date"},
    {"tdrc", "date"},
    {"tyer", "date"},
    {"icrd", "date"},
    {"tdor", "originaldate"},
    {"tory", "originaldate"},
    {"tcmp", "compilation"},
    {"itunescompilation", "compilation"},
    {"tbpm", "bpm"},
    {"tmpo", "bpm"},
    {"unsyncedlyrics", "lyrics"},
    {"uslt", "lyrics"},
    {"tso2", "albumartistsort"},
    {"tsop", "artistsort"},
    {"tsoa", "albumsort"},
    {"tsot", "titlesort"},
    {"sort_album_artist", "albumartistsort"},
    {"sort_artist", "artistsort"},
    {"sort_album", "albumsort"},
    {"sort_name", "titlesort"},
    {"description", "comment"},
    {"publisher", "organization"},
}};

constexpr std::string_view kIgnored[] = {"major_brand",
                                         "minor_version",
                                         "compatible_brands",
                                         "creation_time",
                                         "encoder",
                                         "handler_name",
                                         "vendor_id",
                                         "language",
                                         "itunsmpb",
                                         "itunnorm",
                                         "id3v2_priv.google",
                                         "gapless_playback",
                                         "metadata_block_picture",
                                         "duration",
                                         "number_of_frames",
                                         "number_of_bytes",
                                         "_statistics_tags",
                                         "_statistics_writing_app",
                                         "coverart",
                                         "_statistics_writing_date_utc",
                                         "bps",
                                         "waveformatextensible_channel_mask"};

constexpr std::string_view kSplit[] = {"artist",    "albumartist", "artists",    "composer",
                                       "performer", "genre",       "lyricist",   "conductor",
                                       "isrc",      "remixer",     "artistsort", "albumartistsort"};

std::string normal_name(std::string_view name) {
    std::string lower;
    for (const char c : valid_utf8(name))
        lower.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
    // ID3's language suffix: "lyrics-eng", "comment-deu".
    for (const std::string_view stem : {"lyrics-", "uslt-", "unsyncedlyrics-"})
        if (lower.starts_with(stem)) lower = "lyrics";
    for (const auto& [from, to] : kNames)
        if (lower == from) return std::string(to);
    return lower;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

void add(Tags& tags, std::string_view name, std::string value) {
    if (value.empty()) return;
    for (const auto& [known, text] : tags)
        if (known == name && text == value) return;
    tags.emplace_back(name, std::move(value));
}

// "3/12": the number and, under another name, the total.
void add_numbered(Tags& tags, const std::string& name, std::string_view value) {
    const auto slash = value.find('/');
    add(tags, name, std::string(trimmed(value.substr(0, slash))));
    if (slash != std::string_view::npos)
        add(tags, name + "total", std::string(trimmed(value.substr(slash + 1))));
}

void add_dictionary(Tags& tags, const AVDictionary* dictionary, Format kind) {
    const AVDictionaryEntry* entry = nullptr;
    while ((entry = av_dict_get(dictionary, "", entry, AV_DICT_IGNORE_SUFFIX)) != nullptr) {
        const std::string name = normal_name(entry->key);
        const std::string_view raw(entry->value);
        if (name.empty() || raw.size() > kMostValue || name.starts_with("id3v2_priv.") ||
            std::find(std::begin(kIgnored), std::end(kIgnored), name) != std::end(kIgnored))
            continue;
        const std::string value = valid_utf8(raw);
        if (name == "track" || name == "disc") {
            add_numbered(tags, name, value);
        } else {
            for (std::string& part : split_values(name, value, kind))
                add(tags, name, std::move(part));
        }
    }
}

}  // namespace

std::vector<std::string> split_values(std::string_view name, std::string_view value, Format kind) {
    std::vector<std::string> parts;
    if (std::find(std::begin(kSplit), std::end(kSplit), name) == std::end(kSplit)) {
        parts.emplace_back(value);
        return parts;
    }
    // FFmpeg joins equal Vorbis comments, and the values of an ID3v2.4 frame, with ';'. "AC/DC" is
    // why a bare slash does not split.
    std::string_view rest = value;
    while (!rest.empty()) {
        std::size_t at = rest.find(';'), skip = 1;
        if (kind == Format::kMp3 || kind == Format::kMov) {
            const std::size_t slash = rest.find(" / ");
            if (slash < at) {
                at = slash;
                skip = 3;
            }
        }
        const std::string_view part = trimmed(rest.substr(0, at));
        if (!part.empty()) parts.emplace_back(part);
        if (at == std::string_view::npos) break;
        rest.remove_prefix(at + skip);
    }
    return parts;
}

Tags read_tags(const AVFormatContext& format, Format kind) {
    Tags tags;
    add_dictionary(tags, format.metadata, kind);
    // Ogg keeps the comments with the stream.
    if (kind == Format::kOgg && format.nb_streams != 0)
        add_dictionary(tags, format.streams[0]->metadata, kind);
    return tags;
}

}  // namespace consort::container_ffmpeg
