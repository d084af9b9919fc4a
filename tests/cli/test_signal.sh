#!/bin/sh
# Signals stop the waiting, never the move (ux.md 6).
. "$(dirname "$0")/lib.sh"
start_hosts --migrate-seconds 6

# interrupted SIGNAL ARGUMENT...: hvctl writes JSON lines and gets SIGNAL as soon as one tells of a started job.
interrupted() {
    signal=$1
    shift
    started "$work/pipe" hvctl_lines "$@"
    : >"$work/out"
    while read -r line; do
        printf '%s\n' "$line" >>"$work/out"
        case $line in *'"job.started"'*) kill -s "$signal" "$pid" ;; esac
    done <"$work/pipe"
    ended
}
hvctl_lines() {
    exec env --default-signal=INT,HUP "$HVCTL" "$@" --poll 100ms -o jsonl >"$work/pipe" 2>"$work/err"
}

# interrupted_early SIGNAL ARGUMENT...: the same at the first line of the trace, before a host has answered.
interrupted_early() {
    signal=$1
    shift
    started "$work/pipe" hvctl_traced "$@"
    n=0
    while read -r line; do
        n=$((n + 1))
        [ "$n" -gt 1 ] || kill -s "$signal" "$pid"
    done <"$work/pipe"
    ended
}
hvctl_traced() {
    exec env --default-signal=INT,HUP "$HVCTL" "$@" --trace "$work/pipe" >"$work/out" 2>"$work/err"
}

# The background processes of a shell ignore SIGINT, and those of a caller under nohup SIGHUP, unless somebody gives it back.
started() {
    rm -f "$1"
    mkfifo "$1"
    shift
    said=$*
    "$@" </dev/null &
    pid=$!
}
ended() {
    status=0
    wait "$pid" || status=$?
    check_health
}

app01=0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001
scenario 'Ctrl-C while a job runs'
interrupted INT migrate app01 --from "$hv01" --to "$hv02" --include-storage
exit_is 11
err_has 'still running'
err_has 'follow with: hvctl job follow'
out_json 'map(select(.type == "vm.result"))[0] | .outcome == "running" and .error.code == "timeout_detached"' -s
out_json '.[-1] | .type == "summary" and .exit == 11 and .running == 1' -s
ref=$(jq -rs '.[0].job.ref' "$work/out")
err_has "$ref"

scenario 'the job goes on and can be followed by its reference'
hvctl job follow "$ref" --to "$hv02" --poll 100ms --progress none -o json
exit_is 0
out_json '.results[0].outcome == "moved"'
vm_is_at $app01 hv02
sent 1 '.method == "MigrateVirtualSystemToHost"'

scenario 'SIGTERM is the same, and --quiet does not hide what runs'
interrupted TERM migrate app01 --from "$hv02" --to "$hv01" --include-storage -q
exit_is 11
ref=$(sed -n 's/.*hvctl job follow \([^ ]*\).*/\1/p' "$work/err")
hvctl job follow "$ref" --to "$hv01" --poll 100ms --progress none
exit_is 0

scenario 'SIGHUP detaches without a word'
interrupted HUP migrate app01 --from "$hv01" --to "$hv02" --include-storage -q
exit_is 11
err_lacks waiting
err_lacks running

scenario 'one VM runs, the next was not started'
hvctl job list --host "$hv01" -o json
ref=$(jq -r '[.jobs[] | select(.finished | not)][0].ref' "$work/out")
hvctl job follow "$ref" --to "$hv02" --poll 100ms --progress none
exit_is 0
interrupted INT migrate web01 'build farm' --from "$hv01" --to "$hv02" --parallel 1 --include-storage
exit_is 11
out_json 'map(select(.type == "vm.result")) | sort_by(.given) | map(.outcome) == ["none", "running"]' -s
out_json 'map(select(.type == "vm.result")) | sort_by(.given) | map(.request_sent) == [false, true]' -s
sent 4 '.method == "MigrateVirtualSystemToHost"'
vm_is_at 0A1B2C08-3D4E-4F50-8A6B-7C8D9E0F1008 hv01

scenario 'before any job was started'
start_hosts --fault stall=5,action=Enumerate,times=0
interrupted_early INT migrate app01 --from "$hv01" --to "$hv02" -o json
exit_is 130
out_json '.results[0].outcome == "none" and .summary.exit == 130'
interrupted_early TERM vm list --host "$hv01"
exit_is 143
out_is_empty
err_is_empty
sent 0 '.method == "MigrateVirtualSystemToHost"'

finish
