// A plugin's shared library, loaded and looked at before anything in it is called.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#include "consort/abi/plugin.h"

namespace consort::host {

// Why a library cannot be a plugin of this host, as a sentence that says what to do.
class Incompatible : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Loads with immediate binding; stays mapped until the process ends, also after destruction.
class PluginLibrary {
  public:
    // Throws Incompatible: no shared library, no entry, another major version, damaged tables.
    explicit PluginLibrary(const std::filesystem::path& file);

    const std::filesystem::path& file() const noexcept { return file_; }
    const consort_entry& entry() const noexcept { return *entry_; }
    const consort_descriptor& descriptor() const noexcept { return descriptor_; }

  private:
    std::filesystem::path file_;
    const consort_entry* entry_ = nullptr;
    consort_descriptor descriptor_{};  // full size; texts that the plugin left out are ""
};

}  // namespace consort::host
