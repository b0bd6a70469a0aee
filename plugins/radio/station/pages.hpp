// The pages: /status for who runs the stations, /web for who listens.
#pragma once

#include <string>
#include <string_view>

#include "plugins/radio/station/station.hpp"

namespace consort::radio {

// Stations in alphabetical order; `csrf` goes with every control, empty: the reader has come
// without a session, and gets no buttons.
std::string status_page(const Stations& stations, std::string_view csrf);
// The form for the password; `why`: what is wrong with the last one, if anything.
std::string login_page(std::string_view why);
std::string web_page(const Stations& stations);

}  // namespace consort::radio
