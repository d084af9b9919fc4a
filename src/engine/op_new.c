/* Making operations: everything that was given is copied. */
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "engine/op_state.h"
#include "wsman/uri.h"

enum {
    NAME_MAX_BYTES = 4096,
    QUERY_SHOWN = 120, /* bytes of a WQL text in messages */
    DEFAULT_MAX_ELEMENTS = 32000,
};

/* A text from pieces, the last of them NULL. */
static int join(char **ret_text, struct hv_error *err, const char *const *pieces) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(NAME_MAX_BYTES);

    for (; *pieces; pieces++)
        hv_buf_puts(&buf, *pieces);
    return hv_buf_take(&buf, "a name", ret_text, err);
}

/* An operation on TARGET (NULL: none), named "VERB Class". */
static int op_new(enum hv_op_kind kind, const char *verb, const struct hv_epr *target, struct hv_op **ret_op,
                  struct hv_error *err) {
    HV_CLEANUP(hv_op_free) struct hv_op *op = calloc(1, sizeof(*op));
    const char *class_name = target ? hv_uri_class(hv_epr_resource_uri(target)) : NULL;
    int r = op ? 0 : hv_error_memory(err);

    if (r == 0 && target)
        r = hv_epr_copy(target, &op->target, err);
    if (r == 0)
        r = join(&op->name, err, (const char *const[]){ verb, class_name ? " " : NULL, class_name, NULL });
    if (r < 0)
        return r;
    op->kind = kind;
    *ret_op = op;
    op = NULL;
    return 0;
}

int hv_op_new_identify(struct hv_op **ret_op, struct hv_error *err) {
    return op_new(HV_OP_IDENTIFY, "Identify", NULL, ret_op, err);
}

int hv_op_new_identify_anonymous(struct hv_op **ret_op, struct hv_error *err) {
    int r = op_new(HV_OP_IDENTIFY, "Identify", NULL, ret_op, err);

    if (r == 0)
        (*ret_op)->is_anonymous = true;
    return r;
}

int hv_op_new_get(const struct hv_epr *target, struct hv_op **ret_op, struct hv_error *err) {
    return op_new(HV_OP_GET, "Get", target, ret_op, err);
}

int hv_op_new_delete(const struct hv_epr *target, struct hv_op **ret_op, struct hv_error *err) {
    return op_new(HV_OP_DELETE, "Delete", target, ret_op, err);
}

/* A Get, Put or Create with what it sends and the fragment it means; either may be NULL. */
static int transfer_new(enum hv_op_kind kind, const char *verb, const struct hv_epr *target, const struct hv_instance *value,
                        const char *fragment, struct hv_op **ret_op, struct hv_error *err) {
    HV_CLEANUP(hv_op_free) struct hv_op *op = NULL;
    int r = 0;

    if (fragment && !hv_params_is_name(fragment)) {
        r = hv_error_set(err, HV_E_ARGUMENT, "\"%s\" is no name of a property", fragment);
        hv_error_remedy(err, "name one property, spelled as the class does");
    }
    if (r == 0)
        r = op_new(kind, verb, target, &op, err);
    if (r == 0)
        r = hv_text_copy(fragment, &op->fragment, err);
    if (r == 0 && value)
        r = hv_instance_copy(value, &op->value, err);
    if (r < 0)
        return r;
    *ret_op = op;
    op = NULL;
    return 0;
}

int hv_op_new_get_fragment(const struct hv_epr *target, const char *fragment, struct hv_op **ret_op, struct hv_error *err) {
    return transfer_new(HV_OP_GET, "Get", target, NULL, fragment, ret_op, err);
}

int hv_op_new_put(const struct hv_epr *target, const struct hv_instance *instance, const char *fragment, struct hv_op **ret_op,
                  struct hv_error *err) {
    return transfer_new(HV_OP_PUT, "Put", target, instance, fragment, ret_op, err);
}

int hv_op_new_create(const struct hv_epr *resource, const struct hv_instance *instance, struct hv_op **ret_op,
                     struct hv_error *err) {
    return transfer_new(HV_OP_CREATE, "Create", resource, instance, NULL, ret_op, err);
}

int hv_op_new_invoke(const struct hv_epr *target, const char *method, const struct hv_params *params, struct hv_op **ret_op,
                     struct hv_error *err) {
    HV_CLEANUP(hv_op_free) struct hv_op *op = NULL;
    const char *uri = hv_epr_resource_uri(target);
    char *name;
    int r;

    if (!hv_params_is_name(method))
        return hv_error_set(err, HV_E_ARGUMENT, "\"%s\" is no name of a method", method ? method : "");
    r = op_new(HV_OP_INVOKE, "Invoke", target, &op, err);
    if (r == 0)
        r = join(&name, err, (const char *const[]){ op->name, ".", method, NULL });
    if (r < 0)
        return r;
    free(op->name);
    op->name = name;
    r = hv_text_copy(method, &op->method, err);
    if (r == 0)
        r = join(&op->action, err, (const char *const[]){ uri, "/", method, NULL });
    if (r == 0)
        r = join(&op->input, err, (const char *const[]){ "p:", method, "_INPUT", NULL });
    if (r == 0 && params)
        r = hv_params_copy(params, &op->params, err);
    if (r < 0)
        return r;
    *ret_op = op;
    op = NULL;
    return 0;
}

/* A class by its name; a query by its beginning, because the "*" of its URI tells nothing. */
static int name_query(struct hv_op *op, const char *verb, struct hv_error *err) {
    char shown[QUERY_SHOWN + 1];
    char *name;
    size_t n;
    int r;

    if (!op->wql || strcmp(hv_uri_class(hv_epr_resource_uri(op->target)), "*") != 0)
        return 0;
    n = strlen(op->wql) < QUERY_SHOWN ? strlen(op->wql) : QUERY_SHOWN;
    memcpy(shown, op->wql, n);
    shown[n] = '\0';
    hv_text_trim_partial(shown);
    r = join(&name, err, (const char *const[]){ verb, " ", shown, strlen(shown) < strlen(op->wql) ? "..." : "", NULL });
    if (r < 0)
        return r;
    free(op->name);
    op->name = name;
    return 0;
}

/* An operation on all that RESOURCE_URI names, in CIM_NAMESPACE when that is not in it. */
static int resource_new(enum hv_op_kind kind, const char *verb, const char *resource_uri, const char *cim_namespace,
                        const char *wql, struct hv_op **ret_op, struct hv_error *err) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *resource = NULL;
    HV_CLEANUP(hv_op_free) struct hv_op *op = NULL;
    int r = hv_epr_new(resource_uri, &resource, err);

    if (r == 0 && cim_namespace)
        r = hv_epr_add_selector(resource, HV_SELECTOR_NAMESPACE, cim_namespace, err);
    if (r == 0)
        r = op_new(kind, verb, resource, &op, err);
    if (r == 0)
        r = hv_text_copy(wql, &op->wql, err);
    if (r == 0)
        r = name_query(op, kind == HV_OP_ENUMERATE ? "Query" : verb, err);
    if (r != 0)
        return r;
    op->options.max_elements = DEFAULT_MAX_ELEMENTS;
    *ret_op = op;
    op = NULL;
    return 0;
}

static int copy_association(struct hv_op *op, const struct hv_association *given, struct hv_error *err) {
    const char *const texts[] = { given->association_class, given->result_class, given->role, given->result_role };
    int r = 0;

    if (!given->object)
        r = hv_error_set(err, HV_E_ARGUMENT, "a filter by association needs an object");
    if (r == 0)
        r = hv_epr_copy(given->object, &op->object, err);
    for (size_t i = 0; i < HV_ARRAY_SIZE(texts) && r == 0; i++)
        r = hv_text_copy(texts[i], &op->association_texts[i], err);
    op->association = (struct hv_association){
        .object = op->object,
        .references = given->references,
        .association_class = op->association_texts[0],
        .result_class = op->association_texts[1],
        .role = op->association_texts[2],
        .result_role = op->association_texts[3],
    };
    op->options.association = &op->association;
    return r;
}

static int copy_filter(struct hv_op *op, const struct hv_enumerate_options *options, struct hv_error *err) {
    int n_filters = (options->wql ? 1 : 0) + (options->selectors ? 1 : 0) + (options->association ? 1 : 0);
    int r = 0;

    if (n_filters > 1)
        return hv_error_set(err, HV_E_ARGUMENT, "an enumeration takes one filter, not %d", n_filters);
    op->options.wql = op->wql;
    if (options->selectors) {
        r = hv_epr_copy(options->selectors, &op->selectors, err);
        op->options.selectors = op->selectors;
    }
    if (options->association)
        r = copy_association(op, options->association, err);
    return r;
}

int hv_op_new_enumerate(const struct hv_enumerate_options *options, struct hv_op **ret_op, struct hv_error *err) {
    HV_CLEANUP(hv_op_free) struct hv_op *op = NULL;
    int r;

    if (!options->resource_uri)
        return hv_error_set(err, HV_E_ARGUMENT, "an enumeration needs a resource URI");
    r = resource_new(HV_OP_ENUMERATE, "Enumerate", options->resource_uri, options->cim_namespace, options->wql, &op, err);
    if (r == 0)
        r = copy_filter(op, options, err);
    if (r != 0)
        return r;
    op->is_precise = options->precise_arrays;
    op->options.mode = options->mode;
    op->options.plain = options->plain;
    if (options->max_elements)
        op->options.max_elements = options->max_elements;
    hv_page_reader_init(&op->reader, options->on_item, options->context);
    *ret_op = op;
    op = NULL;
    return 0;
}

int hv_op_new_describe(const char *cim_namespace, const char *class_name, struct hv_op **ret_op, struct hv_error *err) {
    HV_CLEANUP(hv_op_free) struct hv_op *op = NULL;
    char *name;
    int r;

    if (!hv_params_is_name(class_name))
        return hv_error_set(err, HV_E_ARGUMENT, "\"%s\" is no name of a class", class_name ? class_name : "");
    r = resource_new(HV_OP_DESCRIBE, "Describe", HV_CIM_XML_ALL, cim_namespace ? cim_namespace : HV_NAMESPACE_V2, NULL, &op, err);
    if (r == 0)
        r = hv_epr_add_selector(op->target, HV_SELECTOR_CLASS, class_name, err);
    if (r == 0)
        r = join(&name, err, (const char *const[]){ "Describe ", class_name, NULL });
    if (r != 0)
        return r;
    free(op->name);
    op->name = name;
    *ret_op = op;
    op = NULL;
    return 0;
}

/* What is no XML is the caller's mistake, not the peer's. */
static int read_query(struct hv_op *op, const char *text, struct hv_error *err) {
    struct hv_error why = { 0 };
    int r = hv_xml_parse(text, strlen(text), "UTF-8", &op->query, &why);

    if (r != HV_E_PROTOCOL)
        return r < 0 ? hv_error_copy(err, &why) : r;
    r = hv_error_set(err, HV_E_ARGUMENT, "the event query is no XML");
    hv_error_cause(err, "%s", why.message);
    hv_error_remedy(err, "write it as <QueryList><Query Path=\"System\"><Select>*</Select></Query></QueryList>");
    return r;
}

int hv_op_new_subscribe(const struct hv_subscribe_options *options, struct hv_op **ret_op, struct hv_error *err) {
    HV_CLEANUP(hv_op_free) struct hv_op *op = NULL;
    int r;

    if (!options->resource_uri || !options->on_event)
        return hv_error_set(err, HV_E_ARGUMENT, "a subscription needs a resource URI and somebody to take its events");
    if (options->wql && options->event_query) {
        r = hv_error_set(err, HV_E_ARGUMENT, "a subscription takes one filter, not 2");
        hv_error_remedy(err, "give WQL for events of WMI, or a query of the event log");
        return r;
    }
    r = resource_new(HV_OP_SUBSCRIBE, "Subscribe", options->resource_uri, options->cim_namespace, options->wql, &op, err);
    if (r != 0)
        return r;
    if (options->event_query)
        r = read_query(op, options->event_query, err);
    if (r != 0)
        return r;
    op->subscription = *options;
    op->subscription.resource_uri = hv_epr_resource_uri(op->target);
    op->subscription.cim_namespace = NULL;
    op->subscription.wql = op->wql;
    op->subscription.event_query = NULL;
    *ret_op = op;
    op = NULL;
    return 0;
}
