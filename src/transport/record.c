/* Writing conversations down while they happen (hvctl-fixture(5)). */
#include "transport/record.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "fixture/alias.h"
#include "fixture/sheet.h"
#include "transport/fixture_dir.h"
#include "transport/label.h"
#include "xml/reader.h"

/* Requests grow little by stand-ins; answers may be converted from UTF-16, and keep their size otherwise. */
enum {
    MAX_BYTES = HV_FIXTURE_MAX_FILE,
    MAX_COMMAND = 64 * 1024,
    MAX_WAITING = 16 * 1024 * 1024, /* bytes of exchanges that ended and are not written yet */
};

struct flight {
    struct flight *next;
    void *user;
    const struct hv_endpoint *endpoint;
    const char *bytes; /* the request's own, valid until it ends */
    size_t n_bytes;
    uint64_t sent_ms;
    unsigned number;
    /* Once it ended. */
    struct hv_result result;
    uint64_t ended_ms;
    char *kept; /* what request and result point to */
};

struct record_transport {
    struct hv_transport transport;
    struct hv_transport *inner;
    struct hv_redactor *redactor; /* NULL: names are kept */
    char *directory;
    int fd;
    uint64_t (*now)(void *context);
    void *context;
    uint64_t start_ms;
    struct hv_fixture_header header;
    char *command; /* with the names it came with: they may be learnt only later */
    struct flight *flights;
    /* Ended, in that order: written while the next answers are under way, so that hosts are not kept waiting for it. */
    struct flight *waiting;
    struct flight **waiting_end;
    size_t n_waiting; /* bytes */
    bool is_fresh;    /* something was submitted, and has not left before collect is called */
    unsigned n_numbers;
    size_t n_names_first; /* that were known before the first exchange was written */
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

/* ---- what an exchange was ---- */

static int rewrite(struct record_transport *self, const char *bytes, size_t n_bytes, char **ret_bytes, size_t *ret_n,
                   struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(MAX_BYTES);
    int r = 0;

    if (self->redactor)
        r = hv_redactor_rewrite(self->redactor, bytes, n_bytes, &buf, err);
    else
        hv_buf_append(&buf, bytes, n_bytes);
    *ret_n = buf.len;
    return r < 0 ? r : hv_buf_take(&buf, "an exchange", ret_bytes, err);
}

static int rewrite_text(struct record_transport *self, const char *text, char **ret_text, struct hv_error *err) {
    size_t n;

    return text && *text ? rewrite(self, text, strlen(text), ret_text, &n, err) : 0;
}

/* Host build and stack, where an Identify told them. */
static int note_product(struct record_transport *self, const struct hv_xml_node *root, struct hv_error *err) {
    const struct hv_xml_node *identity = hv_xml_child(hv_xml_child(root, NULL, "Body"), NULL, "IdentifyResponse");
    const struct hv_xml_node *version = hv_xml_child(identity, NULL, "ProductVersion");

    if (!version || self->header.product)
        return 0;
    return hv_text_copy(hv_xml_word(version), &self->header.product, err);
}

/* What is to be known before the files are written: names, and whether the answer belongs to the request. */
static int study(struct record_transport *self, const struct flight *flight, const struct hv_answer *answer,
                 struct hv_fixture_exchange *exchange, struct hv_error *err) {
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *request = NULL;
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *response = NULL;
    const struct hv_xml_node *header;
    const struct hv_xml_node *relates_to;
    const struct hv_xml_node *message_id;
    int r = hv_xml_parse(flight->bytes, flight->n_bytes, NULL, &request, err);

    if (r < 0)
        return r;
    header = hv_xml_child(hv_xml_root(request), NULL, "Header");
    message_id = hv_xml_child(header, NULL, "MessageID");
    r = rewrite_text(self, hv_xml_child(header, NULL, "Action") ? hv_xml_word(hv_xml_child(header, NULL, "Action")) : NULL,
                     &exchange->action, err);
    if (r == 0 && hv_xml_child(header, NULL, "ResourceURI"))
        r = rewrite_text(self, hv_xml_word(hv_xml_child(header, NULL, "ResourceURI")), &exchange->resource_uri, err);
    if (r == 0 && self->redactor)
        r = hv_redactor_learn(self->redactor, hv_xml_root(request), err);
    if (r < 0 || !answer)
        return r;
    r = hv_xml_parse(answer->bytes, answer->n_bytes, NULL, &response, err);
    if (r < 0) {
        exchange->is_opaque = true;
        return r == HV_E_MEMORY ? r : 0;
    }
    relates_to = hv_xml_child(hv_xml_child(hv_xml_root(response), NULL, "Header"), NULL, "RelatesTo");
    exchange->is_foreign = relates_to && message_id && strcmp(hv_xml_word(relates_to), hv_xml_word(message_id)) != 0;
    r = note_product(self, hv_xml_root(response), err);
    return r == 0 && self->redactor ? hv_redactor_learn(self->redactor, hv_xml_root(response), err) : r;
}

static int describe_failure(struct record_transport *self, const struct hv_result *result, struct hv_fixture_exchange *exchange,
                            struct hv_error *err) {
    int r;

    exchange->failure = result->code;
    exchange->left = result->left;
    exchange->transient = result->transient;
    exchange->source = (int)result->error.source;
    exchange->transport_code = result->error.transport_code > 0 ? (uint64_t)result->error.transport_code : 0;
    r = rewrite_text(self, result->error.message, &exchange->message, err);
    if (r == 0)
        r = rewrite_text(self, result->error.cause, &exchange->cause, err);
    return r == 0 ? rewrite_text(self, result->error.remedy, &exchange->remedy, err) : r;
}

static int describe_answer(struct record_transport *self, const struct hv_answer *answer, struct hv_fixture_exchange *exchange,
                           struct hv_error *err) {
    exchange->status = answer->status;
    exchange->left = true;
    return rewrite(self, answer->bytes, answer->n_bytes, &exchange->response, &exchange->n_response, err);
}

/* Stand-ins go without the port, which the redactor drops as well. */
static int name_host(struct record_transport *self, const struct hv_endpoint *endpoint, char **ret_name, struct hv_error *err) {
    HV_CLEANUP_FREE char *label = NULL;
    int r = hv_label_of(endpoint, &label, err);

    return r < 0 ? r : rewrite_text(self, label, ret_name, err);
}

static int write_down(struct record_transport *self, const struct flight *flight, struct hv_error *err) {
    const struct hv_result *result = &flight->result;
    struct hv_fixture_exchange exchange = {
        .number = flight->number,
        .sent_ms = flight->sent_ms,
        .duration_ms = flight->ended_ms - flight->sent_ms,
    };
    int r;

    if (self->redactor)
        hv_redactor_begin(self->redactor, flight->number, hv_endpoint_host(flight->endpoint));
    r = study(self, flight, result->code == 0 ? &result->answer : NULL, &exchange, err);
    if (r == 0)
        r = name_host(self, flight->endpoint, &exchange.host, err);
    if (self->redactor && self->n_names_first == 0)
        self->n_names_first = hv_redactor_n_names(self->redactor);
    if (r == 0)
        r = rewrite(self, flight->bytes, flight->n_bytes, &exchange.request, &exchange.n_request, err);
    if (r == 0 && result->code == 0)
        r = hv_text_copy(result->answer.content_type, &exchange.content_type, err);
    if (r == 0)
        r = result->code == 0 ? describe_answer(self, &result->answer, &exchange, err)
                              : describe_failure(self, result, &exchange, err);
    if (r == 0)
        r = hv_fixture_dir_put_exchange(self->fd, self->directory, &exchange, err);
    hv_fixture_exchange_deinit(&exchange);
    return r;
}

/* N bytes of a command line, a word or what is in quotes. */
static int rewrite_part(struct record_transport *self, const char *part, size_t n_part, struct hv_buf *buf,
                        struct hv_error *err) {
    HV_CLEANUP_FREE char *text = NULL;
    size_t n = 0;
    int r = n_part > 0 ? rewrite(self, part, n_part, &text, &n, err) : 0;

    hv_buf_append(buf, text ? text : "", n);
    return r;
}

/* Part by part: the name of a file may hold blanks and quotes, so that it would not end where its word does. */
static int rewrite_command(struct record_transport *self, char **ret_command, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(MAX_COMMAND);
    const char *at = self->command;
    bool quoted = false;
    int r = 0;

    if (!at || !*at)
        return 0;
    while (r == 0 && *at) {
        size_t n = strcspn(at, quoted ? "'" : "' \\");

        r = rewrite_part(self, at, n, &buf, err);
        at += n;
        if (*at == '\'')
            quoted = !quoted;
        else if (*at == '\\' && at[1])
            hv_buf_putc(&buf, *at++); /* what follows is no quote */
        if (*at)
            hv_buf_putc(&buf, *at++);
    }
    return r < 0 ? r : hv_buf_take(&buf, "the command line", ret_command, err);
}

/* By these a replay knows the names again that are replaced here. */
static int mark_command(struct record_transport *self, struct hv_error *err) {
    if (!self->redactor || !self->command || self->header.marks)
        return 0;
    return hv_alias_mark(self->command, self->header.recorded, &self->header.marks, err);
}

/* With the names that are known by now. */
static int name_command(struct record_transport *self, struct hv_error *err) {
    int r;

    free(self->header.command);
    self->header.command = NULL;
    r = rewrite_command(self, &self->header.command, err);
    return r < 0 ? r : mark_command(self, err);
}

static int write_header(struct record_transport *self, struct hv_error *err) {
    return hv_fixture_dir_put_header(self->fd, self->directory, &self->header, err);
}

/* With the first exchange the command is written, for a recording that breaks off: the names in it are known by now. */
static void note(struct record_transport *self, const struct flight *flight) {
    struct hv_error error = { 0 };

    if (!is_recording(self))
        return;
    if (write_down(self, flight, &error) < 0 ||
        (!self->header.command && (name_command(self, &error) < 0 || write_header(self, &error) < 0)))
        self->failure = error;
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

/* What belongs to others is copied, for it goes away. */
static int keep(struct flight *flight, const struct hv_result *result, struct hv_error *err) {
    const struct hv_answer *answer = &result->answer;
    size_t n_answer = result->code == 0 ? answer->n_bytes : 0;
    size_t n_type = result->code == 0 && answer->content_type ? strlen(answer->content_type) + 1 : 0;
    char *at = malloc(flight->n_bytes + n_answer + n_type + 1);

    if (!at)
        return hv_error_memory(err);
    flight->result = *result;
    flight->kept = at;
    at += put(at, flight->bytes, flight->n_bytes, &flight->bytes);
    if (n_answer > 0)
        at += put(at, answer->bytes, n_answer, &flight->result.answer.bytes);
    if (n_type > 0)
        (void)put(at, answer->content_type, n_type, &flight->result.answer.content_type);
    return 0;
}

static size_t weight(const struct flight *flight) {
    return flight->n_bytes + (flight->result.code == 0 ? flight->result.answer.n_bytes : 0);
}

static void write_first(struct record_transport *self) {
    struct flight *flight = self->waiting;

    self->waiting = flight->next;
    if (!self->waiting)
        self->waiting_end = &self->waiting;
    self->n_waiting -= weight(flight);
    note(self, flight);
    (void)flight_free(flight);
}

static void write_waiting(struct record_transport *self) {
    while (self->waiting)
        write_first(self);
}

static void enqueue(struct record_transport *self, struct flight *flight, const struct hv_result *result) {
    struct hv_error error = { 0 };

    flight->ended_ms = elapsed(self);
    flight->next = NULL;
    if (!is_recording(self) || keep(flight, result, &error) < 0) {
        if (is_recording(self))
            self->failure = error;
        (void)flight_free(flight);
        return;
    }
    *self->waiting_end = flight;
    self->waiting_end = &flight->next;
    self->n_waiting += weight(flight);
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
    flight->endpoint = request->endpoint;
    flight->bytes = request->bytes;
    flight->n_bytes = request->n_bytes;
    flight->sent_ms = elapsed(self);
    flight->number = ++self->n_numbers;
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

/* One file again, now that all names are known. */
static int amend_file(struct record_transport *self, unsigned number, enum hv_fixture_part part, struct hv_error *err) {
    HV_CLEANUP_FREE char *bytes = NULL;
    HV_CLEANUP_FREE char *again = NULL;
    char name[HV_FIXTURE_NAME_SIZE];
    size_t n = 0;
    size_t n_again = 0;
    int r;

    hv_fixture_file_name(number, part, name);
    if (faccessat(self->fd, name, F_OK, 0) != 0)
        return 0; /* no answer came */
    r = hv_fixture_file_read(self->fd, name, name, &bytes, &n, err);
    if (r == 0)
        r = rewrite(self, bytes, n, &again, &n_again, err);
    if (r < 0 || !again || (n == n_again && memcmp(bytes, again, n) == 0))
        return r;
    return hv_fixture_dir_put_file(self->fd, self->directory, name, again, n_again, err);
}

static int amend_all(struct record_transport *self, struct hv_error *err) {
    int r = 0;

    for (unsigned i = 1; r == 0 && i <= self->n_numbers; i++) {
        for (int part = HV_FIXTURE_REQUEST; r == 0 && part <= HV_FIXTURE_META; part++)
            r = amend_file(self, i, (enum hv_fixture_part)part, err);
    }
    return r;
}

/* A name that was learnt late may stand in what was written before, and may tell another: a host its domain. */
static int amend(struct record_transport *self, struct hv_error *err) {
    size_t n_names = self->n_names_first;
    int r = 0;

    if (!self->redactor)
        return 0;
    while (r == 0 && hv_redactor_n_names(self->redactor) > n_names) {
        n_names = hv_redactor_n_names(self->redactor);
        hv_redactor_begin_again(self->redactor);
        r = amend_all(self, err);
    }
    return r;
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
    self->header.is_closed = true;
    self->header.n_exchanges = self->n_numbers;
    /* The command before files are written again: it never had stand-ins that are to stay. */
    if (name_command(self, &error) < 0 || amend(self, &error) < 0 || write_header(self, &error) < 0)
        self->failure = error;
    self->is_closed = true;
}

static void destroy(struct hv_transport *transport) {
    struct record_transport *self = self_of(transport);

    if (self->fd >= 0) {
        close_fixture(self);
        (void)close(self->fd);
    }
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
    (void)hv_redactor_free(self->redactor);
    hv_fixture_header_deinit(&self->header);
    free(self->directory);
    free(self->command);
    free(self);
}

struct hv_redactor *hv_record_redactor(struct hv_transport *transport) {
    write_waiting(self_of(transport)); /* names are numbered in the order in which they come */
    return self_of(transport)->redactor;
}

void hv_record_stop(struct hv_transport *transport, int stop) {
    struct record_transport *self = self_of(transport);

    if (self->header.stop != HV_STOP_NONE)
        return;
    self->header.stop = stop;
    self->header.stop_ms = elapsed(self);
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

static int start(struct record_transport *self, const struct hv_record_setup *setup, struct hv_error *err) {
    struct hv_fixture_header *header = &self->header;
    int r = hv_text_copy(setup->directory, &self->directory, err);

    header->schema = HV_FIXTURE_SCHEMA;
    header->redaction = self->redactor ? HV_REDACTION_VERSION : 0;
    self->now = setup->now;
    self->context = setup->context;
    self->start_ms = setup->now(setup->context);
    if (r == 0)
        r = hv_text_copy(setup->tool, &header->tool, err);
    if (r == 0)
        r = hv_text_copy(setup->recorded, &header->recorded, err);
    if (r == 0)
        r = hv_text_copy(setup->command, &self->command, err);
    if (r == 0)
        r = hv_fixture_dir_make(setup->directory, &self->fd, err);
    return r == 0 ? hv_fixture_dir_put_header(self->fd, self->directory, header, err) : r;
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
    self->redactor = redactor_take;
    self->fd = -1;
    r = start(self, setup, err);
    if (r < 0) {
        self->failure.code = r; /* nothing to close */
        destroy(&self->transport);
        return r;
    }
    *ret_transport = &self->transport;
    return 0;
}
