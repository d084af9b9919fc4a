#!/bin/sh
# Answers that are no answers, at each request in turn: an exit code and a sentence, never a crash, a hang or a leak.
. "$(dirname "$0")/lib.sh"

# broken KIND: every command meets it at its first, second and third request.
broken() {
    for nth in 1 2 3; do
        scenario "$1 at request $nth"
        start_hosts --migrate-seconds 1 --time-scale 20 --fault "$1,nth=$nth"
        for line in 'wsman identify' 'vm list' 'vm show app01' 'host show' 'job list' 'wsman enumerate Msvm_ComputerSystem'; do
            for format in table json; do
                # The line is meant to be split.
                # shellcheck disable=SC2086
                hvctl $line --host "$hv01" --request-timeout 2s -o $format
                check 'it ends with a code that users know' known_exit
                [ "$status" = 0 ] || err_has 'error: '
                [ $format = table ] || [ ! -s "$work/out" ] || out_json 'true' -s
            done
        done
    done
}

known_exit() {
    case $status in 0 | 5 | 7 | 8 | 10 | 14) return 0 ;; esac
    return 1
}

for kind in ${1:-garbage truncate break drop-before drop-after wrong-relates-to http=500 http=404 auth}; do
    broken "$kind"
done

finish
