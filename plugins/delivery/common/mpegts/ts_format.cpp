#include "plugins/delivery/common/mpegts/ts_format.hpp"

#include <string_view>

#include "consort/text.hpp"

namespace consort::delivery {
namespace {

constexpr std::uint8_t kTypeMp3 = 0x03, kTypeMp3LowRates = 0x04, kTypeAdts = 0x0f;
constexpr std::uint8_t kTypeH264 = 0x1b, kTypeHevc = 0x24;
constexpr std::uint8_t kTypeAc3 = 0x81, kTypeEac3 = 0x87;  // ATSC A/52, as Apple's players want it
constexpr std::uint8_t kAudioStream = 0xc0, kVideoStream = 0xe0, kPrivateStream1 = 0xbd;
constexpr std::string_view kStartCode{"\0\0\0\1", 4};

class Bits {
  public:
    explicit Bits(std::string_view bytes) noexcept : bytes_(bytes) {}
    std::uint32_t take(unsigned count) noexcept {
        std::uint32_t value = 0;
        for (; count > 0; --count, ++at_) {
            const std::size_t byte = at_ / 8;
            past_end_ |= byte >= bytes_.size();
            const unsigned bit =
                past_end_ ? 0 : static_cast<unsigned char>(bytes_[byte]) >> (7 - at_ % 8) & 1u;
            value = value << 1 | bit;
        }
        return value;
    }
    bool past_end() const noexcept { return past_end_; }

  private:
    std::string_view bytes_;
    std::size_t at_ = 0;
    bool past_end_ = false;
};

std::uint32_t object_type(Bits& bits) {
    const std::uint32_t type = bits.take(5);
    return type == 31 ? 32 + bits.take(6) : type;
}

// AudioSpecificConfig of ISO/IEC 14496-3 as the fixed header of ADTS.
Result<void> fill_adts(TsFormat& out, std::string_view configuration) {
    Bits bits(configuration);
    std::uint32_t type = object_type(bits);
    const std::uint32_t rate = bits.take(4);
    if (rate == 15) bits.take(24);
    const std::uint32_t channels = bits.take(4);
    if (type == 5 || type == 29) {  // SBR, PS: ADTS tells of the core, decoders find the rest
        if (bits.take(4) == 15) bits.take(24);
        type = object_type(bits);
    }
    if (bits.past_end()) return Error{CONSORT_E_CORRUPT, "The AAC configuration is too short."};
    if (type < 1 || type > 4 || rate > 12 || channels == 0 || channels > 7) {
        return Error{
            CONSORT_E_UNSUPPORTED,
            "This kind of AAC has no place in a transport stream; take the fMP4 segments."};
    }
    out.adts = true;
    out.adts_header = {0xff,
                       0xf1,  // MPEG-4, no checksum
                       static_cast<std::uint8_t>((type - 1) << 6 | rate << 2 | channels >> 2),
                       static_cast<std::uint8_t>((channels & 3) << 6),
                       0,
                       0x1f,  // buffer fullness: variable rate
                       0xfc};
    return {};
}

// Reads `count` NAL units, each behind its length in two bytes.
bool take_sets(std::string_view& from, unsigned count, std::string& to) {
    for (; count > 0; --count) {
        if (from.size() < 2) return false;
        const std::size_t size = static_cast<std::size_t>(static_cast<unsigned char>(from[0]))
                                     << 8 |
                                 static_cast<unsigned char>(from[1]);
        if (from.size() < 2 + size) return false;
        to += kStartCode;
        to += from.substr(2, size);
        from.remove_prefix(2 + size);
    }
    return true;
}

Error bad_configuration(std::string_view name) {
    return {CONSORT_E_CORRUPT,
            "The file's " + std::string(name) + " parameter sets can't be read; make it again."};
}

// AVCDecoderConfigurationRecord, ISO/IEC 14496-15 section 5.3.3.
Result<void> fill_h264(TsFormat& out, std::string_view avcc) {
    if (avcc.size() < 7 || avcc[0] != 1) return bad_configuration("H.264");
    out.nal_length = (static_cast<unsigned char>(avcc[4]) & 3u) + 1;
    const unsigned sps = static_cast<unsigned char>(avcc[5]) & 0x1fu;
    avcc.remove_prefix(6);
    if (!take_sets(avcc, sps, out.parameter_sets) || avcc.empty())
        return bad_configuration("H.264");
    const unsigned pps = static_cast<unsigned char>(avcc[0]);
    avcc.remove_prefix(1);
    if (!take_sets(avcc, pps, out.parameter_sets)) return bad_configuration("H.264");
    out.delimiter = std::string(kStartCode) + "\x09\xf0";  // any kind of picture
    return {};
}

// HEVCDecoderConfigurationRecord, ISO/IEC 14496-15 section 8.3.3.
Result<void> fill_hevc(TsFormat& out, std::string_view hvcc) {
    if (hvcc.size() < 23 || hvcc[0] != 1) return bad_configuration("HEVC");
    out.hevc = true;
    out.nal_length = (static_cast<unsigned char>(hvcc[21]) & 3u) + 1;
    unsigned arrays = static_cast<unsigned char>(hvcc[22]);
    hvcc.remove_prefix(23);
    for (; arrays > 0; --arrays) {
        if (hvcc.size() < 3) return bad_configuration("HEVC");
        const unsigned count = static_cast<unsigned>(static_cast<unsigned char>(hvcc[1])) << 8 |
                               static_cast<unsigned char>(hvcc[2]);
        hvcc.remove_prefix(3);
        if (!take_sets(hvcc, count, out.parameter_sets)) return bad_configuration("HEVC");
    }
    out.delimiter = std::string(kStartCode) + "\x46\x01\x50";
    return {};
}

void registration(TsFormat& out, std::string_view name) {
    out.descriptors += "\x05\x04";
    out.descriptors += name;
}

void language(TsFormat& out, const consort_track& track) {
    const std::string_view code = view(track.language);
    if (code.size() != 3) return;
    out.descriptors += "\x0a\x04";
    out.descriptors += code;
    out.descriptors += '\0';
}

}  // namespace

Result<TsFormat> ts_format(const consort_track& track) {
    const std::string_view codec = view(track.codec), configuration = view(track.configuration);
    TsFormat out;
    Result<void> done;
    if (codec == "aac") {
        out.stream_type = kTypeAdts;
        done = fill_adts(out, configuration);
    } else if (codec == "mp3") {
        out.stream_type = track.sample_rate < 32'000 ? kTypeMp3LowRates : kTypeMp3;
    } else if (codec == "ac3") {
        out.stream_type = kTypeAc3;
        registration(out, "AC-3");
    } else if (codec == "eac3") {
        out.stream_type = kTypeEac3;
        registration(out, "EAC3");
    } else if (codec == "h264") {
        out.stream_type = kTypeH264;
        done = fill_h264(out, configuration);
    } else if (codec == "hevc") {
        out.stream_type = kTypeHevc;
        registration(out, "HEVC");
        done = fill_hevc(out, configuration);
    } else {
        return Error{CONSORT_E_UNSUPPORTED, "Transport streams of HLS carry no " +
                                                std::string(codec) +
                                                "; take the fMP4 segments, or another rendition."};
    }
    if (!done) return std::move(done).error();
    const bool private_stream = codec == "ac3" || codec == "eac3";
    out.stream_id = track.kind == CONSORT_TRACK_VIDEO ? kVideoStream
                    : private_stream                  ? kPrivateStream1
                                                      : kAudioStream;
    if (track.kind == CONSORT_TRACK_AUDIO) language(out, track);
    return out;
}

}  // namespace consort::delivery
