/* HOST/INSTANCEID, as jobs are named on the command line (ux.md 6). */
#ifndef CLI_JOB_REF_H
#define CLI_JOB_REF_H

#include "cli/options.h"

struct hv_job_ref {
    char *host; /* NULL: only --host tells */
    char *id;
};

/* REF is zeroed. Errors: those of hv_job_ref_split. */
HV_MUST_CHECK int hv_job_ref_read(struct hv_job_ref *ref, const char *text, struct hv_error *err);
void hv_job_ref_deinit(struct hv_job_ref *ref);
#define HV_CLEANUP_JOB_REF HV_ATTR_CLEANUP(hv_job_ref_deinit)

/* The reference's own host, unless --host tells how to reach it: then NULL. */
const char *hv_job_ref_source(const struct hv_job_ref *ref, const struct hv_args *args);

#endif
