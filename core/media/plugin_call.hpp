// Turns what a plugin returned into an Error.
#pragma once

#include <string>

#include "consort/result.hpp"

namespace consort::media {

// The sentence that the plugin has set on this thread for `status`, else `otherwise`.
Error plugin_error(consort_status status, std::string otherwise);

}  // namespace consort::media
