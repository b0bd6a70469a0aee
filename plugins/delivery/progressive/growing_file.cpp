#include "plugins/delivery/progressive/growing_file.hpp"

#include <algorithm>
#include <utility>

namespace consort::delivery {

GrowingFile::GrowingFile(const CmafRendition& rendition)
    : rendition_(rendition), sizes_(rendition.times.size(), 0), offsets_{rendition.init.size()} {}

std::vector<std::uint64_t> GrowingFile::offsets() const {
    const std::lock_guard lock(mutex_);
    return offsets_;
}

bool GrowingFile::complete() const {
    const std::lock_guard lock(mutex_);
    return offsets_.size() == sizes_.size() + 1;
}

std::optional<GrowingFile::Place> GrowingFile::place_of(std::uint64_t position) const {
    const std::lock_guard lock(mutex_);
    const auto after = std::upper_bound(offsets_.begin(), offsets_.end(), position);
    const auto number = static_cast<std::size_t>(after - offsets_.begin()) - 1;
    // The last one that is known to begin ends who knows where; only its own bytes will tell.
    if (after == offsets_.end() && position != offsets_.back()) return std::nullopt;
    return Place{number, offsets_[number]};
}

std::optional<std::size_t> GrowingFile::first_unknown() const {
    const std::lock_guard lock(mutex_);
    if (offsets_.size() == sizes_.size() + 1) return std::nullopt;
    return offsets_.size() - 1;
}

void GrowingFile::record(std::size_t number, std::uint64_t size) {
    std::vector<Waiter> done;
    {
        const std::lock_guard lock(mutex_);
        if (sizes_[number] != 0) return;
        sizes_[number] = size;
        while (offsets_.size() <= sizes_.size() && sizes_[offsets_.size() - 1] != 0) {
            offsets_.push_back(offsets_.back() + sizes_[offsets_.size() - 1]);
        }
        const std::size_t known = offsets_.size() - 1;
        const auto ready = std::stable_partition(waiters_.begin(), waiters_.end(),
                                                 [&](const Waiter& w) { return w.parts > known; });
        std::move(ready, waiters_.end(), std::back_inserter(done));
        waiters_.erase(ready, waiters_.end());
    }
    for (const Waiter& waiter : done) waiter.ready({});
}

void GrowingFile::fail(const Error& error) {
    std::vector<Waiter> failed;
    {
        const std::lock_guard lock(mutex_);
        failed.swap(waiters_);
    }
    for (const Waiter& waiter : failed) waiter.ready(error);
}

void GrowingFile::when_known(std::size_t parts, Ready ready) {
    {
        const std::lock_guard lock(mutex_);
        if (offsets_.size() - 1 < parts) {
            waiters_.push_back({parts, std::move(ready)});
            return;
        }
    }
    ready({});
}

std::string fragment_header(const CmafRendition& rendition, std::size_t number,
                            const Coded& coded) {
    const std::span<const Sample> samples = coded.samples();
    const FragmentRun all{0, static_cast<std::uint32_t>(samples.size()), 0};
    const FragmentTrack fragment = rendition.track.fragment(1, samples, {&all, 1});
    std::string header;
    write_fragment_header(header, static_cast<std::uint32_t>(number + 1), {&fragment, 1},
                          coded.payload().size());
    return header;
}

}  // namespace consort::delivery
