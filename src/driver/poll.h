/* The jobs of one class on one host that tasks wait for: one look a turn, whatever their number (design.md 1). */
#ifndef DRIVER_POLL_H
#define DRIVER_POLL_H

#include "driver/host.h"
#include "engine/watch.h"

struct hv_run;
struct hv_poll;

/* RUN waits for the job that JOB names: resource URI and InstanceID. Errors: PROTOCOL (no InstanceID), MEMORY. */
HV_MUST_CHECK int hv_poll_add(struct hv_host *host, struct hv_run *run, const struct hv_epr *job, struct hv_error *err);
/* No effect when RUN waits for none. */
void hv_poll_remove(struct hv_run *run);
/* Begins the looks whose time has come. */
void hv_poll_begin_due(struct hv_host *host);
/* When the next begins; UINT64_MAX: none. */
uint64_t hv_poll_due_ms(const struct hv_host *host);
void hv_poll_drop_all(struct hv_host *host);

#endif
