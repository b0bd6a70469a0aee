#include "plugins/delivery/hls/ladder.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "plugins/delivery/common/mpegts/ts_format.hpp"

namespace consort::delivery {
namespace {

// What the first variant may have, so that it suits nearly any line.
constexpr double kFirstSound = 128'000;
constexpr std::uint64_t kFirstLines = 480;
// The source itself needs no encoder and so no waiting, which is worth some more bits.
constexpr std::uint64_t kOriginalSound = 330'000;
constexpr std::uint64_t kOriginalPicture = 3'000'000;

std::uint64_t average_rate(const CmafRendition& rendition) noexcept {
    return rendition.encoded ? rendition.encoded->info().average_bit_rate
                             : rendition.track.track.average_bit_rate;
}

bool is_aac(const CmafRendition& rendition) noexcept {
    return view(rendition.track.track.codec) == "aac";
}

// "aac-128" of "aac-128.2"; the source's own tracks are one family.
std::string family_of(const CmafRendition& rendition) {
    if (!rendition.encoded) return "original";
    return rendition.name.substr(0, rendition.name.find('.'));
}

// Whether playback may begin with the source's own samples: any player takes them.
bool begins_well(const CmafRendition& rendition) {
    if (rendition.encoded) return false;
    const std::uint64_t rate = average_rate(rendition);
    if (rendition.video())
        return view(rendition.track.track.codec) == "h264" && rate <= kOriginalPicture;
    return is_aac(rendition) && rate <= kOriginalSound;
}

// How far from where music should begin.
double distance(const CmafRendition& rendition) {
    const auto rate = static_cast<double>(std::max<std::uint64_t>(average_rate(rendition), 1));
    return std::abs(std::log(rate / kFirstSound));
}

}  // namespace

bool carries(Container container, const CmafRendition& rendition) {
    return container == Container::kFragmented || ts_format(rendition.track.track).ok();
}

bool is_lossless(const CmafRendition& rendition) noexcept {
    const std::string_view codec = view(rendition.track.track.codec);
    return codec == "flac" || codec == "alac";
}

std::uint64_t lines_of(const Track& track) noexcept {
    const bool turned = track.rotation == 90 || track.rotation == 270;
    return turned ? track.width : track.height;
}

double score_of(const Variant& variant, std::uint64_t average_bit_rate) noexcept {
    const auto megabits = static_cast<double>(average_bit_rate) / 1e6;
    // Whatever is encoded from the original is no better, of however many bits.
    const bool original = !variant.main->encoded;
    if (variant.main->video()) {
        return static_cast<double>(lines_of(variant.main->track.track)) + (original ? 0.5 : 0) +
               megabits / 1000;
    }
    return (is_lossless(*variant.main) ? 100 : 0) + (original ? 50 : 0) + 10 * megabits;
}

Ladder::Ladder(const RenditionSet& renditions, Container container) {
    std::vector<const CmafRendition*> pictures, sounds;
    const CmafRendition& main = renditions.main();
    const std::string_view source =
        main.encoded ? std::string_view() : view(main.track.track.codec);
    for (const CmafRendition& one : renditions.all()) {
        if (!one.listed || !carries(container, one)) continue;
        // A lossless copy of what is lossless in the same codec already.
        if (one.encoded && is_lossless(one) && view(one.track.track.codec) == source) {
            continue;
        }
        (one.video() ? pictures : sounds).push_back(&one);
    }
    if (pictures.empty()) {
        add_music(std::move(sounds));
    } else {
        add_film(std::move(pictures), sounds);
    }
}

void Ladder::add_music(std::vector<const CmafRendition*> all) {
    const auto rank = [](const CmafRendition* one) {
        return std::tuple(!is_aac(*one), is_lossless(*one), is_packed(*one), average_rate(*one));
    };
    std::stable_sort(all.begin(), all.end(), [&](const CmafRendition* a, const CmafRendition* b) {
        return rank(a) < rank(b);
    });
    const auto end = std::find_if_not(all.begin(), all.end(),
                                      [](const CmafRendition* one) { return is_aac(*one); });
    const auto first =
        std::min_element(all.begin(), end, [](const CmafRendition* a, const CmafRendition* b) {
            return std::pair(!begins_well(*a), distance(*a)) <
                   std::pair(!begins_well(*b), distance(*b));
        });
    if (first != end) std::rotate(all.begin(), first, first + 1);
    for (const CmafRendition* one : all) variants_.push_back({one, nullptr});
}

void Ladder::group_sounds(const std::vector<const CmafRendition*>& sounds) {
    for (const CmafRendition* one : sounds) {
        const std::string id = family_of(*one);
        auto group = std::find_if(groups_.begin(), groups_.end(),
                                  [&](const SoundGroup& known) { return known.id == id; });
        if (group == groups_.end()) group = groups_.insert(group, {id, {}, 0});
        // The container's default sound leads.
        const bool leads =
            (one->track.track.flags & CONSORT_TRACK_DEFAULT) != 0 &&
            std::none_of(group->members.begin(), group->members.end(), [](const CmafRendition* m) {
                return (m->track.track.flags & CONSORT_TRACK_DEFAULT) != 0;
            });
        group->members.insert(leads ? group->members.begin() : group->members.end(), one);
    }
    for (SoundGroup& group : groups_) group.rate = average_rate(*group.members.front());
}

const SoundGroup* Ladder::sound_for(std::uint64_t lines) const {
    const std::uint64_t budget = lines <= 360 ? 64'000 : lines <= 720 ? 128'000 : 320'000;
    const SoundGroup* best = nullptr;
    const auto better = [&](const SoundGroup& a, const SoundGroup& b) {
        const bool a_fits = a.rate <= budget + budget / 5, b_fits = b.rate <= budget + budget / 5;
        if (a_fits != b_fits) return a_fits;
        return a_fits ? a.rate > b.rate : a.rate < b.rate;
    };
    for (const SoundGroup& group : groups_) {
        if (is_aac(*group.members.front()) && (!best || better(group, *best))) best = &group;
    }
    return best || groups_.empty() ? best : &groups_.front();
}

void Ladder::add_film(std::vector<const CmafRendition*> pictures,
                      const std::vector<const CmafRendition*>& sounds) {
    group_sounds(sounds);
    const auto rank = [](const CmafRendition* one) {
        return std::pair(lines_of(one->track.track), average_rate(*one));
    };
    std::stable_sort(
        pictures.begin(), pictures.end(),
        [&](const CmafRendition* a, const CmafRendition* b) { return rank(a) < rank(b); });
    auto first = pictures.begin();
    for (auto one = pictures.begin(); one != pictures.end(); ++one) {
        if (lines_of((*one)->track.track) <= kFirstLines) first = one;
    }
    const auto own_picture = std::find_if(pictures.begin(), pictures.end(),
                                          [](const auto* one) { return begins_well(*one); });
    if (own_picture != pictures.end()) first = own_picture;
    std::rotate(pictures.begin(), first, first + 1);
    const auto own = std::find_if(groups_.begin(), groups_.end(),
                                  [](const SoundGroup& group) { return group.id == "original"; });
    const bool own_aac = own != groups_.end() && is_aac(*own->members.front());
    for (const CmafRendition* one : pictures) {
        const bool untouched = !one->encoded && own_aac;
        variants_.push_back({one, untouched ? &*own : sound_for(lines_of(one->track.track))});
    }
    const CmafRendition* largest = *std::max_element(
        pictures.begin(), pictures.end(),
        [&](const CmafRendition* a, const CmafRendition* b) { return rank(a) < rank(b); });
    for (const CmafRendition* one : pictures) largest = one->encoded ? largest : one;
    const SoundGroup* const suits = sound_for(lines_of(largest->track.track));
    if (own != groups_.end() && !own_aac && suits != &*own) variants_.push_back({largest, &*own});
}

std::vector<const SoundGroup*> Ladder::groups() const {
    std::vector<const SoundGroup*> used;
    for (const SoundGroup& group : groups_) {
        const bool named = std::any_of(variants_.begin(), variants_.end(),
                                       [&](const Variant& v) { return v.sound == &group; });
        if (named) used.push_back(&group);
    }
    return used;
}

}  // namespace consort::delivery
