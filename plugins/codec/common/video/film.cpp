#include "plugins/codec/common/video/film.hpp"

#include <array>
#include <memory>

namespace consort::video {
namespace {

// Their addresses are the keys; no film is known to have more video tracks.
constexpr std::array<char, 32> kKeys{};

}  // namespace

Result<const Film*> Film::of(const MediaView& media, std::uint32_t track) {
    if (track >= kKeys.size())
        return Error{CONSORT_E_UNSUPPORTED, "The file has too many tracks to encode this one."};
    auto film = media.attachment<Film>(
        [track](const MediaView& of) -> Result<std::unique_ptr<Film>> {
            auto list = PictureList::of(of, track);
            if (!list) return std::move(list).error();
            auto look = SourceLook::of(of, track, *list, {});
            if (!look) return std::move(look).error();
            return std::make_unique<Film>(Film{std::move(*list), *look});
        },
        &kKeys[track]);
    if (!film) return std::move(film).error();
    return *film;
}

}  // namespace consort::video
