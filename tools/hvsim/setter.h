/*
 * Filling objects property by property. The first failure (out of memory, unknown name, wrong type) sticks to the object:
 * sim_list_add and sim_object_good tell. A NULL text leaves the property null.
 */
#ifndef SIM_SETTER_H
#define SIM_SETTER_H

#include "object.h"

/* Replaces the value. */
void sim_set_text(struct sim_object *object, const char *name, const char *text);
void sim_set_number(struct sim_object *object, const char *name, uint64_t number);
void sim_set_bool(struct sim_object *object, const char *name, bool flag);
void sim_set_timestamp(struct sim_object *object, const char *name, int64_t us);
void sim_set_interval(struct sim_object *object, const char *name, int64_t us);
void sim_set_path(struct sim_object *object, const char *name, struct sim_path *path_take);
void sim_set_object(struct sim_object *object, const char *name, struct sim_object *value_take);
void sim_set_null(struct sim_object *object, const char *name);
/* Appends to an array. */
void sim_add_text(struct sim_object *object, const char *name, const char *text);
void sim_add_number(struct sim_object *object, const char *name, uint64_t number);
/* Replaces the value by a copy. */
void sim_set_value(struct sim_object *object, const char *name, const struct sim_value *value);
bool sim_object_good(const struct sim_object *object);

/* First text of the property, NULL when null or empty. */
const char *sim_object_text(const struct sim_object *object, const char *name);
/* FALLBACK when null. */
uint64_t sim_object_number(const struct sim_object *object, const char *name, uint64_t fallback);
bool sim_object_flag(const struct sim_object *object, const char *name, bool fallback);

/* As sim_value_add_text, from what the code holds. */
HV_MUST_CHECK int sim_value_add_number(struct sim_value *value, uint64_t number);
HV_MUST_CHECK int sim_value_add_datetime(struct sim_value *value, struct sim_datetime datetime);
HV_MUST_CHECK int sim_value_add_object(struct sim_value *value, struct sim_object *object_take);

#endif
