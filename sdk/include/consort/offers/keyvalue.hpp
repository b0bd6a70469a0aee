// consort.keyvalue/1 made of a class.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "consort/abi/keyvalue.h"
#include "consort/offers/offering.hpp"

namespace consort {
inline namespace v1 {

// A class that stores values, on worker threads, several calls at once. A ttl of 0: until removed.
//
//   Result<std::optional<std::string>> get(std::string_view key);
//   Result<void> set(std::string_view key, std::string_view value, std::chrono::nanoseconds ttl);
//   Result<bool> compare_and_set(std::string_view key, std::optional<std::string_view> expected,
//                                std::string_view value, std::chrono::nanoseconds ttl);
//                     whether it was set; expected nullopt: only if absent
//   Result<bool> remove(std::string_view key);            whether there was one
//   Result<std::int64_t> add(std::string_view key, std::int64_t delta, std::chrono::nanoseconds
//   ttl);
template <class T>
consort_keyvalue keyvalue_table(const T&) {
    using Self = Offering<T>;
    using std::chrono::nanoseconds;
    auto table = sized_table<consort_keyvalue>();
    table.get = [](void* self, consort_str key, consort_value each, void* arg) noexcept {
        const Self& offering = Self::of(self);
        const auto value = contained([&]() -> Result<std::optional<std::string>> {
            return offering.object().get(view(key));
        });
        if (!value) return offering.link().fail(value.error());
        if (!*value) return consort_status{CONSORT_E_NOT_FOUND};
        each(arg, str(**value));
        return consort_status{CONSORT_OK};
    };
    table.set = [](void* self, consort_str key, consort_str value, std::int64_t ttl) noexcept {
        const Self& offering = Self::of(self);
        return offering.guard([&]() -> Result<void> {
            return offering.object().set(view(key), view(value), nanoseconds(ttl));
        });
    };
    table.compare_and_set = [](void* self, consort_str key, consort_str expected, consort_str value,
                               std::int64_t ttl) noexcept {
        const Self& offering = Self::of(self);
        const auto set = contained([&]() -> Result<bool> {
            std::optional<std::string_view> present;
            if (expected.ptr) present = view(expected);
            return offering.object().compare_and_set(view(key), present, view(value),
                                                     nanoseconds(ttl));
        });
        if (!set) return offering.link().fail(set.error());
        return *set ? consort_status{CONSORT_OK} : consort_status{CONSORT_E_DONE};
    };
    table.remove = [](void* self, consort_str key) noexcept {
        const Self& offering = Self::of(self);
        const auto removed =
            contained([&]() -> Result<bool> { return offering.object().remove(view(key)); });
        if (!removed) return offering.link().fail(removed.error());
        return *removed ? consort_status{CONSORT_OK} : consort_status{CONSORT_E_NOT_FOUND};
    };
    table.add = [](void* self, consort_str key, std::int64_t delta, std::int64_t ttl,
                   std::int64_t* sum) noexcept {
        const Self& offering = Self::of(self);
        return offering.guard([&]() -> Result<void> {
            const Result<std::int64_t> added =
                offering.object().add(view(key), delta, nanoseconds(ttl));
            if (!added) return added.error();
            *sum = *added;
            return {};
        });
    };
    return table;
}

}  // namespace v1
}  // namespace consort
