// For tests: sources in memory and a container plugin whose "files" are lists of samples.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "consort/abi/plugin.h"

#include "core/host/component_registry.hpp"
#include "core/host/last_error.hpp"
#include "core/media/probe.hpp"
#include "core/media/storage.hpp"
#include "core/observe/metrics.hpp"

namespace consort::media::testing {

class TemporaryDirectory {
  public:
    TemporaryDirectory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "consort-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr)
            throw std::runtime_error("no temporary directory");
        path_ = pattern;
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

struct MemoryFile {
    std::string bytes;
    std::uint64_t file_id = 1;
};

// One storage ("memory:") and one container, offered to a registry as a plugin would.
struct World {
    host::ComponentRegistry registry;
    observe::Metrics metrics;
    std::map<std::string, MemoryFile> files;  // by URI; fill before use
    std::atomic<int> opened{0}, closed{0}, indexed{0};
    // What the container does when it is asked for an index.
    std::function<consort_status(const consort_input&, const consort_index_sink&)> on_index;
    // The same for a probe; UNSUPPORTED without it.
    std::function<consort_status(const consort_probe_sink&)> on_probe;
    std::vector<std::string> listing;  // of every directory
    consort_change changed = nullptr;  // of the watch that was begun last
    void* changed_arg = nullptr;
    std::atomic<int> watches{0};

    World() {
        storage_.struct_size = sizeof storage_;
        storage_.scheme = "memory";
        storage_.open = [](void* self, consort_str uri, consort_source** out) noexcept {
            auto& world = *static_cast<World*>(self);
            const auto found = world.files.find(std::string(uri.ptr, uri.len));
            if (found == world.files.end()) {
                host::set_last_error("There is no such file in memory.");
                return consort_status{CONSORT_E_NOT_FOUND};
            }
            ++world.opened;
            *out = reinterpret_cast<consort_source*>(&found->second);
            return consort_status{CONSORT_OK};
        };
        storage_.close = [](void* self, consort_source*) noexcept {
            ++static_cast<World*>(self)->closed;
        };
        storage_.stat = [](void*, const consort_source* source, consort_stat* out) noexcept {
            const auto& file = *reinterpret_cast<const MemoryFile*>(source);
            *out = {CONSORT_ENTRY_FILE, 0, file.bytes.size(), 1'000'000'000, file.file_id};
            return consort_status{CONSORT_OK};
        };
        storage_.read = [](void*, consort_source* source, std::uint64_t offset, void* buffer,
                           std::uint64_t size, std::uint64_t* got) noexcept {
            const std::string& bytes = reinterpret_cast<MemoryFile*>(source)->bytes;
            *got = offset < bytes.size() ? std::min<std::uint64_t>(size, bytes.size() - offset) : 0;
            if (*got != 0) std::memcpy(buffer, bytes.data() + offset, *got);
            return consort_status{CONSORT_OK};
        };
        storage_.look = [](void*, consort_str, consort_stat*) noexcept {
            return consort_status{CONSORT_E_UNSUPPORTED};
        };
        storage_.list = [](void* self, consort_str, consort_list_entry each, void* arg) noexcept {
            const auto& names = static_cast<World*>(self)->listing;
            const consort_stat stat{CONSORT_ENTRY_FILE, 0, 1, 0, 1};
            for (const std::string& name : names) each(arg, {name.data(), name.size()}, &stat);
            return consort_status{names.empty() ? CONSORT_E_UNSUPPORTED : CONSORT_OK};
        };
        container_.struct_size = sizeof container_;
        container_.probe = [](void* self, consort_input, consort_probe_sink sink) noexcept {
            auto& world = *static_cast<World*>(self);
            return world.on_probe ? world.on_probe(sink) : consort_status{CONSORT_E_UNSUPPORTED};
        };
        container_.cover = [](void*, consort_input, consort_cover_ready, void*) noexcept {
            return consort_status{CONSORT_E_NOT_FOUND};
        };
        container_.index = [](void* self, consort_input input, consort_index_sink sink) noexcept {
            auto& world = *static_cast<World*>(self);
            ++world.indexed;
            return world.on_index(input, sink);
        };
        static const char* const extensions[] = {"mem", nullptr};
        container_.extensions = extensions;
        offer(CONSORT_STORAGE, &storage_);
        offer(CONSORT_CONTAINER, &container_);
    }

    // The storage can tell of changes from now on.
    void make_watchable() {
        storage_.watch = [](void* self, consort_str, consort_change change, void* arg,
                            void** out) noexcept {
            auto& world = *static_cast<World*>(self);
            world.changed = change;
            world.changed_arg = arg;
            ++world.watches;
            *out = self;
            return consort_status{CONSORT_OK};
        };
        storage_.unwatch = [](void* self, void*) noexcept { --static_cast<World*>(self)->watches; };
        registry.withdraw("test");
        offer(CONSORT_STORAGE, &storage_);
        offer(CONSORT_CONTAINER, &container_);
    }

    double counter(const std::string& name) { return metrics.counter(name, "Help.").value(); }

  private:
    void offer(const char* interface_id, const void* table) {
        consort_component component{};
        component.struct_size = sizeof component;
        component.interface_id = interface_id;
        component.name = "test";
        component.vtable = table;
        component.self = this;
        if (!registry.offer("test", component)) throw std::runtime_error("offer failed");
    }
    consort_storage storage_{};
    consort_container container_{};
};

// A track with `count` samples of `size` bytes from the start of the source on.
inline consort_status one_track(const consort_index_sink& sink, std::uint32_t count,
                                std::uint32_t size) {
    consort_track track{};
    track.struct_size = sizeof track;
    track.kind = CONSORT_TRACK_AUDIO;
    track.timescale = 44'100;
    track.codec = {"aac", 3};
    consort_status status = sink.track(sink.self, &track);
    std::vector<consort_sample> samples;
    for (std::uint32_t i = 0; i < count; ++i)
        samples.push_back({std::uint64_t{i} * size, 0, size, 1'024, 0, CONSORT_SAMPLE_SYNC});
    if (status >= 0) status = sink.samples(sink.self, 0, samples.data(), samples.size());
    return status;
}

// Blocks until something has happened as often as wanted.
class Latch {
  public:
    void hit() {
        const std::lock_guard lock(mutex_);
        ++count_;
        changed_.notify_all();
    }
    bool wait(int count) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(30), [&] { return count_ >= count; });
    }
    int count() {
        const std::lock_guard lock(mutex_);
        return count_;
    }
    bool passed(int count_wanted) { return count() >= count_wanted; }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int count_ = 0;
};

}  // namespace consort::media::testing
