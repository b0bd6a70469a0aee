#include "plugins/http/webapp/site.hpp"

#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <system_error>
#include <utility>

namespace consort::webapp {
namespace {

namespace fs = std::filesystem;

// FNV-1a, 64 bits: names a version of a file, guards nothing.
std::string tag_of(std::string_view bytes) {
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    std::array<char, 17> text{};
    std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
    return std::string(text.data(), 16);
}

Result<std::string> read_file(const fs::path& path, std::uintmax_t size) {
    std::string bytes(static_cast<std::size_t>(size), '\0');
    std::ifstream stream(path, std::ios::binary);
    stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!stream || stream.gcount() != static_cast<std::streamsize>(bytes.size()))
        return Error{CONSORT_E_IO, "cannot read " + path.string()};
    return bytes;
}

Error too_much(const fs::path& root) {
    return {CONSORT_E_UNSUPPORTED, root.string() +
                                       " holds more than a web app should (4096 files, 64 MiB); "
                                       "check the key `root`"};
}

}  // namespace

std::string_view content_type_of(std::string_view name) noexcept {
    static constexpr std::pair<std::string_view, std::string_view> types[] = {
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".json", "application/json"},
        {".webmanifest", "application/manifest+json"},
        {".png", "image/png"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".txt", "text/plain; charset=utf-8"},
        {".map", "application/json"},
        {".wasm", "application/wasm"},
    };
    for (const auto& [extension, type] : types)
        if (name.ends_with(extension)) return type;
    return "application/octet-stream";
}

bool is_app_route(std::string_view path) noexcept {
    if (path == "api" || path.starts_with("api/")) return false;
    const std::size_t slash = path.rfind('/');
    const std::string_view last = slash == std::string_view::npos ? path : path.substr(slash + 1);
    return last.find('.') == std::string_view::npos;
}

Result<Site> Site::load(const fs::path& root) {
    Site site;
    std::error_code error;
    if (!fs::is_regular_file(root / "index.html", error))
        return Error{CONSORT_E_NOT_FOUND, root.string() + " holds no index.html"};
    std::uintmax_t total = 0;
    fs::recursive_directory_iterator entry(root, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        if (!fs::is_regular_file(entry->symlink_status(error)) || error) continue;
        const std::uintmax_t size = entry->file_size(error);
        if (error) break;
        if (size > max_bytes - total || site.files_.size() >= max_files) return too_much(root);
        total += size;
        Result<std::string> bytes = read_file(entry->path(), size);
        if (!bytes) return std::move(bytes).error();
        std::string name = entry->path().lexically_relative(root).generic_string();
        auto file = std::make_shared<File>();
        file->etag = tag_of(*bytes);
        file->bytes = *std::move(bytes);
        file->content_type = content_type_of(name);
        file->immutable = name.starts_with("assets/");
        site.files_.emplace(std::move(name), std::move(file));
    }
    if (error) return Error{CONSORT_E_IO, "cannot list " + root.string() + ": " + error.message()};
    site.index_ = site.file("index.html");
    if (!site.index_)
        return Error{CONSORT_E_NOT_FOUND, root.string() + "/index.html is not a regular file"};
    return site;
}

std::shared_ptr<const File> Site::file(std::string_view path) const {
    const auto found = files_.find(path);
    return found == files_.end() ? nullptr : found->second;
}

}  // namespace consort::webapp
