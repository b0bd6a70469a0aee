#include "core/host/plugin_files.hpp"

#include <algorithm>

#include "core/host/plugin_host.hpp"

namespace consort::host {

namespace fs = std::filesystem;

std::vector<fs::path> find_plugin_files(const std::vector<fs::path>& directories,
                                        std::vector<std::string>& problems) {
    std::vector<fs::path> all;
    for (const fs::path& directory : directories) {
        std::vector<fs::path> here;
        std::error_code error;
        fs::directory_iterator entry(directory, error);
        if (error) {
            problems.push_back("cannot read the plugin directory " + directory.string() + ": " +
                               error.message());
            continue;
        }
        while (!error && entry != fs::directory_iterator()) {
            if (entry->path().extension() == ".so") here.push_back(fs::absolute(entry->path()));
            entry.increment(error);
        }
        std::ranges::sort(here);
        all.insert(all.end(), here.begin(), here.end());
    }
    return all;
}

fs::path built_in_plugin_directory() {
    std::error_code error;
    const fs::path self = fs::read_symlink("/proc/self/exe", error);
    return (self.parent_path() / ".." / "lib" / "consort" / "plugins").lexically_normal();
}

}  // namespace consort::host
