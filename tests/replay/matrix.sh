# shellcheck shell=sh disable=SC1003,SC2034
# Every recording of fixtures/simulated that a test replays: one line each, of what is recorded. Sourced by tools/record-fixtures,
# which makes them, and by test_replay.sh, which replays them; both define the function fixture.
#
#     fixture FOLDER 'OPTIONS OF hvsim' ARGUMENTS OF hvctl...
#
# @1 and @2 are the two hosts, @nobody a port where nobody listens, @wrong a file with a wrong password. A function named in
# $before is run first, unrecorded, one in $during once the recording is under way; @job is the job that was started before.
#
# Every command has a line here, but for those of test_replay.sh that have nothing to record: they ask no host, or, as trust, look
# only at the certificate that it shows when TLS begins, which is below what is recorded. Nor has any of them a use for --replay.

usual='--migrate-seconds 2 --time-scale 4'
app01=0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001
# hv01 and hv02 as nodes of a cluster.
cluster='--config tests/replay/cluster.ini'
move='migrate app01 --from @1 --to @2 --include-storage'

# ---- looking ----
fixture simulated/vm-list "$usual" vm list --host @1 --host @2
fixture simulated/vm-list-json "$usual" vm list --host @1 --host @2 -o json
fixture simulated/vm-list-plain "$usual" vm list --host @2 -o plain
fixture simulated/vm-list-one-host-down "$usual" vm list --host @1 --host @nobody
fixture simulated/vm-show "$usual" vm show app01 --host @1
fixture simulated/vm-show-json "$usual" vm show "$app01" --host @1 -o json
fixture simulated/vm-show-odd-name "$usual" vm show 'db & <test> "one"' --host @1
fixture simulated/vm-show-unknown "$usual" vm show nobody --host @1
fixture simulated/vm-show-ambiguous "$usual" vm show twin --host @1
fixture simulated/vm-list-cluster "$usual $cluster" vm list --host @1 --host @2 --with-cluster
fixture simulated/vm-show-cluster "$usual $cluster" vm show one --host @1
fixture simulated/cluster-show "$usual $cluster" cluster show --host @1
fixture simulated/cluster-show-none "$usual" cluster show --host @1
fixture simulated/cluster-list-json "$usual $cluster" cluster list --host @1 --host @2 -o json
fixture simulated/host-show "$usual" host show --host @1
fixture simulated/host-show-json "$usual" host show --host @1 --host @2 -o json

# ---- checking ----
fixture simulated/check-vm "$usual" check web01 --from @1 --to @2
fixture simulated/check-storage "$usual" check app01 --from @1 --to @2 --include-storage -o json
fixture simulated/check-app01 "$usual" check app01 --from @1 --to @2 --include-storage
fixture simulated/check-several "$usual" check app01 web01 --from @1 --to @2 --include-storage
fixture simulated/check-refused "$usual" check 'old lab' --from @1 --to @2 --include-storage
fixture simulated/check-preflight "$usual" check app01 --from @1 --to @2 --storage 'D:\New' --preflight
fixture simulated/check-offline "$usual --processor hv02=Intel-2" check app01 --offline --from @1 --to @2 --vectors
fixture simulated/check-offline-refused "$usual --processor hv01=Intel-2" check app01 web01 --offline --from @1 --to @2
fixture simulated/check-offline-json "$usual --processor hv02=AMD-1" check app01 --offline --from @1 --to @2 -o json
fixture simulated/check-hosts "$usual --processor hv02=AMD-1" check --hosts @1 --to @2 --vectors
fixture simulated/check-hosts-each "$usual --processor hv01=Intel-3" check --hosts @1 --hosts @2 --to @1 --to @2
fixture simulated/check-preflight-cluster "$usual $cluster" check one --from @1 --to @2 --preflight
fixture simulated/check-deep "$usual" check app01 --from @1 --to @2 --deep
fixture simulated/check-cluster "$usual $cluster" check one --from @1 --to @2 --cluster
fixture simulated/check-unknown "$usual" check nobody --from @1 --to @2

# ---- moving ----
fixture simulated/migrate-vm "$usual" migrate web01 --from @1 --to @2
fixture simulated/migrate-storage "$usual" migrate app01 --from @1 --to @2 --include-storage
fixture simulated/migrate-json "$usual" migrate app01 --from @1 --to @2 --include-storage -o json
fixture simulated/migrate-jsonl "$usual" migrate app01 --from @1 --to @2 --include-storage -o jsonl
fixture simulated/migrate-folder "$usual" migrate 'db & <test> "one"' --from @1 --to @2 --storage 'D:\Moved & more'
fixture simulated/migrate-placed "$usual" migrate 'db & <test> "one"' --from @1 --to @2 --storage 'C:\Back' \
    --disk 'db data.vhdx=D:\Data\' --config-path 'D:\Config' --snapshot-path 'D:\Snapshots' --paging-path 'D:\Paging'
fixture simulated/migrate-renamed "$usual" migrate 'db & <test> "one"' --from @1 --to @2 --storage 'C:\Back' \
    --disk 'db data.vhdx=D:\Data\new data.vhdx'
fixture simulated/migrate-several "$usual" migrate app01 'Büro Zürich 🖥' --from @1 --to @2 --include-storage --parallel 2
fixture simulated/migrate-cluster-refused "$usual $cluster" migrate one --from @1 --to @2
fixture simulated/cluster-move "$usual $cluster" cluster move one --from @1 --to @2
fixture simulated/cluster-move-json "$usual $cluster" migrate one --from @1 --to @2 --cluster -o json
fixture simulated/cluster-move-fails "$usual $cluster --fault role-fails,action=MoveToNewNodeParams" cluster move one --from @1 --to @2
fixture simulated/migrate-detached "$usual" migrate app01 --from @1 --to @2 --include-storage --detach
fixture simulated/migrate-dry-run "$usual" migrate app01 --from @1 --to @2 --include-storage --dry-run
during=interrupt_move
fixture simulated/migrate-interrupted '--migrate-seconds 60' migrate app01 --from @1 --to @2 --include-storage --poll 200ms
during=hang_up
fixture simulated/migrate-hung-up '--migrate-seconds 60' migrate app01 --from @1 --to @2 --include-storage --poll 200ms -o jsonl
during=
fixture simulated/move-storage "$usual" move-storage app01 --host @1 --to-path 'D:\Other'
fixture simulated/move-storage-disk "$usual" move-storage 'db & <test> "one"' --host @1 --disk 'db data.vhdx=D:\Slow\'

# ---- planned VMs ----
fixture simulated/staged-prepare "$usual" staged prepare 'old lab' --from @1 --to @2
fixture simulated/staged-migrate "$usual" migrate 'old lab' --from @1 --to @2 --include-storage \
    --map-switch 'Lab network=External' --eject-iso -o json
fixture simulated/staged-check-fixed "$usual" check 'old lab' --from @1 --to @2 --include-storage \
    --map-switch 'Lab network=External' --eject-iso
fixture simulated/staged-migrate-fails "$usual --fault job-fails,nth=2" migrate 'old lab' --from @1 --to @2 --include-storage \
    --map-switch 'Lab network=External' --eject-iso -o json
before=plan_vms
fixture simulated/staged-list "$usual" staged list --from @1 --to @2
fixture simulated/staged-show "$usual" staged show 'old lab' --from @1 --to @2
fixture simulated/staged-show-json "$usual" staged show 'old lab' --to @2 -o json
fixture simulated/staged-set "$usual" staged set 'old lab' --to @2 --map-switch 'Lab network=External' --eject-iso \
    --config-path 'C:\Lab' -o json
fixture simulated/staged-check "$usual" staged check 'old lab' --from @1 --to @2
fixture simulated/staged-complete "$usual" staged complete web01 --from @1 --to @2 -o json
fixture simulated/staged-complete-fails "$usual" staged complete 'old lab' --from @1 --to @2
fixture simulated/staged-discard "$usual" staged discard web01 --from @1 --to @2 --yes
before=

# ---- jobs ----
before=start_move
fixture simulated/job-list '--migrate-seconds 60' job list --host @1
fixture simulated/job-show '--migrate-seconds 60' job show @job --host @1
fixture simulated/job-show-json '--migrate-seconds 60' job show @job --host @1 -o json
fixture simulated/job-follow "$usual" job follow @job --host @1 --to @2
cancel='job cancel @job --host @1 --to @2'
slow='--migrate-seconds 600'
# The lists are meant to be split.
# shellcheck disable=SC2086
{
    fixture simulated/job-cancel "$slow" $cancel
    fixture simulated/job-cancel-json "$slow" $cancel -o json
    fixture simulated/job-cancel-alone "$slow" job cancel @job --host @1
    fixture simulated/job-cancel-killed "$slow --fault cancel-hangs" $cancel --kill --grace 1s -o json
    fixture simulated/job-cancel-lost "$slow --fault drop-after,action=RequestStateChange" $cancel -o json
    fixture simulated/job-cancel-again "$slow --fault drop-before,action=RequestStateChange" $cancel -o json
    fixture simulated/job-cancel-denied "$slow --fault return=32769,action=RequestStateChange" $cancel -o json
    fixture simulated/job-cancel-wrong-state "$slow --fault return=32775,action=RequestStateChange" $cancel -o json
}
before=
fixture simulated/job-show-unknown "$usual" job show 4F0CE6B6-2C5B-4D4F-8B70-2A1B7A2C9D11 --host @1

# ---- changing VMs and hosts ----
fixture simulated/vm-start "$usual" vm start 'Büro Zürich 🖥' --host @1
fixture simulated/vm-stop "$usual" vm stop app01 --host @1 --yes
fixture simulated/vm-shutdown "$usual" vm shutdown app01 --host @1
fixture simulated/vm-save "$usual" vm save app01 --host @1
fixture simulated/vm-pause "$usual" vm pause app01 --host @1
fixture simulated/vm-resume "$usual" vm resume 'build farm' --host @1
fixture simulated/vm-resume-running "$usual" vm resume app01 --host @1
fixture simulated/vm-set "$usual" vm set 'Büro Zürich 🖥' --host @1 --processor-compatibility on
fixture simulated/vm-set-running "$usual" vm set app01 --host @1 --processor-compatibility on
fixture simulated/host-config "$usual" host config --host @1
fixture simulated/host-config-change "$usual" host config --host @1 --max-migrations 5 --performance smb
before=add_network
fixture simulated/host-network-list "$usual" host network list --host @1
fixture simulated/host-network-set "$usual" host network set 192.0.2.0/24 --metric 7 --host @1
fixture simulated/host-network-moved "$usual" host network set 192.0.2.0/24 --new-subnet fd00:10::/64 --host @1
fixture simulated/host-network-remove "$usual" host network remove 192.0.2.0/24 --host @1
fixture simulated/host-network-add-there "$usual" host network add 192.0.2.0/24 --metric 3 --host @1
fixture simulated/host-network-any "$usual" host network any on --host @1
before=any_network
fixture simulated/host-network-any-off "$usual" host network any off --host @1
fixture simulated/host-network-any-dry-run "$usual" host network any off --host @1 --dry-run
before=
fixture simulated/host-network-list-empty "$usual" host network list --host @1
fixture simulated/host-network-add "$usual" host network add 198.51.100.0/24 --host @1
fixture simulated/host-network-add-ipv6 "$usual" host network add fd00:10::/64 --metric 100 --host @1 -o json
fixture simulated/host-network-set-unknown "$usual" host network set 198.51.100.0/24 --metric 7 --host @1
fixture simulated/host-network-remove-unknown "$usual" host network remove 198.51.100.0/24 --host @1
fixture simulated/host-diff "$usual" host diff @1 @2

# ---- the sample's modes ----
fixture simulated/sample-vm-simple "$usual" sample vm-simple @1 @2 web01
fixture simulated/sample-vm-simple-check "$usual" sample vm-simple-check @1 @2 web01
fixture simulated/sample-vm-detailed "$usual" sample vm-detailed @1 @2 web01
fixture simulated/sample-checkcompatibility "$usual" sample checkcompatibility @1 @2 app01
fixture simulated/sample-compare-vectors "$usual" sample compare-compatibility-vectors @1 app01
fixture simulated/sample-vm-and-storage-simple "$usual" sample vm-and-storage-simple @1 @2 app01

fixture simulated/sample-vm-compression "$usual" sample vm-compression @1 @2 web01
fixture simulated/sample-vm-smb "$usual" sample vm-smb @1 @2 web01
fixture simulated/sample-vm-simple-with-ip "$usual" sample vm-simple-with-ip @1 @2 web01
fixture simulated/sample-vm-simple-with-new-root "$usual" sample vm-simple-with-new-root @1 @2 web01
fixture simulated/sample-vm-and-storage "$usual" sample vm-and-storage @1 @2 app01 'D:\NewLocation'
fixture simulated/sample-storage-simple "$usual" sample storage-simple @1 app01 'D:\NewLocation'
fixture simulated/sample-storage-simple-with-pool "$usual" sample storage-simple-with-pool @1 app01 gold 'E:\Gold'
fixture simulated/sample-modifyservice "$usual" sample modifyservice @1
fixture simulated/sample-enablecompression "$usual" sample enablecompression @1
fixture simulated/sample-enablesmb "$usual" sample enablesmb @1

# ---- raw access ----
system='--selector CreationClassName=Msvm_ComputerSystem'
fixture simulated/wsman-identify "$usual" wsman identify --host @1
fixture simulated/wsman-identify-anonymous "$usual" wsman identify --anonymous --host @1
# The selector is meant to be split.
# shellcheck disable=SC2086
fixture simulated/wsman-get "$usual" wsman get Msvm_ComputerSystem --host @1 $system --selector "Name=$app01" -o json
# shellcheck disable=SC2086
fixture simulated/wsman-get-missing "$usual" wsman get Msvm_ComputerSystem --host @1 $system \
    --selector Name=4F0CE6B6-2C5B-4D4F-8B70-2A1B7A2C9D11
fixture simulated/wsman-enumerate "$usual" wsman enumerate Msvm_ComputerSystem --host @1 -o jsonl
fixture simulated/wsman-enumerate-pages "$usual" wsman enumerate Msvm_ComputerSystem --host @1 --no-optimize --max-elements 2 -o xml
fixture simulated/wsman-enumerate-epr "$usual" wsman enumerate Msvm_ComputerSystem --host @1 --mode epr
fixture simulated/wsman-query "$usual" wsman enumerate Msvm_ComputerSystem --host @1 \
    --filter "SELECT * FROM Msvm_ComputerSystem WHERE ElementName = 'app01'" -o json
fixture simulated/wsman-class "$usual" wsman class Msvm_ComputerSystem --host @1
fixture simulated/wsman-class-unknown "$usual" wsman enumerate Msvm_NoSuchClass --host @1
# shellcheck disable=SC2086
fixture simulated/wsman-invoke "$usual" wsman invoke Msvm_VirtualSystemMigrationService GetSystemCompatibilityInfo --host @1 \
    --selector CreationClassName=Msvm_VirtualSystemMigrationService \
    --param "ComputerSystem={\"resource_uri\": \"Msvm_ComputerSystem\", \"selectors\": {\"CreationClassName\": \"Msvm_ComputerSystem\", \"Name\": \"$app01\"}}"
# shellcheck disable=SC2086
types='--namespace root/hvsim --host @1'
# shellcheck disable=SC2086
fixture simulated/wsman-put "$usual" wsman put Hvsim_AllTypes $types --selector Id=single --types --set Uint8=7 -o json
# shellcheck disable=SC2086
fixture simulated/wsman-create "$usual" wsman create Hvsim_AllTypes $types --types --set Id=fresh
# shellcheck disable=SC2086
fixture simulated/wsman-delete "$usual" wsman delete Hvsim_AllTypes $types --selector Id=single --yes
# shellcheck disable=SC2086
fixture simulated/wsman-delete-refused "$usual" wsman delete Msvm_ComputerSystem --host @1 $system --selector "Name=$app01" --yes

# ---- events ----
changes="SELECT * FROM __InstanceModificationEvent WITHIN 1 WHERE TargetInstance ISA 'Msvm_ComputerSystem'"
log='<QueryList><Query Path="Microsoft-Windows-Hyper-V-Worker-Admin"><Select>*</Select></Query></QueryList>'
during=start_vm
fixture simulated/wsman-subscribe "$usual" wsman subscribe --filter "$changes" --count 1 --host @1 -o jsonl
fixture simulated/wsman-subscribe-log "$usual" wsman subscribe --event-query "$log" --count 1 --host @1
during=interrupt_listening
fixture simulated/wsman-subscribe-interrupted "$usual" wsman subscribe --event-query "$log" --host @1 -o json
during=
fixture simulated/wsman-subscribe-refused "$usual" wsman subscribe --filter 'SELECT * FROM Msvm_ComputerSystem' --host @1

# ---- hosts that cannot be reached, or that refuse ----
fixture simulated/refused-connection "$usual" vm list --host @nobody
fixture simulated/refused-password "$usual" vm list --host @1 --password-file @wrong
fixture simulated/refused-certificate "$usual" vm list --host @1 \
    --fingerprint 0000000000000000000000000000000000000000000000000000000000000000
fixture simulated/refused-at-destination "$usual" migrate app01 --from @1 --to @2 --include-storage --to-password-file @wrong
fixture simulated/destination-down "$usual" migrate app01 --from @1 --to @nobody --include-storage
fixture simulated/busy-host "$usual --fault http=503,class=Msvm_ComputerSystem,times=0" vm list --host @1
fixture simulated/busy-once "$usual --fault http=503,class=Msvm_ComputerSystem,times=1" vm list --host @1
fixture simulated/html-page "$usual --fault http=404,class=Msvm_ComputerSystem,times=0" vm list --host @1
fixture simulated/garbage "$usual --fault garbage,class=Msvm_ComputerSystem,times=0" vm list --host @1
fixture simulated/truncated "$usual --fault truncate,class=Msvm_ComputerSystem,times=0" vm list --host @1
fixture simulated/cut-off "$usual --fault break,class=Msvm_ComputerSystem,times=0" vm list --host @1
fixture simulated/quota "$usual --fault quota,class=Msvm_ComputerSystem,times=0" vm list --host @1
fixture simulated/access-denied "$usual --fault fault=5,class=Msvm_ComputerSystem,times=0" vm list --host @1

# The list is meant to be split in what follows.
# shellcheck disable=SC2086
moves() {
    # ---- moves that the host refuses ----
    fixture simulated/move-returns-32768 "$usual --fault return=32768,action=MigrateVirtualSystemToHost" $move -o json
    fixture simulated/move-returns-32769 "$usual --fault return=32769,action=MigrateVirtualSystemToHost" $move -o json
    fixture simulated/move-returns-32770 "$usual --fault return=32770,action=MigrateVirtualSystemToHost" $move -o json
    fixture simulated/move-returns-32773 "$usual --fault return=32773,action=MigrateVirtualSystemToHost" $move -o json
    fixture simulated/move-returns-32774 "$usual --fault return=32774,action=MigrateVirtualSystemToHost" $move -o json
    fixture simulated/move-returns-32775 "$usual --fault return=32775,action=MigrateVirtualSystemToHost" $move -o json

    # ---- jobs that fail ----
    fixture simulated/job-fails "$usual --fault job-fails" $move
    fixture simulated/job-fails-delegation "$usual --fault job-fails=0x8009030E" $move
    fixture simulated/job-fails-no-space "$usual --fault job-fails=0x80070070" $move
    fixture simulated/job-fails-leftovers "$usual --fault job-fails --fault leftovers" $move -o json
    fixture simulated/job-warns "$usual --fault job-warns" $move
    fixture simulated/job-vanishes "$usual --fault job-vanishes" $move
    fixture simulated/job-vanishes-failed "$usual --fault job-vanishes=0x80070005" $move

    # ---- the answer to the request is lost ----
    fixture simulated/move-drop-before "$usual --fault drop-before,action=MigrateVirtualSystemToHost,times=1" $move
    fixture simulated/move-drop-after "$usual --fault drop-after,action=MigrateVirtualSystemToHost,times=1" $move
    fixture simulated/move-break "$usual --fault break,action=MigrateVirtualSystemToHost,times=1" $move
    fixture simulated/move-truncate "$usual --fault truncate,action=MigrateVirtualSystemToHost,times=1" $move
    fixture simulated/move-garbage "$usual --fault garbage,action=MigrateVirtualSystemToHost,times=1" $move
    fixture simulated/move-timeout "$usual --fault timeout,action=MigrateVirtualSystemToHost,times=1" $move
    fixture simulated/move-timeout-after "$usual --fault timeout-after,action=MigrateVirtualSystemToHost,times=1" $move
    fixture simulated/move-wrong-relates-to "$usual --fault wrong-relates-to,action=MigrateVirtualSystemToHost,times=1" $move
    fixture simulated/move-http "$usual --fault http=503,action=MigrateVirtualSystemToHost,times=1" $move
    fixture simulated/move-auth "$usual --fault auth,action=MigrateVirtualSystemToHost,times=1" $move
    fixture simulated/move-quota "$usual --fault quota,action=MigrateVirtualSystemToHost,times=1" $move

    # ---- trouble while the job is followed ----
    fixture simulated/poll-drop-before "$usual --fault drop-before,class=Msvm_MigrationJob,nth=2,times=2" $move --poll 500ms
    fixture simulated/poll-garbage "$usual --fault garbage,class=Msvm_MigrationJob,nth=2,times=2" $move --poll 500ms
    fixture simulated/poll-http "$usual --fault http=503,class=Msvm_MigrationJob,nth=2,times=2" $move --poll 500ms
    fixture simulated/poll-quota "$usual --fault quota,class=Msvm_MigrationJob,nth=2,times=2" $move --poll 500ms
}
moves
