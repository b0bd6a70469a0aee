// Where a request's body ends, while it passes by (RFC 9112, sections 6 and 7.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/http/request_head.hpp"

namespace consort::http {

// Keeps no bytes: what it gives are views into what it got.
class BodyFraming {
  public:
    // `to_close`: without a length in its head, the body lasts until the client closes.
    BodyFraming(const RequestHead& head, bool to_close) noexcept;

    struct Step {
        std::size_t consumed = 0;  // of the input; `content` is among it
        std::string_view content;  // may be empty
    };
    // What is not consumed must be offered again, with more behind it; that happens only with the
    // lines of chunks, and stays below `most_line`.
    Step next(std::string_view input, std::size_t most);

    bool done() const noexcept { return state_ == State::done; }
    bool malformed() const noexcept { return state_ == State::malformed; }
    // Whether the client's closing is the body's end.
    bool ends_with_connection() const noexcept { return state_ == State::to_close; }
    void close() noexcept { state_ = State::done; }

    static constexpr std::size_t most_line = 4'096;

  private:
    enum class State {
        counted,
        to_close,
        chunk_size,
        chunk_data,
        chunk_end,
        trailer,
        done,
        malformed
    };

    Step content(std::string_view input, std::size_t most);
    Step line(std::string_view input);
    void read_size(std::string_view line);

    State state_;
    std::uint64_t left_ = 0;  // of the body or the chunk
    std::size_t trailer_bytes_ = 0;
};

}  // namespace consort::http
