/* Subscribe, Renew, Unsubscribe, and Pull of a subscription (wsman.md 1.9). */
#include "subscription.h"

#include <stdio.h>
#include <string.h>

#include "base/duration.h"
#include "base/size.h"
#include "base/text.h"
#include "call.h"
#include "names.h"
#include "xml.h"

#define MODE_PULL   "http://schemas.dmtf.org/wbem/wsman/1/wsman/Pull"
#define EARLIEST    "http://schemas.dmtf.org/wbem/wsman/1/wsman/bookmark/earliest"
#define EVENT_QUERY "http://schemas.microsoft.com/win/2004/08/events/eventquery"
#define ANY_CHANNEL "*"

enum { MAX_CHANNELS = 64 };

struct sim_subscription *sim_subscription_free(struct sim_subscription *subscription) {
    if (!subscription)
        return NULL;
    (void)sim_watch_free(subscription->watch);
    sim_list_deinit(&subscription->queue);
    for (size_t i = 0; i < subscription->n_channels; i++)
        free(subscription->channels[i]);
    free(subscription->channels);
    free(subscription);
    return NULL;
}

static void drop_first(struct sim_list *queue, size_t n) {
    for (size_t i = 0; i < n; i++)
        (void)sim_object_free(queue->items[i]);
    memmove(queue->items, queue->items + n, (queue->n_items - n) * sizeof(struct sim_object *));
    queue->n_items -= n;
}

bool sim_subscription_look(struct sim_subscription *subscription, int64_t now_us) {
    struct sim_list *queue = subscription ? &subscription->queue : NULL;

    if (!subscription || !subscription->watch)
        return true;
    if (!sim_watch_look(subscription->watch, now_us, queue))
        return false;
    if (queue->n_items > SIM_MAX_QUEUED)
        drop_first(queue, queue->n_items - SIM_MAX_QUEUED);
    return true;
}

/* ---- the body of Subscribe ---- */

struct request {
    const xmlNode *filter;
    const xmlNode *bookmark;
    bool is_pull;
    bool send_bookmarks;
    int64_t expires_us; /* after now; 0: never */
};

static bool read_delivery(struct sim_wire_call *call, const xmlNode *node, struct request *request) {
    static const char *const push_modes[] = { "http://schemas.xmlsoap.org/ws/2004/08/eventing/DeliveryModes/Push",
                                              "http://schemas.dmtf.org/wbem/wsman/1/wsman/PushWithAck",
                                              "http://schemas.dmtf.org/wbem/wsman/1/wsman/Events" };
    HV_CLEANUP_FREE char *mode = sim_dom_attr(node, NULL, "Mode");

    request->is_pull = mode && strcmp(mode, MODE_PULL) == 0;
    if (request->is_pull)
        return true;
    for (size_t i = 0; mode && i < HV_ARRAY_SIZE(push_modes); i++)
        if (strcmp(mode, push_modes[i]) == 0)
            return sim_fail(&call->fault, SIM_F_ONLY_PULL, NULL);
    /* Without a mode it is Push (WS-Eventing). */
    return sim_fail(&call->fault, mode ? SIM_F_DELIVERY_MODE : SIM_F_ONLY_PULL, NULL);
}

static bool read_expires(struct sim_wire_call *call, const xmlNode *node, struct request *request) {
    HV_CLEANUP_FREE char *text = sim_dom_token(node);
    struct sim_datetime until;
    uint64_t ms = 0;

    if (!text)
        return sim_fail_memory(&call->fault);
    if (hv_duration_parse_iso(text, &ms) && ms < UINT32_MAX) {
        request->expires_us = (int64_t)ms * 1000;
        return true;
    }
    if (!sim_datetime_parse(text, &until) || until.interval || until.us <= call->simulated_us)
        return sim_fail_detail(&call->fault, SIM_F_UNSUPPORTED_FEATURE, "ExpirationTime",
                               "e:Expires is neither a duration nor a time to come.");
    request->expires_us = until.us - call->simulated_us;
    return true;
}

static bool read_child(struct sim_wire_call *call, const xmlNode *node, struct request *request) {
    if (sim_dom_is(node, SIM_NS_EVENT, "Delivery"))
        return read_delivery(call, node, request);
    if (sim_dom_is(node, SIM_NS_EVENT, "Expires"))
        return read_expires(call, node, request);
    if ((sim_dom_is(node, SIM_NS_WSMAN, "Filter") || sim_dom_is(node, SIM_NS_EVENT, "Filter")) && !request->filter) {
        request->filter = node;
        return true;
    }
    if (sim_dom_is(node, SIM_NS_WSMAN, "SendBookmarks")) {
        request->send_bookmarks = true;
        return true;
    }
    if (sim_dom_is(node, SIM_NS_WSMAN, "Bookmark")) {
        request->bookmark = node;
        return true;
    }
    if (sim_dom_is(node, SIM_NS_EVENT, "EndTo") || sim_dom_is(node, SIM_NS_CIMBIND, "PolymorphismMode"))
        return true;
    return sim_fail(&call->fault, SIM_F_SCHEMA_VALIDATION, "Subscribe holds an unexpected element %s.", sim_dom_name(node));
}

static bool read_request(struct sim_wire_call *call, struct request *request) {
    const xmlNode *payload = call->message->payload;

    if (!sim_dom_is(payload, SIM_NS_EVENT, "Subscribe"))
        return sim_fail(&call->fault, SIM_F_SCHEMA_VALIDATION, "The body holds no e:Subscribe.");
    for (const xmlNode *node = sim_dom_first(payload); node; node = sim_dom_next(node))
        if (!read_child(call, node, request))
            return false;
    return request->is_pull || sim_fail(&call->fault, SIM_F_SCHEMA_VALIDATION, "e:Delivery is missing.");
}

/* ---- WMI ---- */

static bool filter_fault(struct sim_wire_call *call, uint32_t hresult, const char *what) {
    return sim_fail_wmi_as(&call->fault, SIM_F_CANNOT_PROCESS_FILTER, hresult, "The filter cannot be processed: %s", what);
}

static bool check_query(struct sim_wire_call *call, const struct sim_wql *wql, const struct sim_class **ret_target) {
    const struct sim_path *path = call->message->resource.path;
    const bool is_any = strcmp(path->class_name, "*") == 0;
    const struct sim_class *event = wql->class_name ? sim_schema_class(call->schema, path->ns, wql->class_name) : NULL;
    const char *target = sim_wql_target(wql);

    if (wql->kind != SIM_WQL_SELECT || !event || !sim_class_is_a(event, "__InstanceOperationEvent"))
        return filter_fault(call, SIM_WBEM_INVALID_CLASS, "it selects no class of events.");
    if (!is_any && !hv_text_same(path->class_name, wql->class_name))
        return filter_fault(call, SIM_WBEM_INVALID_QUERY, "it selects another class than the resource URI.");
    if (!wql->within_s || !target)
        return filter_fault(call, SIM_WBEM_INVALID_QUERY, "WITHIN or TargetInstance ISA is missing.");
    *ret_target = sim_schema_class(call->schema, path->ns, target);
    if (!*ret_target)
        return filter_fault(call, SIM_WBEM_INVALID_CLASS, "the class of TargetInstance does not exist.");
    return sim_wql_check_event(wql, event, *ret_target, sim_host_build(call->host), &call->fault);
}

static bool start_watch(struct sim_wire_call *call, const struct request *request, struct sim_subscription *subscription) {
    HV_CLEANUP(sim_wql_free) struct sim_wql *wql = NULL;
    HV_CLEANUP_FREE char *dialect = request->filter ? sim_dom_attr(request->filter, NULL, "Dialect") : NULL;
    HV_CLEANUP_FREE char *text = request->filter ? sim_dom_token(request->filter) : NULL;
    const struct sim_path *path = call->message->resource.path;
    const struct sim_class *target = NULL;
    struct sim_wql *take;

    if (path->n_keys)
        return sim_fail(&call->fault, SIM_F_SUBSCRIBE_KEYS, NULL);
    if (!sim_host_has_namespace(call->host, path->ns))
        return sim_fail_wmi(&call->fault, SIM_WBEM_INVALID_NAMESPACE, "There is no WMI namespace %s.", path->ns);
    if (!text)
        return sim_fail_detail(&call->fault, SIM_F_UNSUPPORTED_FEATURE, "FilteringRequired", "Events need a filter.");
    if (!dialect || strcmp(dialect, SIM_DIALECT_WQL) != 0)
        return sim_fail(&call->fault, SIM_F_FILTER_DIALECT, NULL);
    if (!sim_wql_parse(text, &wql, &call->fault) || !check_query(call, wql, &target))
        return false;
    take = wql;
    wql = NULL;
    subscription->watch = sim_watch_new(call->host, target, take, call->simulated_us);
    return subscription->watch || sim_fail_memory(&call->fault);
}

/* ---- event log ---- */

static bool add_channel(struct sim_wire_call *call, struct sim_subscription *subscription, const char *path) {
    char **channels;

    if (subscription->n_channels >= MAX_CHANNELS)
        return sim_fail(&call->fault, SIM_F_CANNOT_PROCESS_FILTER, "The query has too many Selects.");
    channels = hv_grow(subscription->channels, subscription->n_channels, sizeof(*channels));
    if (!channels)
        return sim_fail_memory(&call->fault);
    subscription->channels = channels;
    channels[subscription->n_channels] = strdup(path);
    if (!channels[subscription->n_channels])
        return sim_fail_memory(&call->fault);
    subscription->n_channels++;
    return true;
}

static bool read_select(struct sim_wire_call *call, const xmlNode *query, const xmlNode *select,
                        struct sim_subscription *subscription) {
    HV_CLEANUP_FREE char *own = sim_dom_attr(select, NULL, "Path");
    HV_CLEANUP_FREE char *common = sim_dom_attr(query, NULL, "Path");
    HV_CLEANUP_FREE char *text = sim_dom_token(select);
    const char *path = own ? own : common;

    if (!path || !text || strcmp(text, "*") != 0)
        return sim_fail(&call->fault, SIM_F_CANNOT_PROCESS_FILTER, "A Select has no Path, or is not *.");
    return add_channel(call, subscription, path);
}

/* QueryList as elements. */
static bool read_query_list(struct sim_wire_call *call, const xmlNode *list, struct sim_subscription *subscription) {
    if (strcmp(sim_dom_name(list), "QueryList") != 0)
        return sim_fail(&call->fault, SIM_F_CANNOT_PROCESS_FILTER, "The event query holds no QueryList.");
    for (const xmlNode *query = sim_dom_first(list); query; query = sim_dom_next(query)) {
        if (strcmp(sim_dom_name(query), "Query") != 0)
            return sim_fail(&call->fault, SIM_F_CANNOT_PROCESS_FILTER, "QueryList holds %s.", sim_dom_name(query));
        for (const xmlNode *select = sim_dom_first(query); select; select = sim_dom_next(select))
            if (strcmp(sim_dom_name(select), "Select") != 0 || !read_select(call, query, select, subscription))
                return sim_fail(&call->fault, SIM_F_CANNOT_PROCESS_FILTER, "A Query holds more than Selects of *.");
    }
    return subscription->n_channels || sim_fail(&call->fault, SIM_F_CANNOT_PROCESS_FILTER, "The event query selects nothing.");
}

static bool read_event_query(struct sim_wire_call *call, const xmlNode *filter, struct sim_subscription *subscription) {
    HV_CLEANUP_FREE char *dialect = sim_dom_attr(filter, NULL, "Dialect");
    HV_CLEANUP_FREE char *text = NULL;
    SIM_CLEANUP_DOC xmlDoc *doc = NULL;

    if (!dialect || strcmp(dialect, EVENT_QUERY) != 0)
        return sim_fail(&call->fault, SIM_F_FILTER_DIALECT, NULL);
    if (sim_dom_first(filter))
        return read_query_list(call, sim_dom_first(filter), subscription);
    text = sim_dom_token(filter);
    doc = text ? sim_dom_parse(text, strlen(text)) : NULL;
    return read_query_list(call, doc ? xmlDocGetRootElement(doc) : NULL, subscription);
}

/* The largest record that a list of bookmarks names. */
static bool read_bookmark(struct sim_wire_call *call, const xmlNode *node, uint64_t *ret_after) {
    HV_CLEANUP_FREE char *text = sim_dom_token(node);
    const xmlNode *list = sim_dom_first(node);
    uint64_t after = 0;

    if (text && strcmp(text, EARLIEST) == 0) {
        *ret_after = 0;
        return true;
    }
    for (const xmlNode *mark = sim_dom_first(list); mark; mark = sim_dom_next(mark)) {
        HV_CLEANUP_FREE char *id = sim_dom_attr(mark, NULL, "RecordId");
        uint64_t number = 0;
        if (!id || !hv_text_u64(id, strlen(id), 0, UINT64_MAX, &number))
            return sim_fail_detail(&call->fault, SIM_F_UNSUPPORTED_FEATURE, "Bookmarks", "The bookmark is malformed.");
        after = number > after ? number : after;
    }
    if (!list)
        return sim_fail_detail(&call->fault, SIM_F_UNSUPPORTED_FEATURE, "Bookmarks", "The bookmark is malformed.");
    *ret_after = after;
    return true;
}

static bool start_log(struct sim_wire_call *call, const struct request *request, struct sim_subscription *subscription) {
    if (call->message->resource.path->n_keys)
        return sim_fail(&call->fault, SIM_F_UNEXPECTED_SELECTORS, "The event log has no keys.");
    subscription->after = call->log->next_id;
    if (request->bookmark && !read_bookmark(call, request->bookmark, &subscription->after))
        return false;
    return request->filter ? read_event_query(call, request->filter, subscription) : add_channel(call, subscription, ANY_CHANNEL);
}

/* ---- Subscribe and Unsubscribe ---- */

static void write_duration(struct sim_xml *xml, const char *name, int64_t us) {
    char text[48];

    (void)snprintf(text, sizeof(text), "PT%lld.%03dS", (long long)(us / 1000000), (int)(us / 1000 % 1000));
    sim_xml_leaf(xml, name, text);
}

static bool answer_subscribed(struct sim_wire_call *call, const char *identifier, int64_t expires_us, const char *context) {
    SIM_CLEANUP_XML struct sim_xml xml;

    sim_xml_init(&xml);
    sim_xml_open(&xml, "e:SubscribeResponse");
    sim_xml_open(&xml, "e:SubscriptionManager");
    sim_xml_leaf(&xml, "a:Address", SIM_ANONYMOUS);
    sim_xml_open(&xml, "a:ReferenceProperties");
    sim_xml_leaf(&xml, "w:ResourceURI", call->message->resource.uri);
    sim_xml_leaf(&xml, "e:Identifier", identifier);
    sim_xml_close(&xml);
    sim_xml_close(&xml);
    write_duration(&xml, "e:Expires", expires_us);
    sim_xml_leaf(&xml, "n:EnumerationContext", context);
    sim_xml_close(&xml);
    call->prefixes = SIM_PREFIXES_EVENTING;
    return sim_xml_take(&xml, &call->body) || sim_fail_memory(&call->fault);
}

static bool start(struct sim_wire_call *call, const struct request *request, struct sim_subscription *subscription) {
    sim_ids_next(call->ids, subscription->identifier);
    subscription->send_bookmarks = request->send_bookmarks;
    subscription->expires_us = request->expires_us ? call->simulated_us + request->expires_us : 0;
    return call->message->resource.style == SIM_STYLE_EVENT_LOG ? start_log(call, request, subscription)
                                                                : start_watch(call, request, subscription);
}

bool sim_subscribe(struct sim_wire_call *call) {
    HV_CLEANUP(sim_enumeration_free) struct sim_enumeration *enumeration = calloc(1, sizeof(*enumeration));
    struct sim_subscription *subscription = calloc(1, sizeof(*subscription));
    struct sim_enumeration *take = enumeration;
    struct request request = { 0 };
    char identifier[SIM_ID_TEXT_SIZE];
    char context[SIM_ID_TEXT_SIZE];

    if (!enumeration || !subscription) {
        free(subscription);
        return sim_fail_memory(&call->fault);
    }
    enumeration->subscription = subscription;
    enumeration->writing = sim_call_writing(call);
    if (!read_request(call, &request) || !start(call, &request, subscription))
        return false;
    memcpy(identifier, subscription->identifier, sizeof(identifier));
    enumeration = NULL;
    return sim_call_open_context(call, take, context) && answer_subscribed(call, identifier, request.expires_us, context);
}

/* The subscription that the header e:Identifier names; NULL, with a fault, when there is none. */
static struct sim_context *find_named(struct sim_wire_call *call) {
    const char *identifier = call->message->identifier;

    for (size_t i = 0; identifier && i < call->contexts->n_items; i++) {
        const struct sim_subscription *subscription = call->contexts->items[i].enumeration->subscription;
        if (subscription && strcmp(subscription->identifier, identifier) == 0)
            return &call->contexts->items[i];
    }
    (void)sim_fail(&call->fault, SIM_F_EVENT_SOURCE, "There is no subscription with this e:Identifier.");
    return NULL;
}

bool sim_unsubscribe(struct sim_wire_call *call) {
    struct sim_context *context;

    if (!sim_dom_is(call->message->payload, SIM_NS_EVENT, "Unsubscribe"))
        return sim_fail(&call->fault, SIM_F_SCHEMA_VALIDATION, "The body holds no e:Unsubscribe.");
    context = find_named(call);
    if (!context)
        return false;
    sim_contexts_remove(call->contexts, context);
    call->prefixes = SIM_PREFIXES_EVENTING;
    return true;
}

static bool answer_renewed(struct sim_wire_call *call, int64_t expires_us) {
    SIM_CLEANUP_XML struct sim_xml xml;

    sim_xml_init(&xml);
    sim_xml_open(&xml, "e:RenewResponse");
    write_duration(&xml, "e:Expires", expires_us);
    sim_xml_close(&xml);
    call->prefixes = SIM_PREFIXES_EVENTING;
    return sim_xml_take(&xml, &call->body) || sim_fail_memory(&call->fault);
}

bool sim_renew(struct sim_wire_call *call) {
    struct request request = { 0 };
    struct sim_subscription *subscription;
    struct sim_context *context;
    const xmlNode *expires;

    if (!sim_dom_is(call->message->payload, SIM_NS_EVENT, "Renew"))
        return sim_fail(&call->fault, SIM_F_SCHEMA_VALIDATION, "The body holds no e:Renew.");
    expires = sim_dom_child(call->message->payload, SIM_NS_EVENT, "Expires");
    if (expires && !read_expires(call, expires, &request))
        return false;
    context = find_named(call);
    if (!context)
        return false;
    subscription = context->enumeration->subscription;
    subscription->expires_us = request.expires_us ? call->simulated_us + request.expires_us : 0;
    return answer_renewed(call, request.expires_us);
}

/* ---- Pull ---- */

/* What one Pull brings. */
struct batch {
    struct sim_xml items;
    uint64_t n;
    uint64_t record; /* last one, for the bookmark */
    const char *channel;
};

static bool take_events(struct sim_wire_call *call, struct sim_enumeration *enumeration, uint64_t max, struct batch *batch) {
    struct sim_subscription *subscription = enumeration->subscription;
    struct sim_list *queue = &subscription->queue;

    enumeration->writing.manner = call->manner;
    if (!sim_subscription_look(subscription, call->simulated_us))
        return sim_fail_memory(&call->fault);
    while (batch->n < max && batch->n < queue->n_items)
        sim_instance_write(&batch->items, &enumeration->writing, queue->items[batch->n++]);
    if (batch->n)
        drop_first(queue, (size_t)batch->n);
    return true;
}

static bool wants_channel(const struct sim_subscription *subscription, const char *channel) {
    for (size_t i = 0; i < subscription->n_channels; i++)
        if (strcmp(subscription->channels[i], ANY_CHANNEL) == 0 || hv_text_same(subscription->channels[i], channel))
            return true;
    return false;
}

static void take_records(struct sim_wire_call *call, struct sim_subscription *subscription, uint64_t max, struct batch *batch) {
    for (size_t i = 0; i < call->log->n_records && batch->n < max; i++) {
        const struct sim_record *record = &call->log->records[i];
        if (record->id <= subscription->after)
            continue;
        subscription->after = record->id;
        if (!wants_channel(subscription, record->channel))
            continue;
        sim_record_write(&batch->items, record, sim_host_fqdn(call->host));
        batch->record = record->id;
        batch->channel = record->channel;
        batch->n++;
    }
}

static bool write_bookmark(struct sim_wire_call *call, const struct batch *batch) {
    SIM_CLEANUP_XML struct sim_xml xml;
    char number[24];

    (void)snprintf(number, sizeof(number), "%llu", (unsigned long long)batch->record);
    sim_xml_init(&xml);
    sim_xml_open(&xml, "w:Bookmark");
    sim_xml_open(&xml, "BookmarkList");
    sim_xml_open(&xml, "Bookmark");
    sim_xml_attr(&xml, "Channel", batch->channel);
    sim_xml_attr(&xml, "RecordId", number);
    sim_xml_attr(&xml, "IsCurrent", "true");
    sim_xml_close(&xml);
    sim_xml_close(&xml);
    sim_xml_close(&xml);
    return sim_xml_take(&xml, &call->header) || sim_fail_memory(&call->fault);
}

static bool answer_batch(struct sim_wire_call *call, struct sim_context *context, struct batch *batch) {
    HV_CLEANUP_BUF struct hv_buf items = HV_BUF_INIT(SIZE_MAX / 2);

    if (!sim_xml_take(&batch->items, &items))
        return sim_fail_memory(&call->fault);
    if (batch->record && context->enumeration->subscription->send_bookmarks && !write_bookmark(call, batch))
        return false;
    return sim_call_answer_pull(call, context, &items);
}

/* Nothing yet: wait, and in the end w:TimedOut, after which the same context can be pulled again. */
static bool answer_nothing(struct sim_wire_call *call) {
    if (call->waited_us < (int64_t)call->message->timeout_ms * 1000) {
        call->waits = true;
        return true;
    }
    return sim_fail(&call->fault, SIM_F_TIMED_OUT, NULL);
}

bool sim_pull_events(struct sim_wire_call *call, struct sim_context *context, uint64_t max_items) {
    struct sim_subscription *subscription = context->enumeration->subscription;
    struct batch batch = { .n = 0 };
    bool good = true;

    sim_xml_init(&batch.items);
    if (subscription->watch)
        good = take_events(call, context->enumeration, max_items, &batch);
    else
        take_records(call, subscription, max_items, &batch);
    if (good)
        good = batch.n ? answer_batch(call, context, &batch) : answer_nothing(call);
    sim_xml_deinit(&batch.items);
    return good;
}
