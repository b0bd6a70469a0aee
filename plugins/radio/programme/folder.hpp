// A directory of audio files, followed as it changes.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "consort/host_link.hpp"

#include "plugins/radio/programme/listing.hpp"

namespace consort::radio {

// Lists on workers of the host's: at first, when the storage's watch tells of a change, and from
// time to time, because a watch may be missing, lose events, or not see what other machines do.
class Folder {
  public:
    // Gets every listing that differs from the one before, on a worker, one call at a time, with no
    // lock held. The first one comes even if the directory cannot be read.
    using Listed = std::function<void(std::shared_ptr<const Listing>)>;

    // Nothing happens before the first tick.
    Folder(const HostLink& link, std::string uri, Listed listed);
    // No call of `listed` runs or will run when it returns; waits for a scan in progress, which
    // ends early. Never from within `listed`.
    ~Folder();

    // To be called about once a second, on a worker; begins what is due and does not block.
    void tick();
    // Lists again with the next tick. Any thread.
    void reload();

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace consort::radio
