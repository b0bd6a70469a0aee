#include "plugins/delivery/common/virtual_file_body.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "plugins/delivery/common/answer.hpp"

namespace consort::delivery {
namespace {

// A fragment whole in memory: the cache's slice, shared by the pieces that are sent of it.
using Whole = std::shared_ptr<const Slice>;

// What the worker that made a fragment leaves for the I/O thread.
struct Delivered {
    std::mutex lock;
    bool waiting = false;
    std::optional<Result<Whole>> bytes;
};

class Body {
  public:
    Body(Cache cache, const ExchangeView& exchange, const MediaView& media, const VirtualFile& file,
         std::string key)
        : cache_(std::move(cache)),
          exchange_(exchange.keep()),
          media_(media),
          file_(file),
          key_(std::move(key)) {}

    Result<void> seek(std::uint64_t position) {
        position_ = position;
        return {};
    }

    Result<Piece> operator()(std::uint64_t max) {
        if (position_ >= file_.size()) return Piece::end();
        if (position_ < file_.head().size()) return from(nullptr, file_.head(), position_, max);
        const std::size_t number = file_.part_at(position_);
        if (number != number_) {
            if (auto done = begin(number); !done) return std::move(done).error();
        }
        const std::uint64_t within = position_ - file_.part(number).offset;
        if (whole_) return from_whole(within, max);
        if (!sends_directly(*assembly_)) return await(number, within, max);
        if (within < assembly_->header.size()) {
            return from(assembly_, assembly_->header, within, max);
        }
        return from_source(within - assembly_->header.size(), max);
    }

  private:
    Result<void> begin(std::size_t number) {
        auto assembly = file_.assemble(media_, number);
        if (!assembly) return std::move(assembly).error();
        if (assembly->size() != file_.part(number).size) {
            return Error{CONSORT_E_INTERNAL, "a fragment differs from its place in the layout"};
        }
        assembly_ = std::make_shared<const Assembly>(std::move(*assembly));
        whole_ = nullptr;
        delivered_ = std::make_shared<Delivered>();
        number_ = number;
        return {};
    }

    Result<Piece> from(std::shared_ptr<const void> owner, std::string_view bytes,
                       std::uint64_t offset, std::uint64_t max) {
        const std::uint64_t size = std::min<std::uint64_t>(max, bytes.size() - offset);
        position_ += size;
        const char* data = bytes.data() + offset;
        // Without an owner the bytes are the file's own, which the media keeps.
        return Piece(owner ? Slice::memory(std::move(owner), data, size)
                           : Slice::memory(Media(media_), data, size));
    }

    Result<Piece> from_whole(std::uint64_t within, std::uint64_t max) {
        const consort_slice& raw = whole_->raw();
        return from(whole_, {static_cast<const char*>(raw.data), raw.length}, within, max);
    }

    Result<Piece> from_source(std::uint64_t offset, std::uint64_t max) {
        for (const ByteRun& run : assembly_->runs) {
            if (offset < run.length) {
                const std::uint64_t size = std::min(max, run.length - offset);
                auto slice = run_slice(media_, {run.offset + offset, size, run.in_line});
                if (!slice) return std::move(slice).error();
                if (slice->raw().kind == CONSORT_SLICE_STREAM) {
                    return Error{CONSORT_E_UNSUPPORTED, "this storage has no files to send from"};
                }
                position_ += size;
                return Piece(std::move(*slice));
            }
            offset -= run.length;
        }
        return Error{CONSORT_E_INTERNAL, "a fragment ends before its size"};
    }

    // Takes the fragment if it is there; else has it made, which wakes the exchange.
    Result<Piece> await(std::size_t number, std::uint64_t within, std::uint64_t max) {
        if (auto taken = take()) {
            if (!*taken) return std::move(*taken).error();
            whole_ = std::move(**taken);
            return from_whole(within, max);
        }
        {
            const std::lock_guard guard(delivered_->lock);
            if (std::exchange(delivered_->waiting, true)) return Piece::pending();
        }
        cache_.fetch(
            key_ + '/' + std::to_string(number),
            [media = media_, assembly = assembly_](CacheFill& fill) {
                return fill_from(media, *assembly, fill);
            },
            [delivered = delivered_, exchange = exchange_.keep()](Result<Slice> entry) {
                {
                    const std::lock_guard guard(delivered->lock);
                    delivered->waiting = false;
                    if (entry) {
                        delivered->bytes = std::make_shared<const Slice>(std::move(*entry));
                    } else {
                        delivered->bytes = std::move(entry).error();
                    }
                }
                exchange.wake();
            });
        if (auto taken = take()) {
            if (!*taken) return std::move(*taken).error();
            whole_ = std::move(**taken);
            return from_whole(within, max);
        }
        return Piece::pending();
    }

    std::optional<Result<Whole>> take() {
        const std::lock_guard guard(delivered_->lock);
        return std::exchange(delivered_->bytes, std::nullopt);
    }

    Cache cache_;
    Exchange exchange_;
    Media media_;
    const VirtualFile& file_;
    std::string key_;
    std::shared_ptr<Delivered> delivered_;
    std::uint64_t position_ = 0;
    std::size_t number_ = static_cast<std::size_t>(-1);
    std::shared_ptr<const Assembly> assembly_;
    Whole whole_;
};

}  // namespace

Slice virtual_file_body(const Cache& cache, const ExchangeView& exchange, const MediaView& media,
                        const VirtualFile& file, std::string key) {
    return Slice::stream(Body(cache, exchange, media, file, std::move(key)), file.size());
}

}  // namespace consort::delivery
