# shellcheck shell=sh
# The users that gss-ntlmssp's acceptor knows, in a file of this run. Sourced, with $work set.
#
#     ntlm_start            LAB\tester with the password in $work/password, and other; NTLM_USER_FILE says where for the simulator

work=${work:?a directory of this run}

ntlm_start() {
    [ -s "$work/password" ] || od -An -N12 -tx1 /dev/urandom | tr -d ' \n' >"$work/password"
    NTLM_USER_FILE=$work/ntlm-users
    printf 'LAB:tester:%s\nLAB:other:%s\n' "$(cat "$work/password")" "$(cat "$work/password")" >"$NTLM_USER_FILE"
    # The names that its challenges tell; without these it looks for the machine's own.
    NETBIOS_COMPUTER_NAME=HV01
    NETBIOS_DOMAIN_NAME=LAB
    export NTLM_USER_FILE NETBIOS_COMPUTER_NAME NETBIOS_DOMAIN_NAME
}
