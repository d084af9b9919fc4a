#!/bin/sh
# Moving: the four types, by name and by GUID, each odd name, in table and in JSON, against hvsim's own state.
. "$(dirname "$0")/lib.sh"

# A move that must succeed and send its request once.
move() {
    forget_requests
    quick "$@"
    exit_is 0
    sent 1 '.method == "MigrateVirtualSystemToHost"'
}

scenario 'every name there and back, storage to the pools of the destination'
start_hosts --migrate-seconds 1 --time-scale 20
there_and_back() {
    from=$hv01 to=$hv02 away=hv02
    [ "$3" = hv01 ] || from=$hv02 to=$hv01 away=hv01
    # What keeps the others where they are stands in test_refuse.sh.
    case $1 in raw01 | 'old lab' | 'build farm') return ;; esac
    move migrate "$1" --from "$from" --to "$to" --include-storage
    out_has "$1"
    vm_is_at "$2" "$away"
    move migrate "$2" --from "$to" --to "$from" --include-storage -o json
    out_json '.results[0].outcome == "moved" and .results[0].vm_location == "destination"'
    out_json '.results[0].vm.name == $name and .results[0].vm.id == $guid' --arg name "$1" --arg guid "$2"
    out_json '.results[0].request_sent and .results[0].error == null and .summary.exit == 0'
    vm_is_at "$2" "$3"
}
each_name there_and_back

scenario 'VM only, its disks on a share'
start_hosts --migrate-seconds 1 --time-scale 20
move migrate web01 --from "$hv01" --to "$hv02" -o json
out_json '.results[0].move == "vm" and .results[0].outcome == "moved"'
vm_is_at 0A1B2C02-3D4E-4F50-8A6B-7C8D9E0F1002 hv02
move migrate web01 --from "$hv02" --to "$hv01"
vm_is_at 0A1B2C02-3D4E-4F50-8A6B-7C8D9E0F1002 hv01

scenario 'a VM that is named twice moves once'
move migrate web01 WEB01 --from "$hv01" --to "$hv02" -o json
out_json '[.results[].outcome] == ["moved"]'
move migrate web01 --from "$hv02" --to "$hv01"

scenario 'VM and storage into one folder'
move migrate app01 --from "$hv01" --to "$hv02" --storage 'D:\Moved & more'
vm_is_at 0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001 hv02
hvctl vm show app01 --host "$hv02" -o json
out_json '[.. | objects | select(.medium? == "vhd") | .path] == ["D:\\Moved & more\\app01.vhdx"]'
move migrate app01 --from "$hv02" --to "$hv01" --include-storage

scenario 'VM and storage, each disk to its own path'
move migrate 'db & <test> "one"' --from "$hv01" --to "$hv02" --storage 'C:\Away' --disk 'db data.vhdx=D:\New data\' \
    --disk 'D:\Gold\db log.vhdx=D:\Logs\db log.vhdx' --config-path 'D:\Config' --snapshot-path 'D:\Snapshots' --paging-path 'D:\Paging'
vm_is_at 0A1B2C03-3D4E-4F50-8A6B-7C8D9E0F1003 hv02
hvctl vm show 'db & <test> "one"' --host "$hv02" -o json
out_json '[.. | objects | select(.medium? == "vhd") | .path] | sort ==
    ["C:\\Away\\db & system.vhdx", "D:\\Logs\\db log.vhdx", "D:\\New data\\db data.vhdx"]'
for folder in Config Snapshots Paging; do
    out_json '[.. | strings | select(startswith("D:\\" + $folder))] | length >= 1' --arg folder $folder
done

scenario 'storage only, on the same host'
move move-storage app01 --host "$hv01" --to-path 'D:\Other' -o json
out_json '.results[0].move == "storage" and .results[0].outcome == "moved"'
vm_is_at 0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001 hv01
hvctl vm show app01 --host "$hv01" -o json
out_json '[.. | objects | select(.medium? == "vhd") | .path] == ["D:\\Other\\app01.vhdx"]'
move move-storage 0A1B2C04-3D4E-4F50-8A6B-7C8D9E0F1004 --host "$hv01" --to-path 'D:\Büro'
hvctl vm show 'Büro Zürich 🖥' --host "$hv01" -o json
out_json '[.. | objects | select(.medium? == "iso") | .path] == ["C:\\ISO\\debian-12.iso"]'

scenario 'events as JSON lines'
hvctl migrate app01 --from "$hv01" --to "$hv02" --include-storage --poll 50ms -o jsonl
exit_is 0
out_json 'map(.type) | .[0] == "job.started" and index("job.finished") and .[-1] == "summary"' -s
out_json '.[0].job.ref | test("/")' -s
out_json 'all(.schema == "hvctl/1")' -s

scenario 'progress in plain lines'
hvctl migrate app01 --from "$hv02" --to "$hv01" --include-storage --poll 50ms
exit_is 0
err_has 'app01'
check 'no carriage return and no escape' not grep -q "$(printf '[\033\r]')" "$work/err"

scenario 'two VMs in one call'
quick migrate app01 'Büro Zürich 🖥' --from "$hv01" --to "$hv02" --include-storage -o json
exit_is 0
out_json '.summary.succeeded == 2'
vm_is_at 0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001 hv02
vm_is_at 0A1B2C04-3D4E-4F50-8A6B-7C8D9E0F1004 hv02

scenario 'nothing to do twice'
quick migrate app01 --from "$hv01" --to "$hv02" --include-storage
check 'a VM that is there already is not moved' among "$status" '0|9'
vm_is_at 0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001 hv02

finish
