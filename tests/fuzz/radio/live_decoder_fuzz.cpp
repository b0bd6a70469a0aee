// The decoder of live sources over any bytes: no crash, no hang, no memory without bound, and only
// samples that can be heard. The first byte chooses the format, the second how the rest is cut.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "plugins/radio/live/live_decoder.hpp"

namespace {

class Given final : public consort::radio::LiveDecoding {
  public:
    Given(const std::uint8_t* data, std::size_t size, std::size_t piece)
        : data_(data), left_(size), piece_(piece) {}

    std::size_t read(std::uint8_t* to, std::size_t most) override {
        const std::size_t count = std::min({most, left_, piece_});
        std::memcpy(to, data_, count);
        data_ += count;
        left_ -= count;
        return count;
    }
    bool sound(const float* stereo, std::size_t frames) override {
        for (std::size_t i = 0; i < 2 * frames; ++i)
            if (!(std::abs(stereo[i]) <= 8)) __builtin_trap();
        heard_ += frames;
        return heard_ < 2'000'000;
    }
    void named(const std::string&, const std::string&) override {}

  private:
    const std::uint8_t* data_;
    std::size_t left_;
    const std::size_t piece_;
    std::uint64_t heard_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    constexpr std::array<const char*, 6> demuxers = {nullptr, "mp3",  "aac",
                                                     "ogg",   "flac", "matroska"};
    Given given(data + 2, size - 2, 1 + std::size_t{data[1]} * 16);
    consort::radio::decode_live(demuxers[data[0] % demuxers.size()], 44'100, given);
    return 0;
}
