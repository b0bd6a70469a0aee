// A station's programme and sound, wired together: what plays on a real one.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "consort/host_link.hpp"

#include "plugins/radio/air/broadcast.hpp"
#include "plugins/radio/programme/programme.hpp"
#include "plugins/radio/sound/loudness.hpp"
#include "plugins/radio/sound/station_sound.hpp"
#include "plugins/radio/station/player.hpp"
#include "plugins/radio/station/settings.hpp"

namespace consort::radio {

class ProgrammePlayer final : public Player, public ChunkSink {
  public:
    // `state_directory`: where position and history survive a restart. Throws a Failure for
    // settings that cannot be.
    ProgrammePlayer(const HostLink& link, const StationSettings& settings,
                    std::string state_directory, std::shared_ptr<Broadcast> broadcast);
    ~ProgrammePlayer() override;  // stops

    // When every plugin is there. On a worker, since it reads the state of the last run. Throws a
    // Failure.
    void start(std::shared_ptr<Loudness> loudness);
    // Ends the sound and writes the state. Waits for a read in progress. Idempotent.
    void stop() noexcept;

    Playing playing() const override;
    std::vector<Played> history() const override;
    Result<void> next() override;
    Result<void> previous() override;
    Result<void> reload() override;
    Result<std::uint32_t> live_rate() const override;
    Result<void> take_over(std::shared_ptr<LiveInput> live) override;

    void chunk(SharedChunk made) override;  // from its sound

  private:
    Error not_running() const;

    const HostLink link_;
    const StationSettings settings_;
    const std::string state_directory_;
    const std::shared_ptr<Broadcast> broadcast_;
    std::shared_ptr<const Track> last_track_;  // on the sound's thread
    std::atomic<std::uint64_t> started_{0};

    mutable std::mutex mutex_;
    std::shared_ptr<Programme> programme_;
    std::shared_ptr<StationSound> sound_;  // after the programme, which it asks
    std::string trouble_ = "The station starts.", trouble_code_ = "starting";
};

// The URI of a directory that was written as a path or as a URI.
std::string directory_uri(const std::string& written);

}  // namespace consort::radio
