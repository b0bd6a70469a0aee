// The state behind the fake host's services, and their tables.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "consort/abi/cache.h"
#include "consort/abi/services.h"
#include "consort/slice.hpp"
#include "consort/text.hpp"

namespace consort {
inline namespace v1 {
namespace testing {

// ---- log ----
struct FakeLog {
    struct Line {
        std::uint32_t level;
        std::string text;
    };
    std::vector<Line> lines;
    std::uint32_t level = CONSORT_LOG_DEBUG;
    std::int64_t time = 0;  // ns since 1970, of lines that sinks get
    bool contains(std::string_view text) const {
        for (const Line& line : lines)
            if (line.text.find(text) != std::string::npos) return true;
        return false;
    }
};

// ---- config ----
using FakeValue = std::variant<std::string, std::int64_t, double, bool, std::vector<std::string>>;
struct FakeConfig {
    std::map<std::string, FakeValue, std::less<>> values;
    std::string data_directory;

    template <class T>
    consort_status find(const char* key, const T** out) const {
        const auto found = values.find(key);
        if (found == values.end()) return CONSORT_E_NOT_FOUND;
        *out = std::get_if<T>(&found->second);
        return *out ? CONSORT_OK : CONSORT_E_INVALID;
    }
};

// ---- metrics: by "name" or "name{label=value}" ----
struct FakeMetrics {
    std::map<std::string, double, std::less<>> values;
    double* find(const char* name, const char* label, const char* value) {
        std::string key(name);
        if (label && value) key += "{" + std::string(label) + "=" + value + "}";
        return &values[key];
    }
};

// ---- executor: at once, or by hand ----
struct FakeExecutor {
    bool run_at_once = true;
    bool full = false;  // every post is BUSY
    bool on_worker = false;
    using Function = void (*)(void*) noexcept;
    struct Job {
        Function run, drop;
        void* arg;
    };
    std::deque<Job> jobs;

    ~FakeExecutor() {
        for (const Job& job : jobs)
            if (job.drop) job.drop(job.arg);
    }
    consort_status post(Function run, Function drop, void* arg) {
        if (full) return CONSORT_E_BUSY;
        if (run_at_once)
            run(arg);
        else
            jobs.push_back({run, drop, arg});
        return CONSORT_OK;
    }
    // Runs what waits, and what that adds.
    void run_all() {
        while (!jobs.empty()) {
            const Job job = jobs.front();
            jobs.pop_front();
            job.run(job.arg);
        }
    }
};

// ---- timers: time passes by hand ----
struct FakeTimers {
    struct Entry {
        std::int64_t due, period;
        void (*run)(void*) noexcept;
        void* arg;
    };
    std::int64_t now = 0;
    std::list<Entry> entries;  // addresses are the timers' names

    void advance(std::chrono::nanoseconds by) {
        const std::int64_t until = now + by.count();
        while (Entry* next = earliest(until)) {
            now = std::max(now, next->due);
            next->due = next->period > 0 ? now + next->period : INT64_MAX;
            next->run(next->arg);
        }
        now = until;
    }

  private:
    Entry* earliest(std::int64_t until) {
        Entry* found = nullptr;
        for (Entry& entry : entries)
            if (entry.due <= until && entry.due != INT64_MAX && (!found || entry.due < found->due))
                found = &entry;
        return found;
    }
};

// ---- cache ----
struct FakeCache {
    std::map<std::string, std::shared_ptr<std::string>, std::less<>> entries;
    bool full = false;  // every fetch that would produce is BUSY
    unsigned produced = 0;
    std::shared_ptr<std::string> filling;

    using Produce = consort_status (*)(void*, consort_cache_fill*) noexcept;
    using Ready = void (*)(void*, consort_status, const consort_slice*) noexcept;
    using Drop = void (*)(void*) noexcept;
    consort_status fetch(std::string_view key, Produce produce, Ready ready, Drop drop, void* arg) {
        consort_status status = CONSORT_OK;
        auto found = entries.find(key);
        if (found == entries.end()) {
            if (full) {
                drop(arg);
                return CONSORT_E_BUSY;
            }
            ++produced;
            filling.reset();
            status = produce(arg, reinterpret_cast<consort_cache_fill*>(this));
            if (status >= 0 && !filling) status = CONSORT_E_INTERNAL;
            if (status >= 0) found = entries.emplace(key, std::move(filling)).first;
        }
        if (status < 0) {
            ready(arg, status, nullptr);
        } else {
            const auto& bytes = found->second;
            const consort_slice slice = Slice::memory(bytes, bytes->data(), bytes->size()).take();
            ready(arg, CONSORT_OK, &slice);
        }
        drop(arg);
        return CONSORT_OK;
    }
};

// ---- events: delivered at once, kept for the test ----
struct FakeEvents {
    struct Event {
        std::string topic, json;
    };
    struct Listener {
        std::string prefix;
        consort_event call;
        void* arg;
    };
    std::vector<Event> published;
    std::list<Listener> listeners;  // addresses are the subscriptions' names

    void publish(std::string_view topic, std::string_view json) {
        published.push_back({std::string(topic), std::string(json)});
        for (const Listener& listener : listeners)
            if (topic.starts_with(listener.prefix))
                listener.call(listener.arg, str(topic), str(json));
    }
};

}  // namespace testing
}  // namespace v1
}  // namespace consort
