#include "plugins/radio/station/guard.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>
#include <utility>

namespace consort::radio {

namespace {

std::string random_text() {
    std::array<unsigned char, 24> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        throw std::runtime_error("the system gives no random numbers");
    std::string text;
    for (const unsigned char byte : bytes) {
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 15];
    }
    return text;
}

// The value of a cookie in a Cookie header (RFC 6265).
std::string_view cookie_value(std::string_view header, std::string_view name) {
    while (!header.empty()) {
        const std::size_t end = header.find(';');
        std::string_view pair = header.substr(0, end);
        pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
        if (pair.starts_with(name) && pair.substr(name.size()).starts_with('='))
            return pair.substr(name.size() + 1);
        if (end == std::string_view::npos) break;
        header.remove_prefix(end + 1);
    }
    return {};
}

// Browsers say where a request comes from; what is no browser says nothing and needs no protection.
bool may_be_cross_site(const ExchangeView& exchange) {
    if (const auto site = exchange.header("sec-fetch-site"))
        return *site != "same-origin" && *site != "none";
    const auto origin = exchange.header("origin");
    if (!origin) return false;
    const std::size_t at = origin->find("://");
    const auto host = exchange.header("host");
    return at == std::string_view::npos || !host || origin->substr(at + 3) != *host;
}

}  // namespace

bool equal_in_constant_time(std::string_view secret, std::string_view given) noexcept {
    volatile unsigned char differs = secret.size() == given.size() ? 0 : 1;
    for (std::size_t i = 0; i < secret.size(); ++i) {
        const char other = given.empty() ? '\0' : given[i % given.size()];
        differs = static_cast<unsigned char>(
            differs | static_cast<unsigned char>(static_cast<unsigned char>(secret[i]) ^
                                                 static_cast<unsigned char>(other)));
    }
    return differs == 0;
}

std::optional<BasicLogin> basic_login(std::string_view header) {
    constexpr std::string_view scheme = "basic ";
    if (header.size() < scheme.size()) return std::nullopt;
    for (std::size_t i = 0; i < scheme.size(); ++i)
        if (std::tolower(static_cast<unsigned char>(header[i])) != scheme[i]) return std::nullopt;
    header.remove_prefix(scheme.size());
    while (header.ends_with('=')) header.remove_suffix(1);
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : header) {
        const std::size_t value = digits.find(c);
        if (value == std::string_view::npos) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        held += 6;
        if (held >= 8) text += static_cast<char>(bits >> (held -= 8) & 0xff);
    }
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos) return std::nullopt;
    return BasicLogin{text.substr(0, colon), text.substr(colon + 1)};
}

std::optional<std::string> basic_password(std::string_view header) {
    auto login = basic_login(header);
    if (!login) return std::nullopt;
    return std::move(login->password);
}

Guard::Guard(std::string password, Now now) : password_(std::move(password)), now_(now) {}

Guard::Answer Guard::check_password(std::string_view given, std::string_view address) {
    const auto wait = failed_.wait(address, now_());
    if (wait.count() > 0) return {Verdict::limited, wait};
    if (equal_in_constant_time(password_, given)) return {Verdict::allowed};
    failed_.failed(address, now_());
    return {Verdict::wrong};
}

std::optional<Guard::Answer> Guard::by_credentials(const ExchangeView& exchange) {
    if (const auto token = exchange.header("x-control-token"))
        return check_password(*token, exchange.remote_address());
    const auto header = exchange.header("authorization");
    if (!header) return std::nullopt;
    if (may_be_cross_site(exchange)) return Answer{Verdict::cross_site};
    const auto password = basic_password(*header);
    return check_password(password ? *password : std::string(), exchange.remote_address());
}

Guard::Session* Guard::session_of(const ExchangeView& exchange) {
    const auto header = exchange.header("cookie");
    if (!header) return nullptr;
    const auto found = sessions_.find(cookie_value(*header, cookie));
    if (found == sessions_.end()) return nullptr;
    if (found->second.ends > now_()) return &found->second;
    sessions_.erase(found);
    return nullptr;
}

Guard::Answer Guard::may_change(const ExchangeView& exchange, std::string_view csrf) {
    if (!on()) return {Verdict::off};
    const std::lock_guard lock(mutex_);
    if (const auto answer = by_credentials(exchange)) return *answer;
    const Session* session = session_of(exchange);
    if (session == nullptr) return {Verdict::unknown};
    if (csrf.empty()) csrf = exchange.header("x-csrf-token").value_or("");
    if (may_be_cross_site(exchange) || !equal_in_constant_time(session->csrf, csrf))
        return {Verdict::cross_site};
    return {Verdict::allowed, {}, true};
}

Guard::Answer Guard::may_look(const ExchangeView& exchange) {
    if (!on()) return {Verdict::off};
    const std::lock_guard lock(mutex_);
    if (const auto answer = by_credentials(exchange)) return *answer;
    if (session_of(exchange) == nullptr) return {Verdict::unknown};
    return {Verdict::allowed, {}, true};
}

Guard::Login Guard::log_in(const ExchangeView& exchange, std::string_view password) {
    if (!on()) return {};
    if (may_be_cross_site(exchange)) return {{Verdict::cross_site}, {}};
    const std::lock_guard lock(mutex_);
    const Answer answer = check_password(password, exchange.remote_address());
    if (!answer.ok()) return {answer, {}};
    std::erase_if(sessions_, [&](const auto& entry) { return entry.second.ends <= now_(); });
    if (sessions_.size() >= most_sessions) {
        sessions_.erase(std::ranges::min_element(
            sessions_, {}, [](const auto& entry) { return entry.second.ends; }));
    }
    std::string token = random_text();
    sessions_[token] = {random_text(), now_() + session_length};
    return {answer, std::move(token)};
}

void Guard::log_out(const ExchangeView& exchange) {
    const std::lock_guard lock(mutex_);
    if (session_of(exchange) == nullptr) return;
    sessions_.erase(sessions_.find(cookie_value(*exchange.header("cookie"), cookie)));
}

std::optional<std::string> Guard::csrf_of(const ExchangeView& exchange) {
    const std::lock_guard lock(mutex_);
    const Session* session = session_of(exchange);
    if (session == nullptr) return std::nullopt;
    return session->csrf;
}

}  // namespace consort::radio
