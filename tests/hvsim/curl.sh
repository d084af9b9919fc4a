#!/bin/sh
# hvsim over real HTTPS, spoken to with curl and envelopes written by hand: nothing of the client takes part.
# Usage: curl.sh HVSIM
set -eu

hvsim=$1
dir=$(mktemp -d)
pids=
finish() {
    for pid in $pids; do
        kill "$pid" 2>/dev/null || true
    done
    for pid in $pids; do
        wait "$pid" || status=$?
    done
    rm -rf "$dir"
    exit "${status:-0}"
}
trap finish EXIT

fail() {
    echo "FAILED: $1" >&2
    [ ! -f "$dir/body" ] || head -c 2000 "$dir/body" >&2
    status=1
    exit 1
}

# start NAME [OPTION...]: runs hvsim and sets url and url2 from its ready lines.
start() {
    name=$1
    shift
    mkdir -p "$dir/$name"
    mkfifo "$dir/$name/out"
    "$hvsim" --user 'admin:'"$dir/password" --cert-dir "$dir/$name" --exit-with-parent "$@" >"$dir/$name/out" &
    pids="$pids $!"
    exec 3<"$dir/$name/out"
    read -r word host url fingerprint <&3
    [ "$word $host" = "ready hv01" ] || fail "first ready line: $word $host"
    echo "$fingerprint" | grep -Eq '^([0-9A-F]{2}:){31}[0-9A-F]{2}$' || fail "fingerprint: $fingerprint"
    read -r word host url2 fingerprint <&3
    [ "$word $host" = "ready hv02" ] || fail "second ready line: $word $host"
    ca=$dir/$name/ca.pem
}

# post WANTED_STATUS [CURL_OPTION...]: sends stdin to $target as $type, leaves the answer in $dir/body and its headers in
# $dir/headers.
soap='application/soap+xml;charset=UTF-8'
post() {
    wanted=$1
    shift
    got=$(curl -sS --cacert "$ca" --max-time 20 -H "Content-Type: ${type:-$soap}" \
        -o "$dir/body" -D "$dir/headers" -w '%{http_code}' --data-binary @- "$@" "${target:-$url}" 2>"$dir/errors") || got="curl $?"
    [ "$got" = "$wanted" ] || fail "status $got, wanted $wanted ($(cat "$dir/errors"))"
}
signed() {
    wanted=$1
    shift
    post "$wanted" -u "admin:$(cat "$dir/password")" "$@"
}
# has TEXT: the last answer holds it.
has() {
    grep -qF -- "$1" "$dir/body" || fail "the answer lacks $1"
}
lacks() {
    ! grep -qF -- "$1" "$dir/body" || fail "the answer has $1"
}

wmi=http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2
transfer=http://schemas.xmlsoap.org/ws/2004/09/transfer
enumeration=http://schemas.xmlsoap.org/ws/2004/09/enumeration

# envelope ACTION RESOURCE_URI BODY [HEADERS]
envelope() {
    cat <<END
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:n="$enumeration">
<s:Header><a:To>$url</a:To><w:ResourceURI s:mustUnderstand="true">$2</w:ResourceURI>
<a:ReplyTo><a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>
<a:Action s:mustUnderstand="true">$1</a:Action>
<w:MaxEnvelopeSize s:mustUnderstand="true">153600</w:MaxEnvelopeSize>
<a:MessageID>uuid:11111111-2222-4333-8444-555555555555</a:MessageID>
<w:OperationTimeout>PT60S</w:OperationTimeout>${4-}</s:Header><s:Body>$3</s:Body></s:Envelope>
END
}
identify() {
    echo '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body>
<i:Identify xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"/></s:Body></s:Envelope>'
}
selector() {
    printf '<w:SelectorSet><w:Selector Name="%s">%s</w:Selector></w:SelectorSet>' "$1" "$2"
}
# context: the enumeration context of the last answer
context() {
    sed -n 's/.*<n:EnumerationContext>\(uuid:[^<]*\)<.*/\1/p' "$dir/body"
}
wql() {
    envelope "$enumeration/Enumerate" "$wmi/*" "<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>$1</w:MaxElements>
<w:Filter Dialect=\"http://schemas.microsoft.com/wbem/wsman/1/WQL\">$2</w:Filter></n:Enumerate>"
}
pull() {
    envelope "$enumeration/Pull" "$wmi/*" \
        "<n:Pull><n:EnumerationContext>$1</n:EnumerationContext><n:MaxElements>$2</n:MaxElements></n:Pull>"
}

printf 'secret-of-the-test\n' >"$dir/password"

# ---- what it refuses to start with ----
# refused STATUS TEXT [OPTION...]
refused() {
    wanted=$1
    text=$2
    shift 2
    got=0
    "$hvsim" "$@" >"$dir/body" 2>&1 || got=$?
    [ "$got" = "$wanted" ] || fail "exit status $got, wanted $wanted"
    has "$text"
}
refused 2 '--user NAME:FILE'
refused 2 'cannot read' --user "admin:$dir/nothing"
refused 2 'unknown kind' --user "admin:$dir/password" --fault nonsense
refused 2 'no host' --user "admin:$dir/password" --fault auth,host=nobody
refused 2 'exclude' --user "admin:$dir/password" --hosts a --config b
refused 2 'no good value' --auth credssp --credssp-version 7
refused 2 'no good value' --auth credssp --credssp-tls 1.1
refused 78 'cannot read' --user "admin:$dir/password" --config "$dir/nothing"
refused 0 'Usage' --help

# ---- signing in, and what HTTP refuses ----
start plain --request-log "$dir/log" --state-file "$dir/state"

identify | post 401
grep -qi '^WWW-Authenticate: Basic realm="WSMAN"' "$dir/headers" || fail "no Basic offered"
identify | post 401 -u admin:wrong
identify | post 200 -H 'WSMANIDENTIFY: unauthenticated'
has 'OS: 0.0.0 SP: 0.0 Stack: 3.0'
identify | signed 200
has '<wsmid:ProductVendor>Microsoft Corporation</wsmid:ProductVendor>'
lacks 'OS: 0.0.0'
grep -qi '^Server: Microsoft-HTTPAPI/2.0' "$dir/headers" || fail "Server header"
grep -qi '^Content-Type: application/soap+xml;charset=UTF-8' "$dir/headers" || fail "Content-Type header"
target=${url%/wsman}/nothing
identify | signed 404
target=
identify | signed 405 -X PUT
type=text/xml
identify | signed 415
type=
identify | signed 411 -H 'Transfer-Encoding: chunked'
head -c 600000 /dev/zero | signed 413
type='application/soap+xml;charset=UTF-16'
identify | iconv -t UTF-16LE | signed 200
type=
iconv -f UTF-16 -t UTF-8 "$dir/body" | grep -q IdentifyResponse || fail "no UTF-16 answer"

# ---- Get ----
service=$wmi/Msvm_VirtualSystemMigrationService
envelope "$transfer/Get" "$service" '' "$(selector CreationClassName Msvm_VirtualSystemMigrationService)" | signed 200
has 'xsi:type="p:Msvm_VirtualSystemMigrationService_Type"'
has '<p:Name>migrationwmi</p:Name>'
has '<a:RelatesTo>uuid:11111111-2222-4333-8444-555555555555</a:RelatesTo>'
envelope "$transfer/Get" "$service" '' | signed 500
has 'faultDetail/InsufficientSelectors'
envelope "$transfer/Get" "$service" '' "$(selector Nonsense x)" | signed 500
has 'w:InvalidSelectors'
envelope "$transfer/Get" "$wmi/Msvm_Nonsense" '' "$(selector Name x)" | signed 500
has 'a:DestinationUnreachable'
has 'HRESULT 0x80041010'
envelope "$transfer/Get" "$service" '' '<x:Unknown xmlns:x="urn:x" s:mustUnderstand="true"/>' | signed 500
has '<s:Value>s:MustUnderstand</s:Value>'
envelope "$transfer/Delete" "$service" '' "$(selector CreationClassName Msvm_VirtualSystemMigrationService)" | signed 500
has 'HRESULT 0x80041024'

# ---- Enumerate, Pull, Release ----
wql 32000 'SELECT * FROM Msvm_ComputerSystem' | signed 200
has '<w:EndOfSequence/>'
total=$(grep -o 'xsi:type="p:Msvm_ComputerSystem_Type"' "$dir/body" | wc -l)
[ "$total" -gt 2 ] || fail "only $total systems"
wql 2 'SELECT * FROM Msvm_ComputerSystem' | signed 200
seen=2
first=$(context)
while [ -n "$(context)" ]; do
    pull "$(context)" 2 | signed 200
    seen=$((seen + $(grep -o 'xsi:type="p:Msvm_ComputerSystem_Type"' "$dir/body" | wc -l)))
done
has '<n:EndOfSequence/>'
[ "$seen" -eq "$total" ] || fail "pulled $seen of $total"
pull "$first" 2 | signed 500
has 'n:InvalidEnumerationContext'
wql 1 'SELECT * FROM Msvm_ComputerSystem' | signed 200
pull "$(context)" 5 | signed 500
has 'Code="2150859181"'
wql 10 'SELECT ElementName,Name FROM Msvm_ComputerSystem WHERE Name = &quot;HV01&quot;' | signed 200
has '<Name>HV01</Name>'
wql 10 'SELECT * FROM Msvm_Nonsense' | signed 500
has 'n:CannotProcessFilter'
envelope "$enumeration/Enumerate" "$service" \
    '<n:Enumerate><w:Filter Dialect="http://schemas.microsoft.com/wbem/wsman/1/WQL">SELECT * FROM X</w:Filter></n:Enumerate>' |
    signed 500
has 'Code="2150859003"'

# ---- Invoke ----
me=$(selector CreationClassName Msvm_VirtualSystemMigrationService)
envelope "$service/StartService" "$service" "<p:StartService_INPUT xmlns:p=\"$service\"/>" "$me" | signed 200
has '<p:ReturnValue>1</p:ReturnValue>'
envelope "$service/StartService" "$service" "<p:StartService_INPUT xmlns:p=\"$service\"><p:X/></p:StartService_INPUT>" "$me" |
    signed 500
has 'w:SchemaValidationError'
envelope "$wmi/Msvm_Other/StartService" "$service" "<p:StartService_INPUT xmlns:p=\"$service\"/>" "$me" | signed 500
has 'faultDetail/ActionMismatch'

# ---- log and state ----
jq -es 'all(.host == "hv01")' "$dir/log" >/dev/null || fail "request log"
[ "$(jq -r 'select(.operation == "Invoke" and .status == 200) | .method' "$dir/log")" = StartService ] || fail "Invoke in the log"
! grep -q 'secret-of-the-test' "$dir/log" || fail "password in the log"
! grep -qi 'Basic ' "$dir/log" || fail "credentials in the log"
jq -e . "$dir/state" >/dev/null || fail "state file"

# ---- troubles ----
start trouble --fault drop-before,action=Identify --fault garbage,action=Identify,nth=2 --fault truncate,action=Identify,nth=3 \
    --fault http=503,action=Identify,nth=4 --fault auth,action=Identify,nth=5 --fault timeout,action=Get \
    --fault break,action=Identify,nth=6 --fault wrong-relates-to,action=Get,nth=2 --fault drop-after,action=Identify,nth=7 \
    --fault fault=0x803381A6,action=Get,nth=3 --fault stall=1,action=Identify,nth=8
identify | signed 'curl 52'
identify | signed 200
lacks Envelope
identify | signed 200
has '<s:Envelope'
lacks '</s:Envelope>'
identify | signed 503
identify | signed 401
identify | signed 'curl 18'
identify | signed 'curl 52'
identify | signed 200
has '</s:Envelope>'
identify | signed 200
has '</s:Envelope>'
get="envelope $transfer/Get $service"
$get '' "$me" | signed 500
has 'w:TimedOut'
$get '' "$me" | signed 200
lacks 'uuid:11111111-2222-4333-8444-555555555555'
$get '' "$me" | signed 500
has 'Code="2150859174"'
# ---- odd answers ----
refused 2 'no good value' --user "admin:$dir/password" --quirk nonsense
refused 2 'no good value' --user "admin:$dir/password" --peer nonsense
refused 2 'no good value' --user "admin:$dir/password" --auth basic,nonsense
refused 2 'no good value' --user "admin:$dir/password" --cbt nonsense
refused 78 'no Kerberos key' --auth kerberos --keytab "$dir/nothing"
refused 2 'no good value' --user "admin:$dir/password" --bulk Msvm_ComputerSystem=5
refused 2 'no good value' --user "admin:$dir/password" --max-concurrent 0
start odd --quirk chunked --quirk slow --quirk utf16be --bulk Hvsim_Bulk=2000
identify | signed 200
grep -qi '^Transfer-Encoding: chunked' "$dir/headers" || fail "no chunks"
iconv -f UTF-16 -t UTF-8 "$dir/body" | grep -q '</wsmid:IdentifyResponse></s:Body></s:Envelope>' || fail "pieces do not make an answer"
start omi --peer omi
identify | post 401
grep -qi '^WWW-Authenticate: Negotiate' "$dir/headers" || fail "OMI offers no Negotiate"
identify | signed 200
has '<SOAP-ENV:Envelope'

# ---- many instances ----
start bulk --bulk Hvsim_Bulk=2000
lab=http://schemas.microsoft.com/wbem/wsman/1/wmi/root/hvsim
envelope "$enumeration/Enumerate" "$lab/Hvsim_Bulk" '<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>32000</w:MaxElements></n:Enumerate>' |
    signed 200
seen=$(grep -o '<p:Index>' "$dir/body" | wc -l)
while [ -n "$(context)" ]; do
    pull "$(context)" 32000 | signed 200
    seen=$((seen + $(grep -o '<p:Index>' "$dir/body" | wc -l)))
done
[ "$seen" -eq 2000 ] || fail "pulled $seen of 2000 generated instances"

# ---- subscriptions ----
# A minute is 3 s here: so long the Pull waits, and meanwhile others are served.
start events --time-scale 20 --state-file "$dir/state3"
eventing=http://schemas.xmlsoap.org/ws/2004/08/eventing
envelope "$eventing/Subscribe" "$wmi/*" "<e:Subscribe xmlns:e=\"$eventing\">
<e:Delivery Mode=\"http://schemas.dmtf.org/wbem/wsman/1/wsman/Pull\"/>
<w:Filter Dialect=\"http://schemas.microsoft.com/wbem/wsman/1/WQL\">SELECT * FROM __InstanceModificationEvent WITHIN 1
WHERE TargetInstance ISA 'Msvm_ComputerSystem' AND TargetInstance.EnabledState &lt;&gt; PreviousInstance.EnabledState</w:Filter>
</e:Subscribe>" | signed 200
has '<n:EnumerationContext>uuid:'
events=$(context)
began=$(date +%s%N)
pull "$events" 5 | signed 500
has 'w:TimedOut'
[ $(($(date +%s%N) - began)) -gt 2900000000 ] || fail "the Pull did not wait"
pull "$events" 5 >"$dir/pull"
plain() {
    curl -sS --cacert "$ca" --max-time 20 -H "Content-Type: $soap" -u "admin:$(cat "$dir/password")" --data-binary @"$1" "$url"
}
plain "$dir/pull" >"$dir/event" &
waiting=$!
vm=$(jq -r '.vms[] | select(.state == 3 and .host == "hv01") | .guid' "$dir/state3" | head -n 1)
keys=$(selector CreationClassName Msvm_ComputerSystem | sed 's/<\/w:SelectorSet>//')$(selector Name "$vm" | sed 's/<w:SelectorSet>//')
envelope "$wmi/Msvm_ComputerSystem/RequestStateChange" "$wmi/Msvm_ComputerSystem" \
    "<p:RequestStateChange_INPUT xmlns:p=\"$wmi/Msvm_ComputerSystem\"><p:RequestedState>2</p:RequestedState></p:RequestStateChange_INPUT>" \
    "$keys" >"$dir/request"
plain "$dir/request" >"$dir/body"
has '<p:ReturnValue>4096</p:ReturnValue>'
wait "$waiting" || fail "the Pull that waited"
grep -q '__InstanceModificationEvent' "$dir/event" || fail "no event"

# ---- configuration without addresses ----
printf '[host hv01]\nlistener = 10.0.0.1\n[host hv02]\nlistener = 10.0.0.2\n' >"$dir/plain.ini"
start config --config "$dir/plain.ini"
case $url in https://127.0.0.1:*) ;; *) fail "first host at $url" ;; esac
case $url2 in https://127.0.0.2:*) ;; *) fail "second host at $url2" ;; esac

# ---- a move ----
start move --time-scale 100 --state-file "$dir/state2"

# The machine whose files lie on a share: it needs no storage move.
guid=$(jq -r '.vms[] | select(.name == "web01") | .guid' "$dir/state2")
vm_keys=$(selector CreationClassName Msvm_ComputerSystem | sed 's/<\/w:SelectorSet>//')$(
    selector Name "$guid" | sed 's/<w:SelectorSet>//')
# migrate METHOD: a call of the migration service about moving the machine to hv02
migrate() {
    envelope "$service/$1" "$service" "<p:$1_INPUT xmlns:p=\"$service\"><p:ComputerSystem>
<a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address><a:ReferenceParameters>
<w:ResourceURI>$wmi/Msvm_ComputerSystem</w:ResourceURI>$vm_keys</a:ReferenceParameters></p:ComputerSystem>
<p:DestinationHost>hv02</p:DestinationHost><p:MigrationSettingData><![CDATA[<INSTANCE CLASSNAME=\"Msvm_VirtualSystemMigrationSettingData\">
<PROPERTY NAME=\"MigrationType\" TYPE=\"uint16\"><VALUE>32768</VALUE></PROPERTY>
<PROPERTY NAME=\"TransportType\" TYPE=\"uint16\"><VALUE>5</VALUE></PROPERTY></INSTANCE>]]></p:MigrationSettingData>
</p:$1_INPUT>" "$me"
}
# follow: polls the job of the last answer until it ended as wanted
follow() {
    job=$(sed -n 's/.*<w:Selector Name="InstanceID">\([^<]*\)<.*/\1/p' "$dir/body")
    [ -n "$job" ] || fail "no job"
    tries=0
    until grep -q '<p:JobState>7</p:JobState>' "$dir/body"; do
        tries=$((tries + 1))
        [ "$tries" -lt 2000 ] || fail "the job did not end"
        envelope "$transfer/Get" "$wmi/Msvm_MigrationJob" '' "$(selector InstanceID "$job")" | signed 200
        ! grep -q '<p:JobState>10</p:JobState>' "$dir/body" || fail "the job failed"
    done
}
migrate CheckVirtualSystemIsMigratable | signed 200
has '<p:ReturnValue>4096</p:ReturnValue></p:CheckVirtualSystemIsMigratable_OUTPUT>'
has "<w:ResourceURI>$wmi/Msvm_MigrationJob</w:ResourceURI>"
follow
migrate MigrateVirtualSystemToHost | signed 200
has '<p:ReturnValue>4096</p:ReturnValue>'
follow
envelope "$transfer/Get" "$wmi/Msvm_ComputerSystem" '' "$vm_keys" | signed 500
has 'a:DestinationUnreachable'
target=$url2
envelope "$transfer/Get" "$wmi/Msvm_ComputerSystem" '' "$vm_keys" | signed 200
has "<p:Name>$guid</p:Name>"
target=
[ "$(jq -r ".vms[] | select(.guid == \"$guid\") | .host" "$dir/state2")" = hv02 ] || fail "state file after the move"

echo "curl.sh: all good"
