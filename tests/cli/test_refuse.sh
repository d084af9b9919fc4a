#!/bin/sh
# Wrong input and hosts that say no: the exit codes of ux.md 3, each with an error that has a cause or a fix.
. "$(dirname "$0")/lib.sh"
start_hosts --migrate-seconds 1 --time-scale 5

# Every error has the same form: on stderr for people, and with JSON on stdout too.
refused() {
    want=$1
    code=$2
    shift 2
    hvctl "$@"
    error_is "$want" "$code"
    hvctl "$@" -o json
    exit_is "$want"
    out_json '[.. | objects | select(.exit? == $want and .code? == $code and (.message | length) > 0)] | length > 0' \
        --argjson want "$want" --arg code "$code"
}

scenario 'unknown VM'
refused 9 not_found vm show nobody --host "$hv01"
err_has "127.0.0.1:$hv01_port"
refused 9 not_found job show nothing --host "$hv01"
err_has "127.0.0.1:$hv01_port"
refused 9 not_found migrate nobody --from "$hv01" --to "$hv02"
refused 9 not_found migrate 00000000-0000-0000-0000-000000000001 --from "$hv01" --to "$hv02"
refused 9 not_found check nobody --from "$hv01" --to "$hv02"
refused 9 not_found vm show "x' OR ''='" --host "$hv01"

scenario 'ambiguous name'
refused 9 not_found vm show twin --host "$hv01"
err_has 0A1B2C05-3D4E-4F50-8A6B-7C8D9E0F1005
err_has 0A1B2C06-3D4E-4F50-8A6B-7C8D9E0F1006
refused 9 not_found migrate twin --from "$hv01" --to "$hv02" --include-storage
err_has 0A1B2C05-3D4E-4F50-8A6B-7C8D9E0F1005
quick migrate 0A1B2C06-3D4E-4F50-8A6B-7C8D9E0F1006 --from "$hv01" --to "$hv02"
exit_is 0
vm_is_at 0A1B2C06-3D4E-4F50-8A6B-7C8D9E0F1006 hv02

scenario 'host that does not exist'
refused 5 unreachable vm list --host https://no-such-host.invalid:5986/wsman
refused 5 unreachable migrate app01 --from "$hv01" --to https://no-such-host.invalid:5986/wsman
scenario 'from a host to itself'
forget_requests
refused 2 usage migrate app01 --from "$hv01" --to "$hv01"
sent 0 '.method == "MigrateVirtualSystemToHost"'
scenario 'port where nobody listens'
refused 5 unreachable vm list --host https://127.0.0.1:1/wsman

scenario 'wrong user and wrong password'
printf 'wrong' >"$work/wrong"
refused 7 auth_failed vm list --host "$hv01" --password-file "$work/wrong"
refused 7 auth_failed vm list --host "$hv01" --user nobody
refused 7 auth_failed migrate app01 --from "$hv01" --to "$hv02" --to-password-file "$work/wrong"

scenario 'certificate of an unknown authority'
without HVCTL_CACERT vm list --host "$hv01"
error_is 6 tls_untrusted
scenario 'certificate with another fingerprint'
refused 6 tls_untrusted vm list --host "$hv01" --fingerprint "$(printf '%064d' 0)"
refused 6 tls_untrusted vm list --host "$hv01" --pinnedpubkey 'sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='
scenario 'no verification at all sends no password'
forget_requests
refused 6 tls_untrusted vm list --host "$hv01" --insecure
sent 0 'true'
scenario 'the right fingerprint instead of an authority'
# shellcheck disable=SC2154
without HVCTL_CACERT vm list --host "$hv01" --fingerprint "$hv01_fingerprint"
exit_is 0

scenario 'password file that others can read'
cp "$work/password" "$work/open"
chmod 644 "$work/open"
refused 2 usage vm list --host "$hv01" --password-file "$work/open"
err_has 'chmod'
scenario 'password file that is not there'
refused 2 usage vm list --host "$hv01" --password-file "$work/none"
scenario 'secret in an argument'
refused 2 usage vm list --host "$hv01" --user name:secret
hvctl vm list --host "$hv01" --password secret
exit_is 2
err_lacks 'secret'
scenario 'no password and nobody to ask'
without HVCTL_PASSWORD_FILE vm list --host "$hv01"
check 'exit status 2 or 7' among "$status" '2|7'
err_has 'password-file'
scenario 'password by descriptor, by standard input and by environment'
input=$work/password
hvctl vm list --host "$hv01" --password-file -
exit_is 0
hvctl vm list --host "$hv01" --password-fd 0
exit_is 0
input=
HVCTL_PASSWORD=$(cat "$work/password")
export HVCTL_PASSWORD
without HVCTL_PASSWORD_FILE vm list --host "$hv01"
exit_is 0
unset HVCTL_PASSWORD

scenario 'plain http shows the password to everybody'
refused 6 tls_untrusted vm list --host http://127.0.0.1:5985/wsman

scenario 'bad options and arguments'
hvctl
exit_is 2
for line in 'frobnicate' 'vm' 'vm lst' 'vm list --no-such-option' 'migrate app01' 'migrate' "migrate app01 --from $hv01" \
    "vm list --host $hv01 -o yaml" "migrate app01 --from $hv01 --to $hv02 --poll 5" 'wsman get' "job follow" \
    "vm list --host $hv01 extra" "migrate app01 --from $hv01 --to $hv02 --disk nonsense" "sample vm-simple $hv01"; do
    # The line is meant to be split.
    # shellcheck disable=SC2086
    hvctl $line
    exit_is 2
    err_has 'error: '
    out_is_empty
done
hvctl vm lst --host "$hv01"
err_has 'list'

scenario 'moves that the hosts refuse'
quick migrate raw01 --from "$hv02" --to "$hv01" --include-storage -o json
check 'a pass-through disk stays' [ "$status" != 0 ]
out_json '.results[0].outcome == "not_moved"'
vm_is_at 0A1B2C09-3D4E-4F50-8A6B-7C8D9E0F1009 hv02
quick migrate 'old lab' --from "$hv01" --to "$hv02" --include-storage -o json
check 'a switch that the destination lacks' [ "$status" != 0 ]
vm_is_at 0A1B2C07-3D4E-4F50-8A6B-7C8D9E0F1007 hv01
quick migrate 'build farm' --from "$hv01" --to "$hv02" --include-storage
check 'a differencing disk whose parent would stay' [ "$status" != 0 ]
vm_is_at 0A1B2C08-3D4E-4F50-8A6B-7C8D9E0F1008 hv01
quick migrate app01 --from "$hv01" --to "$hv02"
check 'disks that the destination cannot reach' [ "$status" != 0 ]
vm_is_at 0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001 hv01

scenario 'migration is disabled at the destination'
cat >"$work/hosts.ini" <<TEXT
[host hv01]
address = 127.0.0.1
listener = 127.0.0.1
drive = C

[host hv02]
address = 127.0.0.2
drive = C
migration = no

[vm app01]
host = hv01
state = running
disk = C:\\Hyper-V\\app01\\app01.vhdx
TEXT
start_hosts --config "$work/hosts.ini"
refused 3 not_migratable migrate app01 --from "$hv01" --to "$hv02" --include-storage
err_has 'hvctl host config --enable -H'
refused 3 not_migratable check app01 --from "$hv01" --to "$hv02" --include-storage
sent 0 '.method == "MigrateVirtualSystemToHost"'

finish
