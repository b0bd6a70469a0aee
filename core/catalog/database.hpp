// The database behind the catalog. SOCI stays in database.cpp; everybody else writes portable SQL
// with '?' for parameters (and no other '?').
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "consort/result.hpp"

namespace consort::catalog {

// A parameter of a statement.
class Value {
  public:
    template <std::integral T>
    Value(T number) : value_(static_cast<long long>(number)) {}
    Value(std::string_view text) : value_(std::string(text)) {}
    Value(std::string text) : value_(std::move(text)) {}
    Value(const char* text) : value_(std::string(text)) {}

    const std::variant<long long, std::string>& get() const noexcept { return value_; }

  private:
    std::variant<long long, std::string> value_;
};

// The row at hand, valid during the call that receives it. NULL reads as 0 or "".
class Row {
  public:
    explicit Row(const std::vector<std::string>& columns) : columns_(columns) {}
    const std::string& text(std::size_t column) const { return columns_[column]; }
    std::int64_t integer(std::size_t column) const noexcept;

  private:
    const std::vector<std::string>& columns_;
};

// One connection. One thread at a time. The first failure sticks: later calls do nothing until
// the transaction ends or clear() is called, so that a run of statements needs one check.
class Session {
  public:
    // Throws std::runtime_error with a sentence.
    Session(const std::string& url, bool writer);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    using EachRow = std::function<void(const Row&)>;
    // Statements are prepared once and kept: the text must be one of few.
    void run(std::string_view sql, std::initializer_list<Value> values = {});
    void query(std::string_view sql, unsigned columns, std::span<const Value> values,
               const EachRow& each);
    void query(std::string_view sql, unsigned columns, std::initializer_list<Value> values,
               const EachRow& each) {
        query(sql, columns, std::span(values.begin(), values.size()), each);
    }
    // The first column of the first row, 0 without one.
    std::int64_t number(std::string_view sql, std::initializer_list<Value> values = {});
    // A statement with values in its text, or whose text is not one of few; prepared, not kept.
    void query_once(const std::string& sql, unsigned columns, std::span<const Value> values,
                    const EachRow& each);
    void run_once(const std::string& sql);

    void begin();
    Result<void> commit();  // rolls back and tells why if anything failed since begin()
    void rollback();

    Result<void> status() const;
    void clear() { error_.reset(); }

  private:
    struct Impl;
    struct Statement;
    void fail(std::string text);
    void execute(std::string_view sql, unsigned columns, std::span<const Value> values,
                 const EachRow* each, bool keep);

    std::unique_ptr<Impl> impl_;
    std::optional<std::string> error_;
};

// One writer, several readers.
class Database {
  public:
    // Throws std::runtime_error with a sentence.
    Database(const std::string& url, unsigned readers);
    ~Database();

    class Reader {
      public:
        ~Reader();
        Session& operator*() const noexcept { return *session_; }
        Session* operator->() const noexcept { return session_.get(); }

      private:
        friend class Database;
        Reader(Database& owner, std::unique_ptr<Session> session)
            : owner_(owner), session_(std::move(session)) {}
        Database& owner_;
        std::unique_ptr<Session> session_;
    };
    // Waits until one is free. All queries of one Reader see the same state of the library.
    Reader read();

    // Runs `work` in a transaction, alone. Bumps the generation if it is committed.
    Result<void> write(const std::function<void(Session&)>& work);

    std::uint64_t generation() const noexcept { return generation_.load(); }

  private:
    std::mutex write_mutex_;
    std::unique_ptr<Session> writer_;
    std::mutex readers_mutex_;
    std::condition_variable reader_free_;
    std::vector<std::unique_ptr<Session>> readers_;
    std::atomic<std::uint64_t> generation_{0};
};

}  // namespace consort::catalog
