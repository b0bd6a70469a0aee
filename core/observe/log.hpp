// The log: one line an event, to standard error, as text or as JSON.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/config/settings.hpp"

namespace consort::observe {

enum class Level : std::uint8_t { trace, debug, info, warning, error };

std::optional<Level> level_from(std::string_view name) noexcept;

// Applies [log]. Before the first call: info, text. For any thread, also while others log (SIGHUP).
// Throws std::invalid_argument for a level or format that does not exist.
void set_up_log(const config::LogSettings& settings);
bool log_is_json() noexcept;

struct LogField {
    std::string_view name;
    std::string_view value;
};

// A name to log under: "http", "catalog", or a plugin's short name. Cheap to copy; for any thread.
// Text: `2026-01-31T12:00:00.000Z info    http: message name=value`; control characters are
// escaped, so that a line of the log is always one event.
class Logger {
  public:
    explicit Logger(std::string name) : name_(std::move(name)) {}

    static bool enabled(Level level) noexcept;
    using Fields = std::initializer_list<LogField>;
    void log(Level level, std::string_view message, Fields fields = {}) const noexcept;

    void trace(std::string_view m, Fields f = {}) const noexcept { log(Level::trace, m, f); }
    void debug(std::string_view m, Fields f = {}) const noexcept { log(Level::debug, m, f); }
    void info(std::string_view m, Fields f = {}) const noexcept { log(Level::info, m, f); }
    void warning(std::string_view m, Fields f = {}) const noexcept { log(Level::warning, m, f); }
    void error(std::string_view m, Fields f = {}) const noexcept { log(Level::error, m, f); }

  private:
    std::string name_;
};

// A line as a tap gets it, borrowed for the call.
struct LogLine {
    Level level;
    std::int64_t time_ns;  // since 1970, UTC
    std::string_view logger, message;
    Logger::Fields fields;
};

// Gets the lines that the log keeps, besides standard error, while it exists.
class LogTap {
  public:
    // On the thread that logs, several at once: must be quick, and must neither log nor throw.
    using Take = std::function<void(const LogLine&)>;
    LogTap(Level least, Take take);
    ~LogTap();  // waits for calls in progress; not from within one
    LogTap(const LogTap&) = delete;
    LogTap& operator=(const LogTap&) = delete;

    void set_least(Level least) noexcept;

  private:
    friend class Logger;
    static void pass(const LogLine& line);

    std::atomic<Level> least_;
    const Take take_;
};

// Writes whole lines, formatted by the caller, between the log's own.
void write_log_lines(std::string_view lines) noexcept;

// Appends `text` as the inside of a JSON string (RFC 8259); bytes that are not UTF-8 become U+FFFD.
void append_json_escaped(std::string& out, std::string_view text);

}  // namespace consort::observe
