/*
 * Endpoint reference: the name of one instance on a host, a resource URI and a set of selectors
 * (WS-Addressing 2004/08; DSP0226 5.1). Selector names are unique regardless of case.
 */
#ifndef HVCTL_EPR_H
#define HVCTL_EPR_H

#include <hvctl/error.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

struct hv_epr;

/* RESOURCE is a full resource URI. Errors: ARGUMENT (empty), MEMORY. */
int hv_epr_new(const char *resource_uri, struct hv_epr **ret_epr, struct hv_error *err);
/* Errors: MEMORY. */
int hv_epr_copy(const struct hv_epr *epr, struct hv_epr **ret_epr, struct hv_error *err);
/* Accepts NULL; returns NULL. */
struct hv_epr *hv_epr_free(struct hv_epr *epr);

/* Adds a selector with a text value. Errors: ARGUMENT (name empty or given before), LIMIT, MEMORY. */
int hv_epr_add_selector(struct hv_epr *epr, const char *name, const char *value, struct hv_error *err);
/* Adds a selector whose value is a reference; takes VALUE_TAKE even on failure. */
int hv_epr_add_reference(struct hv_epr *epr, const char *name, struct hv_epr *value_take, struct hv_error *err);

/* Everything borrowed below is valid until the EPR is changed or freed. */
const char *hv_epr_resource_uri(const struct hv_epr *epr);
size_t hv_epr_n_selectors(const struct hv_epr *epr);
const char *hv_epr_selector_name(const struct hv_epr *epr, size_t index);
/* NULL when the selector holds a reference. */
const char *hv_epr_selector_value(const struct hv_epr *epr, size_t index);
/* NULL when the selector holds text. */
const struct hv_epr *hv_epr_selector_reference(const struct hv_epr *epr, size_t index);
/* Text value by name, any case; NULL when absent. */
const char *hv_epr_selector(const struct hv_epr *epr, const char *name);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
