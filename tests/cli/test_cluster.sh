#!/bin/sh
# VMs that a failover cluster owns: seen, shown, and what plain moves say of them.
. "$(dirname "$0")/lib.sh"

one=0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001
two=0A1B2C02-3D4E-4F50-8A6B-7C8D9E0F1002

# world [LINES OF hv02 [OPTIONS OF hvsim]]: hv01 and hv02 are nodes of hvc01, which owns "one" and not "two". \n parts lines.
world() {
    lines=${1:-}
    [ $# = 0 ] || shift
    {
        printf '[fabric]\nshared = C:\\ClusterStorage\n'
        printf '[host hv01]\nlistener = 127.0.0.1\ncluster = hvc01\n'
        printf '[host hv02]\nlistener = 127.0.0.2\ncluster = hvc01\n%b' "$lines"
        printf '[vm one]\nguid = %s\nhost = hv01\nstate = running\nclustered = yes\nconfig_root = C:\\ClusterStorage\\one\n' "$one"
        printf 'disk = C:\\ClusterStorage\\one\\one.vhdx\n'
        printf '[vm two]\nguid = %s\nhost = hv01\nstate = running\nconfig_root = C:\\ClusterStorage\\two\n' "$two"
        printf 'disk = C:\\ClusterStorage\\two\\two.vhdx\n'
    } >"$work/world.ini"
    start_hosts --time-scale 20 --config "$work/world.ini" "$@"
}

scenario 'a cluster is shown'
world 'node = paused\n'
hvctl cluster show -H "$hv01"
exit_is 0
out_has hvc01
out_has 'HV02, paused'
out_has 'one, online, owned by HV01'
hvctl cluster show -H "$hv02" -o json
out_json '.name == "hvc01" and (.nodes | length) == 2 and .roles[0].id == $id and .roles[0].owner == "HV01"' --arg id "$one"
hvctl cluster list -H "$hv01" -H "$hv02" -o json
exit_is 0
out_json '(.clusters | length) == 1 and (.clusters[0].roles | length) == 1 and .errors == []'
hvctl cluster list -H "$hv01"
out_has "$one"

scenario 'VMs tell whose they are'
hvctl vm list -H "$hv01" --with-cluster -o json
out_json '[.vms[] | select(.cluster != null)] | length == 1 and .[0].name == "one" and .[0].cluster.name == "hvc01"'
hvctl vm list -H "$hv01" -o json
out_json '[.vms[] | select(has("cluster"))] == []'
hvctl vm show one -H "$hv01"
out_has 'one, online, owned by HV01'
hvctl vm show two -H "$hv01" -o json
out_json '.cluster == null'

scenario 'a host of no cluster'
start_hosts
hvctl cluster show -H "$hv01"
error_is 9 'is a node of no failover cluster'
hvctl cluster list -H "$hv01" -o json
exit_is 0
out_json '.clusters == []'
hvctl vm list -H "$hv01" --with-cluster -o json
exit_is 0
err_is_empty
out_json '[.vms[] | select(.cluster != null)] == []'

scenario 'a host that does not tell of its cluster'
world '' --fault http=500,class=MSCluster_Cluster,times=0
hvctl vm list -H "$hv01" --with-cluster -o json
exit_is 0
err_has 'what a failover cluster owns was not told'
out_json '.vms | length == 2'

# ---- what plain moves say of it ----

# cannot COMMAND ARGUMENT...: refused with advice, and nothing was asked for.
cannot() {
    forget_requests
    quick "$@" -o json
    exit_is 3
    out_json '.results[0].error | (.message | test("failover cluster hvc01")) and (.remedy | join(" ") | test("--cluster"))'
    out_json '.results[0].error.remedy | join(" ") | test("Remove-ClusterGroup")'
    sent 0 '.method != null and (.method | test("^(Migrate|CheckVirtual|Move)"))'
    vm_is_at "$one" hv01
}

scenario 'a plain move of a VM of the cluster is refused'
world
cannot migrate one --from "$hv01" --to "$hv02"
cannot check one --from "$hv01" --to "$hv02"
out_json '.results[0].outcome == "not_migratable"'
cannot migrate one --from "$hv01" --to "$hv02" --include-storage
cannot migrate "$one" --from "$hv01" --to "$hv02" --include-storage

scenario 'one that the cluster does not own moves as ever'
forget_requests
quick migrate two --from "$hv01" --to "$hv02"
exit_is 0
vm_is_at "$two" hv02
sent 1 '.method == "MigrateVirtualSystemToHost"'
sent 0 '.method == "MoveToNewNodeParams"'
quick migrate two --from "$hv02" --to "$hv01" --cluster
error_is 3 'no failover cluster of'
sent 0 '.method == "MoveToNewNodeParams"'

# ---- the move by the cluster ----

asked='.method == "MoveToNewNodeParams"'

scenario 'check --cluster changes nothing'
forget_requests
hvctl check one --from "$hv01" --to "$hv02" --cluster -o json
exit_is 0
out_json '.results[0].outcome == "migratable"'
sent 0 '.method != null'
vm_is_at "$one" hv01

scenario 'there by one command and back by the other'
forget_requests
quick cluster move one --from "$hv01" --to "$hv02"
exit_is 0
out_has one
sent 1 "$asked"
sent 0 '.method == "MigrateVirtualSystemToHost"'
vm_is_at "$one" hv02
hvctl cluster show -H "$hv01" -o json
out_json '.roles[0].owner == "HV02" and .roles[0].state == "online"'
forget_requests
quick migrate one --from "$hv02" --to "$hv01" --cluster -o json
exit_is 0
out_json '.results[0] | .outcome == "moved" and .vm_location == "destination" and .request_sent and .vm.id == $id' --arg id "$one"
sent 1 "$asked"
vm_is_at "$one" hv01
hvctl job history one -o json
out_json '.entries | length == 2 and all(.outcome == "moved" and .at_source == "absent" and .at_destination == "present")'

scenario 'what the cluster cannot be told'
for option in --include-storage --network=192.0.2.0/24 '--config-path=D:\C'; do
    hvctl migrate one --from "$hv01" --to "$hv02" --cluster "$option"
    error_is 2 'a failover cluster takes no options of storage'
done

hvctl migrate one --from "$hv01" --to "$hv02" --cluster --eject-iso
error_is 2 'a failover cluster takes no options of planned VMs'

# refused TEXT NODE-LINES: found out before anything is asked for.
refused() {
    scenario "a node that cannot take it: $2"
    world "$2"
    quick cluster move one --from "$hv01" --to "$hv02"
    error_is 3 "$1"
    sent 0 "$asked"
    vm_is_at "$one" hv01
}
refused 'is paused' 'node = paused\n'
refused 'is down' 'node = down\n'

scenario 'a host that is no node'
world '[host hv03]\nlistener = 127.0.0.3\n'
read -r _ _ third _ <&3
quick cluster move one --from "$hv01" --to "$third"
error_is 3 'is no node of hvc01'
sent 0 "$asked"

# ---- trouble ----

# trouble EXIT OUTCOME PLACE SPEC: asked for once whatever happens, and the verdict is true.
trouble() {
    scenario "$4"
    world '' --fault "$4"
    quick cluster move one --from "$hv01" --to "$hv02" --request-timeout 3s -o json
    exit_is "$1"
    out_json '.results[0].outcome == $outcome' --arg outcome "$2"
    sent 1 "$asked"
    vm_is_at "$one" "$3"
    [ "$1" = 0 ] || out_json '.results[0].error | .cause != null or .remedy != []'
}
trouble 10 not_moved hv01 'return=5908,action=MoveToNewNodeParams'
trouble 0 moved hv02 'return=997,action=MoveToNewNodeParams'
trouble 8 not_moved hv01 'job-fails,action=MoveToNewNodeParams'
trouble 1 not_moved hv01 'role-fails,action=MoveToNewNodeParams'
trouble 0 moved hv02 'role-queues=60,action=MoveToNewNodeParams'
trouble 0 moved hv02 'job-vanishes,action=MoveToNewNodeParams'
trouble 0 moved hv02 'drop-after,action=MoveToNewNodeParams'
trouble 0 moved hv02 'garbage,action=MoveToNewNodeParams'

scenario 'one that was detached from'
world
quick cluster move one --from "$hv01" --to "$hv02" --detach -o json
exit_is 0
out_json '.results[0].outcome == "running"'
sent 1 "$asked"

finish
