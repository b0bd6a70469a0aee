// The inside of the rendition service: segments on their way. Private to this folder.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/media/coded_memory.hpp"
#include "core/media/coded_store.hpp"
#include "core/media/encode_queue.hpp"
#include "core/media/pcm_cache.hpp"
#include "core/media/rendition_factory.hpp"
#include "core/media/rendition_service.hpp"

namespace consort::media {

class Flight;
using FlightPtr = std::shared_ptr<Flight>;

// One who waits for a segment. `ready` is taken under the desk's mutex, so that it runs once.
struct Waiter {
    RenditionService::Fetched ready;
};
using WaiterPtr = std::shared_ptr<Waiter>;

// Finds segments in memory, on disk, or has them encoded, each once at a time.
class SegmentDesk : public std::enable_shared_from_this<SegmentDesk> {
  public:
    using Options = RenditionService::Options;
    SegmentDesk(Options options, const host::ComponentRegistry& registry, base::Executor& workers,
                observe::Metrics& metrics);

    const Options options;
    base::Executor& workers;

    // The renditions of a media object, with the bit rates that are known. Blocks.
    RenditionList describe(consort_media* media);
    void warm_up() const { factory_.warm_up(); }

    struct Asked {
        FlightPtr flight;  // null: `ready` has run
        WaiterPtr waiter;
    };
    Result<Asked> fetch(const MediaPtr& media, consort_rendition* rendition, std::uint32_t number,
                        RenditionService::Fetched ready);
    void cancel(const FlightPtr& flight, const WaiterPtr& waiter);
    void stop();
    bool settle(std::chrono::milliseconds limit);

  private:
    friend class Flight;
    using Clock = std::chrono::steady_clock;
    struct Failure {
        Error error;
        Clock::time_point until;
    };
    struct Loading;

    observe::Counter& hit_counter(const std::string& tier);
    observe::Counter& counter(const char* name, const char* help, const consort_rendition& of);
    bool on_disk(const std::string& key) const { return store_ && store_->may_have(key); }
    bool still_wanted(const consort_rendition& rendition) const;
    const Error* failure(const std::string& key);  // under the mutex; null: none is remembered

    void start(const FlightPtr& flight);
    void load(const FlightPtr& flight);
    void encode(const FlightPtr& flight);
    bool make(Flight& flight);
    void keep(const Flight& flight, const CodedPtr& coded);
    void complete(Flight& flight, const Result<CodedPtr>& result);
    void make_ahead(const MediaPtr& media, consort_rendition* rendition, std::uint32_t number);

    observe::Metrics& metrics_;
    const Decoders decoders_;
    PcmCache pcm_;
    const RenditionFactory factory_;
    observe::Counter &memory_hits_, &disk_hits_, &misses_, &canceled_, &ahead_made_,
        &ahead_dropped_;
    observe::Histogram& encode_seconds_;

    std::mutex mutex_;
    CodedMemory memory_;
    std::unordered_map<std::string, FlightPtr> flights_;
    std::unordered_map<std::string, Failure> failures_;
    bool stopping_ = false;

    const std::unique_ptr<CodedStore> store_;  // null: no disk tier
    EncodeQueue queue_;                        // its threads use all of the above
};

// A segment that is being found or made.
class Flight final : public EncodeJob {
  public:
    Flight(SegmentDesk& desk, MediaPtr of, consort_rendition* as, std::uint32_t which,
           std::string name)
        : media(std::move(of)), rendition(*as), number(which), key(std::move(name)), desk_(desk) {}
    bool run() override;
    void drop() override;
    bool wanted() const override { return desk_.still_wanted(rendition); }
    bool gives_way() const override { return rendition.kind == CONSORT_TRACK_VIDEO; }
    // Pictures are encoded in parts, side by side.
    unsigned width() const override { return rendition.kind == CONSORT_TRACK_VIDEO ? 2 : 1; }

    const MediaPtr media;  // keeps the rendition
    consort_rendition& rendition;
    const std::uint32_t number;
    const std::string key;

    // Under the desk's mutex.
    std::vector<WaiterPtr> waiting;
    bool ahead = false;     // nobody has waited for it yet
    bool loading = false;   // looked for on disk, not queued
    bool deserted = false;  // the last who waited has left

  private:
    SegmentDesk& desk_;
};

}  // namespace consort::media
