#include "core/host/elf_file.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <optional>
#include <string_view>

namespace consort::host {

namespace {

// Values of a trivially copyable type out of a file, by position. Read one by one: a start looks at
// a few headers of each of many large files.
class Image {
  public:
    explicit Image(const std::filesystem::path& path)
        : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
        struct stat status {};
        if (fd_ >= 0 && ::fstat(fd_, &status) == 0)
            size_ = static_cast<std::uint64_t>(status.st_size);
    }
    ~Image() {
        if (fd_ >= 0) ::close(fd_);
    }
    Image(const Image&) = delete;
    Image& operator=(const Image&) = delete;

    template <class T>
    std::optional<T> at(std::uint64_t offset) const {
        T value;
        if (offset > size_ || size_ - offset < sizeof(T)) return std::nullopt;
        if (::pread(fd_, &value, sizeof value, static_cast<off_t>(offset)) != sizeof value)
            return std::nullopt;
        return value;
    }
    // Up to the next zero; empty if there is none within a sensible name.
    std::string text(std::uint64_t offset) const {
        char buffer[8'192];
        if (offset >= size_) return {};
        const ssize_t got = ::pread(fd_, buffer, sizeof buffer, static_cast<off_t>(offset));
        const std::string_view read(buffer, got > 0 ? static_cast<std::size_t>(got) : 0);
        const std::size_t end = read.find('\0');
        return end == std::string_view::npos ? std::string() : std::string(read.substr(0, end));
    }
    std::uint64_t size() const { return size_; }

  private:
    int fd_;
    std::uint64_t size_ = 0;
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
    const Image image(library);
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
    const Image image(library);
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
