/* root/MSCluster decoded, and the property list of a move (clusapi.h, resapi.h). */
#include "hyperv/cluster.h"

#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "base/uuid.h"
#include "hyperv/field.h"

static const char *const node_states[] = { "up", "down", "paused", "joining" };
static const char *const group_states[] = { "online", "offline", "failed", "partly online", "pending" };

static const char *name_of(const char *const *names, size_t n, int64_t number) {
    return number >= 0 && (uint64_t)number < n ? names[number] : NULL;
}

static void role_deinit(struct hv_cluster_role *role) {
    free(role->vm_id);
    free(role->group);
    free(role->owner);
}

void hv_cluster_deinit(struct hv_cluster *cluster) {
    for (size_t i = 0; i < cluster->n_nodes; i++)
        free(cluster->nodes[i].name);
    for (size_t i = 0; i < cluster->n_roles; i++)
        role_deinit(&cluster->roles[i]);
    free(cluster->nodes);
    free(cluster->roles);
    free(cluster->name);
    *cluster = (struct hv_cluster){ 0 };
}

int hv_cluster_add_node(struct hv_cluster *cluster, const struct hv_instance *instance, struct hv_error *err) {
    struct hv_cluster_node *grown;
    struct hv_cluster_node node = { .state = hv_field_number(instance, "State", UINT32_MAX) };
    int r;

    if (cluster->n_nodes == HV_CLUSTER_MAX_NODES)
        return hv_error_set(err, HV_E_LIMIT, "the cluster shows more than %d nodes", HV_CLUSTER_MAX_NODES);
    grown = hv_grow(cluster->nodes, cluster->n_nodes, sizeof(*grown));
    if (!grown)
        return hv_error_memory(err);
    cluster->nodes = grown;
    node.state_name = name_of(node_states, HV_ARRAY_SIZE(node_states), node.state);
    r = hv_field_text(instance, "Name", &node.name, err);
    if (r == 0)
        grown[cluster->n_nodes++] = node;
    return r;
}

/* ---- roles ---- */

/* The GUID as we write it; braces and case are the host's. */
static int take_vm_id(const struct hv_instance *properties, char **ret_id, struct hv_error *err) {
    const char *text = hv_instance_text(properties, "VmID");
    struct hv_uuid uuid;
    char id[HV_UUID_TEXT_SIZE];

    if (!text || !hv_uuid_parse(text, &uuid))
        return 1;
    hv_uuid_format(&uuid, id);
    return hv_text_copy(id, ret_id, err);
}

/* Fills ROLE from the private properties. Outcomes: 0; 1 they name no VM. */
static int read_properties(const struct hv_instance *properties, struct hv_cluster_role *role, struct hv_error *err) {
    int r = take_vm_id(properties, &role->vm_id, err);

    role->migration_state = hv_field_number(properties, "MigrationState", UINT32_MAX);
    role->migration_failure = hv_field_number(properties, "MigrationFailureReason", UINT32_MAX);
    role->migration_percent = hv_field_number(properties, "MigrationProgress", 100);
    return r;
}

/* An object inline is how WinRM writes such a property (wsman.md 2.4); text of an instance is how it writes others. */
static int read_private(const struct hv_instance *resource, struct hv_cluster_role *role, struct hv_error *err) {
    const struct hv_property *property = hv_instance_find(resource, "PrivateProperties");
    const struct hv_instance *inline_object = property ? hv_property_instance(property, 0) : NULL;
    const char *text = property ? hv_property_text(property, 0) : NULL;
    struct hv_instance *parsed = NULL;
    int r = 1;

    if (inline_object)
        return read_properties(inline_object, role, err);
    if (text)
        r = hv_instance_from_text(text, HV_NAMESPACE_CLUSTER, &parsed, err);
    if (r == HV_E_PROTOCOL)
        r = 1;
    if (parsed)
        r = read_properties(parsed, role, err);
    (void)hv_instance_free(parsed);
    return r;
}

/* Outcomes: 0 ROLE is filled; 1 it is no VM. */
static int role_decode(const struct hv_instance *resource, struct hv_cluster_role *role, struct hv_error *err) {
    const char *type = hv_instance_text(resource, "Type");
    int r;

    if (type && !hv_text_same(type, HV_CLUSTER_VM_TYPE))
        return 1;
    r = read_private(resource, role, err);
    if (r == 0)
        r = hv_field_text(resource, "OwnerGroup", &role->group, err);
    if (r == 0)
        r = hv_field_text(resource, "OwnerNode", &role->owner, err);
    return r;
}

int hv_cluster_add_resource(struct hv_cluster *cluster, const char *only_vm, const struct hv_instance *instance,
                            struct hv_error *err) {
    struct hv_cluster_role role = { .state = -1 };
    struct hv_cluster_role *grown = NULL;
    int r = role_decode(instance, &role, err);

    if (r != 0 || (only_vm && !hv_text_same(role.vm_id, only_vm))) {
        role_deinit(&role);
        return r < 0 ? r : 0;
    }
    if (cluster->n_roles < HV_CLUSTER_MAX_ROLES)
        grown = hv_grow(cluster->roles, cluster->n_roles, sizeof(*grown));
    if (!grown) {
        role_deinit(&role);
        if (cluster->n_roles == HV_CLUSTER_MAX_ROLES)
            return hv_error_set(err, HV_E_LIMIT, "the cluster shows more than %d VMs", HV_CLUSTER_MAX_ROLES);
        return hv_error_memory(err);
    }
    cluster->roles = grown;
    grown[cluster->n_roles++] = role;
    return 0;
}

int hv_cluster_add_group(struct hv_cluster *cluster, const struct hv_instance *instance, struct hv_error *err) {
    const char *name = hv_instance_text(instance, "Name");
    int64_t status = hv_field_number(instance, "StatusInformation", INT64_MAX);
    int r = 0;

    for (size_t i = 0; name && r == 0 && i < cluster->n_roles; i++) {
        struct hv_cluster_role *role = &cluster->roles[i];

        if (!hv_text_same(role->group, name))
            continue;
        role->state = hv_field_number(instance, "State", UINT32_MAX);
        role->state_name = name_of(group_states, HV_ARRAY_SIZE(group_states), role->state);
        role->is_queued = status > 0 && ((uint64_t)status & HV_GROUP_STATUS_QUEUED) != 0;
        free(role->owner);
        role->owner = NULL;
        r = hv_field_text(instance, "OwnerNode", &role->owner, err);
    }
    return r;
}

const struct hv_cluster_node *hv_cluster_node_find(const struct hv_cluster *cluster, const char *name) {
    for (size_t i = 0; name && i < cluster->n_nodes; i++) {
        if (hv_text_same(cluster->nodes[i].name, name))
            return &cluster->nodes[i];
    }
    return NULL;
}

/* ---- the property list of a move ---- */

enum {
    SYNTAX_END = 0,            /* CLUSPROP_SYNTAX_ENDMARK */
    SYNTAX_NAME = 0x00040003,  /* CLUSPROP_SYNTAX_NAME */
    SYNTAX_DWORD = 0x00010002, /* CLUSPROP_SYNTAX_LIST_VALUE_DWORD */
    ALIGNMENT = 4,
    LIVE_MIGRATION = 4, /* VmResdllContextLiveMigration */
};

static void put_dword(struct hv_buf *bytes, uint32_t number) {
    for (unsigned i = 0; i < 4; i++)
        hv_buf_putc(bytes, (char)(number >> 8 * i & 0xFF));
}

/* Name (UTF-16 with its end, padded), value, end. */
static void put_property(struct hv_buf *bytes, const char *ascii_name, uint32_t value) {
    size_t n_units = strlen(ascii_name) + 1;

    put_dword(bytes, SYNTAX_NAME);
    put_dword(bytes, (uint32_t)(2 * n_units));
    for (size_t i = 0; i < n_units; i++) {
        hv_buf_putc(bytes, ascii_name[i]);
        hv_buf_putc(bytes, '\0');
    }
    for (size_t n = 2 * n_units; n % ALIGNMENT != 0; n++)
        hv_buf_putc(bytes, '\0');
    put_dword(bytes, SYNTAX_DWORD);
    put_dword(bytes, sizeof(value));
    put_dword(bytes, value);
    put_dword(bytes, SYNTAX_END);
}

void hv_cluster_live_move(struct hv_buf *bytes) {
    static const char *const names[] = { HV_CLUSTER_VM_TYPE, "Virtual Machine Configuration" };

    put_dword(bytes, HV_ARRAY_SIZE(names));
    for (size_t i = 0; i < HV_ARRAY_SIZE(names); i++)
        put_property(bytes, names[i], LIVE_MIGRATION);
}
