// Decides what comes next: directories, jingles, steps back, what failed, what a restart cut off.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/radio/common/upcoming.hpp"
#include "plugins/radio/programme/failures.hpp"
#include "plugins/radio/programme/listing.hpp"
#include "plugins/radio/programme/rotation.hpp"
#include "plugins/radio/programme/trail.hpp"

namespace consort::radio {

// What of a line-up survives a restart.
struct LineUpMemory {
    struct Current {
        std::string uri, directory;
        bool jingle = false;
        double seconds = 0;
        bool operator==(const Current&) const = default;
    };
    std::optional<Current> current;
    unsigned since_jingle = 0;
    std::vector<TrailItem> trail;
    std::size_t trail_at = 0;
    std::map<std::string, RotationMemory> rotations;  // by LineUp::rotation_name
    bool operator==(const LineUpMemory&) const = default;
};

// One thread at a time; touches no disk. Directories are URIs without a slash at the end.
class LineUp {
  public:
    struct Setup {
        std::string base;                 // plays when no other directory is tuned in
        std::vector<std::string> others;  // those that may be
        std::string jingles;              // empty: none
        unsigned jingle_every = 0;        // tracks between two jingles; 0: none
        bool shuffle = false;
        std::uint64_t seed = 0;  // for rotations that the memory does not know
    };
    LineUp(const Setup& setup, LineUpMemory memory);

    // What the directory holds now.
    void listed(std::string_view directory, bool jingles, std::shared_ptr<const Listing> listing);
    // From now on this one plays; one that is not among `others` stands for the base.
    void tune(std::string_view directory);

    // As in Upcoming. If the directory that is tuned in has nothing to play, the base plays.
    std::optional<Entry> next();
    // What `next` would say if each of them began in its turn.
    std::vector<Entry> next_few(std::size_t count);
    // A track plays that is not of the directory tuned in, though that has something to play.
    bool strayed();
    // False: the entry goes on after a restart, and is not played a second time.
    bool began(const Entry& entry);
    // True: nobody was told yet.
    bool failed(const Entry& entry, const std::string& reason);
    void reached(double seconds);

    void skip();
    void step_back();
    // What failed may be tried again at once. False: nothing had failed.
    bool forgive();

    struct Report {
        std::string directory;          // which is tuned in
        std::size_t files = 0;          // in it
        std::string trouble;            // why there is nothing to play, a sentence; empty: there is
        const char* trouble_code = "";  // the same as one of the words below; "": there is
        std::vector<std::string> problems;
    };
    Report report();
    LineUpMemory memory() const;

    // directory_reading, directory_missing, directory_unreadable (there is no right to),
    // directory_unreachable, directory_empty, files_unreadable, files_broken.
    struct Trouble {
        const char* code = "";
        std::string text;  // empty: none
    };

    static std::string rotation_name(std::string_view directory, bool jingles);

  private:
    struct Shelf {
        std::string directory;
        bool jingles;
        Rotation rotation;
        Failures failures;
        std::shared_ptr<const Listing> listing;  // null: not yet read

        const AudioFile* find(std::string_view uri) const {
            return listing ? listing->find(uri) : nullptr;
        }
        const AudioFile* next(std::string_view avoid) {
            return listing ? rotation.next(*listing, failures, avoid) : nullptr;
        }
        Trouble trouble() const;
    };

    Shelf* shelf(std::string_view directory, bool jingles);
    Shelf* holder(const Entry& entry);
    Trail::Playable playable();
    Trail::Playable playable_here();
    std::optional<Entry> resumed();
    const AudioFile* next_jingle();
    void played_well();

    std::vector<Shelf> shelves_;  // the base first
    std::optional<Shelf> jingles_;
    unsigned jingle_every_;
    std::size_t tuned_ = 0;
    Trail trail_;
    unsigned since_jingle_;
    std::optional<LineUpMemory::Current> current_;  // began last
    bool current_failed_ = false;
    std::optional<LineUpMemory::Current> resume_;  // was cut off by a restart
    std::string offered_;                          // URI of the last answer of `next`
};

}  // namespace consort::radio
