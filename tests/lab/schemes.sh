# shellcheck shell=sh
# The ways to sign in that tests of this folder go through. Sourced after lab.sh.
#
#     be kerberos                       from here on we sign in like that
#     hvctl_as vm list --host "$hv01"   hvctl of lib.sh with the options for it
#
# negotiate-krb5 and kerberos-ticket have a ticket, kerberos a password, kerberos-keytab a key. negotiate-ntlm names a local
# account, of which Kerberos does not know. credssp has NTLM inside, as the
# account is local, credssp-krb5 Kerberos. certificate, basic and ntlm are what they say. A test may
# change $user, $password (a file) and $certificate afterwards, and add options by "option --spn-host NAME". $mech is what hvsim
# should log.

work=${work:?lab.sh comes first}
realm=${realm:?}

be() {
    unset HVCTL_USER HVCTL_PASSWORD_FILE
    no_ticket
    options=
    user=tester
    password=$work/password
    certificate=client
    case $1 in
    negotiate-krb5)
        ticket mine tester
        user='' mech=kerberos
        option --auth negotiate
        ;;
    negotiate-ntlm)
        user='.\tester' mech=ntlm
        option --auth negotiate
        ;;
    kerberos)
        mech=kerberos
        option --auth kerberos
        ;;
    kerberos-ticket)
        ticket mine tester
        user='' mech=kerberos
        option --auth kerberos
        ;;
    kerberos-keytab)
        password='' mech=kerberos
        option --auth kerberos --keytab "${client_keytab:?}"
        ;;
    ntlm)
        user='LAB\tester' mech=ntlm
        option --auth ntlm
        ;;
    credssp)
        user='.\tester' mech=credssp
        option --auth credssp
        ;;
    credssp-krb5)
        user=tester@$realm mech=credssp
        option --auth credssp
        ;;
    certificate)
        user='' mech=certificate
        option --auth certificate
        ;;
    basic)
        mech=basic
        option --auth basic
        ;;
    esac
}

# Arguments are kept one a line; none has a line end.
option() {
    options="$options$(printf '%s\n' "$@")
"
}

hvctl_as() {
    [ -z "$user" ] || set -- "$@" --user "$user"
    [ -z "$user" ] || [ -z "$password" ] || set -- "$@" --password-file "$password"
    [ "$mech" != certificate ] || set -- "$@" --cert "$work/ca/$certificate.pem" --key "$work/ca/$certificate.key"
    while IFS= read -r argument <&5; do
        [ -z "$argument" ] || set -- "$@" "$argument"
    done 5<<END
$options
END
    hvctl "$@"
}
