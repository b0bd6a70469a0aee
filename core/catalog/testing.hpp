// What the tests of this folder share: a temporary directory, made-up media files, a request.
#pragma once

#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/catalog/media_files.hpp"
#include "core/http/exchange.hpp"

namespace consort::catalog::testing {

class TemporaryDirectory {
  public:
    TemporaryDirectory() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "consort-catalog-XXXXXX").string();
        path_ = mkdtemp(pattern.data());
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    std::string file(const std::string& name) const { return path_ + "/" + name; }

  private:
    std::string path_;
};

using Tags = std::vector<std::pair<std::string, std::string>>;

struct FakeFile {
    Tags tags;
    std::string content;  // names the bytes: equal content, equal identity
    std::string broken;   // the probe's error
    consort_status broken_status = CONSORT_E_CORRUPT;
    bool video = false, cover = false;
    std::uint64_t size = 1000, file_id = 0;
    std::int64_t modified_ns = 1, duration_ns = 180'000'000'000;
};

// A tree of files in memory, by absolute path. Safe from several threads.
class FakeFiles : public MediaFiles {
  public:
    void put(const std::string& path, FakeFile file) {
        const std::lock_guard lock(mutex_);
        if (file.content.empty()) file.content = path;
        if (file.file_id == 0) file.file_id = ++last_id_;
        files_[path] = std::move(file);
    }
    void remove(const std::string& path) {
        const std::lock_guard lock(mutex_);
        files_.erase(path);
    }
    void rename(const std::string& from, const std::string& to) {
        const std::lock_guard lock(mutex_);
        FakeFile file = files_.at(from);
        files_.erase(from);
        files_[to] = std::move(file);
    }
    // list() of this directory fails; OK: no longer.
    void deny(const std::string& path, consort_status why) {
        const std::lock_guard lock(mutex_);
        denied_[path] = why;
    }
    // A directory that is a link to one of its parents.
    void loop(const std::string& path, const std::string& target) {
        const std::lock_guard lock(mutex_);
        loops_[path] = target;
    }
    void changed(std::uint32_t change, const std::string& path) {
        std::vector<media::Storage::Changed> told;
        {
            const std::lock_guard lock(mutex_);
            told = watchers_;
        }
        for (const auto& one : told) one(change, media::Storage::to_uri(path));
    }
    // inspect() waits while held.
    void hold(bool on) {
        const std::lock_guard lock(mutex_);
        held_ = on;
        released_.notify_all();
    }
    std::atomic<int> inspected{0}, listed{0}, scaled{0};
    std::atomic<bool> indexed{false};  // extent() knows every file

    Result<std::vector<media::DirectoryEntry>> list(std::string_view uri) override;
    Result<consort_stat> look(std::string_view uri) override;
    bool worth_a_probe(std::string_view name) const override;
    Result<Inspection> inspect(std::string_view uri, std::string_view name) override;
    Result<media::Cover> cover(std::string_view uri, std::string_view name) override;
    Result<std::string> read(std::string_view uri, std::uint64_t max_bytes) override;
    Result<media::Cover> scale(std::string_view picture, unsigned longest_side) override;
    std::optional<SoundExtent> extent(std::string_view identity) override;
    Result<media::Storage::Watch> watch(std::string_view uri,
                                        media::Storage::Changed changed) override;

  private:
    std::string path_of(std::string_view uri) const;

    mutable std::mutex mutex_;
    std::condition_variable released_;
    std::map<std::string, FakeFile> files_;
    std::map<std::string, consort_status> denied_;
    std::map<std::string, std::string> loops_;
    std::vector<media::Storage::Changed> watchers_;
    std::uint64_t last_id_ = 100;
    bool held_ = false;
};

// A request made by hand; keeps the answer.
class FakeRequest final : public http::Exchange {
  public:
    explicit FakeRequest(std::string target, std::string request_method = "GET");

    std::string_view method() const noexcept override { return method_; }
    std::string_view path() const noexcept override { return path_; }
    std::string_view target() const noexcept override { return target_; }
    std::string_view param(std::string_view name) const noexcept override;
    std::optional<std::string_view> query(std::string_view name) const noexcept override;
    std::optional<std::string_view> header(std::string_view name) const noexcept override;
    std::string_view body() const noexcept override { return {}; }
    std::string_view remote_address() const noexcept override { return "192.0.2.1"; }
    std::string_view request_id() const noexcept override { return "r1"; }
    consort_status respond(http::Response&& response) override;
    void wake() noexcept override;

    std::map<std::string, std::string, std::less<>> params, headers;

    // Wait for the answer.
    int status();
    std::string text();
    const http::Response& response() const { return response_; }
    // Pulls what the stream has now; waits for a wake-up first if there was nothing.
    std::string pull();
    // The client goes away: the body is released, as a transport does.
    void hang_up() { response_.body.clear(); }

  private:
    void wait();
    std::string method_, target_, path_;
    std::map<std::string, std::string, std::less<>> query_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool answered_ = false;
    int wakes_ = 0;
    http::Response response_;
};

}  // namespace consort::catalog::testing
