/* The part of a host plan that is about migration networks (hyperv.md 2.5, 4h). */
#ifndef CONTROL_HOST_NETWORKS_H
#define CONTROL_HOST_NETWORKS_H

#include "control/host_plan.h"

/* Copies CHANGE into the plan. Errors: ARGUMENT (no network), MEMORY. */
HV_MUST_CHECK int hv_host_networks_read(struct hv_host_plan *plan, const struct hv_network_change *change, struct hv_error *err);
/* As hv_host_plan_apply. */
HV_MUST_CHECK int hv_host_networks_apply(const struct hv_host_plan *plan, struct hv_host_info *wanted, struct hv_error *err);
/* Adds the parameters of the call that turns BEFORE into WANTED. */
HV_MUST_CHECK int hv_host_networks_call(const struct hv_host_plan *plan, const struct hv_host_info *before,
                                        const struct hv_host_info *wanted, const char **ret_method, struct hv_params *params,
                                        struct hv_error *err);

#endif
