// Reading sources, wherever they are, through the storage plugins.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "consort/abi/storage.h"
#include "consort/host_link.hpp"

namespace consort {
inline namespace v1 {

// An opened source; closes itself. Reads block: for workers, several at once.
class OpenedSource {
  public:
    OpenedSource(const consort_storage_api* api, consort_host* host, consort_source* raw) noexcept
        : api_(api), host_(host), raw_(raw) {}
    OpenedSource(OpenedSource&& other) noexcept
        : api_(other.api_), host_(other.host_), raw_(std::exchange(other.raw_, nullptr)) {}
    OpenedSource& operator=(OpenedSource&& other) noexcept {
        std::swap(api_, other.api_);
        std::swap(host_, other.host_);
        std::swap(raw_, other.raw_);
        return *this;
    }
    ~OpenedSource() {
        if (raw_) api_->close(host_, raw_);
    }

    Result<consort_stat> stat() const {
        consort_stat out{};
        const consort_status status = api_->stat(host_, raw_, &out);
        if (status < 0) return error_of(status, "cannot look at the source");
        return out;
    }
    // How much was read: less than `size` only at the end.
    Result<std::uint64_t> read(std::uint64_t offset, void* buffer, std::uint64_t size) const {
        std::uint64_t got = 0;
        const consort_status status = api_->read(host_, raw_, offset, buffer, size, &got);
        if (status < 0) return error_of(status, "cannot read the source");
        return got;
    }

  private:
    const consort_storage_api* api_;
    consort_host* host_;
    consort_source* raw_;
};

// Ends the watch when destroyed, on a worker.
class SourceWatch {
  public:
    SourceWatch(SourceWatch&& other) noexcept
        : api_(other.api_),
          raw_(std::exchange(other.raw_, nullptr)),
          changed_(std::move(other.changed_)) {}
    SourceWatch& operator=(SourceWatch&& other) noexcept {
        std::swap(api_, other.api_);
        std::swap(raw_, other.raw_);
        std::swap(changed_, other.changed_);
        return *this;
    }
    ~SourceWatch() {
        if (raw_) api_->unwatch(raw_);
    }

  private:
    friend class Sources;
    using Changed = std::function<void(std::uint32_t change, std::string_view uri)>;
    SourceWatch(const consort_storage_api* api, std::unique_ptr<Changed> changed)
        : api_(api), changed_(std::move(changed)) {}

    const consort_storage_api* api_;
    consort_watch* raw_ = nullptr;
    std::unique_ptr<Changed> changed_;
};

class Sources {
  public:
    explicit Sources(const HostLink& link)
        : api_(link.require<consort_storage_api>(CONSORT_SERVICE_STORAGE)), host_(link.host) {}

    // Blocks: for workers.
    Result<OpenedSource> open(std::string_view uri) const {
        consort_source* raw = nullptr;
        const consort_status status = api_->open(host_, str(uri), &raw);
        if (status < 0) return error_of(status, "cannot open " + std::string(uri));
        return OpenedSource(api_, host_, raw);
    }

    // Calls each(name, stat) for what lies in a directory, in no order. Blocks: for workers.
    Result<void> list(
        std::string_view uri,
        const std::function<void(std::string_view, const consort_stat&)>& each) const {
        const auto take = [](void* arg, consort_str name, const consort_stat* stat) noexcept {
            const Result<void> done = contained([&]() -> Result<void> {
                (*static_cast<decltype(&each)>(arg))(view(name), *stat);
                return {};
            });
            return done ? consort_status{CONSORT_OK} : consort_status{CONSORT_E_INTERNAL};
        };
        return check(
            api_->list(host_, str(uri), take, const_cast<void*>(static_cast<const void*>(&each))),
            "cannot list the directory");
    }
    // `changed(change, uri)` runs on a thread of the storage's for every change below `uri`
    // (CONSORT_CHANGE_*) and must not throw. UNSUPPORTED: this storage cannot tell. Blocks.
    Result<SourceWatch> watch(std::string_view uri, SourceWatch::Changed changed) const {
        SourceWatch made(api_, std::make_unique<SourceWatch::Changed>(std::move(changed)));
        const auto forward = [](void* arg, std::uint32_t change, consort_str where) noexcept {
            (*static_cast<SourceWatch::Changed*>(arg))(change, view(where));
        };
        const consort_status status =
            api_->watch(host_, str(uri), forward, made.changed_.get(), &made.raw_);
        if (status < 0) return error_of(status, "cannot watch the directory");
        return made;
    }

  private:
    const consort_storage_api* api_;
    consort_host* host_;
};

}  // namespace v1
}  // namespace consort
