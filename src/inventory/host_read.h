/* Reading a host's migration service, settings and networks at once, as part of a task. */
#ifndef INVENTORY_HOST_READ_H
#define INVENTORY_HOST_READ_H

#include <hvctl/host.h>

#include "inventory/gather.h"

/* Must not move while it is under way. */
struct hv_host_read {
    struct hv_gather gather;
    struct hv_host_info info;
    struct hv_instance *service; /* as the host showed them; NULL while it has not */
    struct hv_instance *settings;
};

/* END as in gather.h, NULL to end the task. Its steps are hv_gather_step on GATHER. */
void hv_host_read_init(struct hv_host_read *read, hv_gather_end_fn *end, void *end_target);
void hv_host_read_deinit(struct hv_host_read *read);

#endif
