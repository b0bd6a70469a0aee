// The reader of the movie box, and what is made of its tables.
#include <vector>

#include "plugins/container/ffmpeg/mp4_boxes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace consort::container_ffmpeg;
    const auto movie = parse_movie({data, data + size});
    if (!movie) return 0;
    for (const Mp4Track& track : movie->tracks) {
        static_cast<void>(chunks_of(track));
        static_cast<void>(samples_of(track, 1 << 20));
    }
    return 0;
}
