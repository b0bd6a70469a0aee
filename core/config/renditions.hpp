// The sections [renditions.<name>]. Private to this folder.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/config/settings.hpp"
#include "core/config/toml_text.hpp"

namespace consort::config {

// What there is without any configuration.
std::vector<RenditionSettings> built_in_renditions();

// Adds renditions to the built-in ones, or changes keys of these.
class RenditionReader {
  public:
    // What is wrong goes to `mistakes`, with its line.
    explicit RenditionReader(std::vector<std::string>& mistakes);

    // False: the entry is not of a section [renditions.<name>].
    bool take(const TomlEntry& entry);
    // The enabled ones.
    std::vector<RenditionSettings> finish() &&;

  private:
    struct Begun {
        RenditionSettings rendition;
        unsigned line = 0;
    };
    Begun& find(const std::string& name, unsigned line);
    std::string assign(RenditionSettings& rendition, const std::string& key, const Raw& value);
    void wrong(const TomlEntry& entry, const std::string& what);

    std::vector<std::string>& mistakes_;
    std::vector<Begun> all_;
};

}  // namespace consort::config
