/* consort.image/1: still pictures.
 *
 * One coarse call, safe to run in another process. Pictures come out of media files and folders, so
 * they are untrusted: a damaged one yields CORRUPT with a sentence, and one that is so large that it
 * would take much memory is refused before it is decoded.
 */
#ifndef CONSORT_ABI_IMAGE_H
#define CONSORT_ABI_IMAGE_H

#include "base.h"

CONSORT_BEGIN_C

#define CONSORT_IMAGE "consort.image/1"

/* Takes a picture; the bytes are borrowed for the call. */
typedef consort_status (*consort_image_ready)(void *arg, consort_str content_type, const void *,
                                              uint64_t size) CONSORT_NOEXCEPT;

/* table. Offered by a plugin. Several are asked in the order of the config; UNSUPPORTED passes on to
 * the next. */
typedef struct consort_image {
    uint32_t struct_size, reserved;
    /* Makes a picture smaller, in proportion, so that its longer side has `longest_side` pixels, and
     * hands it to `ready` once. A picture that is small enough already is handed over as it is.
     * UNSUPPORTED: another kind of picture; CORRUPT: damaged; DENIED: too many pixels. [worker] */
    consort_status (*scale)(void *self, const void *picture, uint64_t size, uint32_t longest_side,
                            consort_image_ready ready, void *arg) CONSORT_NOEXCEPT;
} consort_image;

CONSORT_END_C

#endif
