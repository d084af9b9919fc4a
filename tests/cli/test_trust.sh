#!/bin/sh
# Certificates that the user trusts: shown, stored, used by every command, refused when they change (ux.md 7).
. "$(dirname "$0")/lib.sh"
start_hosts --migrate-seconds 1
known=$XDG_CONFIG_HOME/hvctl/known_hosts
unset HVCTL_CACERT
# shellcheck disable=SC2154
host=127.0.0.1:$hv01_port

scenario 'a certificate is shown, and nothing is stored, where nobody can be asked'
hvctl trust "$hv01"
error_is 2 usage
# shellcheck disable=SC2154
out_has "$hv01_fingerprint"
out_has 'thumbprint (SHA-1)'
out_has 'sha256//'
out_has '127.0.0.1'
err_has '--fingerprint'
err_has '--yes'
check 'no file' [ ! -e "$known" ]
hvctl trust "$hv01" -o json
exit_is 2
out_json '.type == "certificate" and .known == "new" and .stored == false and .verified == false and .error.code == "usage"
    and .verdict.code == "tls_untrusted" and (.names | index("127.0.0.1")) and (.sha1 | test("^[0-9A-F]{40}$"))'

scenario 'another certificate than the one that was named is not stored'
hvctl trust "$hv01" --fingerprint "$(printf '%064d' 0)"
error_is 6 tls_untrusted
err_has "$hv01_fingerprint"
check 'no file' [ ! -e "$known" ]

scenario 'a certificate is stored after confirmation'
hvctl vm list --host "$hv01"
error_is 6 tls_untrusted
err_has "hvctl trust $host"
hvctl trust "$hv01" --fingerprint "$hv01_fingerprint"
exit_is 0
check 'its file is private' [ "$(stat -c %a "$known")" = 600 ]
check 'its folder too' [ "$(stat -c %a "$(dirname "$known")")" = 700 ]
hvctl vm list --host "$hv01"
exit_is 0
scenario 'it is for that port alone'
hvctl vm list --host "$hv02"
error_is 6 tls_untrusted
hvctl trust "$hv02" -y -o json
exit_is 0
out_json '.stored and .error == null'
hvctl vm list --host "$hv01,$hv02"
exit_is 0
quick migrate app01 --from "$hv01" --to "$hv02" --include-storage
exit_is 0
scenario 'it is known already'
before=$(cat "$known")
hvctl trust "$hv01"
exit_is 0
err_has 'already'
check 'the file is as it was' [ "$before" = "$(cat "$known")" ]

scenario 'the list'
hvctl trust --list
exit_is 0
out_has "$host"
out_has "$hv01_fingerprint"
hvctl trust --list -o json
out_json '.type == "known_hosts" and (.hosts | length) == 2 and .hosts[0].pin'

scenario 'comments and order are kept'
{
    echo '# ours'
    cat "$known"
    echo ''
    echo "other.example:5986 $(printf '%064d' 1) # by hand"
} >"$work/known" && chmod 600 "$work/known" && mv "$work/known" "$known"
hvctl trust --remove "$hv02"
exit_is 0
check 'the comment' grep -qx '# ours' "$known"
check 'the line by hand' grep -qx "other.example:5986 $(printf '%064d' 1) # by hand" "$known"
check 'the other host is gone' not grep -qF "$hv02_port" "$known"
hvctl trust --remove "$hv02"
error_is 9 not_found
hvctl trust --remove
exit_is 2
hvctl trust
exit_is 2
hvctl trust --list "$hv01"
exit_is 2

scenario 'a link to the file stays a link'
mv "$known" "$work/real"
ln -s "$work/real" "$known"
hvctl trust "$hv02" --yes
exit_is 0
check 'it is a link' [ -L "$known" ]
check 'the real file has the host' grep -qF ":$hv02_port " "$work/real"
rm "$known"
mv "$work/real" "$known"

scenario 'a certificate that changed'
sed -i "s/^$host .*/$host $(printf '%064d' 7)/" "$known"
forget_requests
hvctl vm list --host "$hv01"
error_is 6 tls_untrusted
err_has 'THE CERTIFICATE HAS CHANGED'
err_has "$hv01_fingerprint"
err_has '00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:07'
err_has "line $(grep -n "^$host " "$known" | cut -d: -f1) of $known"
sent 0 true
scenario 'not even an authority helps then'
hvctl vm list --host "$hv01" --cacert "$work/certs/ca.pem"
exit_is 6
hvctl vm list --host "$hv01" --insecure
exit_is 6
scenario 'a script does not wave it through'
hvctl trust "$hv01" --yes
error_is 6 tls_untrusted
err_has 'THE CERTIFICATE HAS CHANGED'
hvctl trust "$hv01" -o json -y
exit_is 6
out_json '.known == "changed" and .stored == false and (.trusted_before | length) == 1 and .error.exit == 6'
scenario 'the one that was named replaces it'
hvctl trust "$hv01" --fingerprint "$hv01_fingerprint"
exit_is 0
check 'one line' [ "$(grep -c "^$host " "$known")" = 1 ]
hvctl vm list --host "$hv01"
exit_is 0

scenario 'the question'
hvctl trust --remove "$hv01"
on_terminal no trust "$hv01"
exit_is 1
out_has "Trust the certificate of $host with SHA-256 $hv01_fingerprint"
check 'nothing stored' not grep -q "^$host " "$known"
on_terminal yes trust "$hv01"
exit_is 0
check 'stored' grep -q "^$host " "$known"
on_terminal yes trust "$hv01" --no-prompt
exit_is 0

scenario 'two at a time'
hvctl trust --remove "$hv01"
"$HVCTL" trust "$hv01" --yes >"$work/first" 2>&1 &
first=$!
"$HVCTL" trust "https://localhost:$hv01_port" --yes >"$work/second" 2>&1 &
second=$!
wait $first && wait $second
check 'both are there' [ "$(grep -c ":$hv01_port " "$known")" = 2 ]
check 'no draft is left' [ "$(ls "$XDG_CONFIG_HOME/hvctl")" = known_hosts ]

scenario 'a damaged file stops everything'
cp "$known" "$work/good"
echo "$host nonsense" >>"$known"
forget_requests
hvctl vm list --host "$hv01"
error_is 78 config
err_has "line $(wc -l <"$known")"
hvctl trust "$hv01" --yes
error_is 78 config
hvctl trust --list -o json
exit_is 78
sent 0 true
cp "$work/good" "$known"
scenario 'a file that others can write is not believed'
chmod 666 "$known"
hvctl vm list --host "$hv01"
error_is 78 config
err_has 'chmod go-w'
chmod 600 "$known"
hvctl vm list --host "$hv01"
exit_is 0

scenario 'where there is no place'
saved=$XDG_CONFIG_HOME
unset XDG_CONFIG_HOME
without HOME trust "$hv01" --yes
error_is 78 config
without HOME vm list --host "$hv01" --cacert "$work/certs/ca.pem"
exit_is 0
export XDG_CONFIG_HOME="$work/file/config"
: >"$work/file"
hvctl trust "$hv01" --yes
error_is 78 config
export XDG_CONFIG_HOME="$saved"

scenario 'hosts without certificates'
hvctl trust http://127.0.0.1:5985
exit_is 2
hvctl trust https://no-such-host.invalid
error_is 5 unreachable
hvctl trust 127.0.0.1:1
error_is 5 unreachable
hvctl trust user:secret@hv01
exit_is 2
err_lacks secret

finish
