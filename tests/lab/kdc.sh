# shellcheck shell=sh
# A throw-away Kerberos: an MIT KDC on loopback, on a port that the kernel gives, with everything it writes in $work/kdc. Sourced, with
# $work set to a directory that the caller removes. tests/cli/lib.sh stops it at the end; who does without that calls kdc_stop.
#
#     kdc_start                        realm LAB.EXAMPLE; every variable that Kerberos heeds is set to something of this run
#     ticket mine tester               KRB5CCNAME is a new cache with a ticket of tester@LAB.EXAMPLE
#     ticket_ends mine                 ... that ended an hour ago
#     kdc_stop                         nobody answers any more; the files stay
#
# Users: tester (password in $work/password, which is made unless it is there), other, locked, outdated (its password has expired),
# ended (the account has), fixed (its tickets cannot be forwarded), easy (needs no preauthentication). Services: HTTP and WSMAN at
# localhost, hv01.localhost, hv02.localhost, hv01.example.test and hv02.example.test have their keys in $service_keytab, where
# hv02 may be delegated to; HTTP/keyless.localhost is known to the KDC, but not in that file. No other service exists.

work=${work:?a directory of this run}
realm=LAB.EXAMPLE
kdc_pid=
lab_dir=${lab_dir:-$(dirname "$0")/../lab}
PATH=$PATH:/usr/sbin:/sbin
export PATH

kdc_fail() {
    printf 'Bail out! %s\n' "$1"
    [ ! -s "$work/kdc/log" ] || tail -n 20 "$work/kdc/log" | sed 's/^/# /'
    exit 1
}

# write_krb5_conf PORT [LINES for libdefaults]
write_krb5_conf() {
    cat >"$KRB5_CONFIG" <<END
[libdefaults]
    default_realm = $realm
    dns_lookup_kdc = false
    dns_lookup_realm = false
    dns_canonicalize_hostname = false
    rdns = false
    udp_preference_limit = 1
${2:-}
[realms]
    $realm = {
        kdc = 127.0.0.1:$1
    }
[domain_realm]
    localhost = $realm
    .localhost = $realm
    .example.test = $realm
END
}

write_kdc_conf() {
    cat >"$KRB5_KDC_PROFILE" <<END
[kdcdefaults]
    kdc_listen = ""
    kdc_tcp_listen = 127.0.0.1:${1:-0}
[realms]
    $realm = {
        database_name = $work/kdc/principal
        key_stash_file = $work/kdc/stash
        acl_file = $work/kdc/acl
        max_life = 24h
        max_renewable_life = 7d
    }
[logging]
    default = FILE:$work/kdc/log
    kdc = FILE:$work/kdc/log
    admin_server = FILE:$work/kdc/log
END
}

# Commands of kadmin.local come from stdin, so that no password is an argument.
kadmin_run() {
    if ! kadmin.local >"$work/kdc/out" 2>&1 || grep -qE '^(add_principal|ktadd|modify_principal):' "$work/kdc/out"; then
        kdc_fail "kadmin.local: $(tr '\n' ' ' <"$work/kdc/out")"
    fi
}

# new_keys SERVICE/HOST...: in the database and in the keytab of the services
new_keys() {
    for service in "$@"; do
        printf 'addprinc -randkey %s\nktadd -k %s %s\n' "$service" "$service_keytab" "$service"
    done
}

write_principals() {
    secret=$(cat "$work/password")
    {
        for name in tester other fixed; do
            printf 'addprinc -pw %s +requires_preauth %s\n' "$secret" "$name"
        done
        printf 'addprinc -pw %s easy\n' "$secret"
        printf 'addprinc -pw %s -allow_tix locked\n' "$secret"
        printf 'addprinc -pw %s -pwexpire yesterday outdated\n' "$secret"
        printf 'addprinc -pw %s -expire yesterday ended\n' "$secret"
        echo 'modprinc -allow_forwardable fixed'
        for name in localhost hv01.localhost hv02.localhost hv01.example.test hv02.example.test; do
            new_keys "HTTP/$name" "WSMAN/$name"
        done
        echo 'modprinc +ok_as_delegate HTTP/hv02.localhost'
        echo 'addprinc -randkey HTTP/keyless.localhost'
        # Everybody's ticket can be had without the password as well.
        for name in tester other fixed easy; do
            printf 'ktadd -k %s -norandkey %s\n' "$client_keytab" "$name"
        done
    } | kadmin_run
}

# The port that process $1 listens on, from the kernel's own table.
port_of() {
    for link in "/proc/$1/fd"/*; do
        inode=$(readlink "$link" | sed -n 's/^socket:\[\([0-9]*\)\]$/\1/p')
        [ -z "$inode" ] || awk -v inode="$inode" '$4 == "0A" && $10 == inode { sub(/.*:/, "", $2); print $2 }' /proc/net/tcp
    done | head -n 1
}

# Starts the process, on the port it had if it had one, and waits until it listens.
kdc_run() {
    write_kdc_conf "${kdc_port:-0}"
    # Not even a killed test leaves it behind.
    setpriv --pdeathsig KILL krb5kdc -n >"$work/kdc/out" 2>&1 &
    kdc_pid=$!
    waited=0
    until port=$(port_of $kdc_pid) && [ -n "$port" ]; do
        kill -0 $kdc_pid 2>/dev/null || kdc_fail "krb5kdc ended: $(tr '\n' ' ' <"$work/kdc/out")"
        waited=$((waited + 1))
        [ $waited -lt 600 ] || kdc_fail 'krb5kdc does not listen'
        sleep 0.05
    done
    kdc_port=$((0x$port))
}

kdc_start() {
    for program in krb5kdc kdb5_util kadmin.local kinit setpriv; do
        command -v $program >/dev/null || kdc_fail "$program is not installed: run tools/setup test"
    done
    rm -rf "$work/kdc"
    mkdir -p "$work/kdc"
    [ -s "$work/password" ] || od -An -N12 -tx1 /dev/urandom | tr -d ' \n' >"$work/password"
    KRB5_CONFIG=$work/kdc/krb5.conf
    KRB5_KDC_PROFILE=$work/kdc/kdc.conf
    service_keytab=$work/kdc/service.keytab
    client_keytab=$work/kdc/client.keytab
    KRB5_KTNAME=$service_keytab
    KRB5_CLIENT_KTNAME=$work/kdc/none.keytab
    KRB5CCNAME=FILE:$work/kdc/none.cc
    # Two services of one process may be called within a second by one ticket; replays are no matter of these tests.
    KRB5RCACHENAME=none:
    export KRB5_CONFIG KRB5_KDC_PROFILE KRB5_KTNAME KRB5_CLIENT_KTNAME KRB5CCNAME KRB5RCACHENAME
    unset KRB5_TRACE
    kdc_port=
    at_quit="${at_quit:-} kdc_stop"
    write_krb5_conf 1
    write_kdc_conf
    kdb5_util create -s -r $realm -P master >"$work/kdc/out" 2>&1 || kdc_fail 'kdb5_util'
    write_principals
    kdc_run
    write_krb5_conf "$kdc_port"
}

kdc_stop() {
    [ -n "$kdc_pid" ] || return 0
    kill "$kdc_pid" 2>/dev/null
    wait "$kdc_pid" 2>/dev/null
    kdc_pid=
}

# ---- tickets ----

# ticket CACHE USER [OPTIONS of kinit, such as -f or -S HTTP/localhost]: the cache is KRB5CCNAME from here on.
ticket() {
    KRB5CCNAME=FILE:$work/kdc/$1.cc
    export KRB5CCNAME
    who=$2
    shift 2
    kinit -k -t "$client_keytab" "$@" "$who" >"$work/kdc/out" 2>&1 || kdc_fail "kinit: $(cat "$work/kdc/out")"
}

no_ticket() {
    KRB5CCNAME=FILE:$work/kdc/none.cc
    export KRB5CCNAME
}

# ticket_for CACHE SERVICE/HOST: the cache gets a ticket for that service, so that the KDC is not asked later.
ticket_for() {
    kvno -q -c "FILE:$work/kdc/$1.cc" "$2" >"$work/kdc/out" 2>&1 || kdc_fail "kvno: $(cat "$work/kdc/out")"
}

# Every ticket of the cache ended an hour ago, as its holder sees it.
ticket_ends() {
    /usr/bin/python3 "$lab_dir/ccache.py" "$work/kdc/$1.cc" --ended 3600 || kdc_fail 'ccache.py'
}

# ticket_clock CACHE SECONDS: whoever uses the cache takes the clock of the KDC to be so much ahead, and dates its messages by that.
ticket_clock() {
    /usr/bin/python3 "$lab_dir/ccache.py" "$work/kdc/$1.cc" --clock "$2" || kdc_fail 'ccache.py'
}
