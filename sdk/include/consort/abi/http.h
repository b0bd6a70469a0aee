/* consort.http/1: a plugin answers routes of its own. */
#ifndef CONSORT_ABI_HTTP_H
#define CONSORT_ABI_HTTP_H

#include "base.h"
#include "exchange.h"

CONSORT_BEGIN_C

#define CONSORT_HTTP "consort.http/1"

/* table. */
typedef struct consort_http {
    uint32_t struct_size, reserved;
    const consort_route *routes; /* read once, at `offer`; at least one                          */
    size_t route_count;
    /* `route` is the index into `routes`. [io] */
    void (*handle)(void *self, uint32_t route, consort_exchange *) CONSORT_NOEXCEPT;
    /* Optional. The client of an exchange that is referenced and unanswered went away. [io] */
    void (*canceled)(void *self, consort_exchange *) CONSORT_NOEXCEPT;
} consort_http;

CONSORT_END_C

#endif
