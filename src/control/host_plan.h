/* A change of host settings: what they will be, and the one call that makes them so (hyperv.md 2.3, 2.5, 4h). */
#ifndef CONTROL_HOST_PLAN_H
#define CONTROL_HOST_PLAN_H

#include <hvctl/host.h>
#include <hvctl/wsman.h>

#include "base/cidr.h"
#include "base/cleanup.h"

struct hv_host_plan {
    struct hv_host_change change; /* its texts are below */
    char *host;
    struct hv_network_change network; /* likewise */
    char *network_text;
    char *new_network_text;
    struct hv_cidr cidr;     /* of the network */
    struct hv_cidr new_cidr; /* SET: the same as CIDR unless another was asked for */
};

/* Errors: ARGUMENT, MEMORY. Release with hv_host_plan_deinit, also after a failure. */
HV_MUST_CHECK int hv_host_plan_init(struct hv_host_plan *plan, const struct hv_host_change *change, struct hv_error *err);
void hv_host_plan_deinit(struct hv_host_plan *plan);

/* Changes WANTED, a copy of what is, as asked. Errors: ARGUMENT (a setting that the host lacks), NOT_FOUND, LIMIT, MEMORY. */
HV_MUST_CHECK int hv_host_plan_apply(const struct hv_host_plan *plan, struct hv_host_info *wanted, struct hv_error *err);

/*
 * The method of the migration service and its parameters. SETTINGS: as the host showed them. To be called when BEFORE and WANTED
 * differ. Errors: PROTOCOL, LIMIT, MEMORY.
 */
HV_MUST_CHECK int hv_host_plan_call(const struct hv_host_plan *plan, const struct hv_host_info *before,
                                    const struct hv_host_info *wanted, const struct hv_instance *settings,
                                    const char **ret_method, struct hv_params **ret_params, struct hv_error *err);

#endif
