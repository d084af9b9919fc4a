/* The network that is none. */
#include "support/net.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static struct net *net_of(struct hv_transport *transport) {
    return (struct net *)transport;
}

static void count_flying(struct net *net, const struct hv_endpoint *endpoint) {
    size_t n = 0;

    for (size_t i = 0; i < net->n_flying; i++)
        n += net->flying[i].endpoint == endpoint ? 1 : 0;
    if (n > net->most_flying)
        net->most_flying = n;
}

static int submit(struct hv_transport *transport, const struct hv_request *request, struct hv_error *err) {
    struct net *net = net_of(transport);
    struct net_flight *flight = &net->flying[net->n_flying];
    struct net_sent *sent = &net->sent[net->n_sent];
    int r;

    assert_true(net->n_flying < NET_MAX_FLYING);
    assert_true(net->n_sent < NET_MAX_SENT);
    r = hv_text_copy_n(request->bytes, request->n_bytes, &sent->bytes, err);
    if (r < 0)
        return r;
    sent->endpoint = request->endpoint;
    sent->at_most_once = request->at_most_once;
    sent->anonymous = request->anonymous;
    sent->timeout_ms = request->timeout_ms;
    sent->at_ms = net->now_ms;
    net->n_sent++;
    net->n_flying++;
    flight->user = request->user;
    flight->endpoint = request->endpoint;
    flight->reply = net->serve(net, sent, net->n_sent - 1);
    flight->due_ms = flight->reply.held ? UINT64_MAX : net->now_ms + flight->reply.delay_ms;
    count_flying(net, request->endpoint);
    return 0;
}

static void land(struct net *net, size_t index) {
    net->n_flying--;
    memmove(&net->flying[index], &net->flying[index + 1], (net->n_flying - index) * sizeof(net->flying[0]));
}

static void fill(const struct net_flight *flight, struct hv_result *result) {
    const struct net_reply *reply = &flight->reply;

    *result = (struct hv_result){ .user = flight->user, .left = reply->left, .transient = reply->transient };
    if (reply->status) {
        result->left = true;
        result->answer.status = reply->status;
        result->answer.content_type = "application/soap+xml;charset=UTF-8";
        result->answer.location = reply->location;
        result->answer.bytes = reply->body ? reply->body : "";
        result->answer.n_bytes = strlen(result->answer.bytes);
    } else {
        result->code = hv_error_set(&result->error, reply->code, "the net broke");
        result->error.credentials_unseen = reply->unseen;
    }
}

static int collect(struct hv_transport *transport, struct hv_result *ret_result, struct hv_error *err) {
    struct net *net = net_of(transport);

    (void)err;
    for (size_t i = 0; i < net->n_flying; i++) {
        if (net->flying[i].due_ms <= net->now_ms) {
            fill(&net->flying[i], ret_result);
            land(net, i);
            return 1;
        }
    }
    return 0;
}

static void cancel(struct hv_transport *transport, const void *user) {
    struct net *net = net_of(transport);

    for (size_t i = 0; i < net->n_flying; i++) {
        if (net->flying[i].user == user) {
            land(net, i);
            net->n_cancelled++;
            return;
        }
    }
    fail_msg("cancelled what does not fly");
}

static int wait_never(struct hv_transport *transport, uint64_t max_ms, struct hv_error *err) {
    (void)transport;
    (void)max_ms;
    (void)err;
    fail_msg("the net's platform waits, not its transport");
    return 0;
}

static void let_go(struct hv_transport *transport) {
    struct net *net = net_of(transport);

    net->n_flying = 0;
    net->n_freed++;
}

static uint64_t now(void *context) {
    return ((struct net *)context)->now_ms;
}

static int wait_until(void *context, struct hv_transport *transport, uint64_t until_ms, uint64_t max_ms, struct hv_error *err) {
    struct net *net = context;
    uint64_t at_ms = until_ms;

    (void)transport;
    (void)err;
    net->last_max_ms = max_ms;
    for (size_t i = 0; i < net->n_flying; i++) {
        if (net->flying[i].due_ms < at_ms)
            at_ms = net->flying[i].due_ms;
    }
    if (max_ms != UINT64_MAX && at_ms > net->now_ms + max_ms)
        at_ms = net->now_ms + max_ms;
    if (at_ms == UINT64_MAX)
        fail_msg("the loop waits for nothing");
    if (at_ms > net->now_ms)
        net->now_ms = at_ms;
    return 0;
}

/* Message ids differ, chance is the test's. */
static bool fill_random(void *context, void *bytes, size_t n_bytes) {
    struct net *net = context;

    if (n_bytes == sizeof(net->chance))
        memcpy(bytes, &net->chance, n_bytes);
    else
        memset(bytes, ++net->n_random, n_bytes);
    return true;
}

void net_init(struct net *net, net_serve_fn *serve, void *context) {
    static const struct hv_transport_vtable vtable = {
        .submit = submit,
        .collect = collect,
        .cancel = cancel,
        .wait = wait_never,
        .free = let_go,
    };

    memset(net, 0, sizeof(*net));
    net->transport.vtable = &vtable;
    net->platform = (struct hv_platform){ .now = now, .wait = wait_until, .random = fill_random, .context = net };
    net->serve = serve;
    net->context = context;
    net->now_ms = 1000;
}

void net_deinit(struct net *net) {
    for (size_t i = 0; i < net->n_sent; i++)
        free(net->sent[i].bytes);
}

size_t net_count(const struct net *net, const char *text) {
    size_t n = 0;

    for (size_t i = 0; i < net->n_sent; i++)
        n += strstr(net->sent[i].bytes, text) ? 1 : 0;
    return n;
}
