#include "core/app/library.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <thread>

namespace consort::app {

namespace {

constexpr std::size_t kMaxQueue = 10'000;

unsigned cores() { return std::max(1u, std::thread::hardware_concurrency()); }

host::PluginHost::Options plugin_options(const config::Settings& settings, bool safe_mode) {
    host::PluginHost::Options options;
    options.built_in_directory = host::built_in_plugin_directory();
    options.directories = settings.plugins.directories;
    if (options.directories.empty()) options.directories = {options.built_in_directory};
    options.data_directory = settings.data.directory;
    options.safe_mode = safe_mode;
    return options;
}

catalog::ScannerOptions scanner_options(const config::LibrarySettings& settings) {
    catalog::ScannerOptions options;
    options.roots = settings.media;
    options.threads = settings.scan_threads;
    return options;
}

media::RenditionService::Options rendition_options(const config::Settings& settings) {
    media::RenditionService::Options options;
    options.renditions = settings.renditions;
    options.memory_bytes = settings.cache.coded_bytes;
    options.pcm_bytes = settings.cache.pcm_bytes;
    options.disk_bytes = settings.cache.disk_bytes;
    options.directory = settings.data.directory / "segments";
    return options;
}

}  // namespace

Ensemble::Ensemble(const config::Loaded& configuration, bool safe_mode)
    : blocking("worker", std::max(8u, 2 * cores()), kMaxQueue),
      compute("compute", cores(), kMaxQueue),
      timers(blocking),
      events(blocking),
      services{blocking, compute, timers, events, metrics},
      plugins(plugin_options(configuration.settings, safe_mode), configuration, services) {}

Ensemble::~Ensemble() {
    blocking.stop();
    compute.stop();
    plugins.stop();
}

Library::Library(const config::Settings& settings, Ensemble& ensemble)
    : storage(ensemble.plugins.registry(), ensemble.metrics),
      containers(ensemble.plugins.registry()),
      images(ensemble.plugins.registry()),
      catalog({catalog::sqlite_url((settings.data.directory / "catalog.db").string())}),
      reader(catalog),
      media({(settings.data.directory / "index").string(), settings.cache.open_media}, storage,
            containers, ensemble.blocking, ensemble.metrics,
            [this](std::string_view id) { return catalog.source_of(id); }),
      cache(settings.cache.memory_bytes, ensemble.compute, ensemble.metrics),
      renditions(rendition_options(settings), ensemble.plugins.registry(), ensemble.blocking,
                 ensemble.metrics),
      sound(storage, containers, media, ensemble.plugins.registry()),
      files(catalog::plugin_media_files(storage, containers, images, media)),
      scanner(scanner_options(settings.library), catalog, *files, ensemble.metrics,
              {[this](std::string_view id) { media.forget(id); },
               [&ensemble](std::string_view topic, std::string_view json) {
                   (void)ensemble.events.publish(topic, json);
               }}),
      ensemble_(ensemble) {
    ensemble.services.storage = &storage;
    ensemble.services.media = &media;
    ensemble.services.cache = &cache;
    ensemble.services.renditions = &renditions;
    ensemble.services.sound = &sound;
    ensemble.services.catalog = &reader;
    // Nothing is called so, but the query of every first play is then prepared.
    (void)catalog.source_of({});
    renditions.warm_up();
}

Library::~Library() {
    scanner.stop();
    renditions.stop();
    // Work in progress may still use storage, media and cache; queued work is dropped.
    ensemble_.blocking.stop();
    ensemble_.compute.stop();
    ensemble_.services.storage = nullptr;
    ensemble_.services.media = nullptr;
    ensemble_.services.cache = nullptr;
    ensemble_.services.renditions = nullptr;
    ensemble_.services.sound = nullptr;
    ensemble_.services.catalog = nullptr;
}

DataLock::DataLock(const std::filesystem::path& directory) {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) {
        throw std::runtime_error("cannot make the data folder " + directory.string() + ": " +
                                 error.message() + "; choose another one with --data");
    }
    const std::filesystem::path file = directory / "lock";
    fd_ = ::open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
    if (fd_ < 0) {
        throw std::runtime_error("cannot write to the data folder " + directory.string() +
                                 "; choose another one with --data");
    }
    if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
        ::close(fd_);
        throw std::runtime_error("another Consort uses the data folder " + directory.string() +
                                 "; stop it, or give this one a folder of its own with --data");
    }
}

DataLock::~DataLock() { ::close(fd_); }

}  // namespace consort::app
