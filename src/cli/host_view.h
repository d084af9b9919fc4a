/* A host's settings on the screen and in JSON, for host show, config and network. */
#ifndef CLI_HOST_VIEW_H
#define CLI_HOST_VIEW_H

#include <hvctl/host.h>
#include <jansson.h>

#include "cli/output.h"

/* Adds its members to *object. HOST: what the user calls it; NULL leaves that member out. */
void hv_host_view_put(json_t **object, const struct hv_host_info *info, const char *host);
void hv_host_view_put_network(json_t **object, const struct hv_migration_network *network);
void hv_host_view_sheet(const struct hv_host_info *info, const char *host, struct hv_output *out);

#endif
