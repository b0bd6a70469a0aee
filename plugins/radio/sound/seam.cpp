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
    {
        const std::lock_guard lock(mutex_);
        facts_ = facts;
        form_ = form;
    }
    changed_.notify_all();
}

void Seam::offer(std::unique_ptr<Converter> converter) {
    {
        const std::lock_guard lock(mutex_);
        if (!closed_) converter_ = std::move(converter);
    }
    changed_.notify_all();
}

std::uint64_t Seam::rest() const {
    const std::lock_guard lock(mutex_);
    return converter_ && (!followed_ || withdrawn_) ? converter_->rest() : 0;
}

std::unique_ptr<Converter> Seam::take_back() {
    const std::lock_guard lock(mutex_);
    if (followed_ && !withdrawn_) return nullptr;
    closed_ = true;
    return std::move(converter_);
}

void Seam::owe(double frames) {
    const std::lock_guard lock(mutex_);
    owed_ = frames;
}

double Seam::owed() const {
    const std::lock_guard lock(mutex_);
    return owed_;
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
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return facts_ || closed_ || withdrawn_; });
    return fits(facts, form);
}

std::unique_ptr<Converter> Seam::follow(const SourceFacts& facts, const consort_pcm& form) {
    std::unique_lock lock(mutex_);
    if (!fits(facts, form)) return nullptr;
    followed_ = true;
    changed_.wait(lock, [&] { return converter_ || closed_ || withdrawn_; });
    return withdrawn_ ? nullptr : std::move(converter_);
}

void Seam::withdraw() {
    {
        const std::lock_guard lock(mutex_);
        withdrawn_ = true;
    }
    changed_.notify_all();
}

}  // namespace consort::radio
