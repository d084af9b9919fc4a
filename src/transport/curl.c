/*
 * Many requests on one libcurl multi handle. How many go to a host at a time is for the caller to say: libcurl's own queue would
 * run on the request's timeout (gssapi.md 8). What becomes of each request is for its flight to say; here it is carried out.
 */
#include "transport/curl.h"

#include <limits.h>

#include "transport/auth.h"
#include "transport/flight.h"

/* Idle connections kept; libcurl's default shrinks with the number of transfers and would close those of hosts at rest. */
enum { POOL_SIZE = 256 };

struct curl_transport {
    struct hv_transport transport;
    CURLM *multi;
    uint64_t connect_timeout_ms;
    struct hv_worker *worker;    /* NULL until one signs in by an exchange */
    struct hv_session *sessions; /* of all hosts that are signed in to that way */
    struct hv_flight *flying;
    struct hv_flight *ended; /* not collected, oldest first */
    struct hv_flight *given; /* its answer was collected and may still be looked at */
};

static struct curl_transport *self_of(struct hv_transport *transport) {
    return (struct curl_transport *)transport;
}

static int fail(CURLMcode code, struct hv_error *err) {
    if (code == CURLM_OUT_OF_MEMORY)
        return hv_error_memory(err);
    return hv_error_set(err, HV_E_INTERNAL, "libcurl: %s", curl_multi_strerror(code));
}

/* One that nobody uses; better one that is signed in. */
static struct hv_session *idle_session(struct curl_transport *self, const struct hv_endpoint *endpoint) {
    struct hv_session *found = NULL;

    for (struct hv_session *session = self->sessions; session; session = session->next) {
        if (session->endpoint == endpoint && !session->taken && (!found || session->signed_in))
            found = session;
    }
    return found;
}

/* *RET_SESSION stays NULL for a request that signs in by a header, or not at all. */
static int take_session(struct curl_transport *self, const struct hv_request *request, struct hv_session **ret_session,
                        struct hv_error *err) {
    struct hv_session *session;
    int r;

    if (request->anonymous || hv_login_is_simple(hv_endpoint_login(request->endpoint)))
        return 0;
    session = idle_session(self, request->endpoint);
    if (!session) {
        r = hv_session_new(request->endpoint, &session, err);
        if (r < 0)
            return r;
        session->next = self->sessions;
        self->sessions = session;
    }
    session->taken = true;
    *ret_session = session;
    return 0;
}

static void wake(void *context) {
    (void)curl_multi_wakeup(context);
}

static int launch(struct curl_transport *self, const struct hv_flight *flight, struct hv_error *err) {
    CURLMcode code = curl_multi_add_handle(self->multi, flight->transfer->easy);

    return code == CURLM_OK ? 0 : fail(code, err);
}

static int turn(struct curl_transport *self, struct hv_flight *flight, struct hv_error *err) {
    int r = self->worker ? 0 : hv_worker_new(wake, self->multi, &self->worker, err);

    return r < 0 ? r : hv_worker_submit(self->worker, flight->turn, err);
}

static void unlink_flight(struct hv_flight **link, const struct hv_flight *flight) {
    while (*link != flight)
        link = &(*link)->next;
    *link = flight->next;
}

static void append(struct hv_flight **link, struct hv_flight *flight) {
    while (*link)
        link = &(*link)->next;
    flight->next = NULL;
    *link = flight;
}

/* Does what the flight, which is in no list, wants next. */
static void carry_out(struct curl_transport *self, struct hv_flight *flight, enum hv_flight_next next) {
    struct hv_result *result = &flight->result;
    int r = 0;

    /* Only Kerberos asks anybody; NTLM need not queue behind a KDC that does not answer. */
    while (next == HV_FLIGHT_TURN && flight->session->choice.inner == HV_AUTH_NTLM) {
        hv_turn_take(flight->turn);
        next = hv_flight_on_turn(flight);
    }
    if (next == HV_FLIGHT_SEND)
        r = launch(self, flight, &result->error);
    else if (next == HV_FLIGHT_TURN)
        r = turn(self, flight, &result->error);
    if (r == 0 && next != HV_FLIGHT_END) {
        flight->next = self->flying;
        self->flying = flight;
        return;
    }
    if (r < 0)
        result->code = r;
    if (flight->session)
        flight->session->taken = false;
    append(&self->ended, flight);
}

static int submit(struct hv_transport *transport, const struct hv_request *request, struct hv_error *err) {
    HV_CLEANUP(hv_flight_free) struct hv_flight *flight = NULL;
    struct curl_transport *self = self_of(transport);
    struct hv_session *session = NULL;
    enum hv_flight_next next;
    int r = take_session(self, request, &session, err);

    if (session && session->refusal)
        r = hv_error_copy(err, session->refusal);
    if (r == 0)
        r = hv_flight_new(request, self->connect_timeout_ms, session, &flight, err);
    if (r < 0) {
        if (session)
            session->taken = false;
        return r;
    }
    next = hv_flight_begin(flight);
    if (next == HV_FLIGHT_END && flight->result.code < 0) {
        if (session)
            session->taken = false;
        return hv_error_copy(err, &flight->result.error);
    }
    carry_out(self, flight, next);
    flight = NULL;
    return 0;
}

/* What the worker has done. */
static void handle_turns(struct curl_transport *self) {
    struct hv_turn *done;

    while (self->worker && (done = hv_worker_collect(self->worker))) {
        struct hv_flight *flight = done->user;

        unlink_flight(&self->flying, flight);
        carry_out(self, flight, hv_flight_on_turn(flight));
    }
}

static void handle_messages(struct curl_transport *self) {
    CURLMsg *message;
    int n_left;

    while ((message = curl_multi_info_read(self->multi, &n_left))) {
        CURLcode code = message->data.result; /* the message dies with the removal */
        CURL *easy = message->easy_handle;
        struct hv_transfer *transfer = NULL;
        struct hv_flight *flight;

        if (message->msg != CURLMSG_DONE)
            continue;
        (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
        (void)curl_multi_remove_handle(self->multi, easy);
        flight = transfer->flight;
        unlink_flight(&self->flying, flight);
        carry_out(self, flight, hv_flight_on_transfer(flight, code));
    }
}

static int collect(struct hv_transport *transport, struct hv_result *ret_result, struct hv_error *err) {
    struct curl_transport *self = self_of(transport);
    CURLMcode code;
    int n_running;

    self->given = hv_flight_free(self->given);
    handle_turns(self);
    handle_messages(self);
    if (!self->ended) {
        code = curl_multi_perform(self->multi, &n_running);
        if (code != CURLM_OK)
            return fail(code, err);
        handle_messages(self);
    }
    if (!self->ended)
        return 0;
    self->given = self->ended;
    self->ended = self->given->next;
    *ret_result = self->given->result;
    return 1;
}

/* A flight that is in no list any more and whose answer nobody wants. */
static void drop(struct curl_transport *self, struct hv_flight *flight) {
    if (flight->turn) {
        hv_worker_abandon(self->worker, flight->turn);
        flight->turn = NULL;
    } else {
        (void)curl_multi_remove_handle(self->multi, flight->transfer->easy);
    }
    if (flight->session) {
        flight->session->signed_in = false;
        flight->session->taken = false;
    }
    (void)hv_flight_free(flight);
}

static void cancel(struct hv_transport *transport, const void *user) {
    struct curl_transport *self = self_of(transport);

    for (struct hv_flight *flight = self->flying; flight; flight = flight->next) {
        if (flight->request.user == user) {
            unlink_flight(&self->flying, flight);
            drop(self, flight);
            return;
        }
    }
    for (struct hv_flight *flight = self->ended; flight; flight = flight->next) {
        if (flight->request.user == user) {
            unlink_flight(&self->ended, flight);
            (void)hv_flight_free(flight);
            return;
        }
    }
}

static int wait_for(struct hv_transport *transport, uint64_t max_ms, struct hv_error *err) {
    struct curl_transport *self = self_of(transport);
    CURLMcode code = curl_multi_poll(self->multi, NULL, 0, max_ms > INT_MAX ? INT_MAX : (int)max_ms, NULL);

    return code == CURLM_OK ? 0 : fail(code, err);
}

static void destroy(struct hv_transport *transport) {
    struct curl_transport *self = self_of(transport);

    self->given = hv_flight_free(self->given);
    while (self->flying) {
        struct hv_flight *flight = self->flying;
        self->flying = flight->next;
        drop(self, flight);
    }
    while (self->ended) {
        struct hv_flight *flight = self->ended;
        self->ended = flight->next;
        (void)hv_flight_free(flight);
    }
    while (self->sessions) {
        struct hv_session *session = self->sessions;
        self->sessions = session->next;
        (void)hv_session_free(session);
    }
    (void)hv_worker_free(self->worker);
    (void)curl_multi_cleanup(self->multi);
    free(self);
}

int hv_curl_init(struct hv_error *err) {
    CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);

    if (code != CURLE_OK)
        return hv_error_set(err, HV_E_INTERNAL, "libcurl cannot start: %s", curl_easy_strerror(code));
    return 0;
}

int hv_curl_new(uint64_t connect_timeout_ms, struct hv_transport **ret_transport, struct hv_error *err) {
    static const struct hv_transport_vtable vtable = {
        .submit = submit,
        .collect = collect,
        .cancel = cancel,
        .wait = wait_for,
        .free = destroy,
    };
    struct curl_transport *self = calloc(1, sizeof(*self));

    if (!self)
        return hv_error_memory(err);
    self->transport.vtable = &vtable;
    self->connect_timeout_ms = connect_timeout_ms;
    self->multi = curl_multi_init();
    if (!self->multi || curl_multi_setopt(self->multi, CURLMOPT_MAXCONNECTS, (long)POOL_SIZE) != CURLM_OK) {
        (void)curl_multi_cleanup(self->multi);
        free(self);
        return hv_error_memory(err);
    }
    *ret_transport = &self->transport;
    return 0;
}
