#!/bin/sh
# Power of VMs, and the setting that needs them off.
. "$(dirname "$0")/lib.sh"
app01=0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001
cat >"$work/guests.ini" <<END
[host hv01]
listener = 10.0.0.1
[host hv02]
listener = 10.0.0.2
[vm ready]
host = hv01
state = running
[vm locked]
host = hv01
state = running
guest = locked
[vm deaf]
host = hv01
state = running
guest = deaf
[vm bare]
host = hv01
state = running
guest = none
END

state_is() {
    got=$(jq -r --arg name "$1" '.vms[] | select(.name == $name) | .state' "$state")
    note="it is $got"
    check "in truth $1 has state $2" [ "$got" = "$2" ]
}
# vm VERB NAME... on hv01 as JSON, which must succeed.
power() {
    verb=$1
    shift
    forget_requests
    hvctl vm "$verb" "$@" -H "$hv01" --timeout 60s -o json
    exit_is 0
}

scenario 'every way from one state to another'
start_hosts --time-scale 20
for step in 'pause paused 9' 'resume running 2' 'save saved 6' 'start running 2' 'shutdown off 3' 'start running 2' 'stop off 3'; do
    # shellcheck disable=SC2086
    set -- $step
    power "$1" app01
    out_json '.type == "vm.changes" and .errors == [] and .vms[0].changed and .vms[0].after == $after' --arg after "$2"
    state_is app01 "$3"
    method=RequestStateChange
    [ "$1" != shutdown ] || method=InitiateShutdown
    sent 1 ".method == \"$method\""
done

scenario 'nothing to do twice'
power stop app01 "$app01"
out_json '.vms | length == 2 and all(.changed == false and .needed == false and .before == "off")'
sent 0 '.operation == "Invoke"'
hvctl vm stop app01 -H "$hv01"
exit_is 0
err_has 'nothing to do'
out_has off

scenario 'a dry run only looks'
power start app01 --dry-run
out_json '.vms[0] | .dry_run and .needed and (.changed | not) and .before == "off"'
sent 0 '.operation == "Invoke"'
state_is app01 3

scenario 'several at once, and one that cannot be'
hvctl vm start app01 nobody 'Büro Zürich 🖥' -H "$hv01" --timeout 60s -o json
exit_is 4
out_json '[.vms[].name] == ["app01", "Büro Zürich 🖥"] and .errors[0].code == "not_found" and .errors[0].vm == "nobody"'
state_is 'Büro Zürich 🖥' 2
hvctl vm start twin -H "$hv01"
error_is 9 'VMs are named'
hvctl vm pause old\ lab -H "$hv01"
error_is 10 'there is nothing to pause'
hvctl vm shutdown 'old lab' -H "$hv01"
error_is 10 'there is nothing to shut down'

scenario 'processors: only while the VM is off'
hvctl vm set app01 -H "$hv01" --processor-compatibility on
error_is 10 'only while it is off'
sent 0 '.method == "ModifyResourceSettings"'
power stop app01
forget_requests
hvctl vm set app01 -H "$hv01" --processor-compatibility on --dry-run -o json
exit_is 0
out_json '.vms[0] | .dry_run and (.changed | not) and .before.processor_compatibility == false and .after.processor_compatibility'
sent 0 '.operation == "Invoke"'
hvctl vm set app01 -H "$hv01" --processor-compatibility on -o json
exit_is 0
out_json '.vms[0] | .changed and .after.processor_compatibility'
hvctl vm show app01 -H "$hv01" -o json
out_json '[.. | objects | select(has("limit_processor_features"))][0].limit_processor_features'
hvctl vm set app01 -H "$hv01" --processor-compatibility on -o json
out_json '.vms[0].changed == false'
sent 1 '.method == "ModifyResourceSettings"'
hvctl vm set app01 -H "$hv01" --processor-compatibility off
exit_is 0
out_has 'processor-compatibility'
hvctl vm set app01 -H "$hv01"
error_is 2 usage

scenario 'a host that says no'
start_hosts --time-scale 20 --fault return=32775,action=RequestStateChange
hvctl vm stop app01 -H "$hv01"
error_is 10 'refused to stop "app01"'
start_hosts --time-scale 20 --fault job-fails=0x80070005,action=RequestStateChange
hvctl vm stop app01 -H "$hv01" -o json
check 'it fails' [ "$status" != 0 ]
out_json '.errors[0].hresult == "0x80070005" or .errors[0].hresult == 2147942405'
state_is app01 2

scenario 'a lost answer: what the host shows decides, and nothing is sent twice'
start_hosts --time-scale 20 --fault drop-after,action=RequestStateChange
power stop app01
out_json '.vms[0].after == "off"'
sent 1 '.method == "RequestStateChange"'
state_is app01 3

scenario 'guests'
start_hosts --time-scale 20 --config "$work/guests.ini"
power shutdown ready
state_is ready 3
hvctl vm shutdown locked -H "$hv01"
error_is 10 'the guest is locked'
power shutdown locked --force
state_is locked 3
hvctl vm shutdown bare -H "$hv01"
error_is 10 'cannot be asked to shut down'
state_is bare 2
forget_requests
hvctl vm shutdown deaf -H "$hv01" --timeout 1s -o json
exit_is 11
out_json '.errors[0].code == "timeout_detached"'
sent 1 '.method == "InitiateShutdown"'
finish
