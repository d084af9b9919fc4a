#!/bin/sh
# Jobs: leaving one running, seeing it, following it to its end.
. "$(dirname "$0")/lib.sh"
start_hosts --migrate-seconds 12

scenario 'no job at first'
hvctl job list --host "$hv01" -o json
exit_is 0
out_json '[.. | objects | select(has("percent"))] | length == 0'

scenario 'a move that is left running'
quick migrate app01 --from "$hv01" --to "$hv02" --include-storage --detach -o json
exit_is 0
out_json '.results[0].outcome == "running" and (.results[0].job.ref | length) > 0'
sent 1 '.method == "MigrateVirtualSystemToHost"'
id=$(jq -r '.results[0].job.id' "$work/out")
ref=$(jq -r '.results[0].job.ref' "$work/out")

scenario 'it is seen'
hvctl job list --host "$hv01"
exit_is 0
out_has "$id"
hvctl job list --host "$hv01" -o json
exit_is 0
out_json '[.. | objects | select(.id? == $id and has("percent"))] | length == 1' --arg id "$id"
hvctl job show "$id" --host "$hv01" -o json
exit_is 0
out_json '[.. | objects | select(.id? == $id)] | length > 0' --arg id "$id"
hvctl job show "$id" --host "$hv01"
exit_is 0
out_has "$id"

scenario 'what the journal has of it is shown beside it'
hvctl job show "$id" --host "$hv01" -o json
out_json '.journal | .vm == "app01" and .verdict == "running" and .destination_address == $to and .leftovers == []' --arg to "$hv02"
XDG_STATE_HOME=$work/other hvctl job show "$id" --host "$hv01" -o json
out_json '.journal == null'
hvctl job show "$id" --host "$hv01"
out_has 'journal entry'

scenario 'a VM that moves already: the host is the judge, and asked once'
forget_requests
quick migrate app01 --from "$hv01" --to "$hv02" --include-storage
error_is 10 conflict
sent 1 '.method == "MigrateVirtualSystemToHost"'

scenario 'it is followed to its end'
forget_requests
hvctl job follow "$id" --from "$hv01" --to "$hv02" --poll 100ms --progress none -o json
exit_is 0
out_json '.results[0].outcome == "moved"'
vm_is_at 0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001 hv02
sent 0 '.method == "MigrateVirtualSystemToHost"'
hvctl job list --host "$hv01" -o json
out_json '[.. | objects | select(.id? == $id)] | length == 1' --arg id "$id"

scenario 'following what is over already'
hvctl job follow "$id" --from "$hv01" --to "$hv02" --poll 100ms --progress none
exit_is 0

scenario 'the reference that was printed names host and job'
check 'HOST/INSTANCEID' [ "${ref##*/}" = "$id" ]

scenario 'no such job'
hvctl job show 00000000-0000-0000-0000-000000000000 --host "$hv01"
error_is 9 not_found

scenario 'a job that vanished'
start_hosts --migrate-seconds 1 --job-ttl 1
quick migrate app01 --from "$hv01" --to "$hv02" --include-storage --detach -o json
id=$(jq -r '.results[0].job.id' "$work/out")
gone() {
    XDG_STATE_HOME=$work/other hvctl job show "$id" --host "$hv01"
    [ "$status" = 9 ]
}
# Each look takes its time; the job is gone a simulated second after its end.
n=0
until gone || [ $n = 500 ]; do
    n=$((n + 1))
done
error_is 9 not_found

scenario 'the journal knows a job that its host has forgotten'
hvctl job show "$id" --host "$hv01"
exit_is 0
out_has 'journal entry'
err_has 'this is from the journal'
hvctl job show "$id" --host "$hv01" -o json
out_json '.type == "journal.entry" and .vm == "app01" and .events[0].kind == "intent"'

finish
