/* The body of Enumerate, and the objects it asks for (wsman.md 1.8). */
#ifndef SIM_QUERY_H
#define SIM_QUERY_H

#include "call.h"

struct sim_query {
    const xmlNode *filter; /* NULL: the whole class */
    bool optimized;
    uint64_t max_elements; /* 0: not given */
    enum sim_enum_mode mode;
};

/* From n:Enumerate. */
bool sim_query_read(struct sim_wire_call *call, struct sim_query *ret_query);
/* Items (and columns) of a new enumeration. */
bool sim_query_run(struct sim_wire_call *call, const struct sim_query *query, struct sim_enumeration *enumeration);

/* An element that is a positive number. */
bool sim_read_count(struct sim_wire_call *call, const xmlNode *node, uint64_t *ret_count);

#endif
