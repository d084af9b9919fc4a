#!/bin/sh
# Signing in with a certificate (wsman.md 6.7): what the host takes, what it refuses, and what is not even sent.
. "$(dirname "$0")/lib.sh"
# shellcheck source=../lab/ca.sh
. "$(dirname "$0")/../lab/ca.sh"
ca_start
start_hosts --auth certificate,basic --client-ca "$work/ca/ca.pem" --certmapping user=tester,subject=tester@localhost \
    --migrate-seconds 1
unset HVCTL_USER HVCTL_PASSWORD_FILE HVCTL_AUTH
ca=$work/ca

# by CERTIFICATE ARGUMENT...
by() {
    name=$1
    shift
    hvctl "$@" --auth certificate --cert "$ca/$name.pem" --key "$ca/$name.key"
}
# list_by CERTIFICATE ARGUMENT...
list_by() {
    name=$1
    shift
    # shellcheck disable=SC2154
    hvctl vm list --host "$hv01" --auth certificate --cert "$ca/$name.pem" --key "$ca/$name.key" "$@"
}

scenario 'without user and password'
# shellcheck disable=SC2154
by client vm list --host "$hv01,$hv02" -o json
exit_is 0
out_json '.vms | length > 3'
err_is_empty
sent 0 '.scheme != "certificate" or .status != 200 or .user != "tester"'
scenario 'a move, with the same certificate at both hosts'
by client migrate app01 --from "$hv01" --to "$hv02" --include-storage --poll 50ms --progress none
exit_is 0
vm_is_at 0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001 hv02
sent 0 '.scheme != "certificate"'
scenario 'certificate, chain and key in one file'
cat "$ca/client.pem" "$ca/ca.pem" "$ca/client.key" >"$work/all.pem"
hvctl vm list --host "$hv01" --auth certificate --cert "$work/all.pem"
exit_is 0
scenario 'another password in the environment is left alone'
HVCTL_PASSWORD=unused
export HVCTL_PASSWORD
list_by client
exit_is 0
unset HVCTL_PASSWORD

scenario 'a certificate that no row is for'
list_by client-other
error_is 7 auth
err_has 'maps the certificate to no account'
err_has 'winrm/config/service/certmapping'
scenario 'a move by one is refused, not lost'
by client-other migrate app01 --from "$hv02" --to "$hv01" --include-storage --poll 50ms --progress none
error_is 7 auth
err_lacks 'may have been carried out'
scenario 'a certificate of an authority that the host does not trust'
list_by client-unknown
error_is 7 auth
err_has 'the host refused the certificate'
err_has 'does not trust who issued it'
err_has 'HTTP'

scenario 'not sent'
forget_requests
list_by client-expired
error_is 7 auth
err_has 'has expired'
err_has 'was valid until'
list_by client-purpose
error_is 7 auth
err_has 'not made for signing in'
err_has 'client authentication'
list_by client --key "$ca/stranger.key"
error_is 2 usage
err_has 'is not that of the certificate'
list_by client --cert "$work/none.pem"
error_is 2 usage
err_has 'none.pem'
list_by client --cert "$ca/client.key"
error_is 2 usage
err_has 'no certificate in'
err_has 'openssl pkcs12'
list_by client --key "$ca/client.pem"
error_is 2 usage
err_has 'no private key in'
scenario 'a key that others can read'
cp "$ca/client.key" "$work/shown.key"
for mode in 640 604; do
    chmod $mode "$work/shown.key"
    list_by client --key "$work/shown.key"
    error_is 2 usage
    err_has "chmod 600 $work/shown.key"
done
chmod 644 "$ca/client.pem"
list_by client --key "$ca/client.key"
exit_is 0
hvctl vm list --host "$hv01" --auth certificate --cert "$ca/client.pem"
error_is 2 usage
err_has "chmod 600 $ca/client.pem"

scenario 'a key that cannot be read twice'
mkfifo "$work/pipe"
cat "$ca/client.key" >"$work/pipe" &
list_by client --key "$work/pipe"
error_is 2 usage
err_has 'no regular file'
wait $!

scenario 'an encrypted key'
forget_requests
list_by client-encrypted
error_is 7 auth
err_has 'is encrypted'
err_has '--key-password-file'
echo 'not this one' >"$work/wrong"
list_by client-encrypted --key-password-file "$work/wrong"
error_is 7 auth
err_has 'is wrong'
err_lacks 'not this one'
sent 0 true
list_by client-encrypted --key-password-file "$ca/key-password"
exit_is 0
list_by client-encrypted --key-password-fd 7 7<"$ca/key-password"
exit_is 0
list_by client-encrypted --key-password-fd 7 --key-password-file "$ca/key-password" 7</dev/null
error_is 2 usage
chmod 644 "$ca/key-password"
list_by client-encrypted --key-password-file "$ca/key-password"
error_is 2 usage
err_has "chmod 600 $ca/key-password"
chmod 600 "$ca/key-password"
scenario 'its password is asked for on a terminal'
on_terminal "$(cat "$ca/key-password")" vm list --host "$hv01" --auth certificate --cert "$ca/client-encrypted.pem" \
    --key "$ca/client-encrypted.key"
exit_is 0
out_has 'Password of the key in'
out_has web01
out_lacks "$(cat "$ca/key-password")"

scenario 'nothing of the key is written anywhere'
list_by client-encrypted --key-password-file "$ca/key-password" -vv --trace "$work/trace" --record "$work/fixture"
exit_is 0
check 'there is a trace' [ -s "$work/trace" ]
check 'there is a fixture' [ -d "$work/fixture" ]
sed -n 2p "$ca/client-encrypted.key" >"$work/secrets"
sed -n 2p "$ca/client.key" >>"$work/secrets"
{ cat "$ca/key-password" && echo; } >>"$work/secrets"
check 'three secrets are looked for' [ "$(wc -l <"$work/secrets")" = 3 ]
check 'they are nowhere' not grep -rqaF -f "$work/secrets" "$work/trace" "$work/fixture" "$work/out" "$work/err"
check 'the fixture does not tell the files' not grep -rqaF client-encrypted "$work/fixture"

scenario 'what belongs together'
hvctl vm list --host "$hv01" --auth certificate
error_is 2 usage
err_has '--cert FILE'
hvctl vm list --host "$hv01" --auth certificate --key "$ca/client.key"
error_is 2 usage
err_has '--cert'
hvctl vm list --host "$hv01" -u tester --auth basic --password-file "$work/password" --cert "$ca/client.pem" --key "$ca/client.key"
error_is 2 usage
err_has '--auth certificate'
scenario 'https alone'
hvctl vm list --host "http://127.0.0.1:$hv01_port" --auth certificate --cert "$ca/client.pem" --key "$ca/client.key" # scan: plain http
error_is 6 tls_untrusted
err_has 'over https:// only'
scenario 'with another way beside'
list_by client --auth basic,certificate -u tester --password-file "$work/password"
exit_is 0
scenario 'a host that offers none'
start_hosts --auth basic
unset HVCTL_USER HVCTL_PASSWORD_FILE HVCTL_AUTH
list_by client
error_is 7 auth
err_has 'takes no certificate'
err_has 'Certificate="true"'
finish
