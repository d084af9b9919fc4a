#!/bin/sh
# hvctl against a service that is not ours: what it sends is understood there, and what comes back is understood here.
# by_each calls what it is given:
# shellcheck disable=SC2317
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/schemes.sh"
service="" relay_1=""

# by_each FUNCTION: identify by each scheme, then FUNCTION; $mech is what the service should see
by_each() {
    for scheme in negotiate-krb5 negotiate-ntlm kerberos ntlm; do
        mech=krb5
        set_options "$scheme"
        scenario "$title, $scheme"
        # The options are meant to be split.
        # shellcheck disable=SC2086
        hvctl wsman identify --host "$service" $options --user "$user"
        "$@"
    done
}
# What the service calls the mechanism.
seen() {
    [ "$mech" = kerberos ] && echo krb5 || echo "$mech"
}

understood() {
    exit_is 0
    out_has Foreign
    logged service ".mech == \"$(seen)\" and .sealed == $sealed and .identify"
}
understood_bound() {
    understood
    logged service .bound
}
refused_for_binding() {
    exit_is 7
    err_has binding
}
fault_read() {
    check 'it fails' [ "$status" != 0 ]
    err_has 'said by the foreign service'
}

lab_start
HVCTL_CACERT=$work/ca/ca.pem
export HVCTL_CACERT

sealed=true
for quirk in none spaces case pieces; do
    title="sealed, quirk $quirk"
    foreign_service service --quirk $quirk
    by_each understood
done
title='sealed fault'
foreign_service service --quirk fault
by_each fault_read

scenario 'messages with filler, as Windows writes them'
foreign_service service --quirk ec16
for scheme in negotiate-krb5 kerberos; do
    be $scheme
    hvctl_as wsman identify --host "$service"
    understood
done

sealed=false
for certificate in good sha384; do
    title="binding demanded, certificate $certificate"
    foreign_service service --cert "$work/ca/$certificate.pem" --key "$work/ca/$certificate.key" --cbt strict
    by_each understood_bound
    title="somebody between, certificate $certificate"
    relay_start "$service" --cert "$work/ca/good.pem" --key "$work/ca/good.key"
    target=$service
    [ $certificate = good ] || {
        service=$relay_1
        by_each refused_for_binding
        service=$target
    }
    relay_stop
done

scenario 'a ticket that can be forwarded'
foreign_service service --cert "$work/ca/good.pem" --key "$work/ca/good.key"
for name in tester fixed; do
    be kerberos-ticket
    ticket mine $name -f
    hvctl_as wsman identify --host "$service"
    exit_is 0
    logged service '.delegated | not'
    option --delegate
    hvctl_as wsman identify --host "$service"
    exit_is 0
    given=.delegated
    [ $name = tester ] || given='.delegated | not'
    logged service "$given"
done

sealed=true
for offer in negotiate kerberos; do
    scenario "only $offer is offered"
    foreign_service service --schemes "$(echo $offer | tr nk NK)"
    be kerberos
    options="--auth
$offer
"
    hvctl_as wsman identify --host "$service"
    understood
done
be ntlm
hvctl_as wsman identify --host "$service"
error_is 7 'offers only Kerberos'

finish
