// Which renditions a media object can be had in.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/config/settings.hpp"
#include "core/host/component_registry.hpp"
#include "core/media/decoders.hpp"
#include "core/media/rendition.hpp"
#include "core/observe/metrics.hpp"

namespace consort::media {

// Asks the encoder plugins. A rendition whose encoder no plugin offers is named once in the log and
// in the metric consort_rendition_available{rendition}.
class RenditionFactory {
  public:
    RenditionFactory(const config::RenditionsSettings& settings,
                     const host::ComponentRegistry& registry, const Decoders& decoders,
                     observe::Metrics& metrics);

    // In the order of the configuration, and of the tracks: each rendition of sound for every audio
    // track, each of pictures for the main video track. What the source or the encoders cannot do
    // is left out. Blocks: worker threads.
    RenditionList make(consort_media* media) const;

    // Has the encoders plan sound of the usual forms, so that the first listener finds them knowing
    // what they find out by starting. Blocks: worker threads.
    void warm_up() const;

  private:
    using Settings = config::RenditionSettings;
    using Encoders = std::map<std::string, host::Component<consort_encoder>>;

    void prepare_once(const consort_pcm& sound) const;
    std::vector<Settings> usable(observe::Metrics& metrics) const;
    // `others`: those of the same track that are made already.
    std::unique_ptr<consort_rendition> prepare(
        const Settings& settings, consort_media* media, const consort_track& track,
        std::uint32_t number, const Sound* sound, const std::vector<std::int64_t>& pictures,
        std::span<const std::unique_ptr<consort_rendition>> others) const;
    void add_audio(consort_media* media, std::uint32_t number, bool main,
                   RenditionList& list) const;
    void add_video(consort_media* media, std::uint32_t number, RenditionList& list) const;

    const std::uint32_t segment_seconds_;
    const std::vector<Settings> all_;
    const Decoders& decoders_;
    Encoders encoders_;
    std::vector<Settings> usable_;
};

}  // namespace consort::media
