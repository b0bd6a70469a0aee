#include "core/media/coded.hpp"

#include <xxhash.h>

#include <cstring>

using consort::Error;
using consort::Result;
using consort::media::coded_checksum;
using consort::media::CodedBytes;
using consort::media::CodedHeader;
using consort::media::CodedPtr;
using consort::media::kCodedMagic;
using consort::media::kMaxCodedBytes;

namespace {

constexpr std::uint64_t kChecked = offsetof(CodedHeader, image_size);

std::uint64_t padded(std::uint64_t size) { return (size + 7) / 8 * 8; }

CodedHeader header_of(const std::byte* image) {
    CodedHeader header;
    std::memcpy(&header, image, sizeof header);
    return header;
}

Error damaged() { return {CONSORT_E_CORRUPT, "A stored segment is damaged."}; }

// Sizes that add up to the image's, without overflow.
bool fits(const CodedHeader& header, std::uint64_t size) {
    if (header.image_size != size || size > kMaxCodedBytes) return false;
    std::uint64_t left = size - sizeof header;
    if (header.key_size > left || padded(header.key_size) > left) return false;
    left -= padded(header.key_size);
    if (header.sample_count > left / sizeof(consort_sample)) return false;
    left -= header.sample_count * sizeof(consort_sample);
    return header.payload_size == left;
}

bool offsets_fit(std::span<const consort_sample> samples, std::uint64_t payload) {
    std::uint64_t at = 0;
    for (const consort_sample& sample : samples) {
        if (sample.offset != at || sample.size > payload - at) return false;
        at += sample.size;
    }
    return at == payload;
}

}  // namespace

std::uint64_t consort::media::coded_checksum(const std::byte* image, std::uint64_t size) {
    return XXH3_64bits_withSeed(image + kChecked, size - kChecked, 1);
}

consort_coded::consort_coded(CodedBytes bytes, std::uint64_t size) noexcept
    : bytes_(std::move(bytes)), size_(size) {
    const CodedHeader header = header_of(bytes_.get());
    const std::byte* at = bytes_.get() + sizeof header + padded(header.key_size);
    samples_ = {reinterpret_cast<const consort_sample*>(at), header.sample_count};
    payload_ = {at + samples_.size_bytes(), header.payload_size};
}

Result<CodedPtr> consort_coded::make(std::string_view key, std::vector<consort_sample> samples,
                                     std::string_view payload) {
    std::uint64_t at = 0;
    for (consort_sample& sample : samples) {
        sample.offset = at;
        at += sample.size;
    }
    if (at != payload.size())
        return Error{CONSORT_E_INVALID, "The sizes of the samples are not those of their bytes."};
    const std::uint64_t table = samples.size() * sizeof(consort_sample);
    const std::uint64_t size = sizeof(CodedHeader) + padded(key.size()) + table + payload.size();
    if (size > kMaxCodedBytes) return Error{CONSORT_E_UNSUPPORTED, "The segment is too large."};
    CodedBytes bytes(static_cast<std::byte*>(std::malloc(size)));
    if (bytes == nullptr) return Error{CONSORT_E_NO_MEMORY, "There is no memory for a segment."};

    CodedHeader header{{}, 0, size, payload.size(), samples.size(), key.size()};
    std::memcpy(header.magic, kCodedMagic, sizeof header.magic);
    std::byte* to = bytes.get() + sizeof header;
    if (!key.empty()) std::memcpy(to, key.data(), key.size());
    std::memset(to + key.size(), 0, padded(key.size()) - key.size());
    to += padded(key.size());
    if (table != 0) std::memcpy(to, samples.data(), table);
    if (!payload.empty()) std::memcpy(to + table, payload.data(), payload.size());
    std::memcpy(bytes.get(), &header, sizeof header);
    header.checksum = coded_checksum(bytes.get(), size);
    std::memcpy(bytes.get(), &header, sizeof header);
    return CodedPtr(new consort_coded(std::move(bytes), size), false);
}

Result<CodedPtr> consort_coded::parse(std::string_view key, CodedBytes bytes, std::uint64_t size) {
    if (size < sizeof(CodedHeader)) return damaged();
    const CodedHeader header = header_of(bytes.get());
    if (std::memcmp(header.magic, kCodedMagic, sizeof header.magic) != 0 || !fits(header, size) ||
        header.checksum != coded_checksum(bytes.get(), size))
        return damaged();
    const std::string_view stored(reinterpret_cast<const char*>(bytes.get()) + sizeof header,
                                  header.key_size);
    if (stored != key) return Error{CONSORT_E_CORRUPT, "A stored segment has another's name."};
    CodedPtr coded(new consort_coded(std::move(bytes), size), false);
    if (!offsets_fit(coded->samples(), header.payload_size)) return damaged();
    return coded;
}
