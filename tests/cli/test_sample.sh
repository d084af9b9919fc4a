#!/bin/sh
# The command lines of the seed program.
. "$(dirname "$0")/lib.sh"
start_hosts --migrate-seconds 1 --time-scale 20

scenario 'vm-simple-check'
hvctl sample vm-simple-check "$hv01" "$hv02" web01
exit_is 0
sent 1 '.method == "CheckVirtualSystemIsMigratable"'
sent 0 '.method == "MigrateVirtualSystemToHost"'
hvctl sample vm-simple-check "$hv01" "$hv02" 'old lab'
exit_is 3

scenario 'vm-simple'
hvctl sample vm-simple "$hv01" "$hv02" web01
exit_is 0
vm_is_at 0A1B2C02-3D4E-4F50-8A6B-7C8D9E0F1002 hv02

scenario 'vm-and-storage-simple, its name in another case'
hvctl sample VM-And-Storage-Simple "$hv01" "$hv02" 'db & <test> "one"'
exit_is 0
vm_is_at 0A1B2C03-3D4E-4F50-8A6B-7C8D9E0F1003 hv02

scenario 'how memory travels'
start_hosts --migrate-seconds 1 --time-scale 20
hvctl sample vm-compression "$hv01" "$hv02" web01
exit_is 0
hvctl sample vm-smb "$hv02" "$hv01" web01
exit_is 0
hvctl sample vm-simple-with-new-root "$hv01" "$hv02" web01
exit_is 0
hvctl vm show web01 -H "$hv02" -o json
out_json '[.. | strings | select(startswith("C:\\NewDataRoot"))] | length >= 1'
hvctl sample vm-simple-with-ip "$hv02" "$hv01" web01
exit_is 0
sent 4 '.method == "MigrateVirtualSystemToHost"'

scenario 'places'
hvctl sample vm-and-storage "$hv01" "$hv02" app01 'D:\Everything'
exit_is 0
hvctl vm show app01 -H "$hv02" -o json
out_json '[.. | objects | select(.medium? == "vhd") | .path] == ["D:\\Everything\\app01.vhdx"]'
out_json '[.. | strings | select(. == "D:\\Everything")] | length >= 3'
hvctl sample storage-simple "$hv02" app01 'D:\Again'
exit_is 0
hvctl vm show app01 -H "$hv02" -o json
out_json '[.. | objects | select(.medium? == "vhd") | .path] == ["D:\\Again\\app01.vhdx"]'
hvctl sample storage-simple-with-pool "$hv02" app01 no-such-pool 'D:\Gold'
check 'a pool that is not there is refused' [ "$status" != 0 ]

scenario 'by way of a planned VM'
start_hosts --migrate-seconds 1 --time-scale 20
hvctl sample vm-detailed "$hv01" "$hv02" web01
exit_is 0
vm_is_at 0A1B2C02-3D4E-4F50-8A6B-7C8D9E0F1002 hv02
sent 2 '.method == "MigrateVirtualSystemToHost"'
hvctl sample vm-detailed "$hv01" "$hv02" 'old lab'
error_is 1 'Lab network'
check 'nothing is left behind' [ "$(jq '[.vms[] | select(.planned)] | length' "$state")" = 0 ]

scenario 'hosts'
hvctl sample modifyservice "$hv01" -o json
exit_is 0
out_json '.after.migration_enabled and .after.max_vm_migrations == 4 and .after.max_storage_migrations == 5'
hvctl sample enablesmb "$hv01" -o json
out_json '.after.smb_transport'
hvctl sample enablecompression "$hv01" -o json
exit_is 0
out_json '.after.compression'
forget_requests
hvctl sample modifynetworks "$hv01" -o jsonl
exit_is 0
sent 1 '.method == "AddNetworkSettings"'
sent 1 '.method == "ModifyNetworkSettings"'
sent 1 '.method == "RemoveNetworkSettings"'
hvctl host network list -H "$hv01"
out_lacks 192.168.1.0
hvctl host network add 192.168.1.0/24 -H "$hv01"
exit_is 0
hvctl sample modifynetworks "$hv01"
error_is 10 'takes migrations on 192.168.1.0/24 already'
hvctl host network list -H "$hv01"
out_has 192.168.1.0

scenario 'by way of a planned VM'
start_hosts --time-scale 20 --migrate-seconds 4
hvctl sample vm-detailed "$hv01" "$hv02" web01 --poll 50ms --progress none -o json
exit_is 0
out_json '.results[0].outcome == "moved"'
vm_is_at 0A1B2C02-3D4E-4F50-8A6B-7C8D9E0F1002 hv02
sent 2 '.method == "MigrateVirtualSystemToHost"'

scenario 'wrong use'
hvctl sample modifyservice "$hv01" "$hv02"
error_is 2 'takes the arguments HOST'
hvctl sample vm-simple "$hv01" "$hv02"
exit_is 2
hvctl sample no-such-mode "$hv01" "$hv02" web01
exit_is 2
err_has 'no-such-mode'

finish
