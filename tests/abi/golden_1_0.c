/* The ABI as release 1.0 has it. Written once for a release and never edited: a line that fails to
 * compile is a break of the promise that a plugin built then loads in every later 1.x. Tables may
 * grow at their ends, hence AT_LEAST for their sizes; values are frozen.
 *
 * Fixed for 64-bit machines, which are the only ones that the host runs on.
 */
#include <stddef.h>

#include "consort/abi/base.h"
#include "consort/abi/plugin.h"
#include "consort/abi/services.h"
#include "consort/abi/slice.h"
#include "consort/abi/exchange.h"
#include "consort/abi/cache.h"
#include "consort/abi/catalog.h"
#include "consort/abi/media.h"
#include "consort/abi/storage.h"
#include "consort/abi/container.h"
#include "consort/abi/delivery.h"
#include "consort/abi/http.h"
#include "consort/abi/keyvalue.h"
#include "consort/abi/image.h"
#include "consort/abi/codec.h"
#include "consort/abi/rendition.h"
#include "consort/abi/sound.h"
#include "consort/abi/sink.h"

#define CONSTANT(name, value) _Static_assert((name) == (value), #name " changed")
#define TEXT(name, value) _Static_assert(__builtin_strcmp(name, value) == 0, #name " changed")
#define ALIAS(name, ...) \
    _Static_assert(_Generic((name *)0, __typeof__(__VA_ARGS__) *: 1, default: 0), #name " changed")
#define SIZE(type, size) _Static_assert(sizeof(type) == (size), #type " changed its size")
#define AT_LEAST(type, size) _Static_assert(sizeof(type) >= (size), #type " shrank")
#define MEMBER(type, member, offset, ...)                                                       \
    _Static_assert(offsetof(type, member) == (offset), #type "." #member " moved");             \
    _Static_assert(_Generic(&((type *)0)->member, __typeof__(__VA_ARGS__) *: 1, default: 0), \
                   #type "." #member " changed its type")

/* One line a fact, so that a compiler's message names the fact. */
/* clang-format off */

/* ---- base.h ---- */
CONSTANT(CONSORT_ABI_MAJOR, 1);
CONSTANT(CONSORT_OK, 0);
CONSTANT(CONSORT_PENDING, 1);
CONSTANT(CONSORT_END, 2);
CONSTANT(CONSORT_E_INTERNAL, (-1));
CONSTANT(CONSORT_E_INVALID, (-2));
CONSTANT(CONSORT_E_NOT_FOUND, (-3));
CONSTANT(CONSORT_E_UNSUPPORTED, (-4));
CONSTANT(CONSORT_E_CORRUPT, (-5));
CONSTANT(CONSORT_E_IO, (-6));
CONSTANT(CONSORT_E_DENIED, (-7));
CONSTANT(CONSORT_E_BUSY, (-8));
CONSTANT(CONSORT_E_CANCELED, (-9));
CONSTANT(CONSORT_E_NO_MEMORY, (-10));
CONSTANT(CONSORT_E_TIMEOUT, (-11));
CONSTANT(CONSORT_E_DONE, (-12));
ALIAS(consort_status, int32_t);

SIZE(consort_str, 16);
MEMBER(consort_str, ptr, 0, const char *);
MEMBER(consort_str, len, 8, size_t);

/* ---- plugin.h ---- */
CONSTANT(CONSORT_ENTRY_MAGIC, 0x54534e43u);
TEXT(CONSORT_ENTRY_SYMBOL, "consort_plugin_entry");
CONSTANT(CONSORT_CONFIG_STRING, 1u);
CONSTANT(CONSORT_CONFIG_INTEGER, 2u);
CONSTANT(CONSORT_CONFIG_REAL, 3u);
CONSTANT(CONSORT_CONFIG_BOOLEAN, 4u);
CONSTANT(CONSORT_CONFIG_STRINGS, 5u);
CONSTANT(CONSORT_CONFIG_REQUIRED, 1u);
CONSTANT(CONSORT_CONFIG_SECRET, 2u);

SIZE(consort_config_key, 48);
MEMBER(consort_config_key, name, 0, const char *);
MEMBER(consort_config_key, type, 8, uint32_t);
MEMBER(consort_config_key, flags, 12, uint32_t);
MEMBER(consort_config_key, default_text, 16, const char *);
MEMBER(consort_config_key, minimum, 24, double);
MEMBER(consort_config_key, maximum, 32, double);
MEMBER(consort_config_key, description, 40, const char *);

AT_LEAST(consort_descriptor, 104);
MEMBER(consort_descriptor, struct_size, 0, uint32_t);
MEMBER(consort_descriptor, reserved, 4, uint32_t);
MEMBER(consort_descriptor, id, 8, const char *);
MEMBER(consort_descriptor, name, 16, const char *);
MEMBER(consort_descriptor, version, 24, const char *);
MEMBER(consort_descriptor, vendor, 32, const char *);
MEMBER(consort_descriptor, license, 40, const char *);
MEMBER(consort_descriptor, description, 48, const char *);
MEMBER(consort_descriptor, url, 56, const char *);
MEMBER(consort_descriptor, maturity, 64, const char *);
MEMBER(consort_descriptor, hardening, 72, const char *);
MEMBER(consort_descriptor, needs, 80, const char *const *);
MEMBER(consort_descriptor, config_keys, 88, const consort_config_key *);
MEMBER(consort_descriptor, config_key_count, 96, size_t);
MEMBER(consort_descriptor, config_flags, 104, const consort_config_flag *);
MEMBER(consort_descriptor, config_flag_count, 112, size_t);

SIZE(consort_config_flag, 24);
MEMBER(consort_config_flag, key, 0, const char *);
MEMBER(consort_config_flag, flag, 8, const char *);
MEMBER(consort_config_flag, environment, 16, const char *);

AT_LEAST(consort_component, 40);
MEMBER(consort_component, struct_size, 0, uint32_t);
MEMBER(consort_component, reserved, 4, uint32_t);
MEMBER(consort_component, interface_id, 8, const char *);
MEMBER(consort_component, name, 16, const char *);
MEMBER(consort_component, vtable, 24, const void *);
MEMBER(consort_component, self, 32, void *);

AT_LEAST(consort_host_api, 32);
MEMBER(consort_host_api, struct_size, 0, uint32_t);
MEMBER(consort_host_api, reserved, 4, uint32_t);
MEMBER(consort_host_api, query, 8, const void * (*)(consort_host *, const char *service_id));
MEMBER(consort_host_api, offer, 16, consort_status (*)(consort_host *, const consort_component *));
MEMBER(consort_host_api, set_error, 24, void (*)(consort_host *, consort_str why));

AT_LEAST(consort_entry, 40);
MEMBER(consort_entry, magic, 0, uint32_t);
MEMBER(consort_entry, struct_size, 4, uint32_t);
MEMBER(consort_entry, abi_major, 8, uint16_t);
MEMBER(consort_entry, abi_minor, 10, uint16_t);
MEMBER(consort_entry, reserved, 12, uint32_t);
MEMBER(consort_entry, descriptor, 16, const consort_descriptor *);
MEMBER(consort_entry, create, 24, consort_status (*)(consort_host *, const consort_host_api *, consort_plugin **out));
MEMBER(consort_entry, destroy, 32, void (*)(consort_plugin *));

/* ---- services.h ---- */
TEXT(CONSORT_SERVICE_LOG, "consort.host.log/1");
CONSTANT(CONSORT_LOG_DEBUG, 1u);
CONSTANT(CONSORT_LOG_INFO, 2u);
CONSTANT(CONSORT_LOG_WARNING, 3u);
CONSTANT(CONSORT_LOG_ERROR, 4u);
TEXT(CONSORT_SERVICE_CONFIG, "consort.host.config/1");
TEXT(CONSORT_SERVICE_METRICS, "consort.host.metrics/1");
TEXT(CONSORT_SERVICE_EXECUTOR, "consort.host.executor/1");
CONSTANT(CONSORT_POOL_BLOCKING, 1u);
CONSTANT(CONSORT_POOL_COMPUTE, 2u);
TEXT(CONSORT_SERVICE_TIMER, "consort.host.timer/1");
TEXT(CONSORT_SERVICE_EVENTS, "consort.host.events/1");
ALIAS(consort_event, void (*)(void *arg, consort_str topic, consort_str json));

AT_LEAST(consort_log_api, 24);
MEMBER(consort_log_api, struct_size, 0, uint32_t);
MEMBER(consort_log_api, reserved, 4, uint32_t);
MEMBER(consort_log_api, write, 8, void (*)(consort_host *, uint32_t level, consort_str message));
MEMBER(consort_log_api, level, 16, uint32_t (*)(consort_host *));

AT_LEAST(consort_config_api, 56);
MEMBER(consort_config_api, struct_size, 0, uint32_t);
MEMBER(consort_config_api, reserved, 4, uint32_t);
MEMBER(consort_config_api, string, 8, consort_status (*)(consort_host *, const char *key, consort_str *out));
MEMBER(consort_config_api, integer, 16, consort_status (*)(consort_host *, const char *key, int64_t *out));
MEMBER(consort_config_api, real, 24, consort_status (*)(consort_host *, const char *key, double *out));
MEMBER(consort_config_api, boolean, 32, consort_status (*)(consort_host *, const char *key, int32_t *out));
MEMBER(consort_config_api, item, 40, consort_status (*)(consort_host *, const char *key, size_t index, consort_str *out));
MEMBER(consort_config_api, data_directory, 48, consort_status (*)(consort_host *, consort_str *out));

AT_LEAST(consort_metrics_api, 40);
MEMBER(consort_metrics_api, struct_size, 0, uint32_t);
MEMBER(consort_metrics_api, reserved, 4, uint32_t);
MEMBER(consort_metrics_api, counter, 8, consort_metric * (*)(consort_host *, const char *name, const char *help, const char *label, const char *value));
MEMBER(consort_metrics_api, gauge, 16, consort_metric * (*)(consort_host *, const char *name, const char *help, const char *label, const char *value));
MEMBER(consort_metrics_api, add, 24, void (*)(consort_metric *, double delta));
MEMBER(consort_metrics_api, set, 32, void (*)(consort_metric *, double value));

AT_LEAST(consort_executor_api, 16);
MEMBER(consort_executor_api, struct_size, 0, uint32_t);
MEMBER(consort_executor_api, reserved, 4, uint32_t);
MEMBER(consort_executor_api, post, 8, consort_status (*)(consort_host *, uint32_t pool, void (*run)(void *arg) , void (*drop)(void *arg) , void *arg));
MEMBER(consort_executor_api, on_worker, 16, int32_t (*)(consort_host *));

AT_LEAST(consort_timer_api, 32);
MEMBER(consort_timer_api, struct_size, 0, uint32_t);
MEMBER(consort_timer_api, reserved, 4, uint32_t);
MEMBER(consort_timer_api, now, 8, int64_t (*)(consort_host *));
MEMBER(consort_timer_api, start, 16, consort_status (*)(consort_host *, int64_t delay_ns, int64_t period_ns, void (*run)(void *arg) , void *arg, consort_timer **out));
MEMBER(consort_timer_api, stop, 24, void (*)(consort_host *, consort_timer *));

AT_LEAST(consort_events_api, 32);
MEMBER(consort_events_api, struct_size, 0, uint32_t);
MEMBER(consort_events_api, reserved, 4, uint32_t);
MEMBER(consort_events_api, publish, 8, consort_status (*)(consort_host *, consort_str topic, consort_str json));
MEMBER(consort_events_api, subscribe, 16, consort_status (*)(consort_host *, consort_str prefix, consort_event, void *arg, consort_subscription **out));
MEMBER(consort_events_api, unsubscribe, 24, void (*)(consort_host *, consort_subscription *));

/* ---- slice.h ---- */
CONSTANT(CONSORT_SLICE_MEMORY, 1u);
CONSTANT(CONSORT_SLICE_FILE, 2u);
CONSTANT(CONSORT_SLICE_STREAM, 3u);
CONSTANT(CONSORT_LENGTH_UNKNOWN, UINT64_MAX);

SIZE(consort_slice, 64);
MEMBER(consort_slice, kind, 0, uint32_t);
MEMBER(consort_slice, fd, 4, int32_t);
MEMBER(consort_slice, data, 8, const void *);
MEMBER(consort_slice, offset, 16, uint64_t);
MEMBER(consort_slice, length, 24, uint64_t);
MEMBER(consort_slice, next, 32, consort_status (*)(void *owner, uint64_t max, consort_slice *out));
MEMBER(consort_slice, owner, 40, void *);
MEMBER(consort_slice, release, 48, void (*)(void *owner));
MEMBER(consort_slice, seek, 56, consort_status (*)(void *owner, uint64_t position));

/* ---- exchange.h ---- */
TEXT(CONSORT_SERVICE_EXCHANGE, "consort.host.exchange/1");
CONSTANT(CONSORT_RESPONSE_NOT_RANGEABLE, 1u);
CONSTANT(CONSORT_RESPONSE_NO_COMPRESS, 2u);
CONSTANT(CONSORT_RESPONSE_UNFRAMED, 4u);
CONSTANT(CONSORT_RESPONSE_READS_ON, 8u);
CONSTANT(CONSORT_BODY_STREAMED, UINT64_MAX);
CONSTANT(CONSORT_BODY_STREAMED_TO_CLOSE, UINT64_MAX - 1);

SIZE(consort_header, 32);
MEMBER(consort_header, name, 0, consort_str);
MEMBER(consort_header, value, 16, consort_str);

SIZE(consort_route, 32);
MEMBER(consort_route, method, 0, const char *);
MEMBER(consort_route, pattern, 8, const char *);
MEMBER(consort_route, label, 16, const char *);
MEMBER(consort_route, max_body, 24, uint64_t);

AT_LEAST(consort_response, 104);
MEMBER(consort_response, struct_size, 0, uint32_t);
MEMBER(consort_response, status, 4, int32_t);
MEMBER(consort_response, flags, 8, uint32_t);
MEMBER(consort_response, reserved, 12, uint32_t);
MEMBER(consort_response, content_type, 16, consort_str);
MEMBER(consort_response, etag, 32, consort_str);
MEMBER(consort_response, last_modified, 48, int64_t);
MEMBER(consort_response, cache_control, 56, consort_str);
MEMBER(consort_response, headers, 72, const consort_header *);
MEMBER(consort_response, header_count, 80, size_t);
MEMBER(consort_response, body, 88, const consort_slice *);
MEMBER(consort_response, body_count, 96, size_t);

AT_LEAST(consort_exchange_api, 136);
MEMBER(consort_exchange_api, struct_size, 0, uint32_t);
MEMBER(consort_exchange_api, reserved, 4, uint32_t);
MEMBER(consort_exchange_api, method, 8, consort_str (*)(const consort_exchange *));
MEMBER(consort_exchange_api, path, 16, consort_str (*)(const consort_exchange *));
MEMBER(consort_exchange_api, target, 24, consort_str (*)(const consort_exchange *));
MEMBER(consort_exchange_api, param, 32, consort_str (*)(const consort_exchange *, consort_str name));
MEMBER(consort_exchange_api, query, 40, consort_status (*)(const consort_exchange *, consort_str name, consort_str *out));
MEMBER(consort_exchange_api, header, 48, consort_status (*)(const consort_exchange *, consort_str name, consort_str *out));
MEMBER(consort_exchange_api, body, 56, consort_str (*)(const consort_exchange *));
MEMBER(consort_exchange_api, remote_address, 64, consort_str (*)(const consort_exchange *));
MEMBER(consort_exchange_api, request_id, 72, consort_str (*)(const consort_exchange *));
MEMBER(consort_exchange_api, respond, 80, consort_status (*)(consort_exchange *, const consort_response *));
MEMBER(consort_exchange_api, problem, 88, consort_status (*)(consort_exchange *, int32_t http_status, consort_str code, consort_str detail));
MEMBER(consort_exchange_api, wake, 96, void (*)(consort_exchange *));
MEMBER(consort_exchange_api, ref, 104, void (*)(consort_exchange *));
MEMBER(consort_exchange_api, unref, 112, void (*)(consort_exchange *));
MEMBER(consort_exchange_api, wake_all, 120, void (*)(consort_exchange *const *exchanges, size_t count));
MEMBER(consort_exchange_api, read_body, 128, consort_status (*)(consort_exchange *, size_t most, void (*take)(void *arg, consort_status, const void *data, size_t size) , void *arg));

/* ---- cache.h ---- */
TEXT(CONSORT_SERVICE_CACHE, "consort.host.cache/1");

AT_LEAST(consort_cache_api, 24);
MEMBER(consort_cache_api, struct_size, 0, uint32_t);
MEMBER(consort_cache_api, reserved, 4, uint32_t);
MEMBER(consort_cache_api, fetch, 8, consort_status (*)(consort_host *, consort_str key, consort_status (*produce)(void *arg, consort_cache_fill *) , void (*ready)(void *arg, consort_status, const consort_slice *) , void (*drop)(void *arg) , void *arg));
MEMBER(consort_cache_api, allocate, 16, void * (*)(consort_cache_fill *, uint64_t size));

/* ---- catalog.h ---- */
TEXT(CONSORT_SERVICE_CATALOG, "consort.host.catalog/1");
CONSTANT(CONSORT_ITEM_TRACK, 1u);
CONSTANT(CONSORT_ITEM_MOVIE, 2u);
CONSTANT(CONSORT_ITEM_EPISODE, 3u);
ALIAS(consort_item_each, consort_status (*)(void *arg, const consort_item *));

AT_LEAST(consort_item, 144);
MEMBER(consort_item, struct_size, 0, uint32_t);
MEMBER(consort_item, kind, 4, uint32_t);
MEMBER(consort_item, id, 8, consort_str);
MEMBER(consort_item, uri, 24, consort_str);
MEMBER(consort_item, title, 40, consort_str);
MEMBER(consort_item, artist, 56, consort_str);
MEMBER(consort_item, album, 72, consort_str);
MEMBER(consort_item, album_artist, 88, consort_str);
MEMBER(consort_item, isrc, 104, consort_str);
MEMBER(consort_item, duration_ns, 120, int64_t);
MEMBER(consort_item, disc_number, 128, uint32_t);
MEMBER(consort_item, track_number, 132, uint32_t);
MEMBER(consort_item, year, 136, uint32_t);
MEMBER(consort_item, reserved, 140, uint32_t);

AT_LEAST(consort_catalog_api, 24);
MEMBER(consort_catalog_api, struct_size, 0, uint32_t);
MEMBER(consort_catalog_api, reserved, 4, uint32_t);
MEMBER(consort_catalog_api, item, 8, consort_status (*)(consort_host *, consort_str id, consort_item_each, void *arg));
MEMBER(consort_catalog_api, items, 16, consort_status (*)(consort_host *, uint32_t kind, consort_str after, uint32_t limit, consort_item_each each, void *arg));

/* ---- media.h ---- */
TEXT(CONSORT_SERVICE_MEDIA, "consort.host.media/1");
CONSTANT(CONSORT_TRACK_AUDIO, 1u);
CONSTANT(CONSORT_TRACK_VIDEO, 2u);
CONSTANT(CONSORT_TRACK_TEXT, 3u);
CONSTANT(CONSORT_SAMPLE_SYNC, 1u);
CONSTANT(CONSORT_SAMPLE_INLINE, 2u);
CONSTANT(CONSORT_TRACK_ALL_SYNC, 1u);
CONSTANT(CONSORT_TRACK_CONSTANT_DURATION, 2u);
CONSTANT(CONSORT_TRACK_DEFAULT, 4u);
ALIAS(consort_media_ready, void (*)(void *arg, consort_status, consort_media *));

SIZE(consort_sample, 32);
MEMBER(consort_sample, offset, 0, uint64_t);
MEMBER(consort_sample, decode_time, 8, int64_t);
MEMBER(consort_sample, size, 16, uint32_t);
MEMBER(consort_sample, duration, 20, uint32_t);
MEMBER(consort_sample, composition_offset, 24, int32_t);
MEMBER(consort_sample, flags, 28, uint32_t);

AT_LEAST(consort_track, 200);
MEMBER(consort_track, struct_size, 0, uint32_t);
MEMBER(consort_track, kind, 4, uint32_t);
MEMBER(consort_track, flags, 8, uint32_t);
MEMBER(consort_track, timescale, 12, uint32_t);
MEMBER(consort_track, codec, 16, consort_str);
MEMBER(consort_track, codec_string, 32, consort_str);
MEMBER(consort_track, language, 48, consort_str);
MEMBER(consort_track, title, 64, consort_str);
MEMBER(consort_track, configuration, 80, consort_str);
MEMBER(consort_track, sample_count, 96, uint64_t);
MEMBER(consort_track, media_duration, 104, uint64_t);
MEMBER(consort_track, edit_start, 112, int64_t);
MEMBER(consort_track, edit_duration, 120, uint64_t);
MEMBER(consort_track, start_offset_ns, 128, int64_t);
MEMBER(consort_track, sample_rate, 136, uint32_t);
MEMBER(consort_track, channels, 140, uint32_t);
MEMBER(consort_track, bits_per_sample, 144, uint32_t);
MEMBER(consort_track, width, 148, uint32_t);
MEMBER(consort_track, height, 152, uint32_t);
MEMBER(consort_track, sar_num, 156, uint32_t);
MEMBER(consort_track, sar_den, 160, uint32_t);
MEMBER(consort_track, frame_rate_num, 164, uint32_t);
MEMBER(consort_track, frame_rate_den, 168, uint32_t);
MEMBER(consort_track, rotation, 172, int32_t);
MEMBER(consort_track, colour_primaries, 176, uint32_t);
MEMBER(consort_track, colour_transfer, 180, uint32_t);
MEMBER(consort_track, colour_matrix, 184, uint32_t);
MEMBER(consort_track, colour_full_range, 188, uint32_t);
MEMBER(consort_track, average_bit_rate, 192, uint32_t);
MEMBER(consort_track, reserved, 196, uint32_t);

AT_LEAST(consort_media_api, 152);
MEMBER(consort_media_api, struct_size, 0, uint32_t);
MEMBER(consort_media_api, reserved, 4, uint32_t);
MEMBER(consort_media_api, open, 8, void (*)(consort_host *, consort_str item_id, consort_media_ready ready, void *arg));
MEMBER(consort_media_api, ref, 16, void (*)(consort_media *));
MEMBER(consort_media_api, unref, 24, void (*)(consort_media *));
MEMBER(consort_media_api, identity, 32, consort_str (*)(const consort_media *));
MEMBER(consort_media_api, item_id, 40, consort_str (*)(const consort_media *));
MEMBER(consort_media_api, container, 48, consort_str (*)(const consort_media *));
MEMBER(consort_media_api, content_type, 56, consort_str (*)(const consort_media *));
MEMBER(consort_media_api, source_size, 64, uint64_t (*)(const consort_media *));
MEMBER(consort_media_api, source_modified, 72, int64_t (*)(const consort_media *));
MEMBER(consort_media_api, track_count, 80, uint32_t (*)(const consort_media *));
MEMBER(consort_media_api, track, 88, consort_status (*)(const consort_media *, uint32_t track, consort_track *out));
MEMBER(consort_media_api, samples, 96, consort_status (*)(const consort_media *, uint32_t track, uint64_t first, uint64_t count, consort_sample *out));
MEMBER(consort_media_api, sample_at, 104, uint64_t (*)(const consort_media *, uint32_t track, int64_t time));
MEMBER(consort_media_api, source_slice, 112, consort_status (*)(consort_media *, uint64_t offset, uint64_t length, consort_slice *out));
MEMBER(consort_media_api, inline_slice, 120, consort_status (*)(consort_media *, uint64_t offset, uint64_t length, consort_slice *out));
MEMBER(consort_media_api, read_sample, 128, consort_status (*)(consort_media *, const consort_sample *, void *buffer));
MEMBER(consort_media_api, read_source, 136, consort_status (*)(consort_media *, uint64_t offset, uint64_t size, void *buffer));
MEMBER(consort_media_api, attachment, 144, void * (*)(consort_media *, const void *key, void *(*make)(void *arg, consort_media *), void (*drop)(void *made), void *arg));

/* ---- storage.h ---- */
TEXT(CONSORT_STORAGE, "consort.storage/1");
TEXT(CONSORT_SERVICE_STORAGE, "consort.host.storage/1");
CONSTANT(CONSORT_ENTRY_FILE, 1u);
CONSTANT(CONSORT_ENTRY_DIRECTORY, 2u);
CONSTANT(CONSORT_CHANGE_WRITTEN, 1u);
CONSTANT(CONSORT_CHANGE_REMOVED, 2u);
CONSTANT(CONSORT_CHANGE_LOST, 3u);
ALIAS(consort_list_entry, consort_status (*)(void *arg, consort_str name, const consort_stat *));
ALIAS(consort_change, void (*)(void *arg, uint32_t change, consort_str uri));

SIZE(consort_stat, 32);
MEMBER(consort_stat, kind, 0, uint32_t);
MEMBER(consort_stat, reserved, 4, uint32_t);
MEMBER(consort_stat, size, 8, uint64_t);
MEMBER(consort_stat, modified_ns, 16, int64_t);
MEMBER(consort_stat, file_id, 24, uint64_t);

AT_LEAST(consort_storage, 88);
MEMBER(consort_storage, struct_size, 0, uint32_t);
MEMBER(consort_storage, reserved, 4, uint32_t);
MEMBER(consort_storage, scheme, 8, const char *);
MEMBER(consort_storage, open, 16, consort_status (*)(void *self, consort_str uri, consort_source **out));
MEMBER(consort_storage, close, 24, void (*)(void *self, consort_source *));
MEMBER(consort_storage, stat, 32, consort_status (*)(void *self, const consort_source *, consort_stat *out));
MEMBER(consort_storage, read, 40, consort_status (*)(void *self, consort_source *, uint64_t offset, void *buffer, uint64_t size, uint64_t *got));
MEMBER(consort_storage, descriptor, 48, int32_t (*)(void *self, const consort_source *));
MEMBER(consort_storage, look, 56, consort_status (*)(void *self, consort_str uri, consort_stat *out));
MEMBER(consort_storage, list, 64, consort_status (*)(void *self, consort_str uri, consort_list_entry each, void *arg));
MEMBER(consort_storage, watch, 72, consort_status (*)(void *self, consort_str uri, consort_change changed, void *arg, void **watch));
MEMBER(consort_storage, unwatch, 80, void (*)(void *self, void *watch));

AT_LEAST(consort_storage_api, 40);
MEMBER(consort_storage_api, struct_size, 0, uint32_t);
MEMBER(consort_storage_api, reserved, 4, uint32_t);
MEMBER(consort_storage_api, open, 8, consort_status (*)(consort_host *, consort_str uri, consort_source **out));
MEMBER(consort_storage_api, close, 16, void (*)(consort_host *, consort_source *));
MEMBER(consort_storage_api, stat, 24, consort_status (*)(consort_host *, const consort_source *, consort_stat *out));
MEMBER(consort_storage_api, read, 32, consort_status (*)(consort_host *, consort_source *, uint64_t offset, void *buffer, uint64_t size, uint64_t *got));
MEMBER(consort_storage_api, list, 40, consort_status (*)(consort_host *, consort_str uri, consort_list_entry each, void *arg));
MEMBER(consort_storage_api, watch, 48, consort_status (*)(consort_host *, consort_str uri, consort_change changed, void *arg, consort_watch **out));
MEMBER(consort_storage_api, unwatch, 56, void (*)(consort_watch *));

/* ---- container.h ---- */
TEXT(CONSORT_CONTAINER, "consort.container/1");
ALIAS(consort_cover_ready, consort_status (*)(void *arg, consort_str content_type, const void *, uint64_t size));

SIZE(consort_input, 48);
MEMBER(consort_input, self, 0, void *);
MEMBER(consort_input, size, 8, uint64_t);
MEMBER(consort_input, name, 16, consort_str);
MEMBER(consort_input, read, 32, consort_status (*)(void *self, uint64_t offset, void *buffer, uint64_t size, uint64_t *got));
MEMBER(consort_input, canceled, 40, int32_t (*)(void *self));

SIZE(consort_probe_sink, 40);
MEMBER(consort_probe_sink, self, 0, void *);
MEMBER(consort_probe_sink, container, 8, void (*)(void *self, consort_str name, consort_str content_type, int64_t duration_ns));
MEMBER(consort_probe_sink, track, 16, void (*)(void *self, const consort_track *));
MEMBER(consort_probe_sink, tag, 24, void (*)(void *self, consort_str name, consort_str value));
MEMBER(consort_probe_sink, has_cover, 32, void (*)(void *self));

SIZE(consort_index_sink, 40);
MEMBER(consort_index_sink, self, 0, void *);
MEMBER(consort_index_sink, track, 8, consort_status (*)(void *self, const consort_track *));
MEMBER(consort_index_sink, samples, 16, consort_status (*)(void *self, uint32_t track, const consort_sample *, size_t count));
MEMBER(consort_index_sink, edit, 24, consort_status (*)(void *self, uint32_t track, int64_t edit_start, uint64_t edit_duration));
MEMBER(consort_index_sink, inline_bytes, 32, consort_status (*)(void *self, const void *, uint64_t size, uint64_t *offset));

AT_LEAST(consort_container, 40);
MEMBER(consort_container, struct_size, 0, uint32_t);
MEMBER(consort_container, reserved, 4, uint32_t);
MEMBER(consort_container, probe, 8, consort_status (*)(void *self, consort_input, consort_probe_sink));
MEMBER(consort_container, cover, 16, consort_status (*)(void *self, consort_input, consort_cover_ready, void *arg));
MEMBER(consort_container, index, 24, consort_status (*)(void *self, consort_input, consort_index_sink));
MEMBER(consort_container, extensions, 32, const char *const *);

/* ---- delivery.h ---- */
TEXT(CONSORT_DELIVERY, "consort.delivery/1");

AT_LEAST(consort_offer, 104);
MEMBER(consort_offer, struct_size, 0, uint32_t);
MEMBER(consort_offer, playable, 4, uint32_t);
MEMBER(consort_offer, delivery, 8, consort_str);
MEMBER(consort_offer, rendition, 24, consort_str);
MEMBER(consort_offer, path, 40, consort_str);
MEMBER(consort_offer, content_type, 56, consort_str);
MEMBER(consort_offer, codecs, 72, consort_str);
MEMBER(consort_offer, reason, 88, consort_str);

SIZE(consort_offer_sink, 16);
MEMBER(consort_offer_sink, self, 0, void *);
MEMBER(consort_offer_sink, put, 8, void (*)(void *self, const consort_offer *));

AT_LEAST(consort_delivery, 48);
MEMBER(consort_delivery, struct_size, 0, uint32_t);
MEMBER(consort_delivery, reserved, 4, uint32_t);
MEMBER(consort_delivery, routes, 8, const consort_route *);
MEMBER(consort_delivery, route_count, 16, size_t);
MEMBER(consort_delivery, handle, 24, void (*)(void *self, uint32_t route, consort_exchange *, consort_media *media));
MEMBER(consort_delivery, canceled, 32, void (*)(void *self, consort_exchange *));
MEMBER(consort_delivery, describe, 40, void (*)(void *self, consort_media *media, consort_offer_sink sink));

/* ---- http.h ---- */
TEXT(CONSORT_HTTP, "consort.http/1");

AT_LEAST(consort_http, 40);
MEMBER(consort_http, struct_size, 0, uint32_t);
MEMBER(consort_http, reserved, 4, uint32_t);
MEMBER(consort_http, routes, 8, const consort_route *);
MEMBER(consort_http, route_count, 16, size_t);
MEMBER(consort_http, handle, 24, void (*)(void *self, uint32_t route, consort_exchange *));
MEMBER(consort_http, canceled, 32, void (*)(void *self, consort_exchange *));

/* ---- keyvalue.h ---- */
TEXT(CONSORT_KEYVALUE, "consort.keyvalue/1");
TEXT(CONSORT_SERVICE_KEYVALUE, "consort.host.keyvalue/1");
ALIAS(consort_value, void (*)(void *arg, consort_str value));

AT_LEAST(consort_keyvalue, 48);
MEMBER(consort_keyvalue, struct_size, 0, uint32_t);
MEMBER(consort_keyvalue, reserved, 4, uint32_t);
MEMBER(consort_keyvalue, get, 8, consort_status (*)(void *self, consort_str key, consort_value, void *arg));
MEMBER(consort_keyvalue, set, 16, consort_status (*)(void *self, consort_str key, consort_str value, int64_t ttl_ns));
MEMBER(consort_keyvalue, compare_and_set, 24, consort_status (*)(void *self, consort_str key, consort_str expected, consort_str value, int64_t ttl_ns));
MEMBER(consort_keyvalue, remove, 32, consort_status (*)(void *self, consort_str key));
MEMBER(consort_keyvalue, add, 40, consort_status (*)(void *self, consort_str key, int64_t delta, int64_t ttl_ns, int64_t *sum));

AT_LEAST(consort_keyvalue_api, 48);
MEMBER(consort_keyvalue_api, struct_size, 0, uint32_t);
MEMBER(consort_keyvalue_api, reserved, 4, uint32_t);
MEMBER(consort_keyvalue_api, get, 8, consort_status (*)(consort_host *, consort_str key, consort_value, void *arg));
MEMBER(consort_keyvalue_api, set, 16, consort_status (*)(consort_host *, consort_str key, consort_str value, int64_t ttl_ns));
MEMBER(consort_keyvalue_api, compare_and_set, 24, consort_status (*)(consort_host *, consort_str key, consort_str expected, consort_str value, int64_t ttl_ns));
MEMBER(consort_keyvalue_api, remove, 32, consort_status (*)(consort_host *, consort_str key));
MEMBER(consort_keyvalue_api, add, 40, consort_status (*)(consort_host *, consort_str key, int64_t delta, int64_t ttl_ns, int64_t *sum));

/* ---- image.h ---- */
TEXT(CONSORT_IMAGE, "consort.image/1");
ALIAS(consort_image_ready, consort_status (*)(void *arg, consort_str content_type, const void *, uint64_t size));

AT_LEAST(consort_image, 16);
MEMBER(consort_image, struct_size, 0, uint32_t);
MEMBER(consort_image, reserved, 4, uint32_t);
MEMBER(consort_image, scale, 8, consort_status (*)(void *self, const void *picture, uint64_t size, uint32_t longest_side, consort_image_ready ready, void *arg));

/* ---- codec.h ---- */
CONSTANT(CONSORT_PCM_S16, 1u);
CONSTANT(CONSORT_PCM_S32, 2u);
CONSTANT(CONSORT_PCM_F32, 3u);
CONSTANT(CONSORT_PCM_ENDLESS, UINT64_MAX);
TEXT(CONSORT_DECODER, "consort.decoder/1");
TEXT(CONSORT_ENCODER, "consort.encoder/1");
CONSTANT(CONSORT_ENCODING_CUTTABLE, 1u);

SIZE(consort_pcm, 40);
MEMBER(consort_pcm, rate, 0, uint32_t);
MEMBER(consort_pcm, channels, 4, uint32_t);
MEMBER(consort_pcm, channel_mask, 8, uint64_t);
MEMBER(consort_pcm, sample_format, 16, uint32_t);
MEMBER(consort_pcm, bits, 20, uint32_t);
MEMBER(consort_pcm, frames, 24, uint64_t);
MEMBER(consort_pcm, reserved, 32, uint64_t);

SIZE(consort_pcm_input, 24);
MEMBER(consort_pcm_input, self, 0, void *);
MEMBER(consort_pcm_input, read, 8, consort_status (*)(void *self, uint64_t position, uint64_t frames, void *buffer, uint64_t *got));
MEMBER(consort_pcm_input, canceled, 16, int32_t (*)(void *self));

AT_LEAST(consort_decoder, 40);
MEMBER(consort_decoder, struct_size, 0, uint32_t);
MEMBER(consort_decoder, reserved, 4, uint32_t);
MEMBER(consort_decoder, format, 8, consort_status (*)(void *self, consort_media *, uint32_t track, consort_pcm *out));
MEMBER(consort_decoder, open, 16, consort_status (*)(void *self, consort_media *, uint32_t track, consort_pcm_reader **out));
MEMBER(consort_decoder, read, 24, consort_status (*)(consort_pcm_reader *, uint64_t position, uint64_t frames, void *buffer, uint64_t *got));
MEMBER(consort_decoder, close, 32, void (*)(consort_pcm_reader *));

SIZE(consort_encode_option, 32);
MEMBER(consort_encode_option, name, 0, consort_str);
MEMBER(consort_encode_option, value, 16, consort_str);

AT_LEAST(consort_encode_settings, 40);
MEMBER(consort_encode_settings, struct_size, 0, uint32_t);
MEMBER(consort_encode_settings, bit_rate, 4, uint32_t);
MEMBER(consort_encode_settings, sample_rate, 8, uint32_t);
MEMBER(consort_encode_settings, channels, 12, uint32_t);
MEMBER(consort_encode_settings, bits_per_sample, 16, uint32_t);
MEMBER(consort_encode_settings, height, 20, uint32_t);
MEMBER(consort_encode_settings, options, 24, const consort_encode_option *);
MEMBER(consort_encode_settings, option_count, 32, size_t);

AT_LEAST(consort_encode_source, 48);
MEMBER(consort_encode_source, struct_size, 0, uint32_t);
MEMBER(consort_encode_source, kind, 4, uint32_t);
MEMBER(consort_encode_source, pcm, 8, const consort_pcm *);
MEMBER(consort_encode_source, media, 16, consort_media *);
MEMBER(consort_encode_source, track, 24, uint32_t);
MEMBER(consort_encode_source, reserved, 28, uint32_t);
MEMBER(consort_encode_source, boundaries, 32, const int64_t *);
MEMBER(consort_encode_source, boundary_count, 40, size_t);

AT_LEAST(consort_encoding_info, 32);
MEMBER(consort_encoding_info, struct_size, 0, uint32_t);
MEMBER(consort_encoding_info, flags, 4, uint32_t);
MEMBER(consort_encoding_info, sample_duration, 8, uint32_t);
MEMBER(consort_encoding_info, peak_bit_rate, 12, uint32_t);
MEMBER(consort_encoding_info, revision, 16, consort_str);

SIZE(consort_encode_sink, 16);
MEMBER(consort_encode_sink, self, 0, void *);
MEMBER(consort_encode_sink, sample, 8, consort_status (*)(void *self, const consort_sample *, const void *data));

AT_LEAST(consort_encoder, 48);
MEMBER(consort_encoder, struct_size, 0, uint32_t);
MEMBER(consort_encoder, reserved, 4, uint32_t);
MEMBER(consort_encoder, prepare, 8, consort_status (*)(void *self, const consort_encode_source *, const consort_encode_settings *, consort_encoding **out));
MEMBER(consort_encoder, release, 16, void (*)(consort_encoding *));
MEMBER(consort_encoder, info, 24, consort_status (*)(const consort_encoding *, consort_encoding_info *out));
MEMBER(consort_encoder, track, 32, consort_status (*)(const consort_encoding *, consort_track *out));
MEMBER(consort_encoder, encode, 40, consort_status (*)(consort_encoding *, int64_t start, int64_t end, consort_pcm_input pcm, consort_encode_sink));

/* ---- rendition.h ---- */
TEXT(CONSORT_SERVICE_RENDITIONS, "consort.host.renditions/1");
CONSTANT(CONSORT_RENDITION_LISTED, 1u);
CONSTANT(CONSORT_RENDITION_MEASURED, 2u);
CONSTANT(CONSORT_RENDITION_ABOVE, 4u);
ALIAS(consort_renditions_ready, void (*)(void *arg, consort_status, consort_rendition *const *renditions, size_t count));
ALIAS(consort_coded_ready, void (*)(void *arg, consort_status, consort_coded *));

AT_LEAST(consort_rendition_info, 64);
MEMBER(consort_rendition_info, struct_size, 0, uint32_t);
MEMBER(consort_rendition_info, flags, 4, uint32_t);
MEMBER(consort_rendition_info, source_track, 8, uint32_t);
MEMBER(consort_rendition_info, sample_duration, 12, uint32_t);
MEMBER(consort_rendition_info, segment_count, 16, uint32_t);
MEMBER(consort_rendition_info, reserved, 20, uint32_t);
MEMBER(consort_rendition_info, name, 24, consort_str);
MEMBER(consort_rendition_info, revision, 40, consort_str);
MEMBER(consort_rendition_info, peak_bit_rate, 56, uint32_t);
MEMBER(consort_rendition_info, average_bit_rate, 60, uint32_t);

SIZE(consort_media_range, 16);
MEMBER(consort_media_range, start, 0, int64_t);
MEMBER(consort_media_range, end, 8, int64_t);

AT_LEAST(consort_renditions_api, 112);
MEMBER(consort_renditions_api, struct_size, 0, uint32_t);
MEMBER(consort_renditions_api, reserved, 4, uint32_t);
MEMBER(consort_renditions_api, list, 8, void (*)(consort_host *, consort_media *, consort_renditions_ready ready, void *arg));
MEMBER(consort_renditions_api, info, 16, consort_status (*)(const consort_rendition *, consort_rendition_info *out));
MEMBER(consort_renditions_api, track, 24, consort_status (*)(const consort_rendition *, consort_track *out));
MEMBER(consort_renditions_api, segment, 32, consort_status (*)(const consort_rendition *, uint32_t number, consort_media_range *out));
MEMBER(consort_renditions_api, segment_seconds, 40, uint32_t (*)(consort_host *));
MEMBER(consort_renditions_api, fetch, 48, consort_status (*)(consort_host *, consort_media *, consort_rendition *, uint32_t number, consort_coded_ready ready, void *arg, consort_ticket **ticket));
MEMBER(consort_renditions_api, cancel, 56, void (*)(consort_ticket *));
MEMBER(consort_renditions_api, leave, 64, void (*)(consort_ticket *));
MEMBER(consort_renditions_api, ref, 72, void (*)(consort_coded *));
MEMBER(consort_renditions_api, unref, 80, void (*)(consort_coded *));
MEMBER(consort_renditions_api, samples, 88, const consort_sample * (*)(const consort_coded *, size_t *count));
MEMBER(consort_renditions_api, payload, 96, const void * (*)(const consort_coded *, uint64_t *size));
MEMBER(consort_renditions_api, slice, 104, consort_status (*)(consort_coded *, uint64_t offset, uint64_t length, consort_slice *out));
MEMBER(consort_renditions_api, boundaries, 112, const int64_t * (*)(const consort_rendition *, size_t *count));

/* ---- sink.h ---- */
TEXT(CONSORT_SINK, "consort.sink/1");

SIZE(consort_log_field, 32);
MEMBER(consort_log_field, name, 0, consort_str);
MEMBER(consort_log_field, value, 16, consort_str);

AT_LEAST(consort_log_record, 64);
MEMBER(consort_log_record, struct_size, 0, uint32_t);
MEMBER(consort_log_record, level, 4, uint32_t);
MEMBER(consort_log_record, time, 8, int64_t);
MEMBER(consort_log_record, logger, 16, consort_str);
MEMBER(consort_log_record, message, 32, consort_str);
MEMBER(consort_log_record, fields, 48, const consort_log_field *);
MEMBER(consort_log_record, field_count, 56, size_t);

AT_LEAST(consort_sink, 16);
MEMBER(consort_sink, struct_size, 0, uint32_t);
MEMBER(consort_sink, least_level, 4, uint32_t);
MEMBER(consort_sink, write, 8, void (*)(void *self, const consort_log_record *));

/* ---- sound.h ---- */
TEXT(CONSORT_SERVICE_SOUND, "consort.host.sound/1");

SIZE(consort_encoder_component, 16);
MEMBER(consort_encoder_component, table, 0, const consort_encoder *);
MEMBER(consort_encoder_component, self, 8, void *);

AT_LEAST(consort_sound_api, 64);
MEMBER(consort_sound_api, struct_size, 0, uint32_t);
MEMBER(consort_sound_api, reserved, 4, uint32_t);
MEMBER(consort_sound_api, open, 8, consort_status (*)(consort_host *, consort_str uri, consort_sound **out));
MEMBER(consort_sound_api, close, 16, void (*)(consort_sound *));
MEMBER(consort_sound_api, format, 24, void (*)(const consort_sound *, consort_pcm *out));
MEMBER(consort_sound_api, identity, 32, consort_str (*)(const consort_sound *));
MEMBER(consort_sound_api, tags, 40, void (*)(const consort_sound *, void (*tag)(void *arg, consort_str name, consort_str value) , void *arg));
MEMBER(consort_sound_api, read, 48, consort_status (*)(consort_sound *, uint64_t position, uint64_t frames, void *buffer, uint64_t *got));
MEMBER(consort_sound_api, encoder, 56, consort_status (*)(consort_host *, consort_str codec, consort_encoder_component *out));
