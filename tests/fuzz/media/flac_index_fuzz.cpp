// The FLAC index from frame headers must be the one from FFmpeg's packets, whatever the stream.
#include <cstdio>
#include <cstdlib>

#include "plugins/container/ffmpeg/flac_index.hpp"
#include "plugins/container/ffmpeg/libav.hpp"
#include "plugins/container/ffmpeg/test_flac.hpp"

namespace {

using namespace consort;
using namespace consort::container_ffmpeg;
using testing::Blob;
using testing::FlacFrame;

constexpr std::size_t kBlock = 1 << 20;
constexpr std::size_t kMost = 64 << 10;  // FFmpeg's parser loses larger frames

// Reads the input as instructions, because no fuzzer guesses checksums.
class Maker {
  public:
    Maker(const std::uint8_t* data, std::size_t size) : data_(data), end_(data + size) {}

    Blob make() {
        const unsigned how = byte();
        variable_ = (how & 1) != 0;
        Blob out = testing::flac_start(44'100, (how & 2) != 0 ? 2 : 1, how & 4, byte());
        form_.channel_code = (how & 2) != 0 ? 8 + how % 3 : 0;
        while (data_ != end_ && out.size() < kMost) {
            const unsigned what = byte();
            switch (what & 7) {
                case 0:
                    append(out, piece(what >> 3));
                    break;
                case 1:
                    append(out, testing::flac_frame_header(odd()));
                    break;
                case 2: {
                    const FlacFrame frame = odd();
                    append(out, testing::flac_frame(frame, body(what >> 3)));
                    break;
                }
                case 3:
                    append(out, testing::flac_frame_header(next()));
                    break;
                default: {
                    const FlacFrame frame = next();
                    append(out, testing::flac_frame(frame, body(what >> 3)));
                }
            }
        }
        return out;
    }

  private:
    std::uint8_t byte() { return data_ == end_ ? std::uint8_t{0} : *data_++; }

    FlacFrame next() {
        FlacFrame frame = form_;
        frame.variable = variable_;
        frame.number = number_;
        if (variable_) frame.samples = 16 + byte();
        number_ += variable_ ? frame.samples : 1;
        return frame;
    }

    // Near to what may follow, in another form.
    FlacFrame odd() {
        FlacFrame frame = form_;
        const unsigned what = byte();
        frame.variable = variable_ != ((what & 7) == 7);
        frame.number = number_ + (what >> 3) % 5;
        if ((what & 1) != 0) frame.number = byte();
        if ((what & 2) != 0) frame.samples = 1u + byte() * 16;
        if ((what & 4) != 0) frame.rate_code = byte() & 15;
        if (what >= 0xc0) frame.channel_code = byte() & 15;
        if (what >= 0xe0) frame.bits_code = byte() & 7;
        if (what >= 0xf8) frame.number = 0x7fff'fff0u + byte();
        return frame;
    }

    Blob piece(std::size_t size) {
        Blob bytes;
        while (size-- != 0 && data_ != end_) bytes.push_back(byte());
        return bytes;
    }
    Blob body(std::size_t size) {
        Blob bytes{0x02};
        append(bytes, piece(size));
        if ((size & 1) != 0) bytes.resize(bytes.size() + 700, 0x55);
        return bytes;
    }
    static void append(Blob& to, const Blob& more) {
        to.insert(to.end(), more.begin(), more.end());
    }

    const std::uint8_t* data_;
    const std::uint8_t* end_;
    bool variable_ = false;
    FlacFrame form_;
    std::uint64_t number_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0 || size > kMost) return 0;
    silence_libav();
    Blob bytes;
    if ((data[0] & 0x80) != 0) {
        bytes = testing::flac_start(44'100, 1, 0);
        bytes.insert(bytes.end(), data + 1, data + size);
    } else {
        bytes = Maker(data, size).make();
    }
    const auto ours = testing::index_by(
        [](Input& input, const IndexSink& sink) {
            ByteWindow window(input, kBlock, kBlock);
            return index_flac(input, window, sink);
        },
        bytes, "x.flac");
    const auto theirs = testing::index_by_packets(bytes);
    const std::string different = testing::difference(ours, theirs);
    if (!different.empty()) {
        std::fprintf(stderr, "%s\n", different.c_str());
        std::abort();
    }
    return 0;
}
