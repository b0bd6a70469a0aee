// The interfaces that this host knows: size of the table and the members a plugin must fill.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace consort::host {

struct RequiredMember {
    std::string_view name;
    std::size_t offset;  // of a pointer
};

struct Interface {
    std::string_view id;
    std::size_t size;  // of the table, as this host knows it
    std::span<const RequiredMember> required;
};

// Null: unknown.
const Interface* find_interface(std::string_view id) noexcept;

}  // namespace consort::host
