#include "plugins/report/sentry/dsn.hpp"

#include <algorithm>

namespace consort::sentry {

namespace {

constexpr std::size_t kLongest = 2'000;

Error wrong(const std::string& what) {
    return {CONSORT_E_INVALID,
            "the DSN " + what +
                ": copy it from the project's settings in Sentry (Client Keys); it looks like "
                "https://KEY@HOST/PROJECT"};
}

bool is_alnum(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool made_of(std::string_view text, std::string_view others) {
    return std::ranges::all_of(
        text, [&](char c) { return is_alnum(c) || others.find(c) != others.npos; });
}

bool is_key(std::string_view text) { return !text.empty() && made_of(text, "-_."); }

bool is_host(std::string_view text) {
    if (text.starts_with('[')) {
        return text.size() > 3 && text.ends_with(']') &&
               std::ranges::all_of(text.substr(1, text.size() - 2), [](char c) {
                   return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
                          (c >= 'A' && c <= 'F') || c == ':' || c == '.';
               });
    }
    return !text.empty() && made_of(text, "-._") && !text.starts_with('.');
}

bool is_port(std::string_view text) {
    if (text.empty() || text.size() > 5) return false;
    unsigned number = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return false;
        number = number * 10 + static_cast<unsigned>(c - '0');
    }
    return number >= 1 && number <= 65'535;
}

Result<void> take_authority(std::string_view authority, Dsn& dsn) {
    const std::size_t at = authority.rfind('@');
    if (at == authority.npos) return wrong("has no public key before the host");
    const std::string_view keys = authority.substr(0, at);
    const std::size_t colon = keys.find(':');
    dsn.public_key = keys.substr(0, colon);
    if (colon != keys.npos) dsn.secret = keys.substr(colon + 1);
    if (dsn.public_key.empty()) return wrong("has no public key before the host");
    if (!is_key(dsn.public_key) || (colon != keys.npos && !is_key(dsn.secret))) {
        return wrong("has a key with characters that keys do not have");
    }
    std::string_view host = authority.substr(at + 1);
    const std::size_t bracket = host.rfind(']');
    const std::size_t port = host.find(':', bracket == host.npos ? 0 : bracket);
    if (port != host.npos) {
        dsn.port = host.substr(port + 1);
        host = host.substr(0, port);
        if (!is_port(dsn.port)) return wrong("has a port that is none from 1 to 65535");
    }
    dsn.host = host;
    if (host.empty()) return wrong("has no host");
    if (!is_host(host)) return wrong("has a host that is neither a name nor an address");
    return {};
}

}  // namespace

Result<Dsn> parse_dsn(std::string_view text) {
    if (text.size() > kLongest) return wrong("is too long");
    const std::size_t scheme = text.find("://");
    if (scheme == text.npos) return wrong("does not begin with https:// or http://");
    Dsn dsn;
    dsn.protocol = text.substr(0, scheme);
    if (dsn.protocol != "https" && dsn.protocol != "http") {
        return wrong("does not begin with https:// or http://");
    }
    const std::string_view rest = text.substr(scheme + 3);
    const std::size_t slash = rest.find('/');
    if (Result<void> taken = take_authority(rest.substr(0, slash), dsn); !taken) {
        return std::move(taken).error();
    }
    const std::string_view path = slash == rest.npos ? "" : rest.substr(slash);
    const std::size_t last = path.rfind('/');
    if (last == path.npos || last + 1 == path.size()) {
        return wrong("does not end in the number of a project");
    }
    dsn.path = path.substr(0, last);
    dsn.project = path.substr(last + 1);
    if (!made_of(dsn.path, "-._~/") || !made_of(dsn.project, "-_")) {
        return wrong("has a path with characters that it cannot have");
    }
    return dsn;
}

std::string Dsn::envelope_url() const {
    return protocol + "://" + host + (port.empty() ? "" : ":" + port) + path + "/api/" + project +
           "/envelope/";
}

std::string Dsn::authorization(std::string_view client) const {
    std::string text = "Sentry sentry_version=7, sentry_client=" + std::string(client) +
                       ", sentry_key=" + public_key;
    if (!secret.empty()) text += ", sentry_secret=" + secret;
    return text;
}

std::string Dsn::shown() const {
    return host + (port.empty() ? "" : ":" + port) + path + ", project " + project;
}

}  // namespace consort::sentry
