#include "core/media/media.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstring>

using consort::Error;
using consort::Result;

namespace {

// A range of a source without a descriptor, pulled piece by piece. Reading may block the transport
// for one piece; storages on a network therefore do well to cache.
struct SourceStream {
    consort::media::MediaPtr media;
    std::uint64_t offset, left;

    static constexpr std::uint64_t kPiece = 256 << 10;

    static consort_status next(void* owner, std::uint64_t max, consort_slice* out) noexcept {
        auto& self = *static_cast<SourceStream*>(owner);
        const std::uint64_t size = std::min({max, self.left, kPiece});
        if (size == 0) return CONSORT_END;
        auto buffer = std::unique_ptr<char[]>(new (std::nothrow) char[size]);
        if (buffer == nullptr) return CONSORT_E_NO_MEMORY;
        if (auto done = self.media->read(self.offset, size, buffer.get()); !done)
            return done.error().status;
        self.offset += size;
        self.left -= size;
        *out = {};
        out->kind = CONSORT_SLICE_MEMORY;
        out->data = buffer.get();
        out->length = size;
        out->owner = buffer.release();
        out->release = [](void* bytes) noexcept { delete[] static_cast<char*>(bytes); };
        return CONSORT_OK;
    }
};

void release_media(void* owner) noexcept { static_cast<consort_media*>(owner)->unref(); }

bool outside(std::uint64_t offset, std::uint64_t size, std::uint64_t total) {
    return offset > total || size > total - offset;
}

// Whether an open file is not what it was when it was opened; false if its storage's descriptor is
// of some other file, or if it has none.
bool changed(const consort::media::Source& source) {
    const int fd = source.descriptor();
    struct stat now {};
    if (fd < 0 || ::fstat(fd, &now) != 0) return false;
    const std::int64_t modified =
        std::int64_t{now.st_mtim.tv_sec} * 1'000'000'000 + now.st_mtim.tv_nsec;
    const consort_stat& before = source.stat();
    if (now.st_ino != before.file_id) return false;
    return static_cast<std::uint64_t>(now.st_size) != before.size || modified != before.modified_ns;
}

}  // namespace

consort_media::consort_media(std::string item_id, consort::media::ItemSource item,
                             std::shared_ptr<consort::media::Source> source,
                             std::shared_ptr<const consort::media::IndexFile> index)
    : item_id_(std::move(item_id)),
      item_(std::move(item)),
      source_(std::move(source)),
      index_(std::move(index)) {}

consort_media::~consort_media() {
    for (const Attachment& attachment : attachments_)
        if (attachment.drop != nullptr) attachment.drop(attachment.made);
}

consort_status consort_media::source_slice(std::uint64_t offset, std::uint64_t length,
                                           consort_slice& out) noexcept {
    if (outside(offset, length, stat().size)) return CONSORT_E_INVALID;
    out = {};
    out.fd = source_->descriptor();
    out.length = length;
    if (out.fd >= 0) {
        ref();
        out.kind = CONSORT_SLICE_FILE;
        out.offset = offset;
        out.owner = this;
        out.release = release_media;
        return CONSORT_OK;
    }
    auto* stream = new (std::nothrow) SourceStream{this, offset, length};
    if (stream == nullptr) return CONSORT_E_NO_MEMORY;
    out.kind = CONSORT_SLICE_STREAM;
    out.next = SourceStream::next;
    out.owner = stream;
    out.release = [](void* owner) noexcept { delete static_cast<SourceStream*>(owner); };
    return CONSORT_OK;
}

consort_status consort_media::inline_slice(std::uint64_t offset, std::uint64_t length,
                                           consort_slice& out) noexcept {
    const auto area = index_->inline_area();
    if (outside(offset, length, area.size())) return CONSORT_E_INVALID;
    ref();
    out = {};
    out.kind = CONSORT_SLICE_MEMORY;
    out.fd = -1;
    out.data = area.data() + offset;
    out.length = length;
    out.owner = this;
    out.release = release_media;
    return CONSORT_OK;
}

Result<void> consort_media::read(std::uint64_t offset, std::uint64_t size, void* buffer) noexcept {
    if (outside(offset, size, stat().size))
        return Error{CONSORT_E_INVALID, "The range is not within the source."};
    auto got = source_->read(offset, buffer, size);
    if (!got) return got.error();
    if (*got != size)
        return Error{CONSORT_E_CORRUPT,
                     "The file is shorter than when it was indexed; scan the library again."};
    // What is made of these bytes is kept in the name of those that were indexed.
    if (changed(*source_))
        return Error{CONSORT_E_IO,
                     "The file was changed since it was indexed; scan the library again."};
    return {};
}

consort_status consort_media::read_inline(std::uint64_t offset, std::uint64_t size,
                                          void* buffer) noexcept {
    const auto area = index_->inline_area();
    if (outside(offset, size, area.size())) return CONSORT_E_INVALID;
    if (size != 0) std::memcpy(buffer, area.data() + offset, size);
    return CONSORT_OK;
}

void* consort_media::attachment(const void* key, Make make, Drop drop, void* arg) {
    std::unique_lock lock(mutex_);
    const auto find = [&] {
        return std::find_if(attachments_.begin(), attachments_.end(),
                            [&](const Attachment& a) { return a.key == key; });
    };
    for (auto found = find(); found != attachments_.end(); found = find()) {
        if (found->made != nullptr) return found->made;
        made_.wait(lock);
    }
    attachments_.push_back({key, nullptr, nullptr});
    lock.unlock();
    void* made = make(arg, this);
    lock.lock();
    const auto mine = find();
    if (made == nullptr) {
        attachments_.erase(mine);
    } else {
        mine->made = made;
        mine->drop = drop;
    }
    made_.notify_all();
    return made;
}
