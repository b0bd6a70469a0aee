#include "plugins/radio/programme/settling.hpp"

#include <utility>

namespace consort::radio {

std::vector<AudioFile> Settling::settle(std::vector<AudioFile> found, const Listing* before,
                                        const std::set<std::string, std::less<>>& complete) {
    std::unordered_map<std::string, FileStamp> waiting;
    std::vector<AudioFile> counted;
    counted.reserve(found.size());
    for (AudioFile& file : found) {
        const AudioFile* known = before ? before->find(file.uri) : nullptr;
        const auto waited = waiting_.find(file.uri);
        const bool settled = !before || (known && known->stamp == file.stamp) ||
                             complete.contains(file.uri) ||
                             (waited != waiting_.end() && waited->second == file.stamp);
        if (!settled) {
            waiting.emplace(file.uri, file.stamp);
            if (!known) continue;
            file.stamp = known->stamp;
        }
        counted.push_back(std::move(file));
    }
    waiting_ = std::move(waiting);
    return counted;
}

}  // namespace consort::radio
