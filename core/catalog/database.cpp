#include "core/catalog/database.hpp"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <charconv>
#include <deque>
#include <map>
#include <stdexcept>
#include <unordered_map>

#include "core/catalog/migrations.hpp"

namespace consort::catalog {
namespace {

constexpr std::string_view kSqlite = "sqlite://";

// Where the SQL or the settings of the databases differ.
struct Dialect {
    std::string name;
    std::string connect;
    std::string begin_write;
    std::vector<std::string> on_connect;
};

Dialect dialect_of(const std::string& url, bool writer) {
    if (!url.starts_with(kSqlite))
        throw std::runtime_error("The catalog's URL \"" + url +
                                 "\" names a database that is not built in; use sqlite://PATH.");
    const std::string path = url.substr(kSqlite.size());
    if (path.empty() || path.find('"') != std::string::npos)
        throw std::runtime_error(
            "The catalog's path must not be empty nor hold a quotation mark: " + path);
    Dialect dialect;
    dialect.name = "sqlite";
    dialect.connect = "dbname=\"" + path + "\"";
    dialect.begin_write = "BEGIN IMMEDIATE";
    // WAL lets readers go on beside the writer. With NORMAL a crash of the program loses nothing
    // and a power cut at most the last batches of a scan, which the next scan reads again.
    dialect.on_connect = {"PRAGMA busy_timeout = 10000", "PRAGMA foreign_keys = ON",
                          "PRAGMA cache_size = -8000", "PRAGMA temp_store = MEMORY"};
    if (writer) {
        dialect.on_connect.insert(dialect.on_connect.begin() + 1,
                                  {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL"});
        dialect.on_connect.push_back("PRAGMA cache_size = -32000");
        // A scan writes the same pages of the indexes again and again: copy them back seldom.
        dialect.on_connect.push_back("PRAGMA wal_autocheckpoint = 8000");
    } else {
        dialect.on_connect.push_back("PRAGMA query_only = ON");
    }
    return dialect;
}

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
        return std::hash<std::string_view>{}(text);
    }
};

std::string with_named_parameters(std::string_view sql) {
    std::string out;
    unsigned count = 0;
    for (const char c : sql) {
        out.push_back(c == '?' ? ':' : c);
        if (c == '?') out += "p" + std::to_string(++count);
    }
    return out;
}

}  // namespace

std::int64_t Row::integer(std::size_t column) const noexcept {
    const std::string& text = columns_[column];
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// A prepared statement with storage for what goes in and comes out, at fixed addresses.
struct Session::Statement {
    explicit Statement(soci::session& session) : statement(session) {}
    soci::statement statement;
    std::deque<std::variant<long long, std::string>> values;
    std::vector<std::string> columns;
    std::deque<soci::indicator> column_nulls;
};

struct Session::Impl {
    Dialect dialect;
    soci::session soci;
    // By text and then by which of the values are text: that is part of what is prepared.
    std::unordered_map<std::string, std::map<std::uint64_t, std::unique_ptr<Statement>>, TextHash,
                       std::equal_to<>>
        statements;
};

Session::Session(const std::string& url, bool writer) : impl_(std::make_unique<Impl>()) {
    impl_->dialect = dialect_of(url, writer);
    try {
        impl_->soci.open(soci::sqlite3, impl_->dialect.connect);
    } catch (const std::exception& e) {
        throw std::runtime_error("The catalog " + url + " cannot be opened: " + e.what());
    }
    for (const std::string& sql : impl_->dialect.on_connect) run_once(sql);
    if (error_) throw std::runtime_error("The catalog " + url + " cannot be used: " + *error_);
}

Session::~Session() = default;

void Session::fail(std::string text) {
    if (!error_) error_ = std::move(text);
}

void Session::execute(std::string_view sql, unsigned columns, std::span<const Value> values,
                      const EachRow* each, bool keep) {
    if (error_) return;
    if (values.size() > 64) return fail("A statement has more than 64 values.");
    std::uint64_t texts = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
        texts |= std::uint64_t{values[i].get().index()} << i;
    const auto same_text = impl_->statements.find(sql);
    std::unique_ptr<Statement> made;
    try {
        Statement* s = nullptr;
        if (same_text != impl_->statements.end())
            if (const auto found = same_text->second.find(texts); found != same_text->second.end())
                s = found->second.get();
        const bool fresh = s == nullptr;
        if (fresh) {
            made = std::make_unique<Statement>(impl_->soci);
            s = made.get();
            s->columns.resize(columns);
            s->column_nulls.resize(columns);
            s->values.resize(values.size());
        }
        for (std::size_t i = 0; i < values.size(); ++i) s->values[i] = values[i].get();
        if (fresh) {
            s->statement.alloc();
            s->statement.prepare(with_named_parameters(sql));
            for (unsigned i = 0; i < columns; ++i)
                s->statement.exchange(soci::into(s->columns[i], s->column_nulls[i]));
            for (std::size_t i = 0; i < values.size(); ++i) {
                if (auto* number = std::get_if<long long>(&s->values[i]))
                    s->statement.exchange(soci::use(*number));
                else
                    s->statement.exchange(soci::use(std::get<std::string>(s->values[i])));
            }
            s->statement.define_and_bind();
        }
        bool row = s->statement.execute(true);
        if (each != nullptr) {
            const Row view(s->columns);
            for (; row; row = s->statement.fetch()) {
                for (unsigned i = 0; i < columns; ++i)
                    if (s->column_nulls[i] == soci::i_null) s->columns[i].clear();
                (*each)(view);
            }
        }
        if (fresh && keep) impl_->statements[std::string(sql)].emplace(texts, std::move(made));
    } catch (const std::exception& e) {
        // The statement may be in the middle of its rows.
        if (const auto at = impl_->statements.find(sql); at != impl_->statements.end())
            at->second.erase(texts);
        fail(e.what());
    }
}

void Session::run(std::string_view sql, std::initializer_list<Value> values) {
    execute(sql, 0, std::span(values.begin(), values.size()), nullptr, true);
}

void Session::query(std::string_view sql, unsigned columns, std::span<const Value> values,
                    const EachRow& each) {
    execute(sql, columns, values, &each, true);
}

std::int64_t Session::number(std::string_view sql, std::initializer_list<Value> values) {
    std::int64_t result = 0;
    bool first = true;
    query(sql, 1, values, [&](const Row& row) {
        if (std::exchange(first, false)) result = row.integer(0);
    });
    return result;
}

void Session::query_once(const std::string& sql, unsigned columns, std::span<const Value> values,
                         const EachRow& each) {
    execute(sql, columns, values, &each, false);
}

void Session::run_once(const std::string& sql) {
    if (error_) return;
    try {
        impl_->soci << sql;
    } catch (const std::exception& e) {
        fail(e.what());
    }
}

void Session::begin() {
    clear();
    run(impl_->dialect.begin_write);
}

Result<void> Session::commit() {
    if (!error_) {
        run("COMMIT");
        if (!error_) return {};
    }
    Error error{CONSORT_E_INTERNAL, *error_};
    rollback();
    return error;
}

void Session::rollback() {
    clear();
    run("ROLLBACK");
    clear();
}

Result<void> Session::status() const {
    if (error_) return Error{CONSORT_E_INTERNAL, "The database says: " + *error_};
    return {};
}

Database::Database(const std::string& url, unsigned readers)
    : writer_(std::make_unique<Session>(url, true)) {
    migrate(*writer_, dialect_of(url, true).name);
    for (unsigned i = 0; i < std::max(1u, readers); ++i)
        readers_.push_back(std::make_unique<Session>(url, false));
    generation_ = static_cast<std::uint64_t>(
        writer_->number("SELECT value FROM meta WHERE name = 'generation'"));
}

Database::~Database() = default;

Database::Reader Database::read() {
    std::unique_lock lock(readers_mutex_);
    reader_free_.wait(lock, [&] { return !readers_.empty(); });
    std::unique_ptr<Session> session = std::move(readers_.back());
    readers_.pop_back();
    lock.unlock();
    session->clear();
    session->run("BEGIN");
    return Reader(*this, std::move(session));
}

Database::Reader::~Reader() {
    session_->rollback();
    {
        const std::lock_guard lock(owner_.readers_mutex_);
        owner_.readers_.push_back(std::move(session_));
    }
    owner_.reader_free_.notify_one();
}

Result<void> Database::write(const std::function<void(Session&)>& work) {
    const std::lock_guard lock(write_mutex_);
    writer_->begin();
    work(*writer_);
    // Another process may have written too.
    const auto next = static_cast<std::uint64_t>(
        writer_->number("SELECT value FROM meta WHERE name = 'generation'") + 1);
    writer_->run("DELETE FROM meta WHERE name = 'generation'");
    writer_->run("INSERT INTO meta (name, value) VALUES ('generation', ?)", {std::to_string(next)});
    if (Result<void> done = writer_->commit(); !done) return done.error();
    generation_ = next;
    return {};
}

}  // namespace consort::catalog
