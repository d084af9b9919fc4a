/* Operations: what is common to them, and those of one exchange. Enumerations go on in page.c. */
#include "engine/op.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "cim/params.h"
#include "cim/wire.h"
#include "engine/page.h"
#include "wsman/enumeration.h"
#include "wsman/fault.h"
#include "wsman/identify.h"
#include "wsman/uri.h"

enum {
    NAME_MAX_BYTES = 4096,
    QUERY_SHOWN = 120, /* bytes of a WQL text in messages */
    DEFAULT_MAX_ELEMENTS = 32000,
};

enum op_kind {
    OP_IDENTIFY,
    OP_GET,
    OP_ENUMERATE,
    OP_INVOKE,
};

enum op_phase {
    PHASE_FIRST,
    PHASE_PULL,
    PHASE_RELEASE,
    PHASE_DONE,
};

struct hv_op {
    enum op_kind kind;
    enum op_phase phase;
    char *name;
    struct hv_epr *target; /* NULL for Identify */
    char *message_id;      /* of the last build */

    char *method;
    char *action; /* Invoke: RESOURCE_URI/METHOD */
    char *input;  /* "p:METHOD_INPUT" */
    struct hv_params *params;
    bool built; /* Invoke: the one request was made */

    struct hv_enumerate_options options; /* texts belong to target and wql */
    char *wql;
    char *enum_context; /* NULL while nothing is open at the host */
    uint32_t max_envelope_size;
    unsigned n_again;
    struct hv_page_reader reader;

    struct hv_identity identity;
    bool has_identity;
    struct hv_instance *instance;
};

void hv_op_process_init(void) {
    hv_xml_process_init();
}

struct hv_op *hv_op_free(struct hv_op *op) {
    if (!op)
        return NULL;
    free(op->name);
    (void)hv_epr_free(op->target);
    free(op->message_id);
    free(op->method);
    free(op->action);
    free(op->input);
    (void)hv_params_free(op->params);
    free(op->wql);
    free(op->enum_context);
    hv_page_reader_deinit(&op->reader);
    hv_identity_deinit(&op->identity);
    (void)hv_instance_free(op->instance);
    free(op);
    return NULL;
}

static int op_new(enum op_kind kind, struct hv_op **ret_op, struct hv_error *err) {
    struct hv_op *op = calloc(1, sizeof(*op));

    if (!op)
        return hv_error_memory(err);
    op->kind = kind;
    *ret_op = op;
    return 0;
}

/* A text from pieces, the last of them NULL. */
static int join(char **ret_text, struct hv_error *err, const char *const *pieces) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(NAME_MAX_BYTES);

    for (; *pieces; pieces++)
        hv_buf_puts(&buf, *pieces);
    return hv_buf_take(&buf, "a name", ret_text, err);
}

int hv_op_new_identify(struct hv_op **ret_op, struct hv_error *err) {
    HV_CLEANUP(hv_op_free) struct hv_op *op = NULL;
    int r = op_new(OP_IDENTIFY, &op, err);

    if (r == 0)
        r = hv_text_copy("Identify", &op->name, err);
    if (r < 0)
        return r;
    *ret_op = op;
    op = NULL;
    return 0;
}

int hv_op_new_get(const struct hv_epr *target, struct hv_op **ret_op, struct hv_error *err) {
    HV_CLEANUP(hv_op_free) struct hv_op *op = NULL;
    int r = op_new(OP_GET, &op, err);

    if (r == 0)
        r = hv_epr_copy(target, &op->target, err);
    if (r == 0)
        r = join(&op->name, err, (const char *const[]){ "Get ", hv_uri_class(hv_epr_resource_uri(target)), NULL });
    if (r < 0)
        return r;
    *ret_op = op;
    op = NULL;
    return 0;
}

/* A class by its name; a query by its beginning, because the "*" of its URI tells nothing. */
static int name_enumeration(struct hv_op *op, struct hv_error *err) {
    const char *class_name = hv_uri_class(op->options.resource_uri);
    char shown[QUERY_SHOWN + 1];
    size_t n;

    if (!op->wql || strcmp(class_name, "*") != 0)
        return join(&op->name, err, (const char *const[]){ "Enumerate ", class_name, NULL });
    n = strlen(op->wql) < QUERY_SHOWN ? strlen(op->wql) : QUERY_SHOWN;
    memcpy(shown, op->wql, n);
    shown[n] = '\0';
    hv_text_trim_partial(shown);
    return join(&op->name, err, (const char *const[]){ "Query ", shown, strlen(shown) < strlen(op->wql) ? "..." : "", NULL });
}

int hv_op_new_enumerate(const struct hv_enumerate_options *options, struct hv_op **ret_op, struct hv_error *err) {
    HV_CLEANUP(hv_op_free) struct hv_op *op = NULL;
    int r;

    if (!options->resource_uri)
        return hv_error_set(err, HV_E_ARGUMENT, "an enumeration needs a resource URI");
    r = op_new(OP_ENUMERATE, &op, err);
    if (r == 0)
        r = hv_epr_new(options->resource_uri, &op->target, err);
    if (r == 0)
        r = hv_text_copy(options->wql, &op->wql, err);
    if (r < 0)
        return r;
    op->options = *options;
    op->options.resource_uri = hv_epr_resource_uri(op->target);
    op->options.wql = op->wql;
    if (op->options.max_elements == 0)
        op->options.max_elements = DEFAULT_MAX_ELEMENTS;
    hv_page_reader_init(&op->reader, options->on_item, options->context);
    r = name_enumeration(op, err);
    if (r < 0)
        return r;
    *ret_op = op;
    op = NULL;
    return 0;
}

int hv_op_new_invoke(const struct hv_epr *target, const char *method, const struct hv_params *params, struct hv_op **ret_op,
                     struct hv_error *err) {
    HV_CLEANUP(hv_op_free) struct hv_op *op = NULL;
    const char *uri = hv_epr_resource_uri(target);
    int r;

    if (!hv_params_is_name(method))
        return hv_error_set(err, HV_E_ARGUMENT, "\"%s\" is no name of a method", method ? method : "");
    r = op_new(OP_INVOKE, &op, err);
    if (r == 0)
        r = hv_epr_copy(target, &op->target, err);
    if (r == 0)
        r = hv_text_copy(method, &op->method, err);
    if (r == 0)
        r = join(&op->name, err, (const char *const[]){ "Invoke ", hv_uri_class(uri), ".", method, NULL });
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

static const char *action_of(const struct hv_op *op) {
    if (op->kind == OP_INVOKE)
        return op->action;
    if (op->kind == OP_GET)
        return HV_ACTION_GET;
    if (op->phase == PHASE_RELEASE)
        return HV_ACTION_RELEASE;
    return op->phase == PHASE_PULL ? HV_ACTION_PULL : HV_ACTION_ENUMERATE;
}

static void write_body(const struct hv_op *op, struct hv_xml_writer *writer) {
    switch (op->kind) {
    case OP_INVOKE:
        hv_params_write(op->params, writer, op->input, hv_epr_resource_uri(op->target));
        break;
    case OP_ENUMERATE:
        if (op->phase == PHASE_RELEASE)
            hv_release_write(writer, op->enum_context);
        else if (op->phase == PHASE_PULL)
            hv_pull_write(writer, op->enum_context, op->options.max_elements);
        else
            hv_enumerate_write(writer, &op->options);
        break;
    case OP_IDENTIFY:
    case OP_GET:
        break;
    }
}

static int build(struct hv_op *op, const struct hv_call *call, struct hv_buf *bytes, struct hv_error *err) {
    struct hv_xml_writer writer;
    struct hv_header header = {
        .to = call->to,
        .action = action_of(op),
        .message_id = call->message_id,
        .target = op->target,
        .operation_timeout_ms = call->operation_timeout_ms,
        .max_envelope_size = op->max_envelope_size ? op->max_envelope_size : call->max_envelope_size,
    };

    hv_xml_writer_init(&writer, bytes, HV_XML_ESCAPE_NAMED);
    if (op->kind == OP_IDENTIFY) {
        hv_identify_write(&writer);
    } else {
        hv_envelope_begin(&writer, &header);
        write_body(op, &writer);
        hv_envelope_end(&writer);
    }
    return hv_xml_writer_finish(&writer, "the request", err);
}

int hv_op_build(struct hv_op *op, const struct hv_call *call, struct hv_buf *bytes, struct hv_error *err) {
    char *message_id;
    int r;

    if (op->phase == PHASE_DONE || op->built)
        return hv_error_set(err, HV_E_INTERNAL, "%s: built again after its end", op->name);
    r = hv_text_copy(call->message_id, &message_id, err);
    if (r == 0) {
        free(op->message_id);
        op->message_id = message_id;
        r = build(op, call, bytes, err);
    }
    if (r < 0) {
        hv_error_prefix(err, "%s", op->name);
        return r;
    }
    op->built = op->kind == OP_INVOKE;
    if (op->phase == PHASE_FIRST)
        op->max_envelope_size = call->max_envelope_size;
    return 0;
}

/* Enumerate or Pull: the items, then what comes next. */
static int feed_page(struct hv_op *op, const struct hv_envelope *envelope, struct hv_error *err) {
    struct hv_page page;
    char *context = NULL;
    int r = hv_page_parse(envelope, &page, err);

    /* The newest context counts even if an item turns out bad: it is the one to release. */
    if (r == 0)
        r = hv_text_copy(page.context, &context, err);
    if (r < 0)
        return r;
    free(op->enum_context);
    op->enum_context = context;
    op->n_again = 0;
    r = hv_page_reader_read(&op->reader, page.items, err);
    if (r < 0)
        return r;
    op->phase = context ? PHASE_PULL : PHASE_DONE;
    return context ? HV_OP_MORE : HV_OP_DONE;
}

static int feed_identity(struct hv_op *op, const struct hv_envelope *envelope, struct hv_error *err) {
    int r;

    hv_identity_deinit(&op->identity);
    op->identity = (struct hv_identity){ 0 };
    r = hv_identify_parse(envelope, &op->identity, err);
    op->has_identity = r == 0;
    return r;
}

static int feed_envelope(struct hv_op *op, const struct hv_envelope *envelope, struct hv_error *err) {
    const struct hv_xml_node *body = hv_envelope_body(envelope);
    int r = 0;

    switch (op->kind) {
    case OP_ENUMERATE:
        return feed_page(op, envelope, err);
    case OP_IDENTIFY:
        r = feed_identity(op, envelope, err);
        break;
    case OP_GET:
        r = hv_wire_read_body(body, NULL, &op->instance, err);
        break;
    case OP_INVOKE:
        r = hv_output_read(body, op->method, &op->instance, err);
        break;
    }
    if (r == 0)
        op->phase = PHASE_DONE;
    return r;
}

/* A pull that only timed out is asked again, but not for ever; a dead context is not released. */
static int judge_fault(struct hv_op *op, const struct hv_error *err) {
    if (op->phase != PHASE_PULL)
        return err->code;
    if (hv_fault_is_timeout(err) && op->n_again < HV_OP_MAX_AGAIN) {
        op->n_again++;
        return HV_OP_AGAIN;
    }
    if (hv_fault_is_context_lost(err)) {
        free(op->enum_context);
        op->enum_context = NULL;
    }
    return err->code;
}

int hv_op_feed(struct hv_op *op, const struct hv_answer *answer, struct hv_error *err) {
    HV_CLEANUP(hv_envelope_free) struct hv_envelope *envelope = NULL;
    struct hv_error own = { 0 };
    int r;

    if (op->phase == PHASE_RELEASE) {
        op->phase = PHASE_DONE;
        return HV_OP_DONE;
    }
    r = hv_envelope_open(answer, op->kind == OP_IDENTIFY ? NULL : op->message_id, &envelope, &own);
    if (r < 0)
        r = judge_fault(op, &own);
    else
        r = feed_envelope(op, envelope, &own);
    if (r < 0) {
        hv_error_prefix(&own, "%s", op->name);
        (void)hv_error_copy(err, &own);
    }
    return r;
}

int hv_op_stop(struct hv_op *op) {
    bool is_open = op->enum_context && (op->phase == PHASE_FIRST || op->phase == PHASE_PULL);

    op->phase = is_open ? PHASE_RELEASE : PHASE_DONE;
    return is_open ? HV_OP_MORE : HV_OP_DONE;
}

bool hv_op_is_once(const struct hv_op *op) {
    return op->kind == OP_INVOKE;
}

bool hv_op_retry(const struct hv_op *op, const struct hv_error *err) {
    return !hv_op_is_once(op) && (op->phase == PHASE_FIRST || op->phase == PHASE_PULL) && hv_fault_is_busy(err);
}

bool hv_op_refused(const struct hv_error *err) {
    return hv_fault_is_refusal(err);
}

const char *hv_op_name(const struct hv_op *op) {
    return op->name;
}

const struct hv_identity *hv_op_identity(const struct hv_op *op) {
    return op->has_identity ? &op->identity : NULL;
}

void hv_op_take_identity(struct hv_op *op, struct hv_identity *ret_identity) {
    *ret_identity = op->identity;
    op->identity = (struct hv_identity){ 0 };
    op->has_identity = false;
}

const struct hv_instance *hv_op_instance(const struct hv_op *op) {
    return op->instance;
}

struct hv_instance *hv_op_take_instance(struct hv_op *op) {
    struct hv_instance *instance = op->instance;

    op->instance = NULL;
    return instance;
}

size_t hv_op_n_instances(const struct hv_op *op) {
    return op->reader.n_instances;
}

const struct hv_instance *hv_op_instance_at(const struct hv_op *op, size_t index) {
    return index < op->reader.n_instances ? op->reader.instances[index] : NULL;
}

int hv_op_return_value(const struct hv_op *op, uint32_t *ret_value, struct hv_error *err) {
    uint64_t value = 0;
    int r = 1;

    if (op->instance)
        r = hv_instance_u64(op->instance, "ReturnValue", UINT32_MAX, &value, err);
    if (r > 0)
        r = hv_error_set(err, HV_E_PROTOCOL, "the answer holds no ReturnValue");
    if (r < 0) {
        hv_error_prefix(err, "%s", op->name);
        return r;
    }
    *ret_value = (uint32_t)value;
    return 0;
}
