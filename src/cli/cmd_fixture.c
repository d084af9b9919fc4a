/* hvctl fixture show, verify, diff: looking at recorded conversations (ux.md 9). */
#include <hvctl/fixture.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/say.h"
#include "cli/sheet.h"

enum { NUMBER_SIZE = 24, MAX_LINE = 64 * 1024, MAX_CLEAN_LINE = 2 * MAX_LINE };

static inline void fixture_free_p(struct hv_fixture **fixture) {
    (void)hv_fixture_free(*fixture);
}
#define CLEANUP_FIXTURE HV_ATTR_CLEANUP(fixture_free_p)

static const char *last_part(const char *uri) {
    const char *slash = uri ? strrchr(uri, '/') : NULL;

    return slash ? slash + 1 : uri;
}

static const char *operation_of(const struct hv_fixture_exchange *exchange) {
    return exchange->action ? last_part(exchange->action) : "Identify";
}

/* "200", or what became of the request. */
static const char *outcome_of(const struct hv_fixture_exchange *exchange, char text[NUMBER_SIZE]) {
    if (exchange->failure)
        return hv_error_name(exchange->failure);
    (void)snprintf(text, NUMBER_SIZE, "%d", exchange->status);
    return text;
}

/* ---- show ---- */

static bool is_first_of_host(const struct hv_fixture *fixture, size_t index) {
    for (size_t i = 0; i < index; i++) {
        if (hv_text_same(hv_fixture_exchange(fixture, i)->host, hv_fixture_exchange(fixture, index)->host))
            return false;
    }
    return true;
}

static void show_header(const struct hv_fixture *fixture, struct hv_output *out) {
    const struct hv_fixture_header *header = hv_fixture_header(fixture);
    struct hv_sheet sheet;

    hv_sheet_begin(&sheet, out);
    hv_sheet_text(&sheet, "recorded", header->recorded);
    hv_sheet_text(&sheet, "by", header->tool);
    hv_sheet_text(&sheet, "product", header->product);
    hv_sheet_text(&sheet, "command", header->command);
    hv_sheet_text(&sheet, "names", header->redaction ? "replaced by stand-ins" : "kept");
    hv_sheet_text(&sheet, "state", header->is_closed ? "complete" : "recording broke off");
    for (size_t i = 0; i < hv_fixture_n_exchanges(fixture); i++) {
        if (is_first_of_host(fixture, i))
            hv_sheet_text(&sheet, "host", hv_fixture_exchange(fixture, i)->host);
    }
    hv_sheet_end(&sheet);
}

static void show_table(const struct hv_fixture *fixture, struct hv_output *out) {
    static const char *const headers[] = { "NUMBER", "HOST", "OPERATION", "RESOURCE", "OUTCOME", "AT MS", "TOOK MS" };
    HV_CLEANUP(hv_table_free) struct hv_table *table = NULL;

    if (hv_table_new(headers, HV_ARRAY_SIZE(headers), &table, NULL) < 0) {
        out->memory_failed = true;
        return;
    }
    for (size_t i = 0; i < hv_fixture_n_exchanges(fixture); i++) {
        const struct hv_fixture_exchange *exchange = hv_fixture_exchange(fixture, i);
        char text[NUMBER_SIZE];

        hv_table_cell_number(table, exchange->number);
        hv_table_cell(table, exchange->host);
        hv_table_cell(table, operation_of(exchange));
        hv_table_cell(table, last_part(exchange->resource_uri));
        hv_table_cell(table, outcome_of(exchange, text));
        hv_table_cell_number(table, (int64_t)exchange->sent_ms);
        hv_table_cell_number(table, (int64_t)exchange->duration_ms);
    }
    hv_output_table(out, table);
}

static json_t *exchange_json(const struct hv_fixture_exchange *exchange) {
    json_t *object = json_object();

    hv_json_put(&object, "number", hv_json_number(exchange->number));
    hv_json_put(&object, "host", hv_json_text(exchange->host));
    hv_json_put(&object, "action", hv_json_text(exchange->action));
    hv_json_put(&object, "resource_uri", hv_json_text(exchange->resource_uri));
    hv_json_put(&object, "status", hv_json_number(exchange->status ? exchange->status : -1));
    hv_json_put(&object, "failure", hv_json_text(exchange->failure ? hv_error_name(exchange->failure) : NULL));
    hv_json_put(&object, "message", hv_json_text(exchange->message));
    hv_json_put(&object, "sent_ms", hv_json_number((int64_t)exchange->sent_ms));
    hv_json_put(&object, "duration_ms", hv_json_number((int64_t)exchange->duration_ms));
    return object;
}

static void show_json(const struct hv_fixture *fixture, struct hv_output *out) {
    const struct hv_fixture_header *header = hv_fixture_header(fixture);
    json_t *document = hv_json_document("fixture");
    json_t *exchanges = json_array();

    for (size_t i = 0; i < hv_fixture_n_exchanges(fixture); i++)
        hv_json_add(&exchanges, exchange_json(hv_fixture_exchange(fixture, i)));
    hv_json_put(&document, "fixture_schema", hv_json_number(header->schema));
    hv_json_put(&document, "tool", hv_json_text(header->tool));
    hv_json_put(&document, "recorded", hv_json_text(header->recorded));
    hv_json_put(&document, "product", hv_json_text(header->product));
    hv_json_put(&document, "command", hv_json_text(header->command));
    hv_json_put(&document, "redaction", hv_json_number(header->redaction));
    hv_json_put(&document, "complete", hv_json_flag(header->is_closed));
    hv_json_put(&document, "exchanges", exchanges);
    hv_output_json(out, document);
}

/* Request and answer of one exchange, as they are. */
static int show_one(const struct hv_fixture *fixture, const char *text, struct hv_output *out, struct hv_error *err) {
    uint64_t number = 0;
    const struct hv_fixture_exchange *exchange = NULL;

    if (!hv_text_u64(text, strlen(text), 1, UINT32_MAX, &number))
        return hv_error_set(err, HV_E_ARGUMENT, "\"%s\" is no number of an exchange", text);
    for (size_t i = 0; i < hv_fixture_n_exchanges(fixture); i++) {
        if (hv_fixture_exchange(fixture, i)->number == number)
            exchange = hv_fixture_exchange(fixture, i);
    }
    if (!exchange)
        return hv_error_set(err, HV_E_NOT_FOUND, "there is no exchange %" PRIu64, number);
    if (hv_output_is_json(out)) {
        json_t *document = hv_json_document("exchange");

        hv_json_put(&document, "exchange", exchange_json(exchange));
        hv_json_put(&document, "request", hv_json_text(exchange->request));
        hv_json_put(&document, "response", hv_json_text(exchange->response));
        hv_output_json(out, document);
        return 0;
    }
    hv_output_bytes(out, exchange->request, exchange->n_request);
    hv_output_text(out, "\n\n");
    if (exchange->response)
        hv_output_bytes(out, exchange->response, exchange->n_response);
    else
        hv_output_text(out, exchange->message ? exchange->message : hv_error_name(exchange->failure));
    hv_output_text(out, "\n");
    return 0;
}

int hv_cmd_fixture_show(const struct hv_args *args, struct hv_output *out) {
    CLEANUP_FIXTURE struct hv_fixture *fixture = NULL;
    struct hv_error error = { 0 };
    int rc = hv_process_init(&error);

    if (rc == 0)
        rc = hv_fixture_open(hv_args_operand(args, 0), &fixture, &error);
    if (rc == 0 && hv_args_n_operands(args) > 1)
        rc = show_one(fixture, hv_args_operand(args, 1), out, &error);
    else if (rc == 0 && hv_output_is_json(out))
        show_json(fixture, out);
    else if (rc == 0 && out->format == HV_FORMAT_PLAIN)
        show_table(fixture, out);
    else if (rc == 0) {
        show_header(fixture, out);
        hv_output_text(out, "\n");
        show_table(fixture, out);
    }
    return rc < 0 ? hv_say_failure(out, &error) : 0;
}

/* ---- verify ---- */

struct findings {
    struct hv_output *out;
    const char *directory;
    json_t *list;
    size_t n;
};

static void print_line(struct hv_output *out, struct hv_buf *line) {
    HV_CLEANUP_BUF struct hv_buf clean = HV_BUF_INIT(MAX_CLEAN_LINE);

    hv_clean_append(&clean, hv_buf_text(line), &out->out_text);
    hv_buf_putc(&clean, '\n');
    hv_output_bytes(out, hv_buf_text(&clean), clean.len);
}

static void on_finding(void *context, const struct hv_finding *finding) {
    struct findings *findings = context;
    HV_CLEANUP_BUF struct hv_buf line = HV_BUF_INIT(MAX_LINE);

    findings->n++;
    if (hv_output_is_json(findings->out)) {
        json_t *object = json_object();

        hv_json_put(&object, "directory", hv_json_text(findings->directory));
        hv_json_put(&object, "file", hv_json_text(finding->file));
        hv_json_put(&object, "line", hv_json_number(finding->line ? (int64_t)finding->line : -1));
        hv_json_put(&object, "what", hv_json_text(finding->what));
        hv_json_put(&object, "text", hv_json_text(finding->text));
        hv_json_add(&findings->list, object);
        return;
    }
    hv_buf_printf(&line, "%s/%s:", findings->directory, finding->file);
    if (finding->line)
        hv_buf_printf(&line, "%zu:", finding->line);
    hv_buf_printf(&line, " %s%s%s", finding->what, finding->text ? ": " : "", finding->text ? finding->text : "");
    print_line(findings->out, &line);
}

static int verify_one(struct findings *findings, const char *rules, struct hv_error *err) {
    CLEANUP_FIXTURE struct hv_fixture *fixture = NULL;
    int rc = hv_fixture_open(findings->directory, &fixture, err);

    return rc < 0 ? rc : hv_fixture_verify(fixture, rules, on_finding, findings, err);
}

int hv_cmd_fixture_verify(const struct hv_args *args, struct hv_output *out) {
    struct findings findings = { .out = out, .list = json_array() };
    struct hv_error error = { 0 };
    size_t n_directories = hv_args_n_operands(args);
    int rc = hv_process_init(&error);

    for (size_t i = 0; rc >= 0 && i < n_directories; i++) {
        findings.directory = hv_args_operand(args, i);
        rc = verify_one(&findings, hv_args_value(args, HV_OPT_REDACT_RULES), &error);
    }
    if (rc < 0) {
        json_decref(findings.list);
        return hv_say_failure(out, &error);
    }
    if (hv_output_is_json(out)) {
        json_t *document = hv_json_document("fixture.verify");
        hv_json_put(&document, "findings", findings.list);
        hv_output_json(out, document);
    } else {
        json_decref(findings.list);
    }
    if (findings.n > 0)
        hv_say_note(out, "%zu finding%s", findings.n, findings.n == 1 ? "" : "s");
    else
        hv_say_note(out, "%zu fixture%s, nothing found", n_directories, n_directories == 1 ? "" : "s");
    return findings.n > 0 ? hv_error_exit_code(HV_E_FAILED) : 0;
}

/* ---- diff ---- */

struct differences {
    struct hv_output *out;
    json_t *list;
};

static void put_exchange(struct hv_buf *line, const struct hv_fixture_exchange *exchange) {
    const char *resource = last_part(exchange->resource_uri);

    hv_buf_printf(line, "%u (%s%s%s to %s)", exchange->number, operation_of(exchange), resource ? " " : "",
                  resource ? resource : "", exchange->host);
}

static void on_difference(void *context, const struct hv_difference *difference) {
    struct differences *differences = context;
    HV_CLEANUP_BUF struct hv_buf line = HV_BUF_INIT(MAX_LINE);

    if (hv_output_is_json(differences->out)) {
        json_t *object = json_object();

        hv_json_put(&object, "a", hv_json_number(difference->a ? (int64_t)difference->a->number : -1));
        hv_json_put(&object, "b", hv_json_number(difference->b ? (int64_t)difference->b->number : -1));
        hv_json_put(&object, "field", hv_json_text(difference->field));
        hv_json_put(&object, "a_value", hv_json_text(difference->a_value));
        hv_json_put(&object, "b_value", hv_json_text(difference->b_value));
        hv_json_add(&differences->list, object);
        return;
    }
    if (!difference->a || !difference->b) {
        hv_buf_puts(&line, difference->a ? "- exchange " : "+ exchange ");
        put_exchange(&line, difference->a ? difference->a : difference->b);
    } else {
        hv_buf_puts(&line, "~ exchange ");
        put_exchange(&line, difference->a);
        hv_buf_printf(&line, ": %s: %.200s -> %.200s", difference->field, difference->a_value ? difference->a_value : "(absent)",
                      difference->b_value ? difference->b_value : "(absent)");
    }
    print_line(differences->out, &line);
}

int hv_fixture_print_diff(const char *a, const char *b, struct hv_output *out, struct hv_error *err) {
    CLEANUP_FIXTURE struct hv_fixture *left = NULL;
    CLEANUP_FIXTURE struct hv_fixture *right = NULL;
    struct differences differences = { .out = out, .list = json_array() };
    json_t *document;
    int rc = hv_fixture_open(a, &left, err);

    if (rc == 0)
        rc = hv_fixture_open(b, &right, err);
    if (rc == 0)
        rc = hv_fixture_diff(left, right, on_difference, &differences, err);
    if (rc < 0 || !hv_output_is_json(out)) {
        json_decref(differences.list);
        return rc;
    }
    document = hv_json_document("fixture.diff");
    hv_json_put(&document, "differences", differences.list);
    hv_output_json(out, document);
    return rc;
}

int hv_cmd_fixture_diff(const struct hv_args *args, struct hv_output *out) {
    struct hv_error error = { 0 };
    int rc = hv_process_init(&error);

    if (rc == 0)
        rc = hv_fixture_print_diff(hv_args_operand(args, 0), hv_args_operand(args, 1), out, &error);
    if (rc < 0)
        return hv_say_failure(out, &error);
    return rc > 0 ? hv_error_exit_code(HV_E_FAILED) : 0;
}
