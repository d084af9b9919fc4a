#!/bin/sh
# CPU of a command that needs no host. Nearly all of it is the loader, so it is compared with a program that links the same
# libraries and does nothing.
# shellcheck disable=SC1091
. "$(dirname "$0")/lib.sh"

scenario 'hvctl version'
i=0
while [ "$i" -lt 41 ]; do
    measured version "$HVCTL" version
    measured floor "$FLOOR"
    i=$((i + 1))
done
own=$(median version 1)
within "CPU against a program that does nothing, $own us against $(median floor 1)" "$(ratio "$own" "$(median floor 1)")" 1.20
within 'microseconds of CPU' "$own" 5000
finish
