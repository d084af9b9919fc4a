#!/bin/sh
# Subscriptions against a simulated host: events as they happen, until somebody has enough of them; then they are taken back.
. "$(dirname "$0")/lib.sh"
start_hosts --hosts hv01 --time-scale 20
export HVCTL_HOST="$hv01"
off=0A1B2C04-3D4E-4F50-8A6B-7C8D9E0F1004
admin='<QueryList><Query Path="Microsoft-Windows-Hyper-V-VMMS-Admin"><Select>*</Select></Query></QueryList>'
worker='<QueryList><Query Path="Microsoft-Windows-Hyper-V-Worker-Admin"><Select>*</Select></Query></QueryList>'
changes="SELECT * FROM __InstanceModificationEvent WITHIN 5 WHERE TargetInstance ISA 'Msvm_ComputerSystem'"

# listen ARGUMENT...: begins a subscription, and returns when it is there and its first events are asked for.
listen() {
    forget_requests
    said="hvctl wsman subscribe $*"
    rm -f "$work/lines" "$work/trace"
    mkfifo "$work/lines" "$work/trace"
    listener "$@" </dev/null &
    pid=$!
    exec 4<"$work/lines" 5<"$work/trace"
    trace_tells '>'
    trace_tells '>'
}
# The background processes of a shell ignore SIGINT, unless somebody gives it back to them.
listener() {
    exec env --default-signal=INT "$HVCTL" wsman subscribe "$@" -o jsonl --trace "$work/trace" >"$work/lines" 2>"$work/err"
}
# The next line of the trace with that mark.
trace_tells() {
    while read -r _ _ mark _ <&5 && [ "$mark" != "$1" ]; do :; done
    check "the trace shows $1" [ "$mark" = "$1" ]
}
# Waits for one event.
event() {
    line=
    read -r line <&4
    printf '%s\n' "$line" >"$work/out"
    check 'an event came' [ -n "$line" ]
}
# heard SIGNAL: ends the listening, if it does not end by itself.
heard() {
    [ -z "$1" ] || kill -s "$1" "$pid"
    cat <&5 >"$work/rest" &
    cat <&4 >"$work/more"
    status=0
    wait "$pid" || status=$?
    exec 4<&- 5<&-
    check_health
}
set_state() {
    hvctl wsman invoke Msvm_ComputerSystem RequestStateChange --selector CreationClassName=Msvm_ComputerSystem \
        --selector Name=$off --param RequestedState="$1" -q
    exit_is 0
}
taken_back() {
    sent 1 '.operation == "Subscribe"'
    sent 1 '.operation == "Unsubscribe" and .status == 200'
    sent 0 '.operation == "Release"'
}

scenario 'a query of WMI, until Ctrl-C'
listen --filter "$changes"
set_state 2
event
out_json '.class == "__InstanceModificationEvent" and .properties.TargetInstance.properties.Name == "'$off'"
    and .properties.PreviousInstance.properties.EnabledState == 3'
heard INT
exit_is 0
err_is_empty
taken_back

scenario 'the event log, so many'
listen --event-query "$worker" --count 1
set_state 3
event
out_json '.class == "Event" or (.properties | tojson | test("185"))'
heard ''
exit_is 0
err_is_empty
taken_back

scenario 'SIGTERM is the same'
listen --event-query "$admin"
heard TERM
exit_is 0
taken_back

scenario 'a subscription is renewed in time'
stop_hosts
start_hosts --hosts hv01
HVCTL_HOST=$hv01
listen --filter "$changes" --expires 4s
for _ in 1 2 3 4 5 6 7 8 9; do
    trace_tells '<'
done
heard INT
exit_is 0
err_is_empty
taken_back
sent 0 '.operation == "Renew" and .status != 200'
check 'it was renewed more than once' [ "$(n_requests '.operation == "Renew"')" -gt 1 ]

scenario 'one that is refused'
hvctl wsman subscribe --filter 'SELECT * FROM Msvm_ComputerSystem' -o jsonl
check 'it is told' [ "$status" != 0 ]
err_has 'error: '
hvctl wsman subscribe --event-query '<QueryList' -o jsonl
error_is 2 usage
sent 1 '.operation == "Unsubscribe"'
finish
