// The HTTP side: router, health checks, server.
#pragma once

#include <memory>
#include <optional>

#include "core/app/library.hpp"
#include "core/config/settings.hpp"
#include "core/http/router.hpp"
#include "core/http/server.hpp"
#include "core/observe/health.hpp"

namespace consort::app {

// The arguments must outlive it.
class Site {
  public:
    Site(const config::Settings& settings, Ensemble& ensemble, Library& library);
    ~Site();
    Site(const Site&) = delete;
    Site& operator=(const Site&) = delete;

    void start();  // throws std::runtime_error if the address cannot be had
    void drain();
    void stop();  // every connection and handler has ended
    http::Server& server() noexcept { return *server_; }

  private:
    void add_checks(const config::Settings& settings, const Ensemble& ensemble, Library& library);

    observe::Health health_;
    http::Router router_;
    std::unique_ptr<http::Server> server_;
    Ensemble& ensemble_;
};

}  // namespace consort::app
