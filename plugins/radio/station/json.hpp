// The little JSON that stations need.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consort/result.hpp"

namespace consort::radio {

// In quotes. Bytes that are no UTF-8 become U+FFFD.
std::string json_text(std::string_view text);

// Seconds and the like: three decimals at most.
std::string json_number(double value);

// {"a":1,"b":"x"} out of values that are JSON already.
class JsonObject {
  public:
    JsonObject& raw(std::string_view key, std::string_view json) {
        text_ += text_.size() == 1 ? "" : ",";
        text_ += json_text(key);
        text_ += ':';
        text_ += json;
        return *this;
    }
    JsonObject& text(std::string_view key, std::string_view value) {
        return raw(key, json_text(value));
    }
    JsonObject& number(std::string_view key, double value) { return raw(key, json_number(value)); }
    JsonObject& truth(std::string_view key, bool value) {
        return raw(key, value ? "true" : "false");
    }
    std::string str() const { return text_ + "}"; }

  private:
    std::string text_ = "{";
};

// An object whose values are all strings, in its order. The Error says what is wrong with it.
Result<std::vector<std::pair<std::string, std::string>>> parse_string_map(std::string_view json);

}  // namespace consort::radio
