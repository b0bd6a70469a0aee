#include "core/app/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace consort::app {

namespace {
constexpr const char* kMark = "CONSORT_CHILD";
}

bool in_child() { return std::getenv(kMark) != nullptr; }

std::string ChildEnd::how() const {
    if (timed_out) return "it did not come back in time and was ended";
    if (signal != 0) return "it crashed (" + std::string(strsignal(signal)) + ")";
    return "it ended with exit code " + std::to_string(exit_code);
}

ChildEnd run_in_child(const std::vector<std::string>& arguments, std::chrono::seconds limit) {
    std::string self = "/proc/self/exe";
    std::vector<std::string> texts{"consort"};
    texts.insert(texts.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    argv.reserve(texts.size() + 1);
    for (std::string& text : texts) argv.push_back(text.data());
    argv.push_back(nullptr);
    std::string mark = std::string(kMark) + "=1";
    std::vector<char*> variables;
    for (char** variable = environ; *variable != nullptr; ++variable)
        variables.push_back(*variable);
    variables.push_back(mark.data());
    variables.push_back(nullptr);

    pid_t pid = -1;
    if (const int error =
            ::posix_spawn(&pid, self.c_str(), nullptr, nullptr, argv.data(), variables.data());
        error != 0) {
        throw std::runtime_error("cannot start a child process: " + std::string(strerror(error)));
    }
    ChildEnd end;
    const int watch = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (watch >= 0) {
        pollfd ready{watch, POLLIN, 0};
        const auto milliseconds = std::chrono::milliseconds(limit).count();
        int polled = 0;
        do {
            polled = ::poll(&ready, 1, static_cast<int>(milliseconds));
        } while (polled < 0 && errno == EINTR);
        if (polled == 0) {
            end.timed_out = true;
            ::kill(pid, SIGKILL);
        }
        ::close(watch);
    }
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
    if (WIFEXITED(status)) end.exit_code = WEXITSTATUS(status);
    return end;
}

}  // namespace consort::app
