#include "plugins/radio/hls/cmaf.hpp"

#include <array>
#include <string_view>

namespace consort::radio {

namespace {

constexpr std::uint32_t sync_sample = 0x02000000;
constexpr std::uint32_t base_is_moof = 0x020000;
constexpr std::uint32_t with_data_offset = 0x000001, with_sizes = 0x000200;
constexpr std::string_view event_scheme("https://aomedia.org/emsg/ID3\0\0", 30);  // and no value

// Appends big-endian numbers, and boxes whose sizes it fills in.
class Boxes {
  public:
    class Box {
      public:
        Box(std::string& out, std::string_view type) : out_(out), at_(out.size()) {
            out.append(4, '\0');
            out += type;
        }
        ~Box() {
            const std::size_t size = out_.size() - at_;
            for (std::size_t i = 0; i < 4; ++i)
                out_[at_ + i] = static_cast<char>(size >> (8 * (3 - i)) & 0xff);
        }
        Box(const Box&) = delete;
        Box& operator=(const Box&) = delete;

      private:
        std::string& out_;
        std::size_t at_;
    };

    [[nodiscard]] Box box(std::string_view type) { return {out, type}; }
    [[nodiscard]] Box full(std::string_view type, std::uint32_t version_and_flags) {
        std::string head(type);
        for (int shift = 24; shift >= 0; shift -= 8)
            head.push_back(static_cast<char>(version_and_flags >> shift & 0xff));
        return {out, head};
    }
    void u16(std::uint64_t value) { number(value, 2); }
    void u32(std::uint64_t value) { number(value, 4); }
    void u64(std::uint64_t value) { number(value, 8); }
    void zeros(std::size_t count) { out.append(count, '\0'); }
    void matrix() {
        for (const std::uint32_t one : {0x10000u, 0u, 0u, 0u, 0x10000u, 0u, 0u, 0u, 0x40000000u})
            u32(one);
    }
    void empty_table(std::string_view type) {
        const Box table = full(type, 0);
        u32(0);
    }

    std::string out;

  private:
    void number(std::uint64_t value, int bytes) {
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
            out.push_back(static_cast<char>(value >> shift & 0xff));
    }
};

void sample_entry(Boxes& to, const FrameCoding& coding) {
    const bool opus = coding.codec == "opus";
    const auto entry = to.box(opus ? "Opus" : "fLaC");
    to.zeros(6);
    to.u16(1);  // data reference
    to.zeros(8);
    to.u16(coding.channels);
    to.u16(opus || coding.bits == 0 ? 16 : coding.bits);
    to.zeros(4);
    to.u32(std::uint64_t{coding.rate} << 16);
    if (opus) {
        const auto dops = to.box("dOps");
        to.out += coding.configuration;
    } else {
        const auto dfla = to.full("dfLa", 0);
        to.out += coding.configuration;
    }
}

void media_information(Boxes& to, const FrameCoding& coding) {
    const auto minf = to.box("minf");
    {
        const auto smhd = to.full("smhd", 0);
        to.u32(0);
    }
    {
        const auto dinf = to.box("dinf");
        const auto dref = to.full("dref", 0);
        to.u32(1);
        const auto url = to.full("url ", 1);  // the sound is in this file
    }
    const auto stbl = to.box("stbl");
    {
        const auto stsd = to.full("stsd", 0);
        to.u32(1);
        sample_entry(to, coding);
    }
    to.empty_table("stts");
    to.empty_table("stsc");
    {
        const auto stsz = to.full("stsz", 0);
        to.u64(0);
    }
    to.empty_table("stco");
}

void track(Boxes& to, const FrameCoding& coding) {
    const auto trak = to.box("trak");
    {
        const auto tkhd = to.full("tkhd", 3);  // enabled, in the movie
        to.u64(0);
        to.u32(1);
        to.zeros(18);
        to.u16(2);      // all that sounds is one group
        to.u16(0x100);  // volume
        to.u16(0);
        to.matrix();
        to.u64(0);
    }
    const auto mdia = to.box("mdia");
    {
        const auto mdhd = to.full("mdhd", 0);
        to.u64(0);
        to.u32(coding.rate);
        to.u32(0);
        to.u16(0x55c4);  // "und"
        to.u16(0);
    }
    {
        const auto hdlr = to.full("hdlr", 0);
        to.u32(0);
        to.out += "soun";
        to.zeros(13);
    }
    media_information(to, coding);
}

void movie(Boxes& to, const FrameCoding& coding, std::uint32_t each) {
    const auto moov = to.box("moov");
    {
        const auto mvhd = to.full("mvhd", 0);
        to.u64(0);
        to.u32(coding.rate);
        to.u32(0);
        to.u32(0x10000);  // rate
        to.u16(0x100);    // volume
        to.zeros(10);
        to.matrix();
        to.zeros(24);
        to.u32(2);  // the next track's id
    }
    track(to, coding);
    {
        const auto mvex = to.box("mvex");
        const auto trex = to.full("trex", 0);
        to.u32(1);
        to.u32(1);
        to.u32(each);
        to.u32(0);
        to.u32(sync_sample);
    }
}

}  // namespace

bool cmaf_carries(const FrameCoding& coding) noexcept {
    if (coding.rate == 0 || coding.rate > 0xffff || coding.channels == 0) return false;
    return (coding.codec == "opus" && coding.configuration.size() >= 11) ||
           (coding.codec == "flac" && coding.configuration.size() >= 4 + 34);
}

std::string cmaf_init(const FrameCoding& coding, std::uint32_t each) {
    Boxes to;
    {
        const auto ftyp = to.box("ftyp");
        to.out += "iso6";
        to.u32(0);
        to.out += "iso6cmfcmp41";
    }
    movie(to, coding, each);
    return std::move(to.out);
}

std::string cmaf_head(std::uint32_t sequence, std::uint64_t time,
                      std::span<const std::uint32_t> sizes) {
    constexpr std::size_t around = 8 + 16 + 8 + 16 + 20 + 20;  // of moof, but for the sizes
    std::uint64_t payload = 0;
    for (const std::uint32_t size : sizes) payload += size;
    Boxes to;
    to.out.reserve(around + 4 * sizes.size() + 8);
    {
        const auto moof = to.box("moof");
        {
            const auto mfhd = to.full("mfhd", 0);
            to.u32(sequence);
        }
        const auto traf = to.box("traf");
        {
            const auto tfhd = to.full("tfhd", base_is_moof);
            to.u32(1);
        }
        {
            const auto tfdt = to.full("tfdt", 0x01000000);
            to.u64(time);
        }
        const auto trun = to.full("trun", 0x01000000 | with_data_offset | with_sizes);
        to.u32(sizes.size());
        to.u32(around + 4 * sizes.size() + 8);
        for (const std::uint32_t size : sizes) to.u32(size);
    }
    to.u32(payload + 8);
    to.out += "mdat";
    return std::move(to.out);
}

std::string cmaf_event(std::uint32_t rate, std::uint64_t time, std::uint32_t id,
                       std::string_view tag) {
    Boxes to;
    {
        const auto emsg = to.full("emsg", 0x01000000);
        to.u32(rate);
        to.u64(time);
        to.u32(0xffffffff);  // it lasts for an unknown time
        to.u32(id);
        to.out += event_scheme;
        to.out += tag;
    }
    return std::move(to.out);
}

}  // namespace consort::radio
