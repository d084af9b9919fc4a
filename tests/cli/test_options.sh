#!/bin/sh
# Every option of a move: what is said to the host, what comes of it, and that old hosts are not told what they do not know.
. "$(dirname "$0")/lib.sh"
app01=0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001

# said NAME VALUE: the dry run before has shown this property in the request. $2 empty: not at all.
said() {
    out_json '.results[0].request.migration_setting_data | contains("NAME=\"" + $n + "\"") == ($v != "")
        and (($v == "") or (split("NAME=\"" + $n + "\"")[1] | split("</PROPERTY")[0] | contains("<VALUE>" + $v + "</VALUE>")))' \
        --arg n "$1" --arg v "$2"
}
# A check with the options of a move, which must say yes.
dry() {
    quick migrate "$@" --from "$hv01" --to "$hv02" --dry-run -o json
    exit_is 0
}
gated='AllowOverwriteExistingFile AvoidRemovingVHDs CancelIfBlackoutThresholdExceeded CPUCappingMagnitude EnableCompression
    RemoveSourceUnmanagedVhds UnmanagedVhds'

scenario 'nothing is said that was not asked for'
start_hosts --migrate-seconds 1 --time-scale 20
dry web01
said MigrationType 32768
said TransportType 5
for name in $gated DestinationIPAddressList RetainVhdCopiesOnSource; do
    said "$name" ''
done
sent 0 '.class == "Msvm_VirtualSystemMigrationSettingData"'

scenario 'each option is one property'
while read -r option name value <&5; do
    # shellcheck disable=SC2086
    dry web01 $option
    said "$name" "$value"
done 5<<END
--compress=yes EnableCompression true
--compress=no EnableCompression false
--transport=smb TransportType 32768
--transport=tcp TransportType 5
--cancel-on-long-blackout CancelIfBlackoutThresholdExceeded true
--cpu-cap=normal CPUCappingMagnitude 0
--cpu-cap=low CPUCappingMagnitude 1
--cpu-cap=high CPUCappingMagnitude 2
--overwrite AllowOverwriteExistingFile true
--keep-source RetainVhdCopiesOnSource true
--avoid-removing-vhds AvoidRemovingVHDs true
--remove-source-unmanaged RemoveSourceUnmanagedVhds true
END
check 'the source was asked what it knows' [ "$(n_requests '.class == "Msvm_VirtualSystemMigrationSettingData"')" -ge 10 ]

scenario 'all at once, in a move'
quick migrate app01 --from "$hv01" --to "$hv02" --include-storage --compress no --cancel-on-long-blackout --cpu-cap low \
    --overwrite --avoid-removing-vhds -o json
exit_is 0
out_json '.results[0].outcome == "moved" and (.results[0].leftovers[0] | test("old copy of disk"))'
out_json '.results[0].verdict.word == "moved_with_leftovers"'
vm_is_at "$app01" hv02

scenario 'addresses of the destination'
start_hosts --migrate-seconds 1 --time-scale 20
hvctl host show -H "$hv02" -o json
ip=$(jq -r '.listeners | map(select(contains("."))) | .[0]' "$work/out")
dry web01 --dest-ip "$ip"
said DestinationIPAddressList "$ip"
dry web01 --network "${ip%.*}.0/24"
said DestinationIPAddressList "$ip"
quick check web01 --from "$hv01" --to "$hv02" --network 203.0.113.0/24
error_is 3 'takes migrations on no address in 203.0.113.0/24'
quick check web01 --from "$hv01" --to "$hv02" --dest-ip 203.0.113.1
exit_is 3
err_has 'addresses answered'
for bad in '--network nonsense' '--dest-ip nonsense' '--network 192.0.2.0/24 --dest-ip 192.0.2.1' '--transport smb --compress yes' '--cpu-cap 7'; do
    # shellcheck disable=SC2086
    hvctl check web01 --from "$hv01" --to "$hv02" $bad
    error_is 2 usage
done
hvctl move-storage app01 -H "$hv01" --to-path 'D:\X' --network 192.0.2.0/24
error_is 2 'does not belong'

scenario 'disks by rules'
quick migrate 'db & <test> "one"' --from "$hv01" --to "$hv02" --storage 'C:\Rest' --disk-rule '*LOG.vhdx=D:\Logs' \
    --disk-rule '*data*=D:\Data\' --disk 'db log.vhdx=D:\Own\' -o json
exit_is 0
hvctl vm show 'db & <test> "one"' --host "$hv02" -o json
out_json '[.. | objects | select(.medium? == "vhd") | .path] | sort ==
    ["C:\\Rest\\db & system.vhdx", "D:\\Data\\db data.vhdx", "D:\\Own\\db log.vhdx"]'
hvctl move-storage app01 -H "$hv01" --disk-rule '*.vhdx=relative'
error_is 2 'not a full Windows path'
hvctl move-storage app01 -H "$hv01" --disk-rule '*nosuch*=D:\X'
error_is 2 'no --disk-rule fits'
hvctl move-storage 0A1B2C06-3D4E-4F50-8A6B-7C8D9E0F1006 -H "$hv01" --pool gold
error_is 2 'it has no virtual hard disks'
hvctl migrate app01 --from "$hv01" --to "$hv02" --storage 'D:\a|b'
error_is 2 'holds the character |'
quick migrate app01 --from "$hv01" --to "$hv02" --disk 'app01.vhdx=D:\x\' --disk 'app01.vhdx=D:\y\'
error_is 2 'two new places were given'
hvctl migrate app01 --from "$hv01" --to "$hv02" --unmanaged 'C:\p.vhdx=D:\x\' --unmanaged 'c:\P.vhdx=D:\y\'
error_is 2 '--unmanaged twice for the disk'
hvctl migrate app01 --from "$hv01" --to "$hv02" --unmanaged 'C:\p.vhdx=D:\x\' --unmanaged 'C:\q\p.vhdx=D:\x\'
error_is 2 'two unmanaged disks would become'

scenario 'a parent that no setting names goes along'
hvctl vm show 'build farm' -H "$hv01" -o json
parent=$(jq -r --arg name 'build farm' '[.vms[] | select(.name == $name)] | .[0].disks // [] | .. | .parent? // empty' "$state" | head -n 1)
[ -n "$parent" ] || parent=$(jq -r '.hosts[] | select(.name == "hv01") | .files[]? | .parent? // empty' "$state" | head -n 1)
note="parent: $parent"
check 'the state tells of a parent' [ -n "$parent" ]
quick check 'build farm' --from "$hv01" --to "$hv02" --include-storage
exit_is 3
quick migrate 'build farm' --from "$hv01" --to "$hv02" --storage 'D:\Farm' --unmanaged "$parent=D:\\Farm\\" \
    --remove-source-unmanaged -o json
exit_is 0
out_json '.results[0].outcome == "moved"'
quick check 'build farm' web01 --from "$hv01" --to "$hv02" --unmanaged 'C:\a=C:\b'
error_is 2 'belongs to one VM'

scenario 'copies are kept where that was asked for, and named'
quick move-storage app01 -H "$hv01" --to-path 'D:\Kept' --keep-source -o json
exit_is 0
out_json '.results[0].leftovers | length == 0 or (.[0] | test("old copy"))'

scenario 'processors from a pool'
cat >"$work/pools.ini" <<END
[host hv01]
listener = 10.0.0.1
[host hv02]
listener = 10.0.0.2
processor_pool = gold
[vm shared]
guid = 11111111-2222-4333-8444-555555555555
host = hv01
disk = \\\\fs\\share\\a.vhdx
config_root = \\\\fs\\share
END
start_hosts --migrate-seconds 1 --time-scale 20 --config "$work/pools.ini"
quick check shared --from "$hv01" --to "$hv02" --processor-pool silver
exit_is 3
err_has silver
quick migrate shared --from "$hv01" --to "$hv02" --processor-pool gold
exit_is 0
hvctl wsman enumerate Msvm_ProcessorSettingData -H "$hv02" -o json
out_json '[.. | objects | select(.PoolID? == "gold")] | length == 1'

scenario 'a deep check'
start_hosts --time-scale 20
quick check app01 --from "$hv01" --to "$hv02" --deep -o json
exit_is 0
out_json '.results[0].move == "deep-check"'
hvctl migrate app01 --from "$hv01" --to "$hv02" --deep
error_is 2 'does not belong'

scenario 'versions of Windows'
# PROFILE OPTIONS that it knows, then | and those that it does not.
while IFS='|' read -r profile known unknown <&6; do
    start_hosts --time-scale 20 --version-profile "hv01=$profile" --version-profile hv02=2025
    scenario="versions of Windows: $profile"
    for option in $known; do
        quick check web01 --from "$hv01" --to "$hv02" "$option"
        exit_is 0
    done
    for option in $unknown; do
        forget_requests
        quick check web01 --from "$hv01" --to "$hv02" "$option"
        error_is 2 'does not know --'
        sent 0 '.method == "CheckVirtualSystemIsMigratable"'
    done
done 6<<END
2012|--keep-source|--compress=no --transport=smb --remove-source-unmanaged --avoid-removing-vhds --overwrite --cpu-cap=low
2012r2|--compress=no --transport=smb|--remove-source-unmanaged --overwrite --cancel-on-long-blackout
2016|--compress=no --remove-source-unmanaged|--avoid-removing-vhds --overwrite --cpu-cap=low
1703|--avoid-removing-vhds --overwrite|--cpu-cap=low --cancel-on-long-blackout
2019|--cpu-cap=low --cancel-on-long-blackout --overwrite|
2022|--cpu-cap=low --cancel-on-long-blackout --overwrite|
2025|--cpu-cap=low --cancel-on-long-blackout --compress=yes|
END

scenario 'a host whose templates show little: its description of the class decides'
start_hosts --time-scale 20 --quirk drop-optional
quick check web01 --from "$hv01" --to "$hv02" --cpu-cap low
exit_is 0
check 'the class was asked for' [ "$(n_requests '.resource_uri | test("cim-xml")')" -ge 1 ]

finish
