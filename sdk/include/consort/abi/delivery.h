/* consort.delivery/1: a way to bring media to players (HLS, DASH, progressive …).
 *
 * The host matches the route, finds the catalog item named by the route's parameter `id`, asks
 * whether the client may have it, opens the media, and only then calls the plugin.
 */
#ifndef CONSORT_ABI_DELIVERY_H
#define CONSORT_ABI_DELIVERY_H

#include "base.h"
#include "exchange.h"
#include "media.h"

CONSORT_BEGIN_C

#define CONSORT_DELIVERY "consort.delivery/1"

#define CONSORT_OFFER_UNKNOWN 0u
#define CONSORT_OFFER_DIRECT 1u    /* the source's bytes as they are                             */
#define CONSORT_OFFER_REMUX 2u     /* the source's coded samples in another container            */
#define CONSORT_OFFER_TRANSCODE 3u /* coded anew                                                 */

/* table. One way in which a media object can be had, as a plugin tells it. */
typedef struct consort_offer {
    uint32_t struct_size;
    uint32_t playable;        /* 1, or 0 with a `reason`                                         */
    consort_str delivery;     /* "hls"                                                           */
    consort_str rendition;    /* "original"                                                      */
    consort_str path;         /* absolute path to start from; empty if not playable              */
    consort_str content_type; /* of what `path` answers                                          */
    consort_str codecs;       /* RFC 6381, comma-separated                                       */
    consort_str reason;       /* why it is not playable: a sentence for people                   */
    uint32_t kind;            /* CONSORT_OFFER_DIRECT … TRANSCODE                                */
    uint32_t bit_rate;        /* bits a second it may take: on average, of the best that `path`
                                 leads to; 0: as the source                                      */
    consort_str container;    /* what a client must understand, a short lower-case name: "mp4" "hls"
                                 "dash"; empty: as `content_type` says                           */
    uint32_t adaptive;        /* 1: `path` lists several bit rates, and a player that needs less
                                 than `bit_rate` finds it there; `codecs` are those of all       */
    uint32_t reserved;
} consort_offer;

/* value. Takes what a delivery tells of a media object. Strings are copied. */
typedef struct consort_offer_sink {
    void *self;
    void (*put)(void *self, const consort_offer *) CONSORT_NOEXCEPT;
} consort_offer_sink;

/* table. */
typedef struct consort_delivery {
    uint32_t struct_size, reserved;
    const consort_route *routes; /* each pattern has the parameter {id}; read once, at `offer`   */
    size_t route_count;
    /* `media` is borrowed for the call; slices made from it hold their own references. [io] */
    void (*handle)(void *self, uint32_t route, consort_exchange *,
                   consort_media *media) CONSORT_NOEXCEPT;
    void (*canceled)(void *self, consort_exchange *) CONSORT_NOEXCEPT; /* optional [io] */
    /* Tells every way in which it can bring this media, and what it can't bring, with the reason.
     * [worker] */
    void (*describe)(void *self, consort_media *media, consort_offer_sink sink) CONSORT_NOEXCEPT;
} consort_delivery;

CONSORT_END_C

#endif
