#!/bin/sh
# guide_test.sh GUIDE TEMPLATE_DIRECTORY: every line of the guide's cpp and cmake blocks is a line of the
# template, which is compiled and tested.
set -eu
guide=$1 template=$2
lines=$(awk '/^```(cpp|cmake)$/ {inside = 1; next} /^```/ {inside = 0} inside && NF' "$guide")
[ -n "$lines" ] || { echo "no code found in $guide"; exit 1; }
printf '%s\n' "$lines" | while IFS= read -r line; do
    cat "$template"/*.cpp "$template"/CMakeLists.txt | grep -Fxq -- "$line" ||
        { echo "not in the template: $line"; exit 1; }
done
