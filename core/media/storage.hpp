// Reaching sources through the storage plugins.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "consort/abi/storage.h"
#include "consort/result.hpp"

#include "core/host/component_registry.hpp"
#include "core/observe/metrics.hpp"

namespace consort::media {

// An opened source. Closes itself. Reads are for worker threads, several at once.
class Source {
  public:
    virtual ~Source() = default;
    virtual const consort_stat& stat() const noexcept = 0;
    virtual int descriptor() const noexcept = 0;  // -1: none
    virtual Result<std::uint64_t> read(std::uint64_t offset, void* buffer, std::uint64_t size) = 0;
};

struct DirectoryEntry {
    std::string name;
    consort_stat stat;
};

// Routes URIs to storage components by scheme; counts the bytes read
// (consort_source_bytes_read_total). A plain path counts as file://, a relative one from the
// current directory. The URI a path makes percent-encodes what RFC 3986 demands, so that any file
// name survives.
class Storage {
  public:
    Storage(const host::ComponentRegistry& registry, observe::Metrics& metrics);
    ~Storage();

    Result<std::shared_ptr<Source>> open(std::string_view uri);
    Result<consort_stat> look(std::string_view uri);
    Result<std::vector<DirectoryEntry>> list(std::string_view uri);

    // Ends the watch when destroyed.
    using Watch = std::shared_ptr<void>;
    using Changed = std::function<void(std::uint32_t change, std::string_view uri)>;
    Result<Watch> watch(std::string_view uri, Changed changed);

    static std::string to_uri(std::string_view path_or_uri);
    static std::string child(std::string_view directory_uri, std::string_view name);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace consort::media
