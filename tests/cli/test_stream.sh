#!/bin/sh
# stdout that is full, closed or not read to its end; data and talk on their own streams (ux.md 4).
. "$(dirname "$0")/lib.sh"
start_hosts --migrate-seconds 1 --time-scale 10

# Runs hvctl by a shell command, where the redirections are the point.
piped() {
    said=$1
    status=0
    export HVCTL hv01 hv02 work
    bash -o pipefail -c "$1" >"$work/out" 2>"$work/err" </dev/null || status=$?
    check_health
}

quietly() {
    [ "$status" = 0 ] || [ "$status" = 141 ]
}

scenario 'a full disk'
piped '"$HVCTL" vm list --host "$hv01" >/dev/full'
error_is 1 failed
piped '"$HVCTL" wsman enumerate Msvm_ComputerSystem --host "$hv01" -o json >/dev/full'
error_is 1 failed

scenario 'stdout is closed'
piped '"$HVCTL" vm list --host "$hv01" >&-'
error_is 1 failed

scenario 'the reader goes away'
for format in table plain json jsonl xml; do
    piped '"$HVCTL" wsman enumerate Msvm_ComputerSystem --host "$hv01" -o '$format' | exec 0<&- sleep 0'
    check 'a quiet end' quietly
    err_is_empty
done

scenario 'a move goes on though nobody listens'
piped '"$HVCTL" migrate app01 --from "$hv01" --to "$hv02" --include-storage --poll 50ms --progress none -q -o jsonl | true'
check 'nobody follows it any more' [ "$status" = 11 ]
hvctl job follow --last --poll 50ms --progress none
exit_is 0
vm_is_at 0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001 hv02

scenario 'an error is an object on stdout too'
hvctl vm show nobody --host "$hv01" -o json
exit_is 9
out_json '.type == "error" and .code == "not_found" and .exit == 9 and (.remedy | length) > 0'
err_has 'error: '
hvctl vm list --bogus -o jsonl
exit_is 2
out_json '.code == "usage"'

scenario 'a document that was begun is ended'
hvctl wsman enumerate No_Such_Class --host "$hv01" -o json
check 'it failed' [ "$status" != 0 ]
out_json '.instances == [] and (.error.code | length) > 0'

finish
