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

finish
