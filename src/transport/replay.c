/* Answers from a fixture at the times they had, by a clock that costs no time. */
#include "transport/replay.h"

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "fixture/alias.h"
#include "transport/label.h"

enum {
    MAX_ANSWER = HV_ANSWER_MAX_BYTES * 2, /* live names may be longer */
    MAX_HOST = 4096,
};

struct flight {
    void *user;
    const struct hv_take *take;
    char *message_id; /* of the request that was made */
    uint64_t due_ms;  /* UINT64_MAX: its end was not recorded */
};

struct replay_transport {
    struct hv_transport transport;
    struct hv_fixture *fixture;
    struct hv_player player;
    struct hv_aliases aliases;
    struct flight *flights; /* in the order they left */
    size_t n_flights;
    struct hv_buf answer; /* the last one given */
    uint64_t now_ms;
    uint64_t chance;
    struct hv_error failure; /* of the first request that is not in the recording; ends everything */
};

static struct replay_transport *self_of(struct hv_transport *transport) {
    return (struct replay_transport *)transport;
}

static const struct replay_transport *view_of(const struct hv_transport *transport) {
    return (const struct replay_transport *)transport;
}

/* The name in the recording for HOST. Errors: MEMORY, LIMIT. */
static int rename_host(const struct replay_transport *self, const char *host, char **ret_name, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf name = HV_BUF_INIT(MAX_HOST);

    hv_aliases_to_recorded(&self->aliases, host, strlen(host), &name);
    return hv_buf_take(&name, "the name of a host", ret_name, err);
}

/* What the recording calls ENDPOINT: with its port or without, by that name or by its stand-in; as it is when by none of them. */
static int name_host(const struct replay_transport *self, const struct hv_endpoint *endpoint, char **ret_name,
                     struct hv_error *err) {
    HV_CLEANUP_FREE char *label = NULL;
    int r = hv_label_of(endpoint, &label, err);
    const char *const names[] = { label, hv_endpoint_host(endpoint) };

    for (size_t i = 0; r == 0 && i < 2 * HV_ARRAY_SIZE(names); i++) {
        const char *name = names[i % HV_ARRAY_SIZE(names)];
        HV_CLEANUP_FREE char *known = NULL;

        r = i < HV_ARRAY_SIZE(names) ? hv_text_copy(name, &known, err) : rename_host(self, name, &known, err);
        if (r == 0 && hv_player_knows(&self->player, known)) {
            *ret_name = known;
            known = NULL;
            return 0;
        }
    }
    return r < 0 ? r : hv_text_copy(label, ret_name, err);
}

/* Answers come when they came, or after the time they took where we are late. */
static uint64_t due_time(const struct replay_transport *self, const struct hv_fixture_exchange *exchange) {
    uint64_t recorded_ms = exchange->sent_ms + exchange->duration_ms;
    uint64_t late_ms = self->now_ms + exchange->duration_ms;

    if (exchange->failure == HV_E_CANCELLED)
        return UINT64_MAX;
    return recorded_ms > late_ms ? recorded_ms : late_ms;
}

static int launch(struct replay_transport *self, const struct hv_request *request, const struct hv_take *take,
                  const char *message_id, struct hv_error *err) {
    struct flight *grown = hv_grow(self->flights, self->n_flights, sizeof(*grown));
    struct flight flight = { .user = request->user, .take = take, .due_ms = due_time(self, &take->exchange) };
    int r;

    if (!grown)
        return hv_error_memory(err);
    self->flights = grown;
    r = hv_text_copy(message_id, &flight.message_id, err);
    if (r == 0)
        self->flights[self->n_flights++] = flight;
    return r;
}

static int pick(struct replay_transport *self, const struct hv_request *request, struct hv_error *err) {
    HV_CLEANUP(hv_canonical_free) struct hv_canonical *canonical = NULL;
    HV_CLEANUP_FREE char *host = NULL;
    const struct hv_take *take = NULL;
    int r = hv_canonical_new(request->bytes, request->n_bytes, &canonical, err);

    if (r == 0)
        r = hv_aliases_apply(&self->aliases, canonical, err);
    if (r == 0)
        r = name_host(self, request->endpoint, &host, err);
    if (r == 0)
        r = hv_player_pick(&self->player, host, canonical, &take, err);
    return r == 0 ? launch(self, request, take, canonical->message_id, err) : r;
}

/* A request that was not recorded is taken like any other, for its owner shall not draw conclusions: collect ends everything. */
static int submit(struct hv_transport *transport, const struct hv_request *request, struct hv_error *err) {
    struct replay_transport *self = self_of(transport);
    struct hv_error error = { 0 };
    int r = pick(self, request, &error);

    if (r != HV_E_FIXTURE || self->player.lenient)
        return r < 0 ? hv_error_copy(err, &error) : 0;
    if (self->failure.code == 0)
        self->failure = error;
    return 0;
}

static void land(struct replay_transport *self, size_t index) {
    free(self->flights[index].message_id);
    self->n_flights--;
    memmove(&self->flights[index], &self->flights[index + 1], (self->n_flights - index) * sizeof(self->flights[0]));
}

/* The answer with the names that the command at hand uses. */
static void write_answer(struct replay_transport *self, const struct flight *flight) {
    HV_CLEANUP_BUF struct hv_buf recorded = HV_BUF_INIT(MAX_ANSWER);

    hv_buf_reset(&self->answer);
    if (self->aliases.n == 0) {
        hv_player_answer(flight->take, flight->message_id, &self->answer);
        return;
    }
    hv_player_answer(flight->take, flight->message_id, &recorded);
    hv_aliases_to_live(&self->aliases, hv_buf_text(&recorded), recorded.len, &self->answer);
    if (recorded.failure)
        self->answer.failure = recorded.failure;
}

static int fill_answer(struct replay_transport *self, const struct flight *flight, struct hv_result *ret_result,
                       struct hv_error *err) {
    const struct hv_fixture_exchange *exchange = &flight->take->exchange;
    int r;

    write_answer(self, flight);
    r = hv_buf_finish(&self->answer, "the recorded answer", err);
    if (r < 0)
        return r;
    ret_result->left = true;
    ret_result->answer.status = exchange->status;
    ret_result->answer.content_type = exchange->content_type;
    ret_result->answer.location = exchange->location;
    ret_result->answer.bytes = hv_buf_text(&self->answer);
    ret_result->answer.n_bytes = self->answer.len;
    return 0;
}

static int fill(struct replay_transport *self, const struct flight *flight, struct hv_result *ret_result, struct hv_error *err) {
    const struct hv_fixture_exchange *exchange = &flight->take->exchange;

    *ret_result = (struct hv_result){ .user = flight->user, .left = exchange->left, .transient = exchange->transient };
    if (!exchange->failure)
        return fill_answer(self, flight, ret_result, err);
    hv_player_failure(flight->take, &ret_result->error);
    ret_result->code = exchange->failure;
    return 0;
}

/* The one that is due first, in the order they left; N_FLIGHTS when none is before LIMIT_MS. */
static size_t next_flight(const struct replay_transport *self, uint64_t limit_ms) {
    size_t next = self->n_flights;

    for (size_t i = 0; i < self->n_flights; i++) {
        if (self->flights[i].due_ms <= limit_ms &&
            (next == self->n_flights || self->flights[i].due_ms < self->flights[next].due_ms))
            next = i;
    }
    return next;
}

static int collect(struct hv_transport *transport, struct hv_result *ret_result, struct hv_error *err) {
    struct replay_transport *self = self_of(transport);
    size_t next = next_flight(self, self->now_ms);
    int r;

    if (self->failure.code)
        return hv_error_copy(err, &self->failure);
    if (next == self->n_flights)
        return 0;
    r = fill(self, &self->flights[next], ret_result, err);
    land(self, next);
    return r < 0 ? r : 1;
}

static void cancel(struct hv_transport *transport, const void *user) {
    struct replay_transport *self = self_of(transport);

    for (size_t i = 0; i < self->n_flights; i++) {
        if (self->flights[i].user == user) {
            land(self, i);
            return;
        }
    }
}

static int wait_for(struct hv_transport *transport, uint64_t max_ms, struct hv_error *err) {
    return hv_replay_wait(transport, UINT64_MAX, max_ms, err);
}

static void destroy(struct hv_transport *transport) {
    struct replay_transport *self = self_of(transport);

    while (self->n_flights > 0)
        land(self, self->n_flights - 1);
    free(self->flights);
    hv_aliases_deinit(&self->aliases);
    hv_buf_deinit(&self->answer);
    (void)hv_fixture_free(self->fixture);
    free(self);
}

/* The clock stands still at the moment when the recorded work stopped waiting, for somebody to see it. */
static uint64_t next_stop(const struct replay_transport *self) {
    const struct hv_fixture_header *header = &self->fixture->header;

    return header->stop != HV_STOP_NONE && header->stop_ms > self->now_ms ? header->stop_ms : UINT64_MAX;
}

int hv_replay_stop(const struct hv_transport *transport) {
    const struct hv_fixture_header *header = &view_of(transport)->fixture->header;

    return header->stop_ms <= view_of(transport)->now_ms ? header->stop : HV_STOP_NONE;
}

uint64_t hv_replay_now(const struct hv_transport *transport) {
    return view_of(transport)->now_ms;
}

int hv_replay_wait(struct hv_transport *transport, uint64_t until_ms, uint64_t max_ms, struct hv_error *err) {
    struct replay_transport *self = self_of(transport);
    size_t next = next_flight(self, UINT64_MAX - 1);
    uint64_t at_ms = next < self->n_flights && self->flights[next].due_ms < until_ms ? self->flights[next].due_ms : until_ms;

    if (self->failure.code)
        return 0; /* collect tells */
    if (next_stop(self) < at_ms)
        at_ms = next_stop(self);
    if (at_ms == UINT64_MAX) {
        if (self->n_flights == 0)
            return 0;
        return hv_error_set(err, HV_E_FIXTURE, "exchange %u of %s was recorded without its end, and its end is waited for",
                            self->flights[0].take->exchange.number, self->fixture->directory);
    }
    if (at_ms > self->now_ms && at_ms - self->now_ms > max_ms)
        at_ms = self->now_ms + max_ms;
    if (at_ms > self->now_ms)
        self->now_ms = at_ms;
    return 0;
}

/* SplitMix64 (Steele, Lea, Flood 2014): the same numbers in each replay. */
void hv_replay_random(struct hv_transport *transport, void *bytes, size_t n_bytes) {
    struct replay_transport *self = self_of(transport);
    unsigned char *at = bytes;

    while (n_bytes > 0) {
        uint64_t value = self->chance += 0x9E3779B97F4A7C15U;
        size_t n = n_bytes < sizeof(value) ? n_bytes : sizeof(value);

        value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9U;
        value = (value ^ value >> 27) * 0x94D049BB133111EBU;
        value ^= value >> 31;
        memcpy(at, &value, n);
        at += n;
        n_bytes -= n;
    }
}

int hv_replay_finish(const struct hv_transport *transport, struct hv_error *err) {
    return hv_player_finish(&view_of(transport)->player, err);
}

static int learn_aliases(struct replay_transport *self, const char *command, struct hv_error *err) {
    const struct hv_fixture_header *header = hv_fixture_header(self->fixture);

    if (!command || !header->command || !header->marks)
        return 0;
    return hv_aliases_learn(&self->aliases, command, header, err);
}

int hv_replay_new(struct hv_fixture *fixture_take, const struct hv_replay_options *options, struct hv_transport **ret_transport,
                  struct hv_error *err) {
    static const struct hv_transport_vtable vtable = {
        .submit = submit,
        .collect = collect,
        .cancel = cancel,
        .wait = wait_for,
        .free = destroy,
    };
    struct replay_transport *self = calloc(1, sizeof(*self));
    int r;

    if (!self) {
        (void)hv_fixture_free(fixture_take);
        return hv_error_memory(err);
    }
    self->transport.vtable = &vtable;
    self->fixture = fixture_take;
    self->player = (struct hv_player){
        .fixture = fixture_take,
        .lenient = options->lenient,
        .warn = options->warn,
        .context = options->context,
    };
    hv_buf_init(&self->answer, MAX_ANSWER);
    r = learn_aliases(self, options->command, err);
    if (r < 0) {
        destroy(&self->transport);
        return r;
    }
    *ret_transport = &self->transport;
    return 0;
}
