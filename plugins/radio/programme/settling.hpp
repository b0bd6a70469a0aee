// Keeps files that are still being written out of a station's way.
#pragma once

#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "plugins/radio/programme/listing.hpp"

namespace consort::radio {

// A file that appears or changes between two scans counts when it is known to be complete, or when
// the next scan finds it as it was. Until then a new one is left out, and a changed one stays as it
// was before. One thread at a time.
class Settling {
  public:
    // `found`: what the scan found; `before`: the listing till now, null at first, when everything
    // counts; `complete`: URIs of files that were closed after writing or moved into place.
    std::vector<AudioFile> settle(std::vector<AudioFile> found, const Listing* before,
                                  const std::set<std::string, std::less<>>& complete);
    // Whether files wait for another scan.
    bool waits() const noexcept { return !waiting_.empty(); }

  private:
    std::unordered_map<std::string, FileStamp> waiting_;
};

}  // namespace consort::radio
