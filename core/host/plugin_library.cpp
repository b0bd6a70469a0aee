#include "core/host/plugin_library.hpp"

#include <algorithm>
#include <boost/dll/shared_library.hpp>
#include <cstring>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "core/host/elf_file.hpp"
#include "core/host/guard.hpp"

namespace consort::host {

namespace {

// Threads, thread-locals and pointers to static texts outlive a plugin: its code must, too.
void keep_forever(boost::dll::shared_library library) {
    static std::mutex mutex;
    static auto* const kept = std::make_unique<std::vector<boost::dll::shared_library>>().release();
    const std::lock_guard lock(mutex);
    kept->push_back(std::move(library));
}

std::string one_line(std::string text) {
    std::ranges::replace(text, '\n', ' ');
    return text;
}

bool has_form(std::string_view text, std::string_view further) {
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               further.find(c) != std::string_view::npos;
    });
}

consort_descriptor checked_descriptor(const consort_descriptor* raw) {
    if (raw == nullptr) throw Incompatible("its entry has no descriptor");
    // `needs` and what follows may be missing from a smaller descriptor; the texts may not.
    if (raw->struct_size < offsetof(consort_descriptor, needs)) {
        throw Incompatible("its descriptor's struct_size " + std::to_string(raw->struct_size) +
                           " is too small: set it to sizeof(consort_descriptor)");
    }
    consort_descriptor full{};
    std::memcpy(&full, raw, std::min<std::size_t>(raw->struct_size, sizeof full));
    for (const char** text : {&full.id, &full.name, &full.version, &full.vendor, &full.license,
                              &full.description, &full.url, &full.maturity, &full.hardening}) {
        if (*text == nullptr) *text = "";
    }
    if (!has_form(full.id, "._-")) {
        throw Incompatible("its id '" + std::string(full.id) +
                           "' must be lower case like org.example.hello");
    }
    if (!has_form(full.name, "_-")) {
        throw Incompatible("its name '" + std::string(full.name) +
                           "' must be lower-case letters, digits, '-' and '_'");
    }
    if (full.config_keys == nullptr) full.config_key_count = 0;
    if (full.config_flags == nullptr) full.config_flag_count = 0;
    return full;
}

}  // namespace

PluginLibrary::PluginLibrary(const std::filesystem::path& file)
    : file_(std::filesystem::absolute(file)) {
    if (const std::string damage = elf_damage(file_); !damage.empty()) throw Incompatible(damage);
    boost::dll::shared_library library;
    try {
        library = boost::dll::shared_library(
            boost::dll::fs::path(file_.string()),
            boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
    } catch (const std::exception& error) {
        throw Incompatible("it does not load as a shared library: " + one_line(error.what()));
    }
    if (!library.has(CONSORT_ENTRY_SYMBOL)) {
        throw Incompatible("it does not export " CONSORT_ENTRY_SYMBOL ", so it is no plugin");
    }
    entry_ = &library.get<const consort_entry>(CONSORT_ENTRY_SYMBOL);
    keep_forever(std::move(library));
    if (entry_->magic != CONSORT_ENTRY_MAGIC) {
        throw Incompatible("its " CONSORT_ENTRY_SYMBOL " does not begin with the magic number");
    }
    if (entry_->abi_major != CONSORT_ABI_MAJOR) {
        throw Incompatible("it is built for ABI " + std::to_string(entry_->abi_major) + "." +
                           std::to_string(entry_->abi_minor) + ", this host has ABI " +
                           std::to_string(CONSORT_ABI_MAJOR) + "." +
                           std::to_string(CONSORT_ABI_MINOR) +
                           ": build it again with this host's SDK");
    }
    constexpr std::size_t kLeast = offsetof(consort_entry, destroy) + sizeof(void*);
    if (entry_->struct_size < kLeast) {
        throw Incompatible("its entry's struct_size " + std::to_string(entry_->struct_size) +
                           " is too small: set it to sizeof(consort_entry)");
    }
    if (entry_->create == nullptr || entry_->destroy == nullptr) {
        throw Incompatible("its entry lacks create or destroy");
    }
    descriptor_ = checked_descriptor(entry_->descriptor);
}

}  // namespace consort::host
