/* What is said of compared processors (ux.md 1, 3, 4). */
#include <hvctl/vm.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "cli/comparer.h"
#include "cli/json.h"
#include "cli/matrix.h"
#include "cli/output.h"
#include "cli/say.h"
#include "cli/signals.h"
#include "cli/tally.h"

enum { VALUE_SIZE = 32, REMEDY_MAX_BYTES = 16384 };

static const char *subject_name(const struct hv_compare_pair *pair) {
    const struct hv_compatibility *subject = pair->subject->result;

    if (!pair->subject->given)
        return pair->subject->endpoint->label;
    return subject && subject->vm_name ? subject->vm_name : pair->subject->given;
}

static const struct hv_error *error_of(const struct hv_compare_pair *pair) {
    return pair->cause ? pair->cause : pair->error;
}

static int pair_exit(const struct hv_compare_pair *pair) {
    const struct hv_error *error = error_of(pair);

    return error ? hv_error_exit_code(error->code) : 0;
}

static const struct hv_compatibility_verdict *verdict_of(const struct hv_compare_pair *pair) {
    return pair->check ? hv_compatibility_check_result(pair->check) : NULL;
}

static struct hv_circumstances around_of(const struct hv_compare_pair *pair) {
    const struct hv_compatibility_verdict *verdict = verdict_of(pair);

    return (struct hv_circumstances){
        .vm = pair->subject->given ? subject_name(pair) : NULL,
        .reasons = verdict ? verdict->reasons : NULL,
        .n_reasons = verdict ? verdict->n_reasons : 0,
    };
}

static const char *outcome_name(const struct hv_compare_pair *pair) {
    switch (pair->outcome) {
    case HV_COMPARE_COMPATIBLE:
        return "compatible";
    case HV_COMPARE_INCOMPATIBLE:
        return "not_compatible";
    case HV_COMPARE_SAME:
        return "same";
    case HV_COMPARE_NONE:
        break;
    }
    return "none";
}

static const char *outcome_words(const struct hv_compare_pair *pair) {
    switch (pair->outcome) {
    case HV_COMPARE_COMPATIBLE:
        return "compatible";
    case HV_COMPARE_INCOMPATIBLE:
        return "not compatible";
    case HV_COMPARE_SAME:
        return "the same host";
    case HV_COMPARE_NONE:
        break;
    }
    return "no answer";
}

static const char *reason_of(const struct hv_compare_pair *pair) {
    const struct hv_error *error = error_of(pair);

    if (!error)
        return NULL;
    return error->cause[0] && pair->outcome == HV_COMPARE_INCOMPATIBLE ? error->cause : error->message;
}

/* ---- JSON ---- */

static json_t *vm_object(const struct hv_compare_pair *pair) {
    const struct hv_compatibility *subject = pair->subject->result;
    json_t *object;

    if (!pair->subject->given)
        return json_null();
    object = json_object();
    hv_json_put(&object, "id", hv_json_text(subject ? subject->vm_id : NULL));
    hv_json_put(&object, "name", hv_json_text(subject ? subject->vm_name : NULL));
    hv_json_put(&object, "state", hv_json_text(subject ? hv_vm_state_name(subject->vm_state) : NULL));
    hv_json_put(&object, "state_code", hv_json_number(subject ? subject->vm_state : -1));
    hv_json_put(&object, "processor_compatibility", hv_json_flag(subject ? subject->processor_compatibility : -1));
    return object;
}

static json_t *processor_object(const struct hv_compare_side *side) {
    json_t *object = json_object();

    hv_json_put(&object, "manufacturer", hv_json_text(side->result ? side->result->manufacturer : NULL));
    hv_json_put(&object, "model", hv_json_text(side->result ? side->result->processor : NULL));
    return object;
}

/* 64 bits do not fit into every reader's numbers (design.md 4): hexadecimal texts, as people read masks. */
static json_t *bits_text(bool is_known, uint64_t bits) {
    char text[VALUE_SIZE];

    (void)snprintf(text, sizeof(text), "0x%" PRIX64, bits);
    return hv_json_text(is_known ? text : NULL);
}

static json_t *vectors_array(const struct hv_compare_pair *pair) {
    json_t *array = pair->n_vectors > 0 ? json_array() : json_null();

    for (size_t i = 0; i < pair->n_vectors; i++) {
        const struct hv_vector_comparison *vector = &pair->vectors[i];
        json_t *object = json_object();

        hv_json_put(&object, "id", hv_json_number(vector->id));
        hv_json_put(&object, "name", hv_json_text(vector->name));
        hv_json_put(&object, "operation", hv_json_text(vector->operation_name));
        hv_json_put(&object, "operation_code", hv_json_number(vector->operation));
        hv_json_put(&object, "wanted", bits_text(true, vector->wanted));
        hv_json_put(&object, "offered", bits_text(vector->is_offered, vector->offered));
        hv_json_put(&object, "compatible", json_boolean(vector->is_compatible));
        hv_json_put(&object, "text", hv_json_text(vector->text));
        hv_json_add(&array, object);
    }
    return array;
}

static void put_pair(json_t **object, const struct hv_compare_pair *pair) {
    struct hv_circumstances around = around_of(pair);
    const struct hv_error *error = error_of(pair);

    hv_json_put(object, "given", hv_json_text(pair->subject->given));
    hv_json_put(object, "vm", vm_object(pair));
    hv_json_put(object, "host", hv_json_text(pair->subject->endpoint->label));
    hv_json_put(object, "destination", hv_json_text(pair->place->endpoint->label));
    hv_json_put(object, "move", json_string("offline"));
    hv_json_put(object, "outcome", json_string(outcome_name(pair)));
    hv_json_put(object, "exit", json_integer(pair_exit(pair)));
    hv_json_put(object, "host_processor", processor_object(pair->subject));
    hv_json_put(object, "destination_processor", processor_object(pair->place));
    hv_json_put(object, "vectors", vectors_array(pair));
    hv_json_put(object, "reasons", hv_json_reasons(around.reasons, around.n_reasons));
    hv_json_put(object, "error", error ? hv_json_error(error, &around) : json_null());
}

static json_t *summary(const struct hv_comparer *comparer, json_t *object_take, const struct hv_tally *tally) {
    json_t *object = object_take;

    hv_json_put(&object, "command", json_string("check"));
    hv_json_put(&object, "exit", json_integer(hv_tally_exit(tally)));
    hv_json_put(&object, "total", json_integer((json_int_t)comparer->n_pairs));
    hv_json_put(&object, "succeeded", json_integer((json_int_t)tally->n_good));
    hv_json_put(&object, "failed", json_integer((json_int_t)(comparer->n_pairs - tally->n_good)));
    return object;
}

static void say_json_lines(const struct hv_comparer *comparer, const struct hv_tally *tally) {
    for (size_t i = 0; i < comparer->n_pairs; i++) {
        const struct hv_compare_pair *pair = &comparer->pairs[i];
        struct hv_circumstances around = around_of(pair);
        json_t *object = hv_json_document("check");

        if (error_of(pair))
            hv_output_json(comparer->out, hv_json_error_event(error_of(pair), &around));
        put_pair(&object, pair);
        hv_output_json(comparer->out, object);
    }
    hv_output_json(comparer->out, summary(comparer, hv_json_document("summary"), tally));
}

static void say_json(const struct hv_comparer *comparer, const struct hv_tally *tally) {
    json_t *document = hv_json_document("check");
    json_t *results = json_array();

    for (size_t i = 0; i < comparer->n_pairs; i++) {
        json_t *object = json_object();
        put_pair(&object, &comparer->pairs[i]);
        hv_json_add(&results, object);
    }
    hv_json_put(&document, "results", results);
    hv_json_put(&document, "summary", summary(comparer, json_object(), tally));
    hv_output_json(comparer->out, document);
}

/* ---- tables ---- */

static bool is_about_vms(const struct hv_comparer *comparer) {
    return comparer->request->n_vms > 0;
}

static void say_rows(const struct hv_comparer *comparer) {
    static const char *const vm_headers[] = { "VM", "ID", "FROM", "TO", "RESULT", "REASON" };
    static const char *const host_headers[] = { "FROM", "TO", "RESULT", "REASON" };
    HV_CLEANUP(hv_table_free) struct hv_table *table = NULL;
    bool vms = is_about_vms(comparer);

    if (hv_table_new(vms ? vm_headers : host_headers, vms ? HV_ARRAY_SIZE(vm_headers) : HV_ARRAY_SIZE(host_headers), &table,
                     NULL) < 0) {
        comparer->out->memory_failed = true;
        return;
    }
    for (size_t i = 0; i < comparer->n_pairs; i++) {
        const struct hv_compare_pair *pair = &comparer->pairs[i];

        if (vms) {
            hv_table_cell(table, subject_name(pair));
            hv_table_cell(table, pair->subject->result ? pair->subject->result->vm_id : NULL);
        }
        hv_table_cell(table, pair->subject->endpoint->label);
        hv_table_cell(table, pair->place->endpoint->label);
        hv_table_cell(table, outcome_words(pair));
        hv_table_cell(table, reason_of(pair));
    }
    hv_output_table(comparer->out, table);
}

static const char *cell_word(const struct hv_compare_pair *pair) {
    switch (pair->outcome) {
    case HV_COMPARE_COMPATIBLE:
        return "yes";
    case HV_COMPARE_INCOMPATIBLE:
        return "no";
    case HV_COMPARE_SAME:
        return "-";
    case HV_COMPARE_NONE:
        break;
    }
    return "?";
}

/* What helps, with "VM" for the name of each, so that all that have the same trouble share one note. Errors: MEMORY. */
static int remedy_of(const struct hv_compare_pair *pair, char **ret_remedy) {
    HV_CLEANUP_BUF struct hv_buf remedy = HV_BUF_INIT(REMEDY_MAX_BYTES);
    const struct hv_error *error = error_of(pair);
    const char *id = pair->subject->result ? pair->subject->result->vm_id : NULL;
    const char *at = error ? error->remedy : "";

    for (const char *hit = id ? strstr(at, id) : NULL; hit; hit = strstr(at, id)) {
        hv_buf_append(&remedy, at, (size_t)(hit - at));
        hv_buf_puts(&remedy, "VM");
        at = hit + strlen(id);
    }
    hv_buf_puts(&remedy, at);
    return hv_buf_take(&remedy, "a remedy", ret_remedy, NULL);
}

static void say_matrix(const struct hv_comparer *comparer) {
    HV_CLEANUP_FREE struct hv_matrix_cell *cells = calloc(comparer->n_pairs + 1, sizeof(*cells));
    char **remedies = calloc(comparer->n_pairs + 1, sizeof(*remedies));

    comparer->out->memory_failed = comparer->out->memory_failed || !cells || !remedies;
    for (size_t i = 0; cells && remedies && i < comparer->n_pairs; i++) {
        const struct hv_compare_pair *pair = &comparer->pairs[i];

        if (remedy_of(pair, &remedies[i]) < 0)
            comparer->out->memory_failed = true;
        cells[i] = (struct hv_matrix_cell){
            .row = subject_name(pair),
            .from = pair->subject->given ? pair->subject->endpoint->label : NULL,
            .column = pair->place->endpoint->label,
            .word = cell_word(pair),
            .reason = reason_of(pair),
            .remedy = remedies[i],
        };
    }
    if (cells && remedies)
        hv_matrix_print(cells, comparer->n_pairs, comparer->n_places, is_about_vms(comparer) ? "VM" : "FROM", comparer->out);
    for (size_t i = 0; remedies && i < comparer->n_pairs; i++)
        free(remedies[i]);
    free(remedies);
}

static void add_vector_row(struct hv_table *table, const struct hv_compare_pair *pair,
                           const struct hv_vector_comparison *vector) {
    char id[VALUE_SIZE];
    char wanted[VALUE_SIZE];
    char offered[VALUE_SIZE];

    (void)snprintf(id, sizeof(id), "vector %" PRId64, vector->id);
    (void)snprintf(wanted, sizeof(wanted), "0x%" PRIX64, vector->wanted);
    (void)snprintf(offered, sizeof(offered), "0x%" PRIX64, vector->offered);
    hv_table_cell(table, subject_name(pair));
    hv_table_cell(table, pair->place->endpoint->label);
    hv_table_cell(table, vector->name ? vector->name : id);
    hv_table_cell(table, wanted);
    hv_table_cell(table, vector->operation_name);
    hv_table_cell(table, vector->is_offered ? offered : NULL);
    hv_table_cell(table, vector->is_compatible ? "yes" : "no");
}

static void say_vectors(const struct hv_comparer *comparer) {
    static const char *const headers[] = { "WHAT", "AT", "VECTOR", "WANTED", "MUST BE", "OFFERED", "FITS" };
    HV_CLEANUP(hv_table_free) struct hv_table *table = NULL;

    if (hv_table_new(headers, HV_ARRAY_SIZE(headers), &table, NULL) < 0) {
        comparer->out->memory_failed = true;
        return;
    }
    for (size_t i = 0; i < comparer->n_pairs; i++) {
        for (size_t j = 0; j < comparer->pairs[i].n_vectors; j++)
            add_vector_row(table, &comparer->pairs[i], &comparer->pairs[i].vectors[j]);
    }
    if (hv_table_n_rows(table) == 0)
        return;
    if (comparer->out->format == HV_FORMAT_TABLE)
        hv_output_text(comparer->out, "\n");
    hv_output_table(comparer->out, table);
}

/* ---- errors ---- */

static bool is_said_before(const struct hv_comparer *comparer, size_t index) {
    for (size_t i = 0; i < index; i++) {
        if (comparer->pairs[i].cause == comparer->pairs[index].cause)
            return true;
    }
    return false;
}

/* What kept a side from being read is said once. A matrix tells the rest itself. */
static void say_errors(const struct hv_comparer *comparer, bool is_matrix) {
    for (size_t i = 0; i < comparer->n_pairs; i++) {
        const struct hv_compare_pair *pair = &comparer->pairs[i];
        struct hv_circumstances around = around_of(pair);

        if (!error_of(pair) || (pair->cause ? is_said_before(comparer, i) : is_matrix))
            continue;
        if (hv_signals_caught() == 0 || error_of(pair)->code != HV_E_CANCELLED)
            hv_say_error(comparer->out, error_of(pair), &around);
    }
}

int hv_compare_say(const struct hv_comparer *comparer) {
    struct hv_output *out = comparer->out;
    bool is_matrix = out->format == HV_FORMAT_TABLE && comparer->n_places > 1;
    struct hv_tally tally = { 0 };

    for (size_t i = 0; i < comparer->n_pairs; i++)
        hv_tally_add(&tally, pair_exit(&comparer->pairs[i]), comparer->pairs[i].outcome == HV_COMPARE_INCOMPATIBLE);
    say_errors(comparer, is_matrix);
    if (out->format == HV_FORMAT_JSONL)
        say_json_lines(comparer, &tally);
    else if (out->format == HV_FORMAT_JSON)
        say_json(comparer, &tally);
    else if (is_matrix)
        say_matrix(comparer);
    else
        say_rows(comparer);
    if (!hv_output_is_json(out) && comparer->request->show_vectors)
        say_vectors(comparer);
    return hv_signals_caught() != 0 && tally.code != 0 ? hv_signals_exit_code() : hv_tally_exit(&tally);
}
