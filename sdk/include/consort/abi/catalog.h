/* consort.host.catalog/1: reads from the library's catalog. */
#ifndef CONSORT_ABI_CATALOG_H
#define CONSORT_ABI_CATALOG_H

#include "base.h"

CONSORT_BEGIN_C

#define CONSORT_SERVICE_CATALOG "consort.host.catalog/1"

#define CONSORT_ITEM_TRACK 1u
#define CONSORT_ITEM_MOVIE 2u
#define CONSORT_ITEM_EPISODE 3u

/* table. Borrowed for the call that receives it. Empty strings: unknown. */
typedef struct consort_item {
    uint32_t struct_size;
    uint32_t kind;       /* CONSORT_ITEM_*                                                       */
    consort_str id, uri, title, artist, album, album_artist, isrc;
    int64_t duration_ns;
    uint32_t disc_number, track_number; /* 0: unknown                                            */
    uint32_t year, reserved;
} consort_item;

typedef consort_status (*consort_item_each)(void *arg, const consort_item *) CONSORT_NOEXCEPT;

/* table. */
typedef struct consort_catalog_api {
    uint32_t struct_size, reserved;
    /* NOT_FOUND: no such item. [worker] */
    consort_status (*item)(consort_host *, consort_str id, consort_item_each, void *arg) CONSORT_NOEXCEPT;
    /* Items of one kind in the order of their ids, those after `after` (empty: from the start), at
     * most `limit`; `each` may stop with anything but OK. [worker] */
    consort_status (*items)(consort_host *, uint32_t kind, consort_str after, uint32_t limit,
                            consort_item_each each, void *arg) CONSORT_NOEXCEPT;
} consort_catalog_api;

CONSORT_END_C

#endif
