// A virtual file as the body of a response: one stream slice that the host may seek in.
#pragma once

#include "consort/exchange.hpp"
#include "consort/media.hpp"
#include "consort/services/cache.hpp"
#include "consort/slice.hpp"

#include "plugins/delivery/common/virtual_file.hpp"

namespace consort::delivery {

// `file` lives as long as the media. Fragments that are a few pieces of the source are yielded as
// file slices; the others come from the cache under keys that begin with `key`, made on a worker.
Slice virtual_file_body(const Cache& cache, const ExchangeView& exchange, const MediaView& media,
                        const VirtualFile& file, std::string key);

}  // namespace consort::delivery
