#include "plugins/delivery/progressive/file_maker.hpp"

#include <chrono>

namespace consort::delivery {
namespace {

constexpr std::chrono::minutes kInterest{1};

std::int64_t nanoseconds(std::chrono::steady_clock::time_point time) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

}  // namespace

void FileMaker::want(const MediaView& media) {
    wanted_until_ = nanoseconds(std::chrono::steady_clock::now() + kInterest);
    if (!running_.exchange(true)) step(media.keep());
}

std::optional<std::size_t> FileMaker::next() {
    for (;;) {
        const auto number = file.first_unknown();
        if (number && nanoseconds(std::chrono::steady_clock::now()) < wanted_until_) return number;
        running_ = false;
        // Somebody may have wanted it just before that, and relied on this.
        const bool again = number && nanoseconds(std::chrono::steady_clock::now()) < wanted_until_;
        if (!again || running_.exchange(true)) return std::nullopt;
    }
}

// Each step is queued anew, because segments that are in memory come within the call.
void FileMaker::step(Media media) {
    const auto number = next();
    if (!number) return;
    const MediaView view = media;
    static_cast<void>(service_.fetch(
        view, *file.rendition().encoded, static_cast<std::uint32_t>(*number),
        [this, media = std::move(media), number = *number](Result<Coded> coded) mutable {
            if (!coded) return stop(coded.error());
            file.record(number, fragment_header(file.rendition(), number, *coded).size() +
                                    coded->payload().size());
            const Result<void> queued = executor_.compute(
                [this, media = std::move(media)]() mutable { step(std::move(media)); });
            if (!queued) stop(queued.error());
        }));
}

void FileMaker::stop(const Error& error) {
    running_ = false;
    file.fail(error);
}

FileMaker& FileMakers::of(const CmafRendition& rendition, const Executor& executor,
                          const EncodedRenditions& service) {
    const std::lock_guard lock(mutex_);
    auto& maker = makers_[rendition.name];
    if (!maker) maker = std::make_unique<FileMaker>(executor, service, rendition);
    return *maker;
}

}  // namespace consort::delivery
