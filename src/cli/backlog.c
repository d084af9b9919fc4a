/* See backlog.h. */
#include "cli/backlog.h"

#include "base/size.h"
#include "base/text.h"

struct hv_backlog_item {
    struct hv_backlog_item *next;
    struct hv_instance *instance;
};

/* One class that was asked for. */
struct hv_backlog_lookup {
    char *class_name;
    struct hv_task *task; /* NULL once it has ended, well or not */
};

void hv_backlog_init(struct hv_backlog *backlog, struct hv_printer *printer, struct hv_types *types,
                     struct hv_connection *connection) {
    *backlog = (struct hv_backlog){ .printer = printer, .types = types, .connection = connection };
    backlog->end = &backlog->first;
}

/* Takes the first item off. */
static struct hv_instance *shift(struct hv_backlog *backlog) {
    struct hv_backlog_item *item = backlog->first;
    struct hv_instance *instance = item->instance;

    backlog->first = item->next;
    if (!backlog->first)
        backlog->end = &backlog->first;
    backlog->n_items--;
    free(item);
    return instance;
}

void hv_backlog_deinit(struct hv_backlog *backlog) {
    while (backlog->first)
        (void)hv_instance_free(shift(backlog));
    for (size_t i = 0; i < backlog->n_lookups; i++) {
        (void)hv_task_free(backlog->lookups[i].task);
        free(backlog->lookups[i].class_name);
    }
    free(backlog->lookups);
    backlog->lookups = NULL;
    backlog->n_lookups = 0;
}

/* Takes over what the host has described meanwhile. A class that it does not describe keeps its values as texts. */
static void take_descriptions(struct hv_backlog *backlog) {
    for (size_t i = 0; i < backlog->n_lookups; i++) {
        struct hv_backlog_lookup *lookup = &backlog->lookups[i];

        if (!lookup->task || !hv_task_is_done(lookup->task))
            continue;
        hv_types_add(backlog->types, hv_class_describe_take(lookup->task));
        lookup->task = hv_task_free(lookup->task);
    }
}

static struct hv_backlog_lookup *find_lookup(const struct hv_backlog *backlog, const char *class_name) {
    for (size_t i = 0; i < backlog->n_lookups; i++) {
        if (hv_text_same(backlog->lookups[i].class_name, class_name))
            return &backlog->lookups[i];
    }
    return NULL;
}

/* Outcomes: 1 the look-up is under way. */
static int begin_lookup(struct hv_backlog *backlog, const struct hv_instance *instance, struct hv_error *err) {
    struct hv_backlog_lookup *longer = hv_grow(backlog->lookups, backlog->n_lookups, sizeof(*longer));
    const char *cim_namespace = hv_instance_namespace(instance);
    struct hv_backlog_lookup lookup = { 0 };
    int rc;

    if (!longer)
        return hv_error_memory(err);
    backlog->lookups = longer;
    rc = hv_text_copy(hv_instance_class(instance), &lookup.class_name, err);
    if (rc == 0)
        rc = hv_class_describe_new(cim_namespace ? cim_namespace : backlog->types->cim_namespace, lookup.class_name, &lookup.task,
                                   err);
    if (rc == 0)
        rc = hv_client_start(backlog->connection->client, lookup.task, backlog->connection->sources[0].host, NULL, err);
    if (rc < 0) {
        (void)hv_task_free(lookup.task);
        free(lookup.class_name);
        return rc;
    }
    longer[backlog->n_lookups++] = lookup;
    return 1;
}

/* What a query with named columns gives is of no class (wsman.md 1.8). */
static bool is_projection(const char *class_name) {
    return hv_text_same(class_name, "XmlFragment");
}

/* Outcomes: 0 all is known that can be; 1 a description is to come. Errors: MEMORY. */
static int ask_for(struct hv_backlog *backlog, const struct hv_instance *instance, struct hv_error *err) {
    const char *class_name = hv_instance_class(instance);
    const struct hv_backlog_lookup *lookup;

    if (is_projection(class_name) || hv_types_class(backlog->types, class_name))
        return 0;
    lookup = find_lookup(backlog, class_name);
    if (lookup)
        return lookup->task ? 1 : 0;
    return backlog->n_lookups == HV_TYPES_MAX ? 0 : begin_lookup(backlog, instance, err);
}

/* The same for an instance and all that are in it. */
static int ask_for_all(struct hv_backlog *backlog, const struct hv_instance *instance, struct hv_error *err) {
    int waits = ask_for(backlog, instance, err);

    for (size_t i = 0; waits >= 0 && i < hv_instance_n_properties(instance); i++) {
        const struct hv_property *property = hv_instance_property(instance, i);

        for (size_t k = 0; waits >= 0 && k < hv_property_n_values(property); k++) {
            const struct hv_instance *inner = hv_property_instance(property, k);
            int rc = inner ? ask_for_all(backlog, inner, err) : 0;

            waits = rc != 0 && waits >= 0 ? rc : waits;
        }
    }
    return waits;
}

/* Prints from the front what waits for nothing any more. */
static int print_ready(struct hv_backlog *backlog, struct hv_error *err) {
    int waits = 0;

    take_descriptions(backlog);
    while (backlog->first && waits == 0) {
        struct hv_instance *instance;

        waits = backlog->n_items >= HV_BACKLOG_MAX ? 0 : ask_for_all(backlog, backlog->first->instance, err);
        if (waits != 0)
            break;
        instance = shift(backlog);
        hv_printer_item(backlog->printer, instance, hv_instance_epr(instance));
        (void)hv_instance_free(instance);
    }
    return waits < 0 ? waits : 0;
}

int hv_backlog_add(struct hv_backlog *backlog, struct hv_instance **instance, const struct hv_epr *epr, struct hv_error *err) {
    struct hv_backlog_item *item;
    int rc;

    if (!*instance || !backlog->types->connection) {
        hv_printer_item(backlog->printer, *instance, epr);
        return 0;
    }
    rc = print_ready(backlog, err);
    if (rc == 0)
        rc = ask_for_all(backlog, *instance, err);
    if (rc < 0)
        return rc;
    if (rc == 0 && !backlog->first) {
        hv_printer_item(backlog->printer, *instance, epr);
        return 0;
    }
    item = calloc(1, sizeof(*item));
    if (!item)
        return hv_error_memory(err);
    item->instance = *instance;
    *instance = NULL;
    *backlog->end = item;
    backlog->end = &item->next;
    backlog->n_items++;
    return 0;
}

void hv_backlog_finish(struct hv_backlog *backlog) {
    take_descriptions(backlog);
    while (backlog->first) {
        struct hv_instance *instance = shift(backlog);

        hv_printer_item(backlog->printer, instance, hv_instance_epr(instance));
        (void)hv_instance_free(instance);
    }
}
