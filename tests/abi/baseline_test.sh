#!/bin/sh
# baseline_test.sh WITNESS SOURCE_DIRECTORY BUILD_DIRECTORY: the public types are those of the
# baseline, and the baseline has its line in HISTORY.
#
# A difference, legal or not, is for a person to judge: after deciding that the change keeps old
# plugins working, run `baseline_test.sh --accept WITNESS SOURCE_DIRECTORY "the reason"`.
set -eu
write_abi() { # WITNESS OUTPUT
    abidw --no-corpus-path --no-comp-dir-path --no-show-locs --no-write-default-sizes \
        --out-file "$2" "$1"
}
command -v abidw >/dev/null && command -v abidiff >/dev/null || {
    echo "skipped: abidw and abidiff are not installed (Debian: abigail-tools)"
    exit 77
}

if [ "$1" = --accept ]; then
    [ $# -eq 4 ] || { echo "usage: $0 --accept WITNESS SOURCE_DIRECTORY REASON"; exit 1; }
    write_abi "$2" "$3/baseline.abi"
    hash=$(sha256sum <"$3/baseline.abi" | cut -c 1-16)
    echo "$hash $(date -u +%Y-%m-%d) $4" >>"$3/HISTORY"
    exit 0
fi

witness=$1 source=$2 build=$3
hash=$(sha256sum <"$source/baseline.abi" | cut -c 1-16)
last=$(grep -v '^#' "$source/HISTORY" | tail -n 1)
case $last in
"$hash "????-??-??" "?*) ;;
*)
    echo "baseline.abi ($hash) is not what the last line of HISTORY describes: $last"
    exit 1
    ;;
esac
write_abi "$witness" "$build/present.abi"
if ! abidiff "$source/baseline.abi" "$build/present.abi"; then
    echo "The ABI differs from the baseline. If old plugins keep working, accept it with a reason:"
    echo "  $0 --accept $witness $source \"the reason\""
    exit 1
fi
