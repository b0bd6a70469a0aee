#include "plugins/radio/station/hls_routes.hpp"

#include "plugins/radio/hls/live_hls.hpp"

namespace consort::radio {

namespace {

std::string folder(const StationSettings& settings) {
    return (settings.route == "/" ? "" : settings.route) + "/hls/";
}

}  // namespace

std::string hls_address(const StationSettings& settings) {
    return LiveHls::carries(settings.format) ? folder(settings) + "index.m3u8" : "";
}

HlsRoutes::HlsRoutes(const Stations& stations) : stations_(stations) {
    for (const auto& station : stations.all()) {
        const StationSettings& settings = station->settings;
        streams_.push_back(std::make_shared<LiveHls>(
            LiveHlsSettings{settings.format, settings.bitrate * 1'000, settings.max_clients}));
        station->broadcast->also(streams_.back());
        station->hls = streams_.back();
    }
}

std::vector<std::pair<std::string, HlsRoutes::Handler>> HlsRoutes::all() const {
    std::vector<std::pair<std::string, Handler>> routes;
    for (std::size_t i = 0; i < streams_.size(); ++i) {
        routes.emplace_back(folder(stations_.all()[i]->settings) + "{file}",
                            [stream = streams_[i].get()](const ExchangeView& exchange) {
                                stream->serve(exchange, exchange.param("file"));
                            });
    }
    return routes;
}

void HlsRoutes::tick() {
    for (const auto& stream : streams_) stream->tick();
}

void HlsRoutes::end() {
    for (const auto& stream : streams_) stream->end();
}

}  // namespace consort::radio
