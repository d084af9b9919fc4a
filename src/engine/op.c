/* Operations: their requests, and the answers of those that take one exchange. Those that take more go on in op_pull.c. */
#include "engine/op.h"

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "cim/params.h"
#include "cim/wire.h"
#include "cim/write.h"
#include "engine/op_state.h"
#include "wsman/enumeration.h"
#include "wsman/eventing.h"
#include "wsman/fault.h"
#include "wsman/identify.h"
#include "wsman/transfer.h"
#include "wsman/uri.h"

void hv_op_process_init(void) {
    hv_xml_process_init();
}

struct hv_op *hv_op_free(struct hv_op *op) {
    if (!op)
        return NULL;
    free(op->name);
    (void)hv_epr_free(op->target);
    free(op->message_id);
    free(op->fragment);
    (void)hv_instance_free(op->value);
    free(op->method);
    free(op->action);
    free(op->input);
    (void)hv_params_free(op->params);
    free(op->wql);
    (void)hv_epr_free(op->selectors);
    (void)hv_epr_free(op->object);
    for (size_t i = 0; i < HV_ARRAY_SIZE(op->association_texts); i++)
        free(op->association_texts[i]);
    (void)hv_xml_doc_free(op->query);
    (void)hv_envelope_free(op->marked);
    (void)hv_epr_free(op->manager);
    free(op->identifier);
    free(op->enum_context);
    hv_page_reader_deinit(&op->reader);
    hv_identity_deinit(&op->identity);
    (void)hv_instance_free(op->instance);
    (void)hv_epr_free(op->created);
    (void)hv_class_free(op->description);
    free(op->refusal);
    free(op);
    return NULL;
}

static bool is_closing(const struct hv_op *op) {
    return op->phase == HV_OP_REOPEN || op->phase == HV_OP_CLOSE;
}

static const char *action_of(const struct hv_op *op) {
    switch (op->kind) {
    case HV_OP_IDENTIFY:
    case HV_OP_GET:
        break;
    case HV_OP_PUT:
        return HV_ACTION_PUT;
    case HV_OP_CREATE:
        return HV_ACTION_CREATE;
    case HV_OP_DELETE:
        return HV_ACTION_DELETE;
    case HV_OP_INVOKE:
        return op->action;
    case HV_OP_DESCRIBE:
        if (!op->by_enumeration)
            break;
        __attribute__((fallthrough));
    case HV_OP_ENUMERATE:
        if (is_closing(op))
            return HV_ACTION_RELEASE;
        return op->phase == HV_OP_PULL ? HV_ACTION_PULL : HV_ACTION_ENUMERATE;
    case HV_OP_SUBSCRIBE:
        if (is_closing(op))
            return HV_ACTION_UNSUBSCRIBE;
        if (op->phase == HV_OP_RENEW)
            return HV_ACTION_RENEW;
        return op->phase == HV_OP_PULL ? HV_ACTION_PULL : HV_ACTION_SUBSCRIBE;
    }
    return HV_ACTION_GET;
}

static void write_enumeration(const struct hv_op *op, struct hv_xml_writer *writer) {
    if (is_closing(op))
        hv_release_write(writer, op->enum_context);
    else if (op->phase == HV_OP_PULL)
        hv_pull_write(writer, op->enum_context, op->options.max_elements);
    else
        hv_enumerate_write(writer, &op->options);
}

static void write_subscription(const struct hv_op *op, struct hv_xml_writer *writer) {
    const struct hv_xml_node *query = op->query ? hv_xml_root(op->query) : NULL;
    const struct hv_xml_node *bookmark = op->marked ? hv_envelope_header(op->marked, HV_NS_WSMAN, "Bookmark") : NULL;

    if (is_closing(op))
        hv_unsubscribe_write(writer);
    else if (op->phase == HV_OP_RENEW)
        hv_renew_write(writer, &op->subscription);
    else if (op->phase == HV_OP_PULL)
        hv_pull_write(writer, op->enum_context, op->options.max_elements);
    else
        hv_subscribe_write(writer, &op->subscription, query, bookmark);
}

static int write_body(const struct hv_op *op, struct hv_xml_writer *writer, struct hv_error *err) {
    switch (op->kind) {
    case HV_OP_PUT:
    case HV_OP_CREATE:
        if (op->fragment)
            return hv_wire_write_fragment(writer, op->value, op->fragment, hv_epr_resource_uri(op->target), err);
        return hv_wire_write_instance(writer, op->value, hv_epr_resource_uri(op->target), err);
    case HV_OP_INVOKE:
        return hv_params_write(op->params, writer, op->input, hv_epr_resource_uri(op->target), err);
    case HV_OP_DESCRIBE:
        if (op->by_enumeration)
            write_enumeration(op, writer);
        break;
    case HV_OP_ENUMERATE:
        write_enumeration(op, writer);
        break;
    case HV_OP_SUBSCRIBE:
        write_subscription(op, writer);
        break;
    case HV_OP_IDENTIFY:
    case HV_OP_GET:
    case HV_OP_DELETE:
        break;
    }
    return 0;
}

/* What PowerShell asks for with a description, and what makes arrays precise (wsman.md 1.5). */
static const struct hv_option options[] = {
    { "IncludeInheritanceHierarchy", "xs:boolean", "true" },
    { "IncludeInheritedElements", "xs:boolean", "true" },
    { "IncludeQualifiers", "xs:boolean", "true" },
    { "msftwinrm:UsePreciseArrays", "xs:boolean", "true" },
};

static void choose_options(const struct hv_op *op, struct hv_header *header) {
    if (op->kind == HV_OP_DESCRIBE) {
        header->options = options;
        header->n_options = HV_ARRAY_SIZE(options) - 1;
    } else if (op->is_precise) {
        header->options = &options[HV_ARRAY_SIZE(options) - 1];
        header->n_options = 1;
    }
}

/* Is the request one to whoever manages the subscription? */
static bool is_to_manager(const struct hv_op *op) {
    return op->kind == HV_OP_SUBSCRIBE && (is_closing(op) || op->phase == HV_OP_RENEW);
}

/* A Pull must be back before it is time to renew. */
static uint64_t operation_timeout_ms(const struct hv_op *op, const struct hv_call *call) {
    uint64_t most_ms = op->granted_ms / HV_OP_RENEW_PART;

    if (most_ms < HV_OP_SHORTEST_PULL_MS)
        most_ms = HV_OP_SHORTEST_PULL_MS;
    return op->phase == HV_OP_PULL && op->granted_ms && most_ms < call->operation_timeout_ms ? most_ms
                                                                                             : call->operation_timeout_ms;
}

static int write_envelope(const struct hv_op *op, const struct hv_call *call, struct hv_xml_writer *writer,
                          struct hv_error *err) {
    bool is_subscription = op->kind == HV_OP_SUBSCRIBE;
    struct hv_header header = {
        .to = call->to,
        .action = action_of(op),
        .message_id = call->message_id,
        .target = is_to_manager(op) && op->manager ? op->manager : op->target,
        .operation_timeout_ms = operation_timeout_ms(op, call),
        .max_envelope_size = op->max_envelope_size ? op->max_envelope_size : call->max_envelope_size,
        .fragment = op->fragment,
        .identifier = is_to_manager(op) ? op->identifier : NULL,
        .is_eventing = is_subscription && op->phase != HV_OP_PULL,
    };
    int r;

    choose_options(op, &header);
    hv_envelope_begin(writer, &header);
    r = write_body(op, writer, err);
    hv_envelope_end(writer);
    return r;
}

static int build(struct hv_op *op, const struct hv_call *call, struct hv_buf *bytes, struct hv_error *err) {
    struct hv_xml_writer writer;
    int r = 0;

    hv_xml_writer_init(&writer, bytes, HV_XML_ESCAPE_NAMED);
    if (op->kind == HV_OP_IDENTIFY)
        hv_identify_write(&writer);
    else
        r = write_envelope(op, call, &writer, err);
    return r < 0 ? r : hv_xml_writer_finish(&writer, "the request", err);
}

/* After half of the time that the host grants, which leaves time for a failure. */
static void choose_renewal(struct hv_op *op, uint64_t now_ms) {
    if (op->phase != HV_OP_PULL || !op->granted_ms)
        return;
    if (!op->renew_at_ms)
        op->renew_at_ms = now_ms + op->granted_ms / 2;
    if (now_ms >= op->renew_at_ms && !op->renewed)
        op->phase = HV_OP_RENEW;
    op->renewed = false;
}

int hv_op_build(struct hv_op *op, const struct hv_call *call, struct hv_buf *bytes, struct hv_error *err) {
    char *message_id;
    int r;

    if (op->phase == HV_OP_OVER || op->built)
        return hv_error_set(err, HV_E_INTERNAL, "%s: built again after its end", op->name);
    choose_renewal(op, call->now_ms);
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
    op->built = hv_op_is_once(op);
    if (op->phase == HV_OP_FIRST)
        op->max_envelope_size = call->max_envelope_size;
    return 0;
}

static int feed_identity(struct hv_op *op, const struct hv_envelope *envelope, struct hv_error *err) {
    int r;

    hv_identity_deinit(&op->identity);
    op->identity = (struct hv_identity){ 0 };
    r = hv_identify_parse(envelope, &op->identity, err);
    op->has_identity = r == 0;
    return r;
}

/* A fragment comes in a w:XmlFragment, which does not tell the class: it is that of the target. */
static int feed_instance(struct hv_op *op, const struct hv_xml_node *body, struct hv_error *err) {
    return hv_wire_read_body(body, op->fragment ? hv_uri_class(hv_epr_resource_uri(op->target)) : NULL, &op->instance, err);
}

static int feed_envelope(struct hv_op *op, struct hv_envelope **envelope, struct hv_error *err) {
    const struct hv_xml_node *body = hv_envelope_body(*envelope);
    int r = 0;

    switch (op->kind) {
    case HV_OP_ENUMERATE:
        return hv_op_feed_page(op, *envelope, err);
    case HV_OP_SUBSCRIBE:
        return hv_op_feed_events(op, envelope, err);
    case HV_OP_DESCRIBE:
        return hv_op_feed_class(op, *envelope, err);
    case HV_OP_IDENTIFY:
        r = feed_identity(op, *envelope, err);
        break;
    case HV_OP_GET:
        r = feed_instance(op, body, err);
        break;
    case HV_OP_PUT: /* some answer with an empty body */
        r = hv_xml_first(body) ? feed_instance(op, body, err) : 0;
        break;
    case HV_OP_CREATE:
        r = hv_created_parse(*envelope, &op->created, err);
        break;
    case HV_OP_DELETE:
        break;
    case HV_OP_INVOKE:
        r = hv_output_read(body, op->method, &op->instance, err);
        break;
    }
    if (r == 0)
        op->phase = HV_OP_OVER;
    return r;
}

int hv_op_feed(struct hv_op *op, const struct hv_answer *answer, struct hv_error *err) {
    HV_CLEANUP(hv_envelope_free) struct hv_envelope *envelope = NULL;
    struct hv_error own = { 0 };
    int r;

    if (is_closing(op)) {
        bool is_end = op->phase == HV_OP_CLOSE;

        free(op->enum_context);
        op->enum_context = NULL;
        op->phase = is_end ? HV_OP_OVER : HV_OP_FIRST;
        return is_end ? HV_OP_DONE : HV_OP_MORE;
    }
    r = hv_envelope_open(answer, op->kind == HV_OP_IDENTIFY ? NULL : op->message_id, &envelope, &own);
    if (r < 0)
        r = hv_op_judge(op, &own);
    else
        r = feed_envelope(op, &envelope, &own);
    if (r < 0) {
        hv_error_prefix(&own, "%s", op->name);
        (void)hv_error_copy(err, &own);
    }
    return r;
}

int hv_op_stop(struct hv_op *op) {
    bool is_open = op->enum_context && op->phase != HV_OP_OVER && op->phase != HV_OP_CLOSE;

    op->phase = is_open ? HV_OP_CLOSE : HV_OP_OVER;
    return is_open ? HV_OP_MORE : HV_OP_DONE;
}

bool hv_op_is_once(const struct hv_op *op) {
    return op->kind == HV_OP_INVOKE || op->kind == HV_OP_PUT || op->kind == HV_OP_CREATE || op->kind == HV_OP_DELETE;
}

bool hv_op_is_anonymous(const struct hv_op *op) {
    return op->is_anonymous;
}

bool hv_op_retry(const struct hv_op *op, const struct hv_error *err) {
    return !hv_op_is_once(op) && !is_closing(op) && op->phase != HV_OP_OVER && hv_fault_is_busy(err);
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

struct hv_epr *hv_op_take_created(struct hv_op *op) {
    struct hv_epr *created = op->created;

    op->created = NULL;
    return created;
}

struct hv_class *hv_op_take_class(struct hv_op *op) {
    struct hv_class *description = op->description;

    op->description = NULL;
    return description;
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
