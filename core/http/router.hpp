// Routes: patterns with parameters to handlers. Built at start-up, immutable while serving.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/http/exchange.hpp"

namespace consort::http {

// Runs on an I/O thread and must not block.
using Handler = std::function<void(ExchangePtr)>;
// The client went away before the answer. Runs on the exchange's I/O thread. May be empty.
using CancelHandler = std::function<void(const ExchangePtr&)>;

struct Route {
    std::string method;          // "GET" serves HEAD too
    std::string pattern;         // "/api/v1/tracks/{id}", "/s/{number}.m4s", "/files/{path*}"
    std::string label;           // in metrics and the access log; empty: the pattern
    std::uint64_t max_body = 0;  // as consort_route's; 0: the server's setting
    Handler handle;
    CancelHandler canceled = {};
};

class Router {
  public:
    Router();
    ~Router();

    // Throws std::invalid_argument if the pattern is malformed or method and pattern are taken.
    void add(Route route);

    struct Match {
        const Route* route = nullptr;  // null with `allowed` empty: 404; else 405
        std::vector<std::pair<std::string_view, std::string>> params;  // percent-decoded
        std::string allowed;                                           // value for the Allow header
    };
    // `path` is the raw path of the request target, without the query. A segment that decodes to
    // something with '/' or NUL in it matches no parameter but a trailing {name*}.
    Match match(std::string_view method, std::string_view path) const;

    // In the order of add(); the addresses are those that match() gives.
    const std::vector<std::unique_ptr<Route>>& routes() const noexcept { return routes_; }

  private:
    struct Node;
    std::unique_ptr<Node> root_;
    std::vector<std::unique_ptr<Route>> routes_;
};

}  // namespace consort::http
