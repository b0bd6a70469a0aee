#include "core/host/component_registry.hpp"

#include <algorithm>
#include <cstdint>

#include "consort/abi/delivery.h"
#include "consort/abi/http.h"
#include "consort/abi/plugin.h"

#include "core/host/guard.hpp"
#include "core/host/interfaces.hpp"

namespace consort::host {

namespace {

constexpr std::size_t kMaxRoutes = 1'000;

Error invalid(std::string text) { return {CONSORT_E_INVALID, std::move(text)}; }

// The plugin's table in the size that this host knows; what the plugin has not is zero.
std::vector<std::uint64_t> normalised(const void* vtable, std::size_t known_size) {
    std::uint32_t size = 0;
    std::memcpy(&size, vtable, sizeof size);
    std::vector<std::uint64_t> table((known_size + 7) / 8);
    std::memcpy(table.data(), vtable, std::min<std::size_t>(size, known_size));
    return table;
}

bool is_null(const std::vector<std::uint64_t>& table, std::size_t offset) {
    void* member = nullptr;
    std::memcpy(&member, reinterpret_cast<const char*>(table.data()) + offset, sizeof member);
    return member == nullptr;
}

std::string wrong_routes(const consort_route* routes, std::size_t count, bool with_id) {
    if (count == 0) return "it has no routes";
    if (count > kMaxRoutes) return "it has more than " + std::to_string(kMaxRoutes) + " routes";
    for (std::size_t i = 0; i < count; ++i) {
        const std::string_view pattern = view(routes[i].pattern);
        if (view(routes[i].method).empty() || !pattern.starts_with('/')) {
            return "route " + std::to_string(i) + " lacks a method or an absolute pattern";
        }
        if (with_id && pattern.find("{id}") == std::string_view::npos) {
            return "its route " + std::string(pattern) + " has no parameter {id}";
        }
    }
    return {};
}

std::string wrong_table(std::string_view interface_id, const std::vector<std::uint64_t>& table) {
    if (interface_id == CONSORT_DELIVERY) {
        const auto* delivery = reinterpret_cast<const consort_delivery*>(table.data());
        return wrong_routes(delivery->routes, delivery->route_count, true);
    }
    if (interface_id == CONSORT_HTTP) {
        const auto* http = reinterpret_cast<const consort_http*>(table.data());
        return wrong_routes(http->routes, http->route_count, false);
    }
    return {};
}

}  // namespace

Result<void> ComponentRegistry::offer(std::string_view plugin_id,
                                      const consort_component& component) {
    constexpr std::size_t kLeast = offsetof(consort_component, self) + sizeof(void*);
    if (component.struct_size < kLeast) return invalid("the component's struct_size is too small");
    const std::string_view interface_id = view(component.interface_id);
    const std::string_view name = view(component.name);
    if (interface_id.empty() || name.empty()) {
        return invalid("a component needs an interface id and a name");
    }
    const std::string what = std::string(interface_id) + " '" + std::string(name) + "'";
    const Interface* known = find_interface(interface_id);
    if (known == nullptr) {
        return Error{CONSORT_E_UNSUPPORTED, "this host does not know the interface of " + what};
    }
    if (component.vtable == nullptr) return invalid(what + ": the vtable is missing");
    for (const Entry& entry : entries_) {
        if (entry.interface_id == interface_id && entry.name == name) {
            return Error{CONSORT_E_DONE, what + " is already offered by " + entry.plugin_id};
        }
    }
    Entry entry{std::string(interface_id), std::string(name), std::string(plugin_id),
                normalised(component.vtable, known->size), component.self};
    for (const RequiredMember& member : known->required) {
        if (is_null(entry.table, member.offset)) {
            return invalid(what + ": the required member '" + std::string(member.name) +
                           "' is missing");
        }
    }
    if (const std::string wrong = wrong_table(interface_id, entry.table); !wrong.empty()) {
        return invalid(what + ": " + wrong);
    }
    entries_.push_back(std::move(entry));
    return {};
}

void ComponentRegistry::withdraw(std::string_view plugin_id) {
    std::erase_if(entries_, [&](const Entry& entry) { return entry.plugin_id == plugin_id; });
}

}  // namespace consort::host
