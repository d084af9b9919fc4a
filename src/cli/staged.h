/* What the commands about planned VMs share: the host that has them, perhaps another one to compare with, and how they look. */
#ifndef CLI_STAGED_H
#define CLI_STAGED_H

#include <hvctl/staged.h>
#include <jansson.h>

#include "cli/connect.h"
#include "cli/output.h"

struct hv_staged_hosts {
    struct hv_connection connection;
};
/* --to is the host that has them, --from (optional) the one with the VMs. Release it also after a failure. */
HV_MUST_CHECK int hv_staged_connect(struct hv_staged_hosts *hosts, const struct hv_args *args, struct hv_output *out,
                                    struct hv_error *err);
void hv_staged_disconnect(struct hv_staged_hosts *hosts);
const struct hv_endpoint *hv_staged_host(const struct hv_staged_hosts *hosts);
/* For one planned VM of these hosts. */
struct hv_planned_options hv_staged_options(const struct hv_staged_hosts *hosts, const char *vm);
/* Runs TASK against them; its error is copied. */
HV_MUST_CHECK int hv_staged_do(struct hv_staged_hosts *hosts, struct hv_task *task, struct hv_error *err);

/* Members of OBJECT that tell of a planned VM and its parts. */
void hv_staged_put_details(json_t **object, const struct hv_planned_details *details);

#endif
