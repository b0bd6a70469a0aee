#include "plugins/radio/station/news.hpp"

#include <algorithm>
#include <utility>

namespace consort::radio {

namespace {

std::string event_of(const std::string& json) {
    return "event: now-playing\ndata: " + json + "\n\n";
}

}  // namespace

// One open stream; `news_->mutex_` guards what others touch.
class News::Reader {
  public:
    Reader(std::shared_ptr<News> news, const ExchangeView& exchange, std::string route)
        : news_(std::move(news)), exchange_(exchange), route_(std::move(route)) {}
    ~Reader() {
        const std::lock_guard lock(news_->mutex_);
        std::erase(news_->readers_, this);
    }

    Result<Piece> next(std::uint64_t max) {
        const std::lock_guard lock(news_->mutex_);
        if (waiting_.empty()) return news_->ended_ ? Piece::end() : Piece::pending();
        const Text text = waiting_.front();
        const std::size_t size =
            static_cast<std::size_t>(std::min<std::uint64_t>(max, text->size() - sent_));
        Slice slice = Slice::memory(text, text->data() + sent_, size);
        sent_ += size;
        if (sent_ == text->size()) {
            waiting_.pop_front();
            sent_ = 0;
        }
        return Piece(std::move(slice));
    }
    void add(const Text& text) {
        // One that has begun must be finished.
        if (waiting_.size() >= most_waiting) waiting_.erase(waiting_.begin() + (sent_ > 0 ? 1 : 0));
        waiting_.push_back(text);
    }

    const std::shared_ptr<News> news_;
    const Exchange exchange_;
    const std::string route_;

  private:
    std::deque<Text> waiting_;
    std::size_t sent_ = 0;
};

void News::serve(const ExchangeView& exchange, std::string route,
                 const std::vector<std::string>& first) {
    struct Generator {
        std::unique_ptr<Reader> reader;
        Result<Piece> operator()(std::uint64_t max) { return reader->next(max); }
    };
    auto reader = std::make_unique<Reader>(shared_from_this(), exchange, std::move(route));
    std::string text = "retry: 3000\n\n";
    for (const std::string& json : first) text += event_of(json);
    reader->add(std::make_shared<const std::string>(std::move(text)));
    bool room = false;
    {
        const std::lock_guard lock(mutex_);
        room = readers_.size() < most_readers;
        if (room) readers_.push_back(reader.get());
    }
    if (!room) {
        exchange.problem(503, "too_many_readers",
                         "As many read the events as may; ask /now-playing instead.");
        return;
    }
    exchange.respond(Response(200)
                         .content_type("text/event-stream")
                         .cache_control("no-cache, no-store")
                         .header("X-Accel-Buffering", "no")
                         .add(Slice::stream(Generator{std::move(reader)})));
}

void News::send(const std::string* route, const Text& text) {
    std::vector<Exchange> kept;
    std::vector<consort_exchange*> raw;
    {
        const std::lock_guard lock(mutex_);
        for (Reader* reader : readers_) {
            if (route != nullptr && !reader->route_.empty() && reader->route_ != *route) continue;
            if (text) reader->add(text);
            kept.push_back(reader->exchange_.keep());
            raw.push_back(kept.back().raw());
        }
    }
    wake_all_(raw);
}

void News::publish(const std::string& route, const std::string& json) {
    send(&route, std::make_shared<const std::string>(event_of(json)));
}

void News::beat() {
    static const auto comment = std::make_shared<const std::string>(":\n\n");
    send(nullptr, comment);
}

void News::end() {
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
    }
    send(nullptr, nullptr);
}

}  // namespace consort::radio
