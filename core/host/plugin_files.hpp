// Which plugin files there are. Private to this folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace consort::host {

// Every *.so of the directories, by directory and name; problems, as sentences, are appended.
std::vector<std::filesystem::path> find_plugin_files(
    const std::vector<std::filesystem::path>& directories, std::vector<std::string>& problems);

}  // namespace consort::host
