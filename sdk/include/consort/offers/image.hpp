// consort.image/1 made of a class.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "consort/abi/image.h"
#include "consort/offers/offering.hpp"

namespace consort {
inline namespace v1 {

// Takes the picture; the bytes are borrowed.
class ImageReady {
  public:
    ImageReady(consort_image_ready ready, void* arg) noexcept : ready_(ready), arg_(arg) {}
    Result<void> operator()(std::string_view content_type, std::span<const std::byte> data) const {
        return check(ready_(arg_, str(content_type), data.data(), data.size()),
                     "nobody took the picture");
    }

  private:
    consort_image_ready ready_;
    void* arg_;
};

// A class that understands still pictures, on worker threads, several at once:
//
//   Result<void> scale(std::span<const std::byte> picture, std::uint32_t longest_side,
//                      const ImageReady& ready);
template <class T>
consort_image image_table(const T&) {
    using Self = Offering<T>;
    auto table = sized_table<consort_image>();
    table.scale = [](void* self, const void* picture, std::uint64_t size,
                     std::uint32_t longest_side, consort_image_ready ready, void* arg) noexcept {
        const Self& offering = Self::of(self);
        return offering.guard([&]() -> Result<void> {
            const std::span bytes(static_cast<const std::byte*>(picture), size);
            return offering.object().scale(bytes, longest_side, ImageReady(ready, arg));
        });
    };
    return table;
}

}  // namespace v1
}  // namespace consort
