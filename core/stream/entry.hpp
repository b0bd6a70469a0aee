// The one streaming entry.
#pragma once

#include "core/base/executor.hpp"
#include "core/host/plugin_host.hpp"
#include "core/http/router.hpp"
#include "core/media/media_service.hpp"

namespace consort::stream {

// GET /api/v1/stream/{id}: decides how to bring the item to this client. 302 to the chosen address;
// with Accept: application/json the decision with every way that was considered and why; 406 if the
// client can play none. What the client can play stands in
//   ?containers=  ?codecs=   comma-separated; each replaces what the profile says
//   ?max_bitrate=            bits a second
//   ?profile=                a known client's name
// and if none of them names a client, in its User-Agent. All arguments must outlive the router's
// last request.
void add_routes(http::Router& router, const host::PluginHost& plugins, media::MediaService& media,
                base::Executor& workers);

}  // namespace consort::stream
