/* Names of objects (hyperv.md 1.2). */
#include "hyperv/reference.h"

#include <hvctl/wsman.h>

#include "base/size.h"

HV_DEFINE_CLEANUP(struct hv_epr *, hv_epr_free)

static int epr_new(const char *class_name, struct hv_epr **ret_epr, struct hv_error *err) {
    HV_CLEANUP_FREE char *uri = NULL;
    int r = hv_resource_uri(HV_NAMESPACE_V2, class_name, &uri, err);

    return r < 0 ? r : hv_epr_new(uri, ret_epr, err);
}

int hv_reference_service(const char *class_name, const struct hv_instance *shown, struct hv_epr **ret_epr, struct hv_error *err) {
    static const char *const keys[] = { "SystemCreationClassName", "SystemName", "CreationClassName", "Name" };
    HV_CLEANUP(hv_epr_free) struct hv_epr *epr = NULL;
    int r = epr_new(class_name, &epr, err);

    for (size_t i = 0; r == 0 && i < HV_ARRAY_SIZE(keys); i++) {
        const char *value = hv_instance_text(shown, keys[i]);
        if (value)
            r = hv_epr_add_selector(epr, keys[i], value, err);
    }
    if (r == 0 && hv_epr_n_selectors(epr) == 0)
        r = hv_epr_add_selector(epr, "CreationClassName", class_name, err);
    if (r < 0)
        return r;
    *ret_epr = epr;
    epr = NULL;
    return 0;
}

static int machine_new(const char *class_name, const char *vm_id, struct hv_epr **ret_epr, struct hv_error *err) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *epr = NULL;
    int r = epr_new(class_name, &epr, err);

    if (r == 0)
        r = hv_epr_add_selector(epr, "CreationClassName", class_name, err);
    if (r == 0)
        r = hv_epr_add_selector(epr, "Name", vm_id, err);
    if (r < 0)
        return r;
    *ret_epr = epr;
    epr = NULL;
    return 0;
}

int hv_reference_vm(const char *vm_id, struct hv_epr **ret_epr, struct hv_error *err) {
    return machine_new("Msvm_ComputerSystem", vm_id, ret_epr, err);
}

int hv_reference_planned(const char *vm_id, struct hv_epr **ret_epr, struct hv_error *err) {
    return machine_new("Msvm_PlannedComputerSystem", vm_id, ret_epr, err);
}

int hv_reference_id(const char *class_name, const char *instance_id, struct hv_epr **ret_epr, struct hv_error *err) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *epr = NULL;
    int r = epr_new(class_name, &epr, err);

    if (r == 0)
        r = hv_epr_add_selector(epr, "InstanceID", instance_id, err);
    if (r < 0)
        return r;
    *ret_epr = epr;
    epr = NULL;
    return 0;
}
