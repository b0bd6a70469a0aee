// What changes a station: next, previous, reload; and the login to the page with the buttons.
#pragma once

#include <string>

#include "consort/exchange.hpp"
#include "consort/services/log.hpp"

#include "plugins/radio/station/guard.hpp"
#include "plugins/radio/station/station.hpp"

namespace consort::radio {

// I/O threads; nothing blocks. All must outlive it.
class Controls {
  public:
    enum class Action { reload, next, previous };

    Controls(const Stations& stations, std::string password, const Log& log);

    // The route's parameter `route` names the station; reload without one means all.
    void act(Action action, const ExchangeView& exchange);
    void status(const ExchangeView& exchange);
    void log_in(const ExchangeView& exchange);
    void log_out(const ExchangeView& exchange);

  private:
    void refuse(const ExchangeView& exchange, const Guard::Answer& answer) const;
    void show_login(const ExchangeView& exchange, const Guard::Answer& answer) const;

    const Stations& stations_;
    const Log log_;
    Guard guard_;
};

}  // namespace consort::radio
