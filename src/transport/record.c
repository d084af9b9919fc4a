/* Writing conversations down while they happen (hvctl-fixture(5)). */
#include "transport/record.h"

#include <string.h>

#include "base/error.h"
#include "transport/fixture_writer.h"

enum { MAX_WAITING = 16 * 1024 * 1024 }; /* bytes of exchanges that ended and are not written yet */

struct flight {
    struct flight *next;
    void *user;
    struct hv_passage passage; /* its bytes are the request's own until it ends; then it has a result */
    char *kept;                /* what both point to from then on */
};

struct record_transport {
    struct hv_transport transport;
    struct hv_transport *inner;
    struct hv_fixture_writer writer;
    uint64_t (*now)(void *context);
    void *context;
    uint64_t start_ms;
    struct flight *flights;
    /* Ended, in that order: written while the next answers are under way, so that hosts are not kept waiting for it. */
    struct flight *waiting;
    struct flight **waiting_end;
    size_t n_waiting; /* bytes */
    bool is_fresh;    /* something was submitted, and has not left before collect is called */
    unsigned n_numbers;
    bool is_closed;
    struct hv_error failure; /* of the first thing that could not be written; recording has ended then */
};

static struct record_transport *self_of(struct hv_transport *transport) {
    return (struct record_transport *)transport;
}

static uint64_t elapsed(const struct record_transport *self) {
    uint64_t now_ms = self->now(self->context);

    return now_ms > self->start_ms ? now_ms - self->start_ms : 0;
}

static bool is_recording(const struct record_transport *self) {
    return !self->is_closed && self->failure.code == 0;
}

/* ---- exchanges that wait to be written ---- */

static struct flight *flight_free(struct flight *flight) {
    if (flight)
        free(flight->kept);
    free(flight);
    return NULL;
}

static size_t put(char *to, const char *from, size_t n, const char **ret_from) {
    memcpy(to, from, n);
    *ret_from = to;
    return n;
}

/* With its NUL, when TEXT comes with an answer. */
static size_t size_of(const struct hv_result *result, const char *text) {
    return result->code == 0 && text ? strlen(text) + 1 : 0;
}

/* What belongs to others is copied, for it goes away. */
static int keep(struct flight *flight, const struct hv_result *result, struct hv_error *err) {
    const struct hv_answer *answer = &result->answer;
    struct hv_passage *passage = &flight->passage;
    size_t n_answer = result->code == 0 ? answer->n_bytes : 0;
    size_t n_type = size_of(result, answer->content_type);
    size_t n_location = size_of(result, answer->location);
    char *at = malloc(passage->n_bytes + n_answer + n_type + n_location + 1);

    if (!at)
        return hv_error_memory(err);
    passage->result = *result;
    flight->kept = at;
    at += put(at, passage->bytes, passage->n_bytes, &passage->bytes);
    if (n_answer > 0)
        at += put(at, answer->bytes, n_answer, &passage->result.answer.bytes);
    if (n_type > 0)
        at += put(at, answer->content_type, n_type, &passage->result.answer.content_type);
    if (n_location > 0)
        (void)put(at, answer->location, n_location, &passage->result.answer.location);
    return 0;
}

static size_t weight(const struct hv_passage *passage) {
    return passage->n_bytes + (passage->result.code == 0 ? passage->result.answer.n_bytes : 0);
}

static void write_first(struct record_transport *self) {
    struct flight *flight = self->waiting;
    struct hv_error error = { 0 };

    self->waiting = flight->next;
    if (!self->waiting)
        self->waiting_end = &self->waiting;
    self->n_waiting -= weight(&flight->passage);
    if (is_recording(self) && hv_fixture_writer_put(&self->writer, &flight->passage, &error) < 0)
        self->failure = error;
    (void)flight_free(flight);
}

static void write_waiting(struct record_transport *self) {
    while (self->waiting)
        write_first(self);
}

static void enqueue(struct record_transport *self, struct flight *flight, const struct hv_result *result) {
    struct hv_error error = { 0 };

    flight->passage.ended_ms = elapsed(self);
    flight->next = NULL;
    if (!is_recording(self) || keep(flight, result, &error) < 0) {
        if (is_recording(self))
            self->failure = error;
        (void)flight_free(flight);
        return;
    }
    *self->waiting_end = flight;
    self->waiting_end = &flight->next;
    self->n_waiting += weight(&flight->passage);
    while (self->n_waiting > MAX_WAITING)
        write_first(self);
}

/* We stopped waiting; whatever became of it. */
static void enqueue_cancelled(struct record_transport *self, struct flight *flight) {
    const struct hv_result result = { .code = HV_E_CANCELLED, .left = true };

    enqueue(self, flight, &result);
}

/* ---- the transport ---- */

static struct flight *unhook(struct record_transport *self, const void *user) {
    for (struct flight **link = &self->flights; *link; link = &(*link)->next) {
        struct flight *flight = *link;

        if (flight->user == user) {
            *link = flight->next;
            return flight;
        }
    }
    return NULL;
}

static int submit(struct hv_transport *transport, const struct hv_request *request, struct hv_error *err) {
    struct record_transport *self = self_of(transport);
    struct flight *flight = calloc(1, sizeof(*flight));
    int r;

    if (!flight)
        return hv_error_memory(err);
    r = hv_transport_submit(self->inner, request, err);
    if (r < 0) {
        free(flight);
        return r;
    }
    flight->user = request->user;
    flight->passage = (struct hv_passage){
        .endpoint = request->endpoint,
        .bytes = request->bytes,
        .n_bytes = request->n_bytes,
        .number = ++self->n_numbers,
        .sent_ms = elapsed(self),
    };
    flight->next = self->flights;
    self->flights = flight;
    self->is_fresh = true;
    return 0;
}

static int collect(struct hv_transport *transport, struct hv_result *ret_result, struct hv_error *err) {
    struct record_transport *self = self_of(transport);
    int r = hv_transport_collect(self->inner, ret_result, err);
    struct flight *flight = r > 0 ? unhook(self, ret_result->user) : NULL;

    self->is_fresh = false;
    if (flight)
        enqueue(self, flight, ret_result);
    return r;
}

static void cancel(struct hv_transport *transport, const void *user) {
    struct record_transport *self = self_of(transport);
    struct flight *flight = unhook(self, user);

    if (flight)
        enqueue_cancelled(self, flight);
    hv_transport_cancel(self->inner, user);
}

static int wait_for(struct hv_transport *transport, uint64_t max_ms, struct hv_error *err) {
    return hv_transport_wait(self_of(transport)->inner, max_ms, err);
}

bool hv_record_catch_up(struct hv_transport *transport) {
    struct record_transport *self = self_of(transport);

    if (!self->waiting)
        return false;
    if (!self->is_fresh)
        write_first(self);
    self->is_fresh = false;
    return true;
}

void hv_record_flush(struct hv_transport *transport) {
    write_waiting(self_of(transport));
}

/* What is under way is written as given up; its requests are still there. */
static void close_fixture(struct record_transport *self) {
    struct hv_error error = { 0 };

    while (self->flights) {
        struct flight *flight = self->flights;
        self->flights = flight->next;
        enqueue_cancelled(self, flight);
    }
    write_waiting(self);
    if (!is_recording(self))
        return;
    if (hv_fixture_writer_close(&self->writer, self->n_numbers, &error) < 0)
        self->failure = error;
    self->is_closed = true;
}

static void destroy(struct hv_transport *transport) {
    struct record_transport *self = self_of(transport);

    if (self->writer.fd >= 0)
        close_fixture(self);
    while (self->flights) {
        struct flight *flight = self->flights;
        self->flights = flight->next;
        (void)flight_free(flight);
    }
    while (self->waiting) {
        struct flight *flight = self->waiting;
        self->waiting = flight->next;
        (void)flight_free(flight);
    }
    (void)hv_transport_free(self->inner);
    hv_fixture_writer_deinit(&self->writer);
    free(self);
}

struct hv_redactor *hv_record_redactor(struct hv_transport *transport) {
    write_waiting(self_of(transport)); /* names are numbered in the order in which they come */
    return self_of(transport)->writer.redactor;
}

void hv_record_stop(struct hv_transport *transport, int stop) {
    struct record_transport *self = self_of(transport);

    if (self->writer.header.stop != HV_STOP_NONE)
        return;
    self->writer.header.stop = stop;
    self->writer.header.stop_ms = elapsed(self);
}

int hv_record_finish(struct hv_transport *transport, struct hv_error *err) {
    struct record_transport *self = self_of(transport);

    close_fixture(self);
    if (self->failure.code == 0)
        return 0;
    (void)hv_error_copy(err, &self->failure);
    hv_error_prefix(err, "the work was done, but its recording is not complete");
    return self->failure.code;
}

int hv_record_new(struct hv_transport *inner_take, struct hv_redactor *redactor_take, const struct hv_record_setup *setup,
                  struct hv_transport **ret_transport, struct hv_error *err) {
    static const struct hv_transport_vtable vtable = {
        .submit = submit,
        .collect = collect,
        .cancel = cancel,
        .wait = wait_for,
        .free = destroy,
    };
    struct record_transport *self = calloc(1, sizeof(*self));
    int r;

    if (!self) {
        (void)hv_transport_free(inner_take);
        (void)hv_redactor_free(redactor_take);
        return hv_error_memory(err);
    }
    self->transport.vtable = &vtable;
    self->waiting_end = &self->waiting;
    self->inner = inner_take;
    self->now = setup->now;
    self->context = setup->context;
    self->start_ms = setup->now(setup->context);
    r = hv_fixture_writer_open(&self->writer, setup, redactor_take, err);
    if (r < 0) {
        self->failure.code = r; /* nothing to close */
        destroy(&self->transport);
        return r;
    }
    *ret_transport = &self->transport;
    return 0;
}
