/* Instances given as CIM-XML text inside a string (wsman.md 4.1, 4.3), checked against their class. */
#ifndef SIM_EMBEDDED_H
#define SIM_EMBEDDED_H

#include "object.h"

enum { SIM_REASON_SIZE = 256 };

struct sim_embedded {
    struct sim_object *object;
    bool *given; /* one for each property of the class: it stood in the text, null or not */
    /* Name of a read-only property that was given a value, NULL when none: harmless in a request that copies settings, an error
     * in one that changes them. */
    const char *read_only;
    char reason[SIM_REASON_SIZE]; /* why it was refused */
};

struct sim_embedded_rules {
    const struct sim_schema *schema;
    const char *ns;
    uint32_t build; /* of the host that reads */
    bool refuse_named_references;
};

/* TEXT must hold an instance of CLASS_NAME or of a class derived from it. 0, 1 when it is refused (REASON says why), -1 out of
 * memory. RET is initialised in each case and must be released. */
HV_MUST_CHECK int sim_embedded_parse(const struct sim_embedded_rules *rules, const char *class_name, const char *text,
                                     struct sim_embedded *ret);
void sim_embedded_deinit(struct sim_embedded *embedded);
bool sim_embedded_given(const struct sim_embedded *embedded, const char *name);

#endif
