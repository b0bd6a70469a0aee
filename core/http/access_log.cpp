#include "core/http/access_log.hpp"

#include <fcntl.h>
#include <time.h>

#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "core/http/descriptor.hpp"
#include "core/observe/log.hpp"

namespace consort::http {

namespace {

constexpr std::size_t flush_at = 64 * 1024;
constexpr std::size_t most_pending = 4 * 1024 * 1024;
constexpr std::chrono::milliseconds flush_every{200};

// "2026-01-31T12:00:00.000Z"; the part up to the second is made once a second and thread.
void append_time(std::string& out) {
    thread_local time_t made_for = -1;
    thread_local char text[32] = "";
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec != made_for) {
        made_for = now.tv_sec;
        tm parts{};
        ::gmtime_r(&now.tv_sec, &parts);
        ::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    }
    char milliseconds[8];
    std::snprintf(milliseconds, sizeof milliseconds, ".%03dZ",
                  static_cast<int>(now.tv_nsec / 1'000'000));
    out.append(text).append(milliseconds);
}

}  // namespace

struct AccessLog::Impl {
    Impl(const std::string& destination, observe::Metrics& metrics)
        : dropped(metrics.counter("consort_access_log_dropped_total",
                                  "Lines of the access log dropped because writing is too slow")) {
        if (destination != "-") {
            file = Descriptor(
                ::open(destination.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640));
            if (!file) {
                throw std::runtime_error("cannot open the access log " + destination + ": " +
                                         std::strerror(errno));
            }
        }
        writer = std::thread([this] { write_out(); });
    }
    ~Impl() {
        {
            const std::lock_guard lock(mutex);
            stopping = true;
        }
        wake.notify_one();
        writer.join();
    }

    void append(const std::string& line) {
        bool full = false;
        {
            const std::lock_guard lock(mutex);
            if (pending.size() + line.size() > most_pending) {
                dropped.add();
                return;
            }
            full = pending.size() < flush_at && pending.size() + line.size() >= flush_at;
            pending += line;
        }
        if (full) wake.notify_one();
    }

    void write_out() {
        std::string lines;
        bool last = false;
        while (!last) {
            {
                std::unique_lock lock(mutex);
                wake.wait_for(lock, flush_every,
                              [this] { return stopping || pending.size() >= flush_at; });
                last = stopping;
                lines.swap(pending);
            }
            if (lines.empty()) continue;
            if (!file) {
                observe::write_log_lines(lines);
            } else {
                std::string_view rest = lines;
                while (!rest.empty()) {
                    const ssize_t written = ::write(file.get(), rest.data(), rest.size());
                    if (written < 0 && errno == EINTR) continue;
                    if (written <= 0) break;  // a full disk must not stop the service
                    rest.remove_prefix(static_cast<std::size_t>(written));
                }
            }
            lines.clear();
        }
    }

    observe::Counter& dropped;
    Descriptor file;
    std::mutex mutex;
    std::condition_variable wake;
    std::string pending;
    bool stopping = false;
    std::thread writer;
};

AccessLog::AccessLog(const std::string& destination, observe::Metrics& metrics) {
    if (!destination.empty()) impl_ = std::make_unique<Impl>(destination, metrics);
}
AccessLog::~AccessLog() = default;

void AccessLog::write(const Entry& entry) {
    if (!impl_) return;
    thread_local std::string line;
    line.clear();
    const auto add = [](std::string_view text) { observe::append_json_escaped(line, text); };
    char numbers[80];
    if (observe::log_is_json()) {
        line += R"({"time":")";
        append_time(line);
        line += R"(","level":"info","logger":"access","method":")";
        add(entry.method);
        line += R"(","path":")";
        add(entry.path);
        std::snprintf(numbers, sizeof numbers, R"(","status":%d,"bytes":%llu,"seconds":%.6f)",
                      entry.status, static_cast<unsigned long long>(entry.bytes), entry.seconds);
        line += numbers;
        line += entry.aborted ? R"(,"aborted":true,"route":")" : R"(,"route":")";
        add(entry.route);
        line += R"(","remote":")";
        add(entry.remote);
        line += R"(","request_id":")";
        add(entry.request_id);
        line += "\"}\n";
    } else {
        append_time(line);
        line += " info    access: ";
        add(entry.method.empty() ? "-" : entry.method);
        line += ' ';
        add(entry.path.empty() ? "-" : entry.path);
        std::snprintf(numbers, sizeof numbers, " %d %llu bytes %.1f ms%s", entry.status,
                      static_cast<unsigned long long>(entry.bytes), entry.seconds * 1e3,
                      entry.aborted ? " aborted" : "");
        line += numbers;
        line += " route=";
        const bool quoted = entry.route.find(' ') != entry.route.npos;
        if (quoted) line += '"';
        add(entry.route);
        if (quoted) line += '"';
        line += " remote=";
        add(entry.remote);
        line += " id=";
        add(entry.request_id);
        line += '\n';
    }
    impl_->append(line);
}

}  // namespace consort::http
