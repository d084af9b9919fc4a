/* What stands in the way of a move, or may, beyond what the source's own check asks: facts of both hosts side by side. */
#ifndef HVCTL_PREFLIGHT_H
#define HVCTL_PREFLIGHT_H

#include <hvctl/move.h>
#include <hvctl/task.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* Everything is owned by the task. */
struct hv_finding {
    const char *code; /* "switch_missing": a stable word */
    char *text;       /* what may go wrong */
    char *fact;       /* what was seen, and where */
};

/*
 * Reads, and changes nothing. OPTIONS as for the move, checked as there; SOURCE and DESTINATION of the client are its hosts.
 * Errors of the task: those of reading the VM and the hosts' settings; what else a host does not show is left out.
 */
int hv_preflight_new(const struct hv_move_options *options, struct hv_task **ret_task, struct hv_error *err);
/* NULL and none unless the task succeeded; valid until it is freed. */
const struct hv_finding *hv_preflight_result(const struct hv_task *task, size_t *ret_n);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
