// Values in memory: sharded, with times to live, bounded in entries and bytes.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "consort/result.hpp"

namespace consort::keyvalue {

// Any thread. Keys are 1 to 512 bytes, values up to 1 MiB. A ttl of 0 keeps a value until it is
// removed.
//
// A full store first gives up what has expired, then the value with a time to live that would
// expire soonest. Values without one are never given up: if only such are left, the store answers
// BUSY.
class MemoryStore {
  public:
    struct Limits {
        std::uint64_t max_entries = 1'000'000;
        std::uint64_t max_bytes = 256ull << 20;  // keys, values and kEntryOverhead for each
    };
    using Clock = std::function<std::chrono::nanoseconds()>;  // monotonic
    static constexpr std::uint64_t kEntryOverhead = 160;      // bytes that an entry costs besides

    MemoryStore(Limits limits, Clock clock);

    Result<std::optional<std::string>> get(std::string_view key);
    Result<void> set(std::string_view key, std::string_view value, std::chrono::nanoseconds ttl);
    // Whether it was set; expected nullopt: only if absent.
    Result<bool> compare_and_set(std::string_view key, std::optional<std::string_view> expected,
                                 std::string_view value, std::chrono::nanoseconds ttl);
    // Whether there was one.
    Result<bool> remove(std::string_view key);
    // The ttl applies if the key is new. INVALID: not an integer, or the sum does not fit.
    Result<std::int64_t> add(std::string_view key, std::int64_t delta,
                             std::chrono::nanoseconds ttl);

    // Gives up all that has expired.
    void sweep();

    struct Figures {
        std::uint64_t entries, bytes, evicted, expired;
    };
    Figures figures() const noexcept;

  private:
    using Time = std::int64_t;  // ns of the clock
    static constexpr Time kNever = INT64_MAX;

    struct Entry {
        std::string value;
        Time expires = kNever;
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>()(text);
        }
    };
    using Map = std::unordered_map<std::string, Entry, Hash, std::equal_to<>>;
    struct Shard {
        std::mutex mutex;
        Map entries;
        std::set<std::pair<Time, const std::string*>> by_expiry;  // those that expire; map's keys
    };
    // What a change does: reads the present value (null: absent), says what to do.
    enum class Decision { keep, write };
    struct Change {
        Decision decision = Decision::keep;
        std::string_view value;
        Time expires = kNever;
    };

    template <class Decide>
    Result<void> change(std::string_view key, Decide decide);
    Shard& shard_of(std::string_view key) noexcept;
    Time expiry(std::chrono::nanoseconds ttl) const;
    const Entry* find(Shard& shard, std::string_view key, Time now);
    void erase(Shard& shard, Map::iterator entry);
    void erase_expired(Shard& shard, Time now);
    bool reserve(std::uint64_t more_entries, std::uint64_t more_bytes) noexcept;
    void give_back(std::uint64_t entries, std::uint64_t bytes) noexcept;
    bool make_room(std::string_view for_key);
    bool evict_from(Shard& shard);

    const Limits limits_;
    const Clock clock_;
    std::array<Shard, 32> shards_;
    std::mutex totals_mutex_;  // innermost
    std::uint64_t entries_ = 0, bytes_ = 0;
    std::atomic<std::uint64_t> evicted_ = 0, expired_ = 0;
    std::atomic<std::uint64_t> shown_entries_ = 0, shown_bytes_ = 0;
};

}  // namespace consort::keyvalue
