// The coded samples of one segment: what stands behind the ABI's opaque consort_coded, in the very
// form in which it is kept on disk.
#pragma once

#include <atomic>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "consort/abi/media.h"
#include "consort/result.hpp"

namespace consort::media {

struct FreeBytes {
    void operator()(std::byte* bytes) const noexcept {
        std::free(bytes);  // NOLINT(cppcoreguidelines-owning-memory): this is the owner's end
    }
};
using CodedBytes = std::unique_ptr<std::byte[], FreeBytes>;  // from malloc

// The image, all numbers as the machine has them: header, key, zeros up to a multiple of 8,
// samples, payload. The checksum (XXH3, 64 bits) is over all of it but itself.
struct CodedHeader {
    char magic[8];  // kCodedMagic
    std::uint64_t checksum;
    std::uint64_t image_size;
    std::uint64_t payload_size;
    std::uint64_t sample_count;
    std::uint64_t key_size;
};
inline constexpr char kCodedMagic[8] = {'C', 'O', 'N', 'S', 'C', 'O', 'D', '1'};
// What the header of an image of at least a header must say.
std::uint64_t coded_checksum(const std::byte* image, std::uint64_t size);

inline constexpr std::uint64_t kMaxCodedBytes = 512ull << 20;

}  // namespace consort::media

// Immutable, reference counted, made with one reference. Any thread.
struct consort_coded {
  public:
    // From samples in decode order, whose sizes sum up to the payload's; their offsets are set.
    // INVALID if the sums differ.
    static consort::Result<boost::intrusive_ptr<consort_coded>> make(
        std::string_view key, std::vector<consort_sample> samples, std::string_view payload);
    // From an image. CORRUPT unless it is whole, sound, and of `key`.
    static consort::Result<boost::intrusive_ptr<consort_coded>> parse(
        std::string_view key, consort::media::CodedBytes bytes, std::uint64_t size);

    consort_coded(const consort_coded&) = delete;
    consort_coded& operator=(const consort_coded&) = delete;

    void ref() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
    void unref() noexcept {
        if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
    }

    std::span<const consort_sample> samples() const noexcept { return samples_; }
    std::span<const std::byte> payload() const noexcept { return payload_; }
    std::span<const std::byte> image() const noexcept { return {bytes_.get(), size_}; }

  private:
    consort_coded(consort::media::CodedBytes bytes, std::uint64_t size) noexcept;
    ~consort_coded() = default;

    std::atomic<std::uint64_t> references_{1};
    const consort::media::CodedBytes bytes_;
    const std::uint64_t size_;
    std::span<const consort_sample> samples_;
    std::span<const std::byte> payload_;
};

inline void intrusive_ptr_add_ref(consort_coded* coded) noexcept { coded->ref(); }
inline void intrusive_ptr_release(consort_coded* coded) noexcept { coded->unref(); }

namespace consort::media {
using CodedPtr = boost::intrusive_ptr<consort_coded>;
}
