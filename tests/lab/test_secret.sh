#!/bin/sh
# No secret can be seen: not by ps, in /proc, in a core, in what hvctl prints and writes, in hvsim's log, or on the wire when sealed.
# Usage: test_secret.sh SCHEME...
# check calls what it is given:
# shellcheck disable=SC2317
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/schemes.sh"
relay_1='' relay_2=''
tab=$(printf '\t')

# clean WHAT PATH...
clean() {
    label=$1
    shift
    note=$("$python" "$lab_dir/scan.py" "$work/secrets" "$@" 2>&1) && note=
    check "no secret $label" [ -z "$note" ]
}

caught() {
    if "$python" "$lab_dir/scan.py" "$work/secrets" "$work/bait" >/dev/null; then
        return 1
    fi
}

# watched N: looks at hvctl while the service keeps it waiting, after its Nth answer, with the password in its hands
watched() {
    rm -rf "$work/seen"
    mkdir "$work/seen"
    relay_start "$url_1" --answer "$1" --hold
    HVCTL_PLAIN=$HVCTL
    HVCTL=$work/watch
    cat >"$work/watch" <<END
#!/bin/sh
exec "$python" "$lab_dir/watch.py" "$work/seen" "$work/relay.cut" "$HVCTL_PLAIN" "\$@"
END
    chmod +x "$work/watch"
    hvctl_as check app01 --from "$relay_1" --to "$url_2" --include-storage
    HVCTL=$HVCTL_PLAIN
    exit_is 0
    relay_stop
    check 'it was seen while it ran' grep -q hvctl "$work/seen/cmdline"
    note=$(cat "$work/seen/core-says")
    check 'no core is left' not grep -q dumped "$work/seen/core-says"
    rm -f "$work/seen"/core.*
    clean 'in ps, /proc and what is left' "$work/seen"
}

lab_start
named_hosts --auth negotiate,kerberos,credssp,basic,certificate --migrate-seconds 1 --time-scale 50
for name in tester 'LAB\tester' "tester@$realm"; do
    printf '%s\t%s\n' "$name" "$(cat "$work/password")"
done >"$work/secrets"
printf 'client\t%s\n' "$(cat "$work/ca/key-password")" >>"$work/secrets"

scenario 'the search finds what it is to find'
for pattern in "x$(cat "$work/password")x" "Basic $(printf 'tester:%s' "$(cat "$work/password")" | base64)" \
    "$(printf 'ab%s!' "$(cat "$work/password")" | base64)" 'WWW-Authenticate: Negotiate TlRMTVNTUAABAAAAB4IIogAAAAAA'; do
    echo "$pattern" >"$work/bait"
    check "in a file with $(printf '%s' "$pattern" | wc -c) bytes" caught
done

scenario 'a process without care leaves a core, which would show'
mkdir "$work/seen"
: >"$work/now"
"$python" "$lab_dir/watch.py" "$work/seen" "$work/now" sleep 600
grep -q dumped "$work/seen/core-says" || echo '# not here: cores are switched off on this machine'

for scheme in "$@"; do
    for transport in https http; do
        case $scheme:$transport in basic:http) continue ;; esac
        scenario "$scheme over $transport"
        url_1=$hv01 url_2=$hv02
        [ $transport = https ] || url_1=$hv01_http url_2=$hv02_http
        be "$scheme"
        # Where the sign-in is under way, and where it is done.
        watched 2
        watched 6

        rm -rf "$work/fixture" "$work/traces"
        mkdir "$work/traces"
        relay_start "$url_1" "$url_2" --record "$work/traces/wire"
        from=$relay_1 to=$relay_2
        forget_requests
        hvctl_as vm list --host "$from" -o json -vv --trace "$work/traces/list" --record "$work/fixture"
        exit_is 0
        clean 'in output' "$work/out" "$work/err"
        clean 'in the fixture' "$work/fixture"
        hvctl_as migrate app01 --from "$from" --to "$to" --include-storage --poll 50ms -vv -o jsonl --trace "$work/traces/move"
        exit_is 0
        clean 'in output' "$work/out" "$work/err"
        relay_stop
        clean 'in traces' "$work/traces/list" "$work/traces/move"
        clean "in hvsim's log" "$requests" "$work/hvsim.err"
        for word in Envelope Identify Msvm_ app01 schemas.xmlsoap ReturnValue; do
            check "no $word on the wire" not grep -qaF "$word" "$work/traces/wire"
        done
        named_hosts --auth negotiate,kerberos,credssp,basic,certificate --migrate-seconds 1 --time-scale 50
    done
done

scenario 'a password in the environment'
be kerberos
password=
HVCTL_PASSWORD=$(cat "$work/password")
export HVCTL_PASSWORD
url_1=$hv01 url_2=$hv02
watched 6
unset HVCTL_PASSWORD
finish
