/* Intrinsic events by comparison of what was and what is. */
#include "watch.h"

#include <string.h>

#include "setter.h"

#define US_PER_S          INT64_C(1000000)
#define FILETIME_OFFSET_S UINT64_C(11644473600) /* from 1601 to 1970 */

struct sim_watch {
    struct sim_host *host;
    const struct sim_class *target;
    struct sim_wql *wql;
    int64_t due_us;
    struct sim_list seen;
};

struct sim_watch *sim_watch_free(struct sim_watch *watch) {
    if (!watch)
        return NULL;
    sim_list_deinit(&watch->seen);
    (void)sim_wql_free(watch->wql);
    free(watch);
    return NULL;
}

static bool list_now(const struct sim_watch *watch, struct sim_list *list) {
    return sim_host_list(watch->host, watch->target->ns, watch->target->name, list) == 0;
}

struct sim_watch *sim_watch_new(struct sim_host *host, const struct sim_class *target, struct sim_wql *wql_take, int64_t now_us) {
    struct sim_watch *watch = calloc(1, sizeof(*watch));

    if (!watch) {
        (void)sim_wql_free(wql_take);
        return NULL;
    }
    *watch = (struct sim_watch){ .host = host, .target = target, .wql = wql_take };
    watch->due_us = now_us + (int64_t)wql_take->within_s * US_PER_S;
    return list_now(watch, &watch->seen) ? watch : sim_watch_free(watch);
}

/* ---- comparison ---- */

static bool texts_same(char *a_take, char *b_take) {
    const bool same = a_take && b_take && strcmp(a_take, b_take) == 0;

    free(a_take);
    free(b_take);
    return same;
}

static bool item_same(const struct sim_value *a, const struct sim_value *b, size_t i) {
    char text_a[SIM_NUMBER_TEXT_SIZE];
    char text_b[SIM_NUMBER_TEXT_SIZE];

    if (a->type == SIM_REFERENCE)
        return texts_same(sim_path_format(a->items[i].path), sim_path_format(b->items[i].path));
    if (a->type == SIM_OBJECT)
        return texts_same(sim_object_cim_text(a->items[i].object), sim_object_cim_text(b->items[i].object));
    return strcmp(sim_value_text(a, i, text_a), sim_value_text(b, i, text_b)) == 0;
}

static bool value_same(const struct sim_value *a, const struct sim_value *b) {
    if (a->is_set != b->is_set || a->n_items != b->n_items)
        return false;
    for (size_t i = 0; i < a->n_items; i++)
        if (!item_same(a, b, i))
            return false;
    return true;
}

/* The time that a machine has been on is a clock, no change. */
static bool object_same(const struct sim_object *a, const struct sim_object *b) {
    for (size_t i = 0; i < a->class_->n_properties; i++)
        if (strcmp(a->class_->properties[i]->name, "OnTimeInMilliseconds") != 0 && !value_same(&a->values[i], &b->values[i]))
            return false;
    return true;
}

/* The object of LIST with the keys of OBJECT, NULL when there is none. */
static const struct sim_object *twin_find(const struct sim_watch *watch, const struct sim_list *list,
                                          const struct sim_object *object) {
    HV_CLEANUP(sim_path_free) struct sim_path *path = sim_object_path(object);

    for (size_t i = 0; path && i < list->n_items; i++) {
        HV_CLEANUP(sim_path_free) struct sim_path *other = NULL;
        if (list->items[i]->class_ != object->class_)
            continue;
        other = sim_object_path(list->items[i]);
        if (other && sim_host_same_path(watch->host, path, other))
            return list->items[i];
    }
    return NULL;
}

/* ---- events ---- */

static bool add_event(const struct sim_watch *watch, const char *class_name, const struct sim_object *target,
                      const struct sim_object *previous, int64_t now_us, struct sim_list *events) {
    const struct sim_class *class_ = sim_schema_class(sim_host_schema(watch->host), watch->target->ns, class_name);
    struct sim_object *event;

    if (!sim_class_is_a(class_, watch->wql->class_name))
        return true;
    event = sim_object_new(class_, target->build);
    sim_set_number(event, "TIME_CREATED", (uint64_t)now_us * 10 + FILETIME_OFFSET_S * 10000000);
    sim_set_object(event, "TargetInstance", sim_object_copy(target));
    if (previous)
        sim_set_object(event, "PreviousInstance", sim_object_copy(previous));
    if (sim_object_good(event) && !sim_wql_match(watch->wql, event)) {
        (void)sim_object_free(event);
        return true;
    }
    return sim_list_add(events, event);
}

static bool compare(const struct sim_watch *watch, const struct sim_list *now, int64_t now_us, struct sim_list *events) {
    bool good = true;

    for (size_t i = 0; good && i < now->n_items; i++) {
        const struct sim_object *object = now->items[i];
        const struct sim_object *before = twin_find(watch, &watch->seen, object);
        if (!before)
            good = add_event(watch, "__InstanceCreationEvent", object, NULL, now_us, events);
        else if (!object_same(before, object))
            good = add_event(watch, "__InstanceModificationEvent", object, before, now_us, events);
    }
    for (size_t i = 0; good && i < watch->seen.n_items; i++)
        if (!twin_find(watch, now, watch->seen.items[i]))
            good = add_event(watch, "__InstanceDeletionEvent", watch->seen.items[i], NULL, now_us, events);
    return good;
}

bool sim_watch_look(struct sim_watch *watch, int64_t now_us, struct sim_list *events) {
    struct sim_list now = { 0 };
    bool good;

    if (now_us < watch->due_us)
        return true;
    watch->due_us = now_us + (int64_t)watch->wql->within_s * US_PER_S;
    good = list_now(watch, &now) && compare(watch, &now, now_us, events);
    sim_list_deinit(good ? &watch->seen : &now);
    if (good)
        watch->seen = now;
    return good;
}
