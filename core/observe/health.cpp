#include "core/observe/health.hpp"

#include <sys/statvfs.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>

#include "core/observe/log.hpp"

namespace consort::observe {

struct Health::Impl {
    struct Entry {
        Check check;
        bool required = true;
    };
    mutable std::mutex mutex;
    std::map<std::string, Entry> checks;
    std::atomic<bool> draining{false};
};

Health::Health() : impl_(std::make_unique<Impl>()) {}
Health::~Health() = default;

void Health::add(std::string name, Check check, bool required) {
    const std::lock_guard lock(impl_->mutex);
    impl_->checks[std::move(name)] = {std::move(check), required};
}

void Health::remove(const std::string& name) {
    const std::lock_guard lock(impl_->mutex);
    impl_->checks.erase(name);
}

void Health::set_draining() noexcept { impl_->draining = true; }

Health::Report Health::report() const {
    std::map<std::string, Impl::Entry> checks;
    {
        const std::lock_guard lock(impl_->mutex);
        checks = impl_->checks;
    }
    Report report;
    report.draining = impl_->draining;
    report.ready = !report.draining;
    std::string list;
    for (const auto& [name, entry] : checks) {
        CheckResult result;
        try {
            result = entry.check();
        } catch (const std::exception& error) {
            result = {false, error.what()};
        }
        if (!result.ok && entry.required) report.ready = false;
        list += list.empty() ? "\"" : ",\"";
        append_json_escaped(list, name);
        list += result.ok ? R"(":{"ok":true,"required":)" : R"(":{"ok":false,"required":)";
        list += entry.required ? "true" : "false";
        if (!result.detail.empty()) {
            list += R"(,"detail":")";
            append_json_escaped(list, result.detail);
            list += '"';
        }
        list += '}';
    }
    report.json = R"({"status":")";
    report.json += report.ready ? "ready" : report.draining ? "draining" : "not_ready";
    report.json += R"(","checks":{)" + list + "}}\n";
    return report;
}

namespace {

std::string mebibytes(std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

}  // namespace

CheckResult check_disk_space(const std::string& path, std::uint64_t least_free_bytes) {
    struct statvfs figures {};
    if (::statvfs(path.c_str(), &figures) != 0) {
        return {false, path + ": " + std::strerror(errno)};
    }
    const std::uint64_t free = std::uint64_t{figures.f_bavail} * figures.f_frsize;
    if (free < least_free_bytes) {
        return {false, path + ": only " + mebibytes(free) + " free, " +
                           mebibytes(least_free_bytes) + " needed; make room on this disk"};
    }
    return {true, mebibytes(free) + " free"};
}

CheckResult check_memory(std::uint64_t least_available_bytes) {
    std::ifstream info("/proc/meminfo");
    for (std::string line; std::getline(info, line);) {
        if (line.rfind("MemAvailable:", 0) != 0) continue;
        const std::uint64_t available = std::stoull(line.substr(13)) << 10;
        if (available < least_available_bytes) {
            return {false, "only " + mebibytes(available) + " of memory left, " +
                               mebibytes(least_available_bytes) + " needed"};
        }
        return {true, mebibytes(available) + " available"};
    }
    return {true, "unknown"};
}

CheckResult check_directory(const std::string& path) {
    std::error_code error;
    const std::filesystem::directory_iterator listing(path, error);
    if (error) return {false, path + ": " + error.message()};
    return {true, path};
}

}  // namespace consort::observe
