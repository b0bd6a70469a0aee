// Writes JSON (RFC 8259) straight into a string.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/observe/log.hpp"

namespace consort::catalog {

class JsonWriter {
  public:
    JsonWriter& begin_object() { return open('{'); }
    JsonWriter& end_object() { return close('}'); }
    JsonWriter& begin_array() { return open('['); }
    JsonWriter& end_array() { return close(']'); }

    JsonWriter& key(std::string_view name) {
        comma();
        out_ += '"';
        out_ += name;
        out_ += "\":";
        first_ = true;  // the value follows without a comma
        return *this;
    }
    JsonWriter& text(std::string_view value) {
        comma();
        out_ += '"';
        observe::append_json_escaped(out_, value);
        out_ += '"';
        return *this;
    }
    JsonWriter& number(std::int64_t value) {
        char buffer[24];
        const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
        return raw({buffer, static_cast<std::size_t>(end - buffer)});
    }
    JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
    JsonWriter& null() { return raw("null"); }
    // Nanoseconds as a number of seconds, exact to the microsecond.
    JsonWriter& seconds(std::int64_t ns);
    // Nanoseconds since 1970 as RFC 3339, UTC.
    JsonWriter& time(std::int64_t ns);
    // What is JSON already.
    JsonWriter& raw(std::string_view json) {
        comma();
        out_ += json;
        return *this;
    }

    // 0 and "" mean unknown: null.
    JsonWriter& known(std::int64_t value) { return value == 0 ? null() : number(value); }
    JsonWriter& known(std::string_view value) { return value.empty() ? null() : text(value); }

    std::string& str() noexcept { return out_; }

  private:
    void comma() {
        if (!first_) out_ += ',';
        first_ = false;
    }
    JsonWriter& open(char bracket) {
        comma();
        out_ += bracket;
        first_ = true;
        return *this;
    }
    JsonWriter& close(char bracket) {
        out_ += bracket;
        first_ = false;
        return *this;
    }

    std::string out_;
    bool first_ = true;
};

}  // namespace consort::catalog
