// The order in which a directory's files come.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/radio/programme/failures.hpp"
#include "plugins/radio/programme/listing.hpp"

namespace consort::radio {

// What of a rotation survives a restart.
struct RotationMemory {
    std::uint64_t seed = 0;
    std::uint64_t round = 0;
    std::string last;                   // URI of the file whose turn was last
    std::vector<std::uint64_t> played;  // keys of the files whose turn was in this round; sorted
    bool operator==(const RotationMemory&) const = default;
};

// In rounds, without end: by folder, or shuffled so that in a round every file comes once. Files
// that are added join the round (by folder: if their place is still to come), files that are
// removed leave it. A file that failed has had its turn, and comes again in the next round. Equal
// memories and listings give equal orders. One thread at a time.
class Rotation {
  public:
    // `directory`: the URI.
    Rotation(std::string_view directory, bool shuffle, RotationMemory memory);

    // Whose turn is next; `avoid` is only given if there is no other. Null: there are no files, or
    // all fail. What a shuffled rotation has answered it answers again until a turn is taken or the
    // file is gone, so that what is opened ahead stays the right thing.
    const AudioFile* next(const Listing& files, const Failures& failures, std::string_view avoid);
    // The turn of one of the files has come, whether `next` had said so or not.
    void took(const AudioFile& file, const Listing& files);
    // The file may have another turn in this round, if it is shuffled.
    void give_back(const AudioFile& file);

    const RotationMemory& memory() const noexcept { return memory_; }

  private:
    const AudioFile* next_in_order(const Listing& files) const;
    const AudioFile* next_shuffled(const Listing& files, std::string_view avoid) const;
    bool played(const AudioFile& file) const;
    bool round_is_over(const Listing& files) const;

    bool shuffle_;
    RotationMemory memory_;
    std::string last_path_;
    std::string offered_;
};

}  // namespace consort::radio
