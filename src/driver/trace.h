/* One line for each request, answer and change of state, to whoever asked for it. Nothing that passes here is secret. */
#ifndef DRIVER_TRACE_H
#define DRIVER_TRACE_H

#include "base/cleanup.h"
#include "driver/client.h"

/* HOST may be NULL. */
void hv_trace(const struct hv_client *client, const struct hv_host *host, const char *format, ...) HV_ATTR_PRINTF(3, 4);

#endif
