/* consort.host.exchange/1: one HTTP request and its answer (RFC 9110).
 *
 * A handler gets an exchange on an I/O thread and either answers within the call, or takes a
 * reference and answers later from any thread, exactly once. The host applies HEAD, Range,
 * If-* conditions, compression and CORS to the answer; a plugin never writes 206 or 304.
 */
#ifndef CONSORT_ABI_EXCHANGE_H
#define CONSORT_ABI_EXCHANGE_H

#include "base.h"
#include "slice.h"

CONSORT_BEGIN_C

#define CONSORT_SERVICE_EXCHANGE "consort.host.exchange/1"

typedef struct consort_exchange consort_exchange; /* reference counted */

/* value. */
typedef struct consort_header {
    consort_str name, value;
} consort_header;

/* value. A route of the plugin. Patterns are absolute paths whose segments may hold parameters:
 * "/api/v1/stream/{id}/{rendition}/segment{number}.m4s". A parameter never spans a '/', unless it
 * is the last thing in the pattern and written "{name*}". Literal text beats a parameter. */
typedef struct consort_route {
    const char *method; /* "GET" answers HEAD too                                                */
    const char *pattern;
    const char *label;  /* the route's name in metrics and logs; NULL: the pattern                */
    uint64_t max_body;  /* bytes of request body that the host collects; more: 413. Or one of the
                           two below: it collects nothing, the handler runs at the head and takes the
                           body by `read_body`; the connection closes after the answer           */
} consort_route;

#define CONSORT_BODY_STREAMED UINT64_MAX
/* The same, and a body of which the head says no length lasts until the client closes: what source
 * clients of radio stations do (PUT, and SOURCE over HTTP/1.0). */
#define CONSORT_BODY_STREAMED_TO_CLOSE (UINT64_MAX - 1)

#define CONSORT_RESPONSE_NOT_RANGEABLE 1u /* answer Range with the whole body                    */
#define CONSORT_RESPONSE_NO_COMPRESS 2u   /* the body is compressed already                      */
#define CONSORT_RESPONSE_UNFRAMED 4u      /* a body without end, such as radio: no Content-Length and
                                             no chunks, it ends with the connection               */
#define CONSORT_RESPONSE_READS_ON 8u      /* this is sent at once, and the request's streamed body is
                                             read on by `read_body`                               */

/* table. Strings are copied by `respond`; slices are taken over by it in every case. */
typedef struct consort_response {
    uint32_t struct_size;
    int32_t status;          /* HTTP status code, 200 to 599                                     */
    uint32_t flags;          /* CONSORT_RESPONSE_*                                               */
    uint32_t reserved;
    consort_str content_type;
    consort_str etag;        /* the opaque tag without quotes: strong; empty: none               */
    int64_t last_modified;   /* seconds since 1970, 0: none                                      */
    consort_str cache_control;
    const consort_header *headers; /* further ones; the host owns Date, Content-Length, Vary …   */
    size_t header_count;
    const consort_slice *body;
    size_t body_count;
} consort_response;

/* table. Strings read from an exchange live until its last unref. */
typedef struct consort_exchange_api {
    uint32_t struct_size, reserved;
    consort_str (*method)(const consort_exchange *) CONSORT_NOEXCEPT;              /* [any] */
    consort_str (*path)(const consort_exchange *) CONSORT_NOEXCEPT;  /* decoded       [any] */
    consort_str (*target)(const consort_exchange *) CONSORT_NOEXCEPT; /* as received  [any] */
    /* A parameter of the route's pattern, percent-decoded; empty if the pattern has none such.
     * [any] */
    consort_str (*param)(const consort_exchange *, consort_str name) CONSORT_NOEXCEPT;
    /* OK or NOT_FOUND; the first value of that name, percent-decoded. [any] */
    consort_status (*query)(const consort_exchange *, consort_str name,
                            consort_str *out) CONSORT_NOEXCEPT;
    consort_status (*header)(const consort_exchange *, consort_str name,
                             consort_str *out) CONSORT_NOEXCEPT; /* [any] */
    consort_str (*body)(const consort_exchange *) CONSORT_NOEXCEPT;           /* [any] */
    consort_str (*remote_address)(const consort_exchange *) CONSORT_NOEXCEPT; /* [any] */
    consort_str (*request_id)(const consort_exchange *) CONSORT_NOEXCEPT;     /* [any] */
    /* Answers. The first call wins; a later one gets DONE, one after the client left CANCELED; the
     * slices are released in any case. [any] */
    consort_status (*respond)(consort_exchange *, const consort_response *) CONSORT_NOEXCEPT;
    /* Answers with an RFC 9457 problem: a stable code and a sentence that tells a person what to
     * do. [any] */
    consort_status (*problem)(consort_exchange *, int32_t http_status, consort_str code,
                              consort_str detail) CONSORT_NOEXCEPT;
    /* A STREAM slice that answered PENDING has more. Sticky and harmless when repeated. [any] */
    void (*wake)(consort_exchange *) CONSORT_NOEXCEPT;
    void (*ref)(consort_exchange *) CONSORT_NOEXCEPT;   /* [any] */
    void (*unref)(consort_exchange *) CONSORT_NOEXCEPT; /* the last one, unanswered: 500 [any] */
    /* `wake` for many at once, as when one piece of news is for all of them: what it costs each is
     * small, and the others that the host serves get their turns in between. [any] */
    void (*wake_all)(consort_exchange *const *exchanges, size_t count) CONSORT_NOEXCEPT;
    /* Of a route whose body is streamed: asks for its next piece, of `most` bytes at most. OK: `take`
     * is called exactly once, with one of
     *   OK          `size` bytes, at least one, which live for the call; ask again for the next
     *   END         the body is whole
     *   E_CANCELED  the client left before the end, the answer ended the body, or the host stops
     *   E_TIMEOUT   nothing came for body_timeout_seconds
     *   E_CORRUPT   its framing is malformed
     * and all but OK are told once and last. Nothing is received while nobody asks: that is the
     * back-pressure. The first question sends `100 Continue` to a client that waits for it: ask
     * after the head has proved good, or answer instead; an answer before the end ends the body,
     * unless it has CONSORT_RESPONSE_READS_ON. `take` runs on an I/O thread, may ask again, must not
     * block, and is not called within `read_body`. The last reference gone ends the body, too.
     * Else: BUSY, one is asked for already; DONE, the end was told; CANCELED, the host stops;
     * INVALID, the route's body is not streamed. [any]; take: [io] */
    consort_status (*read_body)(consort_exchange *, size_t most,
                                void (*take)(void *arg, consort_status, const void *data,
                                             size_t size) CONSORT_NOEXCEPT,
                                void *arg) CONSORT_NOEXCEPT;
} consort_exchange_api;

CONSORT_END_C

#endif
