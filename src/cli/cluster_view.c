/* What is shown of a failover cluster and of its roles. */
#include "cli/cluster_view.h"

#include "base/text.h"
#include "cli/json.h"

const struct hv_cluster_role *hv_cluster_view_find(const struct hv_cluster *cluster, const char *vm_id) {
    for (size_t i = 0; cluster && i < cluster->n_roles; i++) {
        if (hv_text_same(cluster->roles[i].vm_id, vm_id))
            return &cluster->roles[i];
    }
    return NULL;
}

json_t *hv_cluster_view_role(const struct hv_cluster_role *role) {
    json_t *object = json_object();

    hv_json_put(&object, "role", hv_json_text(role->group));
    hv_json_put(&object, "owner", hv_json_text(role->owner));
    hv_json_put(&object, "state", hv_json_text(role->state_name));
    hv_json_put(&object, "state_code", hv_json_number(role->state));
    hv_json_put(&object, "queued", json_boolean(role->is_queued));
    return object;
}

json_t *hv_cluster_view_vm(const struct hv_cluster *cluster, const struct hv_cluster_role *role) {
    json_t *object;

    if (!role)
        return json_null();
    object = hv_cluster_view_role(role);
    hv_json_put(&object, "name", hv_json_text(cluster->name));
    return object;
}

void hv_cluster_view_sheet(const struct hv_cluster *cluster, const struct hv_cluster_role *role, struct hv_sheet *sheet) {
    if (!role)
        return;
    hv_sheet_text(sheet, "cluster", cluster->name ? cluster->name : "without a name");
    hv_sheet_printf(sheet, "cluster role", "%s, %s%s, owned by %s", role->group ? role->group : "-",
                    role->state_name ? role->state_name : "in an unknown state", role->is_queued ? ", waiting to move" : "",
                    role->owner ? role->owner : "an unknown node");
}
