#include "plugins/storage/local/file_uri.hpp"

#include "consort/uri.hpp"

namespace consort::storage_local {
namespace {

Error invalid(std::string_view uri, const char* why) {
    return {CONSORT_E_INVALID, "The address '" + std::string(uri) + "' " + why + "."};
}

}  // namespace

Result<std::string> path_of(std::string_view uri) {
    std::string_view rest = uri;
    if (!rest.starts_with("file://")) return invalid(uri, "does not begin with file://");
    rest.remove_prefix(7);
    if (rest.starts_with("localhost/")) rest.remove_prefix(9);
    if (!rest.starts_with('/')) return invalid(uri, "names no absolute path on this machine");
    if (rest.find_first_of("?#") != std::string_view::npos)
        return invalid(uri, "has a query or a fragment; encode ? and #");
    auto path = percent_decoded(rest);
    if (!path) return invalid(uri, "has a broken percent-encoding");
    if (path->find('\0') != std::string::npos)
        return invalid(uri, "has a NUL character in its path");
    return *std::move(path);
}

std::string uri_of(std::string_view path) { return "file://" + percent_encoded_path(path); }

}  // namespace consort::storage_local
