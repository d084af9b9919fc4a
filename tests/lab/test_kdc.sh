#!/bin/sh
# What the throw-away KDC promises the tests that use it.
. "$(dirname "$0")/../cli/lib.sh"
. "$(dirname "$0")/kdc.sh"

# fails_with TEXT COMMAND...: the command fails and says so.
fails_with() {
    text=$1
    shift
    said=$*
    status=0
    "$@" <"$work/password" >"$work/out" 2>"$work/err" || status=$?
    check 'it fails' [ "$status" != 0 ]
    err_has "$text"
}
works() {
    said=$*
    status=0
    "$@" <"$work/password" >"$work/out" 2>"$work/err" || status=$?
    exit_is 0
}

kdc_start

scenario 'tickets by password and by keytab'
for name in tester other fixed easy; do
    works kinit -c "FILE:$work/by-password" "$name"
    works kinit -c "FILE:$work/by-keytab" -k -t "$client_keytab" "$name"
done
fails_with "Password incorrect" sh -c "echo wrong | kinit -c MEMORY: tester"
ticket mine tester -f
for host in localhost hv01.localhost hv02.localhost hv01.example.test hv02.example.test keyless.localhost; do
    works kvno "HTTP/$host"
done
fails_with 'not found in Kerberos database' kvno HTTP/nowhere.localhost

scenario 'users with something wrong'
fails_with 'revoked' kinit -c MEMORY: locked
fails_with 'expired' kinit -c MEMORY: ended
fails_with 'Cannot read password' kinit -c MEMORY: outdated
out_has 'Password expired'
fails_with 'not found in Kerberos database' kinit -c MEMORY: nobody

scenario 'tickets with something wrong'
no_ticket
fails_with 'No credentials cache found' klist
ticket old tester
ticket_ends old
fails_with 'Ticket expired' kvno HTTP/localhost
ticket skewed tester
ticket_clock skewed 1200
fails_with 'Clock skew too great' kvno HTTP/localhost

scenario 'the KDC goes, and comes back where it was'
ticket mine tester
kdc_stop
fails_with 'Cannot contact any KDC' kvno HTTP/localhost
kdc_run
works kvno HTTP/localhost

finish
