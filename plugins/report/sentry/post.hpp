// One HTTP POST with libcurl.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "plugins/report/sentry/dsn.hpp"

namespace consort::sentry {

struct Answer {
    int status = 0;     // 0: there was no answer, and `error` says why
    std::string error;  // without the URL's keys
    std::optional<std::chrono::seconds> retry_after;
    std::string rate_limits;  // X-Sentry-Rate-Limits
};

// Sends envelopes to one project; keeps the connection. One thread at a time.
class Poster {
  public:
    // Throws a Failure if libcurl cannot be started.
    Poster(const Dsn& dsn, std::chrono::seconds timeout);
    ~Poster();
    Poster(const Poster&) = delete;
    Poster& operator=(const Poster&) = delete;

    // Blocks for the time-out at most; asks `abandon` several times a second whether to go on.
    Answer post(const std::string& envelope, const std::function<bool()>& abandon);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace consort::sentry
