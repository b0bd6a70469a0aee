#include <set>
#include <stdexcept>
#include <string>

#include "core/catalog/database.hpp"
#include "core/catalog/migrations.hpp"

namespace consort::catalog {
namespace {

void check(const Session& session, const std::string& what) {
    if (const Result<void> status = session.status(); !status)
        throw std::runtime_error(what + ": " + status.error().text);
}

void run_statements(Session& session, std::string_view sql) {
    std::string statement;
    while (!sql.empty()) {
        const std::size_t end = std::min(sql.find('\n'), sql.size());
        const std::string_view line = sql.substr(0, end);
        sql.remove_prefix(std::min(end + 1, sql.size()));
        if (line.starts_with("--")) continue;
        statement.append(line).push_back('\n');
        if (line.ends_with(';')) {
            session.run_once(statement);
            statement.clear();
        }
    }
}

}  // namespace

void migrate(Session& session, std::string_view dialect, int up_to) {
    session.begin();
    session.run_once(
        "CREATE TABLE IF NOT EXISTS schema_migrations "
        "(number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL)");
    std::set<int> applied;
    session.query("SELECT number FROM schema_migrations", 1, {},
                  [&](const Row& row) { applied.insert(static_cast<int>(row.integer(0))); });
    check(session, "The catalog's schema cannot be read");

    const int newest = migrations().back().number;
    if (!applied.empty() && *applied.rbegin() > newest) {
        const std::string found = std::to_string(*applied.rbegin());
        session.rollback();
        throw std::runtime_error("The catalog has schema version " + found +
                                 ", this program knows up to " + std::to_string(newest) +
                                 ": a newer Consort wrote it. Run that version, or choose another "
                                 "data directory.");
    }
    for (const Migration& migration : migrations()) {
        if (applied.contains(migration.number) || (up_to != 0 && migration.number > up_to))
            continue;
        if (migration.dialect.empty() || migration.dialect == dialect)
            run_statements(session, migration.sql);
        session.run("INSERT INTO schema_migrations (number, name) VALUES (?, ?)",
                    {migration.number, migration.name});
        if (!session.status()) {
            const std::string text = session.status().error().text;
            session.rollback();
            throw std::runtime_error("The catalog's schema cannot be brought to version " +
                                     std::to_string(migration.number) + ": " + text);
        }
    }
    if (const Result<void> done = session.commit(); !done)
        throw std::runtime_error("The catalog's schema cannot be saved: " + done.error().text);
}

}  // namespace consort::catalog
