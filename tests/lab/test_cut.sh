#!/bin/sh
# A connection that is cut at any moment, in any leg of a sign-in and after it: reading is tried again or fails with a clear error, and
# a move is asked for once at most. Usage: test_cut.sh look|move https|http SCHEME...
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/schemes.sh"
task=$1 transport=$2
shift 2
relay_1='' relay_2=''
guid=0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001

fresh_hosts() {
    named_hosts --auth negotiate,kerberos,credssp,basic,certificate --migrate-seconds 1 --time-scale 50
    url_1=$hv01_http url_2=$hv02_http
    [ "$transport" = http ] || url_1=$hv01 url_2=$hv02
}

ends_well() {
    if [ "$status" = 0 ]; then
        n_done=$((n_done + 1))
        return 0
    fi
    n_told=$((n_told + 1))
    check 'a clear error' among "$status" '5|7|16'
    err_has 'error: '
    check 'the error has a cause or a fix' grep -qE '^  (cause|fix): ' "$work/err"
}

look() {
    relay_start "$url_1" "--$direction" "$moment"
    be "$scheme"
    hvctl_as vm list --host "$relay_1"
    ends_well
    [ "$status" != 0 ] || out_has web01
}

move() {
    fresh_hosts
    relay_start "$url_1" "$url_2" "--$direction" "$moment"
    be "$scheme"
    hvctl_as migrate app01 --from "$relay_1" --to "$relay_2" --include-storage --poll 50ms --progress none
    ends_well
    times=$(n_requests '.method == "MigrateVirtualSystemToHost"')
    note="there were $times"
    check 'one request to move at most' [ "$times" -le 1 ]
    [ "$status" != 0 ] || vm_is_at "$guid" hv02
}

lab_start
fresh_hosts
for scheme in "$@"; do
    for direction in request answer; do
        moment=0 n_done=0 n_told=0
        while :; do
            moment=$((moment + 1))
            scenario "$task, $transport, $scheme, $direction $moment is lost"
            case $task in
            look) look ;;
            move) move ;;
            esac
            # The end came before.
            [ -e "$work/relay.cut" ] || break
            [ $moment -lt 60 ] || break
        done
        printf '# %s %s %s: %d moments, %d went on, %d ended with an error\n' "$transport" "$scheme" "$direction" $((moment - 1)) \
            $((n_done - 1)) $n_told
        check "there was something to cut" [ $moment -gt 1 ]
        check "and an end of it" [ $moment -lt 60 ]
    done
done
finish
