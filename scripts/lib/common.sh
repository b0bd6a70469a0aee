# shellcheck shell=bash
# What the scripts in this folder share: sourced, never run. Sets $root, the repository's folder.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

if [ -t 1 ]; then bold=$'\e[1m' red=$'\e[31m' plain=$'\e[0m'; else bold='' red='' plain=''; fi

say() { printf '%s==>%s %s\n' "$bold" "$plain" "$*"; }
note() { printf '    %s\n' "$*"; }
die() {
    printf '%s%s: %s%s\n' "$red" "${0##*/}" "$*" "$plain" >&2
    exit 1
}

# The comment at the head of a script is its help text.
show_help() { sed -n '2,/^[^#]/{s/^# \{0,1\}//;t print;d;:print;p}' "$0"; }

# One compiler needs up to 1.5 GiB for the heaviest sources: as many jobs as cores, if memory allows.
build_jobs() {
    local cores available
    cores=$(nproc)
    available=$(awk '/^MemAvailable/ { print int($2 / 1024 / 1536) }' /proc/meminfo)
    if [ "$available" -lt 1 ]; then available=1; fi
    if [ "$available" -lt "$cores" ]; then echo "$available"; else echo "$cores"; fi
}

# Passes ninja's output on, but of its progress lines only one each twentieth part. In bash, because
# Debian's awk reads a pipe in large blocks.
thin_progress() {
    local line shown=0 percent
    while IFS= read -r line; do
        if [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]]; then
            percent=$((BASH_REMATCH[1] * 100 / BASH_REMATCH[2]))
            if [ $percent -ge $((shown + 5)) ]; then
                shown=$percent
                printf '    %3d %%  (%d of %d)\n' "$percent" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
            fi
        elif [[ ! $line =~ ^ninja:\ (no\ work\ to\ do|Entering) ]]; then
            printf '%s\n' "$line"
        fi
    done
}

# build PRESET CMAKE-ARGUMENTS… -- TARGETS…: configures if needed and builds below build/PRESET.
build() {
    local preset=$1 folder started=$SECONDS
    folder=$root/build/$preset
    shift
    local arguments=()
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        arguments+=("$1")
        shift
    done
    if [ $# -gt 0 ]; then shift; fi

    # The arguments of the last configuration are kept, so that an unchanged build asks CMake nothing.
    local wanted="$preset ${arguments[*]}" kept=$folder/.configured
    if [ ! -f "$folder/build.ninja" ] || [ "$(cat "$kept" 2>/dev/null)" != "$wanted" ]; then
        mkdir -p "$folder"
        (cd "$root" && cmake --preset "$preset" "${arguments[@]}") >"$folder/configure.log" 2>&1 || {
            tail -n 30 "$folder/configure.log" >&2
            die "CMake failed; the whole output is in $folder/configure.log"
        }
        printf '%s' "$wanted" >"$kept"
    fi
    if ! NINJA_STATUS='[%f/%t] ' ninja -C "$folder" -j "$(build_jobs)" "$@" 2>&1 | thin_progress; then
        return 1
    fi
    note "built in $((SECONDS - started)) s"
}
