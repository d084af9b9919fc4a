/* What the wsman commands have in common: their target, and how an instance is shown. */
#ifndef CLI_WSMAN_H
#define CLI_WSMAN_H

#include <hvctl/wsman.h>

#include "cli/connect.h"
#include "cli/fanout.h"
#include "cli/types.h"

struct hv_args;
struct hv_output;

extern const struct hv_connect_plan hv_wsman_plan; /* one host */

static inline void hv_wsman_epr_free_p(struct hv_epr **epr) {
    (void)hv_epr_free(*epr);
}
static inline void hv_wsman_instance_free_p(struct hv_instance **instance) {
    (void)hv_instance_free(*instance);
}
#define HV_CLEANUP_EPR      HV_ATTR_CLEANUP(hv_wsman_epr_free_p)
#define HV_CLEANUP_INSTANCE HV_ATTR_CLEANUP(hv_wsman_instance_free_p)

/* NAME as a class or URI in the --namespace of the command. */
HV_MUST_CHECK int hv_wsman_resource(const struct hv_args *args, const char *name, struct hv_epr **ret_resource,
                                    struct hv_error *err);
/* The first operand as a resource, with every --selector. */
HV_MUST_CHECK int hv_wsman_target(const struct hv_args *args, struct hv_epr **ret_target, struct hv_error *err);
/* The class that TARGET is of. */
const char *hv_wsman_class(const struct hv_epr *target);

/* Runs TASK; in the format xml the bytes of its answers are the output. */
HV_MUST_CHECK int hv_wsman_run(struct hv_connection *connection, struct hv_task *task, struct hv_error *err);

/* What a command does once it is connected; what it fails with is said by the caller. */
typedef int hv_wsman_fn(struct hv_types *types, struct hv_connection *connection, const struct hv_args *args,
                        struct hv_error *err);
/* Connects, calls FN, says its error; returns the exit code. */
int hv_wsman_command(const struct hv_args *args, struct hv_output *out, hv_wsman_fn *fn);

/* An instance as a document, or a reference when INSTANCE is NULL; both NULL show nothing. */
void hv_wsman_print(struct hv_output *out, const struct hv_instance *instance, const struct hv_epr *epr,
                    const struct hv_types *types);

#endif
