// Running a command in a child process, so that a plugin that crashes takes only the child along.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace consort::app {

// True in such a child.
bool in_child();

struct ChildEnd {
    int exit_code = 0;
    int signal = 0;  // not 0: it died of this one
    bool timed_out = false;
    std::string how() const;  // "it crashed (Segmentation fault)"
};

// This executable again, with these arguments and the same standard streams. Throws
// std::runtime_error if it cannot be started.
ChildEnd run_in_child(const std::vector<std::string>& arguments, std::chrono::seconds limit);

}  // namespace consort::app
