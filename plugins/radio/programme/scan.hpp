// One walk through a directory and all below it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "consort/services/sources.hpp"

#include "plugins/radio/programme/listing.hpp"

namespace consort::radio {

struct Scan {
    std::vector<AudioFile> files;       // in natural order
    std::vector<std::string> problems;  // one sentence each; a bounded number
    // Where it is unreachable, what it held a while ago may well be there still.
    Reach reach = Reach::kThere;
};

// Blocks: for workers. Hidden names are passed over; so are links to a directory above, with a
// problem. `known`: what was readable before and need not be tried again; may be null. `go_on` is
// asked now and then; when it says false the scan ends early, and the result is worthless.
Scan scan_directory(const Sources& sources, std::string_view uri, const Listing* known,
                    const std::function<bool()>& go_on);

}  // namespace consort::radio
