#!/bin/sh
# Looking only: hosts, VMs and raw instances, in every format, with every odd name.
. "$(dirname "$0")/lib.sh"
start_hosts

scenario 'VMs of two hosts in one call'
hvctl vm list --host "$hv01" --host "$hv02"
exit_is 0
err_is_empty
check 'a header and nine VMs' [ "$(wc -l <"$work/out")" = 10 ]
out_has 'db & <test> "one"'
out_has 'Büro Zürich 🖥'
hvctl vm list --host "$hv01" --host "$hv02" -o json
exit_is 0
out_json '.schema == "hvctl/1" and (.time | test("^20.*Z$"))'
out_json '[.. | objects | select(has("state_code")) | .name] | sort == (["app01", "web01", "db & <test> \"one\"",
    "Büro Zürich 🖥", "twin", "twin", "old lab", "build farm", "raw01"] | sort)'
out_json '[.. | objects | select(has("state_code")) | .state] | unique == ["off", "paused", "running", "saved"]'
hvctl vm list --host "$hv01" --host "$hv02" -o jsonl
exit_is 0
out_json 'length >= 9 and all(.schema == "hvctl/1")' -s
hvctl vm list --host "$hv01" -o plain
exit_is 0
check 'eight records, no header' [ "$(cut -f 1,2,3 "$work/out" | grep -c "${tab}.*${tab}")" = 8 ]

scenario 'one VM by name and by GUID'
show() {
    url=$hv01
    [ "$3" = hv01 ] || url=$hv02
    for vm in "$1" "$2" "$(printf '%s' "$2" | tr A-F a-f)" "{$2}"; do
        hvctl vm show "$vm" --host "$url"
        exit_is 0
        out_has "$1"
        out_has "$2"
        hvctl vm show "$vm" --host "$url" -o json
        exit_is 0
        out_json '[.. | objects | select(.id? == $guid and .name? == $name)] | length > 0' --arg guid "$2" --arg name "$1"
    done
}
each_name show

scenario 'what a VM is made of'
hvctl vm show 'old lab' --host "$hv01" -o json
out_json '[.. | objects | select(has("medium"))] | map(.medium) | sort == ["iso", "vhd"]'
out_json '[.. | strings | select(. == "Lab network")] | length > 0'
hvctl vm show 'build farm' --host "$hv01" -o json
out_json '[.. | strings | select(. == "before upgrade")] | length > 0'
hvctl vm show 'db & <test> "one"' --host "$hv01" -o json
out_json '[.. | objects | select(has("medium"))] | map(select(.medium == "vhd")) | length == 3'
out_json '[.. | strings | select(. == "C:\\Hyper-V\\db\\db & system.vhdx")] | length > 0'
hvctl vm show raw01 --host "$hv02" -o json
out_json '[.. | objects | select(has("medium"))] | map(.medium) | sort == ["physical", "vhd"]'

scenario 'a host'
hvctl host show --host "$hv01"
exit_is 0
out_has 'fe80::6876:1'
hvctl host show --host "$hv01" -o json
exit_is 0
out_json '[.. | strings | select(. == "fd00:6876::1")] | length > 0'

scenario 'identify'
hvctl wsman identify --host "$hv01"
exit_is 0
out_has 'Microsoft'
hvctl wsman identify --host "$hv01" -o json
out_json '[.. | strings | select(test("wsman.xsd"))] | length > 0'
hvctl wsman identify --host "$hv01" -o xml
exit_is 0
out_has 'IdentifyResponse'

scenario 'get'
for format in table json jsonl xml; do
    hvctl wsman get Msvm_ComputerSystem --selector CreationClassName=Msvm_ComputerSystem \
        --selector Name=0A1B2C03-3D4E-4F50-8A6B-7C8D9E0F1003 --host "$hv01" -o $format
    exit_is 0
    [ $format = table ] || [ $format = xml ] || out_json '.properties.ElementName == "db & <test> \"one\""'
done
out_has 'db &amp; &lt;test&gt;'
hvctl wsman get Msvm_ComputerSystem --selector CreationClassName=Msvm_ComputerSystem \
    --selector Name=0A1B2C03-3D4E-4F50-8A6B-7C8D9E0F1003 --host "$hv01" -o json
out_json '.class == "Msvm_ComputerSystem" and .namespace == "root/virtualization/v2"'
out_json '.properties.EnabledState == 2 and (.properties.OnTimeInMilliseconds | type) == "number"'

scenario 'enumerate'
for mode in '' --no-optimize '--max-elements 2' '--max-elements 1 --no-optimize' '--mode object-and-epr'; do
    # The modes are meant to be split.
    # shellcheck disable=SC2086
    hvctl wsman enumerate Msvm_ComputerSystem $mode --host "$hv01" -o jsonl
    exit_is 0
    out_json 'length == 9' -s
done
hvctl wsman enumerate Msvm_ComputerSystem --mode epr --host "$hv01" -o jsonl
exit_is 0
out_json 'length == 9 and all([.. | objects | select(has("selectors"))] | length > 0)' -s
hvctl wsman enumerate Msvm_ComputerSystem --host "$hv01" -o json
out_json 'type == "object" or type == "array"'
hvctl wsman enumerate '*' --filter 'SELECT * FROM Msvm_ComputerSystem WHERE ElementName = "twin"' --host "$hv01" -o jsonl
exit_is 0
out_json 'length == 2 and all(.properties.ElementName == "twin")' -s
hvctl wsman enumerate '*' --filter 'SELECT Name FROM Msvm_ComputerSystem WHERE ElementName = "nobody"' --host "$hv01" -o jsonl
exit_is 0
out_is_empty

scenario 'invoke'
hvctl wsman invoke Msvm_VirtualSystemMigrationService CheckVirtualSystemIsMigratable \
    --selector CreationClassName=Msvm_VirtualSystemMigrationService --host "$hv01" \
    --param DestinationHost=hv02 -o json
check 'the answer is an error or a return value' [ "$status" != 70 ]
hvctl wsman invoke Msvm_VirtualSystemMigrationService StartService \
    --selector CreationClassName=Msvm_VirtualSystemMigrationService --host "$hv01" -o json
exit_is 0
out_json '.properties.ReturnValue == 1'

finish
