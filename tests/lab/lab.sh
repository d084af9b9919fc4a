# shellcheck shell=sh
# For the scripts of this folder: tests/cli/lib.sh with a KDC, NTLM's users, certificates, and parts that are not ours. Sourced.
#
#     lab_start                          KDC, NTLM users, certificates; the user is tester everywhere, the password $work/password
#     named_hosts [OPTIONS of hvsim]     start_hosts, with both hosts at 127.0.0.1 under names that Kerberos knows (hosts.ini)
#     foreign_service sealed [OPTIONS]   starts foreign_server.py; $sealed is its URL, $work/sealed.log its log
#     foreign ntlm "$sealed" --seal      runs foreign_client.py; then as after hvctl of lib.sh
#     relay_start TARGET... [OPTIONS]    starts relay.py before URLs; $relay_1, $relay_2 are the URLs to use instead
#     relay_stop
lab_dir=${lab_dir:-$(dirname "$0")}
# shellcheck source=../cli/lib.sh
. "$lab_dir/../cli/lib.sh"
# shellcheck source=kdc.sh
. "$lab_dir/kdc.sh"
# shellcheck source=ntlm.sh
. "$lab_dir/ntlm.sh"
# shellcheck source=ca.sh
. "$lab_dir/ca.sh"

python=/usr/bin/python3
service_pids=
relay_pid=
export PYTHONDONTWRITEBYTECODE=1
# What the NTLM of this machine leaks is not ours.
export LSAN_OPTIONS="suppressions=$lab_dir/leaks:print_suppressions=0"

lab_start() {
    at_quit="$at_quit services_stop relay_stop"
    make_user
    ca_start
    kdc_start
    ntlm_start
    # OpenSSL 3 has MD4 in its legacy provider only; python3-ntlm-auth needs it.
    cat >"$work/legacy.cnf" <<'END'
openssl_conf = init
[init]
providers = both
[both]
default = on
legacy = on
[on]
activate = 1
END
}

services_stop() {
    for pid in $service_pids; do
        kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
    done
    service_pids=
}

named_hosts() {
    start_hosts --config "$lab_dir/hosts.ini" --http --ntlm-users "$ntlm_users" "$@"
    for name in hv01 hv02; do
        for variable in $name ${name}_http; do
            eval "url=\$$variable"
            # shellcheck disable=SC2154
            eval "$variable='${url%%://*}://$name.localhost:${url##*:}'"
        done
    done
}

# said_ready FIFO WHAT: the line that a program writes there, in $line; the fifo is gone afterwards.
said_ready() {
    read -r line <"$1" || line=
    rm -f "$1"
    case $line in
    'ready '*) line=${line#ready } ;;
    *)
        printf 'Bail out! %s did not start\n' "$2"
        sed 's/^/# /' "$work/$2.err"
        exit 1
        ;;
    esac
}

foreign_service() {
    name=$1
    shift
    rm -f "$work/$name.log"
    mkfifo "$work/ready-$name"
    NTLM_USER_FILE=$ntlm_users setpriv --pdeathsig KILL "$python" "$lab_dir/foreign_server.py" --log "$work/$name.log" "$@" >"$work/ready-$name" \
        2>"$work/foreign_server.err" &
    service_pids="$service_pids $!"
    said_ready "$work/ready-$name" foreign_server
    eval "$name=\$line"
}

foreign() {
    said="foreign_client.py $*"
    status=0
    OPENSSL_CONF=$work/legacy.cnf "$python" "$lab_dir/foreign_client.py" "$@" </dev/null >"$work/out" 2>"$work/err" || status=$?
}

# jq_says FILE FILTER: of all its lines as one array
jq_says() {
    jq -es "$2" "$1" >/dev/null
}

# last_is FILE FILTER: of its last line of JSON
last_is() {
    tail -n 1 "$1" | jq -e "$2" >/dev/null
}

# logged NAME FILTER: the last line of a foreign service's log
logged() {
    note=$(tail -n 1 "$work/$1.log")
    check "the service saw $2" last_is "$work/$1.log" "$2"
}

relay_start() {
    relay_stop
    n_relays=0
    relay_hosts=
    relay_to=
    while [ $# -gt 0 ]; do
        case $1 in
        http*://*) ;;
        *) break ;;
        esac
        place=${1#*://}
        place=${place%%/*}
        relay_hosts="$relay_hosts ${1%%://*}://${place%:*}"
        # The simulated hosts and the foreign services listen at the address that the name in the URL stands for.
        case ${place%:*} in
        localhost | *.localhost) place=127.0.0.1:${place##*:} ;;
        esac
        relay_to="$relay_to --to $place"
        shift
    done
    rm -f "$work/relay.cut"
    mkfifo "$work/ready-relay"
    # The list is meant to be split.
    # shellcheck disable=SC2086
    setpriv --pdeathsig KILL "$python" "$lab_dir/relay.py" $relay_to --cut "$work/relay.cut" "$@" >"$work/ready-relay" \
        2>"$work/relay.err" &
    relay_pid=$!
    said_ready "$work/ready-relay" relay
    for host in $relay_hosts; do
        n_relays=$((n_relays + 1))
        eval "relay_$n_relays=$host:${line%% *}/wsman"
        line=${line#* }
    done
}

relay_stop() {
    [ -n "$relay_pid" ] || return 0
    kill "$relay_pid" 2>/dev/null && wait "$relay_pid" 2>/dev/null
    relay_pid=
}
