// Opens catalog items as media objects: source, index, attachments. The host side of
// consort.host.media/1.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "consort/abi/media.h"
#include "consort/result.hpp"

#include "core/base/executor.hpp"
#include "core/media/probe.hpp"
#include "core/media/storage.hpp"
#include "core/observe/metrics.hpp"

namespace consort::media {

// Where an item's bytes are, as the catalog knows it.
struct ItemSource {
    std::string uri;
    std::string file_name;
    std::string content_type;
    std::string container;
};

// Looks an item up; NOT_FOUND if there is none. Called on a worker.
using ItemResolver = std::function<Result<ItemSource>(std::string_view item_id)>;

// Keeps the most recently used media objects open (consort_media_open). Metrics:
// consort_index_builds_total, consort_index_build_seconds, consort_index_loads_total,
// consort_index_bytes.
class MediaService {
  public:
    struct Options {
        std::string index_directory;  // <data>/index
        unsigned open_media = 1'000;
    };
    MediaService(Options options, Storage& storage, const Containers& containers,
                 base::Executor& workers, observe::Metrics& metrics, ItemResolver resolve);
    ~MediaService();

    // Runs `ready` exactly once: at once if the media is open, else on a worker. The media is
    // borrowed for the call. One build serves all who wait for it.
    using Ready = std::function<void(consort_status, std::string_view error, consort_media*)>;
    void open(std::string_view item_id, Ready ready);

    // Opens a source that need not be in the catalog, with its index, which is built if it is new.
    // Not kept: it closes with the last reference. Blocks.
    Result<boost::intrusive_ptr<consort_media>> open_source(ItemSource source);

    // The item's source changed or went: the next open looks again.
    void forget(std::string_view item_id);

    // The first sound track of this content, if its index is stored already: none is built. Only
    // numbers of it are filled in. Blocks.
    std::optional<consort_track> indexed_sound(std::string_view identity) const;

    // The table offered to plugins, without `open`, which needs a plugin's consort_host.
    static const consort_media_api& api() noexcept;

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace consort::media
