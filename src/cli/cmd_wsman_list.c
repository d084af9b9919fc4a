/* hvctl wsman enumerate, subscribe: raw operations whose answers come one after the other (design.md 4). */
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "cli/backlog.h"
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/param.h"
#include "cli/printer.h"
#include "cli/say.h"
#include "cli/wsman.h"

#define URI_EVENT_LOG      "http://schemas.microsoft.com/wbem/wsman/1/windows/EventLog"
#define SELECTOR_NAMESPACE "__cimnamespace"

/* Items are printed as they come, so that memory does not grow with their number. */
static int on_item(void *context, struct hv_instance **instance, const struct hv_epr *epr, struct hv_error *err) {
    struct hv_backlog *backlog = context;
    const struct hv_output *out = backlog->printer->out;

    if (hv_output_is_broken(out) || out->memory_failed)
        return hv_error_set(err, HV_E_CANCELLED, "the output cannot be written any more");
    return out->format == HV_FORMAT_XML ? 0 : hv_backlog_add(backlog, instance, epr, err);
}

/* {"schema": ..., "instances": [ : the document's beginning, left open. */
static void open_document(struct hv_output *out, const char *type) {
    json_t *head = hv_json_document(type);
    char *text = head ? json_dumps(head, JSON_COMPACT) : NULL;

    if (text) {
        hv_output_bytes(out, text, strlen(text) - 1);
        hv_output_text(out, ",\"instances\":[");
    } else {
        out->memory_failed = true;
    }
    free(text);
    json_decref(head);
}

/* A document that was begun is ended, also after a failure: half a list is told as one, by an error inside it. */
static void close_document(struct hv_output *out, const struct hv_error *error) {
    hv_output_text(out, "\n],\"error\":");
    hv_output_json_piece(out, error ? hv_json_error(error, NULL) : json_null());
    hv_output_text(out, "}\n");
}

static int finish_listing(struct hv_output *out, bool is_open, int rc, const struct hv_error *error) {
    if (hv_output_is_broken(out) || out->memory_failed)
        return 0; /* told at the end of the process */
    if (out->format == HV_FORMAT_JSON && is_open) {
        close_document(out, rc < 0 ? error : NULL);
        return rc < 0 ? hv_say_ending(out, error) : 0;
    }
    return rc < 0 ? hv_say_failure(out, error) : 0;
}

/* Runs TASK, whose items on_item writes. */
static int list(struct hv_connection *connection, const char *type, struct hv_task *task, struct hv_backlog *backlog,
                struct hv_error *error) {
    struct hv_output *out = connection->out;
    bool is_open = out->format == HV_FORMAT_JSON;
    int rc;

    if (is_open)
        open_document(out, type);
    rc = hv_wsman_run(connection, task, error);
    hv_backlog_finish(backlog);
    return finish_listing(out, is_open, rc, error);
}

/* Options of an enumeration, and what they borrow. */
struct query {
    struct hv_epr *resource;
    struct hv_epr *selectors;
    struct hv_epr *object;
    struct hv_association association;
    struct hv_enumerate_options options;
};

static void query_deinit(struct query *query) {
    (void)hv_epr_free(query->resource);
    (void)hv_epr_free(query->selectors);
    (void)hv_epr_free(query->object);
}

/* --selector: the namespace is part of the resource, the others are the filter. */
static int read_selectors(const struct hv_args *args, struct query *query, struct hv_error *err) {
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < hv_args_count(args, HV_OPT_SELECTOR); i++) {
        const char *pair = hv_args_nth(args, HV_OPT_SELECTOR, i);

        if (hv_text_starts_same(pair, SELECTOR_NAMESPACE "=")) {
            rc = hv_param_add_selector(query->resource, pair, NULL, err);
            continue;
        }
        if (!query->selectors)
            rc = hv_epr_new(hv_epr_resource_uri(query->resource), &query->selectors, err);
        if (rc == 0)
            rc = hv_param_add_selector(query->selectors, pair, hv_args_value(args, HV_OPT_NAMESPACE), err);
    }
    query->options.selectors = query->selectors;
    return rc;
}

static int read_association(const struct hv_args *args, struct query *query, struct hv_error *err) {
    const char *object = hv_args_value(args, HV_OPT_ASSOCIATED_WITH);
    const char *references = hv_args_value(args, HV_OPT_REFERENCES_OF);

    if (object && references) {
        hv_error_set(err, HV_E_ARGUMENT, "--associated-with and --references-of exclude each other");
        hv_error_remedy(err, "give one of them: what is linked, or the links");
        return HV_E_ARGUMENT;
    }
    if (!object && !references)
        return 0;
    query->association = (struct hv_association){
        .references = references != NULL,
        .association_class = hv_args_value(args, HV_OPT_ASSOC_CLASS),
        .result_class = hv_args_value(args, HV_OPT_RESULT_CLASS),
        .role = hv_args_value(args, HV_OPT_ROLE),
        .result_role = hv_args_value(args, HV_OPT_RESULT_ROLE),
    };
    query->options.association = &query->association;
    if (hv_param_read_reference(references ? "--references-of" : "--associated-with", references ? references : object,
                                hv_args_value(args, HV_OPT_NAMESPACE), &query->object, err) < 0)
        return HV_E_ARGUMENT;
    query->association.object = query->object;
    return 0;
}

static enum hv_polymorphism polymorphism_of(const char *word) {
    if (hv_text_same(word, "include"))
        return HV_POLYMORPHISM_INCLUDE;
    if (hv_text_same(word, "exclude"))
        return HV_POLYMORPHISM_EXCLUDE;
    return hv_text_same(word, "none") ? HV_POLYMORPHISM_NONE : HV_POLYMORPHISM_UNSAID;
}

static int read_query(const struct hv_args *args, struct query *query, struct hv_error *err) {
    const char *mode = hv_args_value(args, HV_OPT_MODE);
    const char *resource = hv_args_operand(args, 0);
    int rc;

    query->options = (struct hv_enumerate_options){
        .wql = hv_args_value(args, HV_OPT_FILTER),
        .plain = hv_args_has(args, HV_OPT_NO_OPTIMIZE),
        .precise_arrays = hv_args_has(args, HV_OPT_PRECISE_ARRAYS),
        .max_elements = (uint32_t)hv_args_number(args, HV_OPT_MAX_ELEMENTS, 0),
        .on_item = on_item,
    };
    if (hv_text_same(mode, "epr"))
        query->options.mode = HV_ENUMERATE_EPR;
    else if (hv_text_same(mode, "object-and-epr"))
        query->options.mode = HV_ENUMERATE_OBJECT_AND_EPR;
    query->options.polymorphism = polymorphism_of(hv_args_value(args, HV_OPT_POLYMORPHISM));
    /* A query names its class itself; its resource is all classes of the namespace (hyperv.md 1.1). */
    if (query->options.wql && !strstr(resource, "://"))
        resource = "*";
    rc = hv_wsman_resource(args, resource, &query->resource, err);
    if (rc == 0)
        rc = read_selectors(args, query, err);
    if (rc == 0)
        rc = read_association(args, query, err);
    if (rc < 0)
        return rc;
    query->options.resource_uri = hv_epr_resource_uri(query->resource);
    query->options.cim_namespace = hv_epr_selector(query->resource, SELECTOR_NAMESPACE);
    return 0;
}

/* The class behind FROM in a query; *RET is NULL when there is none. */
static int class_of_query(const char *wql, char **ret_class, struct hv_error *err) {
    const char *at = wql;

    while (*at) {
        size_t n = strcspn(at, " \t\r\n");
        const char *next = at + n + strspn(at + n, " \t\r\n");

        if (n == 4 && hv_text_starts_same(at, "from"))
            return hv_text_copy_n(next, strcspn(next, " \t\r\n"), ret_class, err);
        at = next;
    }
    *ret_class = NULL;
    return 0;
}

/* The class whose types stand for those of all items. */
static int fetch_base(struct hv_types *types, const struct query *query, struct hv_output *out, char **ret_class,
                      struct hv_error *err) {
    const char *class_name = hv_wsman_class(query->resource);
    int rc;

    if (query->options.wql)
        rc = class_of_query(query->options.wql, ret_class, err);
    else
        rc = hv_text_copy(query->association.result_class ? query->association.result_class : class_name, ret_class, err);
    if (rc < 0 || !*ret_class || strcmp(*ret_class, "*") == 0)
        return rc;
    types->base = *ret_class;
    rc = hv_types_follow(types, query->resource, err);
    return rc < 0 ? rc : hv_types_try(types, *ret_class, out, err);
}

int hv_cmd_wsman_enumerate(const struct hv_args *args, struct hv_output *out) {
    HV_CLEANUP(hv_task_free) struct hv_task *task = NULL;
    HV_CLEANUP_FREE char *class_name = NULL;
    struct hv_connection connection = { .out = out };
    struct hv_types types = { 0 };
    struct hv_printer printer;
    struct hv_backlog backlog;
    struct query query = { 0 };
    struct hv_error error = { 0 };
    int exit_code;
    int rc = read_query(args, &query, &error);

    hv_printer_init(&printer, out, &types);
    hv_backlog_init(&backlog, &printer, &types, &connection);
    query.options.context = &backlog;
    printer.with_references = query.options.mode == HV_ENUMERATE_OBJECT_AND_EPR;
    if (rc == 0)
        rc = hv_enumerate_new(&query.options, &task, &error);
    if (rc == 0)
        rc = hv_connection_init(&connection, &hv_wsman_plan, args, out, &error);
    hv_types_init(&types, args, &connection);
    if (rc == 0)
        rc = fetch_base(&types, &query, out, &class_name, &error);
    exit_code = rc != 0 ? hv_say_failure(out, &error) : list(&connection, "instances", task, &backlog, &error);
    hv_backlog_deinit(&backlog);
    hv_types_deinit(&types);
    query_deinit(&query);
    hv_connection_deinit(&connection);
    hv_printer_deinit(&printer);
    return exit_code;
}

static int new_subscription(const struct hv_args *args, struct hv_backlog *backlog, struct hv_task **ret_task,
                            struct hv_error *err) {
    HV_CLEANUP_EPR struct hv_epr *resource = NULL;
    HV_CLEANUP_FREE char *query = NULL;
    const char *given = hv_args_value(args, HV_OPT_EVENT_QUERY);
    const char *name = hv_args_n_operands(args) > 0 ? hv_args_operand(args, 0) : NULL;
    struct hv_subscribe_options options = {
        .wql = hv_args_value(args, HV_OPT_FILTER),
        .expires_ms = hv_args_ms(args, HV_OPT_EXPIRES, 0),
        .heartbeat_ms = hv_args_ms(args, HV_OPT_HEARTBEAT, 0),
        .max_events = hv_args_number(args, HV_OPT_EVENTS, 0),
        .on_event = on_item,
        .context = backlog,
    };
    int rc = given ? hv_param_read_text(given, &query, err) : 0;

    options.event_query = query;
    if (options.wql && (!name || !strstr(name, "://")))
        name = "*";
    else if (!name && given)
        name = URI_EVENT_LOG;
    if (rc == 0 && !name) {
        rc = hv_error_set(err, HV_E_ARGUMENT, "there is nothing to subscribe to");
        hv_error_remedy(err, "name a RESOURCE, or give --filter WQL or --event-query XML");
    }
    if (rc == 0)
        rc = hv_wsman_resource(args, name, &resource, err);
    if (rc < 0)
        return rc;
    options.resource_uri = hv_epr_resource_uri(resource);
    options.cim_namespace = hv_epr_selector(resource, SELECTOR_NAMESPACE);
    return hv_subscribe_new(&options, ret_task, err);
}

int hv_cmd_wsman_subscribe(const struct hv_args *args, struct hv_output *out) {
    HV_CLEANUP(hv_task_free) struct hv_task *task = NULL;
    struct hv_connection connection = { .out = out };
    struct hv_types types = { 0 };
    struct hv_printer printer;
    struct hv_backlog backlog;
    struct hv_error error = { 0 };
    int exit_code;
    int rc;

    hv_printer_init(&printer, out, NULL);
    hv_backlog_init(&backlog, &printer, &types, &connection);
    rc = new_subscription(args, &backlog, &task, &error);
    if (rc == 0)
        rc = hv_connection_init(&connection, &hv_wsman_plan, args, out, &error);
    exit_code = rc != 0 ? hv_say_failure(out, &error) : list(&connection, "events", task, &backlog, &error);
    hv_backlog_deinit(&backlog);
    hv_connection_deinit(&connection);
    hv_printer_deinit(&printer);
    return exit_code;
}
