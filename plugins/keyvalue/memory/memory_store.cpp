#include "plugins/keyvalue/memory/memory_store.hpp"

#include <charconv>

namespace consort::keyvalue {
namespace {

constexpr std::size_t kMaxKey = 512;
constexpr std::size_t kMaxValue = 1 << 20;

Error full(std::uint64_t entries, std::uint64_t bytes) {
    return {CONSORT_E_BUSY, "the key-value store is full (" + std::to_string(entries) +
                                " entries, " + std::to_string(bytes) +
                                " bytes): raise max_entries or max_bytes"};
}

Result<void> check_key(std::string_view key) {
    if (key.empty() || key.size() > kMaxKey)
        return Error{CONSORT_E_INVALID,
                     "a key has 1 to 512 bytes, not " + std::to_string(key.size())};
    return {};
}

Result<void> check_input(std::string_view key, std::string_view value,
                         std::chrono::nanoseconds ttl) {
    if (value.size() > kMaxValue)
        return Error{CONSORT_E_INVALID,
                     "a value has at most 1048576 bytes, not " + std::to_string(value.size())};
    if (ttl.count() < 0) return Error{CONSORT_E_INVALID, "a time to live is not negative"};
    return check_key(key);
}

}  // namespace

MemoryStore::MemoryStore(Limits limits, Clock clock) : limits_(limits), clock_(std::move(clock)) {}

MemoryStore::Shard& MemoryStore::shard_of(std::string_view key) noexcept {
    // The map uses the low bits of the same hash.
    return shards_[(Hash()(key) >> 40) % shards_.size()];
}

MemoryStore::Time MemoryStore::expiry(std::chrono::nanoseconds ttl) const {
    Time expires = kNever;
    if (ttl.count() == 0 || __builtin_add_overflow(clock_().count(), ttl.count(), &expires))
        return kNever;
    return expires;
}

const MemoryStore::Entry* MemoryStore::find(Shard& shard, std::string_view key, Time now) {
    const auto found = shard.entries.find(key);
    if (found == shard.entries.end()) return nullptr;
    if (found->second.expires > now) return &found->second;
    erase(shard, found);
    ++expired_;
    return nullptr;
}

void MemoryStore::erase(Shard& shard, Map::iterator entry) {
    if (entry->second.expires != kNever)
        shard.by_expiry.erase({entry->second.expires, &entry->first});
    give_back(1, kEntryOverhead + entry->first.size() + entry->second.value.size());
    shard.entries.erase(entry);
}

void MemoryStore::erase_expired(Shard& shard, Time now) {
    while (!shard.by_expiry.empty() && shard.by_expiry.begin()->first <= now) {
        erase(shard, shard.entries.find(*shard.by_expiry.begin()->second));
        ++expired_;
    }
}

bool MemoryStore::reserve(std::uint64_t more_entries, std::uint64_t more_bytes) noexcept {
    const std::lock_guard lock(totals_mutex_);
    if (entries_ + more_entries > limits_.max_entries || bytes_ + more_bytes > limits_.max_bytes)
        return false;
    shown_entries_ = entries_ += more_entries;
    shown_bytes_ = bytes_ += more_bytes;
    return true;
}

void MemoryStore::give_back(std::uint64_t entries, std::uint64_t bytes) noexcept {
    const std::lock_guard lock(totals_mutex_);
    shown_entries_ = entries_ -= entries;
    shown_bytes_ = bytes_ -= bytes;
}

bool MemoryStore::evict_from(Shard& shard) {
    const std::lock_guard lock(shard.mutex);
    if (shard.by_expiry.empty()) return false;
    const auto soonest = shard.by_expiry.begin();
    ++(soonest->first <= clock_().count() ? expired_ : evicted_);
    erase(shard, shard.entries.find(*soonest->second));
    return true;
}

// Gives up one entry, with luck of the key's own shard. False: there is none to give up.
bool MemoryStore::make_room(std::string_view for_key) {
    if (evict_from(shard_of(for_key))) return true;
    for (Shard& shard : shards_)
        if (evict_from(shard)) return true;
    return false;
}

// Looks, decides and writes under the shard's lock. Where there is no room the lock is let go, room
// is made, and everything is looked at again.
template <class Decide>
Result<void> MemoryStore::change(std::string_view key, Decide decide) {
    Shard& shard = shard_of(key);
    for (;;) {
        {
            const std::lock_guard lock(shard.mutex);
            const Entry* present = find(shard, key, clock_().count());
            Result<Change> change = decide(present);
            if (!change) return std::move(change).error();
            if (change->decision == Decision::keep) return {};
            const std::uint64_t before = present ? present->value.size() : 0;
            const std::uint64_t after =
                change->value.size() + (present ? 0 : kEntryOverhead + key.size());
            if (reserve(present ? 0 : 1, after > before ? after - before : 0)) {
                auto entry = shard.entries.find(key);
                if (present) {
                    give_back(0, before > after ? before - after : 0);
                    if (entry->second.expires != kNever)
                        shard.by_expiry.erase({entry->second.expires, &entry->first});
                } else {
                    entry = shard.entries.emplace(key, Entry()).first;
                }
                entry->second.value.assign(change->value);
                entry->second.expires = change->expires;
                if (change->expires != kNever)
                    shard.by_expiry.emplace(change->expires, &entry->first);
                return {};
            }
        }
        if (!make_room(key)) return full(limits_.max_entries, limits_.max_bytes);
    }
}

Result<std::optional<std::string>> MemoryStore::get(std::string_view key) {
    if (Result<void> fine = check_key(key); !fine) return std::move(fine).error();
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    const Entry* entry = find(shard, key, clock_().count());
    return entry ? std::optional<std::string>(entry->value) : std::nullopt;
}

Result<void> MemoryStore::set(std::string_view key, std::string_view value,
                              std::chrono::nanoseconds ttl) {
    if (Result<void> fine = check_input(key, value, ttl); !fine) return fine;
    return change(key, [&](const Entry*) -> Result<Change> {
        return Change{Decision::write, value, expiry(ttl)};
    });
}

Result<bool> MemoryStore::compare_and_set(std::string_view key,
                                          std::optional<std::string_view> expected,
                                          std::string_view value, std::chrono::nanoseconds ttl) {
    if (Result<void> fine = check_input(key, value, ttl); !fine) return std::move(fine).error();
    bool fits = false;
    const Result<void> done = change(key, [&](const Entry* present) -> Result<Change> {
        fits = present ? expected && *expected == present->value : !expected;
        if (!fits) return Change{};
        return Change{Decision::write, value, expiry(ttl)};
    });
    if (!done) return done.error();
    return fits;
}

Result<bool> MemoryStore::remove(std::string_view key) {
    if (Result<void> fine = check_key(key); !fine) return std::move(fine).error();
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    if (!find(shard, key, clock_().count())) return false;
    erase(shard, shard.entries.find(key));
    return true;
}

Result<std::int64_t> MemoryStore::add(std::string_view key, std::int64_t delta,
                                      std::chrono::nanoseconds ttl) {
    if (Result<void> fine = check_input(key, {}, ttl); !fine) return std::move(fine).error();
    std::int64_t sum = 0;
    std::string text;
    const Result<void> done = change(key, [&](const Entry* present) -> Result<Change> {
        std::int64_t value = 0;
        if (present) {
            const char* end = present->value.data() + present->value.size();
            const auto parsed = std::from_chars(present->value.data(), end, value);
            if (parsed.ec != std::errc() || parsed.ptr != end)
                return Error{CONSORT_E_INVALID, "the present value is not a decimal integer"};
        }
        if (__builtin_add_overflow(value, delta, &sum))
            return Error{CONSORT_E_INVALID, "the sum does not fit into 64 bits"};
        text = std::to_string(sum);
        return Change{Decision::write, text, present ? present->expires : expiry(ttl)};
    });
    if (!done) return done.error();
    return sum;
}

void MemoryStore::sweep() {
    for (Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        erase_expired(shard, clock_().count());
    }
}

MemoryStore::Figures MemoryStore::figures() const noexcept {
    return {shown_entries_, shown_bytes_, evicted_, expired_};
}

}  // namespace consort::keyvalue
