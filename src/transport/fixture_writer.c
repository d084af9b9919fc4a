/* What a fixture's files hold of each exchange, with stand-ins for names (hvctl-fixture(5)). */
#include "transport/fixture_writer.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "fixture/alias.h"
#include "fixture/sheet.h"
#include "fixture/tape.h"
#include "transport/fixture_dir.h"
#include "transport/label.h"
#include "transport/record.h"
#include "xml/reader.h"

/* Requests grow little by stand-ins; answers may be converted from UTF-16, and keep their size otherwise. */
enum {
    MAX_BYTES = HV_FIXTURE_MAX_FILE,
    MAX_COMMAND = 64 * 1024,
};

static int rewrite(struct hv_fixture_writer *self, const char *bytes, size_t n_bytes, char **ret_bytes, size_t *ret_n,
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

static int rewrite_text(struct hv_fixture_writer *self, const char *text, char **ret_text, struct hv_error *err) {
    size_t n;

    return text && *text ? rewrite(self, text, strlen(text), ret_text, &n, err) : 0;
}

/* Host build and stack, where an Identify told them. */
static int note_product(struct hv_fixture_writer *self, const struct hv_xml_node *root, struct hv_error *err) {
    const struct hv_xml_node *identity = hv_xml_child(hv_xml_child(root, NULL, "Body"), NULL, "IdentifyResponse");
    const struct hv_xml_node *version = hv_xml_child(identity, NULL, "ProductVersion");

    if (!version || self->header.product)
        return 0;
    return hv_text_copy(hv_xml_word(version), &self->header.product, err);
}

/* What is to be known before the files are written: names, and whether the answer belongs to the request. */
static int study(struct hv_fixture_writer *self, const struct hv_passage *passage, const struct hv_answer *answer,
                 struct hv_fixture_exchange *exchange, struct hv_error *err) {
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *request = NULL;
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *response = NULL;
    const struct hv_xml_node *header;
    const struct hv_xml_node *relates_to;
    const struct hv_xml_node *message_id;
    int r = hv_xml_parse(passage->bytes, passage->n_bytes, NULL, &request, err);

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
    exchange->is_foreign = relates_to && message_id && !hv_fixture_relates(hv_xml_word(relates_to), hv_xml_word(message_id));
    r = note_product(self, hv_xml_root(response), err);
    return r == 0 && self->redactor ? hv_redactor_learn(self->redactor, hv_xml_root(response), err) : r;
}

static int describe_failure(struct hv_fixture_writer *self, const struct hv_result *result, struct hv_fixture_exchange *exchange,
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

/* Where a redirect leads, which may name another host. */
static int describe_location(struct hv_fixture_writer *self, const char *location, struct hv_fixture_exchange *exchange,
                             struct hv_error *err) {
    HV_CLEANUP_FREE char *host = NULL;
    const char *at = location ? strstr(location, "://") : NULL;
    int r = 0;

    if (at && self->redactor) {
        at += strlen("://");
        r = hv_text_copy_n(at, strcspn(at, ":/?#"), &host, err);
        if (r == 0 && *host)
            r = hv_redactor_add(self->redactor, HV_NAME_HOST, host, err);
    }
    return r < 0 ? r : rewrite_text(self, location, &exchange->location, err);
}

static int describe_answer(struct hv_fixture_writer *self, const struct hv_answer *answer, struct hv_fixture_exchange *exchange,
                           struct hv_error *err) {
    int r;

    exchange->status = answer->status;
    exchange->left = true;
    r = describe_location(self, answer->location, exchange, err);
    return r < 0 ? r : rewrite(self, answer->bytes, answer->n_bytes, &exchange->response, &exchange->n_response, err);
}

/* Stand-ins go without the port, which the redactor drops as well. */
static int name_host(struct hv_fixture_writer *self, const struct hv_endpoint *endpoint, char **ret_name, struct hv_error *err) {
    HV_CLEANUP_FREE char *label = NULL;
    int r = hv_label_of(endpoint, &label, err);

    return r < 0 ? r : rewrite_text(self, label, ret_name, err);
}

static int write_down(struct hv_fixture_writer *self, const struct hv_passage *passage, struct hv_error *err) {
    const struct hv_result *result = &passage->result;
    struct hv_fixture_exchange exchange = {
        .number = passage->number,
        .sent_ms = passage->sent_ms,
        .duration_ms = passage->ended_ms - passage->sent_ms,
    };
    int r;

    if (self->redactor)
        hv_redactor_begin(self->redactor, passage->number, hv_endpoint_host(passage->endpoint));
    r = study(self, passage, result->code == 0 ? &result->answer : NULL, &exchange, err);
    if (r == 0)
        r = name_host(self, passage->endpoint, &exchange.host, err);
    if (self->redactor && self->n_names_first == 0)
        self->n_names_first = hv_redactor_n_names(self->redactor);
    if (r == 0)
        r = rewrite(self, passage->bytes, passage->n_bytes, &exchange.request, &exchange.n_request, err);
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
static int rewrite_part(struct hv_fixture_writer *self, const char *part, size_t n_part, struct hv_buf *buf,
                        struct hv_error *err) {
    HV_CLEANUP_FREE char *text = NULL;
    size_t n = 0;
    int r = n_part > 0 ? rewrite(self, part, n_part, &text, &n, err) : 0;

    hv_buf_append(buf, text ? text : "", n);
    return r;
}

/* Part by part: the name of a file may hold blanks and quotes, so that it would not end where its word does. */
static int rewrite_command(struct hv_fixture_writer *self, char **ret_command, struct hv_error *err) {
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
static int mark_command(struct hv_fixture_writer *self, struct hv_error *err) {
    if (!self->redactor || !self->command || self->header.marks)
        return 0;
    return hv_alias_mark(self->command, self->header.recorded, &self->header.marks, err);
}

/* With the names that are known by now. */
static int name_command(struct hv_fixture_writer *self, struct hv_error *err) {
    int r;

    free(self->header.command);
    self->header.command = NULL;
    r = rewrite_command(self, &self->header.command, err);
    return r < 0 ? r : mark_command(self, err);
}

static int write_header(struct hv_fixture_writer *self, struct hv_error *err) {
    return hv_fixture_dir_put_header(self->fd, self->directory, &self->header, err);
}

/* One file again, now that all names are known. */
static int amend_file(struct hv_fixture_writer *self, unsigned number, enum hv_fixture_part part, struct hv_error *err) {
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

static int amend_all(struct hv_fixture_writer *self, unsigned n_exchanges, struct hv_error *err) {
    int r = 0;

    for (unsigned i = 1; r == 0 && i <= n_exchanges; i++) {
        for (int part = HV_FIXTURE_REQUEST; r == 0 && part <= HV_FIXTURE_META; part++)
            r = amend_file(self, i, (enum hv_fixture_part)part, err);
    }
    return r;
}

/* A name that was learnt late may stand in what was written before, and may tell another: a host its domain. */
static int amend(struct hv_fixture_writer *self, unsigned n_exchanges, struct hv_error *err) {
    size_t n_names = self->n_names_first;
    int r = 0;

    if (!self->redactor)
        return 0;
    while (r == 0 && hv_redactor_n_names(self->redactor) > n_names) {
        n_names = hv_redactor_n_names(self->redactor);
        hv_redactor_begin_again(self->redactor);
        r = amend_all(self, n_exchanges, err);
    }
    return r;
}

int hv_fixture_writer_open(struct hv_fixture_writer *self, const struct hv_record_setup *setup, struct hv_redactor *redactor_take,
                           struct hv_error *err) {
    struct hv_fixture_header *header = &self->header;
    int r;

    *self = (struct hv_fixture_writer){ .redactor = redactor_take, .fd = -1 };
    header->schema = HV_FIXTURE_SCHEMA;
    header->redaction = redactor_take ? HV_REDACTION_VERSION : 0;
    r = hv_text_copy(setup->directory, &self->directory, err);
    if (r == 0)
        r = hv_text_copy(setup->tool, &header->tool, err);
    if (r == 0)
        r = hv_text_copy(setup->recorded, &header->recorded, err);
    if (r == 0)
        r = hv_text_copy(setup->command, &self->command, err);
    if (r == 0)
        r = hv_fixture_dir_make(setup->directory, &self->fd, err);
    return r == 0 ? write_header(self, err) : r;
}

int hv_fixture_writer_put(struct hv_fixture_writer *self, const struct hv_passage *passage, struct hv_error *err) {
    int r = write_down(self, passage, err);

    if (r < 0 || self->header.command)
        return r;
    r = name_command(self, err);
    return r < 0 ? r : write_header(self, err);
}

int hv_fixture_writer_close(struct hv_fixture_writer *self, unsigned n_exchanges, struct hv_error *err) {
    int r;

    self->header.is_closed = true;
    self->header.n_exchanges = n_exchanges;
    /* The command before files are written again: it never had stand-ins that are to stay. */
    r = name_command(self, err);
    if (r == 0)
        r = amend(self, n_exchanges, err);
    return r < 0 ? r : write_header(self, err);
}

void hv_fixture_writer_deinit(struct hv_fixture_writer *self) {
    if (self->fd >= 0)
        (void)close(self->fd);
    (void)hv_redactor_free(self->redactor);
    hv_fixture_header_deinit(&self->header);
    free(self->directory);
    free(self->command);
}
