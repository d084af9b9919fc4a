#!/bin/sh
# Trouble of every kind that hvsim knows while a VM moves: the request that starts the move is sent exactly once, and what hvctl says
# in the end is what is true. Usage: test_fault.sh KIND; the kinds are below.
. "$(dirname "$0")/lib.sh"
app01=0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001

# trouble EXIT OUTCOME SPEC...: app01 goes from hv01 to hv02 with its storage while the faults are armed. EXIT and OUTCOME may be
# several, parted by "|".
trouble() {
    want_exit=$1
    want_outcome=$2
    shift 2
    scenario "$*"
    arms=
    for spec in "$@"; do
        arms="$arms --fault $spec"
    done
    # The list is meant to be split.
    # shellcheck disable=SC2086
    start_hosts --migrate-seconds 1 --time-scale 2 $arms
    quick migrate app01 --from "$hv01" --to "$hv02" --include-storage --request-timeout 3s -o json
    sent 1 '.method == "MigrateVirtualSystemToHost"'
    check "exit status $want_exit" among "$status" "$want_exit"
    out_json '.results[0].outcome as $o | $want | split("|") | index($o) != null' --arg want "$want_outcome"
    out_json '.results[0].exit == $status and .summary.exit == $status' --argjson status "$status"
    out_json '.results[0].verdict | .evidence[0].about == "request" and (.word | length > 0)'
    verdict_is_true
    [ "$status" = 0 ] || explained
}

# hvctl's verdict against the simulator's state, taken right behind it.
verdict_is_true() {
    outcome=$(jq -r '.results[0].outcome' "$work/out")
    cp "$state" "$work/truth"
    truth=$(places $app01)
    note="in truth at: $truth"
    case $outcome in
    moved) check 'moved: at the destination and only there' [ "$truth" = hv02 ] ;;
    not_moved) check 'not moved: at the source and only there' [ "$truth" = hv01 ] ;;
    running | unknown) check "$outcome is no success" [ "$status" != 0 ] ;;
    *) check "the outcome $outcome is one of a move" false ;;
    esac
    # What is said of each place was seen there.
    note="in truth at: $truth"
    case $truth in
    hv01) out_json '.results[0].at_source != "absent" and .results[0].at_destination != "present"' ;;
    hv02) out_json '.results[0].at_source != "present" and .results[0].at_destination != "absent"' ;;
    esac
}

explained() {
    err_has 'error: '
    out_json '.results[0].error.message | length > 0'
    out_json '.results[0].error.exit == $status' --argjson status "$status"
}

move_request=action=MigrateVirtualSystemToHost
case ${1:?which kind} in
answered)
    # Refused by the method: nothing was started.
    trouble 1 not_moved "return=32768,$move_request"
    trouble 8 not_moved "return=32769,$move_request"
    trouble '1|3' not_moved "return=32770,$move_request"
    trouble '1|2|14' not_moved "return=32773,$move_request"
    trouble 10 not_moved "return=32774,$move_request"
    trouble 10 not_moved "return=32775,$move_request"
    for value in 32771 32772 32776 32777 32778 32779 1 5; do
        trouble '1|2|3|8|9|10|14|16' 'not_moved|unknown' "return=$value,$move_request"
    done
    ;;
job)
    trouble 8 not_moved job-fails
    out_json '.results[0].reasons | length > 0'
    trouble 13 not_moved job-fails=0x8009030E
    trouble 1 not_moved job-fails=0x80070070
    trouble 0 moved job-warns
    out_json '(.results[0].warnings + .results[0].reasons) | length > 0'
    trouble 0 moved job-vanishes
    out_json '.results[0].job.vanished'
    trouble 1 not_moved job-vanishes=0x80070005
    trouble '1|8' not_moved job-fails leftovers
    out_json '.results[0].leftovers | length > 0'
    ;;
lost-after)
    # Carried out, but the answer did not arrive.
    trouble 0 moved "drop-after,$move_request,times=1"
    trouble 0 moved "break,$move_request,times=1"
    trouble 0 moved "truncate,$move_request,times=1"
    trouble 0 moved "garbage,$move_request,times=1"
    trouble 0 moved "timeout-after,$move_request,times=1"
    trouble 0 moved "wrong-relates-to,$move_request,times=1"
    ;;
lost-before)
    # Not carried out, which only looking can tell.
    trouble '5|16' 'not_moved|unknown' "drop-before,$move_request,times=1"
    trouble '1|5|14|16' 'not_moved|unknown' "timeout,$move_request,times=1"
    trouble '1|5|10|14|16' 'not_moved|unknown' "http=503,$move_request,times=1"
    ;;
refused)
    trouble 7 not_moved "auth,$move_request,times=1"
    trouble '10|14' not_moved "quota,$move_request,times=1"
    # Neither do faults that blame the target of the request lead to a second one.
    for fault in INVALID_SELECTORS RESOURCE_NOT_FOUND DESTINATION_UNREACHABLE INVALID_RESOURCE_URI; do
        trouble 9 not_moved "fault=$fault,$move_request"
    done
    ;;
polling)
    # The job goes on, whatever happens to those who look at it.
    for kind in drop-before drop-after garbage truncate break timeout timeout-after quota wrong-relates-to http=503; do
        trouble 0 moved "$kind,class=Msvm_MigrationJob,nth=2,times=2"
    done
    ;;
looking)
    # Single failures before the request, of operations that may be repeated.
    for kind in timeout quota http=503; do
        trouble 0 moved "$kind,class=Msvm_ComputerSystem,nth=1,times=1"
    done
    ;;
*)
    echo "Bail out! no kind $1"
    exit 1
    ;;
esac

finish
