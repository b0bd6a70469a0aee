// Remembers which plugin was being loaded when the process died, and keeps it out afterwards.
//
// In <data>/plugins: `loading/<file name>` exists and is locked while that file is loaded and
// created; one that is there unlocked belongs to a process that died. `quarantine/<file name>`
// holds the reason and the file's identity: another build of the plugin gets a new chance.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace consort::host {

class Quarantine {
  public:
    // Throws std::filesystem::filesystem_error if the directories cannot be made.
    explicit Quarantine(const std::filesystem::path& data_directory);

    // Moves markers of dead processes into quarantine; the names of the files.
    std::vector<std::string> collect_crashes(const std::vector<std::filesystem::path>& files);

    // Why `file` is not to be loaded; nullopt: it may be.
    std::optional<std::string> reason(const std::filesystem::path& file) const;
    // Takes out the file with this stem ("hls" for hls.so); false: it was not in.
    bool release(const std::string& stem);
    std::vector<std::string> stems() const;

    // While the result lives, `file` is being loaded (or created, as `stage` says). Null if the
    // marker cannot be written; loading goes on without it.
    std::shared_ptr<void> mark(const std::filesystem::path& file, const std::string& stage) const;

  private:
    std::filesystem::path loading_, quarantine_;
};

}  // namespace consort::host
