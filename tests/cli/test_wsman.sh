#!/bin/sh
# Every raw operation against a simulated host, and the values of all CIM types there and back.
. "$(dirname "$0")/lib.sh"
start_hosts --hosts hv01
vm=0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001
export HVCTL_HOST="$hv01"
raw() {
    verb=$1
    shift
    hvctl wsman "$verb" "$@"
}
# In namespaces of their own.
env() {
    verb=$1
    shift
    raw "$verb" Win32_Environment --namespace root/cimv2 "$@"
}
of_x() {
    verb=$1
    shift
    env "$verb" --selector Name=X --selector 'UserName=<SYSTEM>' "$@"
}

scenario 'identify'
raw identify -o json
exit_is 0
out_json '.vendor == "Microsoft Corporation" and (.security_profiles | length > 0)'
without HVCTL_USER wsman identify --anonymous -o json
exit_is 0
out_json '.product_version == "OS: 0.0.0 SP: 0.0 Stack: 3.0"'

scenario 'a fragment'
raw get Msvm_ComputerSystem --selector CreationClassName=Msvm_ComputerSystem --selector Name=$vm --fragment EnabledState -o json
exit_is 0
out_json '.properties == {"EnabledState": 2}'
raw get Msvm_ComputerSystem --selector CreationClassName=Msvm_ComputerSystem --selector Name=$vm --fragment 'a/b'
error_is 2 usage

scenario 'create, put, delete'
env create --types --set Name=X --set 'UserName=<SYSTEM>' --set 'VariableValue=1 & 2' -o json
exit_is 0
out_json '.reference.selectors == {"Name": "X", "UserName": "<SYSTEM>"}'
of_x put --types --set 'VariableValue= ]]> ' -o json
exit_is 0
out_json '.properties.VariableValue == " ]]> "'
of_x put --types --fragment VariableValue --set VariableValue=z -o json
exit_is 0
out_json '.properties == {"VariableValue": "z"}'
of_x get -o json
out_json '.properties.VariableValue == "z"'
of_x put --set VariableValue=z
error_is 2 usage
err_has '--types'
err_has '--as-text'
of_x put --types --set Absent=z
error_is 2 usage
err_has 'the class has no such property'
of_x put --as-text --set VariableValue=t -o json
exit_is 0
out_json '.properties.VariableValue == "t"'
of_x put
error_is 2 usage
of_x put --types --set "VariableValue=$(printf 'a\001')"
error_is 2 usage
err_has 'U+0001'
of_x delete
exit_is 0
out_is_empty
of_x get
error_is 9 not_found
raw delete Msvm_ComputerSystem --selector CreationClassName=Msvm_ComputerSystem --selector Name=$vm
check 'Hyper-V does not delete by this' [ "$status" != 0 ]

scenario 'filters'
raw enumerate Msvm_ComputerSystem --selector ElementName=app01 -o json
exit_is 0
out_json '[.instances[].properties.Name] == ["'$vm'"]'
object='{"resource_uri": "Msvm_ComputerSystem", "selectors": {"CreationClassName": "Msvm_ComputerSystem", "Name": "'$vm'"}}'
raw enumerate '*' --associated-with "$object" --result-class Msvm_VirtualSystemSettingData -o json
exit_is 0
out_json '.instances | length > 0 and all(.class == "Msvm_VirtualSystemSettingData")'
raw enumerate '*' --references-of "$object" --result-class Msvm_SettingsDefineState -o json
exit_is 0
out_json '.instances | length > 0 and all(.class == "Msvm_SettingsDefineState")'
raw enumerate '*' --references-of "$object" --associated-with "$object"
error_is 2 usage
raw enumerate '*' --associated-with '{"class": "x"}'
error_is 2 usage
raw enumerate http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/Msvm_ComputerSystem --namespace root/virtualization/v2 -o json
exit_is 0
out_json '.instances | length > 0'
raw enumerate http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Environment --namespace root/other
error_is 2 usage

for mode in include exclude none; do
    raw enumerate CIM_ComputerSystem --polymorphism $mode -o jsonl
    exit_is 0
done

scenario 'classes'
raw class Msvm_ComputerSystem -o json
exit_is 0
out_json '.name == "Msvm_ComputerSystem" and ([.properties[] | select(.key) | .name] | contains(["Name"]))
    and any(.methods[]; .name == "RequestStateChange" and any(.parameters[]; .name == "Job" and .out and .type == "reference"))'
raw class Msvm_ComputerSystem
exit_is 0
out_has 'key string Name'
out_has 'uint16[] OperationalStatus'
raw class Msvm_Nothing
error_is 9 not_found

scenario 'all types'
raw get Hvsim_AllTypes --namespace root/hvsim --selector Id=full --types -o json
exit_is 0
cp "$work/out" "$work/before"
out_json '.properties | .Uint8 == 255 and .Uint64 == "18446744073709551615" and .Boolean == true and .Nothing == null
    and .Datetime == "2024-05-01T10:11:12.5Z" and .Interval == "P0DT0H5M0S" and (.Octets | type) == "array"
    and .Object.properties.Number == 42'
for id in full null empty single; do
    raw get Hvsim_AllTypes --namespace root/hvsim --selector Id=$id --types -o json
    jq -S .properties "$work/out" >"$work/before"
    raw put Hvsim_AllTypes --namespace root/hvsim --selector Id=$id --types --set Uint8=7 -o json
    exit_is 0
    raw get Hvsim_AllTypes --namespace root/hvsim --selector Id=$id --types -o json
    jq -S '.properties' "$work/out" >"$work/after"
    jq -S '.Uint8 = 7' "$work/before" >"$work/wanted"
    check "nothing else of $id changed" cmp -s "$work/wanted" "$work/after"
done
raw put Hvsim_AllTypes --namespace root/hvsim --selector Id=single --types --null Uint8 --set 'Uint16Array=[1, 2]' \
    --set StringArray=a --set StringArray= -o json
exit_is 0
raw get Hvsim_AllTypes --namespace root/hvsim --selector Id=single --types -o json
out_json '.properties | .Uint8 == null and .Uint16Array == [1, 2] and .StringArray == ["a", ""]'

raw enumerate Hvsim_AllTypes --namespace root/hvsim --types -o jsonl
exit_is 0
out_json 'map(.properties.Id) == ["full", "null", "empty", "single"]
    and (.[0].properties.Object.properties | .Flag == true and .Number == 42)' -s
forget_requests
raw enumerate http://schemas.microsoft.com/wbem/wsman/1/wmi/root/hvsim/Hvsim_AllTypes --types -o json
exit_is 0
out_json '.instances[0].properties | .Uint16 == 65535 and .ObjectArray[1].properties.Number == 42'
sent 2 '.selectors.ClassName != null'
raw enumerate '*' --filter 'SELECT * FROM CIM_ManagedSystemElement' --types --mode object-and-epr -o jsonl
exit_is 0
out_json 'map(select(.class == "Msvm_ComputerSystem")) | length > 1
    and all(.properties.EnabledState | type == "number") and all(.reference.selectors.Name != null)' -s
out_json '(map(.class) | unique | length) > 2' -s

scenario 'parameters of all types'
raw invoke Hvsim_Echo Echo --namespace root/hvsim --types -o json --param Boolean=true --param Uint8Array=1 --param Uint8Array=2 \
    --param Uint64=18446744073709551615 --param 'String= <a> & ]]> ' --param 'Datetime={"datetime": "2024-05-01T10:11:12.5Z"}' \
    --param 'Interval={"datetime": "P0DT0H5M0S"}' --param Real64=1.5e3 --param Sint8=-128 \
    --param 'Reference={"resource_uri": "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/hvsim/Hvsim_AllTypes", "selectors": {"Id": "full"}}' \
    --param 'Embedded={"class": "Hvsim_Part", "properties": {"Name": "a & b < c ]]>", "Number": 5, "Texts": ["x", ""]}}'
exit_is 0
out_json '.properties | .OutBoolean == true and .OutUint8Array == [1, 2] and .OutUint64 == "18446744073709551615"
    and .OutString == " <a> & ]]> " and .OutDatetime == "2024-05-01T10:11:12.5Z" and .OutInterval == "P0DT0H5M0S"
    and .OutReal64 == 1500 and .OutSint8 == -128 and .OutReference.selectors.Id == "full" and .ReturnValue == 0
    and (.OutEmbedded | contains("a &amp; b &lt; c ]]"))'
raw invoke Hvsim_Echo Echo --namespace root/hvsim --types -o json --null Uint8 --param Char16=x --param Octets=1 --param Octets=255 \
    --param 'Object={"inline": {"class": "Hvsim_Part", "properties": {"Name": "a & b", "Number": 5, "Flag": true, "Texts": ["x", ""],
        "When": "2024-05-01T10:11:12Z"}}}' \
    --param 'ObjectArray={"inline": {"class": "Hvsim_Part", "properties": {"Name": "a"}}}' \
    --param 'ObjectArray={"inline": {"class": "Hvsim_Part", "properties": {"Name": "b"}}}' \
    --param 'ReferenceArray={"resource_uri": "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/hvsim/Hvsim_AllTypes", "selectors": {"Id": "full"}}' \
    --param 'ReferenceArray={"resource_uri": "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/hvsim/Hvsim_AllTypes", "selectors": {"Id": "null"}}' \
    --param Real32=0.1 --param Real32Array=1.5 --param Real32Array=-2 --param DatetimeArray='{"datetime": "1601-01-01T00:00:00Z"}' \
    --param 'IntervalArray={"datetime": "P1DT2H3M4.5S"}' --param Sint64=-9223372036854775808 --param Uint16Array=7
exit_is 0
out_json '.properties | .OutUint8 == null and .OutChar16 == "x" and .OutOctets == [1, 255] and .OutReal32 == 0.1
    and .OutReal32Array == [1.5, -2] and .OutDatetimeArray == ["1601-01-01T00:00:00Z"] and .OutIntervalArray == ["P1DT2H3M4.5S"]
    and .OutSint64 == "-9223372036854775808" and .OutUint16Array == [7]
    and (.OutObject.properties | .Name == "a & b" and .Number == 5 and .Flag == true and .Texts == ["x", ""])
    and [.OutObjectArray[].properties.Name] == ["a", "b"]
    and [.OutReferenceArray[].selectors.Id] == ["full", "null"]'
raw invoke Hvsim_Echo Echo --namespace root/hvsim --param 'Embedded={"class": "Hvsim_Part", "properties": {"Name": "a"}}'
error_is 2 usage
err_has '--types'

scenario 'what cannot be subscribed'
raw subscribe
error_is 2 usage
raw subscribe --event-query '<a' --filter 'SELECT'
error_is 2 usage
raw subscribe --event-query '<a'
error_is 2 usage

# Ten VMs and the host itself or not: each exactly once, whatever the host does between.
each_once() {
    exit_is 0
    out_json 'map(.properties.Name) | length > 1 and length == (unique | length)' -s
}
for trouble in expired-context,action=Pull,nth=2 envelope-limit=2 quota,times=2 timeout,action=Pull; do
    scenario "an enumeration and $trouble"
    start_hosts --hosts hv01 --fault "$trouble"
    HVCTL_HOST=$hv01
    raw enumerate Msvm_ComputerSystem --max-elements 4 -o jsonl
    each_once
done

dmtf=http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2
for peer in omi openwsman; do
    scenario "as $peer"
    start_hosts --hosts hv01 --peer $peer
    HVCTL_HOST=$hv01
    raw enumerate $dmtf/Msvm_ComputerSystem --namespace root/virtualization/v2 -o jsonl
    each_once
    raw get $dmtf/Hvsim_AllTypes --namespace root/hvsim --selector Id=full --types -o json
    exit_is 0
    out_json '.properties | .Boolean == true and .Uint8 == 255 and .BooleanArray == [true, false]'
    raw invoke $dmtf/Hvsim_Echo Echo --namespace root/hvsim --types --param Boolean=true -o json
    exit_is 0
    out_json '.properties | .OutBoolean == true and .ReturnValue == 0'
    raw get $dmtf/Hvsim_AllTypes --namespace root/hvsim --selector Id=none
    error_is 9 not_found
done

finish
