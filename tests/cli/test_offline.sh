#!/bin/sh
# Processors compared by what we carry from host to host: single VMs, whole hosts, and every one at every place.
. "$(dirname "$0")/lib.sh"

app01=0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001

scenario 'processors that are alike'
start_hosts
hvctl check app01 --offline --from "$hv01" --to "$hv02" -o json
exit_is 0
err_is_empty
out_json '.type == "check" and .summary.exit == 0 and .summary.total == 1 and .summary.succeeded == 1'
out_json '.results[0] | .outcome == "compatible" and .move == "offline" and .vm.name == "app01" and .vm.id == $id and .error == null' \
    --arg id $app01
out_json '.results[0].vectors | length == 3 and all(.compatible) and all(.text == null)'
out_json '.results[0].host_processor.manufacturer == "GenuineIntel"'
sent 1 '.method == "GetSystemCompatibilityInfo" and .host == "hv01"'
sent 1 '.method == "CheckSystemCompatibilityInfo" and .host == "hv02"'
sent 0 '.method == "CheckVirtualSystemIsMigratable" or .method == "MigrateVirtualSystemToHost"'
hvctl check --hosts "$hv01" --to "$hv02"
exit_is 0
out_has ' compatible '

scenario 'nothing goes from host to host: no sign-in, no listener, no migration'
cat >"$work/world.ini" <<'INI'
[host hv01]
migration = no
auth = credssp
processor = Intel-2
[host hv02]
migration = no
down = yes
processor = Intel-2
[vm one]
host = hv01
state = running
INI
start_hosts --config "$work/world.ini"
hvctl check one --offline --from "$hv01" --to "$hv02"
exit_is 0

scenario 'a destination with less'
start_hosts --processor Intel-2 --processor hv02=Intel-1
hvctl check app01 --offline --from "$hv01" --to "$hv02"
error_is 3 'lacks 7 processor features: probably F16C'
err_has 'XSAVE features: probably AVX2, FMA'
err_has "hvctl vm set $app01 -H"
out_has 'not compatible'
hvctl check $app01 'Büro Zürich 🖥' --offline --from "$hv01" --to "$hv02" -o json
exit_is 3
out_json '[.results[].outcome] == ["not_compatible", "compatible"] and .summary.failed == 1'
out_json '.results[0].vectors[0] | .compatible == false and .operation == "subset of" and (.text | contains("RDRAND"))'
out_json '.results[0].reasons | length == 1'
out_json '.results[0].error.code == "not_migratable" and (.results[0].error.remedy | length) == 2'
hvctl check --hosts "$hv02" --to "$hv01"
exit_is 0

scenario 'the same, limited to what all processors have'
cat >"$work/world.ini" <<'INI'
[host hv01]
processor = Intel-2
[host hv02]
processor = Intel-1
[vm free]
host = hv01
state = running
[vm limited]
host = hv01
state = running
limit_processor_features = yes
INI
start_hosts --config "$work/world.ini"
hvctl check limited --offline --from "$hv01" --to "$hv02" --vectors
exit_is 0
out_has 'at most'
hvctl check free limited --offline --from "$hv01" --to "$hv02" -o jsonl
exit_is 3
out_json '[.[] | select(.type == "check") | .outcome] == ["not_compatible", "compatible"]' -s
out_json '[.[] | .type] | .[-1] == "summary" and (map(select(. == "error")) | length) == 1' -s

scenario 'makers'
start_hosts --processor hv02=AMD-1
hvctl check --hosts "$hv01" --to "$hv02"
error_is 3 'has Intel processors'
err_has 'has AMD processors'
err_has 'only while it is off'

scenario 'every one at every place'
start_hosts --hosts hv01,hv02,hv03 --processor Intel-2 --processor hv03=AMD-1
# The third host is known to this script only.
# shellcheck disable=SC2154
hvctl check --hosts "$hv01,$hv02" --hosts "$hv03" --to "$hv01" --to "$hv02,$hv03"
exit_is 3
check 'a row for each' [ "$(sed '/^$/,$d' "$work/out" | wc -l)" = 4 ]
out_has '-   '
out_has '[1] '
err_is_empty
hvctl check --hosts "$hv01,$hv02,$hv03" --to "$hv01,$hv02,$hv03" -o json
out_json '[.results[].outcome] == ["same", "compatible", "not_compatible", "compatible", "same", "not_compatible", "not_compatible",
    "not_compatible", "same"]'
hvctl check --hosts "$hv01,$hv02" --to "$hv03" -o plain
check 'plain rows are whole' [ "$(wc -l <"$work/out")" = 2 ]
hvctl check app01 web01 nobody --offline --from "$hv01" --to "$hv02,$hv03,https://127.0.0.1:9/wsman"
exit_is 3
check 'rows of words' grep -qE '^web01 +[^ ]+ +yes +no \[[0-9]\] +\? \[[0-9]\]' "$work/out"
check 'the same trouble has the same number' [ "$(grep -E '^(app01|web01)' "$work/out" | sed 's/^[^ ]* *//' | sort -u | wc -l)" = 1 ]
check 'what could not be read is said once' [ "$(grep -c '^error: ' "$work/err")" = 2 ]
err_has 'there is no VM named "nobody"'
hvctl check web01 --offline --from "$hv01" --to "$hv02,https://127.0.0.1:9/wsman" -o json
exit_is 4
out_json '[.results[].exit] == [0, 5]'

scenario 'the check of the hosts themselves as a matrix'
start_hosts --hosts hv01,hv02,hv03 --processor hv03=AMD-1 --migrate-seconds 1 --time-scale 20
quick check app01 'old lab' --from "$hv01" --to "$hv02,$hv03" --include-storage
exit_is 3
check 'a row for each' grep -qE '^app01 +[^ ]+ +yes +no \[1\]$' "$work/out"
check 'and the other' grep -qE '^old lab +[^ ]+ +no \[2\] +no \[3\]$' "$work/out"
out_has "Could not find Ethernet switch 'Lab network'"
out_has '    host: '
out_has '    fix:  '
err_lacks 'error: '
quick check app01 --from "$hv01" --to "$hv02,$hv03" --include-storage -o json
exit_is 3
out_json '[.results[] | [.destination, .outcome]] | length == 2 and .[0][1] == "migratable" and .[1][1] == "not_migratable"'

scenario 'versions of Windows'
for version in 2012 2012r2 2025; do
    start_hosts --processor hv02=Intel-2 --version-profile $version
    hvctl check --hosts "$hv01" --to "$hv02" -o json
    exit_is 0
    if [ $version = 2012 ]; then
        out_json '.results[0].vectors == null'
    else
        out_json '.results[0].vectors | length == 3'
    fi
done
start_hosts --processor hv02=AMD-1 --version-profile 2012
hvctl check --hosts "$hv01" --to "$hv02"
error_is 3 'has AMD processors'
hvctl sample compare-compatibility-vectors "$hv01" app01
error_is 2 'tells no compatibility vectors'
hvctl check --hosts "$hv01" --to "$hv02" --vectors
error_is 2 'does not know --vectors'
sent 0 '.method == "CheckSystemCompatibilityInfo" and .host == "hv01"'

scenario 'the blob as one text'
start_hosts --quirk octets-base64 --processor hv02=AMD-1
hvctl check app01 --offline --from "$hv01" --to "$hv01" -o json
exit_is 2
hvctl check app01 --offline --from "$hv01" --to "$hv02" -o json
exit_is 3

scenario 'hosts that fail'
start_hosts --fault return=32768,action=CheckSystemCompatibilityInfo --fault return=32769,action=GetSystemCompatibilityInfo,nth=2
hvctl check app01 --offline --from "$hv01" --to "$hv02"
error_is 1 'was not able to judge'
hvctl check app01 --offline --from "$hv01" --to "$hv02" -o json
exit_is 8
out_json '.results[0].outcome == "none" and .results[0].error.wmi_return == 32769'
start_hosts --fault drop-after,action=CheckSystemCompatibilityInfo --fault fault=0x803381A6,action=GetSystemCompatibilityVectors,times=0
hvctl check app01 --offline --from "$hv01" --to "$hv02"
exit_is 5
hvctl check app01 --offline --from "$hv01" --to "$hv02" -o json
exit_is 0
out_json '.results[0].vectors == null'

scenario 'the modes of the sample'
start_hosts --processor hv02=AMD-1
hvctl sample checkcompatibility "$hv01" "$hv02" app01
exit_is 3
hvctl sample checkcompatibility "$hv01" "$hv02" 'Büro Zürich 🖥'
exit_is 0
hvctl sample checkcompatibility "$hv01" "$hv02"
exit_is 3
forget_requests
hvctl sample compare-compatibility-vectors "$hv01" app01
exit_is 0
out_has 'subset of'
sent 2 '.method == "GetSystemCompatibilityVectors"'
sent 0 '.method == "CheckSystemCompatibilityInfo"'
hvctl sample checkcompatibility "$hv01"
error_is 2 'SRC DST [VM]'

scenario 'wrong use'
hvctl check --from "$hv01" --to "$hv02"
error_is 2 'something is missing'
hvctl check --offline --from "$hv01" --to "$hv02"
error_is 2 'something is missing'
hvctl check app01 --hosts "$hv01" --to "$hv02"
error_is 2 'is a VM'
hvctl check --hosts "$hv01" --from "$hv01" --to "$hv02"
error_is 2 'and so does --from'
hvctl check app01 --vectors --from "$hv01" --to "$hv02"
error_is 2 'what --offline and --hosts compare'
hvctl check app01 --offline --include-storage --from "$hv01" --to "$hv02"
error_is 2 'processors alone'
hvctl check --hosts "$hv01"
error_is 2 'no destination'

finish
