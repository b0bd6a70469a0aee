// Who may control the stations.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "consort/exchange.hpp"

#include "plugins/radio/station/failed_logins.hpp"

namespace consort::radio {

// One password for all controls; without one, nobody may. It comes as `X-Control-Token`, as
// Basic (any user name), or once in a login, which gives a session. Requests that another web site
// had a browser send are refused: sessions need the secret of their pages, Basic that the browser
// does not call the request cross-site. Any thread; never blocks.
class Guard {
  public:
    using Clock = std::chrono::steady_clock;
    using Now = Clock::time_point (*)();

    explicit Guard(std::string password, Now now = Clock::now);

    enum class Verdict {
        allowed,
        off,         // there is no password
        unknown,     // nothing was given, or a session that has ended
        wrong,       // a wrong password
        limited,     // too many wrong ones from this address
        cross_site,  // another site may have sent it
    };
    struct Answer {
        Verdict verdict = Verdict::off;
        std::chrono::seconds wait{0};  // if limited
        bool by_session = false;
        bool ok() const noexcept { return verdict == Verdict::allowed; }
    };
    // Of a request that changes something: `csrf` is what its form brought, if any.
    Answer may_change(const ExchangeView& exchange, std::string_view csrf);
    // Of one that only looks.
    Answer may_look(const ExchangeView& exchange);

    // The cookie's value for a right password.
    struct Login {
        Answer answer;
        std::string token;
    };
    Login log_in(const ExchangeView& exchange, std::string_view password);
    void log_out(const ExchangeView& exchange);
    // The secret of the session's pages; nothing: there is no session.
    std::optional<std::string> csrf_of(const ExchangeView& exchange);

    bool on() const noexcept { return !password_.empty(); }

    static constexpr std::string_view cookie = "consort_radio";
    static constexpr std::chrono::hours session_length{12};
    static constexpr std::size_t most_sessions = 200;

  private:
    struct Session {
        std::string csrf;
        Clock::time_point ends;
    };
    Answer check_password(std::string_view given, std::string_view address);
    std::optional<Answer> by_credentials(const ExchangeView& exchange);
    Session* session_of(const ExchangeView& exchange);

    const std::string password_;
    const Now now_;
    std::mutex mutex_;
    FailedLogins failed_;
    std::map<std::string, Session, std::less<>> sessions_;  // by the cookie's value
};

// Whether they are equal, in a time that tells nothing of `secret` but its length.
bool equal_in_constant_time(std::string_view secret, std::string_view given) noexcept;

// User and password of an `Authorization: Basic` header (RFC 7617).
struct BasicLogin {
    std::string user, password;
};
std::optional<BasicLogin> basic_login(std::string_view header);

// The user's password of an `Authorization: Basic` header (RFC 7617).
std::optional<std::string> basic_password(std::string_view header);

}  // namespace consort::radio
