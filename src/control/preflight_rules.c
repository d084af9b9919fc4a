/* Rules over the facts of two hosts (hyperv.md 2.8 to 2.11, 4, 5, 7). */
#include "control/preflight_rules.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "hyperv/host.h"
#include "hyperv/vm.h"

enum { TEXT_MAX = 4096, VERSION_SCALE = 1000 };
#define MIB INT64_C(1048576)

struct judge {
    const struct hv_preflight_facts *facts;
    struct hv_findings *findings;
    struct hv_error *err;
    int result;
};

void hv_findings_deinit(struct hv_findings *findings) {
    for (size_t i = 0; i < findings->n; i++) {
        free(findings->items[i].text);
        free(findings->items[i].fact);
    }
    free(findings->items);
    *findings = (struct hv_findings){ 0 };
}

/* The first failure sticks. TEXT is whole, FACT is built. */
static void note(struct judge *judge, const char *code, const char *text, const char *format, ...) HV_ATTR_PRINTF(4, 5);
static void note(struct judge *judge, const char *code, const char *text, const char *format, ...) {
    HV_CLEANUP_BUF struct hv_buf fact = HV_BUF_INIT(TEXT_MAX);
    struct hv_finding finding = { .code = code };
    struct hv_finding *grown;
    va_list args;

    if (judge->result < 0 || judge->findings->n == HV_PREFLIGHT_MAX)
        return;
    va_start(args, format);
    hv_buf_vprintf(&fact, format, args);
    va_end(args);
    grown = hv_grow(judge->findings->items, judge->findings->n, sizeof(*grown));
    if (grown)
        judge->findings->items = grown;
    judge->result = grown ? hv_text_copy(text, &finding.text, judge->err) : hv_error_memory(judge->err);
    if (judge->result == 0)
        judge->result = hv_buf_take(&fact, "a finding", &finding.fact, judge->err);
    if (judge->result < 0)
        free(finding.text);
    else
        judge->findings->items[judge->findings->n++] = finding;
}

/* ---- hosts ---- */

static void check_enabled(struct judge *judge) {
    const struct hv_preflight_facts *facts = judge->facts;

    if (facts->source_info->migration_enabled == 0)
        note(judge, "migration_disabled", "the move will be refused", "live migration is disabled on %s", facts->source);
    if (facts->destination_info->migration_enabled == 0)
        note(judge, "migration_disabled", "the move will be refused", "live migration is disabled on %s", facts->destination);
    else if (facts->destination_info->n_listeners == 0)
        note(judge, "no_listener", "the source will not reach the destination", "%s takes migrations on no address",
             facts->destination);
}

static void check_authentication(struct judge *judge) {
    const struct hv_preflight_facts *facts = judge->facts;
    int64_t a = facts->source_info->authentication_type;
    int64_t b = facts->destination_info->authentication_type;

    if (a >= 0 && b >= 0 && a != b)
        note(judge, "authentication_differs", "the hosts may not be able to sign in to each other", "%s uses %s, %s uses %s",
             facts->source, a == HV_HOST_AUTH_KERBEROS ? "Kerberos" : "CredSSP", facts->destination,
             b == HV_HOST_AUTH_KERBEROS ? "Kerberos" : "CredSSP");
    else if (a == HV_HOST_AUTH_CREDSSP)
        note(judge, "authentication_credssp", "the move fails with 0x8009030E unless it is asked for by CredSSP",
             "both hosts authenticate migrations by CredSSP");
}

static void check_slots(struct judge *judge) {
    const struct hv_preflight_facts *facts = judge->facts;
    const struct {
        const char *name;
        const struct hv_host_info *info;
    } hosts[] = { { facts->source, facts->source_info }, { facts->destination, facts->destination_info } };

    for (size_t i = 0; i < HV_ARRAY_SIZE(hosts); i++) {
        int64_t most = hosts[i].info->max_vm_migrations;
        if (most >= 0 && hosts[i].info->active_vm_migrations >= most)
            note(judge, "slots_full", "the move will be refused until another has ended",
                 "%" PRId64 " of %" PRId64 " migrations run on %s", hosts[i].info->active_vm_migrations, most, hosts[i].name);
    }
}

/* ---- the VM ---- */

static void check_state(struct judge *judge) {
    const struct hv_preflight_facts *facts = judge->facts;
    const struct hv_vm *vm = &facts->vm->vm;

    if (vm->operational_status[1] > 0) {
        const char *activity = hv_vm_activity_name(vm->operational_status[1]);

        note(judge, "vm_busy", "the move will be refused while this lasts",
             "the VM is busy on %s: %s (OperationalStatus %" PRId64 ")", facts->source,
             activity ? activity : "nobody knows with what", vm->operational_status[1]);
    }
    if (facts->running_job)
        note(judge, "job_running", "the move may be refused while this lasts", "a job of the VM runs on %s: %s", facts->source,
             facts->running_job);
    if (facts->replication_state > 0)
        note(judge, "replication", "replication has to go on at the destination, or stops",
             "the VM's ReplicationState is %" PRId64, facts->replication_state);
    if (facts->is_there)
        note(judge, "vm_exists", "the destination cannot take a second one", "%s has a VM with this GUID", facts->destination);
    if (facts->is_planned)
        note(judge, "planned_vm_exists", "it is left over from an earlier try, and in the way",
             "%s has a planned VM with this GUID", facts->destination);
}

/* Whether the destination is among its nodes shows in their names only, which need not be those that we call hosts by. */
static void check_cluster(struct judge *judge) {
    const struct hv_cluster *cluster = judge->facts->cluster;
    const struct hv_cluster_role *role = cluster && cluster->n_roles > 0 ? &cluster->roles[0] : NULL;
    HV_CLEANUP_BUF struct hv_buf nodes = HV_BUF_INIT(TEXT_MAX);

    if (!role)
        return;
    for (size_t i = 0; i < cluster->n_nodes; i++)
        hv_buf_printf(&nodes, "%s%s", i > 0 ? ", " : "", cluster->nodes[i].name ? cluster->nodes[i].name : "?");
    note(judge, "clustered",
         "the cluster must move it: --cluster, to one of its nodes; it leaves the cluster only when its role is removed first",
         "a failover cluster owns the VM: it is the role \"%s\" of %s, at %s now, whose nodes are %s",
         role->group ? role->group : "?", cluster->name ? cluster->name : "a cluster", role->owner ? role->owner : "?",
         nodes.len > 0 ? hv_buf_text(&nodes) : "not told");
}

static void check_switches(struct judge *judge) {
    const struct hv_preflight_facts *facts = judge->facts;

    for (size_t i = 0; facts->switches_known && i < facts->vm->n_adapters; i++) {
        const struct hv_vm_adapter *adapter = &facts->vm->adapters[i];
        bool found = !adapter->connected || !adapter->switch_name;

        for (size_t k = 0; !found && k < facts->n_switches; k++)
            found = hv_text_same(facts->switches[k], adapter->switch_name);
        if (!found)
            note(judge, "switch_missing", "the adapter cannot be connected there",
                 "%s has no switch \"%s\", which adapter \"%s\" uses", facts->destination, adapter->switch_name,
                 adapter->name ? adapter->name : "without a name");
    }
}

/* Newest configuration version by build; the mapping is likely, not documented (hyperv.md 2.10). */
static const struct {
    int64_t build;
    int64_t version; /* times VERSION_SCALE */
    const char *text;
} versions[] = {
    { 9600, 5000, "5.0" }, { 14393, 8000, "8.0" }, { 17763, 9000, "9.0" }, { 20348, 10000, "10.0" }, { 26100, 12000, "12.0" },
};

static int64_t version_number(const char *text) {
    const char *dot = text ? strchr(text, '.') : NULL;
    int64_t major;
    int64_t minor;

    if (!dot || !hv_text_i64(text, (size_t)(dot - text), 0, VERSION_SCALE, &major) ||
        !hv_text_i64(dot + 1, strlen(dot + 1), 0, VERSION_SCALE - 1, &minor))
        return -1;
    return major * VERSION_SCALE + minor;
}

static void check_version(struct judge *judge) {
    const struct hv_preflight_facts *facts = judge->facts;
    int64_t version = version_number(facts->vm->configuration_version);
    const char *newest = NULL;
    int64_t most = -1;

    for (size_t i = 0; i < HV_ARRAY_SIZE(versions); i++) {
        if (facts->build < versions[i].build)
            continue;
        most = versions[i].version;
        newest = versions[i].text;
    }
    if (most >= 0 && version > most)
        note(judge, "configuration_version", "the destination probably does not support it",
             "the VM's configuration version is %s, and Windows build %" PRId64 " on %s knows up to %s",
             facts->vm->configuration_version, facts->build, facts->destination, newest);
}

static void check_memory(struct judge *judge) {
    const struct hv_preflight_facts *facts = judge->facts;
    bool is_on = facts->vm->vm.state == HV_VM_RUNNING || facts->vm->vm.state == HV_VM_PAUSED;

    if (is_on && facts->free_memory_mib >= 0 && facts->vm->memory_mib > facts->free_memory_mib)
        note(judge, "memory", "the destination may refuse the VM", "the VM has %" PRId64 " MiB, %s has %" PRId64 " MiB free",
             facts->vm->memory_mib, facts->destination, facts->free_memory_mib);
}

/* ---- disks ---- */

static bool is_differencing(const char *path) {
    return hv_text_ends(path, ".avhdx") || hv_text_ends(path, ".avhd");
}

static void check_vhd(struct judge *judge, const char *path) {
    if (hv_text_ends(path, ".vhds"))
        note(judge, "shared_disk", "other VMs may use it too", "%s is a shared disk", path);
    else if (is_differencing(path))
        note(judge, "differencing_disk",
             "its parents are not in the list of disks: name them with --unmanaged where storage moves",
             "%s is a differencing disk", path);
}

static void check_media(struct judge *judge) {
    const struct hv_preflight_facts *facts = judge->facts;

    for (size_t i = 0; i < facts->vm->n_disks; i++) {
        const struct hv_vm_disk *disk = &facts->vm->disks[i];
        const char *path = disk->path ? disk->path : "";
        bool is_local = *path && !hv_text_starts(path, "\\\\");

        if (disk->medium == HV_MEDIUM_VHD)
            check_vhd(judge, path);
        else if (disk->medium == HV_MEDIUM_PHYSICAL)
            note(judge, "passthrough_disk", "it cannot be moved: it has to be assigned at the destination",
                 "a disk of the host is passed through%s%s", *path ? ": " : "", path);
        else if (is_local)
            note(judge, "medium_attached", "the move fails at its end unless the file is there too (0xC03A0014): eject it",
                 "%s is in a drive of the VM", path);
    }
    if (facts->vm->n_checkpoints > 0)
        note(judge, "checkpoints", "their disks are not in the list of disks", "the VM has %zu checkpoint%s on %s",
             facts->vm->n_checkpoints, facts->vm->n_checkpoints == 1 ? "" : "s", facts->source);
}

static int64_t bytes_of(const struct hv_preflight_facts *facts, const char *path) {
    for (size_t i = 0; i < facts->n_sources; i++) {
        if (hv_text_same(facts->sources[i].path, path))
            return facts->sources[i].bytes;
    }
    return 0;
}

/* The volume with the longest name that PATH begins with. */
static const struct hv_volume *volume_of(const struct hv_preflight_facts *facts, const char *path) {
    const struct hv_volume *best = NULL;

    for (size_t i = 0; i < facts->n_volumes; i++) {
        const struct hv_volume *volume = &facts->volumes[i];
        if (hv_text_starts_same(path, volume->name) && (!best || strlen(volume->name) > strlen(best->name)))
            best = volume;
    }
    return best;
}

static void check_space(struct judge *judge) {
    const struct hv_preflight_facts *facts = judge->facts;

    for (size_t i = 0; i < facts->n_volumes; i++) {
        const struct hv_volume *volume = &facts->volumes[i];
        int64_t wanted = 0;

        for (size_t k = 0; k < facts->n_disks; k++) {
            if (facts->disks[k].to && volume_of(facts, facts->disks[k].to) == volume)
                wanted += bytes_of(facts, facts->disks[k].from);
        }
        if (volume->free_bytes >= 0 && wanted > volume->free_bytes)
            note(judge, "space", "the disks do not fit", "%" PRId64 " MiB go to %s, which has %" PRId64 " MiB free on %s",
                 wanted / MIB, volume->name, volume->free_bytes / MIB, facts->destination);
    }
}

static void check_targets(struct judge *judge) {
    const struct hv_preflight_facts *facts = judge->facts;

    for (size_t i = 0; !facts->may_overwrite && i < facts->n_targets; i++)
        note(judge, "file_exists", "the move fails, unless it may overwrite (--overwrite)", "%s is on %s already",
             facts->targets[i].path, facts->destination);
}

int hv_preflight_judge(const struct hv_preflight_facts *facts, struct hv_findings *findings, struct hv_error *err) {
    static void (*const rules[])(struct judge *) = { check_enabled, check_authentication, check_slots,   check_state,
                                                     check_cluster, check_switches,       check_version, check_memory,
                                                     check_media,   check_space,          check_targets };
    struct judge judge = { .facts = facts, .findings = findings, .err = err };

    for (size_t i = 0; i < HV_ARRAY_SIZE(rules); i++)
        rules[i](&judge);
    return judge.result;
}
