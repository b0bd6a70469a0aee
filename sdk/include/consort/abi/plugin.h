/* What a plugin library exports, and the host as it first meets it.
 *
 * A library exports exactly one symbol, the constant `consort_plugin_entry`. The host reads magic,
 * sizes and versions from it before it calls anything. Life of a plugin:
 *
 *   load -> create (offers its components) -> calls from any thread -> destroy (after the last call
 *   and the last release) -> the library stays mapped until the process ends.
 *
 * The same library may be created several times, one after the other or side by side: keep no
 * mutable globals. A plugin is trusted code; the ABI guards against mistakes, not against malice.
 */
#ifndef CONSORT_ABI_PLUGIN_H
#define CONSORT_ABI_PLUGIN_H

#include "base.h"

CONSORT_BEGIN_C

#define CONSORT_ENTRY_MAGIC 0x54534e43u /* "CNST", little endian */
#define CONSORT_ENTRY_SYMBOL "consort_plugin_entry"

#define CONSORT_CONFIG_STRING 1u
#define CONSORT_CONFIG_INTEGER 2u /* bounds apply                                                */
#define CONSORT_CONFIG_REAL 3u    /* bounds apply                                                */
#define CONSORT_CONFIG_BOOLEAN 4u
#define CONSORT_CONFIG_STRINGS 5u /* a list of strings                                           */

#define CONSORT_CONFIG_REQUIRED 1u
#define CONSORT_CONFIG_SECRET 2u /* never printed, not even by `config check`                    */

/* value. A key that the plugin understands in its section `[plugins.<name>]`. The host checks type
 * and bounds before `create`, and refuses keys that no declaration names. */
typedef struct consort_config_key {
    const char *name;
    uint32_t type;            /* CONSORT_CONFIG_*                                                */
    uint32_t flags;           /* CONSORT_CONFIG_REQUIRED, CONSORT_CONFIG_SECRET                  */
    const char *default_text; /* as it would stand in TOML, without quotes; NULL: no default     */
    double minimum, maximum;  /* both 0: unbounded                                               */
    const char *description;  /* one sentence, with the unit                                     */
} consort_config_key;

/* value. Another way to say a key of the plugin: `consort serve --audio-dir DIR`, AUDIO_DIR=DIR. They
 * win over the file, the flag over the variable. Names that the host or an earlier plugin has already
 * are left alone, with a line in the log. */
typedef struct consort_config_flag {
    const char *key;
    const char *flag;        /* "audio-dir", without the dashes; NULL: none                     */
    const char *environment; /* "AUDIO_DIR"; NULL: none                                         */
} consort_config_flag;

/* table, constant data of the library. */
typedef struct consort_descriptor {
    uint32_t struct_size, reserved;
    const char *id;          /* reverse DNS, for example "org.consort.delivery.hls"              */
    const char *name;        /* its name in the config, lower case: "hls"                        */
    const char *version;     /* of the plugin: "1.4.2"                                           */
    const char *vendor;
    const char *license;     /* SPDX expression                                                  */
    const char *description; /* one sentence                                                     */
    const char *url;
    const char *maturity;    /* "stable", "beta" or "experimental"                               */
    const char *hardening;   /* which untrusted input it is built to survive; one sentence       */
    const char *const *needs;    /* NULL-terminated host service ids; one missing: refused       */
    const consort_config_key *config_keys;
    size_t config_key_count;
    const consort_config_flag *config_flags;
    size_t config_flag_count;
} consort_descriptor;

/* table. Something that a plugin offers. The host copies this and the vtable at `offer`. */
typedef struct consort_component {
    uint32_t struct_size, reserved;
    const char *interface_id; /* "consort.delivery/1"                                            */
    const char *name;         /* unique within the interface: "hls"                              */
    const void *vtable;       /* a table; its type follows from interface_id                     */
    void *self;               /* first argument of every function of the vtable                  */
} consort_component;

/* table. */
typedef struct consort_host_api {
    uint32_t struct_size, reserved;
    /* The table of a host service by id, NULL if this host has none such. Lives as long as the
     * plugin. [any] */
    const void *(*query)(consort_host *, const char *service_id)CONSORT_NOEXCEPT;
    /* Registers a component. DONE if interface and name are taken, INVALID if a required member of
     * the vtable is missing. Only during `create`. [main] */
    consort_status (*offer)(consort_host *, const consort_component *) CONSORT_NOEXCEPT;
    /* The sentence that goes with the negative status this thread is about to return. Copied.
     * [any] */
    void (*set_error)(consort_host *, consort_str why) CONSORT_NOEXCEPT;
} consort_host_api;

/* table. The one exported symbol. The first four members never move, in any major version. */
typedef struct consort_entry {
    uint32_t magic;
    uint32_t struct_size;
    uint16_t abi_major, abi_minor;
    uint32_t reserved;
    const consort_descriptor *descriptor;
    /* Makes an instance. On failure it cleans up after itself and leaves *out alone. [main] */
    consort_status (*create)(consort_host *, const consort_host_api *,
                             consort_plugin **out) CONSORT_NOEXCEPT;
    /* Called once for each successful create, after the last call into the plugin. [main] */
    void (*destroy)(consort_plugin *) CONSORT_NOEXCEPT;
} consort_entry;

CONSORT_END_C

#endif
