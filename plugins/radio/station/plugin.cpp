// radio: stations that everybody hears together.
#include "consort/plugin.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "plugins/radio/station/config_keys.hpp"
#include "plugins/radio/station/programme_player.hpp"
#include "plugins/radio/station/radio.hpp"

namespace {

using namespace consort;
using namespace consort::radio;

class RadioPlugin {
  public:
    explicit RadioPlugin(Context& context) : context_(context) {
        const Settings settings = read_settings(context.config());
        for (const std::string& mistake : settings.mistakes) context.log().error(mistake);
        if (!settings.mistakes.empty()) throw Failure(CONSORT_E_INVALID, joined(settings.mistakes));
        if (settings.stations.empty()) return;
        const std::string directory = or_throw(context.config().data_directory());
        loudness_file_ = directory + "/loudness";
        radio_ = std::make_unique<Radio>(
            context, settings,
            [&](const StationSettings& station, const std::shared_ptr<Broadcast>& broadcast) {
                auto player = std::make_unique<ProgrammePlayer>(context.link(), station, directory,
                                                                broadcast);
                players_.push_back(player.get());
                return player;
            });
        context.offer_http("radio", *radio_);
        // Encoders and storages are other plugins, and may come later than this one.
        subscription_ = or_throw(
            context.events().subscribe("host.", [this](std::string_view topic, std::string_view) {
                if (topic == "host.started") start();
                if (topic == "host.stopping") stop();
            }));
    }
    ~RadioPlugin() {
        subscription_.stop();
        timer_.stop();
        for (ProgrammePlayer* player : players_) player->stop();
    }

  private:
    static std::string joined(const std::vector<std::string>& mistakes) {
        std::string text;
        for (const std::string& mistake : mistakes) text += (text.empty() ? "" : "; ") + mistake;
        return text;
    }

    void start() {
        const auto loudness = std::make_shared<Loudness>(context_.link(), loudness_file_);
        for (const auto& station : radio_->stations().all()) {
            const StationSettings& settings = station->settings;
            context_.log().info("station '", settings.name, "' at ", settings.route, " plays ",
                                settings.directory, " as ", settings.format, ", ", settings.bitrate,
                                " kb/s");
        }
        for (ProgrammePlayer* player : players_) player->start(loudness);
        timer_ = or_throw(context_.timers().start(std::chrono::milliseconds(500),
                                                  std::chrono::milliseconds(500),
                                                  [this] { radio_->tick(); }));
    }
    // The host's storages and codecs go before its plugins do.
    void stop() {
        timer_.stop();
        radio_->end();
        for (ProgrammePlayer* player : players_) player->stop();
    }

    Context& context_;
    std::string loudness_file_;
    std::unique_ptr<Radio> radio_;
    std::vector<ProgrammePlayer*> players_;  // the stations own them
    Timer timer_;
    Subscription subscription_;
};

constexpr const char* needs[] = {
    CONSORT_SERVICE_CONFIG,   CONSORT_SERVICE_METRICS,  CONSORT_SERVICE_EVENTS,
    CONSORT_SERVICE_EXCHANGE, CONSORT_SERVICE_STORAGE,  CONSORT_SERVICE_SOUND,
    CONSORT_SERVICE_TIMER,    CONSORT_SERVICE_EXECUTOR, nullptr};
constexpr auto descriptor = describe({
    .id = "org.consort.radio",
    .name = "radio",
    .version = "1.0.0",
    .vendor = "Consort",
    .license = "Apache-2.0",
    .description = "Radio stations out of folders: encoded once, heard by everybody together.",
    .maturity = "beta",
    .hardening = "Requests of any kind, listeners of any speed, files of any content, wrong "
                 "passwords in any number.",
    .needs = needs,
    .config = config_keys,
    .flags = config_flags,
});

}  // namespace

CONSORT_PLUGIN(RadioPlugin, descriptor);
