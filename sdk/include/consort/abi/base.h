/* Words that every header of the Consort ABI uses.
 *
 * The ABI is plain C11. Two kinds of struct exist, and the first comment line of each says which:
 *   table  passed by pointer, begins with `struct_size`, may grow at its end in a later 1.x;
 *   value  lives in arrays or by value, frozen for all of 1.x.
 *
 * Threads. The comment of a function ends in one of these words, in square brackets:
 *   [main]    the host's start-up and shut-down thread; never two such calls at once
 *   [io]      an I/O thread: the function must return at once and must not block
 *   [worker]  a thread of a worker pool: the function may block
 *   [any]     any thread, also several at once, also threads that the plugin made
 *
 * Strings are UTF-8 and not NUL-terminated; a `consort_str` is borrowed, and the comment where it
 * appears says for how long. Sizes are bytes, durations are nanoseconds or units of a timescale.
 */
#ifndef CONSORT_ABI_BASE_H
#define CONSORT_ABI_BASE_H

#include <stddef.h>
#include <stdint.h>

#define CONSORT_ABI_MAJOR 1
#define CONSORT_ABI_MINOR 0

#ifdef __cplusplus
#define CONSORT_NOEXCEPT noexcept /* part of the pointer's type: a throwing lambda does not convert */
#define CONSORT_BEGIN_C extern "C" {
#define CONSORT_END_C }
#else
#define CONSORT_NOEXCEPT
#define CONSORT_BEGIN_C
#define CONSORT_END_C
#endif

CONSORT_BEGIN_C

/* Zero and positive: it worked. Negative: it failed; an unknown negative counts as INTERNAL. */
typedef int32_t consort_status;
#define CONSORT_OK 0
#define CONSORT_PENDING 1        /* nothing now; a wake-up follows                               */
#define CONSORT_END 2            /* nothing more will come                                       */
#define CONSORT_E_INTERNAL (-1)  /* a bug, ours or the plugin's                                  */
#define CONSORT_E_INVALID (-2)   /* the caller asked for something impossible                    */
#define CONSORT_E_NOT_FOUND (-3) /* no such thing                                                */
#define CONSORT_E_UNSUPPORTED (-4) /* a valid thing that this component cannot do                */
#define CONSORT_E_CORRUPT (-5)   /* the media or the stored state is damaged                     */
#define CONSORT_E_IO (-6)        /* disk or network failed; trying again may work                */
#define CONSORT_E_DENIED (-7)    /* not allowed                                                  */
#define CONSORT_E_BUSY (-8)      /* a bound is reached (queue, connections); try again later     */
#define CONSORT_E_CANCELED (-9)  /* nobody waits for the result any more                         */
#define CONSORT_E_NO_MEMORY (-10)
#define CONSORT_E_TIMEOUT (-11)
#define CONSORT_E_DONE (-12)     /* it was done before: a second finish, a second offer          */

/* value. Borrowed text or bytes; ptr may be NULL when len is 0. */
typedef struct consort_str {
    const char *ptr;
    size_t len;
} consort_str;

typedef struct consort_host consort_host;     /* the host as one plugin sees it                  */
typedef struct consort_plugin consort_plugin; /* a plugin's own state                            */

CONSORT_END_C

#endif
