// The reader of stored segments: any bytes, no access outside them.

#include <cstring>

#include "core/media/coded.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace consort::media;
    if (size < 1) return 0;
    const bool mend = (data[0] & 1) != 0;
    ++data;
    --size;
    CodedBytes bytes(static_cast<std::byte*>(std::malloc(size + 1)));
    std::memcpy(bytes.get(), data, size);
    if (mend && size >= sizeof(CodedHeader)) {
        // What no fuzzer guesses: magic, size and checksum are made right.
        auto* header = reinterpret_cast<CodedHeader*>(bytes.get());
        std::memcpy(header->magic, kCodedMagic, sizeof header->magic);
        header->image_size = size;
        header->checksum = coded_checksum(bytes.get(), size);
    }
    const auto coded = consort_coded::parse("k", std::move(bytes), size);
    if (!coded) return 0;
    std::uint64_t sum = 0;
    for (const consort_sample& sample : (*coded)->samples())
        for (std::uint64_t i = 0; i < sample.size; ++i)
            sum += static_cast<std::uint8_t>((*coded)->payload()[sample.offset + i]);
    return sum == 1 ? -1 : 0;
}
