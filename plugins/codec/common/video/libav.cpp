#include "plugins/codec/common/video/libav.hpp"

extern "C" {
#include <libavutil/error.h>
#include <libavutil/log.h>
}

#include <array>

namespace consort::video {

Error libav_error(std::string_view what, int code) {
    if (code == AVERROR(ENOMEM)) return {CONSORT_E_NO_MEMORY, "out of memory"};
    std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
    av_strerror(code, text.data(), text.size());
    return {CONSORT_E_INTERNAL, std::string(what) + ": " + text.data()};
}

void silence_libav() noexcept { av_log_set_level(AV_LOG_QUIET); }

}  // namespace consort::video
