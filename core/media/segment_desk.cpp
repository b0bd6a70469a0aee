#include "core/media/segment_desk.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "consort/failure.hpp"

#include "core/observe/log.hpp"

namespace consort::media {
namespace {

const std::vector<double> kEncodeBuckets{0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10, 30};
constexpr std::size_t kMaxFailures = 1'000;
constexpr std::size_t kMaxAhead = 200;
constexpr int kKeepAhead = 4;  // segments' lengths without a request

const observe::Logger& logger() {
    static const observe::Logger instance("media");
    return instance;
}

unsigned thread_count(unsigned configured) {
    return configured != 0 ? configured : std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace

SegmentDesk::SegmentDesk(Options options_in, const host::ComponentRegistry& registry,
                         base::Executor& workers_in, observe::Metrics& metrics)
    : options(std::move(options_in)),
      workers(workers_in),
      metrics_(metrics),
      decoders_(registry),
      pcm_(options.pcm_bytes, decoders_, metrics),
      factory_(options.renditions, registry, decoders_, metrics),
      memory_hits_(hit_counter("memory")),
      disk_hits_(hit_counter("disk")),
      misses_(metrics.counter("consort_rendition_misses_total",
                              "Segments of renditions that had to be made.")),
      canceled_(metrics.counter("consort_rendition_canceled_total",
                                "Segments whose last listener left before they were made.")),
      ahead_made_(metrics.counter("consort_rendition_ahead_made_total", "Segments made ahead.")),
      ahead_dropped_(metrics.counter("consort_rendition_ahead_dropped_total",
                                     "Segments made ahead, or to be made, for nobody.")),
      encode_seconds_(metrics.histogram("consort_rendition_encode_seconds",
                                        "Time to encode a segment.", kEncodeBuckets)),
      memory_(options.memory_bytes, metrics),
      store_(options.disk_bytes == 0
                 ? nullptr
                 : std::make_unique<CodedStore>(
                       CodedStore::Options{options.directory, options.disk_bytes}, metrics)),
      queue_(thread_count(options.renditions.encoder_threads), metrics) {}

observe::Counter& SegmentDesk::hit_counter(const std::string& tier) {
    return metrics_.counter("consort_rendition_hits_total",
                            "Segments of renditions that were found.", {{"tier", tier}});
}

observe::Counter& SegmentDesk::counter(const char* name, const char* help,
                                       const consort_rendition& of) {
    return metrics_.counter(name, help, {{"rendition", of.definition}});
}

bool SegmentDesk::still_wanted(const consort_rendition& rendition) const {
    const auto now = std::chrono::nanoseconds(Clock::now().time_since_epoch());
    const auto asked = std::chrono::nanoseconds(rendition.asked_ns.load());
    return now - asked < kKeepAhead * std::chrono::seconds(options.renditions.segment_seconds);
}

RenditionList SegmentDesk::describe(consort_media* media) {
    RenditionList list = factory_.make(media);
    for (const auto& rendition : list) {
        if (!on_disk(rendition->sizes_key())) continue;
        const auto sizes = store_->load(rendition->sizes_key());
        if (!sizes) continue;
        const auto bytes = (*sizes)->payload();
        rendition->rates->restore({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
    return list;
}

const Error* SegmentDesk::failure(const std::string& key) {
    const auto found = failures_.find(key);
    if (found == failures_.end()) return nullptr;
    if (Clock::now() < found->second.until) return &found->second.error;
    failures_.erase(found);
    return nullptr;
}

// The work of reading from disk; dropped unrun, because the workers stop, it ends the flight.
struct SegmentDesk::Loading {
    std::shared_ptr<SegmentDesk> desk;
    FlightPtr flight;
    bool ran = false;

    Loading(std::shared_ptr<SegmentDesk> s, FlightPtr f)
        : desk(std::move(s)), flight(std::move(f)) {}
    ~Loading() {
        if (!ran) desk->complete(*flight, Error{CONSORT_E_CANCELED, "Consort is stopping."});
    }
    void run() {
        ran = true;
        desk->load(flight);
    }
};

// Looks on disk, on a worker, if it may be there; else it is queued to be encoded.
void SegmentDesk::start(const FlightPtr& flight) {
    if (on_disk(flight->key)) {
        {
            const std::lock_guard lock(mutex_);
            flight->loading = true;
        }
        auto loading = std::make_shared<Loading>(shared_from_this(), flight);
        if (workers.post([loading] { loading->run(); })) return;
        loading->ran = true;
    }
    encode(flight);
}

void SegmentDesk::load(const FlightPtr& flight) {
    auto coded = store_->load(flight->key);
    if (coded) {
        disk_hits_.add();
        complete(*flight, *coded);
    } else {
        encode(flight);
    }
}

void SegmentDesk::encode(const FlightPtr& flight) {
    {
        const std::lock_guard lock(mutex_);
        flight->loading = false;
        if (flight->deserted) return;
    }
    misses_.add();
    queue_.add(flight);
}

// On an encoder thread. False: canceled.
bool SegmentDesk::make(Flight& flight) {
    const auto begin = Clock::now();
    consort_rendition& rendition = flight.rendition;
    const auto give_up = [&flight] { return flight.canceled(); };
    Result<CodedPtr> coded = contained([&]() -> Result<CodedPtr> {
        return rendition.encode(flight.media, flight.number, pcm_, give_up);
    });
    if (!coded && coded.error().status == CONSORT_E_CANCELED) return false;
    if (coded) {
        encode_seconds_.observe(std::chrono::duration<double>(Clock::now() - begin).count());
        counter("consort_rendition_segments_total", "Segments encoded.", rendition).add();
    } else {
        counter("consort_rendition_errors_total", "Segments that could not be encoded.", rendition)
            .add();
        logger().error("segment " + std::to_string(flight.number) + " of " + rendition.name +
                       " of item " + std::string(flight.media->item_id()) +
                       " can't be made: " + coded.error().text);
    }
    // Before those who wait are told, so that they find the figures; it takes no time.
    if (coded) keep(flight, *coded);
    complete(flight, coded);
    return true;
}

void SegmentDesk::keep(const Flight& flight, const CodedPtr& coded) {
    const consort_rendition& rendition = flight.rendition;
    const bool worth = rendition.rates->add(flight.number, coded->payload().size());
    if (store_ == nullptr) return;
    store_->save(flight.key, coded);
    if (!worth) return;
    const std::string sizes = rendition.rates->save();
    const auto size = static_cast<std::uint32_t>(sizes.size());
    auto image = consort_coded::make(rendition.sizes_key(), {{0, 0, size, 0, 0, 0}}, sizes);
    if (image) store_->save(rendition.sizes_key(), std::move(*image));
}

void SegmentDesk::complete(Flight& flight, const Result<CodedPtr>& result) {
    std::vector<RenditionService::Fetched> ready;
    std::vector<CodedPtr> gone;
    {
        const std::lock_guard lock(mutex_);
        const auto found = flights_.find(flight.key);
        if (found != flights_.end() && found->second.get() == &flight) flights_.erase(found);
        for (const WaiterPtr& waiter : flight.waiting)
            ready.push_back(std::exchange(waiter->ready, nullptr));
        flight.waiting.clear();
        if (result) {
            if (flight.ahead) ahead_made_.add();
            memory_.put(flight.key, *result, flight.ahead, gone);
        } else if (result.error().status != CONSORT_E_CANCELED) {
            if (failures_.size() >= kMaxFailures) failures_.clear();
            failures_[flight.key] = {result.error(), Clock::now() + options.remember_failure};
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
void SegmentDesk::make_ahead(const MediaPtr& media, consort_rendition* rendition,
                             std::uint32_t number) {
    for (std::uint32_t i = 1; i <= options.renditions.make_ahead; ++i) {
        if (number + i >= rendition->segment_count() || queue_.ahead() >= kMaxAhead) return;
        std::string key = rendition->segment_key(number + i);
        if (on_disk(key)) continue;
        FlightPtr flight;
        bool fresh = false;
        {
            const std::lock_guard lock(mutex_);
            if (stopping_) return;
            if (const auto found = flights_.find(key); found != flights_.end()) {
                flight = found->second;
            } else if (!memory_.has(key) && failure(key) == nullptr) {
                flight = std::make_shared<Flight>(*this, media, rendition, number + i, key);
                flight->ahead = fresh = true;
                flights_.emplace(std::move(key), flight);
            }
        }
        if (fresh)
            queue_.add_ahead(std::move(flight), i);
        else if (flight != nullptr)
            queue_.nearer(flight, i);
    }
}

Result<SegmentDesk::Asked> SegmentDesk::fetch(const MediaPtr& media, consort_rendition* rendition,
                                              std::uint32_t number,
                                              RenditionService::Fetched ready) {
    if (number >= rendition->segment_count())
        return Error{CONSORT_E_INVALID,
                     "The rendition has no segment " + std::to_string(number) + "."};
    rendition->asked_ns = std::chrono::nanoseconds(Clock::now().time_since_epoch()).count();
    const std::string key = rendition->segment_key(number);
    CodedPtr found;
    Error failed{CONSORT_OK, {}};
    Asked asked{nullptr, std::make_shared<Waiter>()};
    bool joined = false;
    {
        const std::lock_guard lock(mutex_);
        if (stopping_) return Error{CONSORT_E_BUSY, "Consort is stopping."};
        found = memory_.find(key);
        if (found != nullptr) {
            // It is handed out below.
        } else if (const auto flying = flights_.find(key); flying != flights_.end()) {
            asked.flight = flying->second;
            asked.flight->ahead = false;
            joined = true;
        } else if (const Error* remembered = failure(key)) {
            failed = *remembered;
        } else if (queue_.waiting() >= options.renditions.max_queue) {
            return Error{CONSORT_E_BUSY, "Too many segments wait to be encoded; try again."};
        } else {
            asked.flight = std::make_shared<Flight>(*this, media, rendition, number, key);
            flights_.emplace(key, asked.flight);
        }
        if (asked.flight != nullptr) {
            asked.waiter->ready = std::move(ready);
            asked.flight->waiting.push_back(asked.waiter);
        }
    }
    if (found != nullptr) {
        memory_hits_.add();
        if (store_ != nullptr) store_->used(key);
        ready(nullptr, found.get());
    } else if (failed.status < 0) {
        ready(&failed, nullptr);
    } else if (joined) {
        queue_.promote(asked.flight);
    } else {
        start(asked.flight);
    }
    make_ahead(media, rendition, number);
    return asked;
}

void SegmentDesk::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    queue_.stop();
}

bool SegmentDesk::settle(std::chrono::milliseconds limit) {
    return store_ == nullptr || store_->settle(limit);
}

void SegmentDesk::cancel(const FlightPtr& flight, const WaiterPtr& waiter) {
    RenditionService::Fetched ready;
    bool deserted = false, queued = false;
    {
        const std::lock_guard lock(mutex_);
        if (!waiter->ready) return;
        ready = std::exchange(waiter->ready, nullptr);
        std::erase(flight->waiting, waiter);
        deserted = flight->deserted = flight->waiting.empty();
        queued = !flight->loading;
        const auto found = flights_.find(flight->key);
        if (deserted && found != flights_.end() && found->second == flight) flights_.erase(found);
    }
    if (deserted) canceled_.add();
    if (deserted && queued) queue_.cancel(flight);
    const Error error{CONSORT_E_CANCELED, "Nobody waits for the segment any more."};
    ready(&error, nullptr);
}

bool Flight::run() {
    {
        const std::lock_guard lock(desk_.mutex_);
        if (deserted) return true;
    }
    return desk_.make(*this);
}

void Flight::drop() {
    if (ahead) desk_.ahead_dropped_.add();
    desk_.complete(*this, Error{CONSORT_E_CANCELED, "Consort is stopping."});
}

}  // namespace consort::media
