#include "core/media/plugin_call.hpp"

#include <utility>

#include "core/host/last_error.hpp"

namespace consort::media {

Error plugin_error(consort_status status, std::string otherwise) {
    std::string said = host::take_last_error();
    return {status, said.empty() ? std::move(otherwise) : std::move(said)};
}

}  // namespace consort::media
