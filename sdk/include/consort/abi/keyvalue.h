/* consort.keyvalue/1: hot state (progress, limits, live sync), in memory or in a server. The host
 * offers the configured one to plugins as consort.host.keyvalue/1, with keys prefixed by the plugin.
 */
#ifndef CONSORT_ABI_KEYVALUE_H
#define CONSORT_ABI_KEYVALUE_H

#include "base.h"

CONSORT_BEGIN_C

#define CONSORT_KEYVALUE "consort.keyvalue/1"
#define CONSORT_SERVICE_KEYVALUE "consort.host.keyvalue/1"

/* Gets a value, borrowed for the call. */
typedef void (*consort_value)(void *arg, consort_str value) CONSORT_NOEXCEPT;

/* table. Every call may block on a network: [worker]. Keys up to 512 bytes, values up to 1 MiB. */
typedef struct consort_keyvalue {
    uint32_t struct_size, reserved;
    consort_status (*get)(void *self, consort_str key, consort_value, void *arg) CONSORT_NOEXCEPT;
    /* ttl_ns 0: kept until removed. */
    consort_status (*set)(void *self, consort_str key, consort_str value,
                          int64_t ttl_ns) CONSORT_NOEXCEPT;
    /* Sets only if the present value equals `expected`; expected.ptr NULL: only if absent. DONE if
     * it does not match. */
    consort_status (*compare_and_set)(void *self, consort_str key, consort_str expected,
                                      consort_str value, int64_t ttl_ns) CONSORT_NOEXCEPT;
    consort_status (*remove)(void *self, consort_str key) CONSORT_NOEXCEPT; /* NOT_FOUND if absent */
    /* Adds to a decimal integer (absent counts as 0) and gives the sum. The ttl applies if the key
     * is new. */
    consort_status (*add)(void *self, consort_str key, int64_t delta, int64_t ttl_ns,
                          int64_t *sum) CONSORT_NOEXCEPT;
} consort_keyvalue;

/* table. Offered by the host. */
typedef struct consort_keyvalue_api {
    uint32_t struct_size, reserved;
    consort_status (*get)(consort_host *, consort_str key, consort_value, void *arg) CONSORT_NOEXCEPT;
    consort_status (*set)(consort_host *, consort_str key, consort_str value,
                          int64_t ttl_ns) CONSORT_NOEXCEPT;
    consort_status (*compare_and_set)(consort_host *, consort_str key, consort_str expected,
                                      consort_str value, int64_t ttl_ns) CONSORT_NOEXCEPT;
    consort_status (*remove)(consort_host *, consort_str key) CONSORT_NOEXCEPT;
    consort_status (*add)(consort_host *, consort_str key, int64_t delta, int64_t ttl_ns,
                          int64_t *sum) CONSORT_NOEXCEPT;
} consort_keyvalue_api;

CONSORT_END_C

#endif
