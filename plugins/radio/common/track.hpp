// What plays, as listeners are told.
#pragma once

#include <string>

namespace consort::radio {

// UTF-8 throughout.
struct Track {
    std::string uri;
    std::string title;  // never empty: the file's name where the file tells none
    std::string artist, album;
    double seconds = 0;  // 0: unknown, as of a live source
    bool jingle = false;
    bool live = false;  // a source client has taken over
};

}  // namespace consort::radio
