#include "core/media/segment_cache.hpp"

#include <atomic>
#include <list>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "core/media/buffer_pool.hpp"

namespace consort::media {
namespace {

// Bytes of one segment; back to the pool when the last reader is done.
struct Segment {
    std::shared_ptr<BufferPool> pool;
    BufferPool::Buffer buffer;
    std::uint64_t size = 0;
    ~Segment() { pool->give(buffer); }
};
using SegmentPtr = std::shared_ptr<const Segment>;

class SegmentFill final : public SegmentCache::Fill {
  public:
    explicit SegmentFill(const std::shared_ptr<BufferPool>& pool)
        : segment_(std::make_shared<Segment>()) {
        segment_->pool = pool;
    }
    void* allocate(std::uint64_t size) noexcept override {
        if (segment_->buffer.bytes != nullptr) return nullptr;
        segment_->buffer = segment_->pool->take(size);
        segment_->size = size;
        return segment_->buffer.bytes;
    }
    SegmentPtr take() && { return std::move(segment_); }

  private:
    std::shared_ptr<Segment> segment_;
};

void hand_out(const SegmentPtr& segment, const SegmentCache::Ready& ready) {
    consort_slice slice{};
    slice.kind = CONSORT_SLICE_MEMORY;
    slice.fd = -1;
    slice.data = segment->buffer.bytes;
    slice.length = segment->size;
    slice.owner = new SegmentPtr(segment);
    slice.release = [](void* owner) noexcept { delete static_cast<SegmentPtr*>(owner); };
    ready(nullptr, &slice);
}

}  // namespace

struct SegmentCache::Impl : std::enable_shared_from_this<SegmentCache::Impl> {
    struct Flight {
        // The caller who posted the work is told apart, because a refused post must not reach it.
        Ready first;
        std::vector<Ready> waiting;
        enum Post { kPosting, kAccepted, kDropped };
        std::atomic<Post> post{kPosting};
    };
    struct Entry {
        std::string key;
        SegmentPtr segment;
    };

    const std::uint64_t max_bytes;
    base::Executor& workers;
    const std::shared_ptr<BufferPool> pool;
    observe::Counter &hits, &misses, &evictions;
    observe::Gauge &bytes_gauge, &entries_gauge;

    std::mutex mutex;
    std::list<Entry> entries;  // most recently used first
    std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key;
    std::unordered_map<std::string, std::shared_ptr<Flight>> flights;
    std::uint64_t bytes = 0;

    Impl(std::uint64_t max, base::Executor& executor, observe::Metrics& metrics)
        : max_bytes(max),
          workers(executor),
          pool(std::make_shared<BufferPool>(max / 8)),
          hits(metrics.counter("consort_segment_cache_hits_total",
                               "Segments found in memory or already being made.")),
          misses(metrics.counter("consort_segment_cache_misses_total", "Segments to be made.")),
          evictions(metrics.counter("consort_segment_cache_evictions_total",
                                    "Segments dropped to make room.")),
          bytes_gauge(metrics.gauge("consort_segment_cache_bytes", "Bytes of segments kept.")),
          entries_gauge(metrics.gauge("consort_segment_cache_entries", "Segments kept.")) {}

    // Under the mutex. The dropped segments are freed by the caller, outside it.
    std::vector<SegmentPtr> keep(const std::string& key, const SegmentPtr& segment) {
        std::vector<SegmentPtr> gone;
        const std::uint64_t cost = segment->buffer.capacity;
        if (cost > max_bytes) return gone;
        while (bytes + cost > max_bytes) {
            Entry& oldest = entries.back();
            bytes -= oldest.segment->buffer.capacity;
            by_key.erase(oldest.key);
            gone.push_back(std::move(oldest.segment));
            entries.pop_back();
            evictions.add();
        }
        entries.push_front({key, segment});
        by_key.emplace(entries.front().key, entries.begin());
        bytes += cost;
        bytes_gauge.set(static_cast<double>(bytes));
        entries_gauge.set(static_cast<double>(entries.size()));
        return gone;
    }

    // Ends a flight and returns those who joined it, without the first.
    std::vector<Ready> land(const std::string& key, Flight& flight) {
        flights.erase(key);
        return std::move(flight.waiting);
    }

    void run(const std::string& key, const std::shared_ptr<Flight>& flight,
             const Produce& produce) {
        SegmentPtr segment;
        Error error;
        try {
            SegmentFill fill(pool);
            if (auto done = produce(fill); !done)
                error = done.error();
            else
                segment = std::move(fill).take();
        } catch (const std::exception& thrown) {
            error = {CONSORT_E_INTERNAL,
                     std::string("Making the segment failed: ") + thrown.what()};
        }
        if (segment != nullptr && segment->buffer.bytes == nullptr) {
            segment = nullptr;
            error = {CONSORT_E_NO_MEMORY, "There is no memory for the segment; try again."};
        }
        std::vector<Ready> waiting;
        std::vector<SegmentPtr> gone;
        {
            const std::lock_guard lock(mutex);
            waiting = land(key, *flight);
            if (segment != nullptr) gone = keep(key, segment);
        }
        waiting.push_back(std::move(flight->first));
        for (const Ready& ready : waiting) {
            if (segment != nullptr)
                hand_out(segment, ready);
            else
                ready(&error, nullptr);
        }
    }

    // The work was dropped unrun: the queue was full, or the executor stops.
    void drop(const std::string& key, const std::shared_ptr<Flight>& flight) {
        const Error error{CONSORT_E_BUSY, "Too many segments are being made; try again."};
        std::vector<Ready> waiting;
        {
            const std::lock_guard lock(mutex);
            waiting = land(key, *flight);
        }
        for (const Ready& ready : waiting) ready(&error, nullptr);
        if (flight->post.exchange(Flight::kDropped) == Flight::kAccepted)
            flight->first(&error, nullptr);
    }

    struct Work {
        std::shared_ptr<Impl> cache;
        std::string key;
        std::shared_ptr<Flight> flight;
        Produce produce;
        bool ran = false;

        Work(std::shared_ptr<Impl> c, std::string k, std::shared_ptr<Flight> f, Produce p)
            : cache(std::move(c)), key(std::move(k)), flight(std::move(f)), produce(std::move(p)) {}
        ~Work() {
            if (!ran) cache->drop(key, flight);
        }
        void run() {
            ran = true;
            cache->run(key, flight, produce);
        }
    };
};

SegmentCache::SegmentCache(std::uint64_t max_bytes, base::Executor& workers,
                           observe::Metrics& metrics)
    : impl_(std::make_shared<Impl>(max_bytes, workers, metrics)) {}
SegmentCache::~SegmentCache() = default;

bool SegmentCache::fetch(std::string_view key, Produce produce, Ready ready) {
    SegmentPtr found;
    std::shared_ptr<Impl::Flight> flight;
    {
        const std::lock_guard lock(impl_->mutex);
        if (const auto hit = impl_->by_key.find(key); hit != impl_->by_key.end()) {
            impl_->entries.splice(impl_->entries.begin(), impl_->entries, hit->second);
            found = hit->second->segment;
        } else if (const auto under_way = impl_->flights.find(std::string(key));
                   under_way != impl_->flights.end()) {
            under_way->second->waiting.push_back(std::move(ready));
            impl_->hits.add();
            return true;
        } else {
            flight = std::make_shared<Impl::Flight>();
            flight->first = std::move(ready);
            impl_->flights.emplace(key, flight);
        }
    }
    if (found != nullptr) {
        impl_->hits.add();
        hand_out(found, ready);
        return true;
    }
    impl_->misses.add();
    auto work = std::make_shared<Impl::Work>(impl_, std::string(key), flight, std::move(produce));
    if (!impl_->workers.post([work = std::move(work)] { work->run(); })) return false;
    if (flight->post.exchange(Impl::Flight::kAccepted) == Impl::Flight::kDropped) {
        const Error error{CONSORT_E_BUSY, "Consort is stopping."};
        flight->first(&error, nullptr);
    }
    return true;
}

}  // namespace consort::media
