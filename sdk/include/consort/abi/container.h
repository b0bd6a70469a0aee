/* consort.container/1: understands media files.
 *
 * Three coarse calls, each safe to run in another process: probe (what is it, tags), cover (the
 * attached picture) and index (every sample of every track). Media files are untrusted: a damaged
 * one yields CORRUPT with a sentence, never a crash or a hang.
 */
#ifndef CONSORT_ABI_CONTAINER_H
#define CONSORT_ABI_CONTAINER_H

#include "base.h"
#include "media.h"
#include "storage.h"

CONSORT_BEGIN_C

#define CONSORT_CONTAINER "consort.container/1"

/* value. The bytes of one source, read through the host, which counts them. */
typedef struct consort_input {
    void *self;
    uint64_t size;
    consort_str name; /* last path segment; only a hint                                          */
    /* *got is less than `size` only at the end of the source. [worker] */
    consort_status (*read)(void *self, uint64_t offset, void *buffer, uint64_t size,
                           uint64_t *got) CONSORT_NOEXCEPT;
    /* Non-zero: nobody wants the result any more; return CANCELED soon. [worker] */
    int32_t (*canceled)(void *self) CONSORT_NOEXCEPT;
} consort_input;

/* value. Takes what `probe` finds. Strings are copied. */
typedef struct consort_probe_sink {
    void *self;
    /* Once, first: "mov", "flac", "ogg" …; its media type; duration in ns, 0: unknown. */
    void (*container)(void *self, consort_str name, consort_str content_type,
                      int64_t duration_ns) CONSORT_NOEXCEPT;
    /* Once a track. Sample count, durations and edit may be 0: only the index is exact. */
    void (*track)(void *self, const consort_track *) CONSORT_NOEXCEPT;
    /* A tag in lower case ("title", "artist", "album", "albumartist", "date", "track", "tracktotal",
     * "disc", "genre", "isrc" … , the names of Vorbis comments); several values: several calls. */
    void (*tag)(void *self, consort_str name, consort_str value) CONSORT_NOEXCEPT;
    void (*has_cover)(void *self) CONSORT_NOEXCEPT;
} consort_probe_sink;

/* value. Takes the media index. */
typedef struct consort_index_sink {
    void *self;
    /* Adds a track, numbered from 0; durations and sample_count of the argument are ignored, the
     * edit is taken. */
    consort_status (*track)(void *self, const consort_track *) CONSORT_NOEXCEPT;
    /* Appends samples in decode order; decode times are recomputed from the durations. */
    consort_status (*samples)(void *self, uint32_t track, const consort_sample *,
                              size_t count) CONSORT_NOEXCEPT;
    /* Corrects what is known only at the end: edit_start and edit_duration of a track. */
    consort_status (*edit)(void *self, uint32_t track, int64_t edit_start,
                           uint64_t edit_duration) CONSORT_NOEXCEPT;
    /* Stores bytes of a sample that lies in pieces in the source; *offset for the sample. */
    consort_status (*inline_bytes)(void *self, const void *, uint64_t size,
                                   uint64_t *offset) CONSORT_NOEXCEPT;
} consort_index_sink;

typedef consort_status (*consort_cover_ready)(void *arg, consort_str content_type, const void *,
                                              uint64_t size) CONSORT_NOEXCEPT;

/* table. Offered by a plugin. Several containers are asked in the order of the config; UNSUPPORTED
 * passes on to the next. */
typedef struct consort_container {
    uint32_t struct_size, reserved;
    consort_status (*probe)(void *self, consort_input, consort_probe_sink) CONSORT_NOEXCEPT; /* [worker] */
    /* The front cover, else the first picture; NOT_FOUND if there is none. [worker] */
    consort_status (*cover)(void *self, consort_input, consort_cover_ready,
                            void *arg) CONSORT_NOEXCEPT;
    consort_status (*index)(void *self, consort_input, consort_index_sink) CONSORT_NOEXCEPT; /* [worker] */
    /* NULL-terminated file name extensions that are worth a probe, lower case, without the dot. */
    const char *const *extensions;
} consort_container;

CONSORT_END_C

#endif
