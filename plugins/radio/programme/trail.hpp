// The way back through what was played, and forward again.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace consort::radio {

struct TrailItem {
    std::string uri;
    std::string directory;  // URI of the one it was played from
    bool operator==(const TrailItem&) const = default;
};

// A bounded list of tracks with the one that plays among them: the last, unless somebody has
// stepped back. One thread at a time.
class Trail {
  public:
    static constexpr std::size_t kMost = 100;
    using Playable = std::function<bool(const TrailItem&)>;

    Trail() = default;
    // `at`: which of them plays; bounded by what is there.
    Trail(std::vector<TrailItem> items, std::size_t at);

    // The one that began last; null: none did.
    const TrailItem* current() const noexcept;
    // Steps back, once more with every call until a turn is taken: to the track before, passing
    // over what is not playable, or to the current one if there is none before. `from_here`:
    // something else plays just now, so that the first step leads to the current one.
    void step_back(const Playable& playable, bool from_here);
    void stay() noexcept { back_.reset(); }
    // Where steps back lead; null: there were none, or it is not playable any more.
    const TrailItem* behind(const Playable& playable) const;
    // What was played next when it was not the way back; null: the trail ends here.
    const TrailItem* ahead(const Playable& playable) const;

    // The turn of `behind()` or `ahead()` has come.
    void go(const TrailItem& to) noexcept;
    // The turn of another one has come, and what lies ahead is forgotten.
    void add(TrailItem item);

    const std::vector<TrailItem>& items() const noexcept { return items_; }
    std::size_t at() const noexcept { return at_; }

  private:
    std::vector<TrailItem> items_;
    std::size_t at_ = 0;
    std::optional<std::size_t> back_;
};

}  // namespace consort::radio
