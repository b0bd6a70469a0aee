#include "core/observe/process_figures.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace consort::observe {

namespace {

double boot_time() {
    std::ifstream stat("/proc/stat");
    for (std::string line; std::getline(stat, line);) {
        if (line.rfind("btime ", 0) == 0) return std::stod(line.substr(6));
    }
    return 0;
}

}  // namespace

std::vector<ProcessFigure> process_figures() {
    std::vector<ProcessFigure> figures;
    std::ifstream file("/proc/self/stat");
    std::string text;
    std::getline(file, text);
    // The command's name, in parentheses, may hold anything; fields are counted behind it.
    const std::size_t close = text.rfind(')');
    if (close != std::string::npos) {
        std::istringstream rest(text.substr(close + 1));
        std::vector<std::string> fields;
        for (std::string field; rest >> field;) fields.push_back(field);
        if (fields.size() > 21) {
            const double ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
            const double page = static_cast<double>(::sysconf(_SC_PAGESIZE));
            const auto number = [&](std::size_t i) { return std::stod(fields[i]); };
            figures.push_back({"process_cpu_seconds_total", "Processor time used, user and system",
                               true, (number(11) + number(12)) / ticks});
            figures.push_back({"process_threads", "Threads", false, number(17)});
            figures.push_back({"process_start_time_seconds", "Start, in seconds since 1970", false,
                               boot_time() + number(19) / ticks});
            figures.push_back(
                {"process_virtual_memory_bytes", "Virtual memory", false, number(20)});
            figures.push_back(
                {"process_resident_memory_bytes", "Resident memory", false, number(21) * page});
        }
    }
    std::error_code error;
    double descriptors = 0;
    for (std::filesystem::directory_iterator at("/proc/self/fd", error), end; !error && at != end;
         at.increment(error)) {
        ++descriptors;
    }
    if (!error) {
        // One of them is the listing's own.
        figures.push_back({"process_open_fds", "Open file descriptors", false, descriptors - 1});
    }
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        figures.push_back({"process_max_fds", "Most file descriptors that may be open", false,
                           static_cast<double>(limit.rlim_cur)});
    }
    return figures;
}

}  // namespace consort::observe
