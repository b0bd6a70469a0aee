// The renditions of a media object, found when somebody first asks, and kept with it.
#pragma once

#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "consort/result.hpp"

#include "core/base/executor.hpp"
#include "core/media/media.hpp"
#include "core/media/rendition.hpp"

namespace consort::media {

// Attached to a media object. Any thread.
class RenditionShelf {
  public:
    // Null: no memory.
    static RenditionShelf* of(consort_media* media);

    using Listed = std::function<void(const Error*, std::span<consort_rendition* const>)>;
    using Make = std::function<RenditionList(consort_media*)>;
    // Runs `ready` exactly once. The first caller has `make` run on a worker, which others await;
    // if that fails, the next caller tries again.
    void list(MediaPtr media, base::Executor& workers, const Make& make, Listed ready);

  private:
    struct Filling;
    void fill(consort_media* media, const Make& make);
    void fail(const Error& error);

    std::mutex mutex_;
    bool making_ = false, made_ = false;
    RenditionList list_;
    std::vector<consort_rendition*> raw_;
    std::vector<Listed> waiting_;
};

}  // namespace consort::media
