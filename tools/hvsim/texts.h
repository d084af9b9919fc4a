/* Lists of texts, and texts made by a format. */
#ifndef SIM_TEXTS_H
#define SIM_TEXTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"

struct sim_texts {
    char **items;
    size_t n_items;
};

HV_MUST_CHECK bool sim_texts_add(struct sim_texts *texts, const char *text);
bool sim_texts_has(const struct sim_texts *texts, const char *text); /* regardless of case */
void sim_texts_deinit(struct sim_texts *texts);
/* printf into fresh memory; NULL: out of memory. */
char *sim_format(const char *format, ...) HV_ATTR_PRINTF(1, 2);

#endif
