#include "plugins/radio/sound/seam.hpp"

#include <utility>

namespace consort::radio {
namespace {

bool same_form(const consort_pcm& a, const consort_pcm& b) noexcept {
    return a.rate == b.rate && a.channels == b.channels && a.channel_mask == b.channel_mask &&
           a.sample_format == b.sample_format;
}

}  // namespace

void Seam::describe(const SourceFacts& facts, const consort_pcm& form) {
    const std::lock_guard lock(mutex_);
    facts_ = facts;
    form_ = form;
}

bool Seam::hand_over(std::unique_ptr<Converter>& converter) {
    bool handed = false;
    {
        const std::lock_guard lock(mutex_);
        handed = followed_ && !withdrawn_ && !closed_;
        if (handed) converter_ = std::move(converter);
        closed_ = true;
    }
    changed_.notify_all();
    return handed;
}

void Seam::close() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    changed_.notify_all();
}

bool Seam::fits(const SourceFacts& facts, const consort_pcm& form) const {
    return !closed_ && !withdrawn_ && facts_ && same_form(form_, form) &&
           is_album_join(*facts_, facts);
}

bool Seam::joins(const SourceFacts& facts, const consort_pcm& form) {
    const std::lock_guard lock(mutex_);
    return fits(facts, form);
}

std::unique_ptr<Converter> Seam::follow(const SourceFacts& facts, const consort_pcm& form) {
    std::unique_lock lock(mutex_);
    if (!fits(facts, form)) return nullptr;
    followed_ = true;
    changed_.wait(lock, [&] { return closed_ || withdrawn_; });
    return std::move(converter_);
}

void Seam::withdraw() {
    {
        const std::lock_guard lock(mutex_);
        withdrawn_ = true;
    }
    changed_.notify_all();
}

}  // namespace consort::radio
