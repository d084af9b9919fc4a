/* Open enumerations of one host. */
#include "context.h"

#include <stdio.h>
#include <string.h>

#include "model.h"
#include "subscription.h"

struct sim_enumeration *sim_enumeration_free(struct sim_enumeration *enumeration) {
    if (!enumeration)
        return NULL;
    sim_list_deinit(&enumeration->list);
    for (size_t i = 0; i < enumeration->n_columns; i++)
        free(enumeration->columns[i]);
    free(enumeration->columns);
    free(enumeration->classes);
    (void)sim_subscription_free(enumeration->subscription);
    (void)sim_wql_free(enumeration->wql);
    (void)sim_object_free(enumeration->made);
    free(enumeration);
    return NULL;
}

/* Makes instances until one fits. */
static int make_next(struct sim_enumeration *enumeration) {
    const uint32_t n = sim_host_n_bulk(enumeration->bulk);

    for (; !enumeration->made && enumeration->next < n; enumeration->next++) {
        struct sim_object *object = sim_host_bulk(enumeration->bulk, (uint32_t)enumeration->next);
        if (!object)
            return -1;
        if (!enumeration->wql || sim_wql_match(enumeration->wql, object))
            enumeration->made = object;
        else
            (void)sim_object_free(object);
    }
    return enumeration->made != NULL;
}

int sim_enumeration_more(struct sim_enumeration *enumeration) {
    if (enumeration->bulk)
        return make_next(enumeration);
    return enumeration->next < (enumeration->classes ? enumeration->n_classes : enumeration->list.n_items);
}

const struct sim_object *sim_enumeration_object(const struct sim_enumeration *enumeration) {
    if (enumeration->bulk)
        return enumeration->made;
    return enumeration->classes ? NULL : enumeration->list.items[enumeration->next];
}

void sim_enumeration_advance(struct sim_enumeration *enumeration) {
    if (enumeration->bulk)
        enumeration->made = sim_object_free(enumeration->made);
    else
        enumeration->next++;
}

void sim_contexts_deinit(struct sim_contexts *contexts) {
    for (size_t i = 0; i < contexts->n_items; i++)
        (void)sim_enumeration_free(contexts->items[i].enumeration);
    free(contexts->items);
    *contexts = (struct sim_contexts){ 0 };
}

void sim_contexts_remove(struct sim_contexts *contexts, struct sim_context *context) {
    (void)sim_enumeration_free(context->enumeration);
    *context = contexts->items[--contexts->n_items];
}

static bool is_expired(const struct sim_context *context, int64_t oldest_us, int64_t simulated_us) {
    const struct sim_subscription *subscription = context->enumeration->subscription;

    if (!subscription)
        return context->used_us < oldest_us;
    return subscription->expires_us && subscription->expires_us <= simulated_us;
}

void sim_contexts_expire(struct sim_contexts *contexts, int64_t oldest_us, int64_t simulated_us) {
    for (size_t i = contexts->n_items; i > 0; i--)
        if (is_expired(&contexts->items[i - 1], oldest_us, simulated_us))
            sim_contexts_remove(contexts, &contexts->items[i - 1]);
}

int sim_contexts_add(struct sim_contexts *contexts, const char *id, int64_t now_us, struct sim_enumeration *enumeration_take) {
    HV_CLEANUP(sim_enumeration_free) struct sim_enumeration *enumeration = enumeration_take;
    struct sim_context *items;

    if (contexts->n_items >= SIM_MAX_CONTEXTS)
        return 1;
    /* Room is asked for at most every time, since items are removed too and hv_grow counts only upwards. */
    items = reallocarray(contexts->items, contexts->n_items + 1, sizeof(*items));
    if (!items)
        return -1;
    contexts->items = items;
    items[contexts->n_items] = (struct sim_context){ .used_us = now_us, .enumeration = enumeration };
    (void)snprintf(items[contexts->n_items].id, sizeof(items->id), "%s", id);
    contexts->n_items++;
    enumeration = NULL;
    return 0;
}

struct sim_context *sim_contexts_find(struct sim_contexts *contexts, const char *id) {
    for (size_t i = 0; i < contexts->n_items; i++)
        if (strcmp(contexts->items[i].id, id) == 0)
            return &contexts->items[i];
    return NULL;
}
