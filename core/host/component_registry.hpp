// What the loaded plugins offer, by interface and name.
//
// `offer` is called while plugins are created, on the main thread; afterwards the registry does not
// change and may be read from any thread without a lock.
#pragma once

#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "consort/result.hpp"

struct consort_component;

namespace consort::host {

// A component with its vtable normalised: copied into a full-size, zeroed table and checked, so
// that callers test neither sizes nor required members.
template <class Table>
struct Component {
    std::string name;       // "hls"
    std::string plugin_id;  // "org.example.hls"
    const Table* table = nullptr;
    void* self = nullptr;
};

class ComponentRegistry {
  public:
    // Takes a copy. Fails with DONE (name taken), INVALID (a required member is missing, the text
    // says which) or UNSUPPORTED (unknown interface; allowed and ignored, with a note in the log).
    Result<void> offer(std::string_view plugin_id, const consort_component& component);
    // Withdraws everything of one plugin: its `create` failed after it had offered something.
    void withdraw(std::string_view plugin_id);

    // In the order of the config. Table is the struct that belongs to `interface_id`.
    template <class Table>
    std::vector<Component<Table>> all(std::string_view interface_id) const {
        std::vector<Component<Table>> found;
        for (const Entry& entry : entries_) {
            if (entry.interface_id != interface_id) continue;
            found.push_back({entry.name, entry.plugin_id,
                             reinterpret_cast<const Table*>(entry.table.data()), entry.self});
        }
        return found;
    }

    struct Entry {
        std::string interface_id, name, plugin_id;
        std::vector<std::uint64_t> table;  // aligned storage of the normalised vtable
        void* self = nullptr;
    };
    const std::deque<Entry>& entries() const noexcept { return entries_; }

  private:
    std::deque<Entry> entries_;
};

}  // namespace consort::host
