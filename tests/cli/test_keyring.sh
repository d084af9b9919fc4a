#!/bin/sh
# hvctl auth with a real keyring in a D-Bus session of its own; without the two programs for it, nothing is tested.
if [ "${HVCTL_TEST_SESSION:-}" != yes ]; then
    if ! command -v dbus-run-session >/dev/null || ! command -v gnome-keyring-daemon >/dev/null; then
        echo '1..0 # SKIP needs dbus-run-session and gnome-keyring-daemon'
        exit 0
    fi
    # The session's services are to find nothing of the user's, and to leave nothing.
    session=$(mktemp -d)
    code=0
    HVCTL_TEST_SESSION=yes HOME=$session XDG_DATA_HOME=$session/data XDG_CACHE_HOME=$session/cache \
        XDG_CONFIG_HOME=$session/config XDG_RUNTIME_DIR=$session dbus-run-session -- sh "$0" 2>"$session/err" || code=$?
    [ "$code" = 0 ] || cat "$session/err" >&2
    rm -rf "$session"
    exit "$code"
fi
bus=$DBUS_SESSION_BUS_ADDRESS
. "$(dirname "$0")/lib.sh"
export DBUS_SESSION_BUS_ADDRESS="$bus"
if DBUS_SESSION_BUS_ADDRESS='' "$HVCTL" auth status x -o json | jq -e '.keyring_built | not' >/dev/null; then
    echo '1..0 # SKIP built without keyring'
    exit 0
fi
# It answers when this returns; it ends with the session.
if ! printf 'keyring password' | gnome-keyring-daemon --unlock --components=secrets --daemonize >"$work/keyring.out" 2>&1; then
    printf 'Bail out! no keyring: %s\n' "$(tr '\n' ' ' <"$work/keyring.out")"
    exit 1
fi

scenario 'an empty keyring'
hvctl auth status hv01 -o json
exit_is 0
out_json '.used == null and .keyring_built and ([.places[].error] | all(. == null))'

start_hosts
unset HVCTL_PASSWORD_FILE
scenario 'login'
hvctl vm list --host "$hv01"
error_is 7 auth_failed
err_has 'hvctl auth login'
hvctl auth login "$hv01"
error_is 2 usage
without HVCTL_USER auth login "$hv01" --password-file "$work/password"
error_is 2 usage
hvctl auth login "$hv01" --password-file "$work/password" -o json
exit_is 0
out_json '.type == "auth.stored" and .host == "127.0.0.1" and .user == "tester"'
scenario 'the keyring is used'
hvctl vm list --host "$hv01" -v
exit_is 0
err_has 'keyring'
without HVCTL_USER vm list --host "$hv01,$hv02"
exit_is 0
hvctl vm list --host "$hv01" -u nobody
error_is 7 auth_failed
hvctl auth status "$hv01" -o json
out_json '.used == "keyring" and .keyring_built'
scenario 'a second login replaces'
printf 'wrong' >"$work/wrong"
hvctl auth login "$hv01" --password-file "$work/wrong"
exit_is 0
hvctl vm list --host "$hv01"
error_is 7 auth_failed
on_terminal "$(cat "$work/password")" auth login "$hv01"
exit_is 0
hvctl vm list --host "$hv01"
exit_is 0
scenario 'logout'
hvctl auth logout "$hv01" -u nobody
error_is 9 not_found
hvctl auth logout "$hv01"
exit_is 0
hvctl auth logout "$hv01"
error_is 9 not_found
hvctl vm list --host "$hv01"
error_is 7 auth_failed

finish
