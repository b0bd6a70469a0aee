#include "plugins/delivery/common/mpegts/ts_segment.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/delivery/common/test_media.hpp"
#include "plugins/delivery/common/test_renditions.hpp"

namespace consort::delivery {
namespace {

using namespace testing;

// What a transport stream holds, read strictly.
struct Parsed {
    struct Unit {
        std::uint64_t pts = 0, dts = 0;
        std::string data;
        bool random_access = false;
    };
    std::map<unsigned, std::vector<Unit>> units;         // by PID
    std::map<unsigned, std::vector<unsigned>> counters;  // of packets with payload
    std::vector<std::uint64_t> clock;                    // PCR, 90 kHz
    std::vector<std::string> faults;
};

unsigned byte(std::string_view of, std::size_t at) { return static_cast<unsigned char>(of[at]); }

std::uint64_t time_of(std::string_view at) {
    return std::uint64_t{byte(at, 0) >> 1 & 7} << 30 | byte(at, 1) << 22 |
           (byte(at, 2) >> 1) << 15 | byte(at, 3) << 7 | byte(at, 4) >> 1;
}

void parse_field(std::string_view field, Parsed& out, bool& random_access) {
    if (field.empty()) return;
    random_access = (byte(field, 0) & 0x40) != 0;
    if ((byte(field, 0) & 0x10) == 0) return;
    if (field.size() < 7) {
        out.faults.push_back("a clock without room");
        return;
    }
    out.clock.push_back(std::uint64_t{byte(field, 1)} << 25 | byte(field, 2) << 17 |
                        byte(field, 3) << 9 | byte(field, 4) << 1 | byte(field, 5) >> 7);
}

void parse_payload(std::string_view payload, bool start, bool random_access,
                   std::vector<Parsed::Unit>& units, Parsed& out) {
    if (start) {
        Parsed::Unit unit;
        if (payload.size() < 14 || payload.substr(0, 3) != std::string_view("\0\0\1", 3)) {
            out.faults.push_back("no start of a unit");
            return;
        }
        const bool both = (byte(payload, 7) & 0xc0) == 0xc0;
        unit.pts = unit.dts = time_of(payload.substr(9));
        if (both) unit.dts = time_of(payload.substr(14));
        unit.random_access = random_access;
        payload.remove_prefix(9 + byte(payload, 8));
        units.push_back(unit);
    }
    if (units.empty()) {
        out.faults.push_back("a unit that did not begin");
        return;
    }
    units.back().data += payload;
}

Parsed parse(std::string_view stream) {
    Parsed out;
    if (stream.size() % kTsPacket != 0) out.faults.push_back("half a packet");
    for (; stream.size() >= kTsPacket; stream.remove_prefix(kTsPacket)) {
        const std::string_view packet = stream.substr(0, kTsPacket);
        if (packet[0] != 0x47) out.faults.push_back("out of step");
        const unsigned pid = (byte(packet, 1) & 0x1f) << 8 | byte(packet, 2);
        const unsigned control = byte(packet, 3) >> 4 & 3;
        std::string_view rest = packet.substr(4);
        bool random_access = false;
        if ((control & 2) != 0) {
            const std::size_t length = byte(rest, 0);
            if (length > 183) out.faults.push_back("a field that is too long");
            parse_field(rest.substr(1, length), out, random_access);
            rest.remove_prefix(1 + length);
        }
        if ((control & 1) == 0) continue;
        if (rest.empty()) out.faults.push_back("no payload where there should be some");
        out.counters[pid].push_back(byte(packet, 3) & 15);
        if (pid != 0 && pid != kTsMapPid) {
            parse_payload(rest, (byte(packet, 1) & 0x40) != 0, random_access, out.units[pid], out);
        }
    }
    return out;
}

// Bytes are exactly as many as were announced.
std::string written(const TsSegment& segment) {
    std::string out(segment.size() + 16, '#');
    segment.write(out.data());
    EXPECT_EQ(out.substr(segment.size()), std::string(16, '#'));
    out.resize(segment.size());
    return out;
}

void expect_counters(const Parsed& parsed, std::uint64_t number) {
    for (const auto& [pid, counters] : parsed.counters) {
        const bool table = pid == 0 || pid == kTsMapPid;
        for (std::size_t i = 0; i < counters.size(); ++i) {
            ASSERT_EQ(counters[i], (table ? number + i : i) % 16) << "PID " << pid;
        }
        EXPECT_EQ(counters.size() % 16, table ? 1u : 0u) << "PID " << pid;
    }
}

std::string mpeg_bytes(const FakeRendition& rendition, std::size_t first, std::size_t count,
                       const TsFormat& format) {
    std::string out;
    for (std::size_t i = first; i < first + count; ++i) {
        const consort_sample& sample = rendition.coded.samples[i];
        std::array<std::uint8_t, 7> header = format.adts_header;
        const std::uint32_t size = sample.size + 7;
        header[3] |= static_cast<std::uint8_t>(size >> 11);
        header[4] = static_cast<std::uint8_t>(size >> 3);
        header[5] |= static_cast<std::uint8_t>(size << 5);
        out.append(reinterpret_cast<const char*>(header.data()), header.size());
        out += rendition.payload.substr(sample.offset, sample.size);
    }
    return out;
}

Track described(const FakeTrack& from) {
    Track out = from.track;
    out.codec = str(from.codec);
    out.configuration = str(from.configuration);
    out.language = str(from.language);
    return out;
}

TEST(TsSegment, sound_keeps_every_byte_and_the_counters_run_on) {
    for (const std::uint32_t rate : {8'000u, 64'000u, 128'000u, 320'000u, 1'000'000u}) {
        const FakeRendition music = encoded_music("aac", 20, rate);
        const Track track = described(music.coded);
        const auto format = ts_format(track);
        ASSERT_TRUE(format) << format.error().text;
        for (std::size_t count = 1; count < 300; count += 37) {
            const std::size_t first = 40;
            const TsInput input{&*format, &track,
                                std::span(music.coded.samples).subspan(first, count),
                                music.payload.data()};
            const auto segment = TsSegment::plan({&input, 1}, count);
            ASSERT_TRUE(segment);
            const Parsed parsed = parse(written(*segment));
            EXPECT_TRUE(parsed.faults.empty()) << parsed.faults.front();
            std::string data;
            for (const auto& unit : parsed.units.at(kTsAudioPid)) data += unit.data;
            EXPECT_EQ(data, mpeg_bytes(music, first, count, *format));
            expect_counters(parsed, count);
            const auto& units = parsed.units.at(kTsAudioPid);
            const std::int64_t start = music.coded.samples[first].decode_time - 1024;
            EXPECT_EQ(units.front().pts,
                      static_cast<std::uint64_t>(kTsOrigin + (start * 90'000 + 22'050) / 44'100));
            for (std::size_t i = 1; i < parsed.clock.size(); ++i) {
                EXPECT_GT(parsed.clock[i], parsed.clock[i - 1]);
                EXPECT_LE(parsed.clock[i] - parsed.clock[i - 1], 9'000u);
            }
        }
    }
}

TEST(TsSegment, low_rates_cost_little_more_than_their_bytes) {
    for (const auto& [rate, most] :
         {std::pair{64'000u, 1.16}, {128'000u, 1.11}, {320'000u, 1.08}}) {
        const FakeRendition music = encoded_music("aac", 20, rate);
        const Track track = described(music.coded);
        const auto format = ts_format(track);
        ASSERT_TRUE(format);
        const TsInput input{&*format, &track, std::span(music.coded.samples).first(258),
                            music.payload.data()};
        const auto segment = TsSegment::plan({&input, 1}, 0);
        ASSERT_TRUE(segment);
        const consort_sample& end = music.coded.samples[258];
        EXPECT_LT(static_cast<double>(segment->size()), most * static_cast<double>(end.offset))
            << rate;
    }
}

// A sample of length-prefixed NAL units.
std::string nal(unsigned length_size, std::string_view unit) {
    std::string out;
    for (unsigned i = length_size; i-- > 0;) out += static_cast<char>(unit.size() >> (8 * i));
    return out + std::string(unit);
}

FakeTrack h264_track(unsigned length_size) {
    FakeTrack out = video_track();
    out.configuration = std::string("\x01\x64\x00\x1f", 4) +
                        static_cast<char>(0xfc | (length_size - 1)) +
                        std::string("\xe1\x00\x03\x67SP\x01\x00\x02\x68P", 11);
    return out;
}

struct Pictures {
    FakeTrack track;
    std::string bytes;
    void add(std::string data, bool sync, std::int32_t composition, std::uint32_t duration = 512) {
        consort_sample sample{};
        sample.offset = bytes.size();
        sample.size = static_cast<std::uint32_t>(data.size());
        sample.duration = duration;
        sample.flags = sync ? CONSORT_SAMPLE_SYNC : 0;
        sample.composition_offset = composition;
        if (!track.samples.empty()) {
            sample.decode_time = track.samples.back().decode_time + track.samples.back().duration;
        }
        bytes += data;
        track.samples.push_back(sample);
    }
};

TEST(TsSegment, pictures_become_a_byte_stream) {
    using namespace std::string_literals;
    const std::string code = "\0\0\0\1"s, aud = code + "\x09\xf0"s;
    for (const unsigned length : {1u, 2u, 4u}) {
        Pictures film{h264_track(length), {}};
        film.add(nal(length, "\x09\x10") + nal(length, "\x65picture") + nal(length, ""), true,
                 1024);
        film.add(nal(length, "\x41one") + nal(length, "\x41two"), false, 2048);
        film.add(nal(length, "\x41three").substr(0, length + 3), false, 512);  // cut short
        const Track track = described(film.track);
        const auto format = ts_format(track);
        ASSERT_TRUE(format) << format.error().text;
        const TsInput input{&*format, &track, film.track.samples, film.bytes.data()};
        const auto segment = TsSegment::plan({&input, 1}, 3);
        ASSERT_TRUE(segment);
        const Parsed parsed = parse(written(*segment));
        EXPECT_TRUE(parsed.faults.empty()) << parsed.faults.front();
        const auto& units = parsed.units.at(kTsVideoPid);
        ASSERT_EQ(units.size(), 3u);
        EXPECT_EQ(units[0].data, aud + code + "\x67SP" + code + "\x68P" + code + "\x65picture");
        EXPECT_EQ(units[1].data, aud + code + "\x41one" + code + "\x41two");
        EXPECT_EQ(units[2].data, aud);
        EXPECT_TRUE(units[0].random_access);
        EXPECT_FALSE(units[1].random_access);
        EXPECT_EQ(units[0].pts, static_cast<std::uint64_t>(kTsOrigin));
        EXPECT_EQ(units[0].dts, static_cast<std::uint64_t>(kTsOrigin - 7'200));
        EXPECT_EQ(units[1].pts, static_cast<std::uint64_t>(kTsOrigin + 10'800));
        expect_counters(parsed, 3);
    }
}

TEST(TsSegment, the_clock_speaks_through_long_pictures_and_33_bits_wrap) {
    Pictures film{h264_track(4), {}};
    const std::int64_t late = std::int64_t{1} << 33;
    film.add(nal(4, "\x65picture"), true, 1024, 12'800 * 3);
    film.track.samples.front().decode_time = late * 12'800 / 90'000 - 12'800 * 10;
    const Track track = described(film.track);
    const auto format = ts_format(track);
    ASSERT_TRUE(format);
    const TsInput input{&*format, &track, film.track.samples, film.bytes.data()};
    const auto segment = TsSegment::plan({&input, 1}, 3);
    ASSERT_TRUE(segment);
    const Parsed parsed = parse(written(*segment));
    EXPECT_TRUE(parsed.faults.empty()) << parsed.faults.front();
    ASSERT_GE(parsed.clock.size(), 30u);
    constexpr std::uint64_t kMask = (std::uint64_t{1} << 33) - 1;
    for (std::size_t i = 1; i < parsed.clock.size(); ++i) {
        EXPECT_LE((parsed.clock[i] - parsed.clock[i - 1]) & kMask, 9'000u);
    }
    EXPECT_LT(parsed.clock.back(), parsed.clock.front()) << "it wraps";
    expect_counters(parsed, 3);
}

TEST(TsSegment, no_picture_is_shown_before_it_is_decoded) {
    Pictures film{h264_track(4), {}};
    film.track.track.edit_start = 0;
    for (int i = 0; i < 60; ++i) {
        film.add(nal(4, "\x41p"), i % 30 == 0, std::array{0, 1536, 0, -1024, -512}[i % 5]);
    }
    const Track track = described(film.track);
    const auto format = ts_format(track);
    ASSERT_TRUE(format);
    std::uint64_t before = 0;
    for (const std::size_t first : {0, 30}) {
        const TsInput input{&*format, &track, std::span(film.track.samples).subspan(first, 30),
                            film.bytes.data()};
        const auto segment = TsSegment::plan({&input, 1}, first / 30);
        ASSERT_TRUE(segment);
        const Parsed parsed = parse(written(*segment));
        for (const auto& unit : parsed.units.at(kTsVideoPid)) {
            EXPECT_LE(unit.dts, unit.pts);
            EXPECT_LT(before, unit.dts);
            before = unit.dts;
        }
        EXPECT_EQ(parsed.units.at(kTsVideoPid)[0].pts,
                  static_cast<std::uint64_t>(kTsOrigin + 3'600 * first));
    }
}

TEST(TsSegment, sound_and_picture_lie_side_by_side) {
    Pictures film{h264_track(4), {}};
    for (int i = 0; i < 150; ++i) {
        film.add(nal(4, (i % 50 == 0 ? "\x65" : "\x41") + std::string(3000, 'v')), i % 50 == 0,
                 1024);
    }
    const FakeRendition music = encoded_music("aac", 6);
    const Track picture = described(film.track), sound = described(music.coded);
    const auto video = ts_format(picture), audio = ts_format(sound);
    ASSERT_TRUE(video && audio);
    const TsInput inputs[] = {{&*video, &picture, film.track.samples, film.bytes.data()},
                              {&*audio, &sound, music.coded.samples, music.payload.data()}};
    const auto segment = TsSegment::plan(inputs, 16);
    ASSERT_TRUE(segment);
    const Parsed parsed = parse(written(*segment));
    EXPECT_TRUE(parsed.faults.empty()) << parsed.faults.front();
    EXPECT_EQ(parsed.units.at(kTsVideoPid).size(), 150u);
    std::string data;
    for (const auto& unit : parsed.units.at(kTsAudioPid)) data += unit.data;
    EXPECT_EQ(data, mpeg_bytes(music, 0, music.coded.samples.size(), *audio));
    expect_counters(parsed, 16);
}

TEST(TsFormat, says_what_it_cannot_carry) {
    for (const char* codec : {"opus", "flac", "vp9", "alac"}) {
        FakeTrack track = audio_track(codec);
        const auto format = ts_format(described(track));
        ASSERT_FALSE(format);
        EXPECT_EQ(format.error().status, CONSORT_E_UNSUPPORTED);
        EXPECT_NE(format.error().text.find(codec), std::string::npos);
    }
    FakeTrack track = h264_track(4);
    for (std::size_t size = 0; size < track.configuration.size(); ++size) {
        FakeTrack cut = track;
        cut.configuration.resize(size);
        EXPECT_FALSE(ts_format(described(cut))) << size;
    }
    FakeTrack program = audio_track();
    program.configuration = std::string("\x12\x00", 2);  // channels as a program config element
    EXPECT_FALSE(ts_format(described(program)));
}

}  // namespace
}  // namespace consort::delivery
