// consort.storage/1 made of a class.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "consort/abi/storage.h"
#include "consort/offers/offering.hpp"

namespace consort {
inline namespace v1 {

// Takes the entries of a directory; an Error means: stop and return it.
class ListSink {
  public:
    ListSink(consort_list_entry each, void* arg) noexcept : each_(each), arg_(arg) {}
    Result<void> operator()(std::string_view name, const consort_stat& stat) const {
        const consort_status status = each_(arg_, str(name), &stat);
        if (status == CONSORT_OK) return {};
        return error_of(status < 0 ? status : CONSORT_E_CANCELED, "listing was stopped");
    }

  private:
    consort_list_entry each_;
    void* arg_;
};

// Tells of changes (CONSORT_CHANGE_*). Any thread.
class ChangeSink {
  public:
    ChangeSink(consort_change changed, void* arg) noexcept : changed_(changed), arg_(arg) {}
    void operator()(std::uint32_t change, std::string_view uri) const noexcept {
        changed_(arg_, change, str(uri));
    }

  private:
    consort_change changed_;
    void* arg_;
};

// A class over a place where sources live:
//
//   class Source;                                        an opened source, closed by its destructor
//   const char* scheme() const;                          "file"; lives as long as the object
//   Result<std::unique_ptr<Source>> open(std::string_view uri);
//   Result<consort_stat> stat(const Source&);
//   Result<std::uint64_t> read(Source&, std::uint64_t offset, void* buffer, std::uint64_t size);
//   int descriptor(const Source&);                       optional; -1: none
//   Result<consort_stat> look(std::string_view uri);
//   Result<void> list(std::string_view uri, const ListSink& each);
//   class Watch;                                         optional: ends in its destructor
//   Result<std::unique_ptr<Watch>> watch(std::string_view uri, ChangeSink changed);
//
// All on workers and several at once, but for descriptor and the destructor of Source: any thread.
template <class T>
consort_storage storage_table(const T& object) {
    using Self = Offering<T>;
    using Source = typename T::Source;
    auto table = sized_table<consort_storage>();
    table.scheme = object.scheme();
    table.open = [](void* self, consort_str uri, consort_source** out) noexcept {
        const Self& offering = Self::of(self);
        return offering.guard([&]() -> Result<void> {
            Result<std::unique_ptr<Source>> source = offering.object().open(view(uri));
            if (!source) return std::move(source).error();
            *out = reinterpret_cast<consort_source*>(source->release());
            return {};
        });
    };
    table.close = [](void*, consort_source* raw) noexcept {
        std::unique_ptr<Source>(reinterpret_cast<Source*>(raw)).reset();
    };
    table.stat = [](void* self, const consort_source* raw, consort_stat* out) noexcept {
        const Self& offering = Self::of(self);
        return offering.guard([&]() -> Result<void> {
            Result<consort_stat> stat =
                offering.object().stat(*reinterpret_cast<const Source*>(raw));
            if (!stat) return std::move(stat).error();
            *out = *stat;
            return {};
        });
    };
    table.read = [](void* self, consort_source* raw, std::uint64_t offset, void* buffer,
                    std::uint64_t size, std::uint64_t* got) noexcept {
        const Self& offering = Self::of(self);
        return offering.guard([&]() -> Result<void> {
            Result<std::uint64_t> read =
                offering.object().read(*reinterpret_cast<Source*>(raw), offset, buffer, size);
            if (!read) return std::move(read).error();
            *got = *read;
            return {};
        });
    };
    if constexpr (requires(T & t, const Source& source) { t.descriptor(source); }) {
        table.descriptor = [](void* self, const consort_source* raw) noexcept -> std::int32_t {
            try {
                return Self::of(self).object().descriptor(*reinterpret_cast<const Source*>(raw));
            } catch (...) {
                return -1;
            }
        };
    }
    table.look = [](void* self, consort_str uri, consort_stat* out) noexcept {
        const Self& offering = Self::of(self);
        return offering.guard([&]() -> Result<void> {
            Result<consort_stat> stat = offering.object().look(view(uri));
            if (!stat) return std::move(stat).error();
            *out = *stat;
            return {};
        });
    };
    table.list = [](void* self, consort_str uri, consort_list_entry each, void* arg) noexcept {
        const Self& offering = Self::of(self);
        return offering.guard([&]() -> Result<void> {
            return offering.object().list(view(uri), ListSink(each, arg));
        });
    };
    if constexpr (requires { typename T::Watch; }) {
        using Watch = typename T::Watch;
        table.watch = [](void* self, consort_str uri, consort_change changed, void* arg,
                         void** out) noexcept {
            const Self& offering = Self::of(self);
            return offering.guard([&]() -> Result<void> {
                Result<std::unique_ptr<Watch>> watch =
                    offering.object().watch(view(uri), ChangeSink(changed, arg));
                if (!watch) return std::move(watch).error();
                *out = watch->release();
                return {};
            });
        };
        table.unwatch = [](void*, void* raw) noexcept {
            std::unique_ptr<Watch>(static_cast<Watch*>(raw)).reset();
        };
    }
    return table;
}

}  // namespace v1
}  // namespace consort
