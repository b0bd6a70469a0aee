/* consort.sink/1: where the lines of the log go besides standard error, such as a service that
 * collects errors.
 *
 * A sink sees what the log keeps ([log] level), from the level that it asks for, also what was said
 * before it was created. A bounded queue stands before each sink, so that it holds up nobody who
 * logs; what does not fit is lost and counted. It never sees the lines that its own plugin writes,
 * and no sink sees lines that are written during a call of `write`, so that a report which fails
 * does not report itself. Lines of threads that the plugin starts reach other plugins' sinks: say a
 * lasting trouble once.
 */
#ifndef CONSORT_ABI_SINK_H
#define CONSORT_ABI_SINK_H

#include "base.h"

CONSORT_BEGIN_C

#define CONSORT_SINK "consort.sink/1"

/* value. What stands behind a message as name=value. */
typedef struct consort_log_field {
    consort_str name;
    consort_str value;
} consort_log_field;

/* table. One line of the log; all of it is borrowed for the call. */
typedef struct consort_log_record {
    uint32_t struct_size;
    uint32_t level;      /* CONSORT_LOG_*                                                        */
    int64_t time;        /* ns since 1970, UTC                                                   */
    consort_str logger;  /* who says it: "http", "catalog", or the name of a plugin              */
    consort_str message; /* a sentence for people; may hold paths, addresses, names              */
    const consort_log_field *fields;
    size_t field_count;
} consort_log_record;

/* table. */
typedef struct consort_sink {
    uint32_t struct_size;
    uint32_t least_level; /* CONSORT_LOG_*; 0: everything                                        */
    /* One line; one call at a time, in the order of the lines. It may block, but the lines behind it
     * wait. At shut-down the host hands over what waits, for two seconds. [worker] */
    void (*write)(void *self, const consort_log_record *) CONSORT_NOEXCEPT;
} consort_sink;

CONSORT_END_C

#endif
