// How this client calls itself.
#pragma once

namespace consort::sentry {

inline constexpr char kVersion[] = "1.0.0";
inline constexpr char kClientName[] = "consort.sentry";
inline constexpr char kClient[] = "consort.sentry/1.0.0";

}  // namespace consort::sentry
