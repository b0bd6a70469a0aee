/* consort.host.sound/1: the sound of any source as PCM, and the encoder plugins, for plugins that
 * make streams of their own (radio) or measure (loudness, waveforms).
 *
 * A source is opened by its URI; it need not be in the catalog. What it decodes to is exact: encoder
 * delay and padding are cut, as the container's edit or the codec's headers say.
 */
#ifndef CONSORT_ABI_SOUND_H
#define CONSORT_ABI_SOUND_H

#include "base.h"
#include "codec.h"

CONSORT_BEGIN_C

#define CONSORT_SERVICE_SOUND "consort.host.sound/1"

typedef struct consort_sound consort_sound; /* the opened sound of a source; belongs to who opened it */

/* value. An encoder plugin's component; the table is full size and lives as long as the plugin. */
typedef struct consort_encoder_component {
    const consort_encoder *table;
    void *self; /* first argument of its `prepare`                                               */
} consort_encoder_component;

/* table. */
typedef struct consort_sound_api {
    uint32_t struct_size, reserved;
    /* Opens the main sound track of a source and indexes the source if it is new. UNSUPPORTED: no
     * plugin can; CORRUPT, IO, NOT_FOUND with the reason. [worker] */
    consort_status (*open)(consort_host *, consort_str uri, consort_sound **out) CONSORT_NOEXCEPT;
    void (*close)(consort_sound *) CONSORT_NOEXCEPT; /* [any] */
    void (*format)(const consort_sound *, consort_pcm *out) CONSORT_NOEXCEPT; /* [any] */
    /* Names the content, as the media service does: for what is kept about it. [any] */
    consort_str (*identity)(const consort_sound *) CONSORT_NOEXCEPT;
    /* The container's tags in their order, names in lower case ("title", "artist", "album"); names
     * may repeat. Texts are UTF-8 and borrowed for the call. [any] */
    void (*tags)(const consort_sound *, void (*tag)(void *arg, consort_str name,
                                                    consort_str value) CONSORT_NOEXCEPT,
                 void *arg) CONSORT_NOEXCEPT;
    /* As consort_decoder.read: PCM frames from `position` of the presentation on; *got is less than
     * `frames` only at the end. Positions may jump; reading on is cheapest. One thread at a time.
     * [worker] */
    consort_status (*read)(consort_sound *, uint64_t position, uint64_t frames, void *buffer,
                           uint64_t *got) CONSORT_NOEXCEPT;
    /* The encoder plugin for a codec: "mp3", "aac", "opus", "vorbis", "flac". A live stream is coded
     * by one `encode` from 0 to INT64_MAX over a pcm of CONSORT_PCM_ENDLESS frames whose `read`
     * waits for the sound. NOT_FOUND: no plugin encodes it. [any] */
    consort_status (*encoder)(consort_host *, consort_str codec,
                              consort_encoder_component *out) CONSORT_NOEXCEPT;
} consort_sound_api;

CONSORT_END_C

#endif
