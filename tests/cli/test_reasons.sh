#!/bin/sh
# Every failure that users of Hyper-V report: the host tells its code or its words, and hvctl adds the cause, what helps, and the exit status.
. "$(dirname "$0")/lib.sh"
app01=0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001

# start_with FILE: hosts whose faults come in the order of the rows, one a move.
start_with() {
    set -- "$1" --migrate-seconds 1 --time-scale 20
    while IFS='|' read -r fault rest <&6; do
        set -- "$@" --fault "$fault"
    done 6<"$1"
    shift
    start_hosts "$@"
}

# The number that a fault makes the host tell, as JSON has it; null where it tells none.
number_of() {
    case $1 in
    job-fails=* | wmi=*) printf "\"%s\"" "${1#*=}" ;;
    *) echo null ;;
    esac
}

# told EXIT FRAGMENT NUMBER: the last command failed so, and stderr and JSON say why and what to do.
told() {
    error_is "$1" "$2"
    check 'the error has a cause and a fix' grep -qzP '\n  cause: .*\n(  .*\n)*  fix: ' "$work/err"
    out_json '[.. | objects | select(.remedy?)][0] | (.cause | length > 0) and (.remedy | length > 0) and .exit == $exit
        and ($number == null or .hresult == $number)' --argjson exit "$1" --argjson number "$3"
}

moves() {
    start_with "$1"
    while IFS='|' read -r fault wanted fragment <&7; do
        scenario=$fault
        quick migrate $app01 --from "$hv01" --to "$hv02" --include-storage -o json
        told "$wanted" "$fragment" "$(number_of "$fault")"
        out_json '.results[0].outcome == "not_moved"'
        vm_is_at $app01 hv01
    done 7<"$1"
}

cat >"$work/codes" <<'END'
job-fails=0x8009030E|13|allow the computer account of each host to delegate
job-fails=0x8009030D|13|allow the computer account of each host to delegate
job-fails=0x8009030C|13|check the account, the clocks and the trust
job-fails=0x80090322|13|setspn -S
job-fails=0x80090311|13|domain controllers
job-fails=0x80070005|8|Hyper-V Administrators
job-fails=0x80070569|8|Log on as a service
job-fails=0x8007052F|8|change the policy
job-fails=0x80070534|1|Azure Local 24H2
job-fails=0x80070539|1|accounts in the VM's permissions
job-fails=0x8007274D|1|enable live migration on the destination
job-fails=0x8007274C|1|TCP 6600
job-fails=0x80072746|1|Hyper-V-VMMS-Admin of the destination
job-fails=0x8007271D|1|TCP 6600
job-fails=0x800705B4|1|load of storage and network
job-fails=0x800705AA|1|free memory
job-fails=0x8007000E|1|free memory
job-fails=0x800706BA|1|--destination-name
job-fails=0x80071398|10|cluster
job-fails=0xC03A0014|1|ISO
job-fails=0xC0370027|1|saved state
job-fails=0x80070057|1|virtual TPM
job-fails=0x80041002|9|hvctl vm list
job-fails=0x8004100E|9|Hyper-V role
job-fails=0x80041003|8|Hyper-V Administrators
job-fails=0x000013AB|1|network of the cluster
END
moves "$work/codes"

cat >"$work/words" <<'END'
job-says=processor-features|1|hvctl vm set
job-says=hardware|1|configuration versions
job-says=switch-missing|1|switch with that name
job-says=path-rights|8|write to that folder
job-says=limit|10|hvctl host config
job-says=key-protector|1|certificates
job-says=connection|1|TCP 6600
job-says=register-path|1|drive and folder
job-says=register-denied|8|computer accounts
job-says=winrm|1|firewalls
job-says=planned-logon|8|Log on as a service
job-says=sid-mapping|1|Azure Local 24H2
job-says=cluster|10|cluster
job-says=negotiation|13|clocks
END
moves "$work/words"

cat >"$work/values" <<'END'
return=32768|1|Hyper-V-VMMS-Admin
return=32769|8|Hyper-V Administrators
return=32770|1|Windows Server 2012 R2
return=32773|1|names and paths
return=32774|10|other operation on the VM
return=32775|10|wait for running operations
return=32777|10|other operation on the VM
return=32778|1|free memory
return=32779|10|other operation on the VM
END
moves "$work/values"

scenario 'a long blackout is a warning'
start_hosts --migrate-seconds 1 --time-scale 20 --fault job-warns
quick migrate $app01 --from "$hv01" --to "$hv02" --include-storage -o json
exit_is 0
out_json '[.results[0].reasons[] | select(.message_id == "20417")] | length == 1'

# Before any job: what WMI itself says.
while IFS='|' read -r fault wanted fragment <&7; do
    scenario=$fault
    start_hosts --fault "$fault,class=Msvm_ComputerSystem,times=0" --fault "$fault,class=*,times=0"
    hvctl vm list -H "$hv01" -o json
    told "$wanted" "$fragment" "$(number_of "$fault")"
done 7<<'END'
wmi=0x80041002|9|hvctl vm list
wmi=0x8004100E|9|Hyper-V role
wmi=0x80041003|8|Hyper-V Administrators
END

finish
