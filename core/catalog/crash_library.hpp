// The library that the crash test scans, in the victim and in the test.
#pragma once

#include <string>

#include "core/catalog/testing.hpp"

namespace consort::catalog::testing {

inline void fill(FakeFiles& files, int count) {
    for (int i = 0; i < count; ++i) {
        const std::string album = std::to_string(i / 10);
        FakeFile file;
        file.tags = {{"title", "Title " + std::to_string(i)},
                     {"artist", "Artist " + std::to_string(i / 50)},
                     {"artist", "Guest " + std::to_string(i % 7)},
                     {"album", "Album " + album},
                     {"genre", i % 2 == 0 ? "Even" : "Odd"}};
        file.file_id = static_cast<std::uint64_t>(i) + 1;
        files.put("/music/" + album + "/" + std::to_string(i) + ".flac", file);
    }
}

}  // namespace consort::catalog::testing
