/* See wsman.h. */
#include "cli/wsman.h"

#include <string.h>

#include "base/error.h"
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/param.h"
#include "cli/say.h"

enum { LINE_MAX_BYTES = 256 * 1024 * 1024 };

const struct hv_connect_plan hv_wsman_plan = { .max_sources = 1 };

int hv_wsman_resource(const struct hv_args *args, const char *name, struct hv_epr **ret_resource, struct hv_error *err) {
    return hv_resource_new(hv_args_value(args, HV_OPT_NAMESPACE), name, ret_resource, err);
}

int hv_wsman_target(const struct hv_args *args, struct hv_epr **ret_target, struct hv_error *err) {
    HV_CLEANUP_EPR struct hv_epr *target = NULL;
    int rc = hv_wsman_resource(args, hv_args_operand(args, 0), &target, err);

    for (size_t i = 0; rc == 0 && i < hv_args_count(args, HV_OPT_SELECTOR); i++)
        rc = hv_param_add_selector(target, hv_args_nth(args, HV_OPT_SELECTOR, i), err);
    if (rc < 0)
        return rc;
    *ret_target = target;
    target = NULL;
    return 0;
}

const char *hv_wsman_class(const struct hv_epr *target) {
    const char *uri = hv_epr_resource_uri(target);
    const char *slash = strrchr(uri, '/');

    return slash ? slash + 1 : uri;
}

static void write_answer(void *context, const char *bytes, size_t n_bytes) {
    hv_output_bytes(context, bytes, n_bytes);
}

int hv_wsman_run(struct hv_connection *connection, struct hv_task *task, struct hv_error *err) {
    if (connection->out->format == HV_FORMAT_XML)
        hv_task_on_answer(task, write_answer, connection->out);
    return hv_connection_do(connection, task, err);
}

int hv_wsman_command(const struct hv_args *args, struct hv_output *out, hv_wsman_fn *fn) {
    struct hv_connection connection = { 0 };
    struct hv_error error = { 0 };
    struct hv_types types;
    int exit_code = 0;
    int rc = hv_connection_init(&connection, &hv_wsman_plan, args, out, &error);

    hv_types_init(&types, args, &connection);
    if (rc == 0)
        rc = fn(&types, &connection, args, &error);
    if (rc < 0)
        exit_code = hv_say_failure(out, &error);
    hv_types_deinit(&types);
    hv_connection_deinit(&connection);
    return exit_code;
}

/* A value of an instance for people: texts as they are, the rest as JSON, null as "-". */
static void append_value(struct hv_buf *buf, const json_t *value, const struct hv_charset *charset) {
    HV_CLEANUP_FREE char *text = NULL;

    if (json_is_null(value)) {
        hv_buf_puts(buf, "-");
    } else if (json_is_string(value)) {
        hv_clean_append(buf, json_string_value(value), charset);
    } else {
        text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
        if (!text)
            buf->failure = HV_E_MEMORY;
        hv_clean_append(buf, text, charset);
    }
}

/* The members of OBJECT: a line each under HEAD, or one line of NAME=VALUE with tabs between. */
static void print_members(struct hv_output *out, const char *head, json_t *object) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(LINE_MAX_BYTES);
    bool is_plain = out->format == HV_FORMAT_PLAIN;
    const char *name;
    json_t *value;

    hv_clean_append(&buf, head, &out->out_text);
    json_object_foreach(object, name, value) {
        hv_buf_puts(&buf, is_plain ? "\t" : "\n  ");
        hv_clean_append(&buf, name, &out->out_text);
        hv_buf_puts(&buf, is_plain ? "=" : " = ");
        append_value(&buf, value, &out->out_text);
    }
    hv_buf_putc(&buf, '\n');
    if (!object || hv_buf_finish(&buf, "an instance", NULL) < 0)
        out->memory_failed = true;
    else
        hv_output_bytes(out, hv_buf_text(&buf), buf.len);
}

void hv_wsman_print_text(struct hv_output *out, const struct hv_instance *instance, const struct hv_epr *epr,
                         const struct hv_types *types) {
    json_t *object = json_object();

    if (instance) {
        hv_json_put_instance(&object, instance, types);
        print_members(out, hv_instance_class(instance), json_object_get(object, "properties"));
    } else if (epr) {
        json_decref(object);
        object = hv_json_reference(epr);
        print_members(out, hv_epr_resource_uri(epr), json_object_get(object, "selectors"));
    }
    json_decref(object);
}

void hv_wsman_print_instance(struct hv_output *out, const struct hv_instance *instance, const struct hv_types *types) {
    json_t *document;

    if (out->format == HV_FORMAT_XML || !instance)
        return;
    if (!hv_output_is_json(out)) {
        hv_wsman_print_text(out, instance, NULL, types);
        return;
    }
    document = hv_json_document("instance");
    hv_json_put_instance(&document, instance, types);
    hv_output_json(out, document);
}
