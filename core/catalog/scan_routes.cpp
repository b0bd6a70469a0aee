#include <memory>
#include <mutex>

#include "core/catalog/json.hpp"
#include "core/catalog/routes.hpp"

namespace consort::catalog {
namespace {

std::string progress_json(const Progress& p) {
    JsonWriter json;
    json.begin_object();
    const auto put = [&](std::string_view name, std::uint64_t value) {
        json.key(name).number(static_cast<std::int64_t>(value));
    };
    json.key("running").boolean(p.running);
    json.key("phase").text(p.phase);
    put("scans", p.scans);
    put("found", p.found);
    put("done", p.done);
    put("total", p.phase == "listing" ? 0 : p.found);
    put("probed", p.probed);
    put("added", p.added);
    put("changed", p.changed);
    put("removed", p.removed);
    put("broken", p.broken);
    put("failed", p.broken);
    json.key("current").known(p.current);
    json.key("started_at");
    p.started_at_ns == 0 ? json.null() : json.time(p.started_at_ns);
    json.key("finished_at");
    p.finished_at_ns == 0 ? json.null() : json.time(p.finished_at_ns);
    json.key("problems").begin_array();
    for (const std::string& problem : p.problems) json.text(problem);
    json.end_array().end_object();
    return std::move(json.str());
}

// The body of an event stream: one event whenever the progress is another than the last told.
class ScanEvents {
  public:
    ScanEvents(Scanner& scanner, const http::ExchangePtr& exchange)
        : scanner_(scanner), subscription_(scanner.on_progress([exchange] { exchange->wake(); })) {}

    static http::Slice slice(std::unique_ptr<ScanEvents> events) {
        consort_slice raw{};
        raw.kind = CONSORT_SLICE_STREAM;
        raw.length = CONSORT_LENGTH_UNKNOWN;
        raw.owner = events.release();
        raw.next = [](void* owner, std::uint64_t max, consort_slice* out) noexcept {
            return static_cast<ScanEvents*>(owner)->next(max, *out);
        };
        raw.release = [](void* owner) noexcept {
            const std::unique_ptr<ScanEvents> gone(static_cast<ScanEvents*>(owner));
        };
        return http::Slice(raw);
    }

  private:
    consort_status next(std::uint64_t max, consort_slice& out) noexcept try {
        if (pending_.empty()) {
            std::string json = progress_json(scanner_.progress());
            if (json == last_) return CONSORT_PENDING;
            pending_ = "event: progress\ndata: " + json + "\n\n";
            last_ = std::move(json);
        }
        const std::size_t size = std::min<std::uint64_t>(max, pending_.size());
        auto piece = std::make_unique<std::string>(pending_.substr(0, size));
        pending_.erase(0, size);
        out = consort_slice{};
        out.kind = CONSORT_SLICE_MEMORY;
        out.data = piece->data();
        out.length = piece->size();
        out.release = [](void* owner) noexcept {
            const std::unique_ptr<std::string> gone(static_cast<std::string*>(owner));
        };
        out.owner = piece.release();
        return CONSORT_OK;
    } catch (...) {
        return CONSORT_E_NO_MEMORY;
    }

    Scanner& scanner_;
    std::string last_, pending_;
    std::shared_ptr<void> subscription_;
};

bool wants_events(const http::Exchange& exchange) {
    const auto accept = exchange.header("accept");
    return accept && accept->find("text/event-stream") != std::string_view::npos;
}

void answer_progress(const Library& library, const http::ExchangePtr& exchange) {
    if (!wants_events(*exchange)) {
        http::Response response = http::json_response(progress_json(library.scanner.progress()));
        response.cache_control = "no-store";
        exchange->respond(std::move(response));
        return;
    }
    http::Response response;
    response.content_type = "text/event-stream";
    response.cache_control = "no-store";
    response.rangeable = false;
    response.compressible = false;
    response.body.push_back(
        ScanEvents::slice(std::make_unique<ScanEvents>(library.scanner, exchange)));
    exchange->respond(std::move(response));
}

}  // namespace

void add_scan_routes(http::Router& router, const Library& library) {
    http::Route progress;
    progress.method = "GET";
    progress.pattern = "/api/v1/library/scan";
    progress.handle = [library](const http::ExchangePtr& x) { answer_progress(library, x); };
    router.add(std::move(progress));

    http::Route start;
    start.method = "POST";
    start.pattern = "/api/v1/library/scan";
    start.handle = [library](const http::ExchangePtr& x) {
        const bool started = library.scanner.request_scan();
        http::Response response = http::json_response(
            started ? "{\"started\":true}"
                    : "{\"started\":false,\"reason\":\"A scan runs already.\"}");
        response.status = 202;
        response.headers.emplace_back("Location", "/api/v1/library/scan");
        x->respond(std::move(response));
    };
    router.add(std::move(start));
}

}  // namespace consort::catalog
