#include "plugins/radio/station/live_desk.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace consort::radio {

namespace {

constexpr std::size_t most_a_piece = 16 * 1'024;
constexpr std::size_t least_room = 4 * 1'024;

}  // namespace

void LiveIntake::ask(std::size_t room) {
    const std::lock_guard lock(mutex_);
    if (!exchange_) return;
    const consort_status status = exchange_->read_body(
        std::min(room, most_a_piece),
        [self = shared_from_this()](const BodyPiece& piece) { self->take(piece); });
    if (status == CONSORT_OK) return;
    if (const auto source = source_.lock()) source->finish();
}

void LiveIntake::take(const BodyPiece& piece) {
    const auto source = source_.lock();
    if (!source) return;
    if (piece.ended()) {
        source->finish();
        stop({});
        return;
    }
    source->write(piece.bytes);
    waiting_ = true;
    resume(source->room());
}

void LiveIntake::resume(std::size_t room) {
    if (room >= least_room && waiting_.exchange(false)) ask(room);
}

void LiveIntake::stop(const std::string& reason) {
    std::optional<Exchange> exchange;
    {
        const std::lock_guard lock(mutex_);
        exchange.swap(exchange_);
    }
    if (!exchange || answered_) return;
    if (reason.empty()) {
        exchange->respond(Response(200));
    } else {
        exchange->problem(409, "source_ended", reason);
    }
}

bool LiveDesk::take(std::shared_ptr<LiveSource> source, std::string address, std::string client) {
    const std::lock_guard lock(mutex_);
    if (source_) return false;
    source_ = std::move(source);
    address_ = std::move(address);
    client_ = std::move(client);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    since_ms_ = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    ++past_.sources;
    return true;
}

void LiveDesk::receive(std::shared_ptr<LiveIntake> intake) {
    const std::lock_guard lock(mutex_);
    intake_ = std::move(intake);
}

std::shared_ptr<LiveSource> LiveDesk::source() const {
    const std::lock_guard lock(mutex_);
    return source_;
}

std::optional<LiveInfo> LiveDesk::info() const {
    const std::lock_guard lock(mutex_);
    return source_ ? std::optional(source_->info()) : std::nullopt;
}

std::optional<SourceOnAir> LiveDesk::on_air() const {
    const std::lock_guard lock(mutex_);
    if (!source_) return std::nullopt;
    return SourceOnAir{source_->info(), address_,         client_,
                       since_ms_,       source_->bytes(), source_->stalls()};
}

LiveDesk::Figures LiveDesk::figures() const {
    const std::lock_guard lock(mutex_);
    Figures figures = past_;
    if (!source_) return figures;
    figures.connected = true;
    figures.bytes += source_->bytes();
    figures.stalls += source_->stalls();
    return figures;
}

void LiveDesk::left(const LiveSource* source) {
    std::shared_ptr<LiveIntake> intake;
    const std::lock_guard lock(mutex_);
    if (source_.get() != source) return;
    past_.bytes += source_->bytes();
    past_.stalls += source_->stalls();
    gone_.push_back(std::move(source_));
    source_.reset();
    intake.swap(intake_);
}

void LiveDesk::tidy() {
    std::vector<std::shared_ptr<LiveSource>> unused;
    const std::lock_guard lock(mutex_);
    // The station may hold one for some moments longer.
    const auto used = std::partition(gone_.begin(), gone_.end(),
                                     [](const auto& source) { return source.use_count() > 1; });
    unused.assign(std::make_move_iterator(used), std::make_move_iterator(gone_.end()));
    gone_.erase(used, gone_.end());
}

}  // namespace consort::radio
