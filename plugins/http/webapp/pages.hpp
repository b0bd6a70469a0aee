// The routes of the web app.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "consort/plugin.hpp"

#include "plugins/http/webapp/site.hpp"

namespace consort::webapp {

// Answers `/` and everything that no other route takes. Without a site it says how to build one.
class Pages {
  public:
    Pages(std::optional<Site> site, std::string root);

    std::span<const Route> routes() const;
    void handle(std::uint32_t route, ExchangeView exchange);

  private:
    void send(ExchangeView exchange, const std::shared_ptr<const File>& file) const;
    void send_how_to_build(ExchangeView exchange) const;

    std::optional<Site> site_;
    std::string root_;
};

}  // namespace consort::webapp
