/* hvctl wsman: raw operations on any resource (design.md 4). */
#include <hvctl/wsman.h>
#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "cli/cmd.h"
#include "cli/fanout.h"
#include "cli/json.h"
#include "cli/param.h"
#include "cli/say.h"
#include "cli/sheet.h"

enum { LINE_MAX_BYTES = 256 * 1024 * 1024 };

static const struct hv_connect_plan one_host = { .max_sources = 1 };

static inline void target_free_p(struct hv_epr **epr) {
    (void)hv_epr_free(*epr);
}
static inline void params_free_p(struct hv_params **params) {
    (void)hv_params_free(*params);
}

static void write_answer(void *context, const char *bytes, size_t n_bytes) {
    hv_output_bytes(context, bytes, n_bytes);
}

/* Runs TASK and prints it, or the bytes of its answers. */
static int run(const struct hv_args *args, struct hv_output *out, int rc, struct hv_error *error, struct hv_task *task,
               hv_single_print_fn *print) {
    if (rc == 0 && out->format == HV_FORMAT_XML)
        hv_task_on_answer(task, write_answer, out);
    return hv_single_command(&one_host, args, out, rc, error, task, print);
}

static int resource_uri(const struct hv_args *args, const char *name, char **ret_uri, struct hv_error *err) {
    const char *cim_namespace = hv_args_value(args, HV_OPT_NAMESPACE);

    return hv_resource_uri(cim_namespace ? cim_namespace : HV_NAMESPACE_V2, name, ret_uri, err);
}

/* RESOURCE with its selectors. */
static int read_target(const struct hv_args *args, struct hv_epr **ret_target, struct hv_error *err) {
    HV_ATTR_CLEANUP(target_free_p) struct hv_epr *target = NULL;
    HV_CLEANUP_FREE char *uri = NULL;
    int rc = resource_uri(args, hv_args_operand(args, 0), &uri, err);

    if (rc == 0)
        rc = hv_epr_new(uri, &target, err);
    for (size_t i = 0; rc == 0 && i < hv_args_count(args, HV_OPT_SELECTOR); i++)
        rc = hv_param_add_selector(target, hv_args_nth(args, HV_OPT_SELECTOR, i), err);
    if (rc < 0)
        return rc;
    *ret_target = target;
    target = NULL;
    return 0;
}

static void print_identity(const struct hv_task *task, const struct hv_endpoint *source, struct hv_output *out) {
    const struct hv_identity *identity = hv_identify_result(task);
    struct hv_sheet sheet;
    json_t *document;

    if (out->format == HV_FORMAT_XML)
        return;
    if (hv_output_is_json(out)) {
        document = hv_json_document("identity");
        hv_json_put(&document, "host", hv_json_text(source->label));
        hv_json_put(&document, "protocol_version", hv_json_text(identity->protocol_version));
        hv_json_put(&document, "vendor", hv_json_text(identity->vendor));
        hv_json_put(&document, "product_version", hv_json_text(identity->product_version));
        hv_json_put(&document, "security_profiles", hv_json_texts(identity->security_profiles, identity->n_security_profiles));
        hv_output_json(out, document);
        return;
    }
    hv_sheet_begin(&sheet, out);
    hv_sheet_text(&sheet, "host", source->label);
    hv_sheet_text(&sheet, "protocol version", identity->protocol_version);
    hv_sheet_text(&sheet, "vendor", identity->vendor);
    hv_sheet_text(&sheet, "product version", identity->product_version);
    for (size_t i = 0; i < identity->n_security_profiles; i++)
        hv_sheet_text(&sheet, "security profile", identity->security_profiles[i]);
    hv_sheet_end(&sheet);
}

int hv_cmd_wsman_identify(const struct hv_args *args, struct hv_output *out) {
    HV_CLEANUP(hv_task_free) struct hv_task *task = NULL;
    struct hv_error error = { 0 };
    int rc = hv_identify_new(&task, &error);

    return run(args, out, rc, &error, task, print_identity);
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

static void print_text(struct hv_output *out, const struct hv_instance *instance, const struct hv_epr *epr) {
    json_t *object = json_object();

    if (instance) {
        hv_json_put_instance(&object, instance);
        print_members(out, hv_instance_class(instance), json_object_get(object, "properties"));
    } else if (epr) {
        json_decref(object);
        object = hv_json_reference(epr);
        print_members(out, hv_epr_resource_uri(epr), json_object_get(object, "selectors"));
    }
    json_decref(object);
}

static void print_instance(const struct hv_instance *instance, struct hv_output *out) {
    json_t *document;

    if (out->format == HV_FORMAT_XML)
        return;
    if (!hv_output_is_json(out)) {
        print_text(out, instance, NULL);
        return;
    }
    document = hv_json_document("instance");
    hv_json_put_instance(&document, instance);
    hv_output_json(out, document);
}

static void print_got(const struct hv_task *task, const struct hv_endpoint *source, struct hv_output *out) {
    (void)source;
    print_instance(hv_get_result(task), out);
}

int hv_cmd_wsman_get(const struct hv_args *args, struct hv_output *out) {
    HV_ATTR_CLEANUP(target_free_p) struct hv_epr *target = NULL;
    HV_CLEANUP(hv_task_free) struct hv_task *task = NULL;
    struct hv_error error = { 0 };
    int rc = read_target(args, &target, &error);

    if (rc == 0)
        rc = hv_get_new(target, &task, &error);
    return run(args, out, rc, &error, task, print_got);
}

/* Items are written as they come, so that memory does not grow with their number. */
struct listing {
    struct hv_output *out;
    bool with_references; /* mode object-and-epr */
    size_t n_items;
};

static json_t *item_json(const struct listing *listing, const struct hv_instance *instance, const struct hv_epr *epr) {
    bool is_lines = listing->out->format == HV_FORMAT_JSONL;
    json_t *object;

    if (!instance && !is_lines)
        return epr ? hv_json_reference(epr) : json_null();
    object = is_lines ? hv_json_document(instance ? "instance" : "reference") : json_object();
    if (instance)
        hv_json_put_instance(&object, instance);
    if (listing->with_references || !instance)
        hv_json_put(&object, "reference", epr ? hv_json_reference(epr) : json_null());
    return object;
}

static int on_item(void *context, struct hv_instance **instance, const struct hv_epr *epr, struct hv_error *err) {
    struct listing *listing = context;
    struct hv_output *out = listing->out;

    if (hv_output_is_broken(out) || out->memory_failed)
        return hv_error_set(err, HV_E_CANCELLED, "the output cannot be written any more");
    if (out->format == HV_FORMAT_XML)
        return 0;
    if (hv_output_is_json(out)) {
        if (out->format == HV_FORMAT_JSON)
            hv_output_text(out, listing->n_items > 0 ? ",\n" : "\n");
        hv_output_json_piece(out, item_json(listing, *instance, epr));
        if (out->format == HV_FORMAT_JSONL)
            hv_output_text(out, "\n");
    } else {
        if (out->format == HV_FORMAT_TABLE && listing->n_items > 0)
            hv_output_text(out, "\n");
        print_text(out, *instance, epr);
    }
    listing->n_items++;
    return 0;
}

/* {"schema": ..., "instances": [ : the document's beginning, left open. */
static void open_document(struct hv_output *out) {
    json_t *head = hv_json_document("instances");
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

static int new_listing(const struct hv_args *args, struct listing *listing, struct hv_task **ret_task, struct hv_error *err) {
    HV_CLEANUP_FREE char *uri = NULL;
    const char *wql = hv_args_value(args, HV_OPT_FILTER);
    const char *mode = hv_args_value(args, HV_OPT_MODE);
    const char *resource = hv_args_operand(args, 0);
    struct hv_enumerate_options options = {
        .wql = wql,
        .plain = hv_args_has(args, HV_OPT_NO_OPTIMIZE),
        .max_elements = (uint32_t)hv_args_number(args, HV_OPT_MAX_ELEMENTS, 0),
        .on_item = on_item,
        .context = listing,
    };
    int rc;

    /* A query names its class itself; its resource is all classes of the namespace (hyperv.md 1.1). */
    if (wql && !strstr(resource, "://"))
        resource = "*";
    if (hv_text_same(mode, "epr"))
        options.mode = HV_ENUMERATE_EPR;
    else if (hv_text_same(mode, "object-and-epr"))
        options.mode = HV_ENUMERATE_OBJECT_AND_EPR;
    listing->with_references = options.mode == HV_ENUMERATE_OBJECT_AND_EPR;
    rc = resource_uri(args, resource, &uri, err);
    options.resource_uri = uri;
    return rc < 0 ? rc : hv_enumerate_new(&options, ret_task, err);
}

int hv_cmd_wsman_enumerate(const struct hv_args *args, struct hv_output *out) {
    HV_CLEANUP(hv_task_free) struct hv_task *task = NULL;
    struct hv_connection connection = { 0 };
    struct listing listing = { .out = out };
    struct hv_error error = { 0 };
    bool is_open = false;
    int exit_code;
    int rc = new_listing(args, &listing, &task, &error);

    if (rc == 0)
        rc = hv_connection_init(&connection, &one_host, args, out, &error);
    if (rc == 0) {
        is_open = out->format == HV_FORMAT_JSON;
        if (is_open)
            open_document(out);
        if (out->format == HV_FORMAT_XML)
            hv_task_on_answer(task, write_answer, out);
        rc = hv_connection_do(&connection, task, &error);
    }
    exit_code = finish_listing(out, is_open, rc, &error);
    hv_connection_deinit(&connection);
    return exit_code;
}

static void print_invoked(const struct hv_task *task, const struct hv_endpoint *source, struct hv_output *out) {
    const struct hv_instance *answer = hv_invoke_result(task);
    uint64_t value = 0;

    (void)source;
    print_instance(answer, out);
    /* 4096: a job was started. What a method means by its number is the caller's to judge. */
    if (hv_instance_u64(answer, "ReturnValue", UINT32_MAX, &value, NULL) == 0 && value != 0 && value != 4096)
        hv_say_warning(out, "the method answered with return value %" PRIu64, value);
}

int hv_cmd_wsman_invoke(const struct hv_args *args, struct hv_output *out) {
    HV_ATTR_CLEANUP(target_free_p) struct hv_epr *target = NULL;
    HV_ATTR_CLEANUP(params_free_p) struct hv_params *params = NULL;
    HV_CLEANUP(hv_task_free) struct hv_task *task = NULL;
    struct hv_error error = { 0 };
    int rc = read_target(args, &target, &error);

    if (rc == 0)
        rc = hv_params_new(&params, &error);
    for (size_t i = 0; rc == 0 && i < hv_args_count(args, HV_OPT_PARAM); i++)
        rc = hv_param_add(params, hv_args_nth(args, HV_OPT_PARAM, i), &error);
    if (rc == 0)
        rc = hv_invoke_new(target, hv_args_operand(args, 1), params, &task, &error);
    return run(args, out, rc, &error, task, print_invoked);
}
