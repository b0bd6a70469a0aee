// A handler that gets its item opened first.
#pragma once

#include <functional>

#include "consort/abi/media.h"

#include "core/http/router.hpp"
#include "core/media/media_service.hpp"

namespace consort::host {

// On the exchange's I/O thread or a worker; must not block. `media` is borrowed for the call.
using MediaHandler = std::function<void(const http::ExchangePtr&, consort_media* media)>;

// Fills handle and canceled of `route`: opens the item of parameter {id}, answers a problem if that
// fails, else calls `handle`. `canceled` is called only after `handle` has returned, and `handle`
// not at all for a client that left before.
void set_media_handlers(http::Route& route, media::MediaService& media, MediaHandler handle,
                        http::CancelHandler canceled);

// 404, 500, 501 or 503 with the reason.
void answer_open_failure(http::Exchange& exchange, consort_status status, std::string_view error);

}  // namespace consort::host
