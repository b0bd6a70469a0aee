// Listings for tests.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/radio/programme/listing.hpp"
#include "plugins/radio/programme/natural_order.hpp"
#include "plugins/radio/programme/uri_text.hpp"

namespace consort::radio::testing {

// Of a directory's files by their paths below it; `size` stands for what is in them.
inline std::shared_ptr<const Listing> listing(std::string_view directory,
                                              const std::vector<std::string>& paths,
                                              std::uint64_t size = 1,
                                              std::vector<std::string> problems = {}) {
    std::vector<AudioFile> files;
    for (const std::string& path : paths) {
        AudioFile file{child_uri(directory, path), path, 0, {size, 0, 0}};
        file.key = stable_hash(file.uri);
        files.push_back(std::move(file));
    }
    std::sort(files.begin(), files.end(),
              [](const auto& a, const auto& b) { return natural_less(a.path, b.path); });
    return std::make_shared<const Listing>(std::move(files), std::move(problems));
}

}  // namespace consort::radio::testing
