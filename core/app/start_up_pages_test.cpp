#include "core/app/start_up_pages.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <stdexcept>
#include <string>

namespace consort::app {
namespace {

// In KiB: what of this process's memory a file backs.
long file_backed() {
    std::ifstream rollup("/proc/self/smaps_rollup");
    std::map<std::string, long> fields;
    std::string line, word;
    std::getline(rollup, line);
    while (rollup >> word) {
        long value = 0;
        std::string unit;
        if (rollup >> value >> unit) fields[word] = value;
    }
    return fields.at("Rss:") - fields.at("Anonymous:");
}

int thrown_and_caught(int value) {
    try {
        throw std::runtime_error(std::to_string(value));
    } catch (const std::exception& error) {
        return std::stoi(error.what());
    }
}

TEST(StartUpPages, LeaveTheMemoryAndComeBackAsTheyAreNeeded) {
    EXPECT_EQ(thrown_and_caught(41), 41);
    const long before = file_backed();
    forget_start_up_pages();
    const long after = file_backed();
    EXPECT_LT(after, before);
    EXPECT_EQ(thrown_and_caught(42), 42);  // through tables and code that were forgotten
    forget_start_up_pages();
    EXPECT_EQ(thrown_and_caught(43), 43);
}

}  // namespace
}  // namespace consort::app
