#!/bin/sh
# Clients that are not ours sign in to hvsim: python3-winrm by NTLM and Kerberos, python3-gssapi with channel binding, and curl.
. "$(dirname "$0")/lab.sh"

answers() {
    foreign "$@"
    exit_is 0
    out_has IdentifyResponse
    out_has 'Microsoft Corporation'
}
refuses() {
    text=$1
    shift
    foreign "$@"
    exit_is 1
    err_has "$text"
    out_is_empty
}
# signed_in FILTER: what the simulator logged of the last request
signed_in() {
    note=$(tail -n 1 "$requests")
    check "hvsim saw $1" last_is "$requests" ".operation == \"Identify\" and .status == 200 and ($1)"
}

lab_start
ticket mine tester
echo wrong >"$work/wrong"

scenario 'sealed over http'
named_hosts --auth negotiate,kerberos
set -- --user 'LAB\tester' --password-file "$work/password"
answers ntlm "$hv01_http" --seal --times 2 "$@"
signed_in '.sealed and .user == "LAB\\tester"'
answers kerberos "$hv01_http" --seal --times 2
signed_in '.sealed and .user == "tester@LAB.EXAMPLE"'
for how in gss-krb5 gss-spnego gss-kerberos; do
    answers $how "$hv01_http" --seal --times 2
    signed_in '.sealed and .user == "tester@LAB.EXAMPLE"'
done
answers gss-ntlm "$hv01_http" --seal --times 2 "$@"
signed_in '.sealed and .user == "LAB\\tester"'
refuses 'status 500' gss-krb5 "$hv01_http"
refuses 'rejected' ntlm "$hv01_http" --seal --user 'LAB\tester' --password-file "$work/wrong"
refuses 'rejected' ntlm "$hv01_http" --seal --user 'LAB\nobody' --password-file "$work/password"

for level in none relaxed strict; do
    scenario "https, channel binding $level"
    named_hosts --auth negotiate,kerberos --cbt $level
    ca=$work/certs/ca.pem
    set -- --ca "$ca" --user 'LAB\tester' --password-file "$work/password"
    answers ntlm "$hv01" "$@"
    signed_in '(.sealed | not) and .user == "LAB\\tester"'
    for how in gss-krb5 gss-spnego gss-kerberos; do
        answers $how "$hv01" --ca "$ca"
        signed_in '(.sealed | not) and .user == "tester@LAB.EXAMPLE"'
    done
    # Without a binding, which python3-kerberos cannot send, and with one of another certificate.
    if [ $level = strict ]; then
        refuses rejected kerberos "$hv01" --ca "$ca"
        refuses rejected ntlm "$hv01" "$@" --no-binding
        refuses 401 gss-spnego "$hv01" --ca "$ca" --no-binding
    else
        answers kerberos "$hv01" --ca "$ca"
        answers ntlm "$hv01" "$@" --no-binding
        answers gss-spnego "$hv01" --ca "$ca" --no-binding
    fi
    if [ $level = none ]; then
        answers gss-ntlm "$hv01" "$@" --wrong-binding
        answers gss-kerberos "$hv01" --ca "$ca" --wrong-binding
    else
        refuses 401 gss-ntlm "$hv01" "$@" --wrong-binding
        refuses 401 gss-kerberos "$hv01" --ca "$ca" --wrong-binding
    fi
done

scenario 'curl by SPNEGO'
named_hosts --auth negotiate
cat >"$work/identify" <<'END'
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body><i:Identify
 xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"/></s:Body></s:Envelope>
END
by_curl() {
    said="curl $*"
    : >"$work/out"
    curl -sS --max-time 60 --cacert "$work/certs/ca.pem" -H 'Content-Type: application/soap+xml;charset=UTF-8' -o "$work/out" \
        -w '%{http_code}' --data-binary "@$work/identify" "$@" >"$work/err" 2>&1
}
by_curl --negotiate -u : "$hv01"
out_has IdentifyResponse
signed_in '.user == "tester@LAB.EXAMPLE"'
no_ticket
by_curl --negotiate -u : "$hv01"
err_has 401
out_lacks IdentifyResponse

finish
