#!/bin/sh
# A move that fails, at any step, with a host that cleans up and one that does not: whatever is left on either host stands in the result,
# in text and in JSON; and where nothing is left, nothing is said. Usage: test_leftovers.sh KIND; the kinds are below.
. "$(dirname "$0")/lib.sh"
app01=0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001
web01=0A1B2C02-3D4E-4F50-8A6B-7C8D9E0F1002
# Before anything was copied, at the first copy, in between, when it cannot be cancelled any more, and at the very end.
steps='1 4 5 6 30 60 89 91 99'

# What a host has: files and planned machines, one a line with the host.
belongings() {
    jq -r '(.hosts[] | .name as $host | .files[] | $host + " " + .path), (.vms[] | select(.planned) | .host + " planned " + .guid)' \
        "$state" | sort
}

# What there is more than before the move is in the result, and nothing else.
leftovers_are_named() {
    belongings >"$work/after"
    comm -13 "$work/before" "$work/after" | cut -d ' ' -f 2- | sed 's/^planned //' >"$work/more"
    if [ -s "$work/out" ] && [ "$(head -c 1 "$work/out")" = '{' ]; then
        jq -r '.results[0].leftovers[]' "$work/out" >"$work/named"
    else
        # Backslashes are shown twice there.
        grep 'left behind by' "$work/err" | sed 's/\\\\/\\/g' >"$work/named"
    fi
    note="left: $(tr '\n' ';' <"$work/more") named: $(tr '\n' ';' <"$work/named")"
    check 'as many things are named as are left' [ "$(wc -l <"$work/more")" = "$(wc -l <"$work/named")" ]
    while IFS= read -r thing <&8; do
        check "$thing is named" grep -qF -- "$thing" "$work/named"
    done 8<"$work/more"
    check 'nothing is gone' [ -z "$(comm -23 "$work/before" "$work/after")" ]
}

# fails STEP FORMAT FAULT... -- GUID COMMAND...: the move fails at that percentage.
fails() {
    step=$1 format=$2
    shift 2
    set -- --fault "job-fails=0x80070070,at=$step" "$@"
    scenario="at $step percent, $format, $*"
    faults=
    while [ "$1" != -- ]; do
        faults="$faults $1"
        shift
    done
    guid=$2
    shift 2
    # The faults are meant to be split.
    # shellcheck disable=SC2086
    start_hosts --migrate-seconds 1 --time-scale 20 $faults
    belongings >"$work/before"
    case $1 in
    move-storage) quick "$@" --host "$hv01" -o "$format" ;;
    *) quick "$@" --from "$hv01" --to "$hv02" -o "$format" ;;
    esac
    exit_is 1
    vm_is_at "$guid" hv01
    leftovers_are_named
}

every_step() {
    for percent in $steps; do
        fails "$percent" json -- "$@"
        fails "$percent" json --fault leftovers -- "$@"
    done
    fails 4 table -- "$@"
    fails 60 table --fault leftovers -- "$@"
}

case ${1:?which kind} in
state) every_step $web01 migrate web01 ;;
storage) every_step $app01 move-storage app01 --to-path 'D:\Other' ;;
pools) every_step $app01 migrate app01 --include-storage ;;
folder) every_step $app01 migrate app01 --storage 'D:\Moved & more' ;;
several)
    db=0A1B2C03-3D4E-4F50-8A6B-7C8D9E0F1003
    every_step $db migrate 'db & <test> "one"' --storage 'C:\Away' --disk 'db data.vhdx=D:\New data\'
    ;;
odd)
    farm=0A1B2C08-3D4E-4F50-8A6B-7C8D9E0F1008
    for percent in 4 60; do
        fails $percent json --fault leftovers -- $farm migrate 'build farm' --storage 'D:\Farm' \
            --unmanaged 'C:\Hyper-V\build\build.vhdx=D:\Farm\'
    done

    scenario='the host does not tell which files it has'
    start_hosts --migrate-seconds 1 --time-scale 20 --fault job-fails --fault leftovers --fault 'wmi=0x80041003,class=*,host=hv02,nth=3,times=0'
    quick migrate app01 --from "$hv01" --to "$hv02" --storage 'D:\Moved' -o json
    out_json '[.results[0].leftovers[] | select(test("perhaps a copy of disk .* at D:.Moved.app01.vhdx"))] | length == 1'

    scenario='a pool of its own'
    start_hosts --migrate-seconds 1 --time-scale 20 --fault job-fails --fault leftovers
    quick migrate app01 --from "$hv01" --to "$hv02" --pool gold -o json
    out_json '[.results[0].leftovers[] | select(test("perhaps a copy of disk .*app01.vhdx, where its pool"))] | length == 1'

    scenario='the job is gone and the move has failed'
    start_hosts --migrate-seconds 1 --time-scale 20 --fault job-vanishes=0x80070070 --fault leftovers
    belongings >"$work/before"
    quick migrate app01 --from "$hv01" --to "$hv02" --storage 'D:\Moved' --request-timeout 3s -o json
    exit_is 1
    leftovers_are_named

    scenario='refused at once'
    start_hosts --fault return=32775
    belongings >"$work/before"
    quick migrate app01 --from "$hv01" --to "$hv02" --storage 'D:\Moved' -o json
    exit_is 10
    leftovers_are_named

    scenario='a file that was there before'
    printf '[host hv01]\nlistener = 192.0.2.1\n[host hv02]\nlistener = 192.0.2.2\nfile = C:\\Moved\\disk.vhdx\n[vm one]\nhost = hv01\ndisk = C:\\VMs\\disk.vhdx\n' \
        >"$work/there.ini"
    start_hosts --migrate-seconds 1 --time-scale 20 --config "$work/there.ini"
    quick migrate one --from "$hv01" --to "$hv02" --storage 'C:\Moved' -o json
    check 'it failed' [ "$status" != 0 ]
    out_json '.results[0].leftovers == []'
    ;;
*)
    echo "Bail out! no kind $1"
    exit 1
    ;;
esac

finish
