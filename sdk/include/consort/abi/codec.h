/* consort.decoder/1 and consort.encoder/1: sound into PCM, and PCM or pictures into coded samples.
 *
 * Both are made for random access: a decoder reads any range of a track's presented sound, an encoder
 * makes any range of a rendition, without what lies before it. So a segment is a pure function of
 * (source content, settings, range): any node makes the same bytes at any time. What an encoder
 * needs before the range to come into its stride (pre-roll) it reads and throws away on its own.
 */
#ifndef CONSORT_ABI_CODEC_H
#define CONSORT_ABI_CODEC_H

#include "base.h"
#include "media.h"

CONSORT_BEGIN_C

/* ---- PCM ---- */

#define CONSORT_PCM_S16 1u
#define CONSORT_PCM_S32 2u /* significant bits in the upper `bits` of each value                */
#define CONSORT_PCM_F32 3u /* full scale is -1 to 1                                             */

#define CONSORT_PCM_ENDLESS UINT64_MAX

/* value, 40 bytes. Sound as linear samples, interleaved, in the machine's byte order. A PCM frame is
 * one value for each channel. */
typedef struct consort_pcm {
    uint32_t rate;          /* PCM frames a second                                              */
    uint32_t channels;
    uint64_t channel_mask;  /* speakers as WAVE_FORMAT_EXTENSIBLE numbers them, lowest bit first in
                               the interleaving; 0: unknown                                     */
    uint32_t sample_format; /* CONSORT_PCM_*                                                    */
    uint32_t bits;          /* significant bits of S16 and S32; 0 for F32                       */
    uint64_t frames;        /* presented, the track's edit applied; CONSORT_PCM_ENDLESS: live   */
    uint64_t reserved;
} consort_pcm;

/* value. Sound to read. */
typedef struct consort_pcm_input {
    void *self;
    /* PCM frames from `position` on; *got is less than `frames` only at the end. Positions may jump,
     * but reading on is cheapest. One thread at a time. [worker] */
    consort_status (*read)(void *self, uint64_t position, uint64_t frames, void *buffer,
                           uint64_t *got) CONSORT_NOEXCEPT;
    /* Non-zero: nobody wants the result any more; return CANCELED soon. [worker] */
    int32_t (*canceled)(void *self) CONSORT_NOEXCEPT;
} consort_pcm_input;

/* ---- consort.decoder/1 ---- */
#define CONSORT_DECODER "consort.decoder/1"

typedef struct consort_pcm_reader consort_pcm_reader; /* the decoder's own: one open track */

/* table. Several decoders are asked in the order of the config; UNSUPPORTED passes on. */
typedef struct consort_decoder {
    uint32_t struct_size, reserved;
    /* What the track decodes to. May decode its first samples. [worker] */
    consort_status (*format)(void *self, consort_media *, uint32_t track,
                             consort_pcm *out) CONSORT_NOEXCEPT;
    /* `media` outlives the reader. [worker] */
    consort_status (*open)(void *self, consort_media *, uint32_t track,
                           consort_pcm_reader **out) CONSORT_NOEXCEPT;
    /* Exactly the sound of the track decoded whole, from PCM frame `position` of the presentation on:
     * equal to it for lossless codecs, and within the decoder's rounding for lossy ones. A damaged
     * sample is silence of its length; CORRUPT if nothing can be decoded. *got is less than
     * `frames` only at the end. One thread at a time. [worker] */
    consort_status (*read)(consort_pcm_reader *, uint64_t position, uint64_t frames, void *buffer,
                           uint64_t *got) CONSORT_NOEXCEPT;
    void (*close)(consort_pcm_reader *) CONSORT_NOEXCEPT; /* [any] */
} consort_decoder;

/* ---- consort.encoder/1 ---- */
#define CONSORT_ENCODER "consort.encoder/1"

typedef struct consort_encoding consort_encoding; /* the encoder's own: how it codes one source */

/* value. An option of one encoder, from the rendition's configuration. */
typedef struct consort_encode_option {
    consort_str name, value;
} consort_encode_option;

/* table. What is wanted. 0 means: as the source has it, or the encoder's own choice. */
typedef struct consort_encode_settings {
    uint32_t struct_size;
    uint32_t bit_rate; /* bits a second                                                         */
    uint32_t sample_rate, channels, bits_per_sample;
    uint32_t height; /* video: the most lines, of the upright picture; never more than the source */
    const consort_encode_option *options;
    size_t option_count;
} consort_encode_settings;

/* table. What is coded. */
typedef struct consort_encode_source {
    uint32_t struct_size;
    uint32_t kind;          /* CONSORT_TRACK_AUDIO or _VIDEO                                    */
    const consort_pcm *pcm; /* audio                                                            */
    consort_media *media;   /* video: outlives the encoding                                     */
    uint32_t track;         /* video: of the media                                              */
    uint32_t reserved;
    /* video: presentation times at which a coded picture must stand alone, in the source track's
     * timescale, rising; ranges begin and end there */
    const int64_t *boundaries;
    size_t boundary_count;
} consort_encode_source;

#define CONSORT_ENCODING_CUTTABLE 1u /* any range of whole frames can be made, and fits its
                                        neighbours; else only all of it, from 0 on              */

/* table. */
typedef struct consort_encoding_info {
    uint32_t struct_size;
    uint32_t flags;           /* CONSORT_ENCODING_*                                             */
    uint32_t sample_duration; /* audio: of every sample, in the track's timescale; 0: they differ */
    uint32_t peak_bit_rate;   /* bits a second over a few seconds, an estimate                  */
    /* Names everything that decides about the bytes: encoder, version, settings. Equal revisions
     * make equal bytes of equal sources. Lives as long as the encoding. */
    consort_str revision;
} consort_encoding_info;

/* value. Takes what is encoded. */
typedef struct consort_encode_sink {
    void *self;
    /* The next sample in decode order; its offset is ignored, its bytes are copied. A negative
     * status: stop, and return it. [worker] */
    consort_status (*sample)(void *self, const consort_sample *, const void *data) CONSORT_NOEXCEPT;
} consort_encode_sink;

/* table. One component for each codec; its name is what a rendition's `codec` says: "aac". */
typedef struct consort_encoder {
    uint32_t struct_size, reserved;
    /* UNSUPPORTED, with a sentence for people: this source cannot be coded so. [worker] */
    consort_status (*prepare)(void *self, const consort_encode_source *,
                              const consort_encode_settings *,
                              consort_encoding **out) CONSORT_NOEXCEPT;
    void (*release)(consort_encoding *) CONSORT_NOEXCEPT; /* [any] */
    consort_status (*info)(const consort_encoding *, consort_encoding_info *out) CONSORT_NOEXCEPT; /* [any] */
    /* The track that results, as a container plugin would describe it after indexing: codec,
     * configuration, timescale, edit, durations; sample_count where it is known (audio); an
     * estimated average_bit_rate. Texts live as long as the encoding. [any] */
    consort_status (*track)(const consort_encoding *, consort_track *out) CONSORT_NOEXCEPT;
    /* Makes the samples whose presentation (video) or decode (audio) time lies from `start` to
     * before `end`, in the resulting track's timescale and media time (before the edit). Audio: both
     * are whole frames, or `end` the end of the media. Times of the samples count from the track's
     * beginning, so ranges join without a gap. `pcm` is for audio; for video only its `canceled`
     * counts. Several ranges at once on several threads. [worker] */
    consort_status (*encode)(consort_encoding *, int64_t start, int64_t end, consort_pcm_input pcm,
                             consort_encode_sink) CONSORT_NOEXCEPT;
} consort_encoder;

CONSORT_END_C

#endif
