#include "core/observe/log.hpp"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <ctime>
#include <exception>
#include <mutex>
#include <shared_mutex>
#include <stdexcept>
#include <vector>

#include "consort/utf8.hpp"

namespace consort::observe {

namespace {

std::atomic<Level> least_level{Level::info};
std::atomic<bool> json{false};

constexpr std::string_view level_names[] = {"trace", "debug", "info", "warning", "error"};

spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
        case Level::trace:
            return spdlog::level::trace;
        case Level::debug:
            return spdlog::level::debug;
        case Level::info:
            return spdlog::level::info;
        case Level::warning:
            return spdlog::level::warn;
        case Level::error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

// Lines arrive whole; one write(2) each keeps them whole for whoever reads the pipe.
class StandardErrorSink final : public spdlog::sinks::base_sink<std::mutex> {
  public:
    void write_lines(std::string_view lines) {
        const std::lock_guard lock(mutex_);
        write_all(lines);
    }

  protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        write_all({message.payload.data(), message.payload.size()});
    }
    void flush_() override {}

  private:
    static void write_all(std::string_view text) {
        while (!text.empty()) {
            const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
            if (written < 0 && errno == EINTR) continue;
            if (written <= 0) return;
            text.remove_prefix(static_cast<std::size_t>(written));
        }
    }
};

StandardErrorSink& sink() {
    static const auto shared = std::make_shared<StandardErrorSink>();
    return *shared;
}

spdlog::logger& logger() {
    // Held by a second pointer, so that threads may log while the process ends.
    static auto* kept = new std::shared_ptr<spdlog::logger>([] {
        auto made = std::make_shared<spdlog::logger>(
            "consort", std::shared_ptr<StandardErrorSink>(&sink(), [](StandardErrorSink*) {}));
        made->set_level(spdlog::level::trace);
        return made;
    }());
    return **kept;
}

struct Taps {
    std::shared_mutex mutex;
    std::vector<LogTap*> all;
    std::atomic<bool> any{false};
};

// Never destroyed, because threads may log while the process ends.
Taps& taps() {
    static auto* kept = new Taps;
    return *kept;
}

std::string text_of(const timespec& now) {
    tm parts{};
    ::gmtime_r(&now.tv_sec, &parts);
    char seconds[32];
    ::strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", &parts);
    return fmt::format("{}.{:03}Z", seconds, now.tv_nsec / 1'000'000);
}

}  // namespace

std::optional<Level> level_from(std::string_view name) noexcept {
    for (std::size_t i = 0; i < std::size(level_names); ++i) {
        if (level_names[i] == name) return static_cast<Level>(i);
    }
    return std::nullopt;
}

void set_up_log(const config::LogSettings& settings) {
    const auto level = level_from(settings.level);
    if (!level) {
        throw std::invalid_argument("[log] level: '" + settings.level +
                                    "' is none of trace, debug, info, warning, error");
    }
    if (settings.format != "text" && settings.format != "json") {
        throw std::invalid_argument("[log] format: '" + settings.format +
                                    "' is neither text nor json");
    }
    least_level = *level;
    json = settings.format == "json";
}

bool log_is_json() noexcept { return json.load(std::memory_order_relaxed); }

bool Logger::enabled(Level level) noexcept {
    return level >= least_level.load(std::memory_order_relaxed);
}

void Logger::log(Level level, std::string_view message, Fields fields) const noexcept {
    if (!enabled(level)) return;
    try {
        timespec now{};
        ::clock_gettime(CLOCK_REALTIME, &now);
        std::string line;
        const std::string_view level_name = level_names[static_cast<std::size_t>(level)];
        if (log_is_json()) {
            line =
                fmt::format(R"({{"time":"{}","level":"{}","logger":")", text_of(now), level_name);
            append_json_escaped(line, name_);
            line += R"(","message":")";
            append_json_escaped(line, message);
            line += '"';
            for (const LogField& field : fields) {
                line += ",\"";
                append_json_escaped(line, field.name);
                line += "\":\"";
                append_json_escaped(line, field.value);
                line += '"';
            }
            line += "}\n";
        } else {
            line = fmt::format("{} {:<7} ", text_of(now), level_name);
            append_json_escaped(line, name_);
            line += ": ";
            append_json_escaped(line, message);
            for (const LogField& field : fields) {
                line += ' ';
                append_json_escaped(line, field.name);
                line += '=';
                const bool quoted =
                    field.value.empty() || field.value.find_first_of(" =\"") != field.value.npos;
                if (quoted) line += '"';
                append_json_escaped(line, field.value);
                if (quoted) line += '"';
            }
            line += '\n';
        }
        logger().log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
        if (taps().any.load(std::memory_order_relaxed)) {
            LogTap::pass(
                {level, now.tv_sec * 1'000'000'000LL + now.tv_nsec, name_, message, fields});
        }
    } catch (const std::exception&) {
        // Out of memory: the line is lost, the caller goes on.
    }
}

LogTap::LogTap(Level least, Take take) : least_(least), take_(std::move(take)) {
    const std::lock_guard lock(taps().mutex);
    taps().all.push_back(this);
    taps().any = true;
}

LogTap::~LogTap() {
    const std::lock_guard lock(taps().mutex);
    std::erase(taps().all, this);
    taps().any = !taps().all.empty();
}

void LogTap::set_least(Level least) noexcept { least_ = least; }

void LogTap::pass(const LogLine& line) {
    const std::shared_lock lock(taps().mutex);
    for (const LogTap* tap : taps().all) {
        if (line.level >= tap->least_.load(std::memory_order_relaxed)) tap->take_(line);
    }
}

void write_log_lines(std::string_view lines) noexcept {
    try {
        sink().write_lines(lines);
    } catch (const std::exception&) {
        // A mutex that cannot be locked: the lines are lost.
    }
}

void append_json_escaped(std::string& out, std::string_view text) {
    while (!text.empty()) {
        const char c = text.front();
        const std::size_t length = utf8_length(text);
        if (length == 0) {
            out += "\xef\xbf\xbd";
            text.remove_prefix(1);
            continue;
        }
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\r') {
            out += "\\r";
        } else if (c == '\t') {
            out += "\\t";
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            constexpr char digits[] = "0123456789abcdef";
            out += "\\u00";
            out += digits[static_cast<unsigned char>(c) >> 4];
            out += digits[static_cast<unsigned char>(c) & 15];
        } else {
            out.append(text.substr(0, length));
        }
        text.remove_prefix(length);
    }
}

}  // namespace consort::observe
