#include "core/media/rendition_service.hpp"

#include "core/media/rendition_shelf.hpp"
#include "core/media/segment_desk.hpp"

// What cancel() needs; a segment that was there needs nothing.
struct consort_ticket {
    std::shared_ptr<consort::media::SegmentDesk> desk;
    consort::media::SegmentDesk::Asked asked;
};

namespace consort::media {

RenditionService::RenditionService(Options options, const host::ComponentRegistry& registry,
                                   base::Executor& workers, observe::Metrics& metrics)
    : desk_(std::make_shared<SegmentDesk>(std::move(options), registry, workers, metrics)) {}

RenditionService::~RenditionService() { stop(); }

void RenditionService::warm_up() {
    // A queue that is full at start-up has more urgent things.
    (void)desk_->workers.post([desk = desk_] { desk->warm_up(); });
}

void RenditionService::list(consort_media* media, Listed ready) {
    RenditionShelf* shelf = RenditionShelf::of(media);
    if (shelf == nullptr) {
        const Error error{CONSORT_E_NO_MEMORY, "There is no memory for the renditions."};
        ready(&error, {});
        return;
    }
    shelf->list(
        MediaPtr(media), desk_->workers,
        [desk = desk_](consort_media* of) { return desk->describe(of); }, std::move(ready));
}

Result<consort_ticket*> RenditionService::fetch(consort_media* media, consort_rendition* rendition,
                                                std::uint32_t number, Fetched ready) {
    static consort_ticket nothing_to_cancel;
    auto asked = desk_->fetch(MediaPtr(media), rendition, number, std::move(ready));
    if (!asked) return asked.error();
    if (asked->flight == nullptr) return &nothing_to_cancel;
    return new consort_ticket{desk_, std::move(*asked)};
}

void RenditionService::cancel(consort_ticket* ticket) {
    if (ticket->desk == nullptr) return;
    const std::unique_ptr<consort_ticket> owned(ticket);
    ticket->desk->cancel(ticket->asked.flight, ticket->asked.waiter);
}

void RenditionService::leave(consort_ticket* ticket) {
    if (ticket->desk == nullptr) return;
    const std::unique_ptr<consort_ticket> owned(ticket);
}

std::uint32_t RenditionService::segment_seconds() const noexcept {
    return desk_->options.renditions.segment_seconds;
}

void RenditionService::stop() { desk_->stop(); }

bool RenditionService::settle(std::chrono::milliseconds limit) { return desk_->settle(limit); }

}  // namespace consort::media
