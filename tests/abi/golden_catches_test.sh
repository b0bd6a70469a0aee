#!/bin/sh
# golden_catches_test.sh COMPILER SOURCE_DIRECTORY INCLUDE_DIRECTORY: edits copies of the headers; the
# golden file must accept what the rules allow and refuse every break.
set -eu
compiler=$1 source=$2 include=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

check() { # accepted|refused NAME HEADER SED_SCRIPT
    rm -rf "$work/include"
    cp -r "$include" "$work/include"
    header=$work/include/consort/abi/$3
    sed -i -E "$4" "$header"
    if cmp -s "$header" "$include/consort/abi/$3"; then
        echo "$2: the edit changes nothing"
        failed=1
        return
    fi
    outcome=refused
    "$compiler" -std=c11 -fsyntax-only -I"$work/include" "$source/golden_1_0.c" \
        >"$work/log" 2>&1 && outcome=accepted
    if [ $outcome != "$1" ]; then
        echo "$2: $outcome instead of $1"
        cat "$work/log"
        failed=1
    fi
}

check accepted "append to a table" http.h \
    's|^\} consort_http;|    void (*later)(void *self) CONSORT_NOEXCEPT;\n} consort_http;|'
check accepted "a new constant" base.h 's|^#define CONSORT_OK 0|&\n#define CONSORT_NEW 3|'
check accepted "a higher minor version" base.h 's|(CONSORT_ABI_MINOR) 0|\1 1|'
check refused "another major version" base.h 's|(CONSORT_ABI_MAJOR) 1|\1 2|'
check refused "insert in the middle" exchange.h \
    's|^    void \(\*wake\).*|    void (*middle)(consort_exchange *) CONSORT_NOEXCEPT;\n&|'
check refused "swap two functions of one type" exchange.h \
    's|\(\*ref\)|(*swapped)|; s|\(\*unref\)|(*ref)|; s|\(\*swapped\)|(*unref)|'
check refused "another parameter type" services.h 's|double delta|float delta|'
check refused "another signedness" media.h 's|int64_t decode_time|uint64_t decode_time|'
check refused "a renamed member" slice.h 's|void \*owner;|void *keeper;|'
check refused "a grown value" slice.h \
    's|^    void \*owner;|&\n    uint64_t more;|'
check refused "a changed constant" slice.h 's|(CONSORT_SLICE_FILE) 2u|\1 4u|'
check refused "swapped constants" base.h \
    's|(CONSORT_E_IO) \(-6\)|\1 (-7)|; s|(CONSORT_E_DENIED) \(-7\)|\1 (-6)|'
check refused "a changed id" http.h 's|"consort.http/1"|"consort.http/2"|'
check refused "another return type" delivery.h 's|void \(\*canceled\)|int (*canceled)|'
check refused "a removed table member" keyvalue.h '/^    consort_status \(\*remove\)/d'
exit $failed
