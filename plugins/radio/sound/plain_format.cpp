#include "plugins/radio/sound/plain_format.hpp"

#include <optional>

#include "consort/text.hpp"

namespace consort::radio {
namespace {

// A frame's bytes follow its header, if it has one.
class PlainFormat : public Format {
  public:
    PlainFormat(ChunkBuilder& chunks, bool adts) : chunks_(chunks), adts_(adts) {}

    Result<void> begin(const consort_track& track, const Track*) override {
        if (!adts_) return {};
        const auto header = AdtsHeader::make(view(track.configuration));
        if (!header) return header.error();
        header_ = *header;
        return {};
    }
    Result<void> sample(const CodedSample& sample) override {
        chunks_.mark_frame();
        if (header_) {
            if (sample.bytes.size() + AdtsHeader::kSize > 0x1fff)
                return Error{CONSORT_E_INTERNAL, "The encoder made a frame too long for ADTS."};
            chunks_.add_bytes(header_->of(sample.bytes.size()));
        }
        chunks_.add_bytes(sample.bytes);
        chunks_.add_time(sample.frames);
        if (chunks_.full(sample.frames)) chunks_.close();
        return {};
    }
    Result<void> turn(const std::shared_ptr<const Track>& track) override {
        chunks_.close();
        chunks_.set_track(track);
        return {};
    }
    void end() override { chunks_.close(); }

  private:
    ChunkBuilder& chunks_;
    const bool adts_;
    std::optional<AdtsHeader> header_;
};

}  // namespace

Result<AdtsHeader> AdtsHeader::make(std::string_view configuration) {
    if (configuration.size() < 2)
        return Error{CONSORT_E_CORRUPT, "The AAC encoder gave no AudioSpecificConfig."};
    const auto high = static_cast<std::uint8_t>(configuration[0]);
    const auto low = static_cast<std::uint8_t>(configuration[1]);
    const std::uint32_t type = high >> 3;
    AdtsHeader header;
    header.rate_index_ = (high & 7u) << 1 | low >> 7;
    header.channels_ = low >> 3 & 15u;
    if (type < 1 || type > 4 || header.rate_index_ > 12 || header.channels_ < 1 ||
        header.channels_ > 7)
        return Error{CONSORT_E_UNSUPPORTED, "Such AAC does not fit into an ADTS stream."};
    header.profile_ = type - 1;
    return header;
}

std::array<std::byte, AdtsHeader::kSize> AdtsHeader::of(std::size_t payload) const noexcept {
    const auto size = static_cast<std::uint32_t>(payload + kSize);
    // MPEG-4, no checksum; a buffer fullness that means a variable rate; one block.
    const std::array<std::uint32_t, kSize> values = {
        0xff,
        0xf1,
        profile_ << 6 | rate_index_ << 2 | channels_ >> 2,
        (channels_ & 3) << 6 | size >> 11,
        size >> 3 & 0xff,
        (size & 7) << 5 | 0x1f,
        0xfc,
    };
    std::array<std::byte, kSize> bytes{};
    for (std::size_t i = 0; i < kSize; ++i) bytes[i] = static_cast<std::byte>(values[i]);
    return bytes;
}

std::unique_ptr<Format> make_plain_format(ChunkBuilder& chunks) {
    return std::make_unique<PlainFormat>(chunks, false);
}
std::unique_ptr<Format> make_adts_format(ChunkBuilder& chunks) {
    return std::make_unique<PlainFormat>(chunks, true);
}

}  // namespace consort::radio
