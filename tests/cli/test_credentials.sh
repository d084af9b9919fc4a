#!/bin/sh
# Where a password comes from when several places have one, and for which host (ux.md 8).
. "$(dirname "$0")/lib.sh"
start_hosts --migrate-seconds 1
mkdir -p "$HOME"
unset HVCTL_PASSWORD_FILE
good=$(cat "$work/password")
printf 'wrong' >"$work/wrong"

# accepted / refused: does a listing sign in?
accepted() {
    hvctl vm list --host "$hv01" "$@"
    exit_is 0
}
refused() {
    hvctl vm list --host "$hv01" "$@"
    error_is 7 auth_failed
}

scenario 'netrc'
printf 'machine 127.0.0.1 login tester password %s\n' "$good" >"$HOME/.netrc"
accepted
accepted -u tester -v
err_has 'netrc'
without HVCTL_USER vm list --host "$hv01"
exit_is 0
hvctl vm list --host "$hv01" -u nobody
error_is 7 auth_failed
err_has 'there is no password'
chmod 640 "$HOME/.netrc"
hvctl vm list --host "$hv01"
error_is 2 usage
err_has "chmod 600 $HOME/.netrc"
chmod 600 "$HOME/.netrc"
printf 'machine 127.0.0.1 login tester password wrong\n' >"$work/netrc"
refused --netrc-file "$work/netrc"
NETRC=$work/netrc
export NETRC
refused
unset NETRC
hvctl vm list --host "$hv01" --netrc-file "$work/none"
error_is 2 usage
printf 'machine 127.0.0.1 login tester password %s oops\n' "$good" >"$work/netrc"
hvctl vm list --host "$hv01" --netrc-file "$work/netrc"
error_is 2 usage
err_has 'line 1'

scenario 'a systemd credential goes before it'
mkdir "$work/credentials"
CREDENTIALS_DIRECTORY=$work/credentials
export CREDENTIALS_DIRECTORY
cp "$work/wrong" "$work/credentials/hvctl.127.0.0.1"
refused
cp "$work/password" "$work/credentials/hvctl.127.0.0.1"
chmod 440 "$work/credentials/hvctl.127.0.0.1"
rm "$HOME/.netrc"
accepted -v
err_has 'systemd credential'
chmod 644 "$work/credentials/hvctl.127.0.0.1"
hvctl vm list --host "$hv01"
error_is 2 usage
err_has 'chmod 600'
chmod 400 "$work/credentials/hvctl.127.0.0.1"
scenario 'it is for its host alone'
# Another name of the same host has none.
hvctl vm list --host "https://localhost:$hv01_port"
error_is 7 auth_failed

scenario 'what is given for this run goes before everything'
refused --password-file "$work/wrong"
HVCTL_PASSWORD=wrong
export HVCTL_PASSWORD
refused
HVCTL_PASSWORD_FILE=$work/password
export HVCTL_PASSWORD_FILE
accepted
refused --password-file "$work/wrong"
unset HVCTL_PASSWORD HVCTL_PASSWORD_FILE
hvctl vm list --host "$hv01" --password-file "$work/password" --password-fd 0
exit_is 2

scenario 'the destination has an account of its own'
unset CREDENTIALS_DIRECTORY
quick migrate app01 --from "$hv01" --to "$hv02" --include-storage --password-file "$work/password" \
    --to-password-file "$work/wrong"
exit_is 7
quick migrate app01 --from "$hv01" --to "$hv02" --include-storage --password-file "$work/password" --to-user nobody
exit_is 7
input=$work/password
quick migrate app01 --from "$hv01" --to "$hv02" --include-storage --password-file "$work/password" --to-password-fd 0
exit_is 0
quick migrate app01 --from "$hv02" --to "$hv01" --include-storage --password-file - --to-password-file -
exit_is 2
err_has 'cannot both be stdin'
quick migrate app01 --from "$hv02" --to "$hv01" --include-storage --password-file - --to-password-file "$work/password"
exit_is 0
input=
hvctl migrate app01 --from "$hv01" --to "$hv02" --to-password x
exit_is 2
err_has '--to-password-fd'
hvctl migrate app01 --from "$hv01" --to "$hv02" --to-user tester:hunter2
exit_is 2
err_lacks hunter2

scenario 'each host has its own entry'
printf 'machine 127.0.0.1 login tester password %s\nmachine localhost login tester password wrong\n' "$good" >"$HOME/.netrc"
hvctl vm list --host "$hv01,https://localhost:$hv01_port" -o json
exit_is 4
out_json '(.vms | length) > 0 and (.errors | length) == 1 and .errors[0].code == "auth_failed"'
quick check app01 --from "$hv01" --to "https://localhost:$hv01_port" --include-storage
check 'the destination refuses' [ "$status" = 7 ]
rm "$HOME/.netrc"

scenario 'the prompt'
on_terminal "$good" vm list --host "$hv01"
exit_is 0
out_has 'Password of tester at'
on_terminal wrong vm list --host "$hv01"
exit_is 7
on_terminal "$good" vm list --host "$hv01,$hv02"
exit_is 0
check 'it is put once' [ "$(grep -c 'Password of' "$work/out")" = 1 ]
on_terminal "$good" vm list --host "$hv01" --no-prompt
exit_is 7

scenario 'status'
printf 'machine 127.0.0.1 login tester password %s\n' "$good" >"$HOME/.netrc"
hvctl auth status "$hv01"
exit_is 0
out_has 'netrc'
out_has 'is used'
without HVCTL_USER auth status 127.0.0.1 -o json
exit_is 0
out_json '.type == "auth.status" and .used == "netrc" and (.places[] | select(.place == "netrc") | .user) == "tester"'
chmod 644 "$HOME/.netrc"
hvctl auth status "$hv01" -o json
exit_is 0
out_json '.used == null and ((.places[] | select(.place == "netrc") | .error.remedy[0]) | startswith("chmod"))'
rm "$HOME/.netrc"

scenario 'no session, no keyring'
for command in 'login' 'logout'; do
    hvctl auth "$command" "$hv01" --password-file "$work/password"
    error_is 1 failed
    err_has 'keyring'
    err_has '--password-file'
done

finish
