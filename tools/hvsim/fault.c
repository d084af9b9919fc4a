/* Things that shall go wrong, armed from outside. */
#include "base/size.h"
#include "base/text.h"
#include "fabric.h"

void sim_armed_deinit(struct sim_armed *armed) {
    free(armed->host);
    free(armed->method);
    free(armed->vm);
}

bool sim_fabric_arm(struct sim_fabric *fabric, const struct sim_fault *fault) {
    struct sim_armed *faults = hv_grow(fabric->faults, fabric->n_faults, sizeof(*faults));
    if (!faults)
        return false;
    fabric->faults = faults;
    struct sim_armed *armed = &faults[fabric->n_faults++];
    *armed = (struct sim_armed){ .kind = fault->kind,
                                 .value = fault->value,
                                 .percent = (uint16_t)(fault->percent ? fault->percent : 60),
                                 .skip = fault->skip,
                                 .left = fault->count,
                                 .is_endless = fault->count == 0 };
    return hv_text_copy(fault->host, &armed->host, NULL) == 0 && hv_text_copy(fault->method, &armed->method, NULL) == 0 &&
           hv_text_copy(fault->vm, &armed->vm, NULL) == 0;
}

static bool method_hit(const struct sim_armed *armed, const char *method) {
    if (armed->method)
        return hv_text_same(armed->method, method);
    if (armed->kind == SIM_FAULT_RETURN)
        return hv_text_same(method, "MigrateVirtualSystemToHost") || hv_text_same(method, "CheckVirtualSystemIsMigratable");
    if (armed->kind == SIM_FAULT_ROLE_FAILS || armed->kind == SIM_FAULT_ROLE_QUEUES)
        return hv_text_same(method, "MoveToNewNodeParams");
    return hv_text_same(method, "MigrateVirtualSystemToHost");
}

static bool armed_hit(const struct sim_armed *armed, const struct sim_host *host, const char *method, const char *vm_guid,
                      const char *vm_name) {
    if (armed->host && !hv_text_same(armed->host, host->name) && !hv_text_same(armed->host, host->netbios))
        return false;
    if (armed->vm && !hv_text_same(armed->vm, vm_guid) && !hv_text_same(armed->vm, vm_name))
        return false;
    return method_hit(armed, method) && (armed->is_endless || armed->left > 0);
}

const struct sim_armed *sim_fault_take(struct sim_host *host, enum sim_fault_kind kind, const char *method, const char *vm_guid,
                                       const char *vm_name) {
    for (size_t i = 0; i < host->fabric->n_faults; i++) {
        struct sim_armed *armed = &host->fabric->faults[i];
        if (armed->kind != kind || !armed_hit(armed, host, method, vm_guid, vm_name))
            continue;
        if (armed->skip > 0) {
            armed->skip--;
            continue;
        }
        if (!armed->is_endless)
            armed->left--;
        return armed;
    }
    return NULL;
}
