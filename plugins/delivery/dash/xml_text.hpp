// XML, element by element (W3C XML 1.0).
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace consort::delivery {

// Escaped for attribute values and text alike; characters that XML 1.0 does not allow are left out.
std::string xml_escaped(std::string_view text);

// Elements nest in the order of begin and end; attributes follow begin at once. Names must be XML
// names; values are escaped here.
class XmlText {
  public:
    XmlText() : text_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") {}
    void reserve(std::size_t bytes) { text_.reserve(bytes); }

    XmlText& begin(std::string_view name) {
        close_tag();
        indent();
        text_.append("<").append(name);
        open_.push_back(name);
        in_tag_ = true;
        return *this;
    }
    XmlText& attribute(std::string_view name, std::string_view value) {
        text_.append(" ").append(name).append("=\"").append(xml_escaped(value)).append("\"");
        return *this;
    }
    XmlText& attribute(std::string_view name, std::uint64_t value) {
        char digits[24];
        const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        text_.append(" ").append(name).append("=\"").append(digits, end).append("\"");
        return *this;
    }
    // The element has this text and nothing else.
    void end_with(std::string_view text) {
        text_.append(">").append(xml_escaped(text)).append("</").append(open_.back());
        text_.append(">\n");
        open_.pop_back();
        in_tag_ = false;
    }
    void end() {
        const std::string_view name = open_.back();
        open_.pop_back();
        if (std::exchange(in_tag_, false)) {
            text_.append("/>\n");
            return;
        }
        indent();
        text_.append("</").append(name).append(">\n");
    }
    std::string take() && { return std::move(text_); }

  private:
    void close_tag() {
        if (std::exchange(in_tag_, false)) text_.append(">\n");
    }
    void indent() { text_.append(open_.size(), ' '); }

    std::string text_;
    std::vector<std::string_view> open_;  // string literals
    bool in_tag_ = false;
};

}  // namespace consort::delivery
