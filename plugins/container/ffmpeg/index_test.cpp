// The media index against libavformat's own packets and ffmpeg's decoder, for every source format.
extern "C" {
#include <libavformat/avformat.h>
}

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "plugins/container/ffmpeg/test_media.hpp"

namespace consort::container_ffmpeg {
namespace {

using testing::Blob;
using testing::CollectedTrack;

const char* const kAudio =
    "-f lavfi -i sine=440:r=44100:d=2.3456 -f lavfi -i anoisesrc=r=44100:d=2.3456:a=0.3:seed=7 "
    "-filter_complex [0][1]join=inputs=2:channel_layout=stereo ";
const char* const kVideo =
    "-f lavfi -i testsrc2=s=160x90:r=25:d=2 -f lavfi -i sine=440:r=44100:d=2 -pix_fmt yuv420p ";

struct Recipe {
    const char* file;
    const char* arguments;
    bool video = false;
    bool exact_end = true;  // the container can say where the sound ends
};

void PrintTo(const Recipe& recipe, std::ostream* out) { *out << recipe.file; }

struct Reference {
    AVMediaType type;
    AVRational time_base;
    std::vector<Blob> packets;
    std::vector<std::int64_t> times;
    std::vector<bool> keys;
};

// What libavformat itself reads. By default it drops the last packet of an MP4 when the edit list,
// which counts milliseconds, rounds it away.
std::vector<Reference> reference_of(const std::filesystem::path& path) {
    AVFormatContext* format = nullptr;
    AVDictionary* options = nullptr;
    av_dict_set(&options, "ignore_editlist", "1", 0);
    const int opened = avformat_open_input(&format, path.c_str(), nullptr, &options);
    av_dict_free(&options);
    if (opened < 0) return {};
    avformat_find_stream_info(format, nullptr);
    std::map<int, Reference> found;
    AVPacket* packet = av_packet_alloc();
    while (av_read_frame(format, packet) >= 0) {
        const AVStream& stream = *format->streams[packet->stream_index];
        const bool picture = (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
        const auto type = stream.codecpar->codec_type;
        if (!picture && (type == AVMEDIA_TYPE_AUDIO || type == AVMEDIA_TYPE_VIDEO)) {
            Reference& to = found[packet->stream_index];
            to.type = type;
            to.time_base = stream.time_base;
            to.packets.emplace_back(packet->data, packet->data + packet->size);
            to.times.push_back(packet->pts);
            to.keys.push_back((packet->flags & AV_PKT_FLAG_KEY) != 0);
        }
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    avformat_close_input(&format);
    std::vector<Reference> list;
    for (auto& [index, reference] : found) list.push_back(std::move(reference));
    return list;
}

Blob without_adts_header(const Blob& frame) {
    return {frame.begin() + ((frame[1] & 1) != 0 ? 7 : 9), frame.end()};
}

struct Made {
    Blob bytes;
    testing::CollectedIndex index;
    std::vector<Reference> reference;
};

class EveryFormat : public ::testing::TestWithParam<Recipe> {
  protected:
    static testing::Workshop& workshop() {
        static testing::Workshop shared;
        return shared;
    }
    // Encoding takes long; the tests of one recipe share a file.
    static const Made& made(const Recipe& recipe) {
        static std::map<std::string, Made> all;
        const auto [found, fresh] = all.try_emplace(recipe.file);
        if (fresh) {
            const auto path = workshop().make(
                std::string(recipe.video ? kVideo : kAudio) + recipe.arguments, recipe.file);
            found->second.bytes = testing::read_file(path);
            found->second.index = testing::index_of(found->second.bytes, recipe.file);
            found->second.reference = reference_of(path);
        }
        return found->second;
    }
    static bool is_mp4() {
        const std::string name = GetParam().file;
        return name.ends_with(".mp4") || name.ends_with(".m4a") || name.ends_with(".mov");
    }
    const Made& made_ = made(GetParam());
    const testing::CollectedIndex& index_ = made_.index;
    const std::vector<Reference>& reference_ = made_.reference;

    void SetUp() override {
        ASSERT_TRUE(index_.result.ok()) << index_.result.error().text;
        ASSERT_EQ(index_.tracks.size(), reference_.size());
        ASSERT_EQ(index_.tracks.size(), GetParam().video ? 2u : 1u);
    }
};

TEST_P(EveryFormat, HoldsThePacketsOfTheSource) {
    for (std::size_t t = 0; t < reference_.size(); ++t) {
        const CollectedTrack& track = index_.tracks[t];
        Blob ours, theirs;
        const bool pcm = track.codec.starts_with("pcm_");
        for (const Blob& packet : reference_[t].packets) {
            const Blob bytes =
                GetParam().file == std::string("adts.aac") ? without_adts_header(packet) : packet;
            theirs.insert(theirs.end(), bytes.begin(), bytes.end());
        }
        for (const consort_sample& sample : track.samples) {
            const Blob bytes = index_.sample(made_.bytes, sample);
            ASSERT_EQ(bytes.size(), sample.size);
            ours.insert(ours.end(), bytes.begin(), bytes.end());
        }
        EXPECT_TRUE(ours == theirs) << "track " << t << " (" << track.codec << ")";
        if (pcm) continue;  // cut at other places
        ASSERT_EQ(track.samples.size(), reference_[t].packets.size()) << track.codec;
        const std::size_t header = GetParam().file == std::string("adts.aac") ? 7 : 0;
        for (std::size_t i = 0; i < track.samples.size(); ++i)
            ASSERT_EQ(track.samples[i].size + header, reference_[t].packets[i].size()) << i;
    }
}

TEST_P(EveryFormat, KeepsKeyFramesAndPresentationTimes) {
    for (std::size_t t = 0; t < reference_.size(); ++t) {
        const Reference& reference = reference_[t];
        const CollectedTrack& track = index_.tracks[t];
        if (reference.type != AVMEDIA_TYPE_VIDEO) continue;
        std::int64_t first = INT64_MAX, decode = 0;
        for (const std::int64_t time : reference.times) first = std::min(first, time);
        for (std::size_t i = 0; i < track.samples.size(); ++i) {
            const consort_sample& sample = track.samples[i];
            const std::int64_t shown = decode + sample.composition_offset - track.values.edit_start;
            const AVRational unit{1, static_cast<int>(track.values.timescale)};
            ASSERT_EQ(shown, av_rescale_q(reference.times[i] - first, reference.time_base, unit))
                << i;
            ASSERT_EQ((sample.flags & CONSORT_SAMPLE_SYNC) != 0, reference.keys[i]) << i;
            decode += sample.duration;
        }
        EXPECT_EQ(decode, 2 * track.values.timescale);
        EXPECT_EQ(track.values.width, 160u);
        EXPECT_EQ(track.values.height, 90u);
    }
}

TEST_P(EveryFormat, EditSaysWhatTheDecoderPlays) {
    for (const CollectedTrack& track : index_.tracks) {
        if (track.values.kind != CONSORT_TRACK_AUDIO) continue;
        std::uint64_t total = 0;
        for (const consort_sample& sample : track.samples) total += sample.duration;
        const std::uint64_t length =
            track.values.edit_duration != 0
                ? track.values.edit_duration
                : total - static_cast<std::uint64_t>(track.values.edit_start);
        ASSERT_LE(static_cast<std::uint64_t>(track.values.edit_start) + length, total);
        std::uint64_t played = 0;
        if (is_mp4()) {
            // ffmpeg does not cut within the last frame of an MP4, so what went into the encoder
            // is the measure here.
            const double seconds = GetParam().video ? 2 : 103'441 / 44'100.0;
            played = static_cast<std::uint64_t>(std::llround(seconds * track.values.sample_rate));
        } else {
            const Blob pcm = workshop().decode(
                GetParam().file, "-vn -f s16le -ar " + std::to_string(track.values.sample_rate));
            played = pcm.size() / 2 / track.values.channels;
        }
        if (GetParam().exact_end)
            EXPECT_EQ(length, played) << track.codec;
        else
            EXPECT_NEAR(static_cast<double>(length), static_cast<double>(played), 1'024)
                << track.codec;
    }
}

TEST_P(EveryFormat, ReadsTheSourceAtMostOnce) {
    EXPECT_LE(index_.bytes_read, made_.bytes.size() + made_.bytes.size() / 4 + (1 << 20));
}

INSTANTIATE_TEST_SUITE_P(
    Audio, EveryFormat,
    ::testing::Values(
        Recipe{"aac.m4a", "-c:a aac"}, Recipe{"fast.m4a", "-c:a aac -movflags +faststart"},
        Recipe{"alac.m4a", "-c:a alac"}, Recipe{"flac.mp4", "-c:a flac -strict -2"},
        Recipe{"opus.mp4", "-c:a libopus"}, Recipe{"mp3.mp4", "-c:a libmp3lame"},
        Recipe{"fragmented.mp4", "-c:a aac -movflags +empty_moov+delay_moov -frag_duration 500000",
               false, false},
        Recipe{"adts.aac", "-c:a aac"}, Recipe{"cbr.mp3", "-c:a libmp3lame -b:a 128k"},
        Recipe{"vbr.mp3", "-c:a libmp3lame -q:a 2"},
        Recipe{"bare.mp3", "-c:a libmp3lame -write_xing 0 -id3v2_version 0"},
        Recipe{"low.mp3", "-ar 22050 -ac 1 -c:a libmp3lame -write_id3v1 1"},
        Recipe{"plain.flac", "-c:a flac"}, Recipe{"deep.flac", "-c:a flac -sample_fmt s32"},
        Recipe{"opus.opus", "-c:a libopus"}, Recipe{"long.opus", "-c:a libopus -frame_duration 60"},
        Recipe{"big.opus", "-c:a libopus -b:a 510k -page_duration 1000"},
        Recipe{"vorbis.ogg", "-c:a libvorbis"}, Recipe{"flac.oga", "-c:a flac"},
        Recipe{"pcm.wav", "-c:a pcm_s16le"}, Recipe{"deep.wav", "-c:a pcm_s24le"},
        Recipe{"float.wav", "-c:a pcm_f32le"}, Recipe{"pcm.aiff", "-c:a pcm_s16be"},
        Recipe{"pcm.mov", "-c:a pcm_s16le"}, Recipe{"aac.mka", "-c:a aac"},
        Recipe{"opus.mka", "-c:a libopus"}, Recipe{"flac.mka", "-c:a flac"},
        Recipe{"mp3.mka", "-c:a libmp3lame", false, false}, Recipe{"pcm.mka", "-c:a pcm_s16le"},
        Recipe{"opus.webm", "-c:a libopus"},
        Recipe{"vorbis.webm", "-c:a libvorbis", false, false}));

INSTANTIATE_TEST_SUITE_P(
    Video, EveryFormat,
    ::testing::Values(
        Recipe{"h264.mp4", "-c:v libx264 -bf 3 -g 20 -c:a aac", true},
        Recipe{"h264.mov", "-c:v libx264 -bf 3 -g 20 -c:a aac", true},
        Recipe{"h264.mkv", "-c:v libx264 -bf 3 -g 20 -c:a aac", true},
        Recipe{"fragmented-h264.mp4",
               "-c:v libx264 -bf 3 -g 20 -c:a aac -movflags +frag_keyframe+empty_moov+delay_moov",
               true, false},
        Recipe{"hevc.mp4", "-c:v libx265 -x265-params log-level=none -c:a aac", true},
        Recipe{"hevc.mkv", "-c:v libx265 -x265-params log-level=none -c:a libopus", true},
        Recipe{"vp9.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus", true},
        Recipe{"vp9.mp4", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a aac", true},
        Recipe{"av1.mkv", "-c:v libaom-av1 -cpu-used 8 -usage realtime -c:a libopus", true},
        Recipe{"av1.mp4", "-c:v libaom-av1 -cpu-used 8 -usage realtime -c:a aac", true}));

}  // namespace
}  // namespace consort::container_ffmpeg
