/* Reading every side once, asking every place about every subject (hyperv.md 4i). */
#include "cli/comparer.h"

#include "base/error.h"
#include "base/text.h"
#include "cli/output.h"
#include "cli/say.h"

static int side_add(struct hv_compare_side *side, const char *vm, struct hv_endpoint *endpoint, bool without_info,
                    struct hv_error *err) {
    const struct hv_compatibility_read_options options = {
        .vm = vm,
        .host = endpoint->label,
        .without_info = without_info,
    };

    side->given = vm;
    side->endpoint = endpoint;
    return hv_compatibility_read_new(&options, &side->read, err);
}

static int make_sides(struct hv_comparer *comparer, struct hv_error *err) {
    const struct hv_compare_request *request = comparer->request;
    struct hv_connection *connection = comparer->connection;
    size_t n_subjects = request->n_vms > 0 ? request->n_vms : connection->n_sources;
    int rc = 0;

    comparer->subjects = calloc(n_subjects, sizeof(*comparer->subjects));
    comparer->places = calloc(connection->n_destinations, sizeof(*comparer->places));
    if (!comparer->subjects || !comparer->places)
        return hv_error_memory(err);
    for (; rc == 0 && comparer->n_subjects < n_subjects; comparer->n_subjects++) {
        size_t i = comparer->n_subjects;
        const char *vm = request->n_vms > 0 ? request->vms[i] : NULL;

        rc = side_add(&comparer->subjects[i], vm, &connection->sources[vm ? 0 : i], request->by_vectors, err);
    }
    for (; rc == 0 && comparer->n_places < connection->n_destinations; comparer->n_places++)
        rc = side_add(&comparer->places[comparer->n_places], NULL, &connection->destinations[comparer->n_places], true, err);
    return rc;
}

/* A host is not compared with itself; a VM is, when somebody wants that. */
static bool is_same(const struct hv_compare_pair *pair) {
    return !pair->subject->given && hv_text_same(pair->subject->endpoint->label, pair->place->endpoint->label);
}

static int make_pairs(struct hv_comparer *comparer, struct hv_error *err) {
    comparer->pairs = calloc(comparer->n_subjects * comparer->n_places, sizeof(*comparer->pairs));
    if (!comparer->pairs)
        return hv_error_memory(err);
    for (size_t i = 0; i < comparer->n_subjects; i++) {
        for (size_t j = 0; j < comparer->n_places; j++) {
            struct hv_compare_pair *pair = &comparer->pairs[comparer->n_pairs++];

            pair->subject = &comparer->subjects[i];
            pair->place = &comparer->places[j];
            pair->outcome = is_same(pair) ? HV_COMPARE_SAME : HV_COMPARE_NONE;
        }
    }
    return 0;
}

static int start_sides(struct hv_comparer *comparer, struct hv_compare_side *sides, size_t n, struct hv_error *err) {
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = hv_client_start(comparer->connection->client, sides[i].read, sides[i].endpoint->host, NULL, err);
    return rc;
}

static void collect_sides(struct hv_compare_side *sides, size_t n) {
    for (size_t i = 0; i < n; i++)
        sides[i].result = hv_compatibility_read_result(sides[i].read);
}

static int read_sides(struct hv_comparer *comparer, struct hv_error *err) {
    int rc = start_sides(comparer, comparer->subjects, comparer->n_subjects, err);

    if (rc == 0)
        rc = start_sides(comparer, comparer->places, comparer->n_places, err);
    if (rc == 0)
        rc = hv_connection_run(comparer->connection, err);
    collect_sides(comparer->subjects, comparer->n_subjects);
    collect_sides(comparer->places, comparer->n_places);
    return rc;
}

/* Who asks for vectors wants to see some. */
static int require_vectors(const struct hv_comparer *comparer, const struct hv_compare_side *sides, size_t n,
                           struct hv_error *err) {
    for (size_t i = 0; i < n; i++) {
        if (!sides[i].result || sides[i].result->n_vectors > 0)
            continue;
        (void)hv_error_set(err, HV_E_ARGUMENT, "%s %s", sides[i].endpoint->label,
                           comparer->request->by_vectors ? "tells no compatibility vectors" : "does not know --vectors");
        hv_error_cause(err, "hosts tell compatibility vectors since Windows Server 2012 R2");
        hv_error_remedy(err, "let the destination judge without: hvctl check --offline");
        return HV_E_ARGUMENT;
    }
    return 0;
}

static int start_check(struct hv_comparer *comparer, struct hv_compare_pair *pair, struct hv_error *err) {
    struct hv_endpoint *endpoint = pair->place->endpoint;
    int rc;

    if (!pair->subject->result)
        (void)hv_task_result(pair->subject->read, &pair->cause);
    else if (!pair->place->result)
        (void)hv_task_result(pair->place->read, &pair->cause);
    if (pair->cause || pair->outcome == HV_COMPARE_SAME || comparer->request->by_vectors)
        return 0;
    rc = hv_compatibility_check_new(pair->subject->result, pair->place->result, endpoint->label, &pair->check, err);
    return rc < 0 ? rc : hv_client_start(comparer->connection->client, pair->check, endpoint->host, NULL, err);
}

static int check_pairs(struct hv_comparer *comparer, struct hv_error *err) {
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < comparer->n_pairs; i++)
        rc = start_check(comparer, &comparer->pairs[i], err);
    return rc < 0 ? rc : hv_connection_run(comparer->connection, err);
}

/* ---- judging ---- */

static bool all_fit(const struct hv_compare_pair *pair) {
    for (size_t i = 0; i < pair->n_vectors; i++) {
        if (!pair->vectors[i].is_compatible)
            return false;
    }
    return true;
}

static int judge(struct hv_compare_pair *pair, struct hv_error *error) {
    const struct hv_compatibility_verdict *verdict = pair->check ? hv_compatibility_check_result(pair->check) : NULL;
    const struct hv_error *failure = NULL;

    if (pair->check && !verdict) {
        (void)hv_task_result(pair->check, &failure);
        return hv_error_copy(error, failure);
    }
    if (verdict ? verdict->is_compatible : all_fit(pair)) {
        pair->outcome = HV_COMPARE_COMPATIBLE;
        return 0;
    }
    pair->outcome = HV_COMPARE_INCOMPATIBLE;
    hv_compatibility_explain(pair->subject->result, pair->subject->endpoint->label, pair->place->result,
                             pair->place->endpoint->label, verdict, pair->vectors, pair->n_vectors, error);
    return error->code;
}

static int judge_pairs(struct hv_comparer *comparer, struct hv_error *err) {
    for (size_t i = 0; i < comparer->n_pairs; i++) {
        struct hv_compare_pair *pair = &comparer->pairs[i];
        struct hv_error error = { 0 };
        int rc;

        if (pair->cause || pair->outcome == HV_COMPARE_SAME)
            continue;
        rc = hv_compatibility_compare(pair->subject->result, pair->place->result, pair->place->endpoint->label, &pair->vectors,
                                      &pair->n_vectors, err);
        if (rc < 0)
            return rc;
        if (judge(pair, &error) == 0)
            continue;
        pair->error = malloc(sizeof(*pair->error));
        if (!pair->error)
            return hv_error_memory(err);
        *pair->error = error;
    }
    return 0;
}

/* ---- all of it ---- */

static void sides_free(struct hv_compare_side *sides, size_t n) {
    for (size_t i = 0; i < n; i++)
        (void)hv_task_free(sides[i].read);
    free(sides);
}

static void comparer_deinit(struct hv_comparer *comparer) {
    for (size_t i = 0; i < comparer->n_pairs; i++) {
        (void)hv_task_free(comparer->pairs[i].check);
        hv_vector_comparisons_free(comparer->pairs[i].vectors, comparer->pairs[i].n_vectors);
        free(comparer->pairs[i].error);
    }
    free(comparer->pairs);
    sides_free(comparer->subjects, comparer->n_subjects);
    sides_free(comparer->places, comparer->n_places);
}

int hv_compare_run(const struct hv_compare_request *request, const struct hv_args *args, struct hv_output *out) {
    const struct hv_connect_plan plan = {
        .source = request->source,
        .destination = request->destination,
        .max_sources = request->n_vms > 0 ? 1 : HV_MAX_HOSTS,
        .min_destinations = 1,
        .max_destinations = HV_MAX_HOSTS,
        .any_route = request->n_vms == 0 || request->by_vectors,
    };
    struct hv_connection connection = { 0 };
    struct hv_comparer comparer = { .request = request, .connection = &connection, .out = out };
    struct hv_error error = { 0 };
    int exit_code;
    int rc = hv_connection_init(&connection, &plan, args, out, &error);

    if (rc == 0)
        rc = make_sides(&comparer, &error);
    if (rc == 0)
        rc = make_pairs(&comparer, &error);
    if (rc == 0)
        rc = read_sides(&comparer, &error);
    if (rc == 0 && request->show_vectors)
        rc = require_vectors(&comparer, comparer.subjects, comparer.n_subjects, &error);
    if (rc == 0 && request->show_vectors)
        rc = require_vectors(&comparer, comparer.places, comparer.n_places, &error);
    if (rc == 0)
        rc = check_pairs(&comparer, &error);
    if (rc == 0)
        rc = judge_pairs(&comparer, &error);
    exit_code = rc < 0 ? hv_say_failure(out, &error) : hv_compare_say(&comparer);
    comparer_deinit(&comparer);
    hv_connection_deinit(&connection);
    return exit_code;
}
