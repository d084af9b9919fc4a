#!/bin/sh
# Where a password must not be found while hvctl runs, and after it (ux.md 8; design.md 3.8).
. "$(dirname "$0")/lib.sh"
start_hosts --migrate-seconds 60
secret=$(cat "$work/password")
mkdir "$work/cwd"

# A running move, with the password from the environment, the way that shows most.
begin_move() {
    (
        cd "$work/cwd" || exit 1
        # shellcheck disable=SC3045
        ulimit -c unlimited 2>/dev/null
        unset HVCTL_PASSWORD_FILE
        HTTPS_PROXY=http://somebody:$secret@127.0.0.1:1 NO_PROXY=127.0.0.1,127.0.0.2 HVCTL_PASSWORD=$secret exec "$HVCTL" migrate app01 --from "$hv01" --to "$hv02" --include-storage --poll 50ms \
            --progress plain -vv --trace "$work/trace" >"$work/out" 2>"$work/err"
    ) &
    move=$!
    said='hvctl migrate app01 (in the background)'
    n=0
    until grep -qs 'MigrateVirtualSystemToHost' "$requests"; do
        n=$((n + 1))
        if [ "$n" -gt 6000 ] || ! kill -0 "$move" 2>/dev/null; then
            check 'the move begins' false
            return
        fi
        [ "$n" -lt 100 ] || ps -p "$move" >/dev/null # takes a while
    done
}
# holds FILE...: does one of them have the secret?
holds() {
    grep -qaF -- "$secret" "$@" 2>/dev/null
}

scenario 'while it runs'
begin_move
ps -ef >"$work/ps" 2>/dev/null
check 'the list of processes was looked at' grep -q hvctl "$work/ps"
tr '\0' '\n' <"/proc/$move/environ" >"$work/environ"
check 'the environment was looked at' [ -s "$work/environ" ]
check 'the environment has no password' not holds "$work/environ"
check 'but what belongs there' grep -q '^HVCTL_USER=' "$work/environ"
check 'and the proxy without it' grep -qx 'HTTPS_PROXY=http://somebody@127.0.0.1:1' "$work/environ"
tr '\0' '\n' <"/proc/$move/cmdline" >"$work/cmdline"
check 'nor has the command line' not holds "$work/cmdline" "$work/ps"
check 'no core file is to be written' grep -qE '^Max core file size +0 ' "/proc/$move/limits"

scenario 'when it crashes'
kill -ABRT "$move"
status=0
wait "$move" 2>/dev/null || status=$?
check 'it ended by the signal' [ "$status" -gt 128 ]
check 'there is no core file' [ -z "$(ls -A "$work/cwd")" ]
scenario 'what it left behind'
check 'there is a trace' [ -s "$work/trace" ]
check 'without the password' not holds "$work/trace" "$work/out" "$work/err" "$requests"
basic=$(printf 'tester:%s' "$secret" | base64 -w 0)
check 'nor as Basic writes it' not grep -qaF -- "$basic" "$work/trace" "$work/out" "$work/err"

scenario 'fixtures'
hvctl vm list --host "$hv01" --record "$work/fixture"
exit_is 0
check 'a recording was made' [ -d "$work/fixture" ]
check 'without the password' not grep -rqaF -e "$secret" -e "$basic" "$work/fixture"

scenario 'errors'
printf '%s' "$secret" >"$work/open"
chmod 644 "$work/open"
hvctl vm list --host "$hv01" --password-file "$work/open" -o json
exit_is 2
hvctl vm list --host "$hv01" --user "tester:$secret"
exit_is 2
hvctl vm list --host "https://tester:$secret@127.0.0.1:$hv01_port"
exit_is 2
hvctl vm list --host "$hv01" --password "$secret"
exit_is 2
hvctl vm list --host "$hv01" --password="$secret" -o json
exit_is 2

finish
