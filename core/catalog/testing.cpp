#include "core/catalog/testing.hpp"

#include <chrono>
#include <set>

#include "core/catalog/text.hpp"

namespace consort::catalog::testing {
namespace {

constexpr std::chrono::seconds kPatience{30};

std::uint64_t directory_id(const std::string& path) { return std::hash<std::string>{}(path) | 1; }

}  // namespace

std::string FakeFiles::path_of(std::string_view uri) const {
    std::string path = percent_decode(uri.substr(0, 7) == "file://" ? uri.substr(7) : uri);
    for (bool again = true; again;) {
        again = false;
        for (const auto& [link, target] : loops_)
            if (path == link || path.starts_with(link + "/")) {
                path.replace(0, link.size(), target);
                again = true;
            }
    }
    return path;
}

Result<std::vector<media::DirectoryEntry>> FakeFiles::list(std::string_view uri) {
    const std::lock_guard lock(mutex_);
    ++listed;
    const std::string path = path_of(uri);
    if (const auto denied = denied_.find(path); denied != denied_.end())
        return Error{denied->second, "Permission denied."};
    std::vector<media::DirectoryEntry> entries;
    std::set<std::string> directories;
    const std::string prefix = path + "/";
    for (auto at = files_.lower_bound(prefix); at != files_.end() && at->first.starts_with(prefix);
         ++at) {
        const std::string rest = at->first.substr(prefix.size());
        if (const std::size_t slash = rest.find('/'); slash != std::string::npos) {
            if (directories.insert(rest.substr(0, slash)).second) {
                consort_stat stat{};
                stat.kind = CONSORT_ENTRY_DIRECTORY;
                stat.file_id = directory_id(prefix + rest.substr(0, slash));
                entries.push_back({rest.substr(0, slash), stat});
            }
            continue;
        }
        consort_stat stat{};
        stat.kind = CONSORT_ENTRY_FILE;
        stat.size = at->second.size;
        stat.modified_ns = at->second.modified_ns;
        stat.file_id = at->second.file_id;
        entries.push_back({rest, stat});
    }
    for (const auto& [link, target] : loops_)
        if (link.starts_with(prefix) && link.find('/', prefix.size()) == std::string::npos) {
            consort_stat stat{};
            stat.kind = CONSORT_ENTRY_DIRECTORY;
            stat.file_id = directory_id(target);
            entries.push_back({link.substr(prefix.size()), stat});
        }
    if (entries.empty() && directories.empty())
        return Error{CONSORT_E_NOT_FOUND, "There is no such directory."};
    return entries;
}

Result<consort_stat> FakeFiles::look(std::string_view uri) {
    const std::lock_guard lock(mutex_);
    const std::string path = path_of(uri);
    consort_stat stat{};
    if (const auto file = files_.find(path); file != files_.end()) {
        stat.kind = CONSORT_ENTRY_FILE;
        stat.size = file->second.size;
        return stat;
    }
    const auto below = files_.lower_bound(path + "/");
    if (below == files_.end() || !below->first.starts_with(path + "/"))
        return Error{CONSORT_E_NOT_FOUND, "There is no such file."};
    stat.kind = CONSORT_ENTRY_DIRECTORY;
    stat.file_id = directory_id(path);
    return stat;
}

bool FakeFiles::worth_a_probe(std::string_view name) const {
    return name.ends_with(".flac") || name.ends_with(".mkv");
}

Result<Inspection> FakeFiles::inspect(std::string_view uri, std::string_view name) {
    std::unique_lock lock(mutex_);
    released_.wait(lock, [&] { return !held_; });
    ++inspected;
    const auto file = files_.find(path_of(uri));
    if (file == files_.end()) return Error{CONSORT_E_NOT_FOUND, "The file is gone."};
    if (!file->second.broken.empty()) return Error{file->second.broken_status, file->second.broken};
    Inspection found;
    found.identity = make_uid({file->second.content});
    found.probe.container = name.ends_with(".mkv") ? "matroska" : "flac";
    found.probe.content_type = name.ends_with(".mkv") ? "video/x-matroska" : "audio/flac";
    found.probe.duration_ns = file->second.duration_ns;
    found.probe.tags = file->second.tags;
    found.probe.has_cover = file->second.cover;
    media::ProbedTrack audio;
    audio.kind = CONSORT_TRACK_AUDIO;
    audio.codec = "flac";
    audio.sample_rate = 44100;
    audio.channels = 2;
    audio.bits_per_sample = 16;
    found.probe.tracks.push_back(audio);
    if (file->second.video || name.ends_with(".mkv")) {
        media::ProbedTrack video;
        video.kind = CONSORT_TRACK_VIDEO;
        video.codec = "h264";
        video.width = 1280;
        video.height = 720;
        found.probe.tracks.push_back(video);
    }
    return found;
}

Result<media::Cover> FakeFiles::cover(std::string_view, std::string_view) {
    return media::Cover{"image/png", "\x89PNG\r\n\x1A\nembedded"};
}

Result<std::string> FakeFiles::read(std::string_view uri, std::uint64_t) {
    const std::lock_guard lock(mutex_);
    const auto file = files_.find(path_of(uri));
    if (file == files_.end()) return Error{CONSORT_E_NOT_FOUND, "The file is gone."};
    return file->second.content;
}

Result<media::Cover> FakeFiles::scale(std::string_view picture, unsigned longest_side) {
    ++scaled;
    if (picture.ends_with("bomb")) return Error{CONSORT_E_DENIED, "It has too many pixels."};
    if (picture.ends_with("foreign")) return Error{CONSORT_E_UNSUPPORTED, "Another kind."};
    return media::Cover{"image/png", "\x89PNG\r\n\x1A\n at most " + std::to_string(longest_side)};
}

std::optional<SoundExtent> FakeFiles::extent(std::string_view) {
    if (!indexed) return {};
    return SoundExtent{1'105, 704, 7'938'000};
}

Result<media::Storage::Watch> FakeFiles::watch(std::string_view, media::Storage::Changed changed) {
    const std::lock_guard lock(mutex_);
    watchers_.push_back(std::move(changed));
    return media::Storage::Watch(nullptr, [this](void*) {
        const std::lock_guard done(mutex_);
        watchers_.clear();
    });
}

FakeRequest::FakeRequest(std::string request_target, std::string request_method)
    : method_(std::move(request_method)), target_(std::move(request_target)) {
    const std::size_t mark = std::min(target_.find('?'), target_.size());
    path_ = percent_decode(target_.substr(0, mark));
    std::string_view rest = std::string_view(target_).substr(std::min(mark + 1, target_.size()));
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('&'), rest.size());
        const std::string_view pair = rest.substr(0, end);
        const std::size_t equals = std::min(pair.find('='), pair.size());
        query_[std::string(pair.substr(0, equals))] =
            percent_decode(pair.substr(std::min(equals + 1, pair.size())));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
}

std::string_view FakeRequest::param(std::string_view name) const noexcept {
    const auto at = params.find(name);
    return at == params.end() ? std::string_view{} : at->second;
}

std::optional<std::string_view> FakeRequest::query(std::string_view name) const noexcept {
    const auto at = query_.find(name);
    if (at == query_.end()) return std::nullopt;
    return at->second;
}

std::optional<std::string_view> FakeRequest::header(std::string_view name) const noexcept {
    const auto at = headers.find(name);
    if (at == headers.end()) return std::nullopt;
    return at->second;
}

consort_status FakeRequest::respond(http::Response&& response) {
    const std::lock_guard lock(mutex_);
    if (answered_) return CONSORT_E_DONE;
    response_ = std::move(response);
    answered_ = true;
    changed_.notify_all();
    return CONSORT_OK;
}

void FakeRequest::wake() noexcept {
    const std::lock_guard lock(mutex_);
    ++wakes_;
    changed_.notify_all();
}

void FakeRequest::wait() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [&] { return answered_; });
}

int FakeRequest::status() {
    wait();
    const std::lock_guard lock(mutex_);
    return answered_ ? response_.status : 0;
}

std::string FakeRequest::text() {
    wait();
    std::string out;
    for (const http::Slice& slice : response_.body)
        out.append(static_cast<const char*>(slice.raw().data), slice.raw().length);
    return out;
}

std::string FakeRequest::pull() {
    wait();
    const consort_slice& stream = response_.body.at(0).raw();
    for (;;) {
        consort_slice out{};
        const consort_status got = stream.next(stream.owner, 1 << 16, &out);
        if (got == CONSORT_OK) {
            const http::Slice piece(out);
            return {static_cast<const char*>(out.data), out.length};
        }
        if (got != CONSORT_PENDING) return {};
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, kPatience, [&] { return wakes_ > 0; })) return {};
        --wakes_;
    }
}

}  // namespace consort::catalog::testing
