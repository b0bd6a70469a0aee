// A shared library as a file (ELF-64, this machine's byte order), looked at without loading it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace consort::host {

// What would make loading crash the process rather than fail: the file ends before its segments do,
// as after a copy that was cut off. Empty: nothing. What is no ELF file at all is the loader's to
// say.
std::string elf_damage(const std::filesystem::path& library);

// Names of the defined symbols in .dynsym that other libraries can bind to. Empty for what is no
// such file.
std::vector<std::string> exported_symbols(const std::filesystem::path& library);

}  // namespace consort::host
