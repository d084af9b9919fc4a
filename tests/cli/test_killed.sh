#!/bin/sh
# hvctl is killed while it waits for the answer to each of its requests in turn, and started again: by "job follow --last", or by the
# same command once more. A real process, real connections and a real journal; tests/faults does it in far more ways on a clock of its
# own. Usage: test_killed.sh follow|again
. "$(dirname "$0")/lib.sh"
how=$1
app01=0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001
moving='.method == "MigrateVirtualSystemToHost"'

n_logged() {
    wc -l <"$requests" 2>/dev/null || echo 0
}

# The request with this number is carried out, and never answered. False: there is no such request.
killed_at() {
    start_hosts --migrate-seconds 2 --time-scale 4 --fault "stall=600,nth=$1"
    said="hvctl migrate, killed at request $1"
    "$HVCTL" migrate $app01 --from "$hv01" --to "$hv02" --include-storage --poll 50ms --progress none \
        >"$work/out" 2>"$work/err" </dev/null &
    pid=$!
    while [ "$(n_logged)" -lt "$1" ] && kill -0 "$pid" 2>/dev/null; do :; done
    kill -KILL "$pid" 2>/dev/null || return 1
    wait "$pid" 2>/dev/null
    [ "$(n_logged)" -ge "$1" ]
}

outcome() {
    jq -r '.results[0].outcome' "$work/out"
}

# Started again until it is settled what became of the move.
take_up() {
    if [ "$how" = again ]; then
        quick migrate $app01 --from "$hv01" --to "$hv02" --include-storage -o json
        # The first one still runs.
        [ "$status" != 10 ] || quick job follow --last -o json
    else
        quick job follow --last -o json
    fi
}

# What hvctl says is what is so, and nothing was asked for twice.
is_true() {
    truth=$(places $app01)
    note="in truth it is at: $truth"
    check 'the VM is at one host' among "$truth" 'hv01|hv02'
    if [ "$how$status" = follow9 ]; then
        check 'nothing to follow: nothing was asked for' [ "$n_asked" = 0 ]
        check 'it is where it was' [ "$truth" = hv01 ]
    else
        check 'exit status 0' [ "$status" = 0 ]
        check 'the last word is moved' [ "$(outcome)" = moved ]
        check 'it is at the destination' [ "$truth" = hv02 ]
    fi
    if [ "$how" = again ]; then
        check 'at most one request to move for each try' [ "$(n_requests "$moving")" -le 2 ]
    else
        sent "$n_asked" "$moving"
    fi
    hvctl journal check
    exit_is 0
}

point=1
while scenario "killed at request $point, then $how" && killed_at "$point"; do
    n_asked=$(n_requests "$moving")
    check 'at most one request to move before it was killed' [ "$n_asked" -le 1 ]
    take_up
    is_true
    point=$((point + 1))
done
scenario 'the whole conversation'
check "it has requests, and this one ended by itself: $((point - 1))" [ "$point" -gt 10 ]

finish
