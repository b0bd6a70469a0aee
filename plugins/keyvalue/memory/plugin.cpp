// consort.keyvalue/1 in memory, for one node.
#include "consort/plugin.hpp"

#include <chrono>

#include "plugins/keyvalue/memory/memory_store.hpp"

namespace {

using namespace consort;

class MemoryKeyValue {
  public:
    explicit MemoryKeyValue(Context& context)
        : timers_(context.timers()),
          store_({static_cast<std::uint64_t>(context.config().integer("max_entries", 1'000'000)),
                  static_cast<std::uint64_t>(context.config().integer("max_bytes", 256 << 20))},
                 [timers = timers_] { return timers.now(); }),
          entries_(context.metrics().gauge("entries", "Values in the store.")),
          bytes_(context.metrics().gauge("bytes", "Memory that the values take.")),
          evicted_(context.metrics().counter("evicted_total", "Values given up for room.")) {
        context.offer_keyvalue("memory", store_);
        const std::chrono::seconds period(context.config().integer("sweep_seconds", 10));
        sweeper_ = or_throw(timers_.start(period, period, [this] { sweep(); }));
    }

  private:
    void sweep() {
        store_.sweep();
        const auto figures = store_.figures();
        entries_.set(static_cast<double>(figures.entries));
        bytes_.set(static_cast<double>(figures.bytes));
        evicted_.add(static_cast<double>(figures.evicted - evicted_before_));
        evicted_before_ = figures.evicted;
    }

    Timers timers_;
    keyvalue::MemoryStore store_;
    Metric entries_, bytes_, evicted_;
    std::uint64_t evicted_before_ = 0;
    Timer sweeper_;  // last: stops before the store goes
};

constexpr const char* needs[] = {CONSORT_SERVICE_CONFIG, CONSORT_SERVICE_METRICS,
                                 CONSORT_SERVICE_TIMER, nullptr};
constexpr ConfigKey keys[] = {
    {"max_entries", CONSORT_CONFIG_INTEGER, 0, "1000000", 1, 1e9, "Most values that are kept."},
    {"max_bytes", CONSORT_CONFIG_INTEGER, 0, "268435456", 1 << 20, 1e12,
     "Most memory for keys and values, in bytes."},
    {"sweep_seconds", CONSORT_CONFIG_INTEGER, 0, "10", 1, 3600,
     "How often expired values are removed, in seconds."},
};
constexpr auto descriptor = describe({
    .id = "org.consort.keyvalue.memory",
    .name = "memory",
    .version = "1.0.0",
    .vendor = "Consort",
    .license = "Apache-2.0",
    .description = "Keeps hot state in memory, for one node.",
    .maturity = "stable",
    .hardening = "Keys and values of any bytes; sizes are bounded.",
    .needs = needs,
    .config = keys,
});

}  // namespace

CONSORT_PLUGIN(MemoryKeyValue, descriptor);
