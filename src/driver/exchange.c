/*
 * One operation on one host. The two rules that keep a VM safe live here: an operation that may act is sent once and never
 * retried, and unless its answer proves a refusal, a failure says "may have been carried out" (design.md 3.1, 3.2).
 */
#include "driver/exchange.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "driver/trace.h"
#include "transport/refusal.h"

enum { HTTP_UNAUTHORIZED = 401 };

static struct hv_exchange *exchange_free(struct hv_exchange *exchange) {
    if (exchange) {
        if (exchange->is_release)
            exchange->host->client->n_releases--;
        (void)hv_op_free(exchange->op);
        hv_buf_deinit(&exchange->bytes);
        free(exchange);
    }
    return NULL;
}

static void append(struct hv_exchange *exchange) {
    struct hv_exchange **link = &exchange->host->exchanges;

    while (*link)
        link = &(*link)->next;
    exchange->next = NULL;
    *link = exchange;
}

static void unhook(struct hv_exchange *exchange) {
    struct hv_exchange **link = &exchange->host->exchanges;

    while (*link != exchange)
        link = &(*link)->next;
    *link = exchange->next;
}

int hv_exchange_start(struct hv_host *host, struct hv_op *op_take, const struct hv_exchange_owner *owner, struct hv_error *err) {
    struct hv_exchange *exchange = calloc(1, sizeof(*exchange));

    if (!exchange) {
        (void)hv_op_free(op_take);
        return hv_error_memory(err);
    }
    exchange->host = host;
    exchange->op = op_take;
    exchange->owner = *owner;
    hv_buf_init(&exchange->bytes, HV_MAX_ENVELOPE_SIZE);
    append(exchange);
    return 0;
}

/* Frees it, or lets it go on as the Release of what it leaves open. It is in no list. */
static void retire(struct hv_exchange *exchange) {
    if (exchange->is_release || hv_op_stop(exchange->op) != HV_OP_MORE) {
        (void)exchange_free(exchange);
        return;
    }
    memset(&exchange->owner, 0, sizeof(exchange->owner));
    exchange->is_release = true;
    exchange->host->client->n_releases++;
    exchange->state = HV_EXCHANGE_WAITING;
    append(exchange);
}

/* Puts name and host of the exchange into an error that is going to its owner. */
static void stamp(const struct hv_exchange *exchange, struct hv_error *err) {
    const char *name = exchange->host->name;

    if (err->host[0])
        return;
    hv_error_prefix(err, "%s", name);
    memcpy(err->host, name, strnlen(name, sizeof(err->host) - 1));
}

/* The end, ERR NULL when it is a good one. REACHED: the host can be told to close what is open. */
static void finish(struct hv_exchange *exchange, struct hv_error *err, bool reached) {
    const struct hv_exchange_owner owner = exchange->owner;

    unhook(exchange);
    if (err) {
        stamp(exchange, err);
        hv_trace(exchange->host->client, exchange->host, "! %s: %s: %s", hv_op_name(exchange->op), hv_error_name(err->code),
                 err->message);
    }
    if (owner.on_end)
        owner.on_end(owner.context, owner.tag, exchange->op, err);
    if (err && reached)
        retire(exchange);
    else
        (void)exchange_free(exchange);
}

/* Time before try number N_TRIES + 1: doubled each time, and spread so that many clients do not come back together. */
static uint64_t pause_ms(struct hv_client *client, unsigned n_tries) {
    uint64_t ms = HV_EXCHANGE_PAUSE_FIRST_MS;
    uint16_t chance = 0;

    for (unsigned i = 1; i < n_tries && ms < HV_EXCHANGE_PAUSE_LONGEST_MS; i++)
        ms *= 2;
    if (ms > HV_EXCHANGE_PAUSE_LONGEST_MS)
        ms = HV_EXCHANGE_PAUSE_LONGEST_MS;
    (void)client->platform.random(client->platform.context, &chance, sizeof(chance));
    return ms / 2 + ms / 2 * chance / UINT16_MAX;
}

static void pause_for(struct hv_exchange *exchange, uint64_t ms) {
    exchange->state = HV_EXCHANGE_PAUSING;
    exchange->due_ms = exchange->host->client->now_ms + ms;
}

/* A failure that an answer or the transport told. PASSING: the transport thinks that it will not last. */
static void fail(struct hv_exchange *exchange, struct hv_error *err, bool answered, bool passing) {
    struct hv_client *client = exchange->host->client;

    if (hv_op_is_once(exchange->op)) {
        if (answered && !hv_op_refused(err))
            err->code = HV_E_LOST;
        if (err->code == HV_E_LOST && answered)
            hv_error_prefix(err, "may have been carried out"); /* the engine's text names the operation */
        else if (err->code == HV_E_LOST)
            hv_error_prefix(err, "%s may have been carried out", hv_op_name(exchange->op));
    } else if (exchange->n_tries < exchange->owner.n_tries && (passing || (answered && hv_op_retry(exchange->op, err)))) {
        uint64_t ms = pause_ms(client, exchange->n_tries);
        hv_trace(client, exchange->host, "~ %s: %s; try %u of %u in %u ms", hv_op_name(exchange->op), err->message,
                 exchange->n_tries + 1, exchange->owner.n_tries, (unsigned)ms);
        pause_for(exchange, ms);
        return;
    }
    finish(exchange, err, answered);
}

static int write_request(struct hv_exchange *exchange, struct hv_error *err) {
    struct hv_client *client = exchange->host->client;
    const struct hv_call call = {
        .to = exchange->host->address.url,
        .message_id = exchange->message_id,
        .operation_timeout_ms = client->options.operation_timeout_ms,
        .max_envelope_size = HV_MAX_ENVELOPE_SIZE,
        .now_ms = client->now_ms,
    };
    struct hv_uuid uuid;
    uint8_t random[16];

    if (!client->platform.random(client->platform.context, random, sizeof(random)))
        return hv_error_set(err, HV_E_INTERNAL, "this machine gives no random bytes");
    uuid = hv_uuid_from_random(random);
    hv_uuid_format(&uuid, exchange->message_id);
    hv_buf_reset(&exchange->bytes);
    return hv_op_build(exchange->op, &call, &exchange->bytes, err);
}

/* Whoever signs in is known by the same credentials each time: more attempts lock the account, and tell nothing new. */
static bool is_shut_out(const struct hv_exchange *exchange) {
    return exchange->host->n_refused >= HV_EXCHANGE_MAX_REFUSED && !hv_op_is_anonymous(exchange->op);
}

/* One request leaves, or the exchange ends. */
static void depart(struct hv_exchange *exchange) {
    struct hv_host *host = exchange->host;
    struct hv_client *client = host->client;
    struct hv_error error = { 0 };
    struct hv_request request = {
        .endpoint = host->endpoint,
        .timeout_ms = client->options.operation_timeout_ms + HV_ANSWER_GRACE_MS,
        .at_most_once = hv_op_is_once(exchange->op),
        .anonymous = hv_op_is_anonymous(exchange->op),
        .user = exchange,
    };
    int r = is_shut_out(exchange) ? hv_refusal_last(host->n_refused, &error) : write_request(exchange, &error);

    if (exchange->is_release)
        request.timeout_ms = HV_EXCHANGE_RELEASE_TIMEOUT_MS;
    if (r == 0) {
        request.bytes = hv_buf_text(&exchange->bytes);
        request.n_bytes = exchange->bytes.len;
        r = hv_transport_submit(client->transport, &request, &error);
    }
    if (r < 0) {
        finish(exchange, &error, false);
        return;
    }
    exchange->state = HV_EXCHANGE_FLYING;
    exchange->n_tries++;
    exchange->sent_ms = client->now_ms;
    exchange->n_refused = host->n_refused;
    host->n_flying++;
    hv_trace(client, host, "> %s %s %zu bytes", hv_op_name(exchange->op), exchange->message_id, request.n_bytes);
}

static bool is_ready(const struct hv_exchange *exchange) {
    return exchange->state == HV_EXCHANGE_WAITING ||
           (exchange->state == HV_EXCHANGE_PAUSING && exchange->due_ms <= exchange->host->client->now_ms);
}

/*
 * Where somebody signs in by an exchange, one request does so first: wrong credentials are then tried once, and the others find a
 * connection that is signed in. The same holds after a refusal.
 */
static size_t max_flying(const struct hv_host *host) {
    bool knows_us = host->has_answered || !hv_endpoint_exchanges(host->endpoint);

    return knows_us && host->n_refused == 0 ? HV_HOST_CONNECTIONS : 1;
}

void hv_exchange_send_ready(struct hv_host *host) {
    while (host->n_flying < max_flying(host)) {
        struct hv_exchange *exchange = host->exchanges;

        /* From the start each time: an exchange that ends on the spot lets its owner change the list. */
        while (exchange && !is_ready(exchange))
            exchange = exchange->next;
        if (!exchange)
            return;
        depart(exchange);
    }
}

uint64_t hv_exchange_due_ms(const struct hv_host *host) {
    uint64_t due_ms = UINT64_MAX;

    if (host->n_flying >= max_flying(host))
        return due_ms; /* an answer comes first */
    for (const struct hv_exchange *exchange = host->exchanges; exchange; exchange = exchange->next) {
        if (exchange->state == HV_EXCHANGE_WAITING)
            return 0;
        if (exchange->state == HV_EXCHANGE_PAUSING && exchange->due_ms < due_ms)
            due_ms = exchange->due_ms;
    }
    return due_ms;
}

static void handle_answer(struct hv_exchange *exchange, const struct hv_answer *answer) {
    struct hv_error error = { 0 };
    int r;

    if (exchange->owner.on_answer)
        exchange->owner.on_answer(exchange->owner.context, answer);
    r = hv_op_feed(exchange->op, answer, &error);
    if (r < 0) {
        error.http_status = error.http_status ? error.http_status : answer->status;
        /* Whoever is not mapped is told so by a fault (wsman.md 6.7). */
        if (hv_endpoint_by_certificate(exchange->host->endpoint) && error.source == HV_SOURCE_WSMAN &&
            error.code == HV_E_DENIED && hv_text_ends(error.fault_subcode, "AccessDenied"))
            hv_refusal_unmapped(&error);
        fail(exchange, &error, true, false);
    } else if (r == HV_OP_DONE) {
        finish(exchange, NULL, true);
    } else {
        exchange->n_tries = 0;
        exchange->state = HV_EXCHANGE_WAITING;
        if (r == HV_OP_AGAIN) /* after a breath, in case the host says so without having waited */
            pause_for(exchange, HV_EXCHANGE_PAUSE_FIRST_MS);
    }
}

/* Does the host know us? A broken connection does not tell, a silent KDC neither, nor what was sent before the last refusal. */
static void note_sign_in(struct hv_exchange *exchange, const struct hv_result *result) {
    bool refused = result->code == 0 ? result->answer.status == HTTP_UNAUTHORIZED
                                     : result->error.code == HV_E_AUTH && !result->error.credentials_unseen;

    if (hv_op_is_anonymous(exchange->op))
        return;
    if (refused)
        exchange->host->n_refused++;
    else if (result->code == 0 && exchange->n_refused == exchange->host->n_refused)
        exchange->host->n_refused = 0;
}

void hv_exchange_handle(const struct hv_result *result) {
    struct hv_exchange *exchange = result->user;
    struct hv_host *host = exchange->host;
    struct hv_client *client = host->client;
    struct hv_error error;

    host->n_flying--;
    note_sign_in(exchange, result);
    if (result->code == 0) {
        host->has_answered = true;
        hv_trace(client, host, "< %s %d %zu bytes %u ms", hv_op_name(exchange->op), result->answer.status, result->answer.n_bytes,
                 (unsigned)(client->now_ms - exchange->sent_ms));
    }
    if (exchange->is_release) { /* whatever came of it */
        finish(exchange, NULL, true);
    } else if (result->code == 0) {
        handle_answer(exchange, &result->answer);
    } else {
        /* A host that never answered is rather misnamed or off than troubled: say so at once. */
        error = result->error;
        fail(exchange, &error, false, result->transient && (result->left || host->has_answered));
    }
}

void hv_exchange_stop_all(struct hv_host *host, const void *context) {
    struct hv_exchange *exchange = host->exchanges;

    while (exchange) {
        struct hv_exchange *next = exchange->next;

        if (exchange->owner.context == context) {
            if (exchange->state == HV_EXCHANGE_FLYING) {
                hv_transport_cancel(host->client->transport, exchange);
                host->n_flying--;
            }
            unhook(exchange);
            retire(exchange);
        }
        exchange = next;
    }
}

void hv_exchange_drop_all(struct hv_host *host) {
    while (host->exchanges) {
        struct hv_exchange *exchange = host->exchanges;

        host->exchanges = exchange->next;
        (void)exchange_free(exchange);
    }
}
