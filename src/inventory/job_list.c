/*
 * Jobs of a host. Migration jobs are a class of their own, no kind of Msvm_ConcreteJob (hyperv.md 1.6), so two enumerations run
 * at once; the list begins with the migrations, whichever answer comes first.
 */
#include <hvctl/job.h>
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "hyperv/job.h"
#include "inventory/gather.h"

static const char *const classes[] = { "Msvm_MigrationJob", "Msvm_ConcreteJob" };
enum { N_CLASSES = 2 };

struct jobs {
    struct hv_job *list;
    size_t n;
};

struct job_list {
    struct hv_task task;
    struct hv_gather gather;
    struct jobs of_class[N_CLASSES];
};

static int job_append(struct jobs *jobs, struct hv_job *job_take, struct hv_error *err) {
    struct hv_job *grown = hv_grow(jobs->list, jobs->n, sizeof(*grown));
    if (!grown) {
        hv_job_deinit(job_take);
        return hv_error_memory(err);
    }
    jobs->list = grown;
    jobs->list[jobs->n++] = *job_take;
    return 0;
}

static int job_add(void *target, uint32_t kind, const struct hv_instance *instance, struct hv_error *err) {
    struct job_list *list = target;
    struct hv_job job;
    int r = hv_job_decode(instance, &job, err);
    return r < 0 ? r : job_append(&list->of_class[kind], &job, err);
}

/* Moves the jobs of the second class behind those of the first. */
static int jobs_join(struct job_list *list, struct hv_error *err) {
    struct jobs *rest = &list->of_class[1];
    int r = 0;
    for (size_t i = 0; r == 0 && i < rest->n; i++) {
        struct hv_job job = rest->list[i];
        memset(&rest->list[i], 0, sizeof(rest->list[i]));
        r = job_append(&list->of_class[0], &job, err);
    }
    return r;
}

static int round_begin(void *target, size_t round, struct hv_effects *effects, struct hv_error *err) {
    struct job_list *list = target;
    if (round > 0)
        return jobs_join(list, err);
    int r = 0;
    for (uint32_t kind = 0; r == 0 && kind < N_CLASSES; kind++)
        r = hv_gather_query(&list->gather, kind, classes[kind], NULL, false, effects, err);
    return r;
}

static int job_list_step(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                         struct hv_error *err) {
    struct job_list *list = (struct job_list *)task;
    (void)now_ms;
    return hv_gather_step(&list->gather, event, effects, err);
}

static void job_list_free(struct hv_task *task) {
    struct job_list *list = (struct job_list *)task;
    for (size_t i = 0; i < N_CLASSES; i++) {
        for (size_t j = 0; j < list->of_class[i].n; j++)
            hv_job_deinit(&list->of_class[i].list[j]);
        free(list->of_class[i].list);
    }
    free(list);
}

static const struct hv_task_vtable job_list_vtable = { job_list_step, job_list_free };

int hv_job_list_new(struct hv_task **ret_task, struct hv_error *err) {
    struct job_list *list = calloc(1, sizeof(*list));
    if (!list)
        return hv_error_memory(err);
    hv_task_init(&list->task, &job_list_vtable);
    hv_gather_init(&list->gather, round_begin, job_add, list);
    *ret_task = &list->task;
    return 0;
}

const struct hv_job *hv_job_list_result(const struct hv_task *task, size_t *ret_n_jobs) {
    const struct job_list *list = (const struct job_list *)task;
    bool has_result = hv_task_succeeded(task, &job_list_vtable);
    *ret_n_jobs = has_result ? list->of_class[0].n : 0;
    return has_result ? list->of_class[0].list : NULL;
}
