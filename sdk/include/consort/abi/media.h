/* consort.host.media/1: an opened source and its media index.
 *
 * The host keeps the index of every opened source mapped in memory. A media object is immutable and
 * reference counted, so a segment is a look-up in it plus ranges of the source file. Terms follow
 * ISO/IEC 14496-12: track, sample, sync sample, timescale, composition offset, edit.
 */
#ifndef CONSORT_ABI_MEDIA_H
#define CONSORT_ABI_MEDIA_H

#include "base.h"
#include "slice.h"

CONSORT_BEGIN_C

#define CONSORT_SERVICE_MEDIA "consort.host.media/1"

typedef struct consort_media consort_media; /* reference counted */

#define CONSORT_TRACK_AUDIO 1u
#define CONSORT_TRACK_VIDEO 2u
#define CONSORT_TRACK_TEXT 3u

#define CONSORT_SAMPLE_SYNC 1u   /* decodable without any earlier sample                         */
#define CONSORT_SAMPLE_INLINE 2u /* `offset` counts from the index's inline area, not the source:
                                    the container stores this sample in several pieces           */

/* value, 32 bytes. Decode order is storage order in the index. */
typedef struct consort_sample {
    uint64_t offset;            /* bytes from the start of the source (or of the inline area)    */
    int64_t decode_time;        /* in the track's timescale, from 0                              */
    uint32_t size;              /* bytes                                                         */
    uint32_t duration;          /* in the track's timescale; never shortened at the end          */
    int32_t composition_offset; /* presentation time minus decode time                           */
    uint32_t flags;             /* CONSORT_SAMPLE_*                                              */
} consort_sample;

#define CONSORT_TRACK_ALL_SYNC 1u          /* every sample is a sync sample                      */
#define CONSORT_TRACK_CONSTANT_DURATION 2u /* all samples last equally long, but for the last    */
#define CONSORT_TRACK_DEFAULT 4u           /* the container's default track of its kind          */

/* table. Describes one track. Strings and bytes live as long as the media object. */
typedef struct consort_track {
    uint32_t struct_size;
    uint32_t kind;  /* CONSORT_TRACK_*                                                           */
    uint32_t flags;
    uint32_t timescale; /* units a second; audio: the sample rate (Opus: 48000)                  */
    consort_str codec;        /* "aac" "alac" "flac" "mp3" "opus" "vorbis" "pcm_s16le" "h264"
                                 "hevc" "vp9" "av1" …, FFmpeg's names                            */
    consort_str codec_string; /* RFC 6381, "mp4a.40.2"; empty if there is none                   */
    consort_str language;     /* BCP 47; empty: unknown                                          */
    consort_str title;
    /* What ISO BMFF keeps in the sample entry: AudioSpecificConfig for AAC, the payload of dfLa
     * (without version and flags), dOps, avcC, hvcC, vpcC (without version and flags), av1C, the
     * magic cookie for ALAC; else the codec's own extradata. */
    consort_str configuration;
    uint64_t sample_count;
    uint64_t media_duration; /* sum of the samples' durations, in timescale units                */
    /* The edit: presentation begins at media time `edit_start` (encoder delay, pre-skip) and lasts
     * `edit_duration`, both in timescale units; what lies outside is decoded and thrown away. */
    int64_t edit_start;
    uint64_t edit_duration;
    int64_t start_offset_ns; /* when the presentation of this track begins, against the earliest */
    uint32_t sample_rate, channels, bits_per_sample; /* audio; bits: 0 for lossy codecs          */
    uint32_t width, height;              /* video: coded picture, pixels                         */
    uint32_t sar_num, sar_den;           /* sample aspect ratio; 0/1: unknown                    */
    uint32_t frame_rate_num, frame_rate_den; /* average; 0/1: unknown                            */
    int32_t rotation;                    /* clockwise degrees: 0, 90, 180, 270                   */
    uint32_t colour_primaries, colour_transfer, colour_matrix, colour_full_range; /* ISO 23091-2 */
    uint32_t average_bit_rate;           /* bits a second, from the samples                      */
    uint32_t reserved;
} consort_track;

typedef void (*consort_media_ready)(void *arg, consort_status, consort_media *) CONSORT_NOEXCEPT;

/* table. */
typedef struct consort_media_api {
    uint32_t struct_size, reserved;
    /* Opens a catalog item. `ready` runs exactly once, within the call if the media is in memory,
     * else later on a worker; the media is borrowed for that call: take a reference to keep it.
     * [any] */
    void (*open)(consort_host *, consort_str item_id, consort_media_ready ready,
                 void *arg) CONSORT_NOEXCEPT;
    void (*ref)(consort_media *) CONSORT_NOEXCEPT;   /* [any] */
    void (*unref)(consort_media *) CONSORT_NOEXCEPT; /* [any] */

    /* Names the content, not the place: equal bytes have equal identities on every node. Lower-case
     * hex; fit for entity tags and cache keys. [any] */
    consort_str (*identity)(const consort_media *) CONSORT_NOEXCEPT;
    consort_str (*item_id)(const consort_media *) CONSORT_NOEXCEPT;      /* [any] */
    consort_str (*container)(const consort_media *) CONSORT_NOEXCEPT;    /* "mov" "flac" … [any] */
    consort_str (*content_type)(const consort_media *) CONSORT_NOEXCEPT; /* of the source [any] */
    uint64_t (*source_size)(const consort_media *) CONSORT_NOEXCEPT;     /* bytes         [any] */
    int64_t (*source_modified)(const consort_media *) CONSORT_NOEXCEPT;  /* s since 1970  [any] */

    uint32_t (*track_count)(const consort_media *) CONSORT_NOEXCEPT; /* [any] */
    /* Fills at most out->struct_size bytes. INVALID: no such track. [any] */
    consort_status (*track)(const consort_media *, uint32_t track,
                            consort_track *out) CONSORT_NOEXCEPT;
    /* Writes samples first … first + count - 1. INVALID: out of range. No I/O. [any] */
    consort_status (*samples)(const consort_media *, uint32_t track, uint64_t first, uint64_t count,
                              consort_sample *out) CONSORT_NOEXCEPT;
    /* The last sample whose decode time is at or before `time`, else 0. [any] */
    uint64_t (*sample_at)(const consort_media *, uint32_t track, int64_t time) CONSORT_NOEXCEPT;

    /* A slice over bytes of the source; holds a reference on the media until released. A FILE slice
     * where the storage has a descriptor, else a STREAM. [any] */
    consort_status (*source_slice)(consort_media *, uint64_t offset, uint64_t length,
                                   consort_slice *out) CONSORT_NOEXCEPT;
    /* The same over the inline area. [any] */
    consort_status (*inline_slice)(consort_media *, uint64_t offset, uint64_t length,
                                   consort_slice *out) CONSORT_NOEXCEPT;
    /* Reads exactly `size` bytes of a sample (source or inline area by its flags). [worker] */
    consort_status (*read_sample)(consort_media *, const consort_sample *,
                                  void *buffer) CONSORT_NOEXCEPT;
    /* Reads exactly `size` bytes of the source; for neighbouring samples at once. [worker] */
    consort_status (*read_source)(consort_media *, uint64_t offset, uint64_t size,
                                  void *buffer) CONSORT_NOEXCEPT;

    /* Something that a plugin derives from a media object and wants to keep with it, such as its
     * segment table. The first call with a key runs `make` (concurrent callers wait), later ones
     * return the same pointer; `drop` runs when the media goes. `key` is the address of a static of
     * the plugin. NULL if `make` returned NULL; it is tried again then. [any] */
    void *(*attachment)(consort_media *, const void *key, void *(*make)(void *arg, consort_media *),
                        void (*drop)(void *made), void *arg)CONSORT_NOEXCEPT;

    /* The sizes of the samples 0 … sample - 1 summed up, so that the size of any run of samples is
     * a difference of two; `sample` may be sample_count. Costs far less than asking for the samples
     * themselves. INVALID: out of range. No I/O. [any] */
    consort_status (*bytes_before)(const consort_media *, uint32_t track, uint64_t sample,
                                   uint64_t *out) CONSORT_NOEXCEPT;
} consort_media_api;

CONSORT_END_C

#endif
