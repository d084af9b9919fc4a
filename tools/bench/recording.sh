#!/bin/sh
# What --record adds to the time of a run: of a listing of 10,000 instances of 30 properties, and of a move. Recorded and plain
# runs take turns. Exchanges are written while the next answer is under way, so a listing is asked for twice: from a host whose
# answers take 140 ms, which hides that, and from one that answers at once and needs the same processors.
# shellcheck disable=SC1091
. "$(dirname "$0")/lib.sh"

# of FILE COMMAND...: the same plainly and recorded.
of() {
    name=$1
    shift
    measured "$name.plain" "$@"
    measured "$name.recorded" "$@" --record "$work/$name.fixture"
    rm -rf "$work/$name.fixture"
}
# told WHAT FILE BUDGET
told() {
    plain=$(median "$2.plain" 3)
    recorded=$(median "$2.recorded" 3)
    within "$1 recorded, $recorded us against $plain; CPU $(median "$2.recorded" 1) against $(median "$2.plain" 1)" \
        "$(ratio "$recorded" "$plain")" "$3"
}
listings() {
    for _ in 1 2 3 4 5 6 7; do
        of "$1" "$HVCTL" wsman enumerate Hvsim_Bulk --namespace root/hvsim --host "${hv01:?}" -o jsonl
    done
}

scenario 'recording'
start_hosts --hosts hv01 --bulk Hvsim_Bulk=10000 --quirk slow
listings listing
told 'a listing of 10,000 instances' listing 1.05
start_hosts --hosts hv01 --bulk Hvsim_Bulk=10000
listings loopback
told 'a listing from a host that answers at once' loopback 1.50
start_hosts --migrate-seconds 4 --time-scale 4
for _ in 1 2 3 4 5; do
    measured move.plain "$HVCTL" migrate app01 --from "${hv01:?}" --to "${hv02:?}" --include-storage
    measured move.recorded "$HVCTL" migrate app01 --from "${hv02:?}" --to "${hv01:?}" --include-storage --record "$work/move.fixture"
    rm -rf "$work/move.fixture"
done
told 'a move' move 1.05
finish
