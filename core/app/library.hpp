// Everything of the host but HTTP: plugins, storages, catalog, media, scanner, wired together.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "core/app/catalog_adapter.hpp"
#include "core/base/event_bus.hpp"
#include "core/base/executor.hpp"
#include "core/base/timers.hpp"
#include "core/catalog/catalog.hpp"
#include "core/catalog/media_files.hpp"
#include "core/catalog/scanner.hpp"
#include "core/config/load.hpp"
#include "core/host/plugin_host.hpp"
#include "core/host/services.hpp"
#include "core/media/images.hpp"
#include "core/media/media_service.hpp"
#include "core/media/probe.hpp"
#include "core/media/rendition_service.hpp"
#include "core/media/segment_cache.hpp"
#include "core/media/sound_service.hpp"
#include "core/media/storage.hpp"
#include "core/observe/metrics.hpp"

namespace consort::app {

// The plugins and what they need to be created.
struct Ensemble {
    Ensemble(const config::Loaded& configuration, bool safe_mode);
    // Ends the workers, then the plugins: nothing may use them any more.
    ~Ensemble();

    observe::Metrics metrics;
    base::Executor blocking, compute;
    base::Timers timers;
    base::EventBus events;
    host::Services services;
    host::PluginHost plugins;
};

// What the plugins make possible. `ensemble` must outlive it; its plugins have started.
struct Library {
    Library(const config::Settings& settings, Ensemble& ensemble);
    ~Library();

    media::Storage storage;
    media::Containers containers;
    media::Images images;
    catalog::Catalog catalog;
    CatalogAdapter reader;
    media::MediaService media;
    media::SegmentCache cache;
    media::RenditionService renditions;
    media::SoundService sound;
    std::unique_ptr<catalog::MediaFiles> files;
    catalog::Scanner scanner;

  private:
    Ensemble& ensemble_;
};

// Keeps a second Consort out of a data folder, which it makes. Throws std::runtime_error.
class DataLock {
  public:
    explicit DataLock(const std::filesystem::path& directory);
    ~DataLock();
    DataLock(const DataLock&) = delete;
    DataLock& operator=(const DataLock&) = delete;

  private:
    int fd_ = -1;
};

}  // namespace consort::app
