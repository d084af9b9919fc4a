#!/bin/sh
# Planned VMs, "alone": made, listed, shown, corrected, checked, moved into, removed; "moves": moves that make one on their way.
. "$(dirname "$0")/lib.sh"
cat >"$work/hosts.ini" <<'END'
[fabric]
shared = C:\ClusterStorage
[host hv01]
listener = 10.0.0.1
switch = Office
switch = Lab
physical = 1
file = C:\ISO\tools.iso
[host hv02]
address = 127.0.0.2
listener = 10.0.0.2
switch = Office
switch = Production
drive = C
drive = D
physical = 3
physical = 4
file = C:\ISO\other.iso
[vm web]
guid = 0E2A5B6C-1111-4222-8333-444455550001
host = hv01
state = running
disk = C:\ClusterStorage\web.vhdx
config_root = C:\ClusterStorage\web
[vm lab]
guid = 0E2A5B6C-1111-4222-8333-444455550002
host = hv01
state = running
disk = C:\ClusterStorage\lab.vhdx
config_root = C:\ClusterStorage\lab
adapter = Lab
adapter = Office
iso = C:\ISO\tools.iso
[vm raw]
guid = 0E2A5B6C-1111-4222-8333-444455550003
host = hv01
disk = C:\ClusterStorage\raw.vhdx
disk = C:\ClusterStorage\second.vhdx
config_root = C:\ClusterStorage\raw
passthrough = 1
[vm snap]
guid = 0E2A5B6C-1111-4222-8333-444455550004
host = hv01
disk = C:\ClusterStorage\snap.avhdx | parent=C:\ClusterStorage\snap.vhdx
config_root = C:\ClusterStorage\snap
checkpoint = before
iso = C:\ISO\tools.iso
[vm own]
guid = 0E2A5B6C-1111-4222-8333-444455550005
host = hv01
state = running
disk = C:\VMs\own.vhdx
adapter = Lab
[vm lost]
guid = 0E2A5B6C-1111-4222-8333-444455550009
host = hv02
planned = yes
disk = C:\VMs\lost.vhdx
END
web=0E2A5B6C-1111-4222-8333-444455550001
lab=0E2A5B6C-1111-4222-8333-444455550002
raw=0E2A5B6C-1111-4222-8333-444455550003
own=0E2A5B6C-1111-4222-8333-444455550005
lost=0E2A5B6C-1111-4222-8333-444455550009

# As quick, of commands without progress.
swift() {
    hvctl "$@" --poll 50ms
}
start() {
    start_hosts --config "$work/hosts.ini" --time-scale 20 --migrate-seconds 4
}
# In truth there is a planned VM, or none, of that GUID at hv02.
planned_is_there() {
    check 'in truth there is a planned VM' [ "$(jq --arg guid "$1" '[.vms[] | select(.guid == $guid and .planned)] | length' "$state")" = 1 ]
}
planned_is_gone() {
    check 'in truth there is no planned VM' [ "$(jq --arg guid "$1" '[.vms[] | select(.guid == $guid and .planned)] | length' "$state")" = 0 ]
}
alone() {
    start
    scenario 'a planned VM is made and the VM stays'
    quick staged prepare web --from "$hv01" --to "$hv02" -o json
    exit_is 0
    out_json '.results[0].outcome == "staged" and .results[0].at_destination == "planned" and .results[0].vm_location == "source"'
    out_json '.summary.command == "prepare" and .results[0].move == "staged"'
    planned_is_there "$web"
    vm_is_at "$web" hv01
    sent 1 '.method == "MigrateVirtualSystemToHost"'
    quick staged prepare web --from "$hv01" --to "$hv02"
    error_is 10 'has a planned VM of "web" already'
    sent 1 '.method == "MigrateVirtualSystemToHost"'

    scenario 'planned VMs are listed, with what the source says of them'
    hvctl staged list --to "$hv02" -o json
    exit_is 0
    out_json '[.planned[].name] == ["lost", "web"] and all(.planned[]; .orphan == null and .origin == "unasked")'
    hvctl staged list --from "$hv01" --to "$hv02" -o json
    out_json '.planned[] | select(.name == "web") | .orphan == false and .origin == "there"'
    out_json '.planned[] | select(.name == "lost") | .orphan == true and .origin == "none"'
    hvctl staged list --from "$hv01" --to "$hv02" -o jsonl
    out_json 'length == 2 and all(.[]; .type == "staged.planned" and .host)' -s
    hvctl staged list --from "$hv01" --to "$hv02"
    exit_is 0
    out_has 'orphan: not at'
    hvctl staged list --from "$hv01"
    error_is 2 'no destination was named'

    scenario 'it is removed after a yes only'
    swift staged discard web --to "$hv02"
    error_is 2 'without a yes'
    planned_is_there "$web"
    on_terminal no staged discard web --to "$hv02"
    check 'exit status 1' [ "$status" = 1 ]
    planned_is_there "$web"
    swift staged discard web --from "$hv01" --to "$hv02" --yes -o json
    exit_is 0
    out_json '.removed[0].name == "web" and .errors == []'
    planned_is_gone "$web"
    vm_is_at "$web" hv01
    sent 1 '.method == "DestroySystem"'
    swift staged discard web --to "$hv02" --yes
    error_is 9 'has no planned VM "web"'

    scenario 'orphans are removed, and nothing else'
    quick staged prepare web --from "$hv01" --to "$hv02"
    swift staged discard --orphans --to "$hv02" --yes
    error_is 2 'orphans cannot be told'
    swift staged discard --orphans --from "$hv01" --to "$hv02" --yes
    exit_is 0
    out_has lost
    planned_is_gone "$lost"
    planned_is_there "$web"
    swift staged discard --orphans web --from "$hv01" --to "$hv02" --yes
    error_is 2 'both were given'
    swift staged discard --to "$hv02" --yes
    error_is 2 'nothing to remove'

    scenario 'a planned VM is moved into'
    quick staged check web --from "$hv01" --to "$hv02" -o json
    exit_is 0
    out_json '.results[0].outcome == "migratable"'
    forget_requests
    quick staged complete web --from "$hv01" --to "$hv02" -o json
    exit_is 0
    out_json '.results[0].outcome == "moved" and .results[0].leftovers == [] and .summary.command == "complete"'
    vm_is_at "$web" hv02
    planned_is_gone "$web"
    sent 1 '.method == "MigrateVirtualSystemToHost"'
    quick staged complete lab --from "$hv01" --to "$hv02"
    error_is 9 'has no planned VM of "lab"'
    sent 1 '.method == "MigrateVirtualSystemToHost"'

    scenario 'what is wrong with it is shown next to what the host has'
    quick staged prepare lab --from "$hv01" --to "$hv02"
    exit_is 0
    hvctl staged show lab --from "$hv01" --to "$hv02" -o json
    exit_is 0
    out_json '.missing == 2 and .offers.switches == ["Office", "Production"] and .offers.drives == ["3", "4"]'
    out_json '[.parts[] | select(.fit == "missing") | .kind + " " + .value] | sort == ["adapter Lab", "iso C:\\ISO\\tools.iso"]'
    out_json '.parts[] | select(.kind == "adapter" and .value == "Office") | .fit == "there"'
    out_json '.parts[] | select(.kind == "config-path") | .value == "C:\\ClusterStorage\\lab"'
    hvctl staged show "$lab" --to "$hv02"
    exit_is 0
    out_has 'Office, Production'
    quick staged check lab --from "$hv01" --to "$hv02"
    error_is 3 "Could not find Ethernet switch 'Lab'"
    err_has 'as 127.0.0.2'

    scenario 'it is corrected one by one, and once only'
    swift staged set lab --to "$hv02" --map-switch Lab=Production --dry-run -o json
    exit_is 0
    out_json '.dry_run and .needed and (.changed | not) and .changes[0].from == "Lab" and .changes[0].to == "Production"'
    sent 0 '.method == "ModifyResourceSettings"'
    swift staged set lab --to "$hv02" --map-switch Lab=Production -o json
    exit_is 0
    out_json '.changed and (.planned.missing == 1) and (.changes | length) == 1'
    swift staged set lab --to "$hv02" --map-switch Lab=Production
    exit_is 0
    err_has 'it is so already'
    sent 1 '.method == "ModifyResourceSettings"'
    swift staged set lab --to "$hv02" --eject-iso --disk 'tools.iso=D:\tools.iso'
    error_is 2 'and to eject it'
    swift staged set lab --to "$hv02" --eject-iso
    exit_is 0
    out_has 'C:\ISO\tools.iso'
    swift staged set lab --from "$hv01" --to "$hv02" --config-path 'D:\lab' --snapshot-path 'D:\lab' --paging-path 'D:\lab' -o json
    exit_is 0
    out_json '[.planned.parts[] | select(.value == "D:\\lab")] | length == 3'
    swift staged set lab --to "$hv02" --disconnect Office
    exit_is 0
    hvctl staged show lab --to "$hv02" -o json
    out_json '.missing == 0 and [.parts[] | select(.kind == "iso")] == []'
    out_json '.parts[] | select(.kind == "adapter" and .value == "Office") | .fit == "nothing"'
    out_json '.parts[] | select(.kind == "adapter" and .value == "Production") | .fit == "there"'
    quick staged check lab --from "$hv01" --to "$hv02"
    exit_is 0
    quick staged complete lab --from "$hv01" --to "$hv02"
    exit_is 0
    vm_is_at "$lab" hv02
    hvctl vm show lab -H "$hv02" -o json
    out_json '[.adapters[] | [.switch, .connected]] | sort == [["Office", false], ["Production", true]]'
    out_json '[.disks[] | select(.medium == "iso")] == [] and .configuration_root == "D:\\lab"'

    scenario 'typing errors change nothing'
    quick staged prepare raw --from "$hv01" --to "$hv02"
    forget_requests
    swift staged set raw --to "$hv02"
    error_is 2 'nothing to change'
    swift staged set raw --to "$hv02" --map-switch Lab=Nowhere
    error_is 9 'no virtual switch "Nowhere"'
    swift staged set raw --to "$hv02" --map-switch Lab=Office
    error_is 9 'no adapter at switch "Lab"'
    swift staged set raw --to "$hv02" --physical 1=9
    error_is 9 'no disk "9"'
    swift staged set raw --to "$hv02" --disk 'nothing.vhdx=D:\'
    error_is 9 'no disk "nothing.vhdx"'
    # A folder that holds another disk already does not make that disk the one that was meant.
    swift staged set raw --to "$hv02" --disk 'nothing.vhdx=C:\ClusterStorage\'
    error_is 9 'no disk "nothing.vhdx"'
    for twice in '--map-switch Lab=Office --map-switch lab=Production' '--disconnect Lab --map-switch Lab=Office' \
        '--physical 1=2 --physical 1=3'; do
        # shellcheck disable=SC2086
        swift staged set raw --to "$hv02" $twice
        error_is 2 'two different changes'
    done
    swift staged set raw --to "$hv02" --disk 'raw.vhdx=D:\a\' --disk 'C:\ClusterStorage\raw.vhdx=D:\b\'
    error_is 2 'two different changes'
    swift staged set raw --to "$hv02" --disk 'second.vhdx=D:\a\raw.vhdx' --disk 'raw.vhdx=D:\a\'
    error_is 2 'two disks would become'
    swift staged set raw --to "$hv02" --physical 1=2 --physical 1=2 --dry-run
    [ "$status" != 2 ] || check 'a wish may be said twice' false
    swift staged set raw --to "$hv02" --config-path here
    error_is 2 'not a full Windows path'
    swift staged set raw --to "$hv02" --map-switch Lab
    error_is 2 '--map-switch'
    swift staged set nobody --to "$hv02" --eject-iso
    error_is 9 'has no planned VM "nobody"'
    sent 0 '.method != null'

    scenario 'a disk that is passed through is given another one'
    hvctl staged show raw --to "$hv02" -o json
    out_json '.parts[] | select(.kind == "physical") | .value == "1" and .fit == "missing"'
    swift staged set raw --to "$hv02" --physical 1=3 -o json
    exit_is 0
    out_json '.planned.parts[] | select(.kind == "physical") | .value == "3" and .fit == "there"'
    quick staged complete raw --from "$hv01" --to "$hv02"
    exit_is 0
    vm_is_at "$raw" hv02

    scenario 'checkpoints are corrected too'
    quick staged prepare snap --from "$hv01" --to "$hv02"
    hvctl staged show snap --to "$hv02" -o json
    out_json '[.parts[] | select(.kind == "iso") | .checkpoint] == [null, "before"]'
    swift staged set snap --to "$hv02" --disk 'tools.iso=C:\ISO\other.iso' -o json
    exit_is 0
    out_json '(.changes | length) == 2 and .planned.missing == 0'
    swift staged set snap --to "$hv02" --eject-iso -o json
    exit_is 0
    out_json '(.changes | length) == 2 and all(.changes[]; .to == null)'
    swift staged discard snap --to "$hv02" --yes
    exit_is 0
}

moves() {
    start
    scenario 'a move corrects the VM on its way'
    forget_requests
    quick migrate lab --from "$hv01" --to "$hv02" --map-switch Lab=Production --eject-iso -o json
    exit_is 0
    out_json '.results[0].outcome == "moved" and .results[0].leftovers == []'
    vm_is_at "$lab" hv02
    planned_is_gone "$lab"
    sent 2 '.method == "MigrateVirtualSystemToHost"'
    sent 0 '.method == "DestroySystem"'
    hvctl vm show lab -H "$hv02" -o json
    out_json '[.adapters[].switch] | sort == ["Office", "Production"]'
    quick migrate own --from "$hv01" --to "$hv02" --storage 'D:\VMs' --disconnect-missing -o json
    exit_is 0
    vm_is_at "$own" hv02
    hvctl vm show own -H "$hv02" -o json
    out_json '.adapters[0].connected == false and .disks[0].path == "D:\\VMs\\own.vhdx"'

    scenario 'a check by way of a planned VM leaves none'
    start
    forget_requests
    quick check lab --from "$hv01" --to "$hv02" --map-switch Lab=Production --eject-iso -o json
    exit_is 0
    out_json '.results[0].outcome == "migratable"'
    planned_is_gone "$lab"
    vm_is_at "$lab" hv01
    sent 1 '.method == "CheckVirtualSystemIsMigratable"'
    quick check lab --from "$hv01" --to "$hv02" --map-switch Lab=Production -o json
    exit_is 3
    planned_is_gone "$lab"
    quick migrate lab --from "$hv01" --to "$hv02" --map-switch Lab=Production --eject-iso --dry-run -o json
    exit_is 0
    out_json '.results[0].outcome == "migratable" and .results[0].request.staged'
    planned_is_gone "$lab"
    vm_is_at "$lab" hv01

    scenario 'a move that cannot be corrected is not begun'
    forget_requests
    quick migrate lab --from "$hv01" --to "$hv02" --map-switch Lab=Nowhere
    error_is 9 'no virtual switch "Nowhere"'
    quick migrate nobody --from "$hv01" --to "$hv02" --eject-iso
    error_is 9 'has no VM "nobody"'
    quick staged prepare lab --from "$hv01" --to "$hv02"
    forget_requests
    quick migrate lab --from "$hv01" --to "$hv02" --map-switch Lab=Production --eject-iso
    error_is 10 'has a planned VM of "lab" already'
    planned_is_there "$lab"
    sent 0 '.method != null'
}

"$1"
finish
