#!/bin/sh
# headers_alone_test.sh INCLUDE_DIRECTORY: every header compiles as the only one, warnings as errors:
# the ABI as C11, C17, C++17 and C++20 without padding, the C++ layer as C++20; with gcc and clang.
set -eu
include=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
warnings="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -I$include -c -o /dev/null"
cache=$(command -v ccache || true)

# One line a compilation; xargs runs two at a time and fails if one fails.
for compiler in gcc clang; do
    command -v $compiler >/dev/null || { echo "skipped: no $compiler"; continue; }
    for header in $(cd "$include" && find consort -name '*.h'); do
        stub=$(echo "$header" | tr '/.' '__')
        echo "#include \"$header\"" | tee "$stub.c" >"$stub.cpp"
        for standard in c11 c17; do
            echo "$compiler $warnings -std=$standard $stub.c"
        done
        for standard in c++17 c++20; do
            echo "$compiler $warnings -Wpadded -std=$standard $stub.cpp"
        done
    done
    for header in $(cd "$include" && find consort -name '*.hpp'); do
        stub=$(echo "$header" | tr '/.' '__')
        echo "#include \"$header\"" >"$stub.cpp"
        echo "$compiler $warnings -std=c++20 $stub.cpp" | sed "s|-o /dev/null|-o $compiler-$stub.o|"
    done
done >compilations
[ -s compilations ] || { echo "no compiler found"; exit 1; }
xargs -P 2 -I{} sh -c "$cache {} || { echo 'failed: {}'; exit 1; }" <compilations
