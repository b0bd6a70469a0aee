// From a handler's Response to what goes on the wire: conditions, ranges, compression, CORS, HEAD.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/http/content_coding.hpp"
#include "core/http/exchange.hpp"
#include "core/http/request_head.hpp"

namespace consort::http {

struct ReplySettings {
    bool compress = true;
    std::vector<std::string> cors_origins;
};

// A part of a body to send: of memory, of a file, or of a stream.
struct Piece {
    std::uint32_t kind = CONSORT_SLICE_MEMORY;
    int fd = -1;
    const char* data = nullptr;
    std::uint64_t offset = 0;  // FILE: in the file; STREAM: in the stream
    std::uint64_t length = 0;
    const consort_slice* stream = nullptr;
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

// The answer to OPTIONS, where no route has its own: Allow and, if asked, the CORS preflight.
Response options_response(const ReplySettings& settings, const RequestHead& request,
                          std::string_view allowed);

}  // namespace consort::http
