#include "plugins/radio/programme/failures.hpp"

#include <algorithm>

namespace consort::radio {

bool Failures::add(const AudioFile& file, std::string reason) {
    const bool told = holds(file);
    by_uri_.insert_or_assign(file.uri, Failure{file.stamp, std::move(reason), true});
    return !told;
}

void Failures::something_played() {
    for (auto& [uri, failure] : by_uri_) failure.fresh = false;
}

bool Failures::all_of(const Listing& listing) const {
    return std::all_of(listing.files().begin(), listing.files().end(), [&](const auto& file) {
        const auto found = by_uri_.find(file.uri);
        return found != by_uri_.end() && found->second.fresh && found->second.stamp == file.stamp;
    });
}

bool Failures::holds(const AudioFile& file) const {
    const auto found = by_uri_.find(file.uri);
    return found != by_uri_.end() && found->second.stamp == file.stamp;
}

std::vector<const AudioFile*> Failures::forget_changed(const Listing& listing) {
    std::vector<const AudioFile*> changed;
    std::erase_if(by_uri_, [&](const auto& entry) {
        const AudioFile* file = listing.find(entry.first);
        if (file && file->stamp == entry.second.stamp) return false;
        if (file) changed.push_back(file);
        return true;
    });
    return changed;
}

std::vector<std::pair<std::string, std::string>> Failures::all() const {
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& [uri, failure] : by_uri_) out.emplace_back(uri, failure.reason);
    return out;
}

}  // namespace consort::radio
