/* Small services of the host: log, config, metrics, executor, timer, events. Query each by its id. */
#ifndef CONSORT_ABI_SERVICES_H
#define CONSORT_ABI_SERVICES_H

#include "base.h"

CONSORT_BEGIN_C

/* ---- consort.host.log/1 ---- */
#define CONSORT_SERVICE_LOG "consort.host.log/1"
#define CONSORT_LOG_DEBUG 1u
#define CONSORT_LOG_INFO 2u
#define CONSORT_LOG_WARNING 3u
#define CONSORT_LOG_ERROR 4u

/* table. */
typedef struct consort_log_api {
    uint32_t struct_size, reserved;
    void (*write)(consort_host *, uint32_t level, consort_str message) CONSORT_NOEXCEPT; /* [any] */
    uint32_t (*level)(consort_host *) CONSORT_NOEXCEPT; /* least that is kept [any] */
} consort_log_api;

/* ---- consort.host.config/1: the plugin's own section, checked against its declaration ---- */
#define CONSORT_SERVICE_CONFIG "consort.host.config/1"

/* table. NOT_FOUND: not set and without default; INVALID: declared with another type. Strings live as
 * long as the plugin. All [any]. */
typedef struct consort_config_api {
    uint32_t struct_size, reserved;
    consort_status (*string)(consort_host *, const char *key, consort_str *out) CONSORT_NOEXCEPT;
    consort_status (*integer)(consort_host *, const char *key, int64_t *out) CONSORT_NOEXCEPT;
    consort_status (*real)(consort_host *, const char *key, double *out) CONSORT_NOEXCEPT;
    consort_status (*boolean)(consort_host *, const char *key, int32_t *out) CONSORT_NOEXCEPT;
    /* Item `index` of a list; END past the last. */
    consort_status (*item)(consort_host *, const char *key, size_t index,
                           consort_str *out) CONSORT_NOEXCEPT;
    /* A directory of the plugin's own for state, made on first use; absolute path. */
    consort_status (*data_directory)(consort_host *, consort_str *out) CONSORT_NOEXCEPT;
} consort_config_api;

/* ---- consort.host.metrics/1: shown on /metrics as consort_plugin_<plugin>_<name> ---- */
#define CONSORT_SERVICE_METRICS "consort.host.metrics/1"
typedef struct consort_metric consort_metric; /* lives as long as the plugin */

/* table. */
typedef struct consort_metrics_api {
    uint32_t struct_size, reserved;
    /* Names in Prometheus' form ("bytes_total"); the same name twice gives the same metric. `label`
     * and `value` may be NULL; else one label pair. NULL if the name is invalid. [any] */
    consort_metric *(*counter)(consort_host *, const char *name, const char *help, const char *label,
                               const char *value)CONSORT_NOEXCEPT;
    consort_metric *(*gauge)(consort_host *, const char *name, const char *help, const char *label,
                             const char *value)CONSORT_NOEXCEPT;
    void (*add)(consort_metric *, double delta) CONSORT_NOEXCEPT; /* counters: delta >= 0 [any] */
    void (*set)(consort_metric *, double value) CONSORT_NOEXCEPT; /* gauges only          [any] */
} consort_metrics_api;

/* ---- consort.host.executor/1 ---- */
#define CONSORT_SERVICE_EXECUTOR "consort.host.executor/1"
#define CONSORT_POOL_BLOCKING 1u /* disk, network, database                                      */
#define CONSORT_POOL_COMPUTE 2u  /* processor-bound work; one thread a core                      */

/* table. */
typedef struct consort_executor_api {
    uint32_t struct_size, reserved;
    /* Either `run` [worker] or `drop` [any] is called, exactly one of them, exactly once, if OK is
     * returned; neither on failure. BUSY: the queue is full. `drop` may be NULL. [any] */
    consort_status (*post)(consort_host *, uint32_t pool, void (*run)(void *arg) CONSORT_NOEXCEPT,
                           void (*drop)(void *arg) CONSORT_NOEXCEPT, void *arg) CONSORT_NOEXCEPT;
    /* Non-zero if the calling thread is a worker: short work needs no other one. [any] */
    int32_t (*on_worker)(consort_host *) CONSORT_NOEXCEPT;
} consort_executor_api;

/* ---- consort.host.timer/1 ---- */
#define CONSORT_SERVICE_TIMER "consort.host.timer/1"
typedef struct consort_timer consort_timer;

/* table. The clock is monotonic. */
typedef struct consort_timer_api {
    uint32_t struct_size, reserved;
    int64_t (*now)(consort_host *) CONSORT_NOEXCEPT; /* ns, monotonic [any] */
    /* Calls `run` [worker] after `delay_ns`, then every `period_ns` if that is not 0. [any] */
    consort_status (*start)(consort_host *, int64_t delay_ns, int64_t period_ns,
                            void (*run)(void *arg) CONSORT_NOEXCEPT, void *arg,
                            consort_timer **out) CONSORT_NOEXCEPT;
    /* After it returns `run` does not run and will not; never call it from within `run`. [worker] */
    void (*stop)(consort_host *, consort_timer *) CONSORT_NOEXCEPT;
} consort_timer_api;

/* ---- consort.host.events/1: "library.item.added", "plugin.state" … ---- */
#define CONSORT_SERVICE_EVENTS "consort.host.events/1"
typedef struct consort_subscription consort_subscription;
typedef void (*consort_event)(void *arg, consort_str topic, consort_str json) CONSORT_NOEXCEPT;

/* table. */
typedef struct consort_events_api {
    uint32_t struct_size, reserved;
    /* Payload: a JSON object. Delivered later, on a worker, in order of publication. [any] */
    consort_status (*publish)(consort_host *, consort_str topic, consort_str json) CONSORT_NOEXCEPT;
    /* Topics that begin with `prefix`; empty: all. [any] */
    consort_status (*subscribe)(consort_host *, consort_str prefix, consort_event, void *arg,
                                consort_subscription **out) CONSORT_NOEXCEPT;
    /* After it returns the function does not run and will not; never from within it. [worker] */
    void (*unsubscribe)(consort_host *, consort_subscription *) CONSORT_NOEXCEPT;
} consort_events_api;

CONSORT_END_C

#endif
