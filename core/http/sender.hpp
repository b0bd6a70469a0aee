// Sends one reply: head, memory, files, streams, in as few system calls as they allow.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

#include "core/http/reply.hpp"
#include "core/http/transport.hpp"

namespace consort::http {

class Sender {
  public:
    explicit Sender(Reply reply);

    enum class State {
        done,
        blocked,   // the socket is full
        starved,   // a stream has nothing yet
        yielding,  // there is more to do, but others wait
        failed,    // the body cannot be completed: reset the connection
    };
    // `woken` is set by the exchange's wake(), cleared here before a stream is asked: a wake-up
    // between the question and the sleep is never lost.
    State pump(Transport& transport, std::atomic<bool>& woken);

    std::uint64_t sent() const noexcept { return sent_; }
    std::uint64_t file_bytes() const noexcept { return file_bytes_; }
    const Reply& reply() const noexcept { return reply_; }

  private:
    // Ready to send: memory (fd < 0) or a run of a file.
    struct Out {
        const char* data = nullptr;
        int fd = -1;
        std::uint64_t offset = 0, length = 0;
        Slice owner{consort_slice{}};
    };
    enum class Refill { filled, starved, finished, failed };

    Refill refill(std::atomic<bool>& woken);
    Refill pull(Piece& piece, std::atomic<bool>& woken);
    void push(Out out);
    void push_text(std::string text);
    Transfer flush(Transport& transport);
    void advance(std::uint64_t bytes);
    void rest();

    Reply reply_;
    std::size_t next_piece_ = 0;
    bool seeked_ = false, ended_ = false;
    std::vector<Out> queue_;
    std::size_t front_ = 0;
    std::uint64_t queued_ = 0, sent_ = 0, file_bytes_ = 0;
};

}  // namespace consort::http
