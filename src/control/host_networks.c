/*
 * Migration networks (hyperv.md 2.5, 4h). That "any network" is one entry for each kind of address with a tag of its own is no
 * more than likely (hyperv.md 12, point 12).
 */
#include "control/host_networks.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "cim/instance.h"
#include "hyperv/host.h"
#include "hyperv/reference.h"
#include "wsman/epr.h"

#define NETWORK_CLASS "Msvm_VirtualSystemMigrationNetworkSettingData"

enum { NUMBER_SIZE = 24 };

/* ---- reading what is wanted ---- */

static int read_cidr(const char *text, struct hv_cidr *ret_cidr, struct hv_error *err) {
    if (!hv_cidr_parse(text, ret_cidr)) {
        (void)hv_error_set(err, HV_E_ARGUMENT, "\"%s\" is no network", text ? text : "");
        hv_error_remedy(err, "write it as 192.0.2.0/24 or fd00:1::/48");
        return HV_E_ARGUMENT;
    }
    if (hv_cidr_is_network(ret_cidr))
        return 0;
    (void)hv_error_set(err, HV_E_ARGUMENT, "\"%s\" is an address in a network, not the network", text);
    hv_error_remedy(err, "let every bit after the first %u be zero, or write /%u for that address alone", ret_cidr->prefix_length,
                    ret_cidr->address.n_bytes * 8U);
    return HV_E_ARGUMENT;
}

int hv_host_networks_read(struct hv_host_plan *plan, const struct hv_network_change *change, struct hv_error *err) {
    bool is_named = change->verb == HV_NETWORK_ADD || change->verb == HV_NETWORK_SET || change->verb == HV_NETWORK_REMOVE;
    int r = 0;

    plan->network.verb = change->verb;
    plan->network.metric = change->metric;
    if (!is_named)
        return 0;
    r = read_cidr(change->network, &plan->cidr, err);
    plan->new_cidr = plan->cidr;
    if (r == 0 && change->new_network)
        r = read_cidr(change->new_network, &plan->new_cidr, err);
    if (r == 0)
        r = hv_text_copy(change->network, &plan->network_text, err);
    if (r == 0)
        r = hv_text_copy(change->new_network, &plan->new_network_text, err);
    plan->network.network = plan->network_text;
    plan->network.new_network = plan->new_network_text;
    return r;
}

/* ---- what will be ---- */

static struct hv_migration_network *find(struct hv_host_info *info, const struct hv_cidr *cidr) {
    for (size_t i = 0; i < info->n_networks; i++) {
        struct hv_cidr own;
        if (hv_cidr_make(info->networks[i].subnet, info->networks[i].prefix_length, &own) && hv_cidr_same(&own, cidr))
            return &info->networks[i];
    }
    return NULL;
}

/* The address of "ADDRESS/LENGTH". */
static int copy_subnet(const char *network, char **ret_subnet, struct hv_error *err) {
    return hv_text_copy_n(network, strcspn(network, "/"), ret_subnet, err);
}

static int append(struct hv_host_info *wanted, const char *network, int64_t metric, const char *tag, struct hv_error *err) {
    HV_CLEANUP_FREE char *subnet = NULL;
    HV_CLEANUP_FREE char *own_tag = NULL;
    struct hv_migration_network added = { .metric = metric, .tags = &own_tag, .n_tags = 1 };
    struct hv_cidr cidr;
    int r = copy_subnet(network, &subnet, err);

    if (r == 0)
        r = hv_text_copy(tag, &own_tag, err);
    if (r < 0 || !hv_cidr_parse(network, &cidr))
        return r;
    added.subnet = subnet;
    added.prefix_length = cidr.prefix_length;
    return hv_host_append_network(wanted, &added, err);
}

static int apply_add(const struct hv_host_plan *plan, struct hv_host_info *wanted, struct hv_error *err) {
    struct hv_migration_network *known = find(wanted, &plan->cidr);

    if (!known)
        return append(wanted, plan->network.network, plan->network.metric, HV_NETWORK_TAG_USER, err);
    if (plan->network.metric >= 0)
        known->metric = plan->network.metric;
    return 0;
}

static int unknown_network(const struct hv_host_plan *plan, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_NOT_FOUND, "%s has no migration network %s", plan->change.host, plan->network.network);
    hv_error_remedy(err, "see which it has: hvctl host network list -H %s", plan->change.host);
    return HV_E_NOT_FOUND;
}

static int apply_set(const struct hv_host_plan *plan, struct hv_host_info *wanted, struct hv_error *err) {
    bool moves = !hv_cidr_same(&plan->cidr, &plan->new_cidr);
    struct hv_migration_network *known = find(wanted, &plan->cidr);
    struct hv_migration_network *target = moves ? find(wanted, &plan->new_cidr) : NULL;

    if (known && target) {
        (void)hv_error_set(err, HV_E_CONFLICT, "%s has the migration network %s already", plan->change.host,
                           plan->network.new_network);
        hv_error_remedy(err, "remove %s instead: hvctl host network remove", plan->network.network);
        return HV_E_CONFLICT;
    }
    if (known && moves) {
        char *subnet = NULL;
        int r = copy_subnet(plan->network.new_network, &subnet, err);
        if (r < 0)
            return r;
        free(known->subnet);
        known->subnet = subnet;
        known->prefix_length = plan->new_cidr.prefix_length;
    }
    known = known ? known : target; /* it was changed before: nothing to do twice */
    if (!known)
        return unknown_network(plan, err);
    if (plan->network.metric >= 0)
        known->metric = plan->network.metric;
    return 0;
}

/* By its tag, or because every address is in it: who wrote 0.0.0.0/0 into the list meant the same. */
static bool is_for_all(const struct hv_migration_network *network) {
    if (network->prefix_length == 0)
        return true;
    for (size_t i = 0; i < network->n_tags; i++) {
        if (hv_text_same(network->tags[i], HV_NETWORK_TAG_ALL))
            return true;
    }
    return false;
}

static int apply_any(struct hv_host_info *wanted, struct hv_error *err) {
    static const char *const all[] = { "0.0.0.0/0", "::/0" };
    int r = 0;

    for (size_t i = 0; r == 0 && i < HV_ARRAY_SIZE(all); i++) {
        struct hv_cidr cidr;
        if (hv_cidr_parse(all[i], &cidr) && !find(wanted, &cidr))
            r = append(wanted, all[i], -1, HV_NETWORK_TAG_ALL, err);
    }
    return r;
}

int hv_host_networks_apply(const struct hv_host_plan *plan, struct hv_host_info *wanted, struct hv_error *err) {
    struct hv_migration_network *known;

    switch (plan->network.verb) {
    case HV_NETWORK_ADD:
        return apply_add(plan, wanted, err);
    case HV_NETWORK_SET:
        return apply_set(plan, wanted, err);
    case HV_NETWORK_REMOVE:
        known = find(wanted, &plan->cidr);
        if (known)
            hv_host_drop_network(wanted, (size_t)(known - wanted->networks));
        return 0;
    case HV_NETWORK_ANY:
        return apply_any(wanted, err);
    case HV_NETWORK_ONLY:
        for (size_t i = wanted->n_networks; i > 0; i--) {
            if (is_for_all(&wanted->networks[i - 1]))
                hv_host_drop_network(wanted, i - 1);
        }
        return 0;
    }
    return 0;
}

/* ---- the call ---- */

static int set_number(struct hv_instance *instance, const char *name, enum hv_cim_type type, int64_t number,
                      struct hv_error *err) {
    char text[NUMBER_SIZE];

    if (number < 0)
        return 0;
    (void)snprintf(text, sizeof(text), "%lld", (long long)number);
    return hv_instance_set(instance, name, type, text, err);
}

static int add_instance(const struct hv_migration_network *network, struct hv_params *params, struct hv_error *err) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;
    int r = hv_instance_new(NETWORK_CLASS, HV_NAMESPACE_V2, &instance, err);

    if (r == 0 && network->instance_id)
        r = hv_instance_set(instance, "InstanceID", HV_CIM_STRING, network->instance_id, err);
    if (r == 0)
        r = set_number(instance, "Metric", HV_CIM_UINT32, network->metric, err);
    if (r == 0)
        r = set_number(instance, "PrefixLength", HV_CIM_UINT8, network->prefix_length, err);
    if (r == 0)
        r = hv_instance_set(instance, "SubnetNumber", HV_CIM_STRING, network->subnet, err);
    if (r == 0 && network->n_tags > 0)
        r = hv_instance_set_array(instance, "Tags", HV_CIM_STRING, (const char *const *)network->tags, network->n_tags, err);
    return r < 0 ? r : hv_params_add_instance(params, "NetworkSettings", instance, err);
}

static int add_reference(const struct hv_migration_network *network, struct hv_params *params, struct hv_error *err) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *epr = NULL;
    int r;

    if (!network->instance_id)
        return hv_error_set(err, HV_E_PROTOCOL, "the host showed a migration network without InstanceID");
    r = hv_reference_id(NETWORK_CLASS, network->instance_id, &epr, err);
    return r < 0 ? r : hv_params_add_reference(params, "NetworkSettings", epr, err);
}

static const struct hv_migration_network *by_id(const struct hv_host_info *info, const char *id) {
    for (size_t i = 0; id && i < info->n_networks; i++) {
        if (hv_text_same(info->networks[i].instance_id, id))
            return &info->networks[i];
    }
    return NULL;
}

static bool is_same(const struct hv_migration_network *a, const struct hv_migration_network *b) {
    return a && hv_text_same(a->subnet, b->subnet) && a->prefix_length == b->prefix_length && a->metric == b->metric;
}

static int remove_call(const struct hv_host_info *before, const struct hv_host_info *wanted, struct hv_params *params,
                       struct hv_error *err) {
    int r = 0;

    for (size_t i = 0; r == 0 && i < before->n_networks; i++) {
        if (!hv_host_find_network(wanted, &before->networks[i]))
            r = add_reference(&before->networks[i], params, err);
    }
    return r;
}

int hv_host_networks_call(const struct hv_host_plan *plan, const struct hv_host_info *before, const struct hv_host_info *wanted,
                          const char **ret_method, struct hv_params *params, struct hv_error *err) {
    bool adds = false;
    int r = 0;

    if (plan->network.verb == HV_NETWORK_REMOVE || plan->network.verb == HV_NETWORK_ONLY) {
        *ret_method = "RemoveNetworkSettings";
        return remove_call(before, wanted, params, err);
    }
    for (size_t i = 0; i < wanted->n_networks; i++)
        adds = adds || !wanted->networks[i].instance_id;
    *ret_method = adds ? "AddNetworkSettings" : "ModifyNetworkSettings";
    for (size_t i = 0; r == 0 && i < wanted->n_networks; i++) {
        const struct hv_migration_network *network = &wanted->networks[i];
        if (adds ? !network->instance_id : !is_same(by_id(before, network->instance_id), network))
            r = add_instance(network, params, err);
    }
    return r;
}
