/* What MigrateVirtualSystemToHost and CheckVirtualSystemIsMigratable are asked (hyperv.md 2.1, 2.2), checked for form. */
#ifndef SIM_REQUEST_H
#define SIM_REQUEST_H

#include "fabric.h"
#include "job.h"
#include "method.h"
#include "vm.h"

enum { SIM_RESOURCES_MAX = 256 };

struct sim_request {
    struct sim_host *host;
    const struct sim_caller *caller;
    bool is_check;
    struct sim_vm *vm;
    const char *destination; /* NULL: none given */
    struct sim_host *node;   /* the cluster moves it there: by its own networks and sign-in; NULL: a move between hosts */
    uint16_t type;
    struct sim_embedded settings;
    struct sim_embedded system; /* object NULL: none given */
    struct sim_embedded *resources;
    size_t n_resources;
    struct sim_embedded *unmanaged; /* Msvm_MoveUnmanagedVhd */
    size_t n_unmanaged;
};

/* 0 with *RET_VALUE 0: well-formed. 0 with another *RET_VALUE: the method answers that. Else an HRESULT. Release REQUEST in each
 * case. */
uint32_t sim_request_read(const struct sim_method_call *call, struct sim_request *request, uint32_t *ret_value);
void sim_request_deinit(struct sim_request *request);
/* The setting of the request with that InstanceID, NULL when it lists none. */
const struct sim_embedded *sim_request_resource(const struct sim_request *request, const char *instance_id);

/* plan.c: works out PLAN and everything that stands in the way. False when out of memory. */
HV_MUST_CHECK bool sim_plan_make(const struct sim_request *request, struct sim_plan *plan, struct sim_problems *problems);
/* plan_disks.c: the part about virtual hard disks. */
HV_MUST_CHECK bool sim_plan_disks(const struct sim_request *request, struct sim_plan *plan, struct sim_problems *problems);
/* reach.c: source and destination can talk and have room; false when the destination cannot be asked any further. */
bool sim_plan_reach(const struct sim_request *request, struct sim_plan *plan, struct sim_problems *problems);

static inline bool sim_type_is_remote(uint16_t type) {
    return type != SIM_TYPE_STORAGE;
}

#endif
