#!/bin/sh
# Hosts that go away while a VM moves, and jobs that do (design.md 3): what hvctl says in the end is what is true, the request to move
# is sent once, and what cannot be told is said to be unknown.
. "$(dirname "$0")/lib.sh"
app01=0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001
moving='.method == "MigrateVirtualSystemToHost"'

# outage EXIT OUTCOME SPEC...: app01 goes from hv01 to hv02 while the faults are armed. EXIT and OUTCOME may be several, parted by "|".
outage() {
    want_exit=$1
    want_outcome=$2
    shift 2
    arms=
    for spec in "$@"; do
        arms="$arms --fault $spec"
    done
    # The list is meant to be split.
    # shellcheck disable=SC2086
    start_hosts --migrate-seconds 2 --time-scale 2 $arms
    quick migrate app01 --from "$hv01" --to "$hv02" --include-storage --request-timeout 3s --connect-timeout 2s -o json
    sent 1 "$moving"
    check "exit status $want_exit" among "$status" "$want_exit"
    out_json '.results[0].outcome as $o | $want | split("|") | index($o) != null' --arg want "$want_outcome"
    truth=$(places $app01)
    case $(jq -r '.results[0].outcome' "$work/out") in
    moved) check 'moved: at the destination and only there' [ "$truth" = hv02 ] ;;
    not_moved) check 'not moved: at the source and only there' [ "$truth" = hv01 ] ;;
    *) check 'what is not known is no success' [ "$status" != 0 ] ;;
    esac
    out_json '.results[0].verdict.evidence | length > 0'
}

scenario 'the job object is removed between two looks, and the move goes on'
outage 0 moved job-vanishes
scenario 'the job object is removed between two looks, and the move fails'
outage 1 not_moved job-vanishes=0x80070005
scenario 'the service starts anew in the middle: for a while nobody answers, then the job is unknown'
outage 0 moved job-vanishes http=503,host=hv01,class=Msvm_MigrationJob,nth=3,times=6
scenario 'the source is rebooted in the middle: its connections break, its jobs are gone, the VM is where it was'
outage 1 not_moved job-vanishes=0x80070005 drop-before,host=hv01,class=Msvm_MigrationJob,nth=3,times=6
scenario 'the destination is gone for a while when the VM has arrived'
outage 0 moved 'drop-before,host=hv02,class=*,nth=1,times=3'
scenario 'the destination is gone for good when the VM has arrived: nobody can tell'
outage 16 unknown 'drop-before,host=hv02,class=*,times=0'
err_has 'did not tell'
out_json '[.results[0].verdict.evidence[] | select(.about == "destination")][0].seen | startswith("no answer")'
scenario 'both are gone for a while, and come back'
outage 0 moved drop-before,host=hv01,class=Msvm_MigrationJob,nth=2,times=5 'drop-before,host=hv02,class=*,nth=1,times=3'
scenario 'the answer is lost, and both are gone for a while'
outage 0 moved drop-after,action=MigrateVirtualSystemToHost drop-before,host=hv01,class=Msvm_MigrationJob,times=2

# Each refusal counts towards the lock of an account, whichever command it comes from.
scenario 'the password is not good any more while the VM moves: nobody can tell, and it is tried twice'
outage 16 unknown auth,host=hv01,nth=10,times=0
sent 2 '.status == 401'
err_has 'sign in with user and password that'
err_has 'hvctl job follow'
scenario 'the sign-in is refused for a moment while the VM moves'
outage 0 moved auth,host=hv01,nth=10
sent 1 '.status == 401'

# A job of an earlier try with the same VM is over when the answer of the second try is lost: it proves nothing of that.
scenario 'a job of an earlier try'
start_hosts --migrate-seconds 2 --time-scale 2 --fault job-fails --fault drop-after,action=MigrateVirtualSystemToHost,nth=2
quick migrate app01 --from "$hv01" --to "$hv02" --include-storage -o json
out_json '.results[0].outcome == "not_moved"'
first=$(jq -r '.results[0].job.id' "$work/out")
quick migrate app01 --from "$hv01" --to "$hv02" --include-storage --request-timeout 3s -o json
exit_is 0
out_json '.results[0] | .outcome == "moved" and .job.id != $first' --arg first "$first"
sent 2 "$moving"
vm_is_at $app01 hv02

scenario 'a job of an earlier try, and a second request that never arrived'
start_hosts --migrate-seconds 1 --time-scale 4 --fault job-fails --fault drop-before,action=MigrateVirtualSystemToHost,nth=2
quick migrate app01 --from "$hv01" --to "$hv02" --include-storage -o json
out_json '.results[0].outcome == "not_moved"'
quick migrate app01 --from "$hv01" --to "$hv02" --include-storage --request-timeout 3s -o json
check 'no success' [ "$status" != 0 ]
out_json '.results[0].outcome == "not_moved"'
vm_is_at $app01 hv01

finish
