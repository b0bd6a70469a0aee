#include "core/http/body_feed.hpp"

#include <utility>

namespace consort::http {

consort_status BodyFeed::ask(const BodyRead& read) {
    const std::lock_guard lock(mutex_);
    if (told_) return CONSORT_E_DONE;
    if (read_) return CONSORT_E_BUSY;
    read_ = read;
    return CONSORT_OK;
}

void BodyFeed::unask() noexcept {
    const std::lock_guard lock(mutex_);
    read_.reset();
}

std::size_t BodyFeed::asked() const {
    const std::lock_guard lock(mutex_);
    return read_ ? read_->most : 0;
}

void BodyFeed::give(std::string_view piece) noexcept {
    std::optional<BodyRead> read;
    {
        const std::lock_guard lock(mutex_);
        read = std::exchange(read_, std::nullopt);
    }
    if (read) read->take(read->arg, CONSORT_OK, piece.data(), piece.size());
}

void BodyFeed::end(consort_status status) noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (!end_) end_ = status;
    }
    tell_end();
}

void BodyFeed::tell_end() noexcept {
    std::optional<BodyRead> read;
    consort_status status = CONSORT_END;
    {
        const std::lock_guard lock(mutex_);
        if (!end_ || !read_) return;
        read = std::exchange(read_, std::nullopt);
        status = *end_;
        told_ = true;
    }
    read->take(read->arg, status, nullptr, 0);
}

}  // namespace consort::http
