#include "plugins/radio/programme/scan.hpp"

#include <algorithm>
#include <utility>

#include "plugins/radio/programme/audio_name.hpp"
#include "plugins/radio/programme/natural_order.hpp"
#include "plugins/radio/programme/uri_text.hpp"

namespace consort::radio {
namespace {

constexpr std::size_t kMaxFiles = 500'000;
constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxProblems = 50;

struct Found {
    std::string name;
    consort_stat stat;
};

class Walk {
  public:
    Walk(const Sources& sources, const Listing* known, const std::function<bool()>& go_on)
        : sources_(sources), known_(known), go_on_(go_on) {}

    Scan take(std::string_view uri) {
        directory(std::string(uri), "");
        std::sort(scan_.files.begin(), scan_.files.end(),
                  [](const auto& a, const auto& b) { return natural_less(a.path, b.path); });
        if (untold_ > 0)
            scan_.problems.push_back("There are " + std::to_string(untold_) +
                                     " more problems of this kind.");
        return std::move(scan_);
    }

  private:
    void directory(const std::string& uri, const std::string& path) {
        std::vector<Found> entries;
        std::uint64_t content = 0;
        const Result<void> listed =
            sources_.list(uri, [&](std::string_view name, const consort_stat& stat) {
                if (stat.file_id != 0)
                    content += stable_hash(std::string(name) + '/' + std::to_string(stat.file_id));
                if (!name.starts_with('.')) entries.push_back({std::string(name), stat});
            });
        if (!listed) return unlisted(uri, path.empty(), listed.error());
        // The same files under the same names as in a directory above: it is that one.
        if (content != 0 && std::find(above_.begin(), above_.end(), content) != above_.end())
            return problem("The directory '" + shown(uri) +
                           "' is a link to one above it and is left out: remove the link.");
        if (above_.size() >= kMaxDepth)
            return problem("The directory '" + shown(uri) +
                           "' is nested too deeply and is left out: move it up.");
        above_.push_back(content);
        for (const Found& entry : entries) {
            if (stopped_ || (stopped_ = !go_on_())) break;
            std::string child = child_uri(uri, entry.name);
            std::string child_path = path.empty() ? entry.name : path + '/' + entry.name;
            if (entry.stat.kind == CONSORT_ENTRY_DIRECTORY)
                directory(child, child_path);
            else if (is_audio_name(entry.name))
                file(std::move(child), std::move(child_path), entry.stat);
        }
        above_.pop_back();
    }

    void file(std::string uri, std::string path, const consort_stat& stat) {
        if (scan_.files.size() >= kMaxFiles) {
            if (!std::exchange(full_, true))
                problem("Only the first " + std::to_string(kMaxFiles) +
                        " files are played: divide the directory among several stations.");
            return;
        }
        AudioFile found{
            std::move(uri), std::move(path), 0, {stat.size, stat.modified_ns, stat.file_id}};
        found.key = stable_hash(found.uri);
        if (!readable(found)) return;
        scan_.files.push_back(std::move(found));
    }

    // Only where opening costs next to nothing. Elsewhere it shows when the file's turn comes.
    bool readable(const AudioFile& file) {
        if (!file.uri.starts_with("file:")) return true;
        if (const AudioFile* before = known_ ? known_->find(file.uri) : nullptr)
            if (before->stamp == file.stamp) return true;
        const Result<OpenedSource> opened = sources_.open(file.uri);
        if (opened || opened.error().status != CONSORT_E_DENIED) return true;
        const std::string name = shown(file.uri);
        problem("The file '" + name +
                "' cannot be read and is left out: make it readable for the user that runs "
                "Consort, for example with: chmod o+r " +
                shell_quoted(name));
        return false;
    }

    void unlisted(const std::string& uri, bool top, const Error& error) {
        const std::string name = shown(uri);
        if (top)
            scan_.reach = error.status == CONSORT_E_NOT_FOUND ? Reach::kMissing
                          : error.status == CONSORT_E_DENIED  ? Reach::kDenied
                                                              : Reach::kUnreachable;
        if (error.status == CONSORT_E_NOT_FOUND) {
            if (top)
                problem("The directory '" + name +
                        "' does not exist: make it and put audio files there, or correct the "
                        "station's settings.");
            return;
        }
        if (error.status == CONSORT_E_DENIED)
            return problem("The directory '" + name +
                           "' cannot be read and is left out: make it readable for the user that "
                           "runs Consort, for example with: chmod o+rx " +
                           shell_quoted(name));
        problem("The directory '" + name + "' cannot be read (" + error.text +
                "): see whether its disk or server is reachable; it is tried again by itself.");
    }

    void problem(std::string sentence) {
        if (scan_.problems.size() < kMaxProblems)
            scan_.problems.push_back(std::move(sentence));
        else
            ++untold_;
    }

    const Sources& sources_;
    const Listing* known_;
    const std::function<bool()>& go_on_;
    Scan scan_;
    std::vector<std::uint64_t> above_;  // what the directories above hold
    std::size_t untold_ = 0;
    bool full_ = false, stopped_ = false;
};

}  // namespace

Scan scan_directory(const Sources& sources, std::string_view uri, const Listing* known,
                    const std::function<bool()>& go_on) {
    return Walk(sources, known, go_on).take(uri);
}

}  // namespace consort::radio
