/* What the world holds at the start: the built-in inventory or a configuration file (hvsim(1)). */
#ifndef SIM_INVENTORY_H
#define SIM_INVENTORY_H

#include <jansson.h>

#include "fabric.h"
#include "vm.h"

static inline void sim_json_drop(json_t **tree) {
    json_decref(*tree);
}
#define SIM_CLEANUP_JSON HV_ATTR_CLEANUP(sim_json_drop)

HV_MUST_CHECK int sim_inventory_load(struct sim_fabric *fabric, const struct sim_options *options, struct hv_error *err);

/* The built-in inventory. */
const char *sim_inventory_default(void);

/* ---- build.c ---- */
/* A host or VM from its part of the tree. */
HV_MUST_CHECK int sim_inventory_host(struct sim_fabric *fabric, json_t *tree, struct hv_error *err);
HV_MUST_CHECK int sim_inventory_vm(struct sim_fabric *fabric, json_t *tree, struct hv_error *err);

/* Reading the tree. All say in the record what they were reading. */
struct sim_section {
    json_t *tree;
    const char *what; /* "host" or "vm" */
    const char *name;
};
/* Every key of the section is among KEYS (NULL at the end). */
HV_MUST_CHECK int sim_section_check(const struct sim_section *section, const char *const *keys, struct hv_error *err);
/* First value as text; FALLBACK when absent. Valid as long as the tree. */
const char *sim_section_text(const struct sim_section *section, const char *key, const char *fallback);
size_t sim_section_count(const struct sim_section *section, const char *key);
const char *sim_section_item(const struct sim_section *section, const char *key, size_t i);
HV_MUST_CHECK int sim_section_number(const struct sim_section *section, const char *key, uint64_t fallback, uint64_t max,
                                     uint64_t *ret_number, struct hv_error *err);
HV_MUST_CHECK int sim_section_flag(const struct sim_section *section, const char *key, bool fallback, bool *ret_flag,
                                   struct hv_error *err);
HV_MUST_CHECK int sim_section_texts(const struct sim_section *section, const char *key, struct sim_texts *texts,
                                    struct hv_error *err);
/* CONFIG, telling the section. */
HV_MUST_CHECK int sim_section_fail(const struct sim_section *section, struct hv_error *err, const char *format, ...)
    HV_ATTR_PRINTF(3, 4);

#endif
