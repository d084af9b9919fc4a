#!/bin/sh
# Runs a command, such as a test program, with a KDC of its own (kdc.sh says what is in it) and NTLM's users.
# Usage: tests/lab/with_kdc.sh COMMAND [ARGUMENT...]
#
# Besides the variables of Kerberos: LAB_DIR, the directory of this run; LAB_PASSWORD_FILE, the password of every user;
# LAB_CLIENT_KEYTAB, keys of tester, other, fixed and easy; LAB_EXPIRED_CCACHE and LAB_SKEWED_CCACHE, caches of tester whose tickets
# have ended, or that make the client's clock 20 minutes wrong. KRB5CCNAME has a ticket of tester that can be forwarded.
set -u
umask 077
work=$(mktemp -d)
lab_dir=$(dirname "$0")
# shellcheck source=kdc.sh
. "$lab_dir/kdc.sh"
# shellcheck source=ntlm.sh
. "$lab_dir/ntlm.sh"

quit() {
    final=$?
    trap - EXIT INT TERM HUP
    kdc_stop
    rm -rf "$work"
    exit "$final"
}
trap quit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

kdc_start
ntlm_start
NTLM_USER_FILE=$ntlm_users
export NTLM_USER_FILE
ticket skewed tester
ticket_clock skewed 1200
LAB_SKEWED_CCACHE=$KRB5CCNAME
ticket expired tester
ticket_ends expired
LAB_EXPIRED_CCACHE=$KRB5CCNAME
ticket tester tester -f
LAB_DIR=$work
LAB_PASSWORD_FILE=$work/password
LAB_CLIENT_KEYTAB=$client_keytab
export LAB_DIR LAB_PASSWORD_FILE LAB_CLIENT_KEYTAB LAB_SKEWED_CCACHE LAB_EXPIRED_CCACHE
"$@"
