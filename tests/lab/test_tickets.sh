#!/bin/sh
# Tickets, keys and names that are not as they should be: caches that cannot be read, keytabs of everybody, half a name.
. "$(dirname "$0")/lab.sh"

lab_start
named_hosts --auth negotiate,kerberos --migrate-seconds 1 --time-scale 20
unset HVCTL_USER HVCTL_PASSWORD_FILE HVCTL_AUTH

lists() {
    hvctl vm list --host "$hv01" --no-prompt "$@"
}

scenario 'a cache that cannot be read is named, and ends nothing else'
printf 'no tickets' >"$work/damaged"
for cache in "FILE:$work/damaged" "$work/damaged" "$work" /dev/null; do
    KRB5CCNAME=$cache
    export KRB5CCNAME
    lists
    error_is 7 'cannot be read'
    err_has "${cache#FILE:}"
    err_has 'kinit'
done
mkdir -m 700 "$work/caches"
KRB5CCNAME=DIR:$work/caches
cp "$work/damaged" "$work/caches/tktold"
lists
error_is 7 'cannot be read'
lists -u "LAB\\tester" --password-file "$work/password"
exit_is 0
KRB5CCNAME=
lists
error_is 7 'KRB5CCNAME is set, and empty'
ticket mine tester
head -c 60 "$work/kdc/mine.cc" >"$work/kdc/cut.cc"
KRB5CCNAME=FILE:$work/kdc/cut.cc
lists
error_is 7 kinit

scenario 'tickets do not need the netrc file that nobody named'
ticket mine tester
mkdir -p "$HOME"
echo 'machine elsewhere login a password b' >"$HOME/.netrc"
chmod 644 "$HOME/.netrc"
lists
exit_is 0
lists --netrc-file "$HOME/.netrc"
error_is 2 'others can read it'
rm "$HOME/.netrc"

scenario 'a ticket for another host is refused, and no password is blamed'
lists --spn-host hv02.localhost
error_is 7 'the ticket is for another name'
no_ticket

scenario 'a keytab is as good as a password'
cp "$client_keytab" "$work/keys"
lists --keytab "$work/keys"
exit_is 0
chmod 640 "$work/keys"
for name in "$work/keys" "FILE:$work/keys"; do
    lists --keytab "$name"
    error_is 2 "chmod 600 $work/keys"
done
KRB5_CLIENT_KTNAME=$work/keys
lists
error_is 2 "chmod 600 $work/keys"
KRB5_CLIENT_KTNAME=$work/kdc/none.keytab
lists --keytab "$work/nowhere"
error_is 2 'cannot be opened'
lists --keytab "$work/damaged"
error_is 7 "no Kerberos key can be read from \"$work/damaged\""
err_has 'klist -k'

scenario 'names of users that are not whole, or not for Kerberos'
# The backslash is the one of Windows.
# shellcheck disable=SC1003
for name in 'LAB\' 'tester@' '@LAB.EXAMPLE'; do
    lists -u "$name" --password-file "$work/password"
    error_is 2 'no whole name of a user'
done
lists -u '.\tester' --password-file "$work/password" --auth kerberos
error_is 7 'Kerberos knows no local account'
lists -u '.\tester' --password-file "$work/password" --auth kerberos,ntlm
exit_is 0
lists -u tester@lab.example --password-file "$work/password" --auth kerberos
error_is 7 'capital letters'
printf '\357\273\277%s\r\n' "$(cat "$work/password")" >"$work/marked"
lists -u tester --password-file "$work/marked" --auth kerberos
exit_is 0

scenario 'a local account is nobody at the other host, however it signs in'
for name in '.\tester' 'LAB\tester'; do
    hvctl check app01 --from "$hv01" --to "$hv02" --include-storage --auth ntlm -u "$name" --password-file "$work/password" --poll 50ms
    exit_is 0
    case $name in
    .*) err_has 'nobody at the destination' ;;
    *) err_lacks 'nobody at the destination' ;;
    esac
done

scenario 'NTLM that is not installed is missed by its name'
GSS_MECH_CONFIG=/dev/null
export GSS_MECH_CONFIG
for scheme in ntlm negotiate; do
    lists -u '.\tester' --password-file "$work/password" --auth $scheme
    error_is 7 'apt-get install gss-ntlmssp'
done
lists -u 'LAB\tester' --password-file "$work/password"
exit_is 0
unset GSS_MECH_CONFIG

finish
