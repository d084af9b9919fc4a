/*
 * Whether a host's processors suit the VMs of another host. Each host is asked by itself and we carry what one says to the other,
 * so that the hosts need not reach each other, nor sign in to each other. Only processors are compared: switches, disks and the
 * rest are the check's to judge (move.h).
 */
#ifndef HVCTL_COMPATIBILITY_H
#define HVCTL_COMPATIBILITY_H

#include <hvctl/epr.h>
#include <hvctl/job.h>
#include <hvctl/task.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* VectorId of Msvm_CompatibilityVector, as far as documented. */
enum {
    HV_VECTOR_FEATURES = 1,
    HV_VECTOR_XSAVE = 2,
    HV_VECTOR_CACHE_LINE = 3,
};

struct hv_compatibility_vector {
    int64_t id;
    int64_t operation; /* CompareOperation: what must hold between the VM's value and the host's */
    uint64_t value;
};

/* What a VM wants of a processor, or all VMs of a host could want; and what the host has. Absent texts are NULL, numbers -1. */
struct hv_compatibility {
    char *vm_id; /* NULL: the host */
    char *vm_name;
    int64_t vm_state;
    int64_t processor_compatibility; /* of the VM: LimitProcessorFeatures */
    char *host_name;                 /* what the host calls itself */
    char *manufacturer;              /* "GenuineIntel" */
    char *processor;                 /* its model in words */
    struct hv_epr *service;          /* the host's migration service */
    char **info;                     /* opaque, the values just as the host wrote them; none unless asked for */
    size_t n_info;
    struct hv_compatibility_vector *vectors; /* none before Windows Server 2012 R2 */
    size_t n_vectors;
};

struct hv_compatibility_read_options {
    const char *vm;    /* GUID or display name; NULL: the host */
    const char *host;  /* what messages call it */
    bool without_info; /* for a host that is only to be compared with */
};
/* All texts are copied. Errors of the task: NOT_FOUND, DENIED, FAILED, PROTOCOL and those of the connection. */
int hv_compatibility_read_new(const struct hv_compatibility_read_options *options, struct hv_task **ret_task,
                              struct hv_error *err);
/* NULL unless the task succeeded; valid until it is freed. */
const struct hv_compatibility *hv_compatibility_read_result(const struct hv_task *task);

/*
 * Asks HOST, read before, whether it suits SUBJECT, read before with its info; both are needed only here. LABEL: what messages
 * call HOST. Errors: ARGUMENT (no info); of the task as above.
 */
int hv_compatibility_check_new(const struct hv_compatibility *subject, const struct hv_compatibility *host, const char *label,
                               struct hv_task **ret_task, struct hv_error *err);
struct hv_compatibility_verdict {
    bool is_compatible;
    struct hv_reason *reasons; /* why not, in the host's words */
    size_t n_reasons;
};
/* NULL unless the task succeeded; valid until it is freed. */
const struct hv_compatibility_verdict *hv_compatibility_check_result(const struct hv_task *task);

/* One vector of a subject beside that of a host. */
struct hv_vector_comparison {
    int64_t id;
    const char *name; /* "processor features"; NULL when unknown */
    int64_t operation;
    const char *operation_name; /* "subset of"; NULL when unknown */
    uint64_t wanted;
    bool is_offered; /* the host has such a vector */
    uint64_t offered;
    bool is_compatible;
    char *text; /* what stands in the way, in words; NULL when nothing does */
};
/*
 * Compares by the operations that SUBJECT's vectors name. LABEL: what texts call HOST. No comparison when one of them has no
 * vectors. The caller frees the list. Errors: MEMORY.
 */
int hv_compatibility_compare(const struct hv_compatibility *subject, const struct hv_compatibility *host, const char *label,
                             struct hv_vector_comparison **ret_list, size_t *ret_n, struct hv_error *err);
/* Accepts NULL. */
void hv_vector_comparisons_free(struct hv_vector_comparison *list, size_t n);

/*
 * Fills ERR for a subject that HOST does not suit: what does not, why, and what can be done. SOURCE and DESTINATION are what
 * messages call the hosts; VERDICT may be NULL.
 */
void hv_compatibility_explain(const struct hv_compatibility *subject, const char *source, const struct hv_compatibility *host,
                              const char *destination, const struct hv_compatibility_verdict *verdict,
                              const struct hv_vector_comparison *list, size_t n, struct hv_error *err);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
