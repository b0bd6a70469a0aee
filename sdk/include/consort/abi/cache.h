/* consort.host.cache/1: the segment cache. Bounded in bytes, keyed by content, one producer for many
 * waiters. */
#ifndef CONSORT_ABI_CACHE_H
#define CONSORT_ABI_CACHE_H

#include "base.h"
#include "slice.h"

CONSORT_BEGIN_C

#define CONSORT_SERVICE_CACHE "consort.host.cache/1"

typedef struct consort_cache_fill consort_cache_fill; /* an entry while it is made */

/* table. */
typedef struct consort_cache_api {
    uint32_t struct_size, reserved;
    /* Finds `key`, or makes it: `produce` [worker] runs at most once at a time for a key, whoever
     * asks. `ready` runs exactly once, within the call on a hit, else on a worker; its MEMORY slice
     * must be released by the receiver. If `produce` is not needed for this caller, it does not run;
     * `drop` runs exactly once at the end, in every case. Keys must name content (use
     * the media's identity), never a place. BUSY if the queue is full: ready has then not run, drop has. [any] */
    consort_status (*fetch)(consort_host *, consort_str key,
                            consort_status (*produce)(void *arg, consort_cache_fill *) CONSORT_NOEXCEPT,
                            void (*ready)(void *arg, consort_status,
                                          const consort_slice *) CONSORT_NOEXCEPT,
                            void (*drop)(void *arg) CONSORT_NOEXCEPT, void *arg) CONSORT_NOEXCEPT;
    /* Room for the entry, called once by `produce`; pooled, not zeroed. NULL: no memory. [worker] */
    void *(*allocate)(consort_cache_fill *, uint64_t size)CONSORT_NOEXCEPT;
} consort_cache_api;

CONSORT_END_C

#endif
