#include "core/media/rendition_service.hpp"

#include <chrono>
#include <thread>
#include <unordered_map>

#include "consort/failure.hpp"

#include "core/media/coded_memory.hpp"
#include "core/media/coded_store.hpp"
#include "core/media/encode_queue.hpp"
#include "core/media/pcm_cache.hpp"
#include "core/media/rendition_factory.hpp"
#include "core/media/rendition_shelf.hpp"
#include "core/observe/log.hpp"

namespace consort::media {
namespace {

using Clock = std::chrono::steady_clock;
using Impl = RenditionService::Impl;

const std::vector<double> kEncodeBuckets{0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10, 30};
constexpr std::size_t kMaxFailures = 1'000;
constexpr std::size_t kMaxAhead = 200;

const observe::Logger& logger() {
    static const observe::Logger instance("media");
    return instance;
}

// One who waits for a segment. `ready` is taken under the service's mutex, so that it runs once.
struct Waiter {
    RenditionService::Fetched ready;
};
using WaiterPtr = std::shared_ptr<Waiter>;

unsigned thread_count(unsigned configured) {
    return configured != 0 ? configured : std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace

// A segment that is being found or made. Its members are under the service's mutex.
class Flight final : public EncodeJob, public std::enable_shared_from_this<Flight> {
  public:
    Flight(Impl& service, MediaPtr media, consort_rendition* rendition, std::uint32_t number,
           std::string key)
        : service_(service),
          media_(std::move(media)),
          rendition_(*rendition),
          number_(number),
          key_(std::move(key)) {}
    bool run() override;
    void drop() override;
    bool wanted() const override;
    bool gives_way() const override { return rendition_.kind == CONSORT_TRACK_VIDEO; }

    Impl& service_;
    const MediaPtr media_;  // keeps the rendition
    consort_rendition& rendition_;
    const std::uint32_t number_;
    const std::string key_;
    std::vector<WaiterPtr> waiting;
    bool ahead = false;     // nobody has waited for it yet
    bool loading = false;   // looked for on disk, not queued
    bool deserted = false;  // the last who waited has left
};
using FlightPtr = std::shared_ptr<Flight>;

struct RenditionService::Impl : std::enable_shared_from_this<RenditionService::Impl> {
    struct Failure {
        Error error;
        Clock::time_point until;
    };

    const Options options;
    base::Executor& workers;
    observe::Metrics& metrics;
    const Decoders decoders;
    PcmCache pcm;
    const RenditionFactory factory;
    observe::Counter &memory_hits, &disk_hits, &misses, &canceled, &ahead_made, &ahead_dropped;
    observe::Histogram& encode_seconds;

    std::mutex mutex;
    CodedMemory memory;
    std::unordered_map<std::string, FlightPtr> flights;
    std::unordered_map<std::string, Failure> failures;
    bool stopping = false;

    std::unique_ptr<CodedStore> store;  // null: no disk tier
    EncodeQueue queue;                  // its threads use all of the above

    Impl(Options options_in, const host::ComponentRegistry& registry, base::Executor& workers_in,
         observe::Metrics& metrics_in)
        : options(std::move(options_in)),
          workers(workers_in),
          metrics(metrics_in),
          decoders(registry),
          pcm(options.pcm_bytes, decoders, metrics),
          factory(options.renditions, registry, decoders, metrics),
          memory_hits(hit_counter("memory")),
          disk_hits(hit_counter("disk")),
          misses(metrics.counter("consort_rendition_misses_total",
                                 "Segments of renditions that had to be made.")),
          canceled(metrics.counter("consort_rendition_canceled_total",
                                   "Segments whose last listener left before they were made.")),
          ahead_made(metrics.counter("consort_rendition_ahead_made_total", "Segments made ahead.")),
          ahead_dropped(metrics.counter("consort_rendition_ahead_dropped_total",
                                        "Segments made ahead, or to be made, for nobody.")),
          encode_seconds(metrics.histogram("consort_rendition_encode_seconds",
                                           "Time to encode a segment.", kEncodeBuckets)),
          memory(options.memory_bytes, metrics),
          store(options.disk_bytes == 0
                    ? nullptr
                    : std::make_unique<CodedStore>(
                          CodedStore::Options{options.directory, options.disk_bytes}, metrics)),
          queue(thread_count(options.renditions.encoder_threads), metrics) {}

    observe::Counter& hit_counter(const std::string& tier) {
        return metrics.counter("consort_rendition_hits_total",
                               "Segments of renditions that were found.", {{"tier", tier}});
    }
    observe::Counter& counter(const char* name, const char* help, const consort_rendition& of) {
        return metrics.counter(name, help, {{"rendition", of.definition}});
    }
    std::int64_t keep_ahead_ns() const {
        return std::int64_t{options.renditions.segment_seconds} * 4 * 1'000'000'000;
    }
    bool on_disk(const std::string& key) const { return store != nullptr && store->may_have(key); }

    RenditionList describe(consort_media* media) {
        RenditionList list = factory.make(media);
        for (const auto& rendition : list) {
            if (!on_disk(rendition->sizes_key())) continue;
            const auto sizes = store->load(rendition->sizes_key());
            if (!sizes) continue;
            const auto bytes = (*sizes)->payload();
            rendition->rates->restore({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        }
        return list;
    }

    // Under the mutex. Null: nothing is remembered.
    const Error* failure(const std::string& key) {
        const auto found = failures.find(key);
        if (found == failures.end()) return nullptr;
        if (Clock::now() < found->second.until) return &found->second.error;
        failures.erase(found);
        return nullptr;
    }

    // The work of reading from disk; dropped unrun, because the workers stop, it ends the flight.
    struct Loading {
        std::shared_ptr<Impl> service;
        FlightPtr flight;
        bool ran = false;

        Loading(std::shared_ptr<Impl> s, FlightPtr f)
            : service(std::move(s)), flight(std::move(f)) {}
        ~Loading() {
            if (!ran) service->complete(*flight, Error{CONSORT_E_CANCELED, "Consort is stopping."});
        }
        void run() {
            ran = true;
            service->load(flight);
        }
    };

    // Looks on disk, on a worker, if it may be there; else it is queued to be encoded.
    void start(const FlightPtr& flight) {
        if (on_disk(flight->key_)) {
            {
                const std::lock_guard lock(mutex);
                flight->loading = true;
            }
            auto loading = std::make_shared<Loading>(shared_from_this(), flight);
            if (workers.post([loading] { loading->run(); })) return;
            loading->ran = true;
        }
        encode(flight);
    }

    void load(const FlightPtr& flight) {
        auto coded = store->load(flight->key_);
        if (coded) {
            disk_hits.add();
            complete(*flight, *coded);
        } else {
            encode(flight);
        }
    }

    void encode(const FlightPtr& flight) {
        {
            const std::lock_guard lock(mutex);
            flight->loading = false;
            if (flight->deserted) return;
        }
        misses.add();
        queue.add(flight);
    }

    // On an encoder thread. False: canceled.
    bool make(Flight& flight) {
        const auto begin = Clock::now();
        consort_rendition& rendition = flight.rendition_;
        const auto give_up = [&flight] { return flight.canceled(); };
        Result<CodedPtr> coded = contained([&]() -> Result<CodedPtr> {
            return rendition.encode(flight.media_, flight.number_, pcm, give_up);
        });
        if (!coded && coded.error().status == CONSORT_E_CANCELED) return false;
        if (coded) {
            encode_seconds.observe(std::chrono::duration<double>(Clock::now() - begin).count());
            counter("consort_rendition_segments_total", "Segments encoded.", rendition).add();
        } else {
            counter("consort_rendition_errors_total", "Segments that could not be encoded.",
                    rendition)
                .add();
            logger().error("segment " + std::to_string(flight.number_) + " of " + rendition.name +
                           " of item " + std::string(flight.media_->item_id()) +
                           " can't be made: " + coded.error().text);
        }
        // Before those who wait are told, so that they find the figures; it takes no time.
        if (coded) keep(flight, *coded);
        complete(flight, coded);
        return true;
    }

    void keep(const Flight& flight, const CodedPtr& coded) {
        const consort_rendition& rendition = flight.rendition_;
        const bool worth = rendition.rates->add(flight.number_, coded->payload().size());
        if (store == nullptr) return;
        store->save(flight.key_, coded);
        if (!worth) return;
        const std::string sizes = rendition.rates->save();
        const auto size = static_cast<std::uint32_t>(sizes.size());
        auto image = consort_coded::make(rendition.sizes_key(), {{0, 0, size, 0, 0, 0}}, sizes);
        if (image) store->save(rendition.sizes_key(), std::move(*image));
    }

    void complete(Flight& flight, const Result<CodedPtr>& result) {
        std::vector<RenditionService::Fetched> ready;
        std::vector<CodedPtr> gone;
        {
            const std::lock_guard lock(mutex);
            const auto found = flights.find(flight.key_);
            if (found != flights.end() && found->second.get() == &flight) flights.erase(found);
            for (const WaiterPtr& waiter : flight.waiting)
                ready.push_back(std::exchange(waiter->ready, nullptr));
            flight.waiting.clear();
            if (result) {
                if (flight.ahead) ahead_made.add();
                memory.put(flight.key_, *result, flight.ahead, gone);
            } else if (result.error().status != CONSORT_E_CANCELED) {
                if (failures.size() >= kMaxFailures) failures.clear();
                failures[flight.key_] = {result.error(), Clock::now() + options.remember_failure};
            }
        }
        for (const RenditionService::Fetched& each : ready) {
            if (result)
                each(nullptr, result->get());
            else
                each(&result.error(), nullptr);
        }
    }

    // The segments after `number`, as far as nobody has or makes them.
    void make_ahead(const MediaPtr& media, consort_rendition* rendition, std::uint32_t number) {
        for (std::uint32_t i = 1; i <= options.renditions.make_ahead; ++i) {
            if (number + i >= rendition->segment_count() || queue.ahead() >= kMaxAhead) return;
            std::string key = rendition->segment_key(number + i);
            if (on_disk(key)) continue;
            FlightPtr flight;
            bool fresh = false;
            {
                const std::lock_guard lock(mutex);
                if (stopping) return;
                if (const auto found = flights.find(key); found != flights.end()) {
                    flight = found->second;
                } else if (!memory.has(key) && failure(key) == nullptr) {
                    flight = std::make_shared<Flight>(*this, media, rendition, number + i, key);
                    flight->ahead = fresh = true;
                    flights.emplace(std::move(key), flight);
                }
            }
            if (fresh)
                queue.add_ahead(std::move(flight), i);
            else if (flight != nullptr)
                queue.nearer(flight, i);
        }
    }

    void cancel(const FlightPtr& flight, const WaiterPtr& waiter) {
        RenditionService::Fetched ready;
        bool deserted = false, queued = false;
        {
            const std::lock_guard lock(mutex);
            if (!waiter->ready) return;
            ready = std::exchange(waiter->ready, nullptr);
            std::erase(flight->waiting, waiter);
            deserted = flight->deserted = flight->waiting.empty();
            queued = !flight->loading;
            const auto found = flights.find(flight->key_);
            if (deserted && found != flights.end() && found->second == flight) flights.erase(found);
        }
        if (deserted) canceled.add();
        if (deserted && queued) queue.cancel(flight);
        const Error error{CONSORT_E_CANCELED, "Nobody waits for the segment any more."};
        ready(&error, nullptr);
    }
};

bool Flight::run() {
    {
        const std::lock_guard lock(service_.mutex);
        if (deserted) return true;
    }
    return service_.make(*this);
}

void Flight::drop() {
    if (ahead) service_.ahead_dropped.add();
    service_.complete(*this, Error{CONSORT_E_CANCELED, "Consort is stopping."});
}

bool Flight::wanted() const {
    const auto now = Clock::now().time_since_epoch();
    return std::chrono::nanoseconds(now).count() - rendition_.asked_ns.load() <
           service_.keep_ahead_ns();
}

}  // namespace consort::media

// Holds what cancel() needs; a segment that was there needs nothing.
struct consort_ticket {
    std::shared_ptr<consort::media::RenditionService::Impl> service;
    consort::media::FlightPtr flight;
    consort::media::WaiterPtr waiter;
};

namespace consort::media {

RenditionService::RenditionService(Options options, const host::ComponentRegistry& registry,
                                   base::Executor& workers, observe::Metrics& metrics)
    : impl_(std::make_shared<Impl>(std::move(options), registry, workers, metrics)) {}

RenditionService::~RenditionService() { stop(); }

void RenditionService::list(consort_media* media, Listed ready) {
    RenditionShelf* shelf = RenditionShelf::of(media);
    if (shelf == nullptr) {
        const Error error{CONSORT_E_NO_MEMORY, "There is no memory for the renditions."};
        ready(&error, {});
        return;
    }
    shelf->list(
        MediaPtr(media), impl_->workers,
        [service = impl_](consort_media* of) { return service->describe(of); }, std::move(ready));
}

Result<consort_ticket*> RenditionService::fetch(consort_media* media, consort_rendition* rendition,
                                                std::uint32_t number, Fetched ready) {
    static consort_ticket nothing_to_cancel;
    if (number >= rendition->segment_count())
        return Error{CONSORT_E_INVALID,
                     "The rendition has no segment " + std::to_string(number) + "."};
    rendition->asked_ns = std::chrono::nanoseconds(Clock::now().time_since_epoch()).count();
    const std::string key = rendition->segment_key(number);
    const MediaPtr kept(media);
    CodedPtr found;
    Error failed{CONSORT_OK, {}};
    FlightPtr flight;
    auto waiter = std::make_shared<Waiter>();
    bool joined = false;
    {
        const std::lock_guard lock(impl_->mutex);
        if (impl_->stopping) return Error{CONSORT_E_BUSY, "Consort is stopping."};
        found = impl_->memory.find(key);
        if (found == nullptr) {
            if (const auto under_way = impl_->flights.find(key);
                under_way != impl_->flights.end()) {
                flight = under_way->second;
                flight->ahead = false;
                joined = true;
            } else if (const Error* remembered = impl_->failure(key)) {
                failed = *remembered;
            } else if (impl_->queue.waiting() >= impl_->options.renditions.max_queue) {
                return Error{CONSORT_E_BUSY, "Too many segments wait to be encoded; try again."};
            } else {
                flight = std::make_shared<Flight>(*impl_, kept, rendition, number, key);
                impl_->flights.emplace(key, flight);
            }
        }
        if (flight != nullptr) {
            waiter->ready = std::move(ready);
            flight->waiting.push_back(waiter);
        }
    }
    if (found != nullptr) {
        impl_->memory_hits.add();
        if (impl_->store != nullptr) impl_->store->used(key);
        ready(nullptr, found.get());
    } else if (failed.status < 0) {
        ready(&failed, nullptr);
    } else if (joined) {
        impl_->queue.promote(flight);
    } else {
        impl_->start(flight);
    }
    impl_->make_ahead(kept, rendition, number);
    if (flight == nullptr) return &nothing_to_cancel;
    return new consort_ticket{impl_, std::move(flight), std::move(waiter)};
}

void RenditionService::cancel(consort_ticket* ticket) {
    if (ticket->service == nullptr) return;
    const std::unique_ptr<consort_ticket> owned(ticket);
    ticket->service->cancel(ticket->flight, ticket->waiter);
}

void RenditionService::leave(consort_ticket* ticket) {
    if (ticket->service == nullptr) return;
    const std::unique_ptr<consort_ticket> owned(ticket);
}

std::uint32_t RenditionService::segment_seconds() const noexcept {
    return impl_->options.renditions.segment_seconds;
}

void RenditionService::stop() {
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->stopping = true;
    }
    impl_->queue.stop();
}

bool RenditionService::settle(std::chrono::milliseconds limit) {
    return impl_->store == nullptr || impl_->store->settle(limit);
}

}  // namespace consort::media
