#include "plugins/radio/programme/rotation.hpp"

#include <algorithm>
#include <utility>

#include "consort/uri.hpp"

#include "plugins/radio/programme/natural_order.hpp"
#include "plugins/radio/programme/uri_text.hpp"

namespace consort::radio {
namespace {

// The place of a file in a shuffled round: splitmix64's finalizer.
std::uint64_t place(std::uint64_t seed, std::uint64_t round, std::uint64_t key) {
    std::uint64_t x = key ^ (seed + round * 0x9E3779B97F4A7C15);
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
    return x ^ (x >> 31);
}

}  // namespace

Rotation::Rotation(std::string_view directory, bool shuffle, RotationMemory memory)
    : shuffle_(shuffle), memory_(std::move(memory)) {
    const std::string above = child_uri(directory, "");
    if (memory_.last.starts_with(above))
        last_path_ = percent_decoded_leniently(std::string_view(memory_.last).substr(above.size()));
    std::sort(memory_.played.begin(), memory_.played.end());
}

const AudioFile* Rotation::next(const Listing& files, const Failures& failures,
                                std::string_view avoid) {
    if (failures.all_of(files)) return nullptr;
    if (!shuffle_) return next_in_order(files);
    const AudioFile* offered = offered_ == avoid ? nullptr : files.find(offered_);
    if (!offered || (played(*offered) && !round_is_over(files)))
        offered = next_shuffled(files, avoid);
    offered_ = offered ? offered->uri : std::string();
    return offered;
}

const AudioFile* Rotation::next_in_order(const Listing& files) const {
    const auto& all = files.files();
    if (all.empty()) return nullptr;
    if (memory_.last.empty()) return &all.front();
    const auto after = std::upper_bound(
        all.begin(), all.end(), last_path_,
        [](const auto& path, const auto& file) { return natural_less(path, file.path); });
    return after == all.end() ? &all.front() : &*after;
}

const AudioFile* Rotation::next_shuffled(const Listing& files, std::string_view avoid) const {
    const bool over = round_is_over(files);
    const std::uint64_t avoided_key = stable_hash(avoid);
    const std::uint64_t round = memory_.round + (over ? 1 : 0);
    const AudioFile* first = nullptr;
    const AudioFile* avoided = nullptr;
    std::uint64_t first_place = 0;
    for (const AudioFile& file : files.files()) {
        if (!over && played(file)) continue;
        if (file.key == avoided_key) {
            avoided = &file;
            continue;
        }
        const std::uint64_t its_place = place(memory_.seed, round, file.key);
        if (first && its_place >= first_place) continue;
        first = &file;
        first_place = its_place;
    }
    return first ? first : avoided;
}

void Rotation::took(const AudioFile& file, const Listing& files) {
    if (round_is_over(files)) {
        ++memory_.round;
        memory_.played.clear();
    }
    const auto at = std::lower_bound(memory_.played.begin(), memory_.played.end(), file.key);
    if (at == memory_.played.end() || *at != file.key) memory_.played.insert(at, file.key);
    memory_.last = file.uri;
    last_path_ = file.path;
    offered_.clear();
}

void Rotation::give_back(const AudioFile& file) { std::erase(memory_.played, file.key); }

bool Rotation::played(const AudioFile& file) const {
    return std::binary_search(memory_.played.begin(), memory_.played.end(), file.key);
}

bool Rotation::round_is_over(const Listing& files) const {
    return std::all_of(files.files().begin(), files.files().end(),
                       [this](const AudioFile& file) { return played(file); });
}

}  // namespace consort::radio
