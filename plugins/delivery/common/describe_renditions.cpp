#include "plugins/delivery/common/describe_renditions.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace consort::delivery {
namespace {

constexpr std::chrono::seconds kPatience{5};

struct Coding {
    std::string name;
    CodecSupport support;
    std::uint32_t bit_rate = 0;
    bool video = false;
};

std::string why_not(const Coding& coding, const ManifestDelivery& delivery) {
    if (coding.support.packaging == Packaging::kNone) return coding.support.reason;
    return delivery.refuse ? delivery.refuse(coding.support) : std::string();
}

std::vector<Coding> originals_of(const MediaView& media) {
    std::vector<Coding> out;
    const auto plans = plan_originals(media);
    if (!plans) return out;
    for (const OriginalPlan& plan : *plans) {
        const Track& track = plan.track.track;
        out.push_back({plan.name, plan.track.support, track.average_bit_rate,
                       track.kind == CONSORT_TRACK_VIDEO});
    }
    return out;
}

void add_codec(std::string& to, const std::string& codecs) {
    if (codecs.empty() || to.find(codecs) != std::string::npos) return;
    to += (to.empty() ? "" : ",") + codecs;
}

Offer blank(const ManifestDelivery& delivery, std::string rendition, OfferKind kind) {
    Offer offer;
    offer.delivery = delivery.delivery;
    offer.container = delivery.delivery;
    offer.rendition = std::move(rendition);
    offer.kind = kind;
    return offer;
}

// The sound that goes with the ladder's pictures.
void add_sound(Offer& offer, const std::vector<Coding>& codings, const ManifestDelivery& delivery) {
    for (const Coding& coding : codings) {
        if (coding.video || !why_not(coding, delivery).empty()) continue;
        add_codec(offer.codecs, coding.support.codecs);
        offer.bit_rate += coding.bit_rate;
        return;
    }
}

void put_original(const std::vector<Coding>& originals, const ManifestDelivery& delivery,
                  const OfferSink& sink) {
    Offer offer = blank(delivery, "original", OfferKind::remux);
    if (originals.empty()) {
        offer.reason = "This file holds neither audio nor video.";
    } else {
        offer.reason = why_not(originals.front(), delivery);
    }
    offer.playable = offer.reason.empty();
    if (offer.playable) {
        offer.path = delivery.manifest;
        offer.content_type = delivery.content_type;
        bool sound = false;
        for (const Coding& coding : originals) {
            const std::string reason = why_not(coding, delivery);
            if (!reason.empty()) {
                offer.reason += (offer.reason.empty() ? "" : " ") + reason;
                continue;
            }
            add_codec(offer.codecs, coding.support.codecs);
            // A player takes one of several sound tracks.
            if (coding.video || !sound) offer.bit_rate += coding.bit_rate;
            sound = sound || !coding.video;
        }
    }
    sink.put(offer);
}

// The codec with the most rungs is what adapts.
void put_ladder(const std::vector<Coding>& rungs, const std::vector<Coding>& sound, bool video,
                const ManifestDelivery& delivery, const OfferSink& sink) {
    std::map<std::string, std::vector<const Coding*>> by_family;
    const std::vector<const Coding*>* most = nullptr;
    for (const Coding& rung : rungs) {
        if (rung.video != video || !why_not(rung, delivery).empty()) continue;
        auto& family = by_family[rung.support.codecs.substr(0, rung.support.codecs.find('.'))];
        family.push_back(&rung);
        if (!most || family.size() > most->size()) most = &family;
    }
    if (!most) return;
    Offer offer = blank(delivery, "ladder", OfferKind::transcode);
    offer.path = delivery.manifest;
    offer.content_type = delivery.content_type;
    offer.adaptive = most->size() > 1;
    offer.codecs = most->front()->support.codecs;
    for (const Coding* rung : *most) offer.bit_rate = std::max(offer.bit_rate, rung->bit_rate);
    if (video) add_sound(offer, sound, delivery);
    sink.put(offer);
}

}  // namespace

std::vector<Encoded> encoded_now(const EncodedRenditions& service, const MediaView& media) {
    struct Answer {
        std::mutex mutex;
        std::condition_variable there;
        std::optional<std::vector<Encoded>> list;
    };
    const auto answer = std::make_shared<Answer>();
    service.list(media, [answer](Result<RenditionList> list) {
        const std::lock_guard lock(answer->mutex);
        answer->list.emplace();
        if (list) answer->list->assign(list->begin(), list->end());
        answer->there.notify_all();
    });
    std::unique_lock lock(answer->mutex);
    answer->there.wait_for(lock, kPatience, [&] { return answer->list.has_value(); });
    return answer->list ? std::move(*answer->list) : std::vector<Encoded>();
}

void describe_renditions(const MediaView& media, const std::vector<Encoded>& encoded,
                         const ManifestDelivery& delivery, const OfferSink& sink) {
    const std::vector<Coding> originals = originals_of(media);
    put_original(originals, delivery, sink);
    const bool video = !originals.empty() && originals.front().video;
    std::vector<Coding> rungs, listed;
    const std::vector<bool> named = listed_renditions(media, encoded);
    for (std::size_t i = 0; i < encoded.size(); ++i) {
        const Encoded& one = encoded[i];
        auto track = one.track();
        if (!track) continue;
        const RenditionInfo info = one.info();
        if (track->sample_count == 0) track->sample_count = info.segment_count;
        rungs.push_back({std::string(view(info.name)), codec_support(*track), info.average_bit_rate,
                         track->kind == CONSORT_TRACK_VIDEO});
        if (named[i]) listed.push_back(rungs.back());
    }
    std::vector<Coding> sound = listed;
    sound.insert(sound.end(), originals.begin(), originals.end());
    put_ladder(listed, sound, video, delivery, sink);
    if (!delivery.alone || video) return;
    for (const Coding& rung : rungs) {
        if (rung.video) continue;
        Offer offer = blank(delivery, rung.name, OfferKind::transcode);
        offer.reason = why_not(rung, delivery);
        offer.playable = offer.reason.empty();
        if (offer.playable) {
            offer.path = delivery.alone(media, rung.name);
            offer.content_type = delivery.content_type;
            offer.codecs = rung.support.codecs;
            offer.bit_rate = rung.bit_rate;
        }
        sink.put(offer);
    }
}

}  // namespace consort::delivery
