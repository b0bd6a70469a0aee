// The address of a Sentry project.
#pragma once

#include <string>
#include <string_view>

#include "consort/result.hpp"

namespace consort::sentry {

// {protocol}://{public_key}[:{secret}]@{host}[:{port}]{/path}/{project_id}
struct Dsn {
    std::string protocol;  // "http" or "https"
    std::string public_key, secret;
    std::string host;  // an IPv6 address with its brackets
    std::string port;  // empty: the protocol's own
    std::string path;  // "" or "/below", without the project
    std::string project;

    std::string envelope_url() const;
    // What X-Sentry-Auth says.
    std::string authorization(std::string_view client) const;
    // For people: host and project, no key.
    std::string shown() const;
};

// Sentences never repeat the keys.
Result<Dsn> parse_dsn(std::string_view text);

}  // namespace consort::sentry
