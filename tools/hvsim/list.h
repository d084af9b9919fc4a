/* Lists of objects. */
#ifndef SIM_LIST_H
#define SIM_LIST_H

#include "object.h"

struct sim_list {
    struct sim_object **items;
    size_t n_items;
};
void sim_list_deinit(struct sim_list *list);
/* Takes the object; false when out of memory (it is freed then). NULL is refused as out of memory. */
HV_MUST_CHECK bool sim_list_add(struct sim_list *list, struct sim_object *object_take);

#endif
