// One line a request. Lines are gathered in memory and written by a thread of their own, so that
// no I/O thread waits for a disk or a terminal.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/observe/metrics.hpp"

namespace consort::http {

class AccessLog {
  public:
    // `destination` as ServerSettings::access_log. Throws std::runtime_error if the file cannot be
    // opened. Lines that the disk is too slow for are dropped and counted.
    AccessLog(const std::string& destination, observe::Metrics& metrics);
    ~AccessLog();  // writes what is left

    struct Entry {
        std::string_view method, path, route, remote, request_id;
        int status = 0;
        std::uint64_t bytes = 0;
        double seconds = 0;
        bool aborted = false;
    };
    void write(const Entry& entry);
    bool enabled() const noexcept { return impl_ != nullptr; }

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace consort::http
