// What the name and folder of a film tell: "Show S01E02 Title", "Show/Season 1/02 Title",
// "Movie (1999)".
#pragma once

#include <string>
#include <string_view>

namespace consort::catalog {

struct EpisodeName {
    std::string show, title;
    unsigned season = 0, episode = 0;
    unsigned year = 0;  // of the show; 0: unknown
};

struct MovieName {
    std::string title;
    unsigned year = 0;
};

// `path` is percent-decoded, relative to the media directory: "Show (2005)/Season 1/x.mkv".
// False: the path does not look like an episode.
bool parse_episode(std::string_view path, EpisodeName& out);
MovieName parse_movie(std::string_view path);

}  // namespace consort::catalog
