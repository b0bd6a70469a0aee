// What could not be played.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/radio/programme/listing.hpp"

namespace consort::radio {

// Of the files of one directory. One thread at a time.
class Failures {
  public:
    // True: nobody was told yet of this file failing as it is now.
    bool add(const AudioFile& file, std::string reason);
    // Something plays: files that failed are worth another try in their turn.
    void something_played();
    // Whether every file has failed, as it is now, since something played or `forgive` was called.
    bool all_of(const Listing& listing) const;
    // They may be tried again even though nothing has played.
    void forgive() { something_played(); }
    // Whether the file failed and is the same still.
    bool holds(const AudioFile& file) const;
    // Forgets files that are gone, and those that have changed, which it returns.
    std::vector<const AudioFile*> forget_changed(const Listing& listing);

    // URIs and reasons, in the order of the URIs.
    std::vector<std::pair<std::string, std::string>> all() const;

  private:
    struct Failure {
        FileStamp stamp;
        std::string reason;
        bool fresh = true;  // since something played
    };
    std::map<std::string, Failure, std::less<>> by_uri_;
};

}  // namespace consort::radio
