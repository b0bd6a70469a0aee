// A player that plays what a test tells it to.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "plugins/radio/station/player.hpp"

namespace consort::radio {

class TestPlayer final : public Player {
  public:
    Playing playing() const override {
        const std::lock_guard lock(mutex_);
        return now_;
    }
    std::vector<Played> history() const override { return played; }
    Result<void> next() override { return note("next"); }
    Result<void> previous() override { return note("previous"); }
    Result<void> reload() override { return note("reload"); }

    Result<std::uint32_t> live_rate() const override { return 44'100u; }
    Result<void> take_over(std::shared_ptr<LiveInput> live) override {
        lives.push_back(std::move(live));
        return {};
    }

    void play(const Track& track) {
        const std::lock_guard lock(mutex_);
        now_.track = std::make_shared<const Track>(track);
        now_.state = "playing";
        now_.reason = now_.reason_code = "";
        ++now_.started;
    }
    void wait(const std::string& code, const std::string& reason) {
        const std::lock_guard lock(mutex_);
        now_.track = nullptr;
        now_.state = "waiting";
        now_.reason_code = code;
        now_.reason = reason;
    }
    std::vector<std::string> calls;
    std::vector<Played> played;
    std::vector<std::shared_ptr<LiveInput>> lives;

  private:
    static Playing waiting() {
        Playing state;
        state.state = "waiting";
        return state;
    }
    Result<void> note(const char* what) {
        calls.emplace_back(what);
        return {};
    }
    mutable std::mutex mutex_;
    Playing now_ = waiting();
};

}  // namespace consort::radio
