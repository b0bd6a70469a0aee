/* Mentions every public type in an exported function, so that abidw finds them all. */
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
#include "consort/abi/sink.h"
#include "consort/abi/sound.h"

#define WITNESS(type)                \
    void witness_##type(const type *); \
    void witness_##type(const type *thing) { (void)thing; }

WITNESS(consort_str)
WITNESS(consort_config_key)
WITNESS(consort_config_flag)
WITNESS(consort_descriptor)
WITNESS(consort_component)
WITNESS(consort_host_api)
WITNESS(consort_entry)
WITNESS(consort_log_api)
WITNESS(consort_config_api)
WITNESS(consort_metrics_api)
WITNESS(consort_executor_api)
WITNESS(consort_timer_api)
WITNESS(consort_events_api)
WITNESS(consort_slice)
WITNESS(consort_header)
WITNESS(consort_route)
WITNESS(consort_response)
WITNESS(consort_exchange_api)
WITNESS(consort_cache_api)
WITNESS(consort_item)
WITNESS(consort_catalog_api)
WITNESS(consort_sample)
WITNESS(consort_track)
WITNESS(consort_media_api)
WITNESS(consort_stat)
WITNESS(consort_storage)
WITNESS(consort_storage_api)
WITNESS(consort_input)
WITNESS(consort_probe_sink)
WITNESS(consort_index_sink)
WITNESS(consort_container)
WITNESS(consort_offer)
WITNESS(consort_offer_sink)
WITNESS(consort_delivery)
WITNESS(consort_http)
WITNESS(consort_keyvalue)
WITNESS(consort_keyvalue_api)
WITNESS(consort_image)
WITNESS(consort_pcm)
WITNESS(consort_pcm_input)
WITNESS(consort_decoder)
WITNESS(consort_encode_option)
WITNESS(consort_encode_settings)
WITNESS(consort_encode_source)
WITNESS(consort_encoding_info)
WITNESS(consort_encode_sink)
WITNESS(consort_encoder)
WITNESS(consort_rendition_info)
WITNESS(consort_media_range)
WITNESS(consort_renditions_api)
WITNESS(consort_sound_api)
WITNESS(consort_encoder_component)
WITNESS(consort_log_field)
WITNESS(consort_log_record)
WITNESS(consort_sink)
