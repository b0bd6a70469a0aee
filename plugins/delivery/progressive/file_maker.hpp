// Has the fragments of a growing file made one after the other while somebody wants it.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "consort/services/executor.hpp"
#include "consort/services/renditions.hpp"

#include "plugins/delivery/progressive/growing_file.hpp"

namespace consort::delivery {

// Kept with the media; `file` too. Any thread.
class FileMaker {
  public:
    FileMaker(const Executor& executor, const EncodedRenditions& service,
              const CmafRendition& rendition)
        : file(rendition), executor_(executor), service_(service) {}

    // Begins to make what is not known yet, or goes on with it for a minute from now: then nobody
    // asks any more.
    void want(const MediaView& media);

    GrowingFile file;

  private:
    // What to make now; none: stopped.
    std::optional<std::size_t> next();
    void step(Media media);
    void stop(const Error& error);

    Executor executor_;
    EncodedRenditions service_;
    std::atomic<std::int64_t> wanted_until_ = 0;  // steady clock, nanoseconds
    std::atomic<bool> running_ = false;
};

// The files of one media object, by rendition.
class FileMakers {
  public:
    FileMaker& of(const CmafRendition& rendition, const Executor& executor,
                  const EncodedRenditions& service);

  private:
    std::mutex mutex_;
    std::map<std::string, std::unique_ptr<FileMaker>, std::less<>> makers_;
};

}  // namespace consort::delivery
