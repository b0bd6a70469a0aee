#include "plugins/codec/common/video/testing.hpp"

extern "C" {
#include <libavformat/avformat.h>
#include <libavutil/display.h>
}

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "plugins/codec/common/video/picture_decoder.hpp"

namespace consort::video::testing {
namespace {

using consort::testing::FakeMedia;
using consort::testing::FakeTrack;

std::string output_of(const std::string& command) {
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("can't run: " + command);
    std::string bytes;
    char buffer[65'536];
    for (std::size_t got; (got = std::fread(buffer, 1, sizeof buffer, pipe)) != 0;)
        bytes.append(buffer, got);
    if (::pclose(pipe) != 0) throw std::runtime_error(command + "\n" + bytes.substr(0, 2'000));
    return bytes;
}

void describe(const AVStream& stream, FakeTrack& to) {
    const AVCodecParameters& codec = *stream.codecpar;
    consort_track& track = to.track;
    track.kind = CONSORT_TRACK_VIDEO;
    track.timescale = static_cast<std::uint32_t>(stream.time_base.den);
    to.codec = avcodec_get_name(codec.codec_id);
    if (codec.extradata_size > 0)
        to.configuration.assign(reinterpret_cast<const char*>(codec.extradata),
                                static_cast<std::size_t>(codec.extradata_size));
    track.width = static_cast<std::uint32_t>(codec.width);
    track.height = static_cast<std::uint32_t>(codec.height);
    track.sar_num = static_cast<std::uint32_t>(std::max(stream.sample_aspect_ratio.num, 0));
    track.sar_den = static_cast<std::uint32_t>(std::max(stream.sample_aspect_ratio.den, 1));
    track.frame_rate_num = static_cast<std::uint32_t>(std::max(stream.avg_frame_rate.num, 0));
    track.frame_rate_den = static_cast<std::uint32_t>(std::max(stream.avg_frame_rate.den, 1));
    track.colour_primaries = codec.color_primaries;
    track.colour_transfer = codec.color_trc;
    track.colour_matrix = codec.color_space;
    track.colour_full_range = codec.color_range == AVCOL_RANGE_JPEG ? 1 : 0;
    if (const auto* matrix = reinterpret_cast<const std::int32_t*>(
            av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr))) {
        const long turned = std::lround(-av_display_rotation_get(matrix));
        track.rotation = static_cast<std::int32_t>((turned % 360 + 360) % 360);
    }
}

// Decode times and durations from the presentation times: the n-th picture is decoded when the n-th
// is shown, less the delay that this takes.
void set_times(const std::vector<std::int64_t>& times, std::int64_t last_duration, FakeTrack& to) {
    std::vector<std::int64_t> sorted = times;
    std::sort(sorted.begin(), sorted.end());
    std::int64_t delay = 0;
    for (std::size_t i = 0; i < times.size(); ++i) delay = std::max(delay, sorted[i] - times[i]);
    for (std::size_t i = 0; i < times.size(); ++i) {
        const std::int64_t duration =
            i + 1 < times.size() ? sorted[i + 1] - sorted[i] : last_duration;
        to.samples[i].duration = static_cast<std::uint32_t>(duration);
        to.samples[i].composition_offset = static_cast<std::int32_t>(times[i] - sorted[i] + delay);
    }
    to.track.edit_start = delay;
    to.track.edit_duration =
        static_cast<std::uint64_t>(sorted.back() - sorted.front() + last_duration);
}

}  // namespace

Workshop::Workshop() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "consort-video-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
    directory_ = pattern;
}
Workshop::~Workshop() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

std::filesystem::path Workshop::make(const std::string& arguments, const std::string& name) const {
    output_of("cd " + directory_.string() + " && ffmpeg -nostdin -v error -y " + arguments + " " +
              name + " 2>&1 </dev/null");
    return path(name);
}

std::vector<Picture> decode_file(const std::filesystem::path& file, const std::string& filters,
                                 std::uint32_t width, std::uint32_t height) {
    const std::string bytes =
        output_of("ffmpeg -nostdin -v error -i " + file.string() +
                  " -map 0:v:0 -vsync passthrough" + (filters.empty() ? "" : " -vf " + filters) +
                  " -pix_fmt yuv420p -f rawvideo - 2>/dev/null </dev/null");
    const std::size_t size = std::size_t{width} * height * 3 / 2;
    std::vector<Picture> pictures;
    for (std::size_t at = 0; at + size <= bytes.size(); at += size)
        pictures.push_back({0,
                            width,
                            height,
                            {bytes.begin() + static_cast<std::ptrdiff_t>(at),
                             bytes.begin() + static_cast<std::ptrdiff_t>(at + size)}});
    return pictures;
}

std::unique_ptr<FakeMedia> media_of(const std::filesystem::path& file) {
    AVFormatContext* format = nullptr;
    AVDictionary* options = nullptr;
    av_dict_set(&options, "ignore_editlist", "1", 0);
    if (avformat_open_input(&format, file.c_str(), nullptr, &options) < 0)
        throw std::runtime_error("can't open " + file.string());
    av_dict_free(&options);
    avformat_find_stream_info(format, nullptr);
    const int index = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
    if (index < 0) throw std::runtime_error("no video in " + file.string());
    auto media = std::make_unique<FakeMedia>();
    FakeTrack track;
    describe(*format->streams[index], track);
    std::vector<std::int64_t> times;
    std::int64_t last_duration = 0;
    const PacketPtr packet = new_packet();
    for (; av_read_frame(format, packet.get()) >= 0; av_packet_unref(packet.get())) {
        if (packet->stream_index != index) continue;
        Sample sample{};
        sample.offset = media->source.size();
        sample.size = static_cast<std::uint32_t>(packet->size);
        if ((packet->flags & AV_PKT_FLAG_KEY) != 0) sample.flags |= CONSORT_SAMPLE_SYNC;
        media->source.append(reinterpret_cast<const char*>(packet->data),
                             static_cast<std::size_t>(packet->size));
        track.samples.push_back(sample);
        times.push_back(packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts);
        last_duration = packet->duration;
    }
    avformat_close_input(&format);
    if (times.empty()) throw std::runtime_error("no pictures in " + file.string());
    set_times(times, last_duration, track);
    media->add_track(std::move(track));
    return media;
}

Picture picture_of(const AVFrame& frame, std::int64_t time) {
    Picture picture{time,
                    static_cast<std::uint32_t>(frame.width),
                    static_cast<std::uint32_t>(frame.height),
                    {}};
    for (int plane = 0; plane < 3; ++plane) {
        const int width = plane == 0 ? frame.width : (frame.width + 1) / 2;
        const int height = plane == 0 ? frame.height : (frame.height + 1) / 2;
        for (int line = 0; line < height; ++line) {
            const std::uint8_t* from = frame.data[plane] + line * frame.linesize[plane];
            picture.bytes.insert(picture.bytes.end(), from, from + width);
        }
    }
    return picture;
}

void append(Coded& to, const Coded& next) {
    for (Sample sample : next.samples) {
        sample.offset += to.bytes.size();
        to.samples.push_back(sample);
    }
    to.bytes += next.bytes;
    if (to.result) to.result = next.result;
}

std::unique_ptr<FakeMedia> media_of(const Track& track, const Coded& coded) {
    auto media = std::make_unique<FakeMedia>();
    media->source = coded.bytes;
    FakeTrack added;
    added.track = track;
    added.codec = view(track.codec);
    added.codec_string = view(track.codec_string);
    added.configuration = view(track.configuration);
    added.samples = coded.samples;
    const std::int64_t first = coded.samples.empty() ? 0 : coded.samples.front().decode_time;
    std::int64_t end = first;
    for (const Sample& sample : coded.samples) end += sample.duration;
    // FakeMedia counts decode times from 0.
    added.track.edit_start = 0;
    added.track.edit_duration = static_cast<std::uint64_t>(end - first);
    media->add_track(std::move(added));
    return media;
}

std::vector<Picture> decode(FakeMedia& media) {
    std::vector<Picture> pictures;
    const auto list = PictureList::of(media.view(), 0);
    if (!list) throw std::runtime_error(list.error().text);
    auto decoder = PictureDecoder::open(media.view(), 0, *list);
    if (!decoder) throw std::runtime_error(decoder.error().text);
    const auto track = media.view().track(0);
    const auto done =
        decoder->decode({0, track->sample_count}, 0, {}, [&](std::size_t number, FramePtr frame) {
            pictures.push_back(picture_of(*frame, list->time(number)));
            return Result<bool>(true);
        });
    EXPECT_TRUE(done.ok());
    EXPECT_EQ(pictures.size(), track->sample_count);
    return pictures;
}

double psnr(const Picture& a, const Picture& b) {
    if (a.width != b.width || a.height != b.height) return 0;
    const std::size_t luma = std::size_t{a.width} * a.height;
    double sum = 0;
    for (std::size_t i = 0; i < luma; ++i) {
        const double difference = double(a.bytes[i]) - b.bytes[i];
        sum += difference * difference;
    }
    return sum == 0 ? 99 : 10 * std::log10(255.0 * 255.0 * static_cast<double>(luma) / sum);
}

}  // namespace consort::video::testing
