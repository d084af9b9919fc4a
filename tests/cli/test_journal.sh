#!/bin/sh
# The journal of moves (ux.md 6): written before the request leaves, read when the host has forgotten, taken up after a crash.
. "$(dirname "$0")/lib.sh"
app01=0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001
start_hosts --migrate-seconds 2

scenario 'a move is in the history with its verdict'
hvctl migrate app01 --from "$hv01" --to "$hv02" --include-storage --poll 100ms -q
exit_is 0
hvctl job history -o json
exit_is 0
out_json '.type == "journal" and (.entries | length) == 1'
out_json '.entries[0] | .vm == "app01" and .outcome == "moved" and .at_source == "absent" and .at_destination == "present"'
out_json '.entries[0] | .ended != null and .job_ref != null and .move == "vm_and_storage"'
hvctl job history app01 --limit 1
exit_is 0
out_has moved
hvctl job history nobody -o json
exit_is 0
out_json '.entries == []'

scenario 'every step is kept'
hvctl journal export
exit_is 0
out_json '[.events[].kind] | .[0] == "intent" and .[1] == "job" and .[-1] == "verdict"'

scenario 'a check leaves no trace'
hvctl check web01 --from "$hv01" --to "$hv02" --include-storage -q
hvctl migrate web01 --from "$hv01" --to "$hv02" --include-storage --dry-run -q
hvctl job history -o json
out_json '.entries | length == 1'

scenario 'a detached move stays open until it was followed'
hvctl migrate web01 --from "$hv01" --to "$hv02" --include-storage --detach -q
exit_is 0
hvctl job history web01 -o json
out_json '.entries[0] | .outcome == "running" and .ended == null'
hvctl job follow --last --poll 100ms -q
exit_is 0
hvctl job history web01 -o json
out_json '.entries | length == 1 and .[0].outcome == "moved" and .[0].ended != null'
hvctl job follow --last
exit_is 9
err_has 'no move without a verdict'
hvctl job follow
exit_is 2
hvctl job follow --last hv01/x
exit_is 2

scenario 'the destination of a job that is named is taken from the journal, where its source is the same'
hv03=
start_hosts --migrate-seconds 2 --hosts hv01,hv02,hv03
hvctl migrate app01 --from "$hv01" --to "$hv02" --include-storage --detach -o json
ref=$(jq -r '.results[0].job.ref' "$work/out")
hvctl job follow "$ref" --poll 100ms -o json
exit_is 0
err_has 'the journal names the destination'
out_json '.results[0] | .outcome == "moved" and .at_source == "absent" and .at_destination == "present"'
hvctl job follow "${ref#*/}" --host "$hv01" --poll 100ms -o json
out_json '.results[0].outcome == "moved"'
hvctl job follow "$ref" --to "$hv03" --timeout 300ms -o json
err_lacks 'the journal names'
out_json '.results[0].outcome != "moved"'
hvctl job follow "${ref#*/}" --host "$hv03" --timeout 300ms -o json
err_lacks 'the journal names'
XDG_STATE_HOME=$work/other hvctl job follow "$ref" --poll 100ms -o json
exit_is 0
out_json '.results[0] | .outcome == "job_completed" and .at_destination == "unknown"'

scenario 'and so it is when a job is cancelled'
start_hosts --migrate-seconds 600
hvctl migrate web01 --from "$hv01" --to "$hv02" --include-storage --detach -o json
ref=$(jq -r '.results[0].job.ref' "$work/out")
hvctl job cancel "$ref" --poll 100ms -o json
exit_is 0
out_json '.results[0] | .outcome == "not_moved" and .at_destination == "absent"'

scenario 'where disks were to go is known when the job is gone'
start_hosts --migrate-seconds 1 --job-ttl 1 --time-scale 4
hvctl move-storage app01 --host "$hv01" --to-path 'D:\Other' --detach -o json
exit_is 0
ref=$(jq -r '.results[0].job.ref' "$work/out")
while XDG_STATE_HOME=$work/other "$HVCTL" job show "$ref" >"$work/out" 2>"$work/err"; do :; done
XDG_STATE_HOME=$work/other hvctl job follow "$ref"
exit_is 9
hvctl job follow --last -o json
exit_is 0
out_json '.results[0] | .outcome == "moved" and .vm.id == $vm' --arg vm "$app01"
out_json '[.results[0].verdict.evidence[] | select(.about == "disks")][0].seen | contains("at their new")'

hvctl journal export --limit 1
out_json '.places | (.disks | length) > 0 and (.disks[0].destination | startswith("D:\\Other")) and .config_path == "D:\\Other"'

scenario 'killed while the request was under way, taken up later'
start_hosts --migrate-seconds 2 --fault stall=2,action=MigrateVirtualSystemToHost
"$HVCTL" migrate app01 --from "$hv01" --to "$hv02" --include-storage -q >"$work/out" 2>"$work/err" </dev/null &
pid=$!
until grep -q MigrateVirtualSystemToHost "$requests" 2>/dev/null; do :; done
kill -KILL "$pid"
wait "$pid" 2>/dev/null
hvctl job history app01 --limit 1 -o json
out_json '.entries[0] | .outcome == null and .ended == null and .job_id == null'
hvctl job follow --last --poll 100ms -q
exit_is 0
sent 1 '.method == "MigrateVirtualSystemToHost"'
vm_is_at "$app01" hv02
hvctl job history app01 --limit 1 -o json
out_json '.entries[0] | .outcome == "moved" and .job_id != null'

scenario 'no move starts that cannot be written down'
start_hosts
mkdir "$work/locked"
: >"$work/locked/hvctl"
XDG_STATE_HOME=$work/locked hvctl migrate app01 --from "$hv01" --to "$hv02" --include-storage -q
exit_is 1
err_has 'the journal'
err_has 'XDG_STATE_HOME'
sent 0 '.method == "MigrateVirtualSystemToHost"'
vm_is_at "$app01" hv01
mkdir -p "$work/damaged/hvctl"
head -c 20000 /dev/zero | tr '\0' x >"$work/damaged/hvctl/journal.db"
XDG_STATE_HOME=$work/damaged hvctl migrate app01 --from "$hv01" --to "$hv02" --include-storage -q
exit_is 1
err_has 'no SQLite database'
XDG_STATE_HOME=$work/damaged hvctl journal check
exit_is 1
sent 0 '.method == "MigrateVirtualSystemToHost"'

scenario 'a place where nothing can be written'
XDG_STATE_HOME=/proc/self/nowhere hvctl migrate app01 --from "$hv01" --to "$hv02" --include-storage -q
exit_is 1
err_has 'cannot be made'
sent 0 '.method == "MigrateVirtualSystemToHost"'

# Limits of the size of files, as full disks: a move that cannot be written down does not start, one that runs is followed to its
# end all the same.
start_hosts --migrate-seconds 1 --time-scale 10
n_refused=0
n_warned=0
from=$hv01
to=$hv02
for blocks in 8 16 32 48 64 80 96 112 128 160; do
    scenario "room for $blocks blocks"
    forget_requests
    rm -rf "$work/small"
    hvctl journal check
    status=0
    (
        ulimit -f "$blocks"
        XDG_STATE_HOME=$work/small exec "$HVCTL" migrate app01 --from "$from" --to "$to" --include-storage --poll 50ms -q -o json
    ) >"$work/out" 2>"$work/err" </dev/null || status=$?
    if [ "$status" = 0 ]; then
        out_json '.results[0].outcome == "moved"'
        sent 1 '.method == "MigrateVirtualSystemToHost"'
        ! grep -q 'cannot be written down' "$work/err" || n_warned=$((n_warned + 1))
        was=$from
        from=$to
        to=$was
    else
        n_refused=$((n_refused + 1))
        exit_is 1
        err_has 'the journal'
        sent 0 '.method == "MigrateVirtualSystemToHost"'
    fi
done
check 'some were refused' [ $n_refused -gt 0 ]
check 'some were moved with a warning' [ $n_warned -gt 0 ]

scenario 'check and compact'
hvctl journal check
exit_is 0
err_has 'the journal is whole'
hvctl journal check -o json
exit_is 0
out_json '.type == "journal.check" and .whole'
hvctl job history -o json
n_entries=$(jq '.entries | length' "$work/out")
hvctl journal compact --keep 1ms -o json
exit_is 0
out_json ".type == \"journal.compact\" and .removed > 0 and .removed <= $n_entries"
hvctl journal compact --keep 1ms
err_has '0 entries removed'
hvctl job history -o json
out_json '.entries == []'

finish
