#!/bin/sh
# Requests: from the command to the accepted job, and for each look at running moves. From the simulated host's log.
# shellcheck disable=SC1091
. "$(dirname "$0")/lib.sh"
app01=0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001
db=0A1B2C03-3D4E-4F50-8A6B-7C8D9E0F1003

scenario 'a move by GUID'
start_hosts --migrate-seconds 3
hvctl migrate "$app01" --from "$hv01" --to "$hv02" --include-storage --poll 200ms
exit_is 0
n=$(jq -s 'map(.method == "MigrateVirtualSystemToHost") | index(true) + 1' "$requests")
within 'requests up to the accepted job' "$n" 5

# Requests to hv01 in the second that begins half a second behind the last request to move.
looks() {
    jq -s '
        def at: (.time[11:13] | tonumber) * 3600 + (.time[14:16] | tonumber) * 60 + (.time[17:-1] | tonumber);
        (map(select(.method == "MigrateVirtualSystemToHost")) | last | at) as $begin
        | map(select(.host == "hv01" and at > $begin + 0.5 and at <= $begin + 2)) | length' "$requests"
}
one=$(looks)

scenario 'two moves at once'
start_hosts --migrate-seconds 3
hvctl migrate "$app01" "$db" --from "$hv01" --to "$hv02" --include-storage --parallel 2 --poll 200ms
exit_is 0
two=$(looks)
check "moves were looked at: $one and $two times" [ "$one" -gt 0 ]
within "requests for each look at two moves, against one" "$(ratio "$two" "$one")" 1.20
finish
