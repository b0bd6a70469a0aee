#!/bin/sh
# one_symbol_test.sh PLUGIN: the library defines one dynamic symbol, the entry.
set -eu
symbols=$(nm -D --defined-only "$1" | awk '{print $2, $3}')
if [ "$symbols" != "D consort_plugin_entry" ]; then
    echo "$1 exports:"
    echo "$symbols"
    exit 1
fi
