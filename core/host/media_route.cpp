#include "core/host/media_route.hpp"

#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>

namespace consort::host {

namespace {

// A request whose media is being opened.
struct Opening {
    http::ExchangePtr exchange;
    std::thread::id opener;
    bool within_open = true;        // for the opener's thread alone
    bool done_within_open = false;  // likewise
    bool done = false;              // this and the next with the route's mutex
    bool canceled = false;
};
using OpeningPtr = std::shared_ptr<Opening>;

class MediaRoute : public std::enable_shared_from_this<MediaRoute> {
  public:
    MediaRoute(media::MediaService& media, MediaHandler handle, http::CancelHandler canceled)
        : media_(media), handle_(std::move(handle)), canceled_(std::move(canceled)) {}

    void begin(http::ExchangePtr exchange) {
        auto opening = std::make_shared<Opening>();
        opening->exchange = std::move(exchange);
        opening->opener = std::this_thread::get_id();
        media_.open(opening->exchange->param("id"),
                    [self = shared_from_this(), opening](
                        consort_status status, std::string_view error, consort_media* media) {
                        self->opened(opening, status, error, media);
                    });
        opening->within_open = false;
        if (opening->done_within_open) return;
        const std::lock_guard lock(mutex_);
        if (!opening->done) openings_.emplace(opening->exchange.get(), opening);
    }

    // On the thread that ran begin(), so never in the middle of it.
    void cancel(const http::ExchangePtr& exchange) {
        {
            const std::lock_guard lock(mutex_);
            const auto found = openings_.find(exchange.get());
            if (found != openings_.end()) {
                found->second->canceled = true;
                return;
            }
        }
        if (canceled_) canceled_(exchange);
    }

  private:
    void opened(const OpeningPtr& opening, consort_status status, std::string_view error,
                consort_media* media) {
        if (std::this_thread::get_id() == opening->opener && opening->within_open) {
            opening->done_within_open = true;
            answer(*opening, status, error, media);
            return;
        }
        bool skip = false;
        {
            const std::lock_guard lock(mutex_);
            skip = opening->canceled;
        }
        if (!skip) answer(*opening, status, error, media);
        bool canceled_meanwhile = false;
        {
            const std::lock_guard lock(mutex_);
            opening->done = true;
            openings_.erase(opening->exchange.get());
            canceled_meanwhile = opening->canceled && !skip;
        }
        if (canceled_meanwhile && canceled_) canceled_(opening->exchange);
    }

    void answer(const Opening& opening, consort_status status, std::string_view error,
                consort_media* media) {
        if (status < 0 || media == nullptr) {
            answer_open_failure(*opening.exchange, status, error);
        } else {
            handle_(opening.exchange, media);
        }
    }

    media::MediaService& media_;
    const MediaHandler handle_;
    const http::CancelHandler canceled_;
    std::mutex mutex_;
    std::unordered_map<const http::Exchange*, OpeningPtr> openings_;
};

}  // namespace

void set_media_handlers(http::Route& route, media::MediaService& media, MediaHandler handle,
                        http::CancelHandler canceled) {
    const auto shared = std::make_shared<MediaRoute>(media, std::move(handle), std::move(canceled));
    route.handle = [shared](http::ExchangePtr exchange) { shared->begin(std::move(exchange)); };
    route.canceled = [shared](const http::ExchangePtr& exchange) { shared->cancel(exchange); };
}

void answer_open_failure(http::Exchange& exchange, consort_status status, std::string_view error) {
    const auto problem = [&](int http_status, std::string_view code, std::string_view otherwise) {
        exchange.problem(http_status, code, error.empty() ? otherwise : error);
    };
    switch (status) {
        case CONSORT_E_NOT_FOUND:
            problem(404, "item_not_found", "There is no such item in the library.");
            return;
        case CONSORT_E_CORRUPT:
            problem(500, "media_corrupt", "The media file is damaged.");
            return;
        case CONSORT_E_UNSUPPORTED:
            problem(501, "media_unsupported", "No plugin understands this media file.");
            return;
        case CONSORT_E_IO:
        case CONSORT_E_TIMEOUT:
            problem(503, "source_unavailable", "The media file cannot be read now; try again.");
            return;
        case CONSORT_E_BUSY:
        case CONSORT_E_CANCELED:
            problem(503, "overloaded", "The server is busy; try again soon.");
            return;
        default:
            problem(500, "internal", "Opening the media file failed; the log says more.");
    }
}

}  // namespace consort::host
