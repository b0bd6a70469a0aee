#include "core/host/elf_file.hpp"

#include <elf.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>

namespace consort::host {

namespace {

// Values of a trivially copyable type out of a file's bytes, by position.
class Image {
  public:
    explicit Image(std::string bytes) : bytes_(std::move(bytes)) {}

    template <class T>
    std::optional<T> at(std::uint64_t offset) const {
        if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T)) return std::nullopt;
        T value;
        std::memcpy(&value, bytes_.data() + offset, sizeof value);
        return value;
    }
    std::string_view text(std::uint64_t offset) const {
        if (offset >= bytes_.size()) return {};
        const std::size_t end = bytes_.find('\0', offset);
        if (end == std::string::npos) return {};
        return std::string_view(bytes_).substr(offset, end - offset);
    }
    std::uint64_t size() const { return bytes_.size(); }

  private:
    std::string bytes_;
};

bool is_exported(const Elf64_Sym& symbol) {
    const auto binding = ELF64_ST_BIND(symbol.st_info);
    const auto visibility = ELF64_ST_VISIBILITY(symbol.st_other);
    return symbol.st_shndx != SHN_UNDEF && symbol.st_shndx != SHN_ABS && binding != STB_LOCAL &&
           (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

std::optional<Elf64_Ehdr> elf_header(const Image& image) {
    const auto header = image.at<Elf64_Ehdr>(0);
    if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_ident[EI_CLASS] != ELFCLASS64) {
        return std::nullopt;
    }
    return header;
}

}  // namespace

std::string elf_damage(const std::filesystem::path& library) {
    std::ifstream in(library, std::ios::binary);
    const Image image(std::string(std::istreambuf_iterator<char>(in), {}));
    const auto header = elf_header(image);
    if (!header || header->e_phentsize != sizeof(Elf64_Phdr)) return {};
    for (std::uint64_t i = 0; i < header->e_phnum; ++i) {
        const bool table_fits = header->e_phoff <= image.size();
        const auto segment = table_fits
                                 ? image.at<Elf64_Phdr>(header->e_phoff + i * sizeof(Elf64_Phdr))
                                 : std::nullopt;
        if (segment && segment->p_type != PT_LOAD && segment->p_type != PT_DYNAMIC) continue;
        if (!segment || segment->p_offset > image.size() ||
            segment->p_filesz > image.size() - segment->p_offset) {
            return "the file is cut off: copy it again";
        }
    }
    return {};
}

std::vector<std::string> exported_symbols(const std::filesystem::path& library) {
    std::ifstream in(library, std::ios::binary);
    const Image image(std::string(std::istreambuf_iterator<char>(in), {}));
    std::vector<std::string> names;
    const auto header = elf_header(image);
    if (!header || header->e_shentsize != sizeof(Elf64_Shdr) || header->e_shoff > image.size()) {
        return names;
    }
    const auto section = [&](std::uint64_t index) {
        return image.at<Elf64_Shdr>(header->e_shoff + index * sizeof(Elf64_Shdr));
    };
    for (std::uint64_t i = 0; i < header->e_shnum; ++i) {
        const auto symbols = section(i);
        if (!symbols || symbols->sh_type != SHT_DYNSYM || symbols->sh_offset > image.size())
            continue;
        const auto strings = section(symbols->sh_link);
        if (!strings || strings->sh_offset > image.size()) continue;
        for (std::uint64_t at = 0; at + sizeof(Elf64_Sym) <= symbols->sh_size;
             at += sizeof(Elf64_Sym)) {
            const auto symbol = image.at<Elf64_Sym>(symbols->sh_offset + at);
            if (!symbol) break;
            if (is_exported(*symbol))
                names.emplace_back(image.text(strings->sh_offset + symbol->st_name));
        }
    }
    return names;
}

}  // namespace consort::host
