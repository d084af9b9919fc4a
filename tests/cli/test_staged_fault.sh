#!/bin/sh
# Trouble at each step of a move by way of a planned VM: the VM is at one host, nothing is sent twice, and what stays behind is
# named. Usage: test_staged_fault.sh stage|set|move|lost|clean
. "$(dirname "$0")/lib.sh"
cat >"$work/hosts.ini" <<'END'
[fabric]
shared = C:\ClusterStorage
[host hv01]
listener = 10.0.0.1
switch = Lab
file = C:\ISO\tools.iso
[host hv02]
address = 127.0.0.2
listener = 10.0.0.2
switch = Office
[vm lab]
guid = 0E2A5B6C-1111-4222-8333-444455550002
host = hv01
state = running
disk = C:\ClusterStorage\lab.vhdx
config_root = C:\ClusterStorage\lab
adapter = Lab
iso = C:\ISO\tools.iso
END
lab=0E2A5B6C-1111-4222-8333-444455550002

# trouble WHAT SPEC...: the move with these faults.
trouble() {
    scenario=$1
    shift
    faults=
    for spec in "$@"; do
        faults="$faults --fault $spec"
    done
    # The list is meant to be split.
    # shellcheck disable=SC2086
    start_hosts --config "$work/hosts.ini" --time-scale 50 --migrate-seconds 4 $faults
    forget_requests
    quick migrate lab --from "$hv01" --to "$hv02" --map-switch Lab=Office --eject-iso --request-timeout 10s -o json
    everything_is_named
}

# In truth: where the VM is, and the planned VM, which the result must name when it is there, and only then.
everything_is_named() {
    got=$(places "$lab")
    note="in truth it is at: $got"
    check 'the VM is at one host' among "$got" 'hv01|hv02'
    n=$(jq --arg guid "$lab" '[.vms[] | select(.guid == $guid and .planned)] | length' "$state")
    if [ "$n" = 0 ]; then
        out_json '[.results[0].leftovers[] | select(startswith("planned VM"))] == []'
    else
        out_json ".results[0].leftovers | any(contains(\"planned VM $lab\") and contains(\"hvctl staged discard $lab --to\"))"
    fi
    got=$(n_requests '.method == "MigrateVirtualSystemToHost" and .armed != "drop-before"')
    note="there were $got"
    check 'one request to plan and one to move at most' [ "$got" -le 2 ]
}
stays() {
    check 'exit status is not 0' [ "$status" != 0 ]
    vm_is_at "$lab" hv01
    out_json '.results[0].outcome == "not_moved"'
}
moves() {
    exit_is 0
    vm_is_at "$lab" hv02
}
planned_is() {
    n=$(jq --arg guid "$lab" '[.vms[] | select(.guid == $guid and .planned)] | length' "$state")
    check "there is a planned VM: $1" [ "$n" = "$1" ]
}

stage() {
    trouble 'staging is refused' return=32768,action=MigrateVirtualSystemToHost
    stays
    planned_is 0
    sent 1 '.method == "MigrateVirtualSystemToHost"'
    trouble 'the job of staging fails' job-fails
    stays
    planned_is 0
    trouble 'the job of staging fails and leaves the planned VM' job-fails leftovers
    stays
    planned_is 0
    trouble 'it leaves the planned VM, which cannot be removed' job-fails leftovers return=32768,action=DestroySystem
    stays
    planned_is 1
    trouble 'the answer to staging is lost' drop-after,action=MigrateVirtualSystemToHost
    moves
    trouble 'the job of staging vanishes' job-vanishes
    moves
}

set_() {
    trouble 'a correction is refused' return=32773,action=ModifyResourceSettings
    stays
    planned_is 0
    trouble 'the job of a correction fails' job-fails,action=ModifyResourceSettings
    stays
    planned_is 0
    trouble 'the answer to a correction is lost' drop-after,action=ModifyResourceSettings
    check 'moved, or not' among "$status" '0|1|5|16'
    trouble 'a correction never arrives' drop-before,action=ModifyResourceSettings
    stays
    planned_is 0
    trouble 'the ISO cannot be ejected' job-fails,action=RemoveResourceSettings
    stays
    planned_is 0
    sent 1 '.method == "MigrateVirtualSystemToHost"'
}

move() {
    trouble 'the move is refused' return=32774,action=MigrateVirtualSystemToHost,nth=2
    stays
    planned_is 0
    trouble 'the job of the move fails' job-fails,nth=2
    stays
    planned_is 0
    trouble 'the job of the move vanishes and it fails' job-vanishes=0x80070005,nth=2
    stays
    planned_is 0
    trouble 'the job of the move vanishes and it succeeds' job-vanishes,nth=2
    moves
    trouble 'the answer to the move is lost' drop-after,action=MigrateVirtualSystemToHost,nth=2
    moves
}

lost() {
    trouble 'staging never arrives' drop-before,action=MigrateVirtualSystemToHost
    stays
    planned_is 0
    trouble 'the move never arrives' drop-before,action=MigrateVirtualSystemToHost,nth=2
    stays
    planned_is 0
    trouble 'the move is put in doubt' return=32771,action=MigrateVirtualSystemToHost,nth=2
    stays
    planned_is 0
}

clean() {
    trouble 'the planned VM cannot be removed: refused' job-fails,nth=2 return=32769,action=DestroySystem
    stays
    planned_is 1
    out_json '.results[0].warnings | any(contains("could not be removed"))'
    trouble 'the planned VM cannot be removed: the job fails' job-fails,nth=2 job-fails,action=DestroySystem
    stays
    planned_is 1
    trouble 'the request to remove it never arrives' job-fails,nth=2 drop-before,action=DestroySystem
    stays
    planned_is 1
    trouble 'what was named is removed by what was named' job-fails,nth=2 return=32769,action=DestroySystem
    hvctl staged discard "$lab" --from "$hv01" --to "$hv02" --yes
    exit_is 0
    planned_is 0
}

case $1 in
set) set_ ;;
*) "$1" ;;
esac
finish
