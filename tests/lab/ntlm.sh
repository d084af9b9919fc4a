# shellcheck shell=sh
# The users that gss-ntlmssp's acceptor knows, in a file of this run. Sourced, with $work set.
#
#     ntlm_start     LAB\tester and LAB\other with the password in $work/password; $ntlm_users is the file
#
# NTLM_USER_FILE is for services only: a client that has it signs in as the first user there when it has nothing else.

work=${work:?a directory of this run}
ntlm_users=$work/ntlm-users

ntlm_start() {
    [ -s "$work/password" ] || od -An -N12 -tx1 /dev/urandom | tr -d ' \n' >"$work/password"
    printf 'LAB:tester:%s\nLAB:other:%s\n' "$(cat "$work/password")" "$(cat "$work/password")" >"$ntlm_users"
    # The names that its challenges tell; without these it looks for the machine's own.
    NETBIOS_COMPUTER_NAME=HV01
    NETBIOS_DOMAIN_NAME=LAB
    export NETBIOS_COMPUTER_NAME NETBIOS_DOMAIN_NAME
    unset NTLM_USER_FILE
}
