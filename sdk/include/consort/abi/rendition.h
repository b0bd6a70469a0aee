/* consort.host.renditions/1: renditions of a media object that are encoded on demand.
 *
 * A rendition is one track of the source, coded as the configuration says ("aac-128"). The host
 * cuts it into segments and makes each when somebody asks, once for all who ask, bounded by the cores
 * of the machine, and keeps them in memory and on disk under names that say content and settings. A
 * segment is coded samples, not yet in a container, so that HLS, DASH and the rest share one encoding.
 */
#ifndef CONSORT_ABI_RENDITION_H
#define CONSORT_ABI_RENDITION_H

#include "base.h"
#include "media.h"
#include "slice.h"

CONSORT_BEGIN_C

#define CONSORT_SERVICE_RENDITIONS "consort.host.renditions/1"

typedef struct consort_rendition consort_rendition; /* lives as long as its media                */
typedef struct consort_coded consort_coded;         /* samples of a segment; reference counted */
typedef struct consort_ticket consort_ticket;       /* somebody who waits for a segment          */

#define CONSORT_RENDITION_LISTED 1u   /* makes sense for this source: manifests name it. The others
                                         are made for whoever asks by name                       */
#define CONSORT_RENDITION_MEASURED 2u /* the bit rates come from all of its segments             */
#define CONSORT_RENDITION_ABOVE 4u    /* would be listed, but has more bits than its lossy source:
                                         worth it only where the source's own samples can't be had,
                                         as the next step above them                             */

/* table. */
typedef struct consort_rendition_info {
    uint32_t struct_size;
    uint32_t flags;           /* CONSORT_RENDITION_*                                             */
    uint32_t source_track;    /* of the media                                                    */
    uint32_t sample_duration; /* audio: of every sample; 0: they differ                          */
    uint32_t segment_count, reserved;
    consort_str name;         /* in URLs: "aac-128", or "aac-128.2" of the media's track 2 where
                                 that is not the default of its kind                             */
    consort_str revision;     /* names the settings: part of keys and tags. Equal identity of the
                                 media, revision and segment number: equal bytes, on every node  */
    uint32_t peak_bit_rate, average_bit_rate; /* bits a second of the samples; measured from what
                                                 was made so far, else estimated                 */
} consort_rendition_info;

/* value. From `start` to before `end`, in the rendition track's timescale and media time. */
typedef struct consort_media_range {
    int64_t start, end;
} consort_media_range;

typedef void (*consort_renditions_ready)(void *arg, consort_status,
                                         consort_rendition *const *renditions,
                                         size_t count) CONSORT_NOEXCEPT;
typedef void (*consort_coded_ready)(void *arg, consort_status, consort_coded *) CONSORT_NOEXCEPT;

/* table. */
typedef struct consort_renditions_api {
    uint32_t struct_size, reserved;
    /* The renditions that the media can be had in, in the order of the configuration. `ready` runs
     * exactly once, within the call if they are known or the caller is a worker, else on a worker;
     * the array is borrowed for the call. [any] */
    void (*list)(consort_host *, consort_media *, consort_renditions_ready ready,
                 void *arg) CONSORT_NOEXCEPT;
    consort_status (*info)(const consort_rendition *, consort_rendition_info *out) CONSORT_NOEXCEPT; /* [any] */
    /* The coded track, as if it had been indexed; sample_count is 0 where it is not known. [any] */
    consort_status (*track)(const consort_rendition *, consort_track *out) CONSORT_NOEXCEPT;

    /* What lies in segment `number`: whole samples, each beginning with one that stands alone; the
     * segments join without gap and cover the track. Boundaries are those nearest to multiples of
     * the configured segment length, for all audio renditions of a media; those of video lie on the
     * source's own sync samples where these are frequent enough. A rendition that cannot be cut has
     * one segment. INVALID: no such segment. [any] */
    consort_status (*segment)(const consort_rendition *, uint32_t number,
                              consort_media_range *out) CONSORT_NOEXCEPT;
    /* The configured length of segments in seconds, for packagers of the source's own samples too.
     * [any] */
    uint32_t (*segment_seconds)(consort_host *) CONSORT_NOEXCEPT;

    /* Gets the samples of segment `number`. `ready` runs exactly once: within the call if they are
     * in memory, else on a worker; the samples are borrowed for the call: take a reference to keep
     * them. The segments after it are made ahead, as many as the configuration says, when nobody
     * waits for anything else. *ticket, if `ticket` is not NULL, is for `cancel`, and must be given to
     * `cancel` or `leave`, once. BUSY (`ready` does not run, there is no ticket): the queue is
     * full. [any] */
    consort_status (*fetch)(consort_host *, consort_media *, consort_rendition *, uint32_t number,
                            consort_coded_ready ready, void *arg,
                            consort_ticket **ticket) CONSORT_NOEXCEPT;
    /* The client left: `ready` runs with CANCELED, unless it has run; a segment for which
     * nobody waits any more is not made. [any] */
    void (*cancel)(consort_ticket *) CONSORT_NOEXCEPT;
    void (*leave)(consort_ticket *) CONSORT_NOEXCEPT; /* the ticket is needed no more. [any]      */

    void (*ref)(consort_coded *) CONSORT_NOEXCEPT;   /* [any] */
    void (*unref)(consort_coded *) CONSORT_NOEXCEPT; /* [any] */
    /* In decode order; offsets count from the start of `payload`. Live as long as the reference. [any] */
    const consort_sample *(*samples)(const consort_coded *, size_t *count)CONSORT_NOEXCEPT;
    /* The bytes of all samples, without gaps, in order. Lives as long as the reference. [any] */
    const void *(*payload)(const consort_coded *, uint64_t *size)CONSORT_NOEXCEPT;
    /* A MEMORY slice over the payload, which holds a reference. [any] */
    consort_status (*slice)(consort_coded *, uint64_t offset, uint64_t length,
                            consort_slice *out) CONSORT_NOEXCEPT;
    /* What `segment` tells, of all at once: the media times at which the segments begin, and the end
     * of the last, so *count is the number of segments plus one. Lives as long as the media. [any] */
    const int64_t *(*boundaries)(const consort_rendition *, size_t *count)CONSORT_NOEXCEPT;
} consort_renditions_api;

CONSORT_END_C

#endif
