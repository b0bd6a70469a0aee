#include "core/media/sound_service.hpp"

#include "core/media/media.hpp"

namespace consort::media {

Result<std::unique_ptr<consort_sound>> SoundService::open(std::string_view path_or_uri) const {
    const std::string uri = Storage::to_uri(path_or_uri);
    auto source = storage_.open(uri);
    if (!source) return source.error();
    const std::string name = uri.substr(uri.rfind('/') + 1);
    auto probed = containers_.probe(**source, name);
    if (!probed) return probed.error();
    auto media = media_.open_source({uri, name, probed->content_type, probed->container});
    if (!media) return media.error();
    const auto track = (*media)->index().main_track(CONSORT_TRACK_AUDIO);
    if (!track) return Error{CONSORT_E_UNSUPPORTED, "There is no sound in " + uri + "."};
    auto sound = decoders_.sound(media->get(), *track);
    if (!sound) return sound.error();
    auto reader = decoders_.open(*media, *sound);
    if (!reader) return reader.error();
    auto opened = std::make_unique<consort_sound>();
    opened->media = std::move(*media);
    opened->sound = *sound;
    opened->tags = std::move(probed->tags);
    opened->reader = std::move(*reader);
    return opened;
}

Result<consort_encoder_component> SoundService::encoder(std::string_view codec) const {
    for (const auto& found : registry_.all<consort_encoder>(CONSORT_ENCODER))
        if (found.name == codec) return consort_encoder_component{found.table, found.self};
    return Error{CONSORT_E_NOT_FOUND, "No plugin encodes " + std::string(codec) +
                                          ". Enable the plugin of that name in the configuration."};
}

}  // namespace consort::media
