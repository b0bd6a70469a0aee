// Takes personal data and secrets out of texts before they leave the machine.
#pragma once

#include <string>
#include <string_view>

namespace consort::sentry {

// Replaces, each by a word in angle brackets:
//   <address>  IPv4 and IPv6 addresses
//   <email>    names with an @ in them
//   <user>     user names after "user", "login" and the like, and in the paths of home folders,
//              which become /home/<user>/…
//   <query>    what stands behind the ? of a path or a URL
//   <token>    credentials: after "Bearer", in signed URLs (/s/…), web tokens, long random words
//   <secret>   values of keys such as "password" and "api_key"
// It would rather replace too much than too little. Linear in the length of the text.
std::string scrub(std::string_view text);

// The same for the value of a field of that name; names such as "remote_address" hide it whole.
std::string scrub_field(std::string_view name, std::string_view value);

}  // namespace consort::sentry
