#!/bin/sh
# Answers that are no answers, from the first request on and from the second: an exit code and a sentence, JSON that is whole, never
# a crash, a hang or a leak. Usage: test_garbage.sh KIND...
. "$(dirname "$0")/lib.sh"

# broken KIND COMMAND
broken() {
    for nth in 1 2; do
        scenario "$1 from request $nth on: $2"
        start_hosts --fault "$1,nth=$nth,times=0"
        for format in json table; do
            # The command is meant to be split.
            # shellcheck disable=SC2086
            hvctl $2 --host "$hv01" --request-timeout 2s -o $format
            check 'an exit status that fits' among "$status" '0|5|7|9|10|14'
            [ "$status" = 0 ] || explained
            [ $format = table ] || out_json 'true' -s
        done
        check 'it was told in the end' [ "$status" != 0 ]
    done
}

explained() {
    err_has 'error: '
    check 'the error has a cause or a fix' grep -qE '^  (cause|fix): ' "$work/err"
}

for kind in "$@"; do
    broken "$kind" 'vm list'
    case $kind in
    # A connection that ends is tried again, and each try waits longer.
    break | drop-*) continue ;;
    # Identify is the one exchange without message IDs.
    wrong-relates-to) ;;
    *) broken "$kind" 'wsman identify' ;;
    esac
    for line in 'vm show app01' 'host show' 'job list' 'wsman enumerate Msvm_ComputerSystem'; do
        broken "$kind" "$line"
    done
done

finish
