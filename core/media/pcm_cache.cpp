#include "core/media/pcm_cache.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/media/buffer_pool.hpp"

namespace consort::media {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxIdleReaders = 16;
constexpr auto kKeepReader = std::chrono::seconds(30);

}  // namespace

struct PcmCache::Impl {
    // Immutable once it is not being decoded any more.
    struct Block {
        std::shared_ptr<BufferPool> pool;
        BufferPool::Buffer buffer;
        std::uint64_t frames = 0, bytes = 0;
        std::optional<Error> failed;
        bool decoding = true;
        ~Block() { pool->give(buffer); }
    };
    using BlockPtr = std::shared_ptr<Block>;
    struct Entry {
        std::string key;
        BlockPtr block;
    };
    struct IdleReader {
        std::string track;
        std::uint64_t next;  // block
        std::unique_ptr<PcmReader> reader;
        Clock::time_point since;
    };

    const std::uint64_t max_bytes;
    const Decoders& decoders;
    const std::shared_ptr<BufferPool> pool;
    observe::Gauge& bytes_gauge;
    observe::Counter &hits, &misses, &opened;

    std::mutex mutex;
    std::condition_variable decoded;
    std::list<Entry> entries;  // most recently used first
    std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key;
    std::uint64_t bytes = 0;
    std::vector<IdleReader> idle;  // longest idle first

    Impl(std::uint64_t max, const Decoders& all, observe::Metrics& metrics)
        : max_bytes(max),
          decoders(all),
          pool(std::make_shared<BufferPool>(max / 8)),
          bytes_gauge(metrics.gauge("consort_pcm_cache_bytes", "Bytes of decoded sound kept.")),
          hits(metrics.counter("consort_pcm_cache_hits_total",
                               "Blocks of sound found decoded, or being decoded.")),
          misses(metrics.counter("consort_pcm_cache_misses_total", "Blocks of sound decoded.")),
          opened(
              metrics.counter("consort_pcm_readers_opened_total", "Tracks opened for decoding.")) {}

    // The block, decoded; its error if that failed.
    BlockPtr get(const MediaPtr& media, const Sound& sound, const std::string& track,
                 std::uint64_t number) {
        const std::string key = track + '/' + std::to_string(number);
        std::unique_lock lock(mutex);
        if (const auto found = by_key.find(key); found != by_key.end()) {
            hits.add();
            entries.splice(entries.begin(), entries, found->second);
            BlockPtr block = found->second->block;
            decoded.wait(lock, [&] { return !block->decoding; });
            return block;
        }
        misses.add();
        auto block = std::make_shared<Block>();
        block->pool = pool;
        block->frames = std::min(kBlockFrames, sound.pcm.frames - number * kBlockFrames);
        block->bytes = block->frames * sound.frame_bytes();
        entries.push_front({key, block});
        by_key[entries.front().key] = entries.begin();
        bytes += block->bytes;
        const std::vector<BlockPtr> gone = shrink();
        lock.unlock();

        std::optional<Error> failed;
        try {
            failed = decode(media, sound, track, number, *block);
        } catch (const std::exception& error) {
            failed = Error{CONSORT_E_INTERNAL, std::string("Decoding failed: ") + error.what()};
        }

        lock.lock();
        block->failed = std::move(failed);
        block->decoding = false;
        if (block->failed) remove(key);
        lock.unlock();
        decoded.notify_all();
        return block;
    }

    // Under the mutex.
    void remove(std::string_view key) {
        const auto found = by_key.find(key);
        if (found == by_key.end()) return;
        const auto entry = found->second;
        bytes -= entry->block->bytes;
        by_key.erase(found);
        entries.erase(entry);
        bytes_gauge.set(static_cast<double>(bytes));
    }

    // Under the mutex. What is let go of is freed outside it.
    std::vector<BlockPtr> shrink() {
        std::vector<BlockPtr> gone;
        while (bytes > max_bytes && entries.size() > 1 && !entries.back().block->decoding) {
            gone.push_back(entries.back().block);
            const std::string key = entries.back().key;
            remove(key);
        }
        bytes_gauge.set(static_cast<double>(bytes));
        return gone;
    }

    std::optional<Error> decode(const MediaPtr& media, const Sound& sound, const std::string& track,
                                std::uint64_t number, Block& block) {
        block.buffer = pool->take(block.bytes);
        if (block.buffer.bytes == nullptr)
            return Error{CONSORT_E_NO_MEMORY, "There is no memory for decoded sound."};
        std::unique_ptr<PcmReader> reader = take_reader(track, number);
        if (reader == nullptr) {
            opened.add();
            auto made = decoders.open(media, sound);
            if (!made) return made.error();
            reader = std::move(*made);
        }
        auto got = reader->read(number * kBlockFrames, block.frames, block.buffer.bytes);
        if (!got) return got.error();
        block.frames = *got;
        give_reader({track, number + 1, std::move(reader), Clock::now()});
        return std::nullopt;
    }

    // One that reads on from there, else any of the track; null: none.
    std::unique_ptr<PcmReader> take_reader(const std::string& track, std::uint64_t next) {
        const std::lock_guard lock(mutex);
        auto best = idle.end();
        for (auto it = idle.begin(); it != idle.end(); ++it)
            if (it->track == track && (best == idle.end() || it->next == next)) best = it;
        if (best == idle.end()) return nullptr;
        std::unique_ptr<PcmReader> reader = std::move(best->reader);
        idle.erase(best);
        return reader;
    }

    void give_reader(IdleReader reader) {
        std::vector<IdleReader> gone;
        const std::lock_guard lock(mutex);
        const auto now = reader.since;
        idle.push_back(std::move(reader));
        while (idle.size() > kMaxIdleReaders || idle.front().since + kKeepReader < now) {
            gone.push_back(std::move(idle.front()));
            idle.erase(idle.begin());
        }
    }
};

PcmCache::PcmCache(std::uint64_t max_bytes, const Decoders& decoders, observe::Metrics& metrics)
    : impl_(std::make_unique<Impl>(max_bytes, decoders, metrics)) {}
PcmCache::~PcmCache() = default;

Result<std::uint64_t> PcmCache::read(const MediaPtr& media, const Sound& sound,
                                     std::uint64_t position, std::uint64_t frames, void* buffer) {
    const std::string track = std::string(media->index().identity()) + '/' +
                              std::to_string(sound.track) + '/' + std::to_string(sound.decoder);
    const std::size_t frame = sound.frame_bytes();
    auto* to = static_cast<std::byte*>(buffer);
    std::uint64_t done = 0;
    if (position >= sound.pcm.frames) return done;
    frames = std::min(frames, sound.pcm.frames - position);
    while (done < frames) {
        const std::uint64_t at = position + done, number = at / kBlockFrames;
        const Impl::BlockPtr block = impl_->get(media, sound, track, number);
        if (block->failed) return *block->failed;
        const std::uint64_t first = at % kBlockFrames;
        if (first >= block->frames) break;
        const std::uint64_t count = std::min(frames - done, block->frames - first);
        std::memcpy(to + done * frame,
                    static_cast<const std::byte*>(block->buffer.bytes) + first * frame,
                    count * frame);
        done += count;
    }
    return done;
}

}  // namespace consort::media
