#include "core/media/images.hpp"

#include <string>

#include "core/media/plugin_call.hpp"

namespace consort::media {

Images::Images(const host::ComponentRegistry& registry)
    : images_(registry.all<consort_image>(CONSORT_IMAGE)) {}

Result<Cover> Images::scale(std::string_view picture, std::uint32_t longest_side) const {
    const auto ready = [](void* arg, consort_str type, const void* bytes,
                          std::uint64_t size) noexcept -> consort_status {
        auto& to = *static_cast<Cover*>(arg);
        to.content_type.assign(type.ptr, type.len);
        to.bytes.assign(static_cast<const char*>(bytes), size);
        return CONSORT_OK;
    };
    Error last{CONSORT_E_UNSUPPORTED, "No plugin scales such pictures."};
    for (const auto& image : images_) {
        Cover cover;
        const consort_status status = image.table->scale(image.self, picture.data(), picture.size(),
                                                         longest_side, ready, &cover);
        if (status >= 0) return cover;
        last = plugin_error(status,
                            "The image plugin " + image.plugin_id + " can't scale the picture.");
        if (status != CONSORT_E_UNSUPPORTED) break;
    }
    return last;
}

}  // namespace consort::media
