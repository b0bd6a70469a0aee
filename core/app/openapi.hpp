// GET /api/v1/openapi.json: docs/openapi.json, taken into the executable when CMake configures.
#pragma once

#include "core/http/router.hpp"

namespace consort::app {

void add_openapi_route(http::Router& router);

}  // namespace consort::app
