#include "core/host/quarantine.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace consort::host {

namespace fs = std::filesystem;

namespace {

// Changes when the file does.
std::string identity(const fs::path& file) {
    struct stat info {};
    if (::stat(file.c_str(), &info) != 0) return "gone";
    return std::to_string(info.st_size) + " " + std::to_string(info.st_ino) + " " +
           std::to_string(info.st_mtim.tv_sec) + "." + std::to_string(info.st_mtim.tv_nsec);
}

std::string first_line(const fs::path& file) {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return line;
}

class Marker {
  public:
    Marker(fs::path path, const std::string& stage) : path_(std::move(path)) {
        fd_ = ::open(path_.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
        if (fd_ < 0) return;
        const std::string text = stage + "\n";
        if (::flock(fd_, LOCK_EX | LOCK_NB) != 0 || ::ftruncate(fd_, 0) != 0 ||
            ::write(fd_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
            // Another process loads the same file, or the disk is full: go on unmarked.
            ::close(fd_);
            fd_ = -1;
        }
    }
    ~Marker() {
        if (fd_ < 0) return;
        ::unlink(path_.c_str());
        ::close(fd_);
    }
    Marker(const Marker&) = delete;
    Marker& operator=(const Marker&) = delete;

  private:
    fs::path path_;
    int fd_ = -1;
};

bool abandoned(const fs::path& marker) {
    const int fd = ::open(marker.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    const bool free = ::flock(fd, LOCK_EX | LOCK_NB) == 0;
    ::close(fd);
    return free;
}

}  // namespace

Quarantine::Quarantine(const fs::path& data_directory)
    : loading_(data_directory / "plugins" / "loading"),
      quarantine_(data_directory / "plugins" / "quarantine") {
    fs::create_directories(loading_);
    fs::create_directories(quarantine_);
}

std::vector<std::string> Quarantine::collect_crashes(const std::vector<fs::path>& files) {
    std::vector<std::string> crashed;
    for (const fs::path& file : files) {
        const fs::path marker = loading_ / file.filename();
        if (!fs::exists(marker) || !abandoned(marker)) continue;
        std::ofstream out(quarantine_ / file.filename(), std::ios::trunc);
        out << identity(file) << '\n' << first_line(marker) << '\n';
        out.close();
        std::error_code ignored;
        fs::remove(marker, ignored);
        crashed.push_back(file.filename().string());
    }
    return crashed;
}

std::optional<std::string> Quarantine::reason(const fs::path& file) const {
    std::ifstream in(quarantine_ / file.filename());
    std::string known, stage;
    if (!std::getline(in, known) || known != identity(file)) return std::nullopt;
    std::getline(in, stage);
    return "the process ended while it was " + (stage.empty() ? "loaded" : stage) +
           "; it stays out until the file changes or you run: consort plugin unquarantine " +
           file.stem().string();
}

bool Quarantine::release(const std::string& stem) {
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(quarantine_, error)) {
        if (entry.path().stem() == stem) return fs::remove(entry.path());
    }
    return false;
}

std::vector<std::string> Quarantine::stems() const {
    std::vector<std::string> names;
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(quarantine_, error)) {
        names.push_back(entry.path().stem().string());
    }
    return names;
}

std::shared_ptr<void> Quarantine::mark(const fs::path& file, const std::string& stage) const {
    return std::make_shared<Marker>(loading_ / file.filename(), stage);
}

}  // namespace consort::host
