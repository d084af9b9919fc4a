/* See job_ref.h. */
#include "cli/job_ref.h"

#include <stdlib.h>

#include "cli/connect.h"

int hv_job_ref_read(struct hv_job_ref *ref, const char *text, struct hv_error *err) {
    return hv_job_ref_split(text, &ref->host, &ref->id, err);
}

void hv_job_ref_deinit(struct hv_job_ref *ref) {
    free(ref->host);
    free(ref->id);
}

const char *hv_job_ref_source(const struct hv_job_ref *ref, const struct hv_args *args) {
    return hv_args_has(args, HV_OPT_HOST) ? NULL : ref->host;
}
