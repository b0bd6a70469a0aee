#include "core/stream/decide.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/stream/names.hpp"

namespace consort::stream {
namespace {

using ::testing::HasSubstr;

struct Format {
    const char* name;
    const char* content_type;
    const char* codecs;   // of the source
    const char* in_mp4;   // RFC 6381; empty: MP4 does not carry it
    const char* in_list;  // of a playlist's original; empty: none
    const char* in_dash;
    std::uint32_t bit_rate;
};

// What the delivery plugins offer for each format.
std::vector<Offer> offers_for(const Format& format) {
    const bool film = std::string_view(format.content_type).starts_with("video/");
    std::vector<Offer> offers;
    const auto add = [&](const char* delivery, const char* rendition, std::uint32_t kind,
                         const char* container, std::string codecs, std::uint32_t bit_rate,
                         bool adaptive = false) {
        Offer offer;
        offer.playable = true;
        offer.delivery = delivery;
        offer.rendition = rendition;
        offer.path = std::string("/") + delivery + "/" + rendition;
        offer.kind = kind;
        offer.container = container;
        offer.codecs = std::move(codecs);
        offer.bit_rate = bit_rate;
        offer.adaptive = adaptive;
        if (offer.container.empty()) offer.content_type = format.content_type;
        offers.push_back(offer);
    };
    const auto original = [&](const char* delivery, const char* container, const char* codecs) {
        add(delivery, "original", CONSORT_OFFER_REMUX, container, codecs, format.bit_rate);
        if (*codecs != '\0') return;
        offers.back().playable = false;
        offers.back().reason = "It has no place there.";
    };
    add("direct", "original", CONSORT_OFFER_DIRECT, "", "", 0);
    original("progressive", "mp4", format.in_mp4);
    original("list", "hls", format.in_list);
    original("manifest", "dash", format.in_dash);
    if (film) {
        add("list", "h264-360", CONSORT_OFFER_TRANSCODE, "hls", "avc1.64001e,mp4a.40.2", 800'000);
        add("list", "h264-720", CONSORT_OFFER_TRANSCODE, "hls", "avc1.64001f,mp4a.40.2", 3'000'000);
        add("list", "ladder", CONSORT_OFFER_TRANSCODE, "hls", "avc1.64001f,mp4a.40.2", 3'000'000,
            true);
        return offers;
    }
    add("progressive", "flac", CONSORT_OFFER_TRANSCODE, "mp4", "fLaC", 0);
    add("list", "aac-64", CONSORT_OFFER_TRANSCODE, "hls", "mp4a.40.2", 64'000);
    add("list", "aac-320", CONSORT_OFFER_TRANSCODE, "hls", "mp4a.40.2", 320'000);
    add("list", "ladder", CONSORT_OFFER_TRANSCODE, "hls", "mp4a.40.2", 320'000, true);
    add("manifest", "ladder", CONSORT_OFFER_TRANSCODE, "dash", "mp4a.40.2", 320'000, true);
    return offers;
}

Source source_for(const Format& format) {
    Source source;
    source.container = container_name(format.content_type);
    source.codecs = name_list(format.codecs, codec_name);
    source.bit_rate = format.bit_rate;
    source.lossless = source.codecs.size() == 1 && is_lossless(source.codecs.front());
    return source;
}

const Format kFormats[] = {
    {"mp3", "audio/mpeg", "mp3", "mp4a.40.34", "mp4a.40.34", "", 192'000},
    {"aac", "audio/mp4", "aac", "mp4a.40.2", "mp4a.40.2", "mp4a.40.2", 256'000},
    {"adts", "audio/aac", "aac", "mp4a.40.2", "mp4a.40.2", "mp4a.40.2", 160'000},
    {"flac", "audio/flac", "flac", "fLaC", "fLaC", "flac", 900'000},
    {"ogg flac", "audio/ogg", "flac", "fLaC", "fLaC", "flac", 900'000},
    {"alac", "audio/mp4", "alac", "alac", "alac", "", 900'000},
    {"opus", "audio/ogg", "opus", "Opus", "Opus", "opus", 128'000},
    {"vorbis", "audio/ogg", "vorbis", "", "", "", 160'000},
    {"wav", "audio/wav", "pcm_s16le", "", "", "", 1'411'000},
    {"aiff", "audio/aiff", "pcm_s16be", "", "", "", 1'411'000},
    {"wavpack", "audio/x-wavpack", "wavpack", "", "", "", 800'000},
    {"mp4 h264", "video/mp4", "h264,aac", "avc1.64001f,mp4a.40.2", "avc1.64001f,mp4a.40.2",
     "avc1.64001f,mp4a.40.2", 5'000'000},
    {"mkv h264", "video/x-matroska", "h264,aac", "avc1.64001f,mp4a.40.2", "avc1.64001f,mp4a.40.2",
     "avc1.64001f,mp4a.40.2", 5'000'000},
    {"ts h264", "video/mp2t", "h264,aac", "avc1.64001f,mp4a.40.2", "avc1.64001f,mp4a.40.2",
     "avc1.64001f,mp4a.40.2", 5'000'000},
    {"mp4 hevc", "video/mp4", "hevc,aac", "hvc1.1.6.L93.B0,mp4a.40.2", "hvc1.1.6.L93.B0,mp4a.40.2",
     "hvc1.1.6.L93.B0,mp4a.40.2", 4'000'000},
    {"webm vp9", "video/webm", "vp9,opus", "vp09.00.10.08,Opus", "vp09.00.10.08,Opus",
     "vp09.00.10.08,opus", 2'000'000},
    {"mp4 av1", "video/mp4", "av1,aac", "av01.0.04M.08,mp4a.40.2", "av01.0.04M.08,mp4a.40.2",
     "av01.0.04M.08,mp4a.40.2", 2'000'000},
};

struct Expected {
    const char* format;
    const char *chrome, *edge, *firefox, *safari, *vlc, *ffmpeg, *kodi, *generic;
};

constexpr const char* kFile = "direct original";
constexpr const char* kMp4 = "progressive original";
constexpr const char* kFlac = "progressive flac";
constexpr const char* kLadder = "list ladder";
constexpr const char* kList = "list original";

// clang-format off
const Expected kExpected[] = {
    // format     chrome   edge     firefox  safari   vlc    ffmpeg kodi   generic
    {"mp3",       kFile,   kFile,   kFile,   kFile,   kFile, kFile, kFile, kFile},
    {"aac",       kFile,   kFile,   kFile,   kFile,   kFile, kFile, kFile, kFile},
    {"adts",      kFile,   kFile,   kFile,   kFile,   kFile, kFile, kFile, kFile},
    {"flac",      kFile,   kFile,   kFile,   kFile,   kFile, kFile, kFile, kFile},
    {"ogg flac",  kFile,   kFile,   kFile,   kMp4,    kFile, kFile, kFile, kMp4},
    {"alac",      kFlac,   kFlac,   kFlac,   kFile,   kFile, kFile, kFile, kFlac},
    {"opus",      kFile,   kFile,   kFile,   kLadder, kFile, kFile, kFile, kLadder},
    {"vorbis",    kFile,   kFile,   kFile,   kLadder, kFile, kFile, kFile, kLadder},
    {"wav",       kFile,   kFile,   kFile,   kFile,   kFile, kFile, kFile, kFile},
    {"aiff",      kFlac,   kFlac,   kFlac,   kFile,   kFile, kFile, kFile, kFlac},
    {"wavpack",   kFlac,   kFlac,   kFlac,   kFlac,   kFile, kFile, kFile, kFlac},
    {"mp4 h264",  kFile,   kFile,   kFile,   kFile,   kFile, kFile, kFile, kFile},
    {"mkv h264",  kFile,   kFile,   kFile,   kMp4,    kFile, kFile, kFile, kMp4},
    {"ts h264",   kMp4,    kMp4,    kMp4,    kMp4,    kFile, kFile, kFile, kMp4},
    {"mp4 hevc",  kLadder, kLadder, kFile,   kFile,   kFile, kFile, kFile, kLadder},
    {"webm vp9",  kFile,   kFile,   kFile,   kLadder, kFile, kFile, kFile, kLadder},
    {"mp4 av1",   kFile,   kFile,   kFile,   kLadder, kFile, kFile, kFile, kLadder},
};
// clang-format on

const Format& format_named(std::string_view name) {
    for (const Format& format : kFormats) {
        if (format.name == name) return format;
    }
    throw std::out_of_range("no such format");
}

std::string chosen(const Format& format, const Client& client, Decision* told = nullptr) {
    const std::vector<Offer> offers = offers_for(format);
    const Decision decision = decide(source_for(format), client, offers);
    if (told) *told = decision;
    if (!decision.chosen) return "none";
    const Offer& offer = offers[*decision.chosen];
    return offer.delivery + " " + offer.rendition;
}

TEST(Decide, every_browser_and_every_format) {
    ASSERT_EQ(std::size(kFormats), std::size(kExpected));
    for (const Expected& row : kExpected) {
        const Format& format = format_named(row.format);
        const std::pair<const char*, const char*> cells[] = {
            {"chrome", row.chrome}, {"edge", row.edge},      {"firefox", row.firefox},
            {"safari", row.safari}, {"vlc", row.vlc},        {"ffmpeg", row.ffmpeg},
            {"kodi", row.kodi},     {"generic", row.generic}};
        for (const auto& [name, expected] : cells) {
            Decision decision;
            EXPECT_EQ(chosen(format, *client_named(name), &decision), expected)
                << row.format << " in " << name;
            for (const Verdict& verdict : decision.verdicts) {
                EXPECT_GT(verdict.why.size(), 10u) << row.format << " in " << name;
            }
        }
    }
}

TEST(Decide, a_bound_on_the_bit_rate_takes_the_best_rung_below_it) {
    Client client = *client_named("safari");
    client.max_bit_rate = 1'000'000;
    EXPECT_EQ(chosen(format_named("flac"), client), kFile);
    client.max_bit_rate = 400'000;
    EXPECT_EQ(chosen(format_named("flac"), client), "list aac-320");
    client.max_bit_rate = 100'000;
    EXPECT_EQ(chosen(format_named("flac"), client), "list aac-64");
    client.max_bit_rate = 200'000;
    EXPECT_EQ(chosen(format_named("mp3"), client), kFile);
    client.max_bit_rate = 1'000'000;
    EXPECT_EQ(chosen(format_named("mp4 h264"), client), "list h264-360");
}

TEST(Decide, a_bound_below_everything_takes_the_least_and_says_so) {
    Client client = *client_named("safari");
    client.max_bit_rate = 10'000;
    Decision decision;
    EXPECT_EQ(chosen(format_named("flac"), client, &decision), "list aac-64");
    EXPECT_THAT(decision.verdicts[*decision.chosen].why, HasSubstr("64 kb/s"));
}

TEST(Decide, what_a_client_says_of_itself_counts) {
    Client client;
    client.title = "the client";
    client.containers = {"dash", "mp4"};
    client.codecs = {"flac"};
    EXPECT_EQ(chosen(format_named("flac"), client), "manifest original");
    EXPECT_EQ(chosen(format_named("alac"), client), kFlac);
    client.containers = {"mp4", "dash"};
    EXPECT_EQ(chosen(format_named("flac"), client), kMp4);
    client.codecs = {"aac"};
    EXPECT_EQ(chosen(format_named("wav"), client), "manifest ladder");
    client.containers = {"webm"};
    Decision decision;
    EXPECT_EQ(chosen(format_named("wav"), client, &decision), "none");
    EXPECT_EQ(decision.verdicts.front().why, "As far as is known, the client does not play WAV.");
}

TEST(Decide, all_tracks_of_a_film_must_be_decoded) {
    Client client;
    client.containers = {"mp4", "hls"};
    client.codecs = {"h264"};
    EXPECT_EQ(chosen(format_named("mp4 h264"), client), "none");
    client.codecs = {"h264", "aac"};
    EXPECT_EQ(chosen(format_named("mp4 h264"), client), kFile);
    client.containers = {"hls", "mp4"};
    EXPECT_EQ(chosen(format_named("ts h264"), client), kList);
}

TEST(Decide, what_plays_by_its_address_comes_before_what_needs_a_script) {
    std::vector<Offer> offers = offers_for(format_named("mkv h264"));
    std::erase_if(offers, [](const Offer& offer) { return offer.delivery == "progressive"; });
    const Source source = source_for(format_named("ts h264"));
    offers.front().content_type = "video/mp2t";
    const Decision decision = decide(source, *client_named("chrome"), offers);
    ASSERT_TRUE(decision.chosen);
    EXPECT_EQ(offers[*decision.chosen].rendition, "original");
    EXPECT_TRUE(decision.verdicts[*decision.chosen].needs_script);
    EXPECT_THAT(decision.verdicts[*decision.chosen].why, HasSubstr("player script"));
}

TEST(Decide, nothing_offered_is_nothing_chosen) {
    EXPECT_FALSE(decide({}, *client_named("vlc"), {}).chosen);
}

TEST(Names, one_name_for_each_codec_and_container) {
    for (const auto& [given, name] :
         std::initializer_list<std::pair<const char*, const char*>>{{"mp4a.40.2", "aac"},
                                                                    {"mp4a.40.5", "aac"},
                                                                    {"mp4a.40.42", "xhe-aac"},
                                                                    {"mp4a.40.34", "mp3"},
                                                                    {"mp4a.6B", "mp3"},
                                                                    {"fLaC", "flac"},
                                                                    {"Opus", "opus"},
                                                                    {"pcm_s24le", "pcm"},
                                                                    {"avc1.64001f", "h264"},
                                                                    {"hev1.1.6.L93.B0", "hevc"},
                                                                    {"av01.0.04M.08", "av1"},
                                                                    {"ec-3", "eac3"},
                                                                    {"", ""},
                                                                    {".", ""},
                                                                    {"New.1", "new"}}) {
        EXPECT_EQ(codec_name(given), name) << given;
    }
    for (const auto& [given, name] : std::initializer_list<std::pair<const char*, const char*>>{
             {"audio/mp4", "mp4"},
             {"video/mp4; codecs=\"avc1\"", "mp4"},
             {"audio/x-matroska", "mkv"},
             {"audio/mpeg", "mp3"},
             {"mp3", "mp3"},
             {"", ""},
             {"audio/", ""}}) {
        EXPECT_EQ(container_name(given), name) << given;
    }
    EXPECT_EQ(name_list(" mp4 ,,x-aiff,mp4,", container_name),
              (std::vector<std::string>{"mp4", "aiff"}));
}

}  // namespace
}  // namespace consort::stream
