/* The body of Enumerate, and the objects it asks for. */
#include "query.h"

#include <string.h>

#include "base/size.h"
#include "base/text.h"
#include "describe.h"
#include "names.h"

static bool filter_fault(struct sim_wire_call *call, uint32_t hresult, const char *what) {
    return sim_fail_wmi_as(&call->fault, SIM_F_CANNOT_PROCESS_FILTER, hresult, "The filter cannot be processed: %s", what);
}

/* ---- the body ---- */

bool sim_read_count(struct sim_wire_call *call, const xmlNode *node, uint64_t *ret_count) {
    HV_CLEANUP_FREE char *text = sim_dom_token(node);

    if (!text)
        return sim_fail_memory(&call->fault);
    if (!hv_text_u64(text, strlen(text), 1, UINT32_MAX, ret_count))
        return sim_fail(&call->fault, SIM_F_SCHEMA_VALIDATION, "%s is no positive number.", sim_dom_name(node));
    return true;
}

static bool read_filter(struct sim_wire_call *call, const xmlNode *node, struct sim_query *query) {
    if (query->filter)
        return sim_fail(&call->fault, SIM_F_SCHEMA_VALIDATION, "There is more than one filter.");
    query->filter = node;
    return true;
}

static bool read_optimize(struct sim_wire_call *call, const xmlNode *node, struct sim_query *query) {
    (void)call;
    (void)node;
    query->optimized = true;
    return true;
}

static bool read_max_elements(struct sim_wire_call *call, const xmlNode *node, struct sim_query *query) {
    return sim_read_count(call, node, &query->max_elements);
}

static bool read_mode(struct sim_wire_call *call, const xmlNode *node, struct sim_query *query) {
    static const struct {
        const char *name;
        enum sim_enum_mode mode;
    } modes[] = {
        { "EnumerateObject", SIM_MODE_OBJECT },
        { "EnumerateEPR", SIM_MODE_EPR },
        { "EnumerateObjectAndEPR", SIM_MODE_OBJECT_AND_EPR },
    };
    HV_CLEANUP_FREE char *text = sim_dom_token(node);

    for (size_t i = 0; text && i < HV_ARRAY_SIZE(modes); i++) {
        if (strcmp(text, modes[i].name) == 0) {
            query->mode = modes[i].mode;
            return true;
        }
    }
    return sim_fail(&call->fault, SIM_F_ENUMERATION_MODE, NULL);
}

static const struct child {
    const char *ns;
    const char *name;
    bool (*read)(struct sim_wire_call *call, const xmlNode *node, struct sim_query *query); /* NULL: ignored */
} children[] = {
    { SIM_NS_ENUM, "Filter", read_filter },
    { SIM_NS_WSMAN, "Filter", read_filter },
    { SIM_NS_WSMAN, "OptimizeEnumeration", read_optimize },
    { SIM_NS_WSMAN, "MaxElements", read_max_elements },
    { SIM_NS_WSMAN, "EnumerationMode", read_mode },
    { SIM_NS_CIMBIND, "PolymorphismMode", NULL }, /* WinRM ignores it (MS-WSMV 3.1.4.1.27) */
    { SIM_NS_ENUM, "EndTo", NULL },
    { SIM_NS_ENUM, "Expires", NULL },
};

static bool read_child(struct sim_wire_call *call, const xmlNode *node, struct sim_query *query) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(children); i++)
        if (sim_dom_is(node, children[i].ns, children[i].name))
            return !children[i].read || children[i].read(call, node, query);
    return sim_fail(&call->fault, SIM_F_SCHEMA_VALIDATION, "Enumerate holds an unexpected element %s.", sim_dom_name(node));
}

bool sim_query_read(struct sim_wire_call *call, struct sim_query *ret_query) {
    const xmlNode *payload = call->message->payload;
    struct sim_query query = { 0 };

    if (!sim_dom_is(payload, SIM_NS_ENUM, "Enumerate"))
        return sim_fail(&call->fault, SIM_F_SCHEMA_VALIDATION, "The body holds no n:Enumerate.");
    for (const xmlNode *node = sim_dom_first(payload); node; node = sim_dom_next(node))
        if (!read_child(call, node, &query))
            return false;
    *ret_query = query;
    return true;
}

/* ---- objects ---- */

/* Keeps the items for which KEEP says so. */
typedef bool (*keep_fn)(const struct sim_object *object, const void *data);

static void keep_items(struct sim_list *list, keep_fn keep, const void *data) {
    size_t n = 0;

    for (size_t i = 0; i < list->n_items; i++) {
        if (keep(list->items[i], data))
            list->items[n++] = list->items[i];
        else
            (void)sim_object_free(list->items[i]);
    }
    list->n_items = n;
}

static bool keep_matching(const struct sim_object *object, const void *data) {
    return sim_wql_match(data, object);
}

/* Instances that are made as they are pulled: there may be more than fit into memory at once. */
static bool is_bulk(const struct sim_class *class_) {
    return hv_text_same(class_->name, "Hvsim_Bulk");
}

static bool run_select(struct sim_wire_call *call, struct sim_wql *wql, struct sim_enumeration *enumeration) {
    const char *ns = call->message->resource.path->ns;
    const struct sim_class *class_ = sim_schema_class(call->schema, ns, wql->class_name);
    uint32_t hresult;

    if (!class_)
        return filter_fault(call, SIM_WBEM_INVALID_CLASS, "invalid class.");
    if (!sim_wql_check(wql, class_, sim_host_build(call->host), &call->fault))
        return false;
    if (is_bulk(class_)) {
        enumeration->bulk = call->host;
    } else {
        hresult = sim_host_list(call->host, ns, wql->class_name, &enumeration->list);
        if (hresult)
            return filter_fault(call, hresult, "the provider failed.");
        keep_items(&enumeration->list, keep_matching, wql);
    }
    enumeration->columns = wql->columns;
    enumeration->n_columns = wql->n_columns;
    wql->columns = NULL;
    wql->n_columns = 0;
    return true;
}

static bool run_association(struct sim_wire_call *call, bool associators, const struct sim_association_query *query,
                            struct sim_enumeration *enumeration) {
    const char *const classes[] = { query->object->class_name, query->assoc_class, query->result_class };
    const char *ns = query->object->ns;
    uint32_t hresult;

    for (size_t i = 0; i < HV_ARRAY_SIZE(classes); i++)
        if (classes[i] && !sim_schema_class(call->schema, ns, classes[i]))
            return filter_fault(call, SIM_WBEM_INVALID_CLASS, "a class named in it does not exist.");
    hresult = associators ? sim_host_associators(call->host, query, &enumeration->list)
                          : sim_host_references(call->host, query, &enumeration->list);
    return !hresult || filter_fault(call, hresult, "the object has no associations.");
}

static bool own_namespace(struct sim_wire_call *call, struct sim_path *path) {
    if (!path->ns)
        path->ns = strdup(call->message->resource.path->ns);
    return path->ns || sim_fail_memory(&call->fault);
}

static bool run_wql(struct sim_wire_call *call, const char *text, struct sim_enumeration *enumeration) {
    HV_CLEANUP(sim_wql_free) struct sim_wql *wql = NULL;
    const struct sim_path *path = call->message->resource.path;
    struct sim_association_query query;

    if (strcmp(path->class_name, "*") != 0 || path->n_keys > 0)
        return sim_fail(&call->fault, SIM_F_WMI_WQL_URI, NULL);
    if (!sim_host_has_namespace(call->host, path->ns))
        return filter_fault(call, SIM_WBEM_INVALID_NAMESPACE, "invalid namespace.");
    if (!sim_wql_parse(text, &wql, &call->fault))
        return false;
    if (wql->kind == SIM_WQL_SELECT) {
        if (!run_select(call, wql, enumeration))
            return false;
        enumeration->wql = wql;
        wql = NULL;
        return true;
    }
    if (!own_namespace(call, wql->object))
        return false;
    query = (struct sim_association_query){ .object = wql->object,
                                            .assoc_class = wql->assoc_class,
                                            .result_class = wql->result_class,
                                            .role = wql->role,
                                            .result_role = wql->result_role };
    return run_association(call, wql->kind == SIM_WQL_ASSOCIATORS, &query, enumeration);
}

static bool check_class(struct sim_wire_call *call, const struct sim_class **ret_class) {
    const struct sim_path *path = call->message->resource.path;

    if (strcmp(path->class_name, "*") == 0)
        return sim_fail_detail(&call->fault, SIM_F_UNSUPPORTED_FEATURE, "FilteringRequired",
                               "All classes can be enumerated with a filter only.");
    if (path->n_keys > 0)
        return sim_fail(&call->fault, SIM_F_ENUMERATE_KEYS, NULL);
    return sim_call_class(call, ret_class);
}

static bool list_class(struct sim_wire_call *call, struct sim_enumeration *enumeration, const struct sim_class **ret_class) {
    const struct sim_path *path = call->message->resource.path;
    uint32_t hresult;

    if (!check_class(call, ret_class))
        return false;
    hresult = sim_host_list(call->host, path->ns, path->class_name, &enumeration->list);
    return !hresult || sim_fail_wmi(&call->fault, hresult, "%s cannot be enumerated.", path->class_name);
}

/* ---- selector filter ---- */

static bool keep_selected(const struct sim_object *object, const void *data) {
    const struct sim_path *wanted = data;

    for (size_t i = 0; i < wanted->n_keys; i++) {
        const struct sim_value *value = sim_object_value(object, wanted->keys[i].name);
        char number[SIM_NUMBER_TEXT_SIZE];

        if (!value || !value->is_set || !hv_text_same(sim_value_text(value, 0, number), wanted->keys[i].value))
            return false;
    }
    return true;
}

static bool run_selectors(struct sim_wire_call *call, const xmlNode *filter, struct sim_enumeration *enumeration) {
    SIM_CLEANUP_RESOURCE struct sim_resource wanted = { 0 };
    const struct sim_class *class_;

    if (!sim_resource_read(call->message->resource.uri, sim_dom_child(filter, SIM_NS_WSMAN, "SelectorSet"), &wanted,
                           &call->fault))
        return sim_fail(&call->fault, SIM_F_CANNOT_PROCESS_FILTER, "The selector filter is malformed.");
    if (!list_class(call, enumeration, &class_))
        return false;
    for (size_t i = 0; i < wanted.path->n_keys; i++) {
        const struct sim_key *key = &wanted.path->keys[i];
        const struct sim_property *property = sim_class_property(class_, key->name);
        if (!property || !key->value || property->is_array || property->type == SIM_DATETIME || property->type == SIM_REFERENCE ||
            property->type == SIM_OBJECT)
            return sim_fail(&call->fault, SIM_F_CANNOT_PROCESS_FILTER, "The selector filter cannot use %s.", key->name);
    }
    keep_items(&enumeration->list, keep_selected, wanted.path);
    return true;
}

/* ---- association filter ---- */

static bool read_name(struct sim_wire_call *call, const xmlNode *parent, const char *name, char **ret_text) {
    const xmlNode *node = sim_dom_child(parent, SIM_NS_CIMBIND, name);

    if (!node)
        return true;
    *ret_text = sim_dom_token(node);
    return *ret_text || sim_fail_memory(&call->fault);
}

static bool run_association_filter(struct sim_wire_call *call, const xmlNode *filter, struct sim_enumeration *enumeration) {
    const xmlNode *root = sim_dom_first(filter);
    const bool associators = sim_dom_is(root, SIM_NS_CIMBIND, "AssociatedInstances");
    HV_CLEANUP(sim_path_free) struct sim_path *object = NULL;
    HV_CLEANUP_FREE char *assoc_class = NULL;
    HV_CLEANUP_FREE char *result_class = NULL;
    HV_CLEANUP_FREE char *role = NULL;
    HV_CLEANUP_FREE char *result_role = NULL;
    struct sim_association_query query;

    if (!associators && !sim_dom_is(root, SIM_NS_CIMBIND, "AssociationInstances"))
        return sim_fail(&call->fault, SIM_F_CANNOT_PROCESS_FILTER, "The association filter is malformed.");
    if (!sim_epr_read(sim_dom_child(root, SIM_NS_CIMBIND, "Object"), &object, &call->fault) || !own_namespace(call, object) ||
        !read_name(call, root, "AssociationClassName", &assoc_class) ||
        !read_name(call, root, "ResultClassName", &result_class) || !read_name(call, root, "Role", &role) ||
        !read_name(call, root, "ResultRole", &result_role))
        return false;
    query = (struct sim_association_query){
        .object = object, .assoc_class = assoc_class, .result_class = result_class, .role = role, .result_role = result_role
    };
    return run_association(call, associators, &query, enumeration);
}

/* ---- without a filter ---- */

static bool run_class(struct sim_wire_call *call, struct sim_enumeration *enumeration) {
    const struct sim_class *class_;

    if (!check_class(call, &class_))
        return false;
    if (!is_bulk(class_))
        return list_class(call, enumeration, &class_);
    enumeration->bulk = call->host;
    return true;
}

static bool run_describe(struct sim_wire_call *call, const struct sim_query *query, struct sim_enumeration *enumeration) {
    const char *ns = call->message->resource.path->ns;
    const size_t n = sim_schema_n_classes(call->schema);
    const struct sim_class *only;

    if (query->filter)
        return sim_fail(&call->fault, SIM_F_FILTERING_NOT_SUPPORTED, NULL);
    if (query->mode != SIM_MODE_OBJECT)
        return sim_fail(&call->fault, SIM_F_ENUMERATION_MODE, NULL);
    if (!sim_describe_target(call, &only))
        return false;
    enumeration->options = call->message->options;
    enumeration->classes = calloc(n + 1, sizeof(*enumeration->classes));
    if (!enumeration->classes)
        return sim_fail_memory(&call->fault);
    for (size_t i = 0; i < n; i++) {
        const struct sim_class *class_ = sim_schema_class_at(call->schema, i);
        if (only ? class_ == only : hv_text_same(class_->ns, ns))
            enumeration->classes[enumeration->n_classes++] = class_;
    }
    return true;
}

bool sim_query_run(struct sim_wire_call *call, const struct sim_query *query, struct sim_enumeration *enumeration) {
    HV_CLEANUP_FREE char *dialect = NULL;
    HV_CLEANUP_FREE char *text = NULL;

    if (call->message->resource.style == SIM_STYLE_METADATA)
        return run_describe(call, query, enumeration);
    if (!query->filter)
        return run_class(call, enumeration);
    dialect = sim_dom_attr(query->filter, NULL, "Dialect");
    text = sim_dom_token(query->filter);
    if (!text)
        return sim_fail_memory(&call->fault);
    if (dialect && strcmp(dialect, SIM_DIALECT_WQL) == 0)
        return run_wql(call, text, enumeration);
    if (dialect && strcmp(dialect, SIM_DIALECT_SELECTOR) == 0)
        return run_selectors(call, query->filter, enumeration);
    if (dialect && strcmp(dialect, SIM_DIALECT_ASSOC) == 0)
        return run_association_filter(call, query->filter, enumeration);
    return sim_fail(&call->fault, SIM_F_FILTER_DIALECT, "The filter dialect %s is not supported.",
                    dialect ? dialect : SIM_DIALECT_XPATH);
}
