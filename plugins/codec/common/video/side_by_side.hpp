// Independent pieces of work on several threads.
#pragma once

#include <cstddef>
#include <functional>

#include "consort/result.hpp"

namespace consort::video {

// Runs `work` for each of `count` numbers, on this thread and more, as the machine has cores. The
// first error ends it, as does `canceled`, which is asked on this thread; `stop` tells the work so.
Result<void> side_by_side(
    std::size_t count, const std::function<bool()>& canceled,
    const std::function<Result<void>(std::size_t number, const std::function<bool()>& stop)>& work);

}  // namespace consort::video
