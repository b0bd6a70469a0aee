/* consort.storage/1: where sources live; and consort.host.storage/1: how plugins reach them.
 *
 * A source is named by a URI whose scheme selects the storage component: "file:///music/a.flac".
 * Everything read from a storage is untrusted.
 */
#ifndef CONSORT_ABI_STORAGE_H
#define CONSORT_ABI_STORAGE_H

#include "base.h"

CONSORT_BEGIN_C

#define CONSORT_STORAGE "consort.storage/1"
#define CONSORT_SERVICE_STORAGE "consort.host.storage/1"

typedef struct consort_source consort_source; /* an opened object; belongs to who opened it */
typedef struct consort_watch consort_watch;   /* of the host; belongs to who began it         */

#define CONSORT_ENTRY_FILE 1u
#define CONSORT_ENTRY_DIRECTORY 2u

/* value. What a storage knows of an object without opening it. */
typedef struct consort_stat {
    uint32_t kind;      /* CONSORT_ENTRY_*                                                       */
    uint32_t reserved;
    uint64_t size;      /* bytes                                                                 */
    int64_t modified_ns; /* nanoseconds since 1970                                               */
    uint64_t file_id;   /* changes when another file takes the name (inode); 0: unknown          */
} consort_stat;

/* Called for every entry of a directory; `name` is its last path segment, not percent-encoded,
 * borrowed. Return anything but OK to stop. */
typedef consort_status (*consort_list_entry)(void *arg, consort_str name,
                                             const consort_stat *) CONSORT_NOEXCEPT;

#define CONSORT_CHANGE_WRITTEN 1u /* a file is complete (closed after writing, or moved here)    */
#define CONSORT_CHANGE_REMOVED 2u
#define CONSORT_CHANGE_LOST 3u    /* events were lost: look at everything below `uri` again      */

typedef void (*consort_change)(void *arg, uint32_t change, consort_str uri) CONSORT_NOEXCEPT;

/* table. Offered by a plugin. Failures come with `set_error` text that names the object. */
typedef struct consort_storage {
    uint32_t struct_size, reserved;
    const char *scheme; /* "file"                                                                */
    /* Opens for reading. [worker] */
    consort_status (*open)(void *self, consort_str uri, consort_source **out) CONSORT_NOEXCEPT;
    void (*close)(void *self, consort_source *) CONSORT_NOEXCEPT; /* [any] */
    consort_status (*stat)(void *self, const consort_source *, consort_stat *out) CONSORT_NOEXCEPT;
    /* Reads up to `size` bytes at `offset`; *got less than asked only at the end. Several threads
     * may read one source. [worker] */
    consort_status (*read)(void *self, consort_source *, uint64_t offset, void *buffer,
                           uint64_t size, uint64_t *got) CONSORT_NOEXCEPT;
    /* Optional: a descriptor of a regular file that sendfile can read, valid until close; -1: none.
     * [any] */
    int32_t (*descriptor)(void *self, const consort_source *) CONSORT_NOEXCEPT;
    /* Looks at an object without opening it. [worker] */
    consort_status (*look)(void *self, consort_str uri, consort_stat *out) CONSORT_NOEXCEPT;
    /* Lists one directory, in no order. [worker] */
    consort_status (*list)(void *self, consort_str uri, consort_list_entry each,
                           void *arg) CONSORT_NOEXCEPT;
    /* Optional: tells of changes anywhere below `uri`, on a thread of the storage's, until `unwatch`
     * returns. [worker] */
    consort_status (*watch)(void *self, consort_str uri, consort_change changed, void *arg,
                            void **watch) CONSORT_NOEXCEPT;
    void (*unwatch)(void *self, void *watch) CONSORT_NOEXCEPT; /* [worker] */
} consort_storage;

/* table. Offered by the host: routes by scheme to the storage that serves it. */
typedef struct consort_storage_api {
    uint32_t struct_size, reserved;
    consort_status (*open)(consort_host *, consort_str uri,
                           consort_source **out) CONSORT_NOEXCEPT; /* [worker] */
    void (*close)(consort_host *, consort_source *) CONSORT_NOEXCEPT; /* [any] */
    consort_status (*stat)(consort_host *, const consort_source *,
                           consort_stat *out) CONSORT_NOEXCEPT; /* [any] */
    consort_status (*read)(consort_host *, consort_source *, uint64_t offset, void *buffer,
                           uint64_t size, uint64_t *got) CONSORT_NOEXCEPT; /* [worker] */
    /* Lists one directory, in no order. [worker] */
    consort_status (*list)(consort_host *, consort_str uri, consort_list_entry each,
                           void *arg) CONSORT_NOEXCEPT;
    /* Tells of changes anywhere below `uri`, on a thread of the storage's, until `unwatch` returns.
     * UNSUPPORTED: this storage cannot tell. [worker] */
    consort_status (*watch)(consort_host *, consort_str uri, consort_change changed, void *arg,
                            consort_watch **out) CONSORT_NOEXCEPT;
    void (*unwatch)(consort_watch *) CONSORT_NOEXCEPT; /* [worker] */
} consort_storage_api;

CONSORT_END_C

#endif
