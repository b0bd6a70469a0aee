// Brings the components' routes to the router.
#pragma once

#include <memory>

#include "core/host/plugin_host.hpp"
#include "core/http/router.hpp"
#include "core/media/media_service.hpp"

namespace consort::host {

// Adds the routes of every consort.http/1 and consort.delivery/1 component; one whose route is
// taken or malformed is left out with a line in the log. Then
//   GET /api/v1/admin/plugins    the plugins and their states
// All arguments must outlive the router's last request.
void add_plugin_routes(http::Router& router, const PluginHost& plugins, media::MediaService& media);

}  // namespace consort::host
