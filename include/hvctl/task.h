/*
 * A task is one piece of work against one or two hosts: it knows what to send and what the answers mean, and does no I/O. It is
 * made by the header of its noun (wsman.h, vm.h, host.h, job.h, move.h) and run by a client (client.h).
 *
 * What holds for all of them, where their header says nothing else: X_new copies its arguments, sends nothing, and fails with
 * ARGUMENT or MEMORY only; *ret_task is the caller's to free. X_result is NULL for tasks of another kind and unless this one
 * succeeded; it belongs to the task and is valid until that is freed. A task may end in any class of error that the answers of
 * hosts and the way to them have (error.h): UNREACHABLE, TLS, AUTH, DENIED, PROTOCOL, LIMIT, CANCELLED and so on; those that mean
 * something particular are named with its X_new.
 */
#ifndef HVCTL_TASK_H
#define HVCTL_TASK_H

#include <hvctl/error.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

struct hv_task;

/* Accepts NULL and running tasks (the client forgets them; remote work goes on); returns NULL. */
struct hv_task *hv_task_free(struct hv_task *task);

/* It has ended, well or not. A task that was never started is not done. */
bool hv_task_is_done(const struct hv_task *task);

/* 0 or the class of the error. *ret_error, when not NULL, is valid until the task is freed. Only for a task that is done. */
int hv_task_result(const struct hv_task *task, const struct hv_error **ret_error);

/* Called with the bytes of every answer's body as they came, before they are looked at. */
typedef void hv_answer_fn(void *context, const char *bytes, size_t n_bytes);
/* FN is called from hv_client_turn; set it before the task is started. */
void hv_task_on_answer(struct hv_task *task, hv_answer_fn *fn, void *context);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
