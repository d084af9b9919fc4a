#!/bin/sh
# The client and the service that are not ours understand each other, so that either can judge one of ours.
. "$(dirname "$0")/lab.sh"

answers() {
    foreign "$@"
    exit_is 0
    out_has IdentifyResponse
    out_has 'ProductVendor>Foreign<'
}
refuses() {
    text=$1
    shift
    foreign "$@"
    exit_is 1
    err_has "$text"
    out_is_empty
}

sealed="" strict="" filled=""
lab_start
ticket mine tester
set -- --user 'LAB\tester' --password-file "$work/password"

scenario 'sealed over http'
foreign_service sealed
answers ntlm "$sealed" --seal --times 2 "$@"
logged sealed '.sealed and .mech == "ntlm" and (.user | endswith("tester"))'
answers kerberos "$sealed" --seal --times 2
logged sealed '.sealed and .mech == "krb5" and .user == "tester@LAB.EXAMPLE"'
for how in gss-krb5 gss-spnego gss-kerberos; do
    answers $how "$sealed" --seal --times 2
    logged sealed '.sealed and .mech == "krb5"'
done
answers gss-ntlm "$sealed" --seal "$@"
refuses 'status 500' gss-krb5 "$sealed"
echo wrong >"$work/wrong"
refuses 'credentials were rejected' ntlm "$sealed" --seal --user 'LAB\tester' --password-file "$work/wrong"

scenario 'https where a channel binding is demanded'
for certificate in good sha384; do
    foreign_service strict --cert "$work/ca/$certificate.pem" --key "$work/ca/$certificate.key" --cbt strict
    set -- --ca "$work/ca/ca.pem" --user 'LAB\tester' --password-file "$work/password"
    answers ntlm "$strict" "$@"
    logged strict '.bound and (.sealed | not)'
    refuses rejected ntlm "$strict" --no-binding "$@"
    refuses 401 gss-ntlm "$strict" --wrong-binding "$@"
    for how in gss-krb5 gss-spnego gss-kerberos; do
        answers $how "$strict" --ca "$work/ca/ca.pem"
        logged strict '.bound and .mech == "krb5"'
        refuses 401 $how "$strict" --no-binding --ca "$work/ca/ca.pem"
        refuses GSS $how "$strict" --wrong-binding --ca "$work/ca/ca.pem"
    done
done

scenario 'messages with filler, as Windows writes them'
foreign_service filled --quirk ec16
answers kerberos "$filled" --seal --times 3
answers gss-spnego "$filled" --seal

finish
