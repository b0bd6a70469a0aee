#include "core/stream/decide.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "core/stream/names.hpp"

namespace consort::stream {
namespace {

// The criteria, most important first; the smaller number is better.
enum Criterion : std::size_t {
    kExcess,
    kLeastExcess,
    kScript,
    kKind,
    kQuality,
    kAdaptivity,
    kBitRate,
    kContainer,
    kCriteria
};
using Rank = std::array<std::uint64_t, kCriteria>;

constexpr std::array<std::string_view, kCriteria> kWhyWorse{
    "it takes more than the client allows",
    "it takes still more than the one that was chosen",
    "it needs a player script in the page",
    "it is more work for the server and no better",
    "its quality fits the source less well",
    "it does not adapt to the line",
    "its bit rate is lower",
    "the client prefers the other container",
};

bool has(const std::vector<std::string>& names, std::string_view name) {
    return std::ranges::any_of(
        names, [&](const std::string& known) { return known == name || known == "*"; });
}

std::string upper(std::string_view name) {
    std::string out(name);
    for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return out;
}

std::string kilobits(std::uint64_t bits) { return std::to_string((bits + 500) / 1000) + " kb/s"; }

std::string container_of(const Offer& offer) {
    return offer.container.empty() ? container_name(offer.content_type) : offer.container;
}

std::vector<std::string> codecs_of(const Offer& offer, const Source& source) {
    return offer.codecs.empty() ? source.codecs : name_list(offer.codecs, codec_name);
}

// The first codec that is not among `decoded`; empty: all are.
std::string missing(const std::vector<std::string>& codecs,
                    const std::vector<std::string>& decoded) {
    for (const std::string& codec : codecs) {
        if (!has(decoded, codec)) return codec;
    }
    return {};
}

Verdict judge(const Offer& offer, const Source& source, const Client& client) {
    Verdict verdict;
    if (!offer.playable) {
        verdict.why = offer.reason.empty() ? "It is not to be had this way." : offer.reason;
        return verdict;
    }
    const std::string container = container_of(offer);
    const std::vector<std::string> codecs = codecs_of(offer, source);
    const bool by_itself = has(client.containers, container);
    const bool scripted = has(client.scripted_containers, container);
    if (!by_itself && !scripted) {
        verdict.why =
            "As far as is known, " + client.title + " does not play " + upper(container) + ".";
        return verdict;
    }
    std::string lacking = by_itself ? missing(codecs, client.codecs) : "script";
    if (!lacking.empty() && scripted) {
        verdict.needs_script = true;
        lacking = missing(codecs, client.scripted_codecs);
    }
    if (!lacking.empty()) {
        verdict.why = "As far as is known, " + client.title + " does not decode " + upper(lacking) +
                      (verdict.needs_script ? " in a player script." : ".");
        return verdict;
    }
    verdict.suits = true;
    verdict.bit_rate = offer.bit_rate != 0 ? offer.bit_rate : source.bit_rate;
    verdict.too_fast = client.max_bit_rate != 0 && verdict.bit_rate > client.max_bit_rate;
    return verdict;
}

Rank rank(const Offer& offer, const Verdict& verdict, const Source& source, const Client& client) {
    Rank out{};
    out[kExcess] = verdict.too_fast ? 1 : 0;
    out[kLeastExcess] = verdict.too_fast ? verdict.bit_rate : 0;
    out[kScript] = verdict.needs_script ? 1 : 0;
    out[kKind] = offer.kind == CONSORT_OFFER_UNKNOWN ? CONSORT_OFFER_REMUX : offer.kind;
    if (offer.kind == CONSORT_OFFER_TRANSCODE) {
        const std::vector<std::string> codecs = codecs_of(offer, source);
        const bool lossless = !codecs.empty() && std::ranges::all_of(codecs, is_lossless);
        out[kQuality] = lossless == source.lossless ? 0 : 1;
        out[kAdaptivity] = offer.adaptive && client.max_bit_rate == 0 ? 0 : 1;
        out[kBitRate] =
            std::numeric_limits<std::uint32_t>::max() -
            std::min<std::uint64_t>(verdict.bit_rate, std::numeric_limits<std::uint32_t>::max());
    }
    const std::string container = container_of(offer);
    const auto& order = verdict.needs_script ? client.scripted_containers : client.containers;
    out[kContainer] =
        static_cast<std::uint64_t>(std::ranges::find(order, container) - order.begin());
    return out;
}

std::string why_chosen(const Offer& offer, const Verdict& verdict, const Client& client) {
    std::string out;
    switch (offer.kind) {
        case CONSORT_OFFER_DIRECT:
            out = client.title + " plays the file as it is.";
            break;
        case CONSORT_OFFER_TRANSCODE:
            out = client.title + " plays it only when it is coded anew";
            out += client.max_bit_rate != 0 ? ", or within its bit rate." : ".";
            break;
        default:
            out = client.title + " plays the file's own sound and pictures in " +
                  upper(container_of(offer)) + ", without coding anew.";
    }
    if (verdict.needs_script) out += " It needs a player script (Media Source Extensions).";
    if (verdict.too_fast) {
        out += " Nothing takes less than the " + kilobits(client.max_bit_rate) +
               " that the client allows; this takes least, " + kilobits(verdict.bit_rate) + ".";
    }
    return out;
}

}  // namespace

std::string_view kind_name(std::uint32_t kind) noexcept {
    switch (kind) {
        case CONSORT_OFFER_DIRECT:
            return "direct";
        case CONSORT_OFFER_REMUX:
            return "remux";
        case CONSORT_OFFER_TRANSCODE:
            return "transcode";
        default:
            return "unknown";
    }
}

Decision decide(const Source& source, const Client& client, const std::vector<Offer>& offers) {
    Decision decision;
    std::vector<Rank> ranks(offers.size());
    for (std::size_t i = 0; i < offers.size(); ++i) {
        decision.verdicts.push_back(judge(offers[i], source, client));
        if (!decision.verdicts[i].suits) continue;
        ranks[i] = rank(offers[i], decision.verdicts[i], source, client);
        if (!decision.chosen || ranks[i] < ranks[*decision.chosen]) decision.chosen = i;
    }
    if (!decision.chosen) return decision;
    const std::size_t best = *decision.chosen;
    for (std::size_t i = 0; i < offers.size(); ++i) {
        Verdict& verdict = decision.verdicts[i];
        if (i == best) {
            verdict.why = why_chosen(offers[i], verdict, client);
        } else if (verdict.suits) {
            const auto [mine, theirs] = std::ranges::mismatch(ranks[i], ranks[best]);
            const auto at = static_cast<std::size_t>(mine - ranks[i].begin());
            const std::string_view why =
                at < kCriteria ? kWhyWorse[at] : "another like it came first";
            verdict.why = client.title + " plays it, but " + std::string(why) + ".";
            if (verdict.too_fast) {
                verdict.why += " It takes " + kilobits(verdict.bit_rate) + " of " +
                               kilobits(client.max_bit_rate) + ".";
            }
        }
    }
    return decision;
}

}  // namespace consort::stream
