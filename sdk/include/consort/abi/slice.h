/* A slice: one piece of a response body, in memory, in a file, or pulled from a generator. */
#ifndef CONSORT_ABI_SLICE_H
#define CONSORT_ABI_SLICE_H

#include "base.h"

CONSORT_BEGIN_C

#define CONSORT_SLICE_MEMORY 1u
#define CONSORT_SLICE_FILE 2u
#define CONSORT_SLICE_STREAM 3u

#define CONSORT_LENGTH_UNKNOWN UINT64_MAX

typedef struct consort_slice consort_slice;

/* value, 64 bytes: one cache line.
 *
 * Ownership: `release(owner)` runs exactly once, from any thread, when the transport needs the
 * bytes no more: sent or not, also after errors and cancels. NULL means that somebody else keeps
 * the bytes alive for at least as long as the exchange.
 */
struct consort_slice {
    uint32_t kind;       /* CONSORT_SLICE_*                                                      */
    int32_t fd;          /* FILE: a regular file, read by position only, never seeked            */
    const void *data;    /* MEMORY                                                               */
    uint64_t offset;     /* FILE: first byte                                                     */
    uint64_t length;     /* bytes; STREAM: CONSORT_LENGTH_UNKNOWN where it is not known          */
    /* STREAM only. Yields the next piece, a MEMORY or FILE slice of at most `max` bytes, with OK;
     * PENDING when there is nothing yet (call the exchange's `wake` later); END; or an error, on
     * which the host resets the connection, since a failed body must not look complete. The host
     * asks for the next piece only when the transport can take it: that is the back-pressure.
     * [io] */
    consort_status (*next)(void *owner, uint64_t max, consort_slice *out) CONSORT_NOEXCEPT;
    void *owner;
    void (*release)(void *owner) CONSORT_NOEXCEPT; /* [any] */
    /* STREAM of known length only, optional: `next` continues at byte `position` of the stream, which
     * is less than `length`. It makes the stream rangeable: the host seeks once for each range that it
     * sends (multipart/byteranges: several times on the one stream), then asks `next` for at most the
     * bytes of that range. A virtual file of a gigabyte is one such slice. [io] */
    consort_status (*seek)(void *owner, uint64_t position) CONSORT_NOEXCEPT;
};

CONSORT_END_C

#endif
