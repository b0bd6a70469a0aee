// One fragmented MP4 file of an encoded rendition, known as far as it has been made.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "plugins/delivery/common/rendition_set.hpp"

namespace consort::delivery {

// The file is the initialization segment and then one fragment for each segment of the rendition,
// so its bytes are pure; only how long a fragment is cannot be known before it is made. Valid as
// long as the media. Any thread.
class GrowingFile {
  public:
    explicit GrowingFile(const CmafRendition& rendition);

    const CmafRendition& rendition() const noexcept { return rendition_; }
    std::size_t part_count() const noexcept { return rendition_.times.size(); }

    // Fragments that are known without a gap, and where each begins; one more, the end of the last.
    // All are known: offsets().back() is the size of the file.
    std::vector<std::uint64_t> offsets() const;
    bool complete() const;
    struct Place {
        std::size_t number;    // of the fragment; part_count(): beyond the last
        std::uint64_t offset;  // where it begins
    };
    // The fragment that holds byte `position`, which is not before the first one. None: not known.
    std::optional<Place> place_of(std::uint64_t position) const;
    // The first fragment whose size is not known.
    std::optional<std::size_t> first_unknown() const;

    // A fragment has been made.
    void record(std::size_t number, std::uint64_t size);
    // Making a fragment failed: those who wait are told.
    void fail(const Error& error);

    // Calls `ready(Result<void>)` once: as soon as the first `parts` fragments are known, within
    // the call if they are.
    using Ready = std::function<void(const Result<void>&)>;
    void when_known(std::size_t parts, Ready ready);

  private:
    struct Waiter {
        std::size_t parts;
        Ready ready;
    };
    const CmafRendition& rendition_;
    mutable std::mutex mutex_;
    std::vector<std::uint64_t> sizes_;    // 0: not known
    std::vector<std::uint64_t> offsets_;  // of what is known without a gap
    std::vector<Waiter> waiters_;
};

// Header and samples of a fragment: the bytes of the CMAF segment of the same number.
std::string fragment_header(const CmafRendition& rendition, std::size_t number, const Coded& coded);

}  // namespace consort::delivery
