// The schema's history. Numbers only ever grow; a released migration never changes.
#pragma once

#include <string_view>
#include <vector>

namespace consort::catalog {

struct Migration {
    int number;
    std::string_view name;
    std::string_view dialect;  // "sqlite"; empty: every database
    std::string_view sql;      // statements that end in ';' at the end of a line
};

// In the order of their numbers.
const std::vector<Migration>& migrations();

class Session;

// Applies what is missing, all in one transaction, up to and including number `up_to` (0: all).
// Throws std::runtime_error with a sentence: it fails, or the database is from a newer program.
void migrate(Session& session, std::string_view dialect, int up_to = 0);

}  // namespace consort::catalog
