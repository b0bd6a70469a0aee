#include "plugins/radio/programme/state_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <system_error>

namespace consort::radio {
namespace {

constexpr std::int64_t kMost = 256 << 20;

Error failed(const char* what, const std::string& path) {
    return {CONSORT_E_IO,
            std::string(what) + " '" + path + "': " + std::generic_category().message(errno)};
}

class Descriptor {
  public:
    explicit Descriptor(int fd) noexcept : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    int get() const noexcept { return fd_; }

  private:
    int fd_;
};

}  // namespace

Result<std::string> StateFile::read() const {
    const Descriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0 && errno == ENOENT) return std::string();
    if (file.get() < 0) return failed("cannot open", path_);
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return failed("cannot look at", path_);
    if (status.st_size > kMost) return Error{CONSORT_E_CORRUPT, "'" + path_ + "' is too large"};
    std::string text(static_cast<std::size_t>(status.st_size), '\0');
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t got = ::read(file.get(), text.data() + done, text.size() - done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed("cannot read", path_);
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    text.resize(done);
    return text;
}

Result<void> StateFile::write(std::string_view text) const {
    const std::string draft = path_ + ".new";
    const Descriptor file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (file.get() < 0) return failed("cannot write", draft);
    while (!text.empty()) {
        const ssize_t done = ::write(file.get(), text.data(), text.size());
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return failed("cannot write", draft);
        text.remove_prefix(static_cast<std::size_t>(done));
    }
    if (::fsync(file.get()) != 0) return failed("cannot write", draft);
    if (std::rename(draft.c_str(), path_.c_str()) != 0) return failed("cannot replace", path_);
    return {};
}

Result<std::string> StateFile::put_aside(std::string_view ending) const {
    std::string aside = path_ + '.' + std::string(ending);
    if (std::rename(path_.c_str(), aside.c_str()) != 0) return failed("cannot rename", path_);
    return aside;
}

}  // namespace consort::radio
