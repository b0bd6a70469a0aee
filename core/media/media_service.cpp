#include "core/media/media_service.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <list>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "core/media/index_writer.hpp"
#include "core/media/media.hpp"
#include "core/media/source_map.hpp"

namespace consort::media {
namespace {

namespace fs = std::filesystem;

const std::vector<double> kBuildBuckets{0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100};

// Hands what the container plugin reports to the writer, and keeps the first refusal's sentence.
struct Building {
    IndexWriter& writer;
    const std::atomic<bool>& stopping;
    Error refusal{CONSORT_OK, {}};

    template <class T>
    consort_status take(const Result<T>& result) {
        if (stopping.load(std::memory_order_relaxed)) return CONSORT_E_CANCELED;
        if (result) return CONSORT_OK;
        if (refusal.status >= 0) refusal = result.error();
        return result.error().status;
    }
    consort_index_sink sink() {
        consort_index_sink to{};
        to.self = this;
        to.track = [](void* self, const consort_track* track) noexcept {
            auto& to_ = *static_cast<Building*>(self);
            return to_.take(to_.writer.add_track(*track));
        };
        to.samples = [](void* self, std::uint32_t track, const consort_sample* samples,
                        std::size_t count) noexcept {
            auto& to_ = *static_cast<Building*>(self);
            return to_.take(to_.writer.add_samples(track, samples, count));
        };
        to.edit = [](void* self, std::uint32_t track, std::int64_t start,
                     std::uint64_t duration) noexcept {
            auto& to_ = *static_cast<Building*>(self);
            return to_.take(to_.writer.set_edit(track, start, duration));
        };
        to.inline_bytes = [](void* self, const void* bytes, std::uint64_t size,
                             std::uint64_t* offset) noexcept {
            auto& to_ = *static_cast<Building*>(self);
            const auto placed = to_.writer.add_inline(bytes, size);
            if (placed) *offset = *placed;
            return to_.take(placed);
        };
        return to;
    }
};

}  // namespace

struct MediaService::Impl : std::enable_shared_from_this<MediaService::Impl> {
    // One load that several may wait for. Completed exactly once, by the worker or, if the work is
    // dropped unrun, by its destructor.
    struct Flight {
        std::vector<Ready> waiting;
        bool forgotten = false;  // forget() came meanwhile: do not keep the result
    };
    struct Open {
        std::string item_id;
        MediaPtr media;
    };

    Options options;
    Storage& storage;
    const Containers& containers;
    base::Executor& workers;
    ItemResolver resolve;
    SourceMap sources;
    observe::Counter &builds, &loads, &failures;
    observe::Gauge &open_gauge, &bytes_gauge;
    observe::Histogram& build_seconds;
    std::atomic<bool> stopping{false};

    std::mutex mutex;
    std::list<Open> opened;  // most recently used first
    std::unordered_map<std::string, std::list<Open>::iterator> by_item;
    std::unordered_map<std::string, std::shared_ptr<Flight>> flights;

    Impl(Options options_in, Storage& storage_in, const Containers& containers_in,
         base::Executor& workers_in, observe::Metrics& metrics, ItemResolver resolve_in)
        : options(std::move(options_in)),
          storage(storage_in),
          containers(containers_in),
          workers(workers_in),
          resolve(std::move(resolve_in)),
          sources(fs::path(options.index_directory) / "sources"),
          builds(metrics.counter("consort_index_builds_total", "Media indexes built.")),
          loads(metrics.counter("consort_index_loads_total", "Media indexes mapped from disk.")),
          failures(metrics.counter("consort_media_open_failures_total",
                                   "Items that could not be opened.")),
          open_gauge(metrics.gauge("consort_media_open", "Media objects kept open.")),
          bytes_gauge(
              metrics.gauge("consort_index_bytes", "Bytes of the media indexes kept open.")),
          build_seconds(metrics.histogram("consort_index_build_seconds",
                                          "Time to build a media index.", kBuildBuckets)) {}

    fs::path index_path(const std::string& identity) const {
        return fs::path(options.index_directory) / identity.substr(0, 2) / (identity + ".cmx");
    }

    Result<MediaPtr> load(const std::string& item_id) {
        auto item = resolve(item_id);
        if (!item) return item.error();
        return load(item_id, std::move(*item));
    }

    Result<MediaPtr> load(const std::string& item_id, ItemSource item) {
        auto source = storage.open(item.uri);
        if (!source) return source.error();
        const consort_stat stat = (*source)->stat();
        std::string identity;
        if (auto known = sources.find(item.uri, stat)) {
            identity = std::move(*known);
        } else {
            auto hashed = content_identity(**source);
            if (!hashed) return hashed.error();
            identity = std::move(*hashed);
            sources.remember(item.uri, stat, identity);
        }
        auto index = usable(index_path(identity), identity, stat.size);
        if (!index) {
            auto built = build(**source, item, identity);
            if (!built) return built.error();
            index = usable(index_path(identity), identity, stat.size);
            if (!index) return index.error();
        }
        return MediaPtr(
            new consort_media(item_id, std::move(item), std::move(*source), std::move(*index)),
            false);
    }

    Result<std::shared_ptr<const IndexFile>> usable(const fs::path& path,
                                                    const std::string& identity,
                                                    std::uint64_t size) {
        auto index = IndexFile::open(path);
        if (!index) return index.error();
        if ((*index)->identity() != identity || (*index)->source_size() != size)
            return Error{CONSORT_E_CORRUPT, "The media index belongs to another file."};
        loads.add();
        return std::move(*index);
    }

    Result<void> build(Source& source, const ItemSource& item, const std::string& identity) {
        const auto begin = std::chrono::steady_clock::now();
        auto writer = IndexWriter::create(index_path(identity), source.stat().size);
        if (!writer) return writer.error();
        Building building{**writer, stopping};
        builds.add();
        auto done = containers.index(source, item.file_name, building.sink());
        if (building.refusal.status < 0) return building.refusal;
        if (!done) return done;
        auto written = (*writer)->commit(identity);
        if (!written) return written.error();
        build_seconds.observe(
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
        return {};
    }

    // Under the mutex. Returns what must be let go of outside it.
    std::vector<MediaPtr> keep(const std::string& item_id, const MediaPtr& media) {
        std::vector<MediaPtr> gone;
        remove(item_id, gone);
        opened.push_front({item_id, media});
        by_item[item_id] = opened.begin();
        bytes_gauge.add(static_cast<double>(media->index().file_size()));
        while (opened.size() > std::max(1u, options.open_media))
            remove(std::string(opened.back().item_id), gone);
        open_gauge.set(static_cast<double>(opened.size()));
        return gone;
    }

    void remove(const std::string& item_id, std::vector<MediaPtr>& gone) {
        const auto found = by_item.find(item_id);
        if (found == by_item.end()) return;
        bytes_gauge.add(-static_cast<double>(found->second->media->index().file_size()));
        gone.push_back(std::move(found->second->media));
        opened.erase(found->second);
        by_item.erase(found);
        open_gauge.set(static_cast<double>(opened.size()));
    }

    void complete(const std::string& item_id, const std::shared_ptr<Flight>& flight,
                  const Result<MediaPtr>& result) {
        std::vector<Ready> waiting;
        std::vector<MediaPtr> gone;
        {
            const std::lock_guard lock(mutex);
            waiting = std::move(flight->waiting);
            const auto found = flights.find(item_id);
            if (found != flights.end() && found->second == flight) flights.erase(found);
            if (result && !flight->forgotten) gone = keep(item_id, *result);
        }
        if (!result) failures.add();
        for (const Ready& ready : waiting) {
            if (result)
                ready(CONSORT_OK, {}, result->get());
            else
                ready(result.error().status, result.error().text, nullptr);
        }
    }

    // The work of a flight; if it is dropped unrun, those who wait are told.
    struct Work {
        std::shared_ptr<Impl> service;
        std::string item_id;
        std::shared_ptr<Flight> flight;
        bool ran = false;

        Work(std::shared_ptr<Impl> s, std::string id, std::shared_ptr<Flight> f)
            : service(std::move(s)), item_id(std::move(id)), flight(std::move(f)) {}
        ~Work() {
            if (!ran)
                service->complete(item_id, flight,
                                  Error{CONSORT_E_BUSY, "Too much is being opened; try again."});
        }
        void run() {
            ran = true;
            service->complete(item_id, flight, attempt());
        }
        Result<MediaPtr> attempt() {
            try {
                return service->load(item_id);
            } catch (const std::exception& error) {
                return Error{CONSORT_E_INTERNAL,
                             std::string("Opening the item failed: ") + error.what()};
            }
        }
    };
};

MediaService::MediaService(Options options, Storage& storage, const Containers& containers,
                           base::Executor& workers, observe::Metrics& metrics, ItemResolver resolve)
    : impl_(std::make_shared<Impl>(std::move(options), storage, containers, workers, metrics,
                                   std::move(resolve))) {}

MediaService::~MediaService() {
    impl_->stopping = true;
    std::list<Impl::Open> gone;
    const std::lock_guard lock(impl_->mutex);
    impl_->by_item.clear();
    gone.swap(impl_->opened);
}

void MediaService::open(std::string_view item_id, Ready ready) {
    std::string id(item_id);
    std::shared_ptr<Impl::Flight> flight;
    MediaPtr media;
    {
        const std::lock_guard lock(impl_->mutex);
        if (const auto found = impl_->by_item.find(id); found != impl_->by_item.end()) {
            media = found->second->media;
            impl_->opened.splice(impl_->opened.begin(), impl_->opened, found->second);
        } else if (const auto under_way = impl_->flights.find(id);
                   under_way != impl_->flights.end()) {
            under_way->second->waiting.push_back(std::move(ready));
            return;
        } else {
            flight = std::make_shared<Impl::Flight>();
            flight->waiting.push_back(std::move(ready));
            impl_->flights.emplace(id, flight);
        }
    }
    if (media != nullptr) {
        ready(CONSORT_OK, {}, media.get());
        return;
    }
    auto work = std::make_shared<Impl::Work>(impl_, std::move(id), std::move(flight));
    // A full queue drops the work, which tells those who wait.
    static_cast<void>(impl_->workers.post([work = std::move(work)] { work->run(); }));
}

Result<MediaPtr> MediaService::open_source(ItemSource source) {
    std::string name = source.uri;
    return impl_->load(name, std::move(source));
}

std::optional<consort_track> MediaService::indexed_sound(std::string_view identity) const {
    if (identity.size() < 2) return {};
    const auto index = IndexFile::open(impl_->index_path(std::string(identity)));
    if (!index || (*index)->identity() != identity) return {};
    for (std::uint32_t i = 0; i < (*index)->track_count(); ++i) {
        consort_track track = (*index)->track(i);
        if (track.kind != CONSORT_TRACK_AUDIO) continue;
        for (consort_str* text : {&track.codec, &track.codec_string, &track.language, &track.title,
                                  &track.configuration})
            *text = {};  // they would point into the index, which is let go
        return track;
    }
    return {};
}

void MediaService::forget(std::string_view item_id) {
    std::vector<MediaPtr> gone;
    const std::lock_guard lock(impl_->mutex);
    const std::string id(item_id);
    impl_->remove(id, gone);
    if (const auto found = impl_->flights.find(id); found != impl_->flights.end()) {
        found->second->forgotten = true;
        impl_->flights.erase(found);
    }
}

}  // namespace consort::media
