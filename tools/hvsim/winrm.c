/* The WinRM service of one host as a function. */
#include "winrm.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "auth.h"
#include "base/size.h"
#include "base/text.h"
#include "names.h"
#include "rewrite.h"
#include "subscription.h"

#define SOAP_TYPE_UTF8  "application/soap+xml;charset=UTF-8"
#define SOAP_TYPE_UTF16 "application/soap+xml;charset=UTF-16"
#define WRONG_TYPE      "text/plain"
#define HTML_TYPE       "text/html; charset=us-ascii"

enum {
    SPLIT_BYTES = 1000, /* of a part, with the quirk */
    DAMAGE_AT = 40,     /* bytes from the end: within the ciphertext, before the delimiter */
};

void sim_service_init(struct sim_service *service, struct sim_fabric *fabric, struct sim_host *host,
                      const struct sim_users *users, struct sim_arms *arms, struct sim_ids *ids) {
    *service = (struct sim_service){ .fabric = fabric, .host = host, .users = users, .arms = arms, .ids = ids };
    service->policy = (struct sim_policy){ .offers = SIM_OFFER_BASIC, .credssp_version = SIM_CREDSSP_MAX };
    service->limits = (struct sim_limits){ .envelope_bytes = UINT64_C(500) * 1024,
                                           .least_envelope_bytes = SIM_MIN_ENVELOPE_SIZE,
                                           .timeout_ms = 60000,
                                           .batch_items = 32000,
                                           .enumeration_timeout_ms = 240000,
                                           .operations = SIM_MAX_CONTEXTS };
}

void sim_service_behave(struct sim_service *service, struct sim_manner manner) {
    service->manner = manner;
    if (manner.peer == SIM_PEER_OPENWSMAN)
        service->limits.least_envelope_bytes = 0;
}

void sim_service_deinit(struct sim_service *service) {
    sim_contexts_deinit(&service->contexts);
    sim_event_log_deinit(&service->log);
}

void sim_http_reply_deinit(struct sim_http_reply *reply) {
    hv_buf_deinit(&reply->body);
    free(reply->challenge);
    reply->challenge = NULL;
    free(reply->log);
    reply->log = NULL;
}

/* Everything about one request. */
struct handling {
    struct sim_service *service;
    const struct sim_http_request *request;
    struct sim_session *session;
    struct sim_http_reply *reply;
    struct sim_message message;
    struct sim_wire_call call;
    const struct sim_arm *arm;
    struct sim_manner manner; /* with the quirk of this request, if any */
    bool is_wide;             /* the answer goes out as UTF-16 */
    bool faulted;
};

/* ---- answers ---- */

static void answer_page(struct sim_http_reply *reply, int status) {
    reply->status = status;
    reply->content_type = HTML_TYPE;
    hv_buf_reset(&reply->body);
    hv_buf_printf(&reply->body, "<HTML><HEAD><TITLE>%d</TITLE></HEAD><BODY><h2>HTTP Error %d</h2></BODY></HTML>\r\n", status,
                  status);
}

static void answer_empty(struct sim_http_reply *reply, int status) {
    reply->status = status;
    reply->content_type = NULL;
    hv_buf_reset(&reply->body);
}

/* Schemes of the other products are offered, but only Basic leads in there. */
static void offer_others(const struct handling *handling) {
    static const char *const offers[][SIM_MAX_OFFERS] = {
        [SIM_PEER_OMI] = { "Basic realm=\"WSMAN\"", "Negotiate", "Kerberos" },
        [SIM_PEER_OPENWSMAN] = { "Basic realm=\"OPENWSMAN\"", "Digest realm=\"OPENWSMAN\", algorithm=MD5, qop=\"auth\", "
                                                              "nonce=\"00000000000000000000000000000000\"" },
    };

    if (handling->request->tls)
        memcpy(handling->reply->offers, offers[handling->manner.peer], sizeof(handling->reply->offers));
}

/* In the order of WinRM (wsman.md 6.2). A host that wants messages sealed offers no Basic where there is no TLS (6.3). */
static void offer_all(const struct handling *handling) {
    const struct sim_policy *policy = &handling->service->policy;
    const bool has_basic = handling->request->tls || policy->allow_unencrypted;
    const struct {
        const char *text;
        unsigned offers;
    } rows[] = {
        { "Negotiate", SIM_OFFER_NEGOTIATE | SIM_OFFER_NTLM },
        { "Kerberos", SIM_OFFER_KERBEROS },
        { "Basic realm=\"WSMAN\"", has_basic ? SIM_OFFER_BASIC : 0 },
        { "CredSSP", SIM_OFFER_CREDSSP },
    };
    size_t n = 0;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++)
        if (policy->offers & rows[i].offers)
            handling->reply->offers[n++] = rows[i].text;
}

static void answer_unauthorized(const struct handling *handling) {
    answer_empty(handling->reply, 401);
    if (handling->manner.peer == SIM_PEER_WINRM)
        offer_all(handling);
    else
        offer_others(handling);
}

static const char *relates_to(const struct handling *handling) {
    if (sim_has_quirk(&handling->manner, SIM_QUIRK_NO_RELATES_TO))
        return NULL;
    if (handling->arm && handling->arm->kind == SIM_ARM_RELATES_TO)
        return "uuid:00000000-0000-4000-8000-000000000000";
    return handling->message.message_id;
}

static void answer_fault(struct handling *handling) {
    struct sim_http_reply *reply = handling->reply;

    handling->faulted = true;
    reply->status = 500;
    reply->content_type = SOAP_TYPE_UTF8;
    hv_buf_reset(&reply->body);
    if (!sim_envelope_fault(&handling->call, relates_to(handling), &reply->body))
        answer_empty(reply, 500);
}

static void answer_fault_of(struct handling *handling, enum sim_f kind) {
    (void)sim_fail(&handling->call.fault, kind, NULL);
    answer_fault(handling);
}

static bool response_action(const struct handling *handling, struct hv_buf *out) {
    if (handling->call.operation == SIM_OP_IDENTIFY)
        return false;
    hv_buf_puts(out, handling->message.action);
    if (handling->manner.peer != SIM_PEER_OMI || handling->call.operation != SIM_OP_INVOKE) /* wsman.md 7 */
        hv_buf_puts(out, "Response");
    return true;
}

static void answer_success(struct handling *handling) {
    HV_CLEANUP_BUF struct hv_buf action = HV_BUF_INIT(8192);
    struct sim_http_reply *reply = handling->reply;
    const bool has_action = response_action(handling, &action);

    reply->status = 200;
    reply->content_type = SOAP_TYPE_UTF8;
    if (!sim_envelope_write(&handling->call, has_action ? hv_buf_text(&action) : NULL, relates_to(handling), &reply->body))
        answer_fault_of(handling, SIM_F_INTERNAL);
    else if (reply->body.len > handling->message.envelope_bytes)
        answer_fault_of(handling, handling->call.operation == SIM_OP_INVOKE ? SIM_F_UNREPORTABLE_SUCCESS
                                  : handling->message.asked_bytes           ? SIM_F_MAX_ENVELOPE_SIZE_EXCEEDED
                                                                            : SIM_F_SERVER_ENVELOPE_LIMIT);
}

/* ---- carrying out ---- */

/* Of a class description there is only Get and Enumerate (MS-WSMV 3.1.4.1.38), of the event log only what belongs to a
 * subscription. */
static bool is_impossible(const struct sim_wire_call *call) {
    const bool is_event =
        call->operation == SIM_OP_SUBSCRIBE || call->operation == SIM_OP_UNSUBSCRIBE || call->operation == SIM_OP_RENEW;

    if (call->message->resource.style == SIM_STYLE_EVENT_LOG)
        return !is_event && call->operation != SIM_OP_PULL && call->operation != SIM_OP_RELEASE &&
               call->operation != SIM_OP_IDENTIFY;
    return call->message->resource.style == SIM_STYLE_METADATA &&
           (call->operation == SIM_OP_PUT || call->operation == SIM_OP_CREATE || call->operation == SIM_OP_DELETE ||
            call->operation == SIM_OP_INVOKE || is_event);
}

/* Open enumerations and answers under way count (wsman.md 5.6); what goes on with one of them does not. */
static bool is_too_much(const struct handling *handling) {
    const struct sim_service *service = handling->service;
    const enum sim_operation operation = handling->call.operation;

    return operation != SIM_OP_IDENTIFY && operation != SIM_OP_PULL && operation != SIM_OP_RELEASE &&
           operation != SIM_OP_UNSUBSCRIBE && operation != SIM_OP_RENEW &&
           service->contexts.n_items + service->n_held >= service->limits.operations;
}

static bool run_operation(struct sim_wire_call *call) {
    if (is_impossible(call))
        return sim_fail(&call->fault, SIM_F_ACTION_NOT_SUPPORTED, NULL);
    switch (call->operation) {
    case SIM_OP_IDENTIFY:
        return sim_identify(call);
    case SIM_OP_GET:
        return sim_get(call);
    case SIM_OP_PUT:
        return sim_put(call);
    case SIM_OP_CREATE:
        return sim_create(call);
    case SIM_OP_DELETE:
        return sim_delete(call);
    case SIM_OP_ENUMERATE:
        return sim_enumerate(call);
    case SIM_OP_PULL:
        return sim_pull(call);
    case SIM_OP_RELEASE:
        return sim_release(call);
    case SIM_OP_INVOKE:
        return sim_invoke(call);
    case SIM_OP_SUBSCRIBE:
        return sim_subscribe(call);
    case SIM_OP_UNSUBSCRIBE:
        return sim_unsubscribe(call);
    case SIM_OP_RENEW:
        return sim_renew(call);
    case SIM_OP_NONE:
        break;
    }
    return sim_fail(&call->fault, SIM_F_ACTION_NOT_SUPPORTED, NULL);
}

/* Troubles that come in place of the operation. True: answered. */
static bool trouble_before(struct handling *handling) {
    struct sim_http_reply *reply = handling->reply;

    if (!handling->arm)
        return false;
    switch (handling->arm->kind) {
    case SIM_ARM_HTTP:
        answer_page(reply, (int)handling->arm->value);
        return true;
    case SIM_ARM_AUTH:
        sim_session_forget(handling->session);
        answer_unauthorized(handling);
        return true;
    case SIM_ARM_FAULT:
        answer_fault_of(handling, handling->arm->wire_fault);
        return true;
    case SIM_ARM_WMI:
        (void)sim_fail_wmi(&handling->call.fault, handling->arm->value, NULL);
        answer_fault(handling);
        return true;
    case SIM_ARM_TIMEOUT:
        answer_fault_of(handling, SIM_F_TIMED_OUT);
        return true;
    case SIM_ARM_QUOTA:
        answer_fault_of(handling, SIM_F_QUOTA_OPERATIONS);
        return true;
    case SIM_ARM_DROP_BEFORE:
        reply->drop = true;
        return true;
    case SIM_ARM_EXPIRED_CONTEXT:
        sim_call_forget_context(&handling->call);
        answer_fault_of(handling, SIM_F_INVALID_CONTEXT);
        return true;
    case SIM_ARM_ENVELOPE_LIMIT:
        if (sim_call_max_elements(&handling->call) <= handling->arm->value)
            return false;
        answer_fault_of(handling, SIM_F_MAX_ENVELOPE_SIZE_EXCEEDED);
        return true;
    case SIM_ARM_TIMEOUT_AFTER:
    case SIM_ARM_DROP_AFTER:
    case SIM_ARM_GARBAGE:
    case SIM_ARM_TRUNCATE:
    case SIM_ARM_BREAK:
    case SIM_ARM_STALL:
    case SIM_ARM_RELATES_TO:
    case SIM_ARM_QUIRK:
    case SIM_ARM_DAMAGE:
    case SIM_ARM_UNSEALED:
    case SIM_ARM_CLOSE:
    case SIM_ARM_HANG_UP:
    case SIM_ARM_LEG_DROP:
    case SIM_ARM_LEG_GARBAGE:
    case SIM_ARM_LEG_CLOSE:
    case SIM_ARM_LEG_REFUSE:
    case SIM_ARM_MODEL:
        return false;
    }
    return false;
}

/* Troubles that spoil the answer. */
static void trouble_after(struct handling *handling) {
    static const char garbage[] = "\x01\x02 this is not an envelope <<<";
    struct sim_http_reply *reply = handling->reply;

    if (!handling->arm)
        return;
    switch (handling->arm->kind) {
    case SIM_ARM_TIMEOUT_AFTER:
        answer_fault_of(handling, SIM_F_TIMED_OUT);
        break;
    case SIM_ARM_DROP_AFTER:
        reply->drop = true;
        break;
    case SIM_ARM_GARBAGE:
        reply->status = 200;
        reply->content_type = SOAP_TYPE_UTF8;
        hv_buf_reset(&reply->body);
        hv_buf_append(&reply->body, garbage, sizeof(garbage) - 1);
        break;
    case SIM_ARM_TRUNCATE:
        reply->body.len /= 2;
        if (reply->body.data)
            reply->body.data[reply->body.len] = '\0';
        break;
    case SIM_ARM_BREAK:
        reply->break_at = reply->body.len / 2;
        break;
    case SIM_ARM_STALL:
        reply->stall_ms = handling->arm->value;
        break;
    case SIM_ARM_CLOSE:
        reply->closes = true;
        break;
    case SIM_ARM_HANG_UP:
        reply->hangs_up = true;
        break;
    case SIM_ARM_HTTP:
    case SIM_ARM_AUTH:
    case SIM_ARM_FAULT:
    case SIM_ARM_WMI:
    case SIM_ARM_TIMEOUT:
    case SIM_ARM_QUOTA:
    case SIM_ARM_DROP_BEFORE:
    case SIM_ARM_RELATES_TO:
    case SIM_ARM_EXPIRED_CONTEXT:
    case SIM_ARM_ENVELOPE_LIMIT:
    case SIM_ARM_QUIRK:
    case SIM_ARM_DAMAGE:
    case SIM_ARM_UNSEALED:
    case SIM_ARM_LEG_DROP:
    case SIM_ARM_LEG_GARBAGE:
    case SIM_ARM_LEG_CLOSE:
    case SIM_ARM_LEG_REFUSE:
    case SIM_ARM_MODEL:
        break;
    }
}

static void rewrite_answer(struct handling *handling) {
    struct sim_http_reply *reply = handling->reply;

    if (sim_is_rewriting(&handling->manner) && reply->content_type && strcmp(reply->content_type, SOAP_TYPE_UTF8) == 0 &&
        !sim_rewrite(&handling->manner, &reply->body))
        answer_empty(reply, 500);
}

static const struct sim_arm *find_arm(const struct handling *handling) {
    const struct sim_path *path = handling->message.resource.path;
    const struct sim_arm_request request = { .host = sim_host_name(handling->service->host),
                                             .operation = sim_operation_name(handling->call.operation),
                                             .method = handling->call.method,
                                             .class_name = path ? path->class_name : NULL };

    return handling->service->arms ? sim_arms_hit(handling->service->arms, &request) : NULL;
}

static bool is_utf16(const struct sim_manner *manner) {
    return (manner->quirks & (1U << SIM_QUIRK_UTF16LE | 1U << SIM_QUIRK_UTF16BE | 1U << SIM_QUIRK_UTF16_NO_BOM |
                              1U << SIM_QUIRK_UTF16BE_NO_BOM)) != 0;
}

/* The answer is built as WinRM's UTF-8. Two bytes a character is what UTF-16 takes at most in practice, and twice the size what
 * quirks make of it. */
static void reserve_bytes(struct handling *handling) {
    handling->is_wide |= is_utf16(&handling->manner);
    if (handling->is_wide)
        handling->message.envelope_bytes /= 2;
    if (sim_is_rewriting(&handling->manner))
        handling->message.envelope_bytes /= 2;
}

/* Resource URIs of WMI are WinRM's alone. */
static bool check_style(struct handling *handling) {
    const struct sim_resource *resource = &handling->message.resource;

    if (handling->manner.peer == SIM_PEER_WINRM || handling->message.is_identify || resource->style != SIM_STYLE_WMI)
        return true;
    return sim_fail(&handling->call.fault, SIM_F_INVALID_RESOURCE_URI, "The resource URI %s is unknown here.", resource->uri);
}

/* Whom it stands for depends on the resource. */
static bool check_certificate(struct handling *handling) {
    return !handling->session->has_certificate ||
           sim_session_map(handling->session, handling->service, handling->message.resource.uri) ||
           sim_fail(&handling->call.fault, SIM_F_ACCESS_DENIED, NULL);
}

/* BYTES are UTF-8. */
static void handle_envelope(struct handling *handling, const char *bytes, size_t n_bytes) {
    struct sim_wire_call *call = &handling->call;
    bool good = sim_message_read(&handling->message, bytes, n_bytes, &handling->service->limits, &call->fault) &&
                sim_operation_find(&handling->message, &call->operation, &call->method, &call->fault) && check_style(handling) &&
                check_certificate(handling);

    if (!call->caller && call->operation != SIM_OP_IDENTIFY) {
        answer_unauthorized(handling);
        return;
    }
    handling->arm = handling->request->since_us ? handling->request->arm : find_arm(handling);
    if (handling->arm && handling->arm->kind == SIM_ARM_QUIRK)
        handling->manner.quirks |= UINT32_C(1) << handling->arm->value;
    reserve_bytes(handling);
    if (trouble_before(handling)) {
        rewrite_answer(handling);
        return;
    }
    if (good && is_too_much(handling))
        answer_fault_of(handling, SIM_F_QUOTA_OPERATIONS);
    else if (good && run_operation(call)) {
        if (call->waits) {
            handling->reply->waits = true;
            handling->reply->arm = handling->arm;
            return;
        }
        answer_success(handling);
    } else
        answer_fault(handling);
    rewrite_answer(handling);
    trouble_after(handling);
}

static void handle_utf16(struct handling *handling) {
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(2 * (size_t)handling->service->limits.envelope_bytes);

    if (!sim_utf16_decode(handling->session->bytes, handling->session->n_bytes, &text))
        hv_buf_reset(&text);
    handling->is_wide = handling->manner.peer != SIM_PEER_OMI; /* OMI answers in UTF-8 always */
    handle_envelope(handling, hv_buf_text(&text), text.len);
}

static void encode_answer(struct handling *handling) {
    const struct sim_manner *manner = &handling->manner;
    const struct sim_utf16 form = {
        .is_big = sim_has_quirk(manner, SIM_QUIRK_UTF16BE) || sim_has_quirk(manner, SIM_QUIRK_UTF16BE_NO_BOM),
        .has_mark = !sim_has_quirk(manner, SIM_QUIRK_UTF16_NO_BOM) && !sim_has_quirk(manner, SIM_QUIRK_UTF16BE_NO_BOM)
    };
    HV_CLEANUP_BUF struct hv_buf coded = HV_BUF_INIT(SIZE_MAX / 2);
    struct sim_http_reply *reply = handling->reply;

    reply->content_type = SOAP_TYPE_UTF16;
    sim_utf16_encode(form, hv_buf_text(&reply->body), reply->body.len, &coded);
    hv_buf_reset(&reply->body);
    hv_buf_append(&reply->body, hv_buf_text(&coded), coded.len);
}

/* What is asked for in addition to saying something. */
static void finish_answer(struct handling *handling) {
    struct sim_http_reply *reply = handling->reply;

    reply->chunked = sim_has_quirk(&handling->manner, SIM_QUIRK_CHUNKED);
    reply->slow = sim_has_quirk(&handling->manner, SIM_QUIRK_SLOW);
    if (!reply->content_type || strcmp(reply->content_type, SOAP_TYPE_UTF8) != 0)
        return;
    if (handling->is_wide)
        encode_answer(handling);
    if (sim_has_quirk(&handling->manner, SIM_QUIRK_CONTENT_TYPE))
        reply->content_type = WRONG_TYPE;
}

/* What was sealed is answered sealed, faults as well (wsman.md 6.4). Pages and empty answers come from below WinRM. */
static void seal_answer(struct handling *handling, bool is_envelope) {
    struct sim_http_reply *reply = handling->reply;
    const struct sim_session_form form = { .max_part = sim_has_quirk(&handling->manner, SIM_QUIRK_SPLIT) ? SPLIT_BYTES : 0,
                                           .is_spaced = sim_has_quirk(&handling->manner, SIM_QUIRK_SPACED_BOUNDARY),
                                           .has_filler = sim_has_quirk(&handling->manner, SIM_QUIRK_FILLER) };

    if (!handling->session->is_sealed || !is_envelope || reply->body.len == 0 || reply->drop || reply->waits ||
        (handling->arm && handling->arm->kind == SIM_ARM_UNSEALED))
        return;
    if (!sim_session_seal(handling->session, &form, reply->content_type, &reply->body, &reply->content_type)) {
        answer_empty(reply, 500);
        return;
    }
    if (handling->arm && handling->arm->kind == SIM_ARM_DAMAGE && reply->body.len > DAMAGE_AT)
        reply->body.data[reply->body.len - DAMAGE_AT] ^= 1;
    if (reply->break_at)
        reply->break_at = reply->body.len / 2;
}

/* ---- HTTP ---- */

static bool is_wsman_path(const char *path) {
    return hv_text_same(path, "/wsman") || hv_text_same(path, "/wsman/");
}

/* What http.sys says before WinRM sees the request; 0: go on. */
static int early_status(const struct sim_http_request *request) {
    if (!is_wsman_path(request->path))
        return 404;
    if (strcmp(request->method, "POST") != 0)
        return 405;
    if (!request->has_length)
        return 411;
    return 0;
}

static bool is_anonymous(const struct sim_http_request *request) {
    return !request->authorization && hv_text_same(request->wsman_identify, "unauthenticated");
}

static void handle_signed_in(struct handling *handling) {
    const struct sim_session *session = handling->session;
    const enum sim_charset charset = sim_charset_of(session->content_type);
    bool is_envelope;

    if (handling->request->too_large || session->n_bytes > handling->service->limits.envelope_bytes)
        answer_empty(handling->reply, 413);
    else if (charset == SIM_CHARSET_NO_SOAP)
        answer_empty(handling->reply, 415);
    else if (charset == SIM_CHARSET_UNKNOWN)
        answer_fault_of(handling, SIM_F_UNSUPPORTED_ENCODING);
    else if (charset == SIM_CHARSET_UTF16)
        handle_utf16(handling);
    else
        handle_envelope(handling, session->bytes, session->n_bytes);
    is_envelope = handling->reply->content_type && hv_text_starts(handling->reply->content_type, "application/soap+xml");
    finish_answer(handling);
    seal_answer(handling, is_envelope);
}

static void handle_nobody(struct handling *handling) {
    if (is_anonymous(handling->request))
        handle_signed_in(handling);
    else
        answer_unauthorized(handling);
}

static enum sim_entry enter(struct handling *handling) {
    const struct sim_http_request *request = handling->request;
    HV_CLEANUP_BUF struct hv_buf challenge = HV_BUF_INIT(SIZE_MAX / 2);
    enum sim_entry entry;

    if (request->since_us && request->session)
        return request->session->caller.user ? SIM_ENTRY_IN : SIM_ENTRY_NOBODY;
    entry = sim_session_enter(handling->session, handling->service, request, &challenge);
    handling->reply->closes = handling->session->arm && handling->session->arm->kind == SIM_ARM_LEG_CLOSE;
    if (challenge.len && hv_buf_take(&challenge, "challenge", &handling->reply->challenge, NULL) < 0)
        handling->reply->challenge = NULL;
    return entry;
}

static void handle(struct handling *handling) {
    const int status = early_status(handling->request);

    if (status) {
        handling->session->leg = 0;
        handling->session->reason[0] = '\0';
        answer_page(handling->reply, status);
        return;
    }
    switch (enter(handling)) {
    case SIM_ENTRY_IN:
        handling->call.caller = &handling->session->caller;
        handle_signed_in(handling);
        handling->call.caller = NULL;
        break;
    case SIM_ENTRY_NOBODY:
        handle_nobody(handling);
        break;
    case SIM_ENTRY_MORE:
        answer_empty(handling->reply, 401);
        break;
    case SIM_ENTRY_DONE:
        answer_empty(handling->reply, 200);
        break;
    case SIM_ENTRY_UNAUTHORIZED:
        answer_unauthorized(handling);
        break;
    case SIM_ENTRY_UNSEALED:
        answer_empty(handling->reply, 500);
        break;
    case SIM_ENTRY_FORBIDDEN:
        answer_page(handling->reply, 403);
        break;
    case SIM_ENTRY_DROP:
        handling->reply->drop = true;
        break;
    case SIM_ENTRY_BAD:
        answer_empty(handling->reply, 400);
        break;
    }
}

/* ---- log ---- */

static json_t *text_or_null(const char *text) {
    json_t *json = text ? json_string(text) : NULL;

    return json ? json : json_null();
}

static json_t *log_selectors(const struct sim_path *path) {
    json_t *json = json_object();

    for (size_t i = 0; path && i < path->n_keys; i++)
        (void)json_object_set_new(json, path->keys[i].name,
                                  text_or_null(path->keys[i].path ? path->keys[i].path->class_name : path->keys[i].value));
    return json;
}

static json_t *log_time(int64_t now_us) {
    const time_t seconds = (time_t)(now_us / 1000000);
    struct tm utc;
    char text[64];
    size_t n;

    if (!gmtime_r(&seconds, &utc))
        return json_null();
    n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
    (void)snprintf(text + n, sizeof(text) - n, ".%06dZ", (int)(now_us % 1000000));
    return json_string(text);
}

static json_t *refusal(const struct sim_fabric *fabric) {
    const char *text = sim_fabric_refusal(fabric);

    return text_or_null(*text ? text : NULL);
}

static void log_sign_in(json_t *json, const struct sim_session *session) {
    static const char *const schemes[] = {
        [SIM_SCHEME_BASIC] = "basic",
        [SIM_SCHEME_NTLM] = "ntlm",
        [SIM_SCHEME_KERBEROS] = "kerberos",
        [SIM_SCHEME_CREDSSP] = "credssp",
        [SIM_SCHEME_CERTIFICATE] = "certificate",
    };
    const char *user = session->caller.user;

    (void)json_object_set_new(json, "user", text_or_null(user));
    (void)json_object_set_new(json, "scheme", text_or_null(user ? schemes[session->caller.scheme] : NULL));
    (void)json_object_set_new(json, "sealed", json_boolean(session->is_sealed));
    (void)json_object_set_new(json, "bound", json_boolean(session->is_bound));
    (void)json_object_set_new(json, "delegated", json_boolean(session->is_delegated));
    (void)json_object_set_new(json, "leg", json_integer((json_int_t)session->leg));
    (void)json_object_set_new(json, "sign_in_refusal", text_or_null(*session->reason ? session->reason : NULL));
}

/* Never a header of the request: Authorization is one. */
static char *write_log(const struct handling *handling) {
    const struct sim_path *path = handling->message.resource.path;
    const struct sim_http_reply *reply = handling->reply;
    const struct sim_soap_fault *fault = &handling->call.fault;
    const struct sim_arm *arm = handling->arm ? handling->arm : handling->session->arm;
    json_t *json = json_object();
    char *text;

    (void)json_object_set_new(json, "time", log_time(handling->request->now_us));
    (void)json_object_set_new(json, "host", text_or_null(sim_host_name(handling->service->host)));
    (void)json_object_set_new(json, "operation", text_or_null(sim_operation_name(handling->call.operation)));
    (void)json_object_set_new(json, "action", text_or_null(handling->message.action));
    (void)json_object_set_new(json, "resource_uri", text_or_null(handling->message.resource.uri));
    (void)json_object_set_new(json, "class", text_or_null(path ? path->class_name : NULL));
    (void)json_object_set_new(json, "method", text_or_null(handling->call.method));
    (void)json_object_set_new(json, "selectors", log_selectors(path));
    (void)json_object_set_new(json, "message_id", text_or_null(handling->message.message_id));
    (void)json_object_set_new(json, "status", reply->drop ? json_null() : json_integer(reply->status));
    (void)json_object_set_new(json, "fault", text_or_null(handling->faulted ? sim_fault_subcode(fault) : NULL));
    (void)json_object_set_new(json, "fault_code", handling->faulted ? json_integer(sim_fault_code(fault)) : json_null());
    (void)json_object_set_new(json, "fault_text", text_or_null(handling->faulted ? fault->text : NULL));
    (void)json_object_set_new(json, "refusal", handling->call.invoked ? refusal(handling->service->fabric) : json_null());
    log_sign_in(json, handling->session);
    (void)json_object_set_new(json, "armed", text_or_null(arm ? arm->name : NULL));
    (void)json_object_set_new(json, "bytes_in", json_integer((json_int_t)handling->request->n_bytes));
    (void)json_object_set_new(json, "bytes_out", json_integer(reply->drop ? 0 : (json_int_t)reply->body.len));
    text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    return text;
}

/* Out of memory loses events here, no more. */
void sim_service_watch(struct sim_service *service) {
    const int64_t now_us = sim_fabric_time(service->fabric);

    if (!sim_event_log_look(&service->log, service->host, sim_fabric_generation(service->fabric), now_us))
        return;
    for (size_t i = 0; i < service->contexts.n_items; i++)
        if (!sim_subscription_look(service->contexts.items[i].enumeration->subscription, now_us))
            return;
}

void sim_service_handle(struct sim_service *service, const struct sim_http_request *request, struct sim_http_reply *ret_reply) {
    struct sim_session brief = { 0 };
    struct handling handling = { .service = service,
                                 .request = request,
                                 .session = request->session ? request->session : &brief,
                                 .reply = ret_reply,
                                 .manner = service->manner };

    *ret_reply = (struct sim_http_reply){ .body = HV_BUF_INIT(SIZE_MAX / 2) };
    handling.call = (struct sim_wire_call){ .host = service->host,
                                            .schema = sim_fabric_schema(service->fabric),
                                            .contexts = &service->contexts,
                                            .ids = service->ids,
                                            .limits = &service->limits,
                                            .manner = &handling.manner,
                                            .tls = request->tls,
                                            .now_us = request->now_us,
                                            .message = &handling.message,
                                            .header = HV_BUF_INIT(SIZE_MAX / 2),
                                            .body = HV_BUF_INIT(SIZE_MAX / 2) };
    sim_fabric_tick(service->fabric, request->now_us);
    sim_service_watch(service);
    handling.call.simulated_us = sim_fabric_time(service->fabric);
    handling.call.log = &service->log;
    if (request->since_us)
        handling.call.waited_us = (int64_t)((double)(request->now_us - request->since_us) * sim_fabric_scale(service->fabric));
    sim_contexts_expire(&service->contexts, request->now_us - (int64_t)service->limits.enumeration_timeout_ms * 1000,
                        handling.call.simulated_us);
    handle(&handling);
    if (!ret_reply->waits)
        ret_reply->log = write_log(&handling);
    hv_buf_deinit(&handling.call.header);
    hv_buf_deinit(&handling.call.body);
    sim_message_deinit(&handling.message);
    sim_session_deinit(&brief);
}
