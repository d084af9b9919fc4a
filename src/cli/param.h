/*
 * --param and --selector of the wsman commands (design.md 4): texts, files, and JSON for references and embedded instances, whose
 * properties get their types from hv_class_property.
 */
#ifndef CLI_PARAM_H
#define CLI_PARAM_H

#include <hvctl/wsman.h>

#include "base/cleanup.h"

/* Largest file that "K=@FILE" reads. */
#define HV_PARAM_MAX_FILE ((size_t)16 * 1024 * 1024)

/* Adds one "K=V" to PARAMS. Errors: ARGUMENT, LIMIT, MEMORY. */
HV_MUST_CHECK int hv_param_add(struct hv_params *params, const char *pair, struct hv_error *err);
/* Adds one "K=V" to the selectors of EPR; V may be a reference in JSON. */
HV_MUST_CHECK int hv_param_add_selector(struct hv_epr *epr, const char *pair, struct hv_error *err);

#endif
