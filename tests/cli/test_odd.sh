#!/bin/sh
# Answers that say the same in another form: prefixes, order, unknown elements, absent ones, encodings. What hvctl says of them is the
# same, and moves are the same. Usage: test_odd.sh QUIRK... ("plain" is none, "all" those that go together).
. "$(dirname "$0")/lib.sh"

# Without what differs from run to run, the order of instances, which is the host's own affair, and what the quirk itself adds to raw
# instances or leaves out of them.
same() {
    jq -S 'del(.. | .time?, .elapsed_s?, .elapsed_ms?, .uptime_ms?, .started?, .host?, .destination?, .ref?,
        .Extra?, .HvsimUnknown?) | walk(if type == "array" then sort
        elif type == "object" then with_entries(select(.value != null)) else . end)' <"$work/out" >"$work/$1.$2"
}

# looks NAME: every command that looks, its answers kept under NAME.
looks() {
    n=0
    for line in 'vm list' 'vm show 0A1B2C03-3D4E-4F50-8A6B-7C8D9E0F1003' 'vm show 0A1B2C07-3D4E-4F50-8A6B-7C8D9E0F1007' 'host show' \
        'job list' 'wsman identify' 'wsman enumerate Msvm_VirtualEthernetSwitch'; do
        n=$((n + 1))
        # The line is meant to be split.
        # shellcheck disable=SC2086
        hvctl $line --host "$hv01" -o json
        exit_is 0
        same "$1" $n
    done
}

# moves: there with its storage, back to a path, within the host; a check that says no; a refusal.
moves() {
    quick migrate 'db & <test> "one"' --from "$hv01" --to "$hv02" --include-storage -o json
    exit_is 0
    out_json '.results[0].outcome == "moved" and .results[0].vm.name == "db & <test> \"one\""'
    vm_is_at 0A1B2C03-3D4E-4F50-8A6B-7C8D9E0F1003 hv02
    quick migrate 0A1B2C03-3D4E-4F50-8A6B-7C8D9E0F1003 --from "$hv02" --to "$hv01" --storage 'D:\Back' -o json
    exit_is 0
    vm_is_at 0A1B2C03-3D4E-4F50-8A6B-7C8D9E0F1003 hv01
    quick move-storage app01 --host "$hv01" --to-path 'D:\x' -o json
    exit_is 0
    sent 3 '.method == "MigrateVirtualSystemToHost"'
    quick check 'old lab' --from "$hv01" --to "$hv02" --include-storage -o json
    exit_is 3
    out_json '.results[0].reasons | length == 3'
    hvctl vm show nobody --host "$hv01"
    exit_is 9
    hvctl wsman enumerate Msvm_Nonsense --host "$hv01"
    exit_is 9
}

scenario 'as WinRM answers'
start_hosts --migrate-seconds 1 --time-scale 20
looks plain
for quirk in "$@"; do
    scenario "$quirk"
    case $quirk in
    all) set -- --quirk odd-prefixes --quirk reorder --quirk extra --quirk drop-optional --quirk octets-base64 ;;
    *) set -- --quirk "$quirk" ;;
    esac
    start_hosts --migrate-seconds 1 --time-scale 20 "$@"
    looks odd
    for n in 1 2 3 4 5 6 7; do
        note=$(diff "$work/plain.$n" "$work/odd.$n")
        check "answer $n is the same" [ -z "$note" ]
    done
    moves
done

finish
