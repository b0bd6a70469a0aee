#include "plugins/radio/sound/loudness_book.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <locale>
#include <sstream>
#include <vector>

namespace consort::radio {
namespace {

constexpr const char* kFirstLine = "consort-loudness 1";
constexpr std::size_t kLongestIdentity = 128;

bool is_identity(std::string_view text) noexcept {
    return !text.empty() && text.size() <= kLongestIdentity &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

bool is_sane(const LoudnessBook::Line& line) noexcept {
    const double peak = line.measured.peak.value_or(0);
    return std::isfinite(line.measured.lufs) && std::abs(line.measured.lufs) <= 200 &&
           std::isfinite(peak) && peak >= 0 && peak <= 1e6 && std::isfinite(line.seconds) &&
           line.seconds >= 0;
}

}  // namespace

std::uint64_t LoudnessBook::album_key(std::string_view album) noexcept {
    if (album.empty()) return 0;
    std::uint64_t hash = 14'695'981'039'346'656'037ull;  // FNV-1a
    for (const char c : album) hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211ull;
    return hash != 0 ? hash : 1;
}

LoudnessBook::LoudnessBook(std::string path, std::size_t most)
    : path_(std::move(path)), most_(most) {
    if (!path_.empty()) load();
}

void LoudnessBook::load() {
    std::ifstream file(path_);
    std::string text;
    if (!std::getline(file, text) || text != kFirstLine) return;
    while (lines_.size() < most_ && std::getline(file, text)) {
        std::istringstream fields(text);
        fields.imbue(std::locale::classic());
        std::string identity;
        Kept line;
        double peak = 0;
        int silent = 0;
        if (!(fields >> identity >> line.measured.lufs >> peak >> line.seconds >> std::hex >>
              line.album >> silent))
            continue;
        line.measured.peak = peak;
        line.silent = silent != 0;
        if (!is_identity(identity) || !is_sane(line)) continue;
        line.used = ++uses_;
        lines_.insert_or_assign(identity, line);
    }
}

const LoudnessBook::Line* LoudnessBook::find(const std::string& identity) {
    const auto found = lines_.find(identity);
    if (found == lines_.end()) return nullptr;
    found->second.used = ++uses_;
    return &found->second;
}

void LoudnessBook::put(const std::string& identity, const Line& line) {
    if (!is_identity(identity) || !is_sane(line)) return;
    Kept kept;
    static_cast<Line&>(kept) = line;
    kept.used = ++uses_;
    lines_.insert_or_assign(identity, kept);
    changed_ = true;
    if (lines_.size() > most_) shrink();
}

void LoudnessBook::shrink() {
    std::vector<std::uint64_t> uses;
    uses.reserve(lines_.size());
    for (const auto& [identity, line] : lines_) uses.push_back(line.used);
    // Some more than one, so that it is seldom done.
    const std::size_t drop = lines_.size() - most_ + most_ / 10;
    const auto oldest = uses.begin() + static_cast<std::ptrdiff_t>(std::min(drop, uses.size() - 1));
    std::nth_element(uses.begin(), oldest, uses.end());
    std::erase_if(lines_, [limit = *oldest](const auto& each) { return each.second.used < limit; });
}

std::optional<Measured> LoudnessBook::album(std::uint64_t key) const {
    if (key == 0) return std::nullopt;
    double energy = 0, seconds = 0, peak = 0;
    std::size_t count = 0;
    for (const auto& [identity, line] : lines_) {
        if (line.album != key || line.silent) continue;
        ++count;
        const double weight = std::max(line.seconds, 1.0);
        energy += weight * std::pow(10, line.measured.lufs / 10);
        seconds += weight;
        peak = std::max(peak, line.measured.peak.value_or(1));
    }
    if (count < 2) return std::nullopt;
    return Measured{10 * std::log10(energy / seconds), peak};
}

std::optional<std::string> LoudnessBook::changes() {
    if (path_.empty() || !changed_) return std::nullopt;
    changed_ = false;
    std::vector<std::pair<std::uint64_t, const std::string*>> order;
    order.reserve(lines_.size());
    for (const auto& [identity, line] : lines_) order.emplace_back(line.used, &identity);
    std::sort(order.begin(), order.end());
    std::ostringstream out;
    out.imbue(std::locale::classic());
    for (const auto& [used, identity] : order) {
        const Kept& line = lines_.find(*identity)->second;
        out << *identity << ' ' << line.measured.lufs << ' ' << line.measured.peak.value_or(1)
            << ' ' << line.seconds << ' ' << std::hex << line.album << std::dec << ' '
            << line.silent << '\n';
    }
    return std::string(kFirstLine) + '\n' + out.str();
}

Result<void> replace_file(const std::string& path, std::string_view text) {
    const std::string temporary = path + ".new";
    const auto failed = [&] {
        const std::string why = std::strerror(errno);
        ::unlink(temporary.c_str());
        return Error{CONSORT_E_IO, "cannot write " + path + ": " + why};
    };
    const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) return failed();
    std::size_t written = 0;
    while (written < text.size()) {
        const ssize_t got = ::write(file, text.data() + written, text.size() - written);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        written += static_cast<std::size_t>(got);
    }
    const bool whole = written == text.size() && ::fsync(file) == 0;
    if ((::close(file) != 0) || !whole) return failed();
    if (::rename(temporary.c_str(), path.c_str()) != 0) return failed();
    return {};
}

}  // namespace consort::radio
