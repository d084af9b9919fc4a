/*
 * --param, --selector and --set of the wsman commands (design.md 4): texts, files, and JSON for references and embedded
 * instances, whose properties get their types from hv_types_require. TYPES may be NULL everywhere: then only the tables are
 * asked.
 */
#ifndef CLI_PARAM_H
#define CLI_PARAM_H

#include <hvctl/wsman.h>

#include "base/cleanup.h"

struct hv_args;
struct hv_types;

/* Largest file that "K=@FILE" reads. */
#define HV_PARAM_MAX_FILE ((size_t)16 * 1024 * 1024)

/* Adds one "K=V" to PARAMS. Errors: ARGUMENT, LIMIT, MEMORY, and those of hv_types_require. */
HV_MUST_CHECK int hv_param_add(struct hv_params *params, struct hv_types *types, const char *pair, struct hv_error *err);
/* Adds one "K=V" to the selectors of EPR; V may be a reference in JSON, whose class is in CIM_NAMESPACE (NULL:
 * root/virtualization/v2). */
HV_MUST_CHECK int hv_param_add_selector(struct hv_epr *epr, const char *pair, const char *cim_namespace, struct hv_error *err);
/* The reference that TEXT is in JSON; WHAT names it. */
HV_MUST_CHECK int hv_param_read_reference(const char *what, const char *text, const char *cim_namespace, struct hv_epr **ret_epr,
                                          struct hv_error *err);
/* TEXT, or what is in FILE when it is "@FILE". The caller frees it. */
HV_MUST_CHECK int hv_param_read_text(const char *text, char **ret_text, struct hv_error *err);
/* Carries out every --set and --null of ARGS on INSTANCE. */
HV_MUST_CHECK int hv_param_set_all(struct hv_instance *instance, struct hv_types *types, const struct hv_args *args,
                                   struct hv_error *err);

#endif
