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
        scenario "$title, $scheme"
        be $scheme
        hvctl_as wsman identify --host "$service"
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
for shown in good sha384; do
    title="binding demanded, certificate $shown"
    foreign_service service --cert "$work/ca/$shown.pem" --key "$work/ca/$shown.key" --cbt strict
    by_each understood_bound
    title="somebody between, certificate $shown"
    relay_start "$service" --cert "$work/ca/good.pem" --key "$work/ca/good.key"
    target=$service
    [ $shown = good ] || {
        service=$relay_1
        by_each refused_for_binding
        service=$target
    }
    relay_stop
done

scenario 'a ticket that can be forwarded'
foreign_service service --cert "$work/ca/good.pem" --key "$work/ca/good.key"
be kerberos-ticket
ticket mine tester -f
hvctl_as wsman identify --host "$service"
exit_is 0
logged service '.delegated | not'
option --delegate
hvctl_as wsman identify --host "$service"
exit_is 0
logged service .delegated
ticket fixed fixed
hvctl_as wsman identify --host "$service"
error_is 7 'no ticket was forwarded'

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

# ---- CredSSP ----

# credssp_service [OPTIONS]
credssp_service() {
    foreign_service service --schemes CredSSP --inner-cert "$work/ca/lone.pem" --inner-key "$work/ca/lone.key" \
        --password-file "$work/password" "$@"
}
# Sealed or not, the host has the password now.
given() {
    exit_is 0
    out_has '"vendor": "'
    logged service ".sealed == $sealed and .identify and .mech == \"$1\""
    check 'the service has the password' jq_says "$work/service.log" 'any(.delegated and (.given | ascii_downcase | endswith("tester")))'
}
by_credssp() {
    for scheme in credssp credssp-krb5; do
        scenario "$title, $scheme"
        be $scheme
        hvctl_as wsman identify --host "$service" -o json
        given "$([ $scheme = credssp ] && echo ntlm || echo krb5)"
    done
}
for tls in 1.2 1.3; do
    for version in 2 4 5 6; do
        title="CredSSP $version over TLS $tls"
        sealed=true
        credssp_service --inner-tls $tls --credssp-version $version
        by_credssp
    done
done
title='CredSSP without tickets of TLS'
credssp_service --quirk no-tickets
by_credssp
title='CredSSP, an answer of three parts'
credssp_service --quirk long --inner-tls 1.2
by_credssp
credssp_service --quirk long
by_credssp
title='CredSSP over https'
sealed=false
credssp_service --cert "$work/ca/good.pem" --key "$work/ca/good.key"
by_credssp

scenario 'a service that proves another key gets no password'
credssp_service --quirk false-proof
be credssp
hvctl_as wsman identify --host "$service"
error_is 7 key
check 'no password left' jq_says "$work/service.log" 'last | .delegated | not'

finish
