#!/bin/sh
# Each scheme in each situation, as matrix.list has them. Usage: test_matrix.sh https|http HOST...
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/schemes.sh"
transport=$1
shift
relay_1=

# ---- hosts ----

start_kind() {
    case $1 in
    full) everything ;;
    strict) everything --cbt strict ;;
    telling) named_hosts --auth negotiate,kerberos --error-tokens ;;
    ntlm) named_hosts --auth ntlm --migrate-seconds 1 --time-scale 50 ;;
    basic) named_hosts --auth basic ;;
    esac
    at=hv01
}

everything() {
    named_hosts --auth negotiate,kerberos,credssp,basic,certificate --client-ca "$work/ca/ca.pem" \
        --certmapping user=tester,subject=tester@localhost --migrate-seconds 1 --time-scale 50 "$@"
}

# ---- situations ----

# What is different in this situation.
situation() {
    from_host=hv01.localhost
    case $1 in
    right) ;;
    wrong-password)
        echo 'not this one' >"$work/wrong"
        password=$work/wrong
        ;;
    expired) ticket_ends mine ;;
    no-ticket) no_ticket ;;
    wrong-spn) option --spn-host nowhere.localhost ;;
    no-key) option --spn-host keyless.localhost ;;
    address) from_host=127.0.0.1 ;;
    skew) ticket_clock mine 1200 ;;
    # The KDC is not asked any more; only the host looks at the clock.
    late-skew)
        ticket_for mine HTTP/hv01.localhost
        ticket_clock mine 1200
        ;;
    locked | outdated | ended | nobody)
        case $user in
        *@*) user=$1@$realm ;;
        '') certificate=client-expired ;;
        *) user=$1 ;;
        esac
        ;;
    stranger) certificate=client-unknown ;;
    unmapped) certificate=client-other ;;
    other-realm) user=tester@ELSEWHERE.EXAMPLE ;;
    no-kdc) kdc_stop ;;
    # By its realm it is one of Kerberos.
    in-domain)
        user='LAB\tester'
        echo 'not this one' >"$work/wrong"
        password=$work/wrong
        ;;
    unbound) option --no-channel-binding ;;
    between) ;;
    *)
        printf 'Bail out! matrix.list has the situation %s\n' "$1"
        exit 1
        ;;
    esac
}

# What was changed for everybody is put back.
situation_over() {
    [ -n "$kdc_pid" ] || kdc_run
    relay_stop
}

# ---- one line ----

# The URLs of this line in $url_1 and $url_2.
urls() {
    case $transport in
    https) url_1=$hv01 url_2=$hv02 ;;
    http) url_1=$hv01_http url_2=$hv02_http ;;
    esac
    [ "$from_host" = hv01.localhost ] || url_1=${url_1%%://*}://$from_host:${url_1##*:}
    if [ "$1" = between ]; then
        relay_start "$url_1" --cert "$work/ca/good.pem" --key "$work/ca/good.key"
        url_1=$relay_1
    fi
}

says_words() {
    remaining=$1
    while [ -n "$remaining" ]; do
        word=${remaining%%;*}
        case $remaining in
        *\;*) remaining=${remaining#*;} ;;
        *) remaining= ;;
        esac
        word=$(printf '%s' "$word" | sed 's/^ *//; s/ *$//')
        err_has "$word"
    done
}

# Reading as other commands do, and a move; both hosts are signed in to.
goes_on() {
    forget_requests
    hvctl_as vm list --host "$url_1" --host "$url_2" -o json
    exit_is 0
    sealed=false
    [ "$transport" = https ] || sealed=true
    tail -n "+$((n_forgotten + 1))" "$requests" >"$work/new"
    note=$(tail -n 3 "$work/new")
    check "hvsim saw $mech, sealed $sealed" jq_says "$work/new" "all(.status == 401 or .status == 200)
        and ([.[] | select(.operation != null and .status == 200)] | length > 1 and all(.scheme == \"$mech\" and .sealed == $sealed))"
    [ "$from_host" = hv01.localhost ] || return 0
    from=$url_1 to=$url_2 next=hv02
    [ $at = hv01 ] || from=$url_2 to=$url_1 next=hv01
    hvctl_as migrate app01 --from "$from" --to "$to" --include-storage --poll 50ms --progress none
    exit_is 0
    sent 1 '.method == "MigrateVirtualSystemToHost"'
    vm_is_at 0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001 $next
    at=$next
}

one_line() {
    scheme=$1 affair=$2 wanted=${3%% *} words=
    case $3 in *' '*) words=${3#* } ;; esac
    scenario "$transport $kind $scheme $affair"
    be "$scheme"
    situation "$affair"
    urls "$affair"
    case $transport:$affair in
    https:between) HVCTL_CACERT=$work/ca/ca.pem ;;
    *) HVCTL_CACERT=$work/certs/ca.pem ;;
    esac
    export HVCTL_CACERT
    hvctl_as vm list --host "$url_1"
    if [ "$wanted" = 0 ]; then
        exit_is 0
        out_has web01
        err_lacks error
        [ "$affair" = between ] || goes_on
    else
        error_is "$wanted" "${words%%;*}"
        says_words "$words"
        out_is_empty
    fi
    situation_over
}

trim() {
    printf '%s' "$1" | sed 's/^ *//; s/ *$//'
}

lab_start
[ $# -gt 0 ] || set -- full strict ntlm basic telling
grep -vE '^(#|$)' "$lab_dir/matrix.list" >"$work/matrix"
for kind in "$@"; do
    start_kind "$kind"
    while IFS='|' read -r host scheme affair https http <&4; do
        [ "$(trim "$host")" = "$kind" ] || continue
        cell=$http
        [ "$transport" = http ] || cell=$https
        cell=$(trim "$cell")
        [ "$cell" = - ] || one_line "$(trim "$scheme")" "$(trim "$affair")" "$cell"
    done 4<"$work/matrix"
done
finish
