// What the host's services to plugins are made of.
#pragma once

#include "core/base/event_bus.hpp"
#include "core/base/executor.hpp"
#include "core/base/timers.hpp"
#include "core/host/catalog_reader.hpp"
#include "core/media/media_service.hpp"
#include "core/media/rendition_service.hpp"
#include "core/media/segment_cache.hpp"
#include "core/media/sound_service.hpp"
#include "core/media/storage.hpp"
#include "core/observe/metrics.hpp"

namespace consort::host {

// The parts must outlive every plugin. Storage, media, cache, renditions and catalog are built from
// what plugins offer, so they are set after the plugins are created and before the first request; a
// plugin that calls them earlier gets UNSUPPORTED.
struct Services {
    base::Executor& blocking;
    base::Executor& compute;
    base::Timers& timers;
    base::EventBus& events;
    observe::Metrics& metrics;
    media::Storage* storage = nullptr;
    media::MediaService* media = nullptr;
    media::SegmentCache* cache = nullptr;
    media::RenditionService* renditions = nullptr;
    media::SoundService* sound = nullptr;
    CatalogReader* catalog = nullptr;
};

}  // namespace consort::host
