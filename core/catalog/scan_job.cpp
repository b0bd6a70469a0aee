#include "core/catalog/scan_job.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "core/catalog/text.hpp"

namespace consort::catalog {
namespace {

using Clock = std::chrono::steady_clock;

// A transaction writes the pages that its files share once: the more files the better.
constexpr std::size_t kBatch = 1000;
constexpr std::chrono::milliseconds kBatchTime{400};  // what a kill can cost, besides the writing
constexpr std::chrono::milliseconds kCountsEvery{3000};

std::string with_slash(std::string uri) {
    if (!uri.ends_with('/')) uri.push_back('/');
    return uri;
}

std::string without_slash(std::string uri) {
    while (uri.size() > 1 && uri.ends_with('/') && !uri.ends_with("://")) uri.pop_back();
    return uri;
}

// "file:///mnt/music" for people: "/mnt/music".
std::string shown(std::string_view uri) {
    if (uri.starts_with("file://")) uri.remove_prefix(7);
    return clean(percent_decode(uri));
}

}  // namespace

ScanJob::ScanJob(Database& database, MediaFiles& files, LibraryWriter& writer,
                 const std::vector<std::string>& roots, unsigned threads, ScanObserver& observer,
                 const std::atomic<bool>& stop)
    : database_(database),
      files_(files),
      writer_(writer),
      threads_(std::max(1u, threads)),
      observer_(observer),
      stop_(stop) {
    for (const std::string& root : roots)
        roots_.push_back(without_slash(media::Storage::to_uri(root)));
    std::sort(roots_.begin(), roots_.end());
    // A directory inside another one is seen with that one.
    std::vector<std::string> outer;
    for (const std::string& root : roots_)
        if (outer.empty() || (root != outer.back() && !root.starts_with(with_slash(outer.back()))))
            outer.push_back(root);
    roots_ = std::move(outer);
}

std::string ScanJob::relative(std::string_view uri) const {
    for (const std::string& root : roots_)
        if (uri.starts_with(root) && uri.size() > root.size() && uri[root.size()] == '/')
            return std::string(uri.substr(root.size() + 1));
    return std::string(uri);
}

Result<void> ScanJob::mark(bool finished) {
    return database_.write([&](Session& session) {
        const auto read = [&](const char* name) {
            return session.number("SELECT value FROM meta WHERE name = ?", {name});
        };
        const auto set = [&](const char* name, std::int64_t value) {
            session.run("DELETE FROM meta WHERE name = ?", {name});
            session.run("INSERT INTO meta (name, value) VALUES (?, ?)",
                        {name, std::to_string(value)});
        };
        writer_.begin(session);
        if (finished) {
            set("scan_finished", generation_);
            writer_.settle(session, true);
            return;
        }
        generation_ = read("scan_begun");
        if (generation_ != 0 && generation_ != read("scan_finished")) {
            writer_.doubt_counts();
        } else {
            set("scan_begun", ++generation_);
        }
    });
}

Result<void> ScanJob::run(const std::function<void()>& walk_all) {
    if (Result<void> begun = mark(false); !begun) {
        writer_.reset();
        return begun;
    }
    observer_.phase("listing");
    std::jthread writing([this] { write_results(); });
    walk_all();
    observer_.phase("reading");
    todo_.close();
    if (readers_.empty()) readers_.emplace_back([this] { read_files(); });
    for (std::jthread& reader : readers_) reader.join();
    done_.close();
    writing.join();
    if (!written_) {
        writer_.reset();
        return written_.error();
    }
    if (stop_) return Error{CONSORT_E_CANCELED, "The scan was interrupted."};
    observer_.phase("finishing");
    if (Result<void> removed = remove_vanished(); !removed) {
        writer_.reset();
        return removed;
    }
    if (stop_) return Error{CONSORT_E_CANCELED, "The scan was interrupted."};
    Result<void> finished = mark(true);
    if (!finished) writer_.reset();
    return finished;
}

Result<void> ScanJob::full() {
    return run([this] {
        for (const std::string& root : roots_) walk_root(root);
        if (stop_) return;
        find_vanished_directories([&](std::string_view uri) {
            return std::none_of(kept_.begin(), kept_.end(), [&](const std::string& kept) {
                return uri.starts_with(kept) ||
                       uri == std::string_view(kept).substr(0, kept.size() - 1);
            });
        });
    });
}

void ScanJob::walk_root(const std::string& root) {
    auto entries = files_.list(root);
    std::string trouble;
    if (!entries)
        trouble = entries.error().text;
    else if (entries->empty())
        trouble = "it is empty";
    if (!trouble.empty()) {
        // An unmounted disk looks like this; forgetting the library would be worse than keeping it.
        const std::string prefix = with_slash(root);
        bool holds_items = false;
        {
            const Database::Reader reader = database_.read();
            holds_items = reader->number(
                              "SELECT COUNT(*) FROM (SELECT d.id FROM directories d "
                              "JOIN sources s ON s.directory_id = d.id WHERE d.uri = ? "
                              "OR (d.uri > ? AND d.uri < ?) LIMIT 1) AS one",
                              {root, prefix, root + "0"}) != 0;  // '0' follows '/'
        }
        kept_.push_back(prefix);
        if (!entries || holds_items)
            observer_.problem(
                "The media directory " + shown(root) + " cannot be used: " + trouble +
                (holds_items ? " Its items stay in the library until it is back." : ""));
        return;
    }
    std::vector<Ancestor> ancestors;
    if (const auto stat = files_.look(root))
        ancestors.push_back({stat->file_id, stat->modified_ns});
    walk(root, true, ancestors);
}

Result<void> ScanJob::partial(const std::vector<Target>& targets) {
    std::vector<std::string> gone;  // subtrees, with a '/'
    return run([&] {
        for (const Target& target : targets) {
            if (stop_) return;
            const std::string uri = without_slash(target.uri);
            if (visited_.contains(uri)) continue;
            std::vector<Ancestor> ancestors;
            if (walk(uri, target.recursive, ancestors)) continue;
            // The directories above say whether it is gone; a missing root keeps its items.
            const bool below = std::any_of(roots_.begin(), roots_.end(), [&](const auto& root) {
                return uri.starts_with(with_slash(root)) && files_.look(root).ok();
            });
            if (below && !files_.look(uri).ok()) gone.push_back(with_slash(uri));
        }
        if (gone.empty()) return;
        find_vanished_directories([&](std::string_view uri) {
            return std::any_of(gone.begin(), gone.end(), [&](const std::string& prefix) {
                return uri.starts_with(prefix) ||
                       uri == std::string_view(prefix).substr(0, prefix.size() - 1);
            });
        });
    });
}

ScanJob::Directory ScanJob::load(const std::string& uri) {
    Directory directory;
    const Database::Reader reader = database_.read();
    std::int64_t id = 0;
    reader->query(
        "SELECT id, cover_name, cover_size, cover_modified_ns FROM directories WHERE uri = ?", 4,
        {uri}, [&](const Row& row) {
            id = row.integer(0);
            directory.cover = {row.text(1), static_cast<std::uint64_t>(row.integer(2)),
                               row.integer(3)};
        });
    if (id == 0) return directory;
    directory.known = true;
    reader->query("SELECT name, id, size, modified_ns, file_id FROM sources WHERE directory_id = ?",
                  5, {id}, [&](const Row& row) {
                      directory.files.emplace(
                          row.text(0),
                          Known{row.integer(1), static_cast<std::uint64_t>(row.integer(2)),
                                static_cast<std::uint64_t>(row.integer(4)), row.integer(3)});
                  });
    return directory;
}

bool ScanJob::is_known(const std::string& uri) {
    const Database::Reader reader = database_.read();
    return reader->number("SELECT COUNT(*) FROM directories WHERE uri = ?", {uri}) != 0;
}

void ScanJob::find_vanished_directories(const std::function<bool(std::string_view)>& examined) {
    const Database::Reader reader = database_.read();
    std::vector<std::int64_t> directories;
    reader->query("SELECT id, uri FROM directories", 2, {}, [&](const Row& row) {
        if (!visited_.contains(row.text(1)) && examined(row.text(1)))
            directories.push_back(row.integer(0));
    });
    for (const std::int64_t id : directories)
        reader->query("SELECT id FROM sources WHERE directory_id = ?", 1, {id},
                      [&](const Row& row) { vanished_.push_back(row.integer(0)); });
}

void ScanJob::read_files() {
    Todo todo;
    while (todo_.pop(todo)) {
        if (stop_) continue;
        observer_.reading(shown(todo.uri));
        Done done;
        done.directory = std::move(todo.directory);
        done.source_id = todo.source_id;
        const std::string file_name = percent_decode(todo.name);
        Result<Inspection> inspection = files_.inspect(todo.uri, file_name);
        if (inspection) {
            done.record = make_record(*inspection, todo.stat, todo.relative_uri);
        } else {
            observer_.unusable(shown(todo.uri), inspection.error().text);
            done.record = make_broken_record(inspection.error().text, todo.stat, todo.relative_uri);
            const consort_status why = inspection.error().status;
            // What may go better next time is looked at again next time.
            if (why == CONSORT_E_IO || why == CONSORT_E_BUSY || why == CONSORT_E_TIMEOUT ||
                why == CONSORT_E_NO_MEMORY || why == CONSORT_E_DENIED)
                done.record.stat.modified_ns = -1;
        }
        done_.push(std::move(done));
    }
}

void ScanJob::write_results() {
    Clock::time_point counts_due = Clock::now() + kCountsEvery;
    for (;;) {
        const std::vector<Done> batch = done_.pop_many(kBatch, kBatchTime);
        if (batch.empty()) return;
        std::vector<Change> changes;
        written_ = database_.write([&](Session& session) {
            writer_.begin(session);
            for (const Done& done : batch) {
                const std::int64_t directory = writer_.directory(session, done.directory);
                if (done.is_cover)
                    writer_.set_cover(session, directory, done.cover);
                else
                    changes.push_back(
                        writer_.put(session, directory, done.source_id, done.record, generation_));
            }
            const bool counts_too = Clock::now() >= counts_due;
            writer_.settle(session, counts_too);
            if (counts_too) counts_due = Clock::now() + kCountsEvery;
        });
        if (!written_) {
            // Nobody takes the results any more: let those who make them go.
            todo_.close();
            done_.close();
            return;
        }
        observer_.committed(changes);
    }
}

Result<void> ScanJob::remove_vanished() {
    std::unordered_map<std::string, int> identities;
    std::unordered_map<std::int64_t, std::string> identity_of;
    {
        const Database::Reader reader = database_.read();
        for (const std::int64_t id : vanished_)
            reader->query("SELECT identity FROM sources WHERE id = ?", 1, {id},
                          [&](const Row& row) {
                              ++identities[row.text(0)];
                              identity_of[id] = row.text(0);
                          });
        if (Result<void> read = reader->status(); !read) return read;
    }
    for (std::size_t at = 0; at < vanished_.size() && !stop_; at += kBatch) {
        std::vector<Change> changes;
        Result<void> removed = database_.write([&](Session& session) {
            writer_.begin(session);
            for (std::size_t i = at; i < std::min(at + kBatch, vanished_.size()); ++i) {
                const bool movable = identities[identity_of[vanished_[i]]] == 1;
                for (Change& change : writer_.remove(session, vanished_[i], movable, generation_))
                    changes.push_back(std::move(change));
            }
            writer_.settle(session, false);
        });
        if (!removed) return removed;
        observer_.committed(changes);
    }
    return {};
}

}  // namespace consort::catalog
