// From a handler's Response to what goes on the wire: conditions, ranges, compression, CORS, HEAD.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/http/body_pieces.hpp"
#include "core/http/content_coding.hpp"
#include "core/http/exchange.hpp"
#include "core/http/request_head.hpp"

namespace consort::http {

struct ReplySettings {
    bool compress = true;
    std::vector<std::string> cors_origins;
};

struct Reply {
    std::string head;
    std::vector<Piece> pieces;
    std::vector<Slice> owners, separators;  // of what the pieces refer to
    std::shared_ptr<const std::string> encoded;
    int status = 0;
    bool chunked = false;
    bool close = false;
};

struct ReplyRequest {
    const RequestHead* head = nullptr;  // null: the request could not be read
    std::string_view target;
    std::string_view request_id;
    bool close = false;  // the connection ends with this answer
};

Reply compose_reply(const ReplySettings& settings, const ReplyRequest& request, Response&& response,
                    EncodedCache& cache);

}  // namespace consort::http
