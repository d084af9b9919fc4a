#!/bin/sh
# Preflight: each warning with its condition, and none of them without.
. "$(dirname "$0")/lib.sh"

# world HOST1 HOST2 VM: two hosts and one VM, with these lines added to each; \n parts lines.
world() {
    {
        printf '[fabric]\nshared = C:\\ClusterStorage\n'
        printf '[host hv01]\nlistener = 127.0.0.1\nswitch = Office\ndrive = C\ndrive = D\n%b' "$1"
        printf '[host hv02]\nlistener = 127.0.0.2\nswitch = Office\ndrive = C\ndrive = D\n%b' "$2"
        printf '[vm one]\nhost = hv01\nstate = running\nadapter = Office\ndisk = D:\\one\\one.vhdx\n%b' "$3"
    } >"$work/world.ini"
    start_hosts --time-scale 20 --config "$work/world.ini"
}
look() {
    quick check one --from "$hv01" --to "$hv02" --preflight -o json "$@"
}
# warns CODE FACT: the last look found that, and said it as a warning.
warns() {
    out_json '[.results[0].preflight[] | select(.code == $code)] | length >= 1 and all(.fact | contains($fact)) and all(.text != "")' \
        --arg code "$1" --arg fact "$2"
    err_has "($1)"
}

scenario 'nothing stands in the way'
world '' '' ''
look --storage 'D:\New'
exit_is 0
out_json '.results[0].preflight == []'
out_json '.results[0].warnings == []'
quick check one --from "$hv01" --to "$hv02" --storage 'D:\New' -o json
out_json '.results[0] | has("preflight") | not'

scenario 'hosts'
world '' 'migration = no\n' ''
look --storage 'D:\New'
exit_is 3
warns migration_disabled 'live migration is disabled on'
world 'migration = no\n' '' ''
look --storage 'D:\New'
warns migration_disabled 'live migration is disabled on'
# As hosts whose networks take no migration: enabled, but nobody listens.
sed '/^listener = 127.0.0.2/d' "$work/world.ini" | sed 's/^migration = no$//' >"$work/deaf.ini"
start_hosts --time-scale 20 --config "$work/deaf.ini"
look --storage 'D:\New'
warns no_listener 'takes migrations on no address'
world 'auth = credssp\n' '' ''
look --storage 'D:\New'
warns authentication_differs CredSSP
world 'auth = credssp\n' 'auth = credssp\n' ''
look --storage 'D:\New'
warns authentication_credssp CredSSP
world '' 'max_vm = 0\n' ''
look --storage 'D:\New'
warns slots_full '0 of 0'
world '' 'version = 2016\n' ''
look --storage 'D:\New'
warns configuration_version 'version is 9.0'
world '' 'memory = 2048\n' ''
look --storage 'D:\New'
warns memory '2048 MiB'

scenario 'the machine'
world 'cluster = hvc01\n' '' 'clustered = yes\n'
look --storage 'D:\New'
warns clustered 'the role "one" of hvc01'
world 'cluster = hvc01\n' '' ''
look --storage 'D:\New'
exit_is 0
out_json '.results[0].preflight == []'
world '' '' 'busy = 32768\n'
look --storage 'D:\New'
warns vm_busy 'creating checkpoint (OperationalStatus 32768)'
world '' '' 'busy = 40000\n'
look --storage 'D:\New'
warns vm_busy 'OperationalStatus 40000'
world '' '' 'replication = 3\n'
look --storage 'D:\New'
warns replication 3
world '' '' '[vm two]\nhost = hv02\nplanned = yes\nguid = 11111111-2222-4333-8444-555555555555\n'
look --storage 'D:\New'
out_json '.results[0].preflight == []'
world '' '' 'guid = 11111111-2222-4333-8444-555555555555\n[vm two]\nhost = hv02\nplanned = yes\nguid = 11111111-2222-4333-8444-555555555555\n'
look --storage 'D:\New'
warns planned_vm_exists 'planned VM'
world '' '' 'guid = 11111111-2222-4333-8444-555555555555\n[vm two]\nhost = hv02\nguid = 11111111-2222-4333-8444-555555555555\n'
look --storage 'D:\New'
exit_is 3
warns vm_exists 'has a VM with this GUID'
world 'switch = Lab\n' '' 'adapter = Lab\n'
look --storage 'D:\New'
warns switch_missing '"Lab"'

scenario 'disks and media'
world '' '' 'iso = D:\\iso\\x.iso\n'
look --storage 'D:\New'
warns medium_attached 'x.iso'
world '' '' 'iso = \\\\fs\\iso\\x.iso\n'
look --storage 'D:\New'
out_json '[.results[0].preflight[] | select(.code == "medium_attached")] == []'
world 'physical = 3\n' '' 'passthrough = 3\n'
look --storage 'D:\New'
warns passthrough_disk passed
world '' '' 'disk = D:\\one\\set.vhds\n'
look --storage 'D:\New'
warns shared_disk set.vhds
world '' '' 'disk = D:\\one\\diff.avhdx | parent=D:\\one\\base.vhdx\n'
look --storage 'D:\New'
warns differencing_disk diff.avhdx
world '' '' 'checkpoint = before\n'
look --storage 'D:\New'
warns checkpoints '1 checkpoint on'
world '' 'free = 1024\n' ''
look --storage 'D:\New'
warns space '1024 MiB free'
look --storage 'C:\New'
warns space 'C:\'
world '' 'file = D:\\New\\one.vhdx\n' ''
look --storage 'D:\New'
warns file_exists 'D:\New\one.vhdx'
look --storage 'D:\New' --overwrite
out_json '[.results[0].preflight[] | select(.code == "file_exists")] == []'

scenario 'disks that are placed one by one'
# silent OPTION...: neither space nor files are spoken of.
silent() {
    look "$@"
    out_json '[.results[0].preflight[] | select(.code == "space" or .code == "file_exists")] == []'
}
more='disk = D:\\one\\two.vhdx\n'
world '' 'free = 1024\nfile = D:\\Own\\one.vhdx\npool = gold\npool.gold = D:\\Gold\n' "$more"
look --include-storage --disk 'one.vhdx=D:\Own\'
warns space 'go to D:\, which has 1024 MiB free'
warns file_exists 'D:\Own\one.vhdx'
look --include-storage --disk 'D:\one\one.vhdx=D:\Own\one.vhdx' --overwrite
warns space 'go to D:\'
out_json '[.results[0].preflight[] | select(.code == "file_exists")] == []'
look --include-storage --disk-rule '*one.vhdx=D:\Own'
warns space 'go to D:\'
warns file_exists 'D:\Own\one.vhdx'
silent --include-storage
silent --include-storage --pool gold
silent --include-storage --config-path 'D:\Own'
silent --include-storage --disk-rule '*three*=D:\Own'
world '' 'file = D:\\Own\\one.vhdx\n' "$more"
silent --include-storage --disk 'one.vhdx=D:\Own\other.vhdx'
silent --include-storage --disk 'two.vhdx=D:\Own\'
silent --include-storage --disk-rule '*two.vhdx=D:\Own'
world '' 'file = D:\\Own\\base.vhdx\n' 'disk = D:\\one\\diff.avhdx | parent=D:\\one\\base.vhdx\n'
look --storage 'D:\New' --unmanaged 'D:\one\base.vhdx=D:\Own\'
warns file_exists 'D:\Own\base.vhdx'
silent --storage 'D:\New' --unmanaged 'D:\one\base.vhdx=D:\New\'

scenario 'a job of the machine runs'
world '' '' ''
stop_hosts
start_hosts --config "$work/world.ini" --migrate-seconds 60
quick migrate one --from "$hv01" --to "$hv02" --storage 'D:\New' --detach
look --storage 'D:\New'
out_json '[.results[0].preflight[].code] | index("job_running") != null and index("vm_busy") != null'

scenario 'a host that tells less'
start_hosts --config "$work/world.ini" --time-scale 20 --fault 'http=500,class=Msvm_MigrationJob,times=1'
look --storage 'D:\New'
exit_is 0
scenario 'no such machine'
quick check nobody --from "$hv01" --to "$hv02" --preflight
exit_is 9
err_has 'could not be compared'

# A warning that nobody provokes here could say anything.
scenario 'every warning'
here=$(cd "$(dirname "$0")" && pwd)
grep -ho 'note(judge, "[a-z_]*"' "$here"/../../src/control/preflight_rules.c | sed 's/.*"\(.*\)"/\1/' | sort -u >"$work/codes"
check 'there are many' [ "$(wc -l <"$work/codes")" -ge 20 ]
while read -r code <&5; do
    check "$code has its condition in this script" grep -q "^warns $code \|== \"$code\"\|index(\"$code\")" "$0"
    check "$code has a unit test" grep -q "SPOIL(\"$code\"" "$here/../unit/test_control_preflight.c"
    check "$code is in the manual" grep -qF "*$(printf '%s' "$code" | sed 's/_/\\_/g')*" "$here/../../src/cli/hvctl.1.scd"
done 5<"$work/codes"

finish
