/* hvctl wsman class: a class as its host describes it (design.md 4). */
#include <string.h>

#include "base/error.h"
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/wsman.h"

enum { TEXT_MAX_BYTES = 16 * 1024 * 1024 };

static json_t *qualifier_value(const struct hv_class_qualifier *qualifier) {
    json_t *array;

    if (!qualifier->is_array && qualifier->type == HV_CIM_BOOLEAN)
        return json_boolean(qualifier->n_values == 0 || strcmp(qualifier->values[0], "false") != 0);
    if (!qualifier->is_array)
        return hv_json_text(qualifier->n_values > 0 ? qualifier->values[0] : NULL);
    array = json_array();
    for (size_t i = 0; i < qualifier->n_values; i++)
        hv_json_add(&array, hv_json_text(qualifier->values[i]));
    return array;
}

static json_t *qualifiers(const struct hv_class_qualifier *list, size_t n) {
    json_t *object = json_object();

    for (size_t i = 0; i < n; i++)
        hv_json_put(&object, list[i].name, qualifier_value(&list[i]));
    return object;
}

static void put_member(json_t **object, const struct hv_class_member *member) {
    hv_json_put(object, "name", hv_json_text(member->name));
    hv_json_put(object, "type", hv_json_text(hv_type_name(member->type)));
    hv_json_put(object, "array", json_boolean(member->is_array));
    hv_json_put(object, "class", hv_json_text(member->class_name));
}

static json_t *property_json(const struct hv_class_member *property) {
    json_t *object = json_object();

    put_member(&object, property);
    hv_json_put(&object, "key", json_boolean(property->is_key));
    hv_json_put(&object, "origin", hv_json_text(property->origin));
    hv_json_put(&object, "qualifiers", qualifiers(property->qualifiers, property->n_qualifiers));
    return object;
}

static json_t *method_json(const struct hv_class_method *method) {
    json_t *object = json_object();
    json_t *params = json_array();

    for (size_t i = 0; i < method->n_params; i++) {
        json_t *param = json_object();

        put_member(&param, &method->params[i]);
        hv_json_put(&param, "in", json_boolean(method->params[i].is_in));
        hv_json_put(&param, "out", json_boolean(method->params[i].is_out));
        hv_json_put(&param, "qualifiers", qualifiers(method->params[i].qualifiers, method->params[i].n_qualifiers));
        hv_json_add(&params, param);
    }
    hv_json_put(&object, "name", hv_json_text(method->name));
    hv_json_put(&object, "type", hv_json_text(hv_type_name(method->type)));
    hv_json_put(&object, "static", json_boolean(method->is_static));
    hv_json_put(&object, "parameters", params);
    hv_json_put(&object, "qualifiers", qualifiers(method->qualifiers, method->n_qualifiers));
    return object;
}

static json_t *class_qualifiers(const struct hv_class *class) {
    json_t *object = json_object();

    for (size_t i = 0; i < hv_class_n_qualifiers(class); i++)
        hv_json_put(&object, hv_class_qualifier_at(class, i)->name, qualifier_value(hv_class_qualifier_at(class, i)));
    return object;
}

static void print_json(struct hv_output *out, const struct hv_class *class, const char *cim_namespace) {
    json_t *document = hv_json_document("class");
    json_t *properties = json_array();
    json_t *methods = json_array();

    for (size_t i = 0; i < hv_class_n_properties(class); i++)
        hv_json_add(&properties, property_json(hv_class_property_at(class, i)));
    for (size_t i = 0; i < hv_class_n_methods(class); i++)
        hv_json_add(&methods, method_json(hv_class_method_at(class, i)));
    hv_json_put(&document, "name", hv_json_text(hv_class_name(class)));
    hv_json_put(&document, "superclass", hv_json_text(hv_class_superclass(class)));
    hv_json_put(&document, "namespace", hv_json_text(cim_namespace));
    hv_json_put(&document, "properties", properties);
    hv_json_put(&document, "methods", methods);
    hv_json_put(&document, "qualifiers", class_qualifiers(class));
    hv_output_json(out, document);
}

/* "uint16[] Name"; what a reference or an embedded instance is of stands behind. */
static void append_member(struct hv_buf *buf, const struct hv_class_member *member, const struct hv_charset *charset) {
    const char *type = hv_type_name(member->type);

    hv_buf_puts(buf, type ? type : "?");
    hv_buf_puts(buf, member->is_array ? "[] " : " ");
    hv_clean_append(buf, member->name, charset);
    if (member->class_name) {
        hv_buf_puts(buf, " (");
        hv_clean_append(buf, member->class_name, charset);
        hv_buf_puts(buf, ")");
    }
}

static void append_method(struct hv_buf *buf, const struct hv_class_method *method, const struct hv_charset *charset) {
    const char *type = hv_type_name(method->type);

    hv_buf_printf(buf, "  %s%s ", method->is_static ? "static " : "", type ? type : "void");
    hv_clean_append(buf, method->name, charset);
    hv_buf_puts(buf, "(");
    for (size_t i = 0; i < method->n_params; i++) {
        const struct hv_class_member *param = &method->params[i];

        hv_buf_puts(buf, i > 0 ? ", " : "");
        hv_buf_puts(buf, param->is_in && param->is_out ? "in out " : param->is_out ? "out " : "");
        append_member(buf, param, charset);
    }
    hv_buf_puts(buf, ")\n");
}

static void print_text(struct hv_output *out, const struct hv_class *class) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(TEXT_MAX_BYTES);
    const struct hv_charset *charset = &out->out_text;

    hv_clean_append(&buf, hv_class_name(class), charset);
    if (hv_class_superclass(class)) {
        hv_buf_puts(&buf, " : ");
        hv_clean_append(&buf, hv_class_superclass(class), charset);
    }
    hv_buf_putc(&buf, '\n');
    for (size_t i = 0; i < hv_class_n_properties(class); i++) {
        const struct hv_class_member *property = hv_class_property_at(class, i);

        hv_buf_puts(&buf, property->is_key ? "  key " : "  ");
        append_member(&buf, property, charset);
        hv_buf_putc(&buf, '\n');
    }
    for (size_t i = 0; i < hv_class_n_methods(class); i++)
        append_method(&buf, hv_class_method_at(class, i), charset);
    if (hv_buf_finish(&buf, "a class", NULL) < 0)
        out->memory_failed = true;
    else
        hv_output_bytes(out, hv_buf_text(&buf), buf.len);
}

static int describe(struct hv_types *types, struct hv_connection *connection, const struct hv_args *args, struct hv_error *err) {
    HV_CLEANUP(hv_task_free) struct hv_task *task = NULL;
    struct hv_output *out = connection->out;
    int rc = hv_class_describe_new(types->cim_namespace, hv_args_operand(args, 0), &task, err);

    if (rc == 0)
        rc = hv_wsman_run(connection, task, err);
    if (rc < 0)
        return rc;
    if (hv_output_is_json(out))
        print_json(out, hv_class_describe_result(task), types->cim_namespace ? types->cim_namespace : HV_NAMESPACE_V2);
    else if (out->format != HV_FORMAT_XML)
        print_text(out, hv_class_describe_result(task));
    return 0;
}

int hv_cmd_wsman_class(const struct hv_args *args, struct hv_output *out) {
    return hv_wsman_command(args, out, describe);
}
