# shellcheck shell=sh
# For the scripts of this folder: starts simulated hosts, runs hvctl against them, and checks what came out. Prints TAP. Sourced.
#
#     . "$(dirname "$0")/lib.sh"
#     start_hosts --migrate-seconds 1
#     scenario 'a VM moves by its name'
#     hvctl migrate app01 --from "$hv01" --to "$hv02"
#     exit_is 0
#     vm_is_at app01 hv02
#     finish
#
# From the environment: HVCTL and HVSIM, the programs; HVCTL_WRAP, a program to run hvctl under, such as valgrind.
set -u

umask 077
work=$(mktemp -d)
hvsim_pid=
n_checks=0
n_failed=0
said=
note=
# Functions of what else a script started.
at_quit=
status=0
export XDG_CONFIG_HOME="$work/config" XDG_STATE_HOME="$work/state-home" HOME="$work/home"
export LC_ALL=C.UTF-8 TZ=UTC NO_COLOR=1 TERM=dumb
unset http_proxy https_proxy HTTPS_PROXY ALL_PROXY all_proxy NETRC SSL_CERT_FILE SSL_CERT_DIR 2>/dev/null
for variable in $(env | sed -n 's/^\(HVCTL_[A-Z_]*\)=.*/\1/p'); do
    [ "$variable" = HVCTL_WRAP ] || unset "$variable"
done

quit() {
    final=$?
    trap - EXIT INT TERM HUP
    for stop in $at_quit; do
        $stop
    done
    stop_hosts
    rm -rf "$work"
    exit "$final"
}
trap quit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# ---- hosts ----

# A user and password of this run's own.
make_user() {
    [ -f "$work/password" ] && return 0
    od -An -N12 -tx1 /dev/urandom | tr -d ' \n' >"$work/password"
    HVCTL_USER=tester
    HVCTL_PASSWORD_FILE=$work/password
    HVCTL_AUTH=basic
    export HVCTL_USER HVCTL_PASSWORD_FILE HVCTL_AUTH
}

# start_hosts [ARGUMENTS OF hvsim]: starts hv01 and hv02 (or what --hosts or --config say) and waits until they are ready. For
# each host NAME the variables $NAME (URL), $NAME_fingerprint and $NAME_port are set, and with --http $NAME_http. $requests is the
# log, $state the truth.
start_hosts() {
    make_user
    stop_hosts
    requests=$work/requests.jsonl
    state=$work/state.json
    n_forgotten=0
    rm -rf "$work/certs" "$work/ready" "$requests" "$state"
    mkdir "$work/certs"
    mkfifo "$work/ready"
    case " $* " in
    *' --hosts '* | *' --config '*) ;;
    *) set -- --hosts hv01,hv02 "$@" ;;
    esac
    export hv01='' hv02='' hv01_port='' hv02_port='' hv01_http='' hv02_http=''
    n_hosts=$(printf '%s\n' "$@" | awk 'want { print split($0, names, ","); exit } { want = $0 == "--hosts" }')
    case " $* " in
    *' --http '*) n_hosts=$((${n_hosts:-2} * 2)) ;;
    esac
    "$HVSIM" --user "tester:$work/password" --cert-dir "$work/certs" --exit-with-parent --request-log "$requests" \
        --state-file "$state" "$@" >"$work/ready" 2>"$work/hvsim.err" &
    hvsim_pid=$!
    exec 3<"$work/ready"
    n_ready=0
    while [ "$n_ready" -lt "${n_hosts:-2}" ]; do
        if ! read -r word name url fingerprint <&3; then
            printf 'Bail out! hvsim did not start: %s\n' "$(tr '\n' ' ' <"$work/hvsim.err")"
            exit 1
        fi
        [ "$word" = ready ] || continue
        n_ready=$((n_ready + 1))
        port=${url##*:}
        case $url in
        http:*) eval "${name}_http='$url'" ;;
        *) eval "$name='$url' ${name}_fingerprint='$fingerprint' ${name}_port='${port%%/*}'" ;;
        esac
    done
    HVCTL_CACERT=$work/certs/ca.pem
    export HVCTL_CACERT
}

stop_hosts() {
    [ -n "$hvsim_pid" ] || return 0
    early=
    kill "$hvsim_pid" 2>/dev/null || early='it had ended before; '
    code=0
    wait "$hvsim_pid" 2>/dev/null || code=$?
    hvsim_pid=
    exec 3<&-
    # It ends cleanly at TERM. Anything else is a crash or a leak of the simulator.
    if [ -n "$early" ] || [ $code != 0 ]; then
        note="${early}exit status $code: $(tail -n 20 "$work/hvsim.err")"
        check 'hvsim ends when it is told to, and cleanly' false
    fi
}

# ---- running ----

# hvctl ARGUMENT...: $status, $work/out and $work/err tell what came of it. Input is empty unless $input names a file.
hvctl() {
    said="hvctl $*"
    status=0
    # The wrapper is meant to be split.
    # shellcheck disable=SC2086
    ${HVCTL_WRAP:-} "$HVCTL" "$@" <"${input:-/dev/null}" >"$work/out" 2>"$work/err" || status=$?
    check_health
}

# The same, looking at jobs often and without progress.
quick() {
    hvctl "$@" --poll 50ms --progress none
}

# without VARIABLE ARGUMENT...: hvctl with one variable less in its environment.
without() {
    eval "saved=\$$1"
    unset "$1"
    absent=$1
    shift
    hvctl "$@"
    eval "$absent=\$saved"
    export "${absent?}"
}

# on_terminal ANSWER ARGUMENT...: hvctl with a terminal, where ANSWER is typed when a question is there; $work/out has all that
# was shown.
on_terminal() {
    answer=$1
    shift
    said="hvctl $* (on a terminal)"
    status=0
    rm -f "$work/typed"
    mkfifo "$work/typed"
    : >"$work/out"
    printf "'%s' " "$HVCTL" "$@" >"$work/line"
    script -qefc "$(cat "$work/line")" /dev/null <"$work/typed" >"$work/out" 2>"$work/err" &
    terminal=$!
    exec 6>"$work/typed"
    while kill -0 "$terminal" 2>/dev/null && ! grep -qaE '\[yes/no\]|Password of' "$work/out"; do :; done
    (trap '' PIPE && printf '%s\n' "$answer" >&6) 2>/dev/null
    wait "$terminal" || status=$?
    exec 6>&-
    check_health
}

# Whatever was asked: no sanitizer and no valgrind complains, and no password is shown.
check_health() {
    if grep -qE 'ERROR: (Address|Leak)Sanitizer|runtime error:|^==[0-9]+== .*(Invalid|uninitialised|definitely lost)' "$work/err"; then
        check 'no memory error' false
    fi
    if [ -s "$work/password" ] && grep -qF -f "$work/password" "$work/out" "$work/err"; then
        check 'no password is shown' false
    fi
}

# ---- checking ----

scenario() {
    scenario=$1
}

# check WHAT COMMAND...: COMMAND decides. $note, when set, is shown with a failure.
check() {
    what=$(printf '%s' "$1" | tr -s '\n ' ' ')
    shift
    n_checks=$((n_checks + 1))
    if "$@"; then
        printf 'ok %d - %s: %s\n' "$n_checks" "${scenario:-}" "$what"
    else
        n_failed=$((n_failed + 1))
        printf 'not ok %d - %s: %s\n' "$n_checks" "${scenario:-}" "$what"
        {
            printf 'ran: %s\nexit status: %s\n' "$said" "$status"
            [ -z "$note" ] || printf '%s\n' "$note"
            for stream in out err; do
                [ ! -s "$work/$stream" ] || sed "s/^/$stream: /" "$work/$stream" | cut -c 1-400 | head -n 40
            done
        } | sed 's/^/# /'
    fi
    note=
}

not() {
    ! "$@"
}

# Is $1 one of the words of $2, which "|" parts?
among() {
    case "|$2|" in *"|$1|"*) return 0 ;; esac
    return 1
}

exit_is() {
    check "exit status $1" [ "$status" = "$1" ]
}

# A piece of text that stdout or stderr holds, or does not.
out_has() {
    check "stdout says $1" grep -qF -- "$1" "$work/out"
}
out_lacks() {
    check "stdout does not say $1" not grep -qF -- "$1" "$work/out"
}
out_is_empty() {
    check 'stdout is empty' [ ! -s "$work/out" ]
}
err_has() {
    check "stderr says $1" grep -qF -- "$1" "$work/err"
}
err_lacks() {
    check "stderr does not say $1" not grep -qF -- "$1" "$work/err"
}
err_is_empty() {
    check 'stderr is empty' [ ! -s "$work/err" ]
}

# out_json FILTER [ARGUMENTS OF jq]: every document of stdout is JSON, and FILTER is true of it (of all of them with -s).
out_json() {
    filter=$1
    shift
    code=0
    jq -e "$@" "$filter" <"$work/out" >"$work/jq" 2>&1 || code=$?
    note="jq: $(cat "$work/jq")"
    check "stdout: $(printf '%s' "$filter" | tr '\n' ' ')" [ "$code" = 0 ]
}

# An error with the parts that ux.md 10 wants: what failed, why, what to do, and its code.
error_is() {
    exit_is "$1"
    err_has 'error: '
    check 'the error has a cause or a fix' grep -qE '^  (cause|fix): ' "$work/err"
    err_has "$2"
}

# ---- the built-in inventory ----

# NAME<tab>GUID of every VM that one name tells from the others, and where it is.
names='app01	0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001	hv01
web01	0A1B2C02-3D4E-4F50-8A6B-7C8D9E0F1002	hv01
db & <test> "one"	0A1B2C03-3D4E-4F50-8A6B-7C8D9E0F1003	hv01
Büro Zürich 🖥	0A1B2C04-3D4E-4F50-8A6B-7C8D9E0F1004	hv01
old lab	0A1B2C07-3D4E-4F50-8A6B-7C8D9E0F1007	hv01
build farm	0A1B2C08-3D4E-4F50-8A6B-7C8D9E0F1008	hv01
raw01	0A1B2C09-3D4E-4F50-8A6B-7C8D9E0F1009	hv02'
tab=$(printf '\t')

# each_name FUNCTION: calls it with name, GUID and host of each.
each_name() {
    printf '%s\n' "$names" >"$work/names"
    while IFS=$tab read -r name guid home <&4; do
        "$1" "$name" "$guid" "$home"
    done 4<"$work/names"
}

# ---- the simulated truth ----

# Requests logged so far are not counted from here on.
forget_requests() {
    n_forgotten=$(wc -l <"$requests")
}
# How many requests since then have a jq condition.
n_requests() {
    tail -n "+$((n_forgotten + 1))" "$requests" | jq -s "[.[] | select($1)] | length"
}
sent() {
    got=$(n_requests "$2")
    note="there were $got"
    check "$1 requests where $2" [ "$got" = "$1" ]
}

# Hosts that have the VM of that GUID, in truth; planned VMs do not count.
places() {
    jq -r --arg guid "$1" '[.vms[] | select(.guid == $guid and (.planned | not)) | .host] | join(" ")' "$state"
}
vm_is_at() {
    got=$(places "$1")
    note="in truth it is at: $got"
    check "in truth the VM is at $2" [ "$got" = "$2" ]
}

finish() {
    stop_hosts
    printf '1..%d\n' "$n_checks"
    [ "$n_failed" = 0 ]
    exit
}
