// Opening catalog items as media.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "consort/host_link.hpp"
#include "consort/media.hpp"

namespace consort {
inline namespace v1 {

class MediaLibrary {
  public:
    explicit MediaLibrary(const HostLink& link)
        : api_(link.require<consort_media_api>(CONSORT_SERVICE_MEDIA)), link_(link) {}

    // `ready` is void(Result<Media>) and runs exactly once: within the call if the media is in
    // memory, else later on a worker. Any thread. What it throws goes to the log.
    template <class Ready>
    void open(std::string_view item_id, Ready ready) const {
        struct Call {
            Ready ready;
            const consort_media_api* api;
            HostLink link;
        };
        auto call = std::make_unique<Call>(Call{std::move(ready), api_, link_});
        api_->open(
            link_.host, str(item_id),
            [](void* arg, consort_status status, consort_media* raw) noexcept {
                const std::unique_ptr<Call> owned(static_cast<Call*>(arg));
                const Result<void> done = contained([&]() -> Result<void> {
                    if (status >= 0 && raw)
                        owned->ready(Result<Media>(Media(MediaView(owned->api, raw))));
                    else
                        owned->ready(Result<Media>(error_of(status, "cannot open the media")));
                    return {};
                });
                if (!done) owned->link.report(done.error().text);
            },
            call.release());
    }

  private:
    const consort_media_api* api_;
    HostLink link_;
};

}  // namespace v1
}  // namespace consort
