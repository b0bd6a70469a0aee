#include "core/app/start_up_pages.hpp"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <exception>
#include <fstream>
#include <string>

namespace consort::app {

namespace {

bool is_traced() {
    std::ifstream status("/proc/self/status");
    std::string word, value;
    while (status >> word) {
        if (word == "TracerPid:") return !(status >> value) || value != "0";
    }
    return true;  // who cannot tell leaves everything as it is
}

// The loader has written into the code of such a library; the file does not have it.
bool is_relocated_in_place(const dl_phdr_info& object) noexcept {
    for (unsigned i = 0; i < object.dlpi_phnum; ++i) {
        const ElfW(Phdr)& header = object.dlpi_phdr[i];
        if (header.p_type != PT_DYNAMIC) continue;
        const auto* entry = reinterpret_cast<const ElfW(Dyn)*>(object.dlpi_addr + header.p_vaddr);
        for (; entry->d_tag != DT_NULL; ++entry) {
            if (entry->d_tag == DT_TEXTREL) return true;
            if (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL) != 0) return true;
        }
    }
    return false;
}

int forget_pages_of(dl_phdr_info* object, std::size_t, void*) noexcept {
    if (is_relocated_in_place(*object)) return 0;
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    for (unsigned i = 0; i < object->dlpi_phnum; ++i) {
        const ElfW(Phdr)& header = object->dlpi_phdr[i];
        if (header.p_type != PT_LOAD || (header.p_flags & PF_W) != 0) continue;
        const std::uintptr_t begin = (object->dlpi_addr + header.p_vaddr) & ~(page - 1);
        const std::uintptr_t end = object->dlpi_addr + header.p_vaddr + header.p_memsz;
        ::madvise(reinterpret_cast<void*>(begin), (end - begin + page - 1) & ~(page - 1),
                  MADV_DONTNEED);
    }
    return 0;
}

}  // namespace

void forget_start_up_pages() noexcept {
    try {
        if (is_traced()) return;
    } catch (const std::exception&) {
        return;
    }
    ::dl_iterate_phdr(forget_pages_of, nullptr);
    ::malloc_trim(0);
}

}  // namespace consort::app
