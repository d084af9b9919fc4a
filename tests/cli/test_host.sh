#!/bin/sh
# Host settings: what is asked for is there afterwards, nothing is sent when it was there already or in a dry run.
. "$(dirname "$0")/lib.sh"
start_hosts

# In truth, as the simulator writes it.
truth() {
    jq -e --arg host "$1" ".hosts[] | select(.name == \$host) | $2" "$state" >"$work/jq" 2>&1
}
truth_is() {
    note=$(cat "$work/jq" 2>/dev/null)
    check "in truth $1: $2" truth "$1" "$2"
}
changes='.method == "ModifyServiceSettings" or .method == "AddNetworkSettings" or .method == "ModifyNetworkSettings"
    or .method == "RemoveNetworkSettings"'

scenario 'without options the settings are shown'
hvctl host config -H "$hv01" -o json
exit_is 0
out_json '.type == "host" and .migration_enabled and .authentication == "kerberos"'

scenario 'a dry run shows what would change and changes nothing'
forget_requests
hvctl host config -H "$hv01" --disable --max-migrations 7 --performance smb -n -o json
exit_is 0
out_json '.type == "host.change" and .dry_run and (.changed | not)'
out_json '[.changes[].setting] == ["migration_enabled", "max_vm_migrations", "smb_transport"]'
out_json '.before.max_vm_migrations == 2 and .after.max_vm_migrations == 7'
sent 0 "$changes"
hvctl host config -H "$hv01" --max-migrations 7 --dry-run
exit_is 0
out_has max_vm_migrations
err_has 'would be changed'

scenario 'every setting by one call'
forget_requests
hvctl host config -H "$hv01" --disable --max-migrations 7 --max-storage-migrations 3 --migration-auth credssp \
    --performance tcpip -o json
exit_is 0
sent 1 "$changes"
out_json '.changed and (.changes | length) == 5 and .host != null'
out_json '.before.migration_enabled and (.after.migration_enabled | not) and .after.authentication == "credssp"'
out_json '.after.compression == false and .after.smb_transport == false and .after.max_storage_migrations == 3'
hvctl host show -H "$hv01" -o json
out_json '.migration_enabled == false and .max_vm_migrations == 7 and .authentication_type == 0'

scenario 'a second time nothing is sent'
forget_requests
hvctl host config -H "$hv01" --disable --max-migrations 7 --migration-auth credssp -o json
exit_is 0
out_json '.changed == false and .changes == [] and .before == .after'
hvctl host config -H "$hv01" --disable
exit_is 0
out_is_empty
err_has 'nothing to change'
sent 0 "$changes"

scenario 'performance options'
hvctl host config -H "$hv01" --performance compression -o json
out_json '.after.compression and (.after.smb_transport | not)'
hvctl host config -H "$hv01" --performance smb -o json
out_json '.after.smb_transport and .after.compression'

scenario 'what differs between two hosts'
hvctl host diff "$hv01" "$hv02" -o json
exit_is 0
out_json '.type == "host.diff" and (.same | not)'
out_json '[.differences[] | select(.setting == "authentication") | .a, .b] == ["credssp", "kerberos"]'
hvctl host diff "$hv01" "$hv02"
exit_is 0
out_has authentication

scenario 'several hosts at once, made the same'
hvctl host config -H "$hv01,$hv02" --enable --max-migrations 2 --max-storage-migrations 2 --migration-auth kerberos \
    --performance compression -o json
exit_is 0
out_json '.type == "host.changes" and [.hosts[].changed] == [true, false] and .errors == []'
hvctl host network list -H "$hv01,$hv02" -o json
jq -r '.networks[] | "\(.subnet)/\(.prefix_length)"' "$work/out" | sort -u >"$work/networks"
while read -r network <&6; do
    hvctl host network remove "$network" -H "$hv01,$hv02"
    exit_is 0
done 6<"$work/networks"
hvctl host diff "$hv01" "$hv02" -o json
out_json '.same and .differences == []'
hvctl host diff "$hv01" "$hv02"
exit_is 0
out_is_empty

scenario 'networks are added, changed and removed'
forget_requests
hvctl host network add 198.51.100.0/24 --metric 100 -H "$hv01" -o json
exit_is 0
out_json '.changed and .changes[0].setting == "network 198.51.100.0/24" and .changes[0].before == null'
out_json '.after.networks[0] | .metric == 100 and .tags == ["Microsoft:UserManaged"] and .instance_id != null'
sent 1 '.method == "AddNetworkSettings"'
hvctl host network add 198.51.100.0/24 --metric 100 -H "$hv01" -o json
out_json '.changed == false'
hvctl host network add 198.51.100.0/24 -H "$hv01" -o json
out_json '.changed == false'
sent 1 "$changes"
hvctl host network set 198.51.100.0/24 --metric 50 -H "$hv01" -o json
exit_is 0
out_json '.after.networks[0].metric == 50 and .before.networks[0].instance_id == .after.networks[0].instance_id'
hvctl host network set 198.51.100.0/24 --new-subnet fd00:10::/64 -H "$hv01" -o json
exit_is 0
out_json '.after.networks | length == 1 and .[0].subnet == "fd00:10::" and .[0].prefix_length == 64 and .[0].metric == 50'
sent 2 '.method == "ModifyNetworkSettings"'
hvctl host network set 198.51.100.0/24 --new-subnet FD00:10:0::/64 -H "$hv01" -o json
out_json '.changed == false'
hvctl host network list -H "$hv01"
out_has 'fd00:10::/64'
hvctl host network remove fd00:10::/64 -H "$hv01" -o json
exit_is 0
out_json '.after.networks == [] and .changes[0].after == null'
hvctl host network remove fd00:10::/64 -H "$hv01" -o json
exit_is 0
out_json '.changed == false'
sent 1 '.method == "RemoveNetworkSettings"'

scenario 'any network, and back'
hvctl host network add 198.51.100.0/24 -H "$hv01"
hvctl host network any on -H "$hv01" -o json
exit_is 0
out_json '[.after.networks[] | select(.tags == ["Microsoft:UserManagedAllNetworks"]) | .subnet] | sort == ["0.0.0.0", "::"]'
hvctl host network any on -H "$hv01" -o json
out_json '.changed == false'
hvctl host network any off -H "$hv01" -o json
exit_is 0
out_json '[.after.networks[].subnet] == ["198.51.100.0"]'
hvctl host network add 0.0.0.0/0 -H "$hv01"
hvctl host network add ::/0 -H "$hv01"
hvctl host network any on -H "$hv01" -o json
out_json '.changed == false'
hvctl host network any off -H "$hv01" -o json
exit_is 0
out_json '[.after.networks[].subnet] == ["198.51.100.0"]'

scenario 'what cannot be'
hvctl host network set 203.0.113.0/24 --metric 1 -H "$hv01"
error_is 9 not_found
hvctl host network set 198.51.100.0/24 -H "$hv01"
error_is 2 usage
for bad in 198.51.100.1/24 198.51.100.0 nonsense 198.51.100.0/33; do
    hvctl host network add "$bad" -H "$hv01"
    error_is 2 usage
done
hvctl host network any perhaps -H "$hv01"
error_is 2 usage
hvctl host config -H "$hv01" --enable --disable
error_is 2 usage
hvctl host network frob -H "$hv01"
error_is 2 usage
hvctl host network
error_is 2 'needs one word more'

scenario 'a refusal changes nothing and says why'
start_hosts --fault return=32773,action=ModifyServiceSettings
hvctl host config -H "$hv01" --max-migrations 9
error_is 1 'refused to change its migration settings'
start_hosts --fault return=32769,action=AddNetworkSettings
hvctl host network add 203.0.113.0/24 -H "$hv01" -o json
exit_is 8
out_json '.errors[0].code == "denied" and .errors[0].wmi_return == 32769'

scenario 'the answer is lost: what the host shows decides, and nothing is sent twice'
start_hosts --fault drop-after,action=ModifyServiceSettings
hvctl host config -H "$hv01" --max-migrations 9 -o json
exit_is 0
out_json '.changed and .after.max_vm_migrations == 9'
sent 1 "$changes"
start_hosts --fault timeout-after,action=AddNetworkSettings
hvctl host network add 203.0.113.0/24 -H "$hv01"
exit_is 0
sent 1 "$changes"

scenario 'the request is lost: it was not changed'
start_hosts --fault drop-before,action=ModifyServiceSettings
hvctl host config -H "$hv01" --max-migrations 9
check 'the status tells so' among "$status" '5|16'
hvctl host show -H "$hv01" -o json
out_json '.max_vm_migrations == 2'

scenario 'a host too old for a setting'
start_hosts --version-profile hv01=2012
forget_requests
hvctl host config -H "$hv01" --performance smb
error_is 2 'has no setting EnableSmbTransport'
hvctl host config -H "$hv01" --max-migrations 3 --performance compression
error_is 2 'has no setting EnableCompression'
sent 0 "$changes"
hvctl host config -H "$hv01" --max-migrations 3 -o json
exit_is 0
out_json '.after.max_vm_migrations == 3 and .after.compression == null'
hvctl host config -H "$hv02" --performance smb
exit_is 0
hvctl host diff "$hv01" "$hv02" -o json
out_json '[.differences[] | select(.setting == "smb_transport") | .a, .b] == [null, "yes"]'

finish
