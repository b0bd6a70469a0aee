// How a scan goes through directories.
#include <algorithm>
#include <array>

#include "core/catalog/scan_job.hpp"
#include "core/catalog/text.hpp"

namespace consort::catalog {
namespace {

constexpr std::size_t kMaxDepth = 64;
constexpr std::array<std::string_view, 4> kCoverNames = {"cover", "folder", "front", "album"};
constexpr std::array<std::string_view, 4> kCoverExtensions = {"jpg", "jpeg", "png", "webp"};

// Smaller is better; -1: not a cover.
int cover_rank(std::string_view name) {
    std::string low(name);
    for (char& c : low)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const std::size_t dot = low.rfind('.');
    if (dot == std::string::npos) return -1;
    const std::string_view stem = std::string_view(low).substr(0, dot);
    const std::string_view extension = std::string_view(low).substr(dot + 1);
    const auto which = std::find(kCoverNames.begin(), kCoverNames.end(), stem);
    const auto kind = std::find(kCoverExtensions.begin(), kCoverExtensions.end(), extension);
    if (which == kCoverNames.end() || kind == kCoverExtensions.end()) return -1;
    return static_cast<int>((which - kCoverNames.begin()) * 4 + (kind - kCoverExtensions.begin()));
}

}  // namespace

bool ScanJob::walk(const std::string& uri, bool recursive, std::vector<Ancestor>& ancestors) {
    if (stop_ || visited_.contains(uri)) return true;
    const auto shown = [&] {
        return clean(percent_decode(uri.starts_with("file://") ? std::string_view(uri).substr(7)
                                                               : std::string_view(uri)));
    };
    if (ancestors.size() > kMaxDepth) {
        observer_.problem("The directory " + shown() + " is nested too deeply and was left out.");
        return true;
    }
    auto entries = files_.list(uri);
    if (!entries) {
        if (entries.error().status == CONSORT_E_NOT_FOUND) return false;
        observer_.problem("The directory " + shown() + " cannot be read: " + entries.error().text);
        kept_.push_back(uri + "/");
        return false;
    }
    visited_.insert(uri);
    Directory known = load(uri);
    const bool ignored =
        std::any_of(entries->begin(), entries->end(),
                    [](const media::DirectoryEntry& entry) { return entry.name == ".nomedia"; });
    if (ignored) {
        for (const auto& [name, file] : known.files) vanished_.push_back(file.id);
        return true;
    }
    walk_entries(uri, *entries, known);

    for (const media::DirectoryEntry& entry : *entries) {
        if (entry.stat.kind != CONSORT_ENTRY_DIRECTORY || entry.name.starts_with('.')) continue;
        if (stop_) return true;
        const std::string child = media::Storage::child(uri, entry.name);
        if (!recursive && is_known(child)) continue;
        const bool loop =
            entry.stat.file_id != 0 &&
            std::any_of(ancestors.begin(), ancestors.end(), [&](const Ancestor& a) {
                return a.file_id == entry.stat.file_id && a.modified_ns == entry.stat.modified_ns;
            });
        if (loop) {
            observer_.problem("The directory " + shown() + " holds a link to itself, \"" +
                              clean(entry.name) + "\", which was left out.");
            continue;
        }
        ancestors.push_back({entry.stat.file_id, entry.stat.modified_ns});
        walk(child, true, ancestors);
        ancestors.pop_back();
    }
    return true;
}

void ScanJob::walk_entries(const std::string& uri, std::vector<media::DirectoryEntry>& entries,
                           Directory& known) {
    LibraryWriter::FolderCover cover;
    int best = -1;
    for (const media::DirectoryEntry& entry : entries) {
        if (entry.stat.kind != CONSORT_ENTRY_FILE || entry.name.starts_with('.')) continue;
        const int rank = cover_rank(entry.name);
        const std::string child = media::Storage::child(uri, entry.name);
        const std::string name = child.substr(child.rfind('/') + 1);
        if (rank >= 0 && (best < 0 || rank < best)) {
            best = rank;
            cover = {name, entry.stat.size, entry.stat.modified_ns};
        }
        if (!files_.worth_a_probe(entry.name)) continue;
        Todo todo{uri, child, name, relative(child), entry.stat, 0};
        if (const auto at = known.files.find(name); at != known.files.end()) {
            const Known before = at->second;
            known.files.erase(at);
            if (before.size == entry.stat.size && before.modified_ns == entry.stat.modified_ns &&
                before.file_id == entry.stat.file_id) {
                observer_.found(1);
                observer_.kept();
                continue;
            }
            todo.source_id = before.id;
        }
        observer_.found(1);
        todo_.push(std::move(todo));
        if (readers_.size() < threads_ && (readers_.empty() || todo_.size() > 0))
            readers_.emplace_back([this] { read_files(); });
        if (stop_) return;
    }
    if (cover.name != known.cover.name || cover.size != known.cover.size ||
        cover.modified_ns != known.cover.modified_ns) {
        Done done;
        done.directory = uri;
        done.is_cover = true;
        done.cover = cover;
        done_.push(std::move(done));
    }
    for (const auto& [name, file] : known.files) vanished_.push_back(file.id);
}

}  // namespace consort::catalog
