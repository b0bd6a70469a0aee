// Which files the disk tier has, in the order of their use.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace consort::media {

// Not for several threads at once.
class CodedIndex {
  public:
    static constexpr std::uint64_t kBlock = 4096;
    // What a file of so many bytes takes, with a block for the folder it may be alone in.
    static std::uint64_t cost(std::uint64_t size) {
        return (size + kBlock - 1) / kBlock * kBlock + kBlock;
    }

    bool has(std::string_view name) const { return by_name_.contains(name); }
    std::uint64_t bytes() const { return bytes_; }

    // As the most recently used, in place of one of the same name.
    void put(std::string name, std::uint64_t cost) {
        remove(name);
        entries_.push_front({std::move(name), cost});
        by_name_[entries_.front().name] = entries_.begin();
        bytes_ += cost;
    }
    void remove(std::string_view name) {
        const auto found = by_name_.find(name);
        if (found == by_name_.end()) return;
        const auto entry = found->second;
        bytes_ -= entry->cost;
        by_name_.erase(found);
        entries_.erase(entry);
    }
    void use(std::string_view name) {
        const auto found = by_name_.find(name);
        if (found != by_name_.end()) entries_.splice(entries_.begin(), entries_, found->second);
    }
    // Removes the least recently used until at most `most` bytes are left; returns their names.
    std::vector<std::string> shrink(std::uint64_t most) {
        std::vector<std::string> gone;
        while (bytes_ > most && !entries_.empty()) {
            gone.push_back(entries_.back().name);
            remove(gone.back());
        }
        return gone;
    }

  private:
    struct Entry {
        std::string name;
        std::uint64_t cost;
    };
    std::list<Entry> entries_;  // most recently used first
    std::unordered_map<std::string_view, std::list<Entry>::iterator> by_name_;
    std::uint64_t bytes_ = 0;
};

}  // namespace consort::media
