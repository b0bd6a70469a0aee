#include "plugins/delivery/common/sample_entry.hpp"

#include <string>
#include <string_view>

#include "consort/text.hpp"

namespace consort::delivery {
namespace {

constexpr std::uint8_t kObjectTypeAac = 0x40;
constexpr std::uint8_t kObjectTypeMp3Mpeg2 = 0x69;
constexpr std::uint8_t kObjectTypeMp3 = 0x6b;
constexpr std::uint32_t kColourUnspecified = 2;

// A descriptor of ISO/IEC 14496-1 with its length in the four-byte form that players expect.
void descriptor(BoxWriter& out, std::uint8_t tag, std::size_t length) {
    out.u8(tag);
    out.u8(static_cast<std::uint8_t>(0x80 | (length >> 21 & 0x7f)));
    out.u8(static_cast<std::uint8_t>(0x80 | (length >> 14 & 0x7f)));
    out.u8(static_cast<std::uint8_t>(0x80 | (length >> 7 & 0x7f)));
    out.u8(static_cast<std::uint8_t>(length & 0x7f));
}

void write_esds(BoxWriter& out, const consort_track& track, std::uint8_t object_type,
                std::string_view specific) {
    constexpr std::size_t kHeader = 5;
    const std::size_t specific_size = specific.empty() ? 0 : kHeader + specific.size();
    const std::size_t config_size = 13 + specific_size;
    auto esds = out.full_box("esds", 0, 0);
    descriptor(out, 0x03, 3 + kHeader + config_size + kHeader + 1);
    out.u16(0);  // ES_ID
    out.u8(0);
    descriptor(out, 0x04, config_size);
    out.u8(object_type);
    out.u8(0x15);  // audio stream
    out.u24(0);    // bufferSizeDB
    out.u32(track.average_bit_rate);
    out.u32(track.average_bit_rate);
    if (!specific.empty()) {
        descriptor(out, 0x05, specific.size());
        out.bytes(specific);
    }
    descriptor(out, 0x06, 1);
    out.u8(0x02);
}

void write_btrt(BoxWriter& out, const consort_track& track) {
    if (track.average_bit_rate == 0) return;
    auto btrt = out.box("btrt");
    out.u32(0);
    out.u32(track.average_bit_rate);
    out.u32(track.average_bit_rate);
}

void audio_fields(BoxWriter& out, const consort_track& track, std::uint16_t bits) {
    out.zeros(6);
    out.u16(1);  // data_reference_index
    out.zeros(8);
    out.u16(static_cast<std::uint16_t>(track.channels));
    out.u16(bits);
    out.zeros(4);
    // 16.16 cannot hold more; the codec's own configuration then tells the rate.
    out.u32(track.sample_rate <= 0xffff ? track.sample_rate << 16 : 0);
}

void video_fields(BoxWriter& out, const consort_track& track) {
    out.zeros(6);
    out.u16(1);  // data_reference_index
    out.zeros(16);
    out.u16(static_cast<std::uint16_t>(track.width));
    out.u16(static_cast<std::uint16_t>(track.height));
    out.u32(0x00480000);  // 72 dpi
    out.u32(0x00480000);
    out.u32(0);
    out.u16(1);  // frame_count
    out.zeros(32);
    out.u16(0x0018);
    out.u16(0xffff);
}

void write_picture_boxes(BoxWriter& out, const consort_track& track) {
    const bool colour_known =
        track.colour_primaries != 0 && track.colour_transfer != 0 &&
        (track.colour_primaries != kColourUnspecified ||
         track.colour_transfer != kColourUnspecified || track.colour_matrix != kColourUnspecified);
    if (colour_known) {
        auto colr = out.box("colr");
        out.bytes("nclx");
        out.u16(static_cast<std::uint16_t>(track.colour_primaries));
        out.u16(static_cast<std::uint16_t>(track.colour_transfer));
        out.u16(static_cast<std::uint16_t>(track.colour_matrix));
        out.u8(track.colour_full_range != 0 ? 0x80 : 0);
    }
    if (track.sar_num != 0 && track.sar_den != 0 && track.sar_num != track.sar_den) {
        auto pasp = out.box("pasp");
        out.u32(track.sar_num);
        out.u32(track.sar_den);
    }
}

// ALACSpecificConfig, also if the source keeps it inside its own `alac` box.
std::string_view alac_configuration(std::string_view cookie) {
    return cookie.size() >= 12 + 24 && cookie.substr(4, 4) == "alac" ? cookie.substr(12) : cookie;
}

Result<void> write_audio(BoxWriter& out, const consort_track& track) {
    const std::string_view codec = view(track.codec);
    const std::string_view configuration = view(track.configuration);
    if (codec == "aac") {
        auto entry = out.box("mp4a");
        audio_fields(out, track, 16);
        write_esds(out, track, kObjectTypeAac, configuration);
        write_btrt(out, track);
    } else if (codec == "mp3") {
        auto entry = out.box("mp4a");
        audio_fields(out, track, 16);
        write_esds(out, track, track.sample_rate < 32'000 ? kObjectTypeMp3Mpeg2 : kObjectTypeMp3,
                   {});
        write_btrt(out, track);
    } else if (codec == "flac") {
        auto entry = out.box("fLaC");
        audio_fields(out, track, static_cast<std::uint16_t>(track.bits_per_sample));
        {
            auto dfla = out.full_box("dfLa", 0, 0);
            out.bytes(configuration);
        }
        write_btrt(out, track);
    } else if (codec == "alac") {
        auto entry = out.box("alac");
        audio_fields(out, track, static_cast<std::uint16_t>(track.bits_per_sample));
        {
            auto alac = out.full_box("alac", 0, 0);
            out.bytes(alac_configuration(configuration));
        }
        write_btrt(out, track);
    } else if (codec == "opus") {
        auto entry = out.box("Opus");
        audio_fields(out, track, 16);
        {
            auto dops = out.box("dOps");
            out.bytes(configuration);
        }
        write_btrt(out, track);
    } else {
        return Error{CONSORT_E_UNSUPPORTED, "MP4 cannot carry " + std::string(codec) + " audio"};
    }
    return {};
}

Result<void> write_video(BoxWriter& out, const consort_track& track) {
    const std::string_view codec = view(track.codec);
    const std::string_view configuration = view(track.configuration);
    const auto entry_of = [&](const char(&entry_type)[5], const auto& write_configuration) {
        auto entry = out.box(entry_type);
        video_fields(out, track);
        write_configuration();
        write_picture_boxes(out, track);
        write_btrt(out, track);
    };
    const auto plain = [&](const char(&type)[5]) {
        return [&out, &type, configuration] {
            auto box = out.box(type);
            out.bytes(configuration);
        };
    };
    if (codec == "h264") {
        entry_of("avc1", plain("avcC"));
    } else if (codec == "hevc") {
        entry_of("hvc1", plain("hvcC"));
    } else if (codec == "av1") {
        entry_of("av01", plain("av1C"));
    } else if (codec == "vp9") {
        entry_of("vp09", [&] {
            auto vpcc = out.full_box("vpcC", 1, 0);
            out.bytes(configuration);
        });
    } else {
        return Error{CONSORT_E_UNSUPPORTED, "MP4 cannot carry " + std::string(codec) + " video"};
    }
    return {};
}

}  // namespace

Result<void> write_sample_entry(BoxWriter& out, const consort_track& track) {
    if (track.kind == CONSORT_TRACK_AUDIO) return write_audio(out, track);
    if (track.kind == CONSORT_TRACK_VIDEO) return write_video(out, track);
    return Error{CONSORT_E_UNSUPPORTED, "only audio and video tracks can be packaged"};
}

}  // namespace consort::delivery
