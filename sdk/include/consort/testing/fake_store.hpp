// What the fake host keeps: values, sources, catalog items.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "consort/abi/catalog.h"
#include "consort/abi/keyvalue.h"
#include "consort/abi/storage.h"
#include "consort/text.hpp"

namespace consort {
inline namespace v1 {
namespace testing {

// Values without expiry.
struct FakeKeyValue {
    std::map<std::string, std::string, std::less<>> values;

    consort_status get(std::string_view key, consort_value each, void* arg) const {
        const auto found = values.find(key);
        if (found == values.end()) return CONSORT_E_NOT_FOUND;
        each(arg, str(found->second));
        return CONSORT_OK;
    }
    consort_status compare_and_set(std::string_view key, consort_str expected,
                                   std::string_view value) {
        const auto found = values.find(key);
        const bool fits = found == values.end()
                              ? expected.ptr == nullptr
                              : expected.ptr != nullptr && found->second == view(expected);
        if (!fits) return CONSORT_E_DONE;
        values.insert_or_assign(std::string(key), std::string(value));
        return CONSORT_OK;
    }
    consort_status remove(std::string_view key) {
        const auto found = values.find(key);
        if (found == values.end()) return CONSORT_E_NOT_FOUND;
        values.erase(found);
        return CONSORT_OK;
    }
    consort_status add(std::string_view key, std::int64_t delta, std::int64_t* sum) {
        std::string& text = values.try_emplace(std::string(key), "0").first->second;
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc() || end != text.data() + text.size() ||
            __builtin_add_overflow(value, delta, sum))
            return CONSORT_E_INVALID;
        text = std::to_string(*sum);
        return CONSORT_OK;
    }
};

// Sources by URI.
struct FakeSources {
    std::map<std::string, std::string, std::less<>> files;
    int open_count = 0;

    consort_status open(std::string_view uri, consort_source** out) {
        const auto found = files.find(uri);
        if (found == files.end()) return CONSORT_E_NOT_FOUND;
        *out = reinterpret_cast<consort_source*>(&found->second);
        ++open_count;
        return CONSORT_OK;
    }
    static const std::string& bytes(const consort_source* source) noexcept {
        return *reinterpret_cast<const std::string*>(source);
    }
    static consort_status stat(const consort_source* source, consort_stat* out) noexcept {
        *out = {CONSORT_ENTRY_FILE, 0, bytes(source).size(), 0, 0};
        return CONSORT_OK;
    }
    static consort_status read(const consort_source* source, std::uint64_t offset, void* buffer,
                               std::uint64_t size, std::uint64_t* got) noexcept {
        const std::string& all = bytes(source);
        *got = offset < all.size() ? std::min<std::uint64_t>(size, all.size() - offset) : 0;
        if (*got) std::memcpy(buffer, all.data() + offset, *got);
        return CONSORT_OK;
    }
};

// Items by id.
struct FakeItem {
    std::uint32_t kind = CONSORT_ITEM_TRACK;
    std::string id, uri, title, artist, album, album_artist, isrc;
    std::int64_t duration_ns = 0;
    std::uint32_t disc_number = 0, track_number = 0, year = 0;

    consort_status tell(consort_item_each each, void* arg) const {
        consort_item item{};
        item.struct_size = sizeof item;
        item.kind = kind;
        item.id = str(id);
        item.uri = str(uri);
        item.title = str(title);
        item.artist = str(artist);
        item.album = str(album);
        item.album_artist = str(album_artist);
        item.isrc = str(isrc);
        item.duration_ns = duration_ns;
        item.disc_number = disc_number;
        item.track_number = track_number;
        item.year = year;
        return each(arg, &item);
    }
};
struct FakeCatalog {
    std::map<std::string, FakeItem, std::less<>> items;

    void put(FakeItem item) {
        const std::string id = item.id;
        items.insert_or_assign(id, std::move(item));
    }
    consort_status item(std::string_view id, consort_item_each each, void* arg) const {
        const auto found = items.find(id);
        return found == items.end() ? CONSORT_E_NOT_FOUND : found->second.tell(each, arg);
    }
    consort_status list(std::uint32_t kind, std::string_view after, std::uint32_t limit,
                        consort_item_each each, void* arg) const {
        for (auto it = items.upper_bound(after); it != items.end() && limit > 0; ++it) {
            if (it->second.kind != kind) continue;
            --limit;
            const consort_status status = it->second.tell(each, arg);
            if (status != CONSORT_OK) return status;
        }
        return CONSORT_OK;
    }
};

}  // namespace testing
}  // namespace v1
}  // namespace consort
