#!/bin/sh
# Recording a run and replaying it elsewhere: the same output, no network, and clear words about recordings that do not fit.
. "$(dirname "$0")/lib.sh"
start_hosts --migrate-seconds 2 --time-scale 2

# Where that is allowed, replays run where there is no network.
HVCTL_ALONE=
if unshare -rn true 2>/dev/null; then
    HVCTL_ALONE='unshare -rn'
else
    echo '# no namespace without network can be made here: unshare -rn is refused'
fi
replayed() {
    HVCTL_WRAP="$HVCTL_ALONE ${HVCTL_WRAP:-}" hvctl "$@"
}
# What differs from run to run: GUIDs of jobs, times, and how long a phase took.
steady() {
    sed -E 's/"time": ?"[^"]*"/"time": "TIME"/g; s/, [0-9]+ s$//; s/"(elapsed_s|duration_s)": ?[0-9]+/"\1": 0/g' "$1"
}
same_output() {
    steady "$work/out" >"$work/out.now" && steady "$work/out.then" | diff - "$work/out.now" &&
        steady "$work/err" >"$work/err.now" && steady "$work/err.then" | diff - "$work/err.now"
}
keep_output() {
    cp "$work/out" "$work/out.then"
    cp "$work/err" "$work/err.then"
}

scenario 'a move with its names, replayed elsewhere'
hvctl migrate app01 --from "$hv01" --to "$hv02" --include-storage --poll 200ms -o json --record "$work/kept" --no-redact --yes
exit_is 0
keep_output
mv "$work/kept" "$work/elsewhere"
mkdir "$work/home"
HOME=$work/home without HVCTL_USER fixture verify "$work/elsewhere"
HVCTL_USER='' HVCTL_PASSWORD_FILE='' HVCTL_CACERT='' replayed migrate app01 --from "$hv01" --to "$hv02" --include-storage \
    --poll 200ms -o json --replay "$work/elsewhere"
exit_is 0
check 'the same output, apart from times' same_output
check 'no file was made' [ -z "$(ls -A "$work/home")" ]

scenario 'a move back with stand-ins'
hvctl migrate app01 --from "$hv02" --to "$hv01" --include-storage --poll 200ms --record "$work/move"
exit_is 0
# shellcheck disable=SC2154
sed -i -E "s/app01/vm-1/g; s/127.0.0.2:$hv02_port/host-1/g; s/127.0.0.1:$hv01_port/host-2/g; s/[0-9A-F]{8}-[0-9A-F-]{27}/GUID/g" "$work/out" "$work/err"
keep_output
replayed migrate app01 --from "$hv02" --to "$hv01" --include-storage --poll 200ms --replay "$work/move"
exit_is 0
out_has 'app01'
sed -i -E "s/app01/vm-1/g; s/127.0.0.2:$hv02_port/host-1/g; s/127.0.0.1:$hv01_port/host-2/g; s/0{8}-[0-9-]{27}/GUID/g" "$work/out" "$work/err"
check 'the same command shows the same names' same_output
replayed migrate web01 --from "$hv02" --to "$hv01" --include-storage --poll 200ms --replay "$work/move"
error_is 15 fixture_mismatch
err_has 'web01'
replayed fixture replay "$work/move"
exit_is 0
sed -i -E 's/0{8}-[0-9-]{27}/GUID/g' "$work/out" "$work/err"
# Columns are as wide as what is in them.
for file in "$work"/out "$work"/out.then; do
    sed -i -E 's/ +/ /g' "$file"
done
check 'the same output but for the names' same_output
hvctl fixture verify "$work/move"
exit_is 0
check 'no real name is left' not grep -rqiE 'app01|hv0[12]|127\.0\.0\.' "$work/move"
check 'only the owner can read it' [ -z "$(find "$work/move" -perm /077)" ]

scenario 'a path within the command'
hvctl check web01 --from "$hv01" --to "$hv02" --storage "D:\\Vault of" --preflight --poll 200ms --record "$work/path"
exit_is 0
hvctl fixture verify "$work/path"
exit_is 0
replayed fixture replay "$work/path"
exit_is 0
replayed check web01 --from "$hv01" --to "$hv02" --storage "D:\\Vault of" --preflight --poll 200ms --replay "$work/path"
exit_is 0

scenario 'an edited selector'
guid=0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001
hvctl wsman get Msvm_ComputerSystem --host "$hv01" --selector CreationClassName=Msvm_ComputerSystem --selector Name=$guid \
    --record "$work/get"
exit_is 0
sed -i 's/4000-8000-000000000001</4000-8000-000000000009</' "$work/get/001.request.xml"
replayed fixture replay "$work/get"
error_is 15 fixture_mismatch
err_has 'exchange 1 (001.request.xml)'
err_has 'selector Name: recorded "00000000-0000-4000-8000-000000000009", asked "00000000-0000-4000-8000-000000000001"'
replayed fixture replay "$work/get" --lenient
exit_is 0
err_has 'warning: '

scenario 'a damaged recording'
cp -r "$work/get" "$work/cut"
head -c 100 "$work/get/001.response.xml" >"$work/cut/001.response.xml"
replayed fixture replay "$work/cut"
error_is 15 fixture_mismatch
err_has '/cut/001.response.xml:1: not XML: '
replayed vm list --host host-1 --replay "$work/certs"
error_is 15 fixture_mismatch

scenario 'recordings that are left'
hvctl vm list --host "$hv01" --host "$hv02" --record "$work/list"
replayed vm list --host host-1 --replay "$work/list"
error_is 15 fixture_mismatch
err_has 'exchange 2 (Enumerate Msvm_ComputerSystem to host-2)'
replayed vm list --host host-1 --replay "$work/list" --lenient
exit_is 0
err_has 'warning: 1 recording'
HVCTL_FIXTURE=$work/list replayed vm list --host host-1,host-2
exit_is 0
scenario 'left recordings are not told on top of a failure'
replayed vm show nobody --host host-1 --replay "$work/get"
exit_is 15
err_lacks 'not asked for'

scenario 'a host that was named by its URL'
start_hosts --hosts hv01 --http --allow-unencrypted
# shellcheck disable=SC2154
for url in "$hv01_http" "$hv01"; do
    rm -rf "$work/url"
    hvctl wsman identify --host "$url" --auth basic --http-unencrypted-ok -o json --record "$work/url"
    exit_is 0
    keep_output
    replayed wsman identify --host "$url" --auth basic --http-unencrypted-ok -o json --replay "$work/url"
    exit_is 0
    : >"$work/err.then" # a replay has no network to warn of
    check 'the same output' same_output
done
start_hosts --migrate-seconds 2 --time-scale 2

scenario 'options that need each other'
hvctl vm list --host "$hv01" --record "$work/none" --no-redact
error_is 2 usage
check 'nothing was written' [ ! -e "$work/none" ]
hvctl vm list --host "$hv01" --record "$work/none" --replay "$work/list"
error_is 2 usage
hvctl vm list --host "$hv01" --record "$work/list"
error_is 15 fixture_mismatch
err_has 'is in use'

scenario 'planted leftovers'
hvctl fixture verify "$work/list"
exit_is 0
for plant in 'Owner>eve' 'SystemName>NODE7' 'X>10.1.2.3' 'X>00-15-5D-01-02-03' 'X>S-1-5-21-1-2-3-500' 'X>C:\Customers\x.vhdx' \
    'X>4F0CE6B6-2C5B-4D4F-8B70-2A1B7A2C9D11' 'X>\\filer\share' 'X>password=hunter2' 'X>by CORP\eve' \
    'X>MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYD'; do
    rm -rf "$work/planted"
    cp -r "$work/list" "$work/planted"
    printf '%s\n' "$plant" | sed 's/\\/\\\\/g; s/[&|]/\\&/g' >"$work/plant"
    sed -i "s|<p:Caption>|<p:$(cat "$work/plant")</p:${plant%%>*}><p:Caption>|" "$work/planted/001.response.xml"
    hvctl fixture verify "$work/planted"
    check "found: $plant" [ "$status" = 1 ]
    out_has '001.response.xml:'
done
echo 'vm: shop-db7' >"$work/rules"
# The name in base64 and in hexadecimal digits, as UTF-8 and as UTF-16LE; S-1-5-21-1-2-3-500 in hexadecimal digits and in octets.
octets=$(printf '%s</p:X><p:X>' 1 5 0 0 0 0 0 5 21 0 0 0 1 0 0 0 2 0 0 0 3 0 0 0 244 1 0 0)
for plant in c2hvcC1kYjc= cwBoAG8AcAAtAGQAYgA3AA== 73686f702d646237 6E0073686F702D6462370021 \
    010500000000000515000000010000000200000003000000F4010000 "${octets%</p:X><p:X>}"; do
    rm -rf "$work/planted"
    cp -r "$work/list" "$work/planted"
    sed -i "s|<p:Caption>|<p:X>$plant</p:X><p:Caption>|" "$work/planted/001.response.xml"
    hvctl fixture verify "$work/planted" --redact-rules "$work/rules"
    check "found: $plant" [ "$status" = 1 ]
    out_has '001.response.xml:'
done
hvctl fixture verify "$work/list" --redact-rules "$work/rules"
exit_is 0
hvctl fixture verify "$work/elsewhere"
exit_is 1
out_has 'names were kept'

scenario 'what differs between two recordings'
hvctl fixture diff "$work/list" "$work/list"
exit_is 0
out_is_empty
hvctl vm list --host "$hv01" --record "$work/half"
hvctl fixture diff "$work/list" "$work/half"
exit_is 1
out_has '- exchange 2 (Enumerate Msvm_ComputerSystem to host-2)'

scenario 'a recording made anew'
echo 'ours' >"$work/half/SOURCE"
hvctl fixture refresh "$work/half" -- vm list --host "$hv01" --host "$hv02"
error_is 2 usage
hvctl fixture refresh "$work/half" --yes -- vm list --host "$hv01" --host "$hv02"
exit_is 0
out_has '+ exchange 2'
check 'notes beside it stay' [ "$(cat "$work/half/SOURCE")" = ours ]
replayed fixture replay "$work/half"
exit_is 0

scenario 'nothing is asked of hosts for a refresh that cannot be'
forget_requests
hvctl fixture refresh "$work/absent" --yes -- vm list --host "$hv01"
error_is 15 fixture_mismatch
err_has 'hvctl fixture record'
check 'nothing was made' [ ! -e "$work/absent.new" ]
hvctl fixture refresh "$work/certs" --yes -- vm list --host "$hv01"
error_is 15 fixture_mismatch
check 'nothing was made' [ ! -e "$work/certs.new" ]
mkdir "$work/half.new"
hvctl fixture refresh "$work/half" --yes -- vm list --host "$hv01"
error_is 15 fixture_mismatch
err_has 'half.new is in the way'
rmdir "$work/half.new"
hvctl fixture replay "$work/half" --record "$work/again"
error_is 2 usage
sent 0 true

scenario 'a run that was interrupted'
start_hosts --migrate-seconds 60
# The background processes of a shell ignore SIGINT unless somebody gives it back.
env --default-signal=INT "$HVCTL" migrate app01 --from "$hv01" --to "$hv02" --include-storage --poll 200ms \
    --record "$work/stopped" >"$work/out" 2>"$work/err" &
pid=$!
until [ -e "$work/stopped/010.meta" ] || ! kill -0 $pid 2>/dev/null; do
    :
done
kill -INT $pid
status=0
wait $pid || status=$?
said='hvctl migrate, interrupted'
exit_is 11
check 'who stopped waiting is in the recording' grep -qx 'stopped-by: INT' "$work/stopped/fixture.meta"
replayed fixture replay "$work/stopped"
exit_is 11
err_has 'interrupted: no longer waiting'
err_has 'follow with: hvctl job follow host-1/'
err_lacks fixture_mismatch

scenario 'a recording that cannot be finished'
(
    ulimit -f 1
    exec "$HVCTL" vm list --host "$hv01" --record "$work/large"
) >"$work/out" 2>"$work/err"
status=$?
said='hvctl vm list, with small files only'
exit_is 15
out_has app01
err_has 'the work was done, but its recording is not complete'
hvctl fixture show "$work/large"
exit_is 0
out_has 'recording broke off'

scenario 'a process that is killed leaves a shorter recording'
start_hosts --fault job-hangs
"$HVCTL" migrate app01 --from "$hv01" --to "$hv02" --include-storage --poll 50ms --record "$work/killed" >"$work/out" 2>"$work/err" &
pid=$!
until [ -e "$work/killed/009.meta" ] || ! kill -0 $pid 2>/dev/null; do
    :
done
kill -9 $pid
wait $pid 2>/dev/null
hvctl fixture show "$work/killed"
exit_is 0
out_has 'recording broke off'
out_has 'hvctl migrate vm-1 --host host-1 --to host-2 --include-storage --poll 50ms'
replayed migrate vm-1 --from host-1 --to host-2 --include-storage --poll 50ms --replay "$work/killed"
check 'its replay ends where the recording ends' [ "$status" = 15 ]

finish
