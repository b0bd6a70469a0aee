// What was measured, kept in a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "consort/result.hpp"

#include "plugins/radio/sound/voice.hpp"

namespace consort::radio {

// By content identity. Holds a bounded number of sources: those not asked for longest go first. A
// file that is damaged is read as far as it makes sense. Not thread-safe.
class LoudnessBook {
  public:
    struct Line {
        Measured measured;
        bool silent = false;  // it has no loudness: nothing to level
        double seconds = 0;
        std::uint64_t album = 0;  // album_key; 0: none
    };
    static std::uint64_t album_key(std::string_view album) noexcept;

    // An empty path: nothing is kept.
    explicit LoudnessBook(std::string path, std::size_t most = 20'000);

    const Line* find(const std::string& identity);
    // Identities that could not be read back are left out.
    void put(const std::string& identity, const Line& line);
    // The album's loudness over the sources known of it, if there are two at least.
    std::optional<Measured> album(std::uint64_t key) const;
    std::size_t size() const noexcept { return lines_.size(); }
    // What the file should hold now; nothing if that has not changed since it was asked for.
    std::optional<std::string> changes();

  private:
    struct Kept : Line {
        std::uint64_t used = 0;
    };
    void load();
    void shrink();

    std::string path_;
    std::size_t most_;
    std::map<std::string, Kept, std::less<>> lines_;
    std::uint64_t uses_ = 0;
    bool changed_ = false;
};

// Replaces the file as a whole: whoever reads it finds the old text or the new one.
Result<void> replace_file(const std::string& path, std::string_view text);

}  // namespace consort::radio
