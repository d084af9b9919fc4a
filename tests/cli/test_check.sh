#!/bin/sh
# Asking whether a VM could move: the same arguments as the move, and nothing moves.
. "$(dirname "$0")/lib.sh"
start_hosts --migrate-seconds 1 --time-scale 20

scenario 'a VM that can move'
quick check app01 --from "$hv01" --to "$hv02" --include-storage
exit_is 0
sent 0 '.method == "MigrateVirtualSystemToHost"'
sent 1 '.method == "CheckVirtualSystemIsMigratable"'
vm_is_at 0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001 hv01
quick check 0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001 --from "$hv01" --to "$hv02" --include-storage -o json
exit_is 0
out_json '.results[0].outcome == "migratable" and .results[0].request_sent == false'

scenario 'every name'
check_name() {
    from=$hv01 to=$hv02
    [ "$3" = hv01 ] || from=$hv02 to=$hv01
    quick check "$1" --from "$from" --to "$to" --include-storage -o json
    out_json '.results[0].vm.id == $guid and .results[0].vm.name == $name' --arg guid "$2" --arg name "$1"
    case $1 in
    raw01 | 'old lab' | 'build farm')
        exit_is 3
        out_json '.results[0].outcome == "not_migratable" and (.results[0].reasons | length) > 0'
        ;;
    *) exit_is 0 ;;
    esac
    vm_is_at "$2" "$3"
}
each_name check_name

scenario 'storage that the destination cannot reach'
quick check app01 --from "$hv01" --to "$hv02"
exit_is 3
quick check web01 --from "$hv01" --to "$hv02"
exit_is 0

scenario 'why not, as text'
quick check 'old lab' --from "$hv01" --to "$hv02" --include-storage
exit_is 3
check 'a reason names the switch or the image' grep -qE 'Lab network|old drivers' "$work/out" "$work/err"

scenario 'several VMs'
quick check app01 'old lab' --from "$hv01" --to "$hv02" --include-storage -o json
check 'one no of two is 3 or partial' among "$status" '3|4'
out_json '[.results[].outcome] | sort == ["migratable", "not_migratable"]'

scenario 'a dry run checks and shows the request'
quick migrate app01 --from "$hv01" --to "$hv02" --storage 'D:\New' --dry-run -o json
exit_is 0
out_json '.results[0].request.storage_path == "D:\\New" and .results[0].request.migration_type == 32771'
sent 0 '.method == "MigrateVirtualSystemToHost"'

finish
