// Named checks, and the answer of /readyz made of them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace consort::observe {

struct CheckResult {
    bool ok = true;
    std::string detail;  // for people: what is wrong and what to do, or a figure
};

class Health {
  public:
    using Check = std::function<CheckResult()>;

    Health();
    ~Health();

    // `required`: a failure makes the service not ready; else it is shown only. The check runs on a
    // worker, may block briefly, and counts as failed if it throws. For any thread.
    void add(std::string name, Check check, bool required = true);
    void remove(const std::string& name);

    // From now on not ready. For any thread.
    void set_draining() noexcept;

    struct Report {
        bool ready = true;
        bool draining = false;
        std::string json;  // {"status":"ready","checks":{"database":{"ok":true,…},…}}
    };
    // Runs every check. Blocks: for workers.
    Report report() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Checks that any host wants: free bytes in the file system of `path`; memory the kernel has left.
CheckResult check_disk_space(const std::string& path, std::uint64_t least_free_bytes);
CheckResult check_memory(std::uint64_t least_available_bytes);
// The directory exists and can be listed.
CheckResult check_directory(const std::string& path);

}  // namespace consort::observe
