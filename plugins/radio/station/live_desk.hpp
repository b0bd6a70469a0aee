// The place of a station's live source: one at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "consort/exchange.hpp"

#include "plugins/radio/live/live_source.hpp"

namespace consort::radio {

// Takes a request's body to a source, as fast as that has room. Any thread; never blocks.
class LiveIntake : public std::enable_shared_from_this<LiveIntake> {
  public:
    // `answered`: the client has its answer already.
    LiveIntake(const ExchangeView& exchange, const std::shared_ptr<LiveSource>& source,
               bool answered)
        : exchange_(exchange), source_(source), answered_(answered) {}

    void ask(std::size_t room);
    // The source has room again.
    void resume(std::size_t room);
    // No more is taken; `reason` is for the client, if it waits for an answer.
    void stop(const std::string& reason);

  private:
    void take(const BodyPiece& piece);

    std::mutex mutex_;
    std::optional<Exchange> exchange_;
    const std::weak_ptr<LiveSource> source_;
    const bool answered_;
    std::atomic<bool> waiting_{false};  // for room
};

// Who is on the air. The address and the client's name are for the station's owner alone.
struct SourceOnAir {
    LiveInfo info;
    std::string address, client;
    std::int64_t since_ms = 0;  // since 1970
    std::uint64_t bytes = 0, stalls = 0;
};

// Any thread.
class LiveDesk {
  public:
    // Of all sources so far.
    struct Figures {
        bool connected = false;
        std::uint64_t sources = 0, bytes = 0, stalls = 0;
    };

    // False: another source is on the air.
    bool take(std::shared_ptr<LiveSource> source, std::string address = {},
              std::string client = {});
    void receive(std::shared_ptr<LiveIntake> intake);
    // Null: there is none.
    std::shared_ptr<LiveSource> source() const;
    std::optional<LiveInfo> info() const;
    std::optional<SourceOnAir> on_air() const;
    Figures figures() const;
    void left(const LiveSource* source);
    // Destroys those that have left. May wait for a decoder.
    void tidy();

  private:
    mutable std::mutex mutex_;
    std::shared_ptr<LiveSource> source_;
    std::string address_, client_;
    std::int64_t since_ms_ = 0;
    Figures past_;  // of sources that have left
    std::shared_ptr<LiveIntake> intake_;
    std::vector<std::shared_ptr<LiveSource>> gone_;
};

}  // namespace consort::radio
