#include "plugins/delivery/progressive/growing_file_body.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace consort::delivery {
namespace {

// A fragment in memory, shared by the pieces that are sent of it.
struct Fragment {
    std::string header;
    Coded coded;
    std::uint64_t size() const noexcept { return header.size() + coded.payload().size(); }
};
using FragmentPtr = std::shared_ptr<const Fragment>;

// What the host's worker leaves for the I/O thread.
struct Delivered {
    std::mutex lock;
    std::optional<Result<FragmentPtr>> fragment;
};

class Body {
  public:
    Body(const EncodedRenditions& service, const ExchangeView& exchange, const MediaView& media,
         GrowingFile& file, std::uint64_t size)
        : service_(service),
          exchange_(exchange.keep()),
          media_(media.keep()),
          file_(file),
          size_(size) {}
    Body(Body&&) = default;
    ~Body() { ticket_.cancel(); }

    Result<void> seek(std::uint64_t position) {
        position_ = position;
        return {};
    }

    Result<Piece> operator()(std::uint64_t max) {
        const std::string& head = file_.rendition().init;
        if (position_ >= size_) return Piece::end();
        max = std::min(max, size_ - position_);
        if (position_ < head.size()) {
            const std::uint64_t length = std::min<std::uint64_t>(max, head.size() - position_);
            const char* const data = head.data() + position_;
            position_ += length;
            return Piece(Slice::memory(Media(media_), data, length));
        }
        if (!fragment_ || position_ < begin_ || position_ - begin_ >= fragment_->size()) {
            auto there = find();
            if (!there) return std::move(there).error();
            if (*there != CONSORT_OK) {
                return *there == CONSORT_END ? Piece::end() : Piece::pending();
            }
        }
        return piece(position_ - begin_, max);
    }

  private:
    // OK: fragment_ holds the position. PENDING, END.
    Result<consort_status> find() {
        const auto place = file_.place_of(position_);
        if (!place) return Error{CONSORT_E_INTERNAL, "a fragment that is not known was asked for"};
        if (place->number >= file_.part_count()) return consort_status{CONSORT_END};
        if (!delivered_ || number_ != place->number) ask(place->number);
        const auto delivered = delivered_;
        const std::lock_guard guard(delivered->lock);
        if (!delivered->fragment) return consort_status{CONSORT_PENDING};
        delivered_ = nullptr;
        Result<FragmentPtr> taken = std::move(*delivered->fragment);
        if (!taken) return std::move(taken).error();
        fragment_ = std::move(*taken);
        begin_ = place->offset;
        if (position_ - begin_ >= fragment_->size()) {
            return Error{CONSORT_E_INTERNAL, "a fragment differs from its place in the layout"};
        }
        return consort_status{CONSORT_OK};
    }

    void ask(std::size_t number) {
        number_ = number;
        fragment_ = nullptr;
        delivered_ = std::make_shared<Delivered>();
        auto made = [delivered = delivered_, exchange = exchange_.keep(), file = &file_,
                     number](Result<Coded> coded) {
            Result<FragmentPtr> result = contained([&]() -> Result<FragmentPtr> {
                if (!coded) return std::move(coded).error();
                auto header = fragment_header(file->rendition(), number, *coded);
                auto whole =
                    std::make_shared<Fragment>(Fragment{std::move(header), std::move(*coded)});
                file->record(number, whole->size());
                return FragmentPtr(std::move(whole));
            });
            {
                const std::lock_guard guard(delivered->lock);
                delivered->fragment = std::move(result);
            }
            exchange.wake();
        };
        ticket_ = service_.fetch(media_, *file_.rendition().encoded,
                                 static_cast<std::uint32_t>(number), std::move(made));
    }

    Piece piece(std::uint64_t within, std::uint64_t max) {
        const bool header = within < fragment_->header.size();
        const auto payload = fragment_->coded.payload();
        const char* data = header ? fragment_->header.data() + within
                                  : reinterpret_cast<const char*>(payload.data()) +
                                        (within - fragment_->header.size());
        const std::uint64_t left =
            header ? fragment_->header.size() - within : fragment_->size() - within;
        const std::uint64_t length = std::min(max, left);
        position_ += length;
        return Piece(Slice::memory(FragmentPtr(fragment_), data, length));
    }

    EncodedRenditions service_;
    Exchange exchange_;
    Media media_;
    GrowingFile& file_;
    std::uint64_t size_;
    std::uint64_t position_ = 0;
    std::uint64_t begin_ = 0;  // of fragment_ in the file
    std::size_t number_ = 0;   // of what was asked for
    FragmentPtr fragment_;
    std::shared_ptr<Delivered> delivered_;
    SegmentTicket ticket_;
};

// Without seek, so that the host does not take it for rangeable.
struct Forward {
    Body body;
    Result<Piece> operator()(std::uint64_t max) { return body(max); }
};

}  // namespace

Slice growing_file_body(const EncodedRenditions& service, const ExchangeView& exchange,
                        const MediaView& media, GrowingFile& file) {
    return Slice::stream(Forward{Body(service, exchange, media, file, CONSORT_LENGTH_UNKNOWN)});
}

Slice known_file_body(const EncodedRenditions& service, const ExchangeView& exchange,
                      const MediaView& media, GrowingFile& file, std::uint64_t size) {
    return Slice::stream(Body(service, exchange, media, file, size), size);
}

}  // namespace consort::delivery
