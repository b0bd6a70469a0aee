#include "core/http/body_framing.hpp"

#include <algorithm>
#include <charconv>

namespace consort::http {

BodyFraming::BodyFraming(const RequestHead& head, bool to_close) noexcept
    : state_(State::counted), left_(head.content_length) {
    if (head.chunked) {
        state_ = State::chunk_size;
    } else if (!head[Known::content_length] && to_close) {
        state_ = State::to_close;
    } else if (left_ == 0) {
        state_ = State::done;
    }
}

BodyFraming::Step BodyFraming::next(std::string_view input, std::size_t most) {
    switch (state_) {
        case State::counted:
        case State::to_close:
        case State::chunk_data:
            return content(input, most);
        case State::chunk_size:
        case State::chunk_end:
        case State::trailer:
            return line(input);
        case State::done:
        case State::malformed:
            break;
    }
    return {};
}

BodyFraming::Step BodyFraming::content(std::string_view input, std::size_t most) {
    std::size_t size = std::min(input.size(), most);
    if (state_ != State::to_close) {
        size = static_cast<std::size_t>(std::min<std::uint64_t>(size, left_));
        left_ -= size;
        if (left_ == 0) state_ = state_ == State::counted ? State::done : State::chunk_end;
    }
    return {size, input.substr(0, size)};
}

BodyFraming::Step BodyFraming::line(std::string_view input) {
    const std::size_t end = input.find('\n');
    if (end == input.npos || end >= most_line) {
        if (input.size() >= most_line) state_ = State::malformed;
        return {};
    }
    if (end == 0 || input[end - 1] != '\r' || input.substr(0, end - 1).find('\r') != input.npos) {
        state_ = State::malformed;
        return {};
    }
    const std::string_view text = input.substr(0, end - 1);
    if (state_ == State::chunk_size) {
        read_size(text);
    } else if (state_ == State::chunk_end) {
        state_ = text.empty() ? State::chunk_size : State::malformed;
    } else if (text.empty()) {
        state_ = State::done;
    } else if ((trailer_bytes_ += text.size()) > most_line) {
        state_ = State::malformed;
    }
    return {end + 1, {}};
}

void BodyFraming::read_size(std::string_view line) {
    const std::string_view digits = line.substr(0, line.find_first_of("; \t"));
    const char* end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, left_, 16);
    if (digits.empty() || parsed.ec != std::errc() || parsed.ptr != end) {
        state_ = State::malformed;
    } else {
        state_ = left_ == 0 ? State::trailer : State::chunk_data;
    }
}

}  // namespace consort::http
