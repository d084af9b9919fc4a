/*
 * hvctl check --offline and --hosts: processors compared by what we carry from host to host (hyperv.md 4i). A list of subjects,
 * VMs or hosts, and a list of places; every subject is judged at every place.
 */
#ifndef CLI_COMPARER_H
#define CLI_COMPARER_H

#include <hvctl/compatibility.h>

#include "cli/connect.h"

struct hv_compare_request {
    const char *source;      /* NULL: from --host; several with commas when N_VMS is 0 */
    const char *destination; /* NULL: from --to */
    const char *const *vms;  /* none: the sources themselves */
    size_t n_vms;
    bool by_vectors;   /* the vectors decide, the destination is not asked; only together with: */
    bool show_vectors; /* a table of them, which every host must have */
};

enum hv_compare_outcome {
    HV_COMPARE_NONE, /* there was no answer */
    HV_COMPARE_COMPATIBLE,
    HV_COMPARE_INCOMPATIBLE,
    HV_COMPARE_SAME, /* the place is the subject */
};

/* A VM or host, read, or a place. */
struct hv_compare_side {
    const char *given; /* VM; NULL: the host */
    struct hv_endpoint *endpoint;
    struct hv_task *read;
    const struct hv_compatibility *result; /* NULL when it failed */
};

struct hv_compare_pair {
    const struct hv_compare_side *subject;
    const struct hv_compare_side *place;
    struct hv_task *check; /* NULL: was not asked */
    struct hv_vector_comparison *vectors;
    size_t n_vectors;
    enum hv_compare_outcome outcome;
    const struct hv_error *cause; /* of reading one side: told once for all its pairs; NULL: none */
    struct hv_error *error;       /* the pair's own; NULL: none */
};

struct hv_comparer {
    const struct hv_compare_request *request;
    struct hv_connection *connection;
    struct hv_output *out;
    struct hv_compare_side *subjects;
    size_t n_subjects;
    struct hv_compare_side *places;
    size_t n_places;
    struct hv_compare_pair *pairs; /* subject by subject */
    size_t n_pairs;
};

/* Connects, asks, prints; returns the exit code. */
int hv_compare_run(const struct hv_compare_request *request, const struct hv_args *args, struct hv_output *out);

/* comparer_report.c */
/* Everything that is said once all is known; returns the exit code. */
int hv_compare_say(const struct hv_comparer *comparer);

#endif
