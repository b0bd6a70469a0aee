// Writing to the host's log.
#pragma once

#include <string>
#include <string_view>

#include "consort/host_link.hpp"

namespace consort {
inline namespace v1 {

// Any thread. Lines carry the plugin's name; pieces are joined without blanks:
// log.info("read ", path, ", ", count, " entries").
class Log {
  public:
    explicit Log(const HostLink& link) noexcept : api_(link.log), host_(link.host) {}

    template <class... Pieces>
    void debug(const Pieces&... pieces) const {
        write(CONSORT_LOG_DEBUG, pieces...);
    }
    template <class... Pieces>
    void info(const Pieces&... pieces) const {
        write(CONSORT_LOG_INFO, pieces...);
    }
    template <class... Pieces>
    void warning(const Pieces&... pieces) const {
        write(CONSORT_LOG_WARNING, pieces...);
    }
    template <class... Pieces>
    void error(const Pieces&... pieces) const {
        write(CONSORT_LOG_ERROR, pieces...);
    }
    // Whether a line of that level (CONSORT_LOG_*) would be kept.
    bool keeps(std::uint32_t level) const noexcept { return api_ && level >= api_->level(host_); }

  private:
    template <class... Pieces>
    void write(std::uint32_t level, const Pieces&... pieces) const {
        if (!keeps(level)) return;
        std::string line;
        (append(line, pieces), ...);
        api_->write(host_, level, str(line));
    }
    static void append(std::string& line, std::string_view text) { line += text; }
    template <class Number>
    requires std::is_arithmetic_v<Number>
    static void append(std::string& line, Number number) { line += std::to_string(number); }

    const consort_log_api* api_;
    consort_host* host_;
};

}  // namespace v1
}  // namespace consort
