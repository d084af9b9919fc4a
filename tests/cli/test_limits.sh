#!/bin/sh
# When to stop waiting, and what becomes of the job then (ux.md 2 and 6): limits of time, signals, lost readers and terminals.
. "$(dirname "$0")/lib.sh"
app01=0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001
asked='.method == "RequestStateChange"'
moving='.method == "MigrateVirtualSystemToHost"'
# move ARGUMENT...: app01 moves from hv01 to hv02.
move() {
    quick migrate app01 --from "$hv01" --to "$hv02" --include-storage "$@"
}
# behind ARGUMENT...: the same in the background, as $pid, with the signals that a shell would make it ignore.
behind() {
    said="hvctl migrate app01 $*"
    env --default-signal=INT,HUP "$HVCTL" migrate app01 --from "$hv01" --to "$hv02" --include-storage --poll 50ms --progress none \
        "$@" >"$work/out" 2>"$work/err" </dev/null &
    pid=$!
}
until_asked() {
    until [ "$(n_requests "$1")" != 0 ]; do :; done
}
ended() {
    status=0
    wait "$pid" || status=$?
    check_health
}

scenario 'a limit of time leaves the job to its host'
start_hosts --migrate-seconds 600
move --timeout 500ms
exit_is 11
err_has 'not done after'
err_has 'the job goes on'
err_has 'hvctl job follow'
err_has 'hvctl job cancel'
sent 0 "$asked"

scenario 'the journal knows what was left, and it can be ended'
hvctl job history app01 -o json
out_json '.entries[-1] | .outcome == "running" and .ended == null'
quick job cancel --last -q
exit_is 0

scenario 'or fails'
move --timeout 500ms --on-timeout fail -o json
exit_is 1
out_json '.results[0] | .outcome == "running" and .error.code == "failed"'
quick job cancel --last -q

scenario 'or ends the job'
forget_requests
move --timeout 500ms --on-timeout cancel -o json
exit_is 12
out_json '.results[0] | .outcome == "not_moved" and .cancel == "accepted" and .error.code == "cancelled" and .at_source == "present"'
sent 1 "$asked"
vm_is_at $app01 hv01

scenario 'a followed job has limits too'
move --detach -q
quick job follow --last --timeout 300ms
exit_is 11
quick job follow --last --timeout 300ms --on-timeout cancel
exit_is 12
vm_is_at $app01 hv01

scenario 'a job without progress'
start_hosts --migrate-seconds 600 --fault job-hangs=1,times=0
move --stall-timeout 500ms
exit_is 11
err_has 'no progress for'
quick job cancel --last -q
move --stall-timeout 500ms --on-timeout cancel -q
exit_is 12

scenario 'a job that does not end when it is told to is left'
start_hosts --migrate-seconds 600 --fault cancel-hangs
move --timeout 500ms --on-timeout cancel
exit_is 11
err_has 'not done after'
sent 1 "$asked"

scenario 'a job that its host will not end goes on, and that is what is said'
start_hosts --migrate-seconds 600 --fault auth,action=RequestStateChange
move --timeout 500ms --on-timeout cancel -o json
exit_is 11
out_json '.results[0] | .outcome == "running" and .cancel == "refused" and .error.code == "timeout_detached"'
out_json '.results[0].error | (.message | contains("was not cancelled and goes on") and contains("401")) and
    (.cause | startswith("not done after")) and (.remedy | map(startswith("follow it: hvctl job follow")) | any)'
quick job cancel --last -q
exit_is 0

scenario 'limits that are not reached change nothing'
start_hosts --migrate-seconds 1
move --timeout 10m --stall-timeout 10m --on-timeout cancel
exit_is 0
vm_is_at $app01 hv02
sent 0 "$asked"

scenario 'no job was started in time'
start_hosts --fault stall=5,action=Enumerate,times=0
move --timeout 300ms -o json
exit_is 5
out_json '.results[0] | .outcome == "none" and (.request_sent | not)'
sent 0 "$moving"

scenario 'Ctrl-C ends the job of who wants that'
start_hosts --migrate-seconds 600
behind --on-interrupt cancel -o jsonl
until grep -q '"job.started"' "$work/out" 2>/dev/null; do :; done
kill -INT "$pid"
ended
exit_is 12
err_has 'being cancelled'
err_has 'was cancelled'
sent 1 "$asked"
vm_is_at $app01 hv01
out_json '.[-1] | .type == "summary" and .exit == 12 and .running == 0' -s

scenario 'a second Ctrl-C leaves at once'
start_hosts --migrate-seconds 1 --fault stall=3600,action=MigrateVirtualSystemToHost
behind
until_asked "$moving" 2>/dev/null || :
until grep -q MigrateVirtualSystemToHost "$requests"; do :; done
kill -INT "$pid"
until grep -q interrupted "$work/err"; do :; done
kill -INT "$pid"
ended
exit_is 130
until [ "$(places $app01)" = hv02 ]; do :; done
hvctl job history app01 -o json
out_json '.entries[-1] | .outcome == null and .ended == null'
quick job follow --last -o json
exit_is 0
out_json '.results[0].outcome == "moved"'
sent 1 "$moving"

scenario 'a reader that goes away'
start_hosts --migrate-seconds 5
{
    status=0
    "$HVCTL" migrate app01 --from "$hv01" --to "$hv02" --include-storage --poll 50ms --progress none -o jsonl 2>"$work/err" || status=$?
    echo "$status" >"$work/status"
} | head -n 1 >"$work/out"
status=$(cat "$work/status")
exit_is 11
err_lacks interrupted
err_lacks error
hvctl job follow --last --poll 50ms -q
exit_is 0
vm_is_at $app01 hv02
sent 1 "$moving"

scenario 'a terminal that is gone'
start_hosts --migrate-seconds 5
printf "'%s' " "$HVCTL" migrate app01 --from "$hv01" --to "$hv02" --include-storage --poll 50ms >"$work/line"
script -qefc "exec env --default-signal=HUP $(cat "$work/line")" /dev/null >/dev/null 2>&1 </dev/null &
terminal=$!
until grep -q '"class":"Msvm_MigrationJob"' "$requests" 2>/dev/null; do :; done
kill -KILL "$terminal"
wait "$terminal" 2>/dev/null
is_left() {
    "$HVCTL" job history app01 --limit 1 -o json | jq -e '.entries[0] | .outcome == "running" and .ended == null' >/dev/null
}
n=0
until is_left || [ $n = 100 ]; do n=$((n + 1)); done
check 'it left the move running, and wrote that down' is_left
hvctl job follow --last --poll 50ms -q
exit_is 0
vm_is_at $app01 hv02

finish
