#!/bin/sh
# Ending a job (ux.md 6): in good order, by force only when asked, in a race with its end; and where the VM is afterwards.
. "$(dirname "$0")/lib.sh"
app01=0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001
asked='.method == "RequestStateChange"'

# a_move [ARGUMENTS OF hvsim]: app01 moves from hv01 to hv02 on fresh hosts, and nobody waits for it; $ref is its job.
a_move() {
    start_hosts --migrate-seconds 600 "$@"
    left_running
}
left_running() {
    quick migrate app01 --from "$hv01" --to "$hv02" --include-storage --detach -o json
    exit_is 0
    ref=$(jq -r '.results[0].job.ref' "$work/out")
    id=$(jq -r '.results[0].job.id' "$work/out")
}

# The job ended, and the VM is where it was.
is_cancelled() {
    exit_is 0
    out_json '.results[0] | .outcome == "not_moved" and .cancel == "accepted" and .exit == 0 and .error == null'
    out_json '.results[0] | .at_source == "present" and .vm_location == "source"'
    out_json '.results[0].leftovers == []'
    vm_is_at $app01 hv01
}

scenario 'a job is ended, and both hosts say where the VM is'
a_move
quick job cancel "$ref" --to "$hv02" -o json
is_cancelled
out_json '.type == "cancel" and .results[0].at_destination == "absent" and .results[0].job.state_code == 8'
out_json '.results[0].verdict | .word == "not_moved" and ([.evidence[].about] | contains(["job", "destination", "source"]))'
out_json '[.results[0].verdict.evidence[] | select(.host == null or .asked == null or .seen == null or .time == null)] == []'
sent 1 "$asked"
hvctl job history app01 -o json
out_json '.entries | length == 1 and .[0].outcome == "not_moved" and .[0].ended != null'

scenario 'once more: it is over already'
forget_requests
quick job cancel "$ref" --to "$hv02" -o json
exit_is 0
out_json '.results[0] | .outcome == "not_moved" and .cancel == "unasked"'
err_has 'there was no job to cancel'
sent 0 "$asked"

scenario 'for people'
left_running
quick job cancel "$ref" --to "$hv02"
exit_is 0
out_has cancelled
out_has "${ref%%/*}  running"
err_is_empty

scenario 'the last of the journal'
left_running
quick job cancel --last -o json
is_cancelled

scenario 'a job of somebody else, without a word of its destination'
left_running
XDG_STATE_HOME=$work/other quick job cancel "$ref" -o json
is_cancelled
out_json '.results[0].at_destination == "unknown"'

scenario 'a job that somebody else cancels while it is followed'
left_running
"$HVCTL" job follow "$ref" --to "$hv02" --poll 50ms -o jsonl >"$work/followed" 2>/dev/null </dev/null &
follower=$!
until grep -q job.progress "$work/followed" 2>/dev/null; do :; done
quick job cancel "$ref" --to "$hv02" -o json
is_cancelled
code=0
wait $follower || code=$?
check 'the follower ends with cancelled' [ $code = 12 ]

scenario 'usage'
hvctl job cancel
exit_is 2
hvctl job cancel --last hv01/x
exit_is 2
hvctl job cancel 00000000-0000-0000-0000-000000000000 --host "$hv01"
error_is 9 not_found

scenario 'the answer is lost: the job was told'
a_move --fault drop-after,action=RequestStateChange
quick job cancel "$ref" --to "$hv02" -o json
is_cancelled
sent 1 "$asked"

scenario 'the request is lost: the job runs, and is told again'
a_move --fault drop-before,action=RequestStateChange,times=2
quick job cancel "$ref" --to "$hv02" -o json
is_cancelled
sent 3 "$asked"

scenario 'the answer makes no sense'
a_move --fault garbage,action=RequestStateChange
quick job cancel "$ref" --to "$hv02" -o json
is_cancelled
sent 1 "$asked"

scenario 'a host that refuses'
a_move --fault return=32769,action=RequestStateChange,times=0
quick job cancel "$ref" --to "$hv02" -o json
error_is 8 denied
out_json '.results[0] | .outcome == "running" and .cancel == "refused"'
err_has 'goes on'
quick job show "$ref" -o json
out_json '.finished | not'

scenario 'a job that does not end in good order, and is killed by who wants that'
a_move --fault cancel-hangs
quick job cancel "$ref" --to "$hv02" --kill --grace 200ms -o json
is_cancelled
out_json '.results[0].job.state_code == 9'
sent 2 "$asked"

scenario 'a job that does not end in good order, and nobody kills it'
a_move --fault cancel-hangs
"$HVCTL" job cancel "$ref" --to "$hv02" --grace 100ms --poll 50ms --progress none >"$work/out" 2>"$work/err" </dev/null &
pid=$!
until grep -q 'kill' "$work/err"; do :; done
kill -TERM $pid
status=0
wait $pid || status=$?
exit_is 11
err_has '--kill ends it by force'
err_has 'has not ended yet'
sent 1 "$asked"

scenario 'a job that hangs can be ended'
a_move --fault job-hangs=40
quick job cancel "$ref" --to "$hv02" -o json
is_cancelled

scenario 'the job was complete'
start_hosts --migrate-seconds 1 --time-scale 4
left_running
until [ "$(places $app01)" = hv02 ]; do :; done
quick job cancel "$ref" --to "$hv02" -o json
exit_is 10
out_json '.results[0] | .outcome == "moved" and .at_destination == "present" and .at_source == "absent" and .exit == 10'
out_json '.results[0].error.code == "conflict"'
err_has 'could not be cancelled'
sent 0 "$asked"

scenario 'too late: the host cancels no more, and the VM arrives'
start_hosts --migrate-seconds 20 --time-scale 4
left_running
percent=0
until [ "$percent" -ge 90 ]; do
    "$HVCTL" job show "$ref" -o json >"$work/seen" 2>/dev/null || break
    percent=$(jq -r .percent "$work/seen")
done
quick job cancel "$ref" --to "$hv02" -o json
exit_is 10
out_json '.results[0].outcome == "moved"'
vm_is_at $app01 hv02

scenario 'the job object is gone while the move goes on'
start_hosts --migrate-seconds 3 --time-scale 2 --fault job-vanishes
left_running
gone() {
    XDG_STATE_HOME=$work/other hvctl job show "$id" --host "$hv01"
    [ "$status" = 9 ]
}
until gone; do :; done
quick job cancel "$ref" --to "$hv02" -o json
exit_is 10
out_json '.results[0] | .outcome == "moved" and .job.vanished and .cancel == "unasked"'
vm_is_at $app01 hv02

scenario 'a client that was killed before it heard of its job'
start_hosts --migrate-seconds 600 --fault stall=2,action=MigrateVirtualSystemToHost
"$HVCTL" migrate app01 --from "$hv01" --to "$hv02" --include-storage -q >"$work/out" 2>"$work/err" </dev/null &
pid=$!
until grep -q MigrateVirtualSystemToHost "$requests" 2>/dev/null; do :; done
kill -KILL "$pid"
wait "$pid" 2>/dev/null
quick job cancel --last -o json
is_cancelled
sent 1 '.method == "MigrateVirtualSystemToHost"'

finish
