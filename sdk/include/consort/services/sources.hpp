// Reading sources, wherever they are, through the storage plugins.
#pragma once

#include <cstdint>
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

  private:
    const consort_storage_api* api_;
    consort_host* host_;
};

}  // namespace v1
}  // namespace consort
