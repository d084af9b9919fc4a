/* hvctl job follow and cancel (ux.md 1 and 6). */
#include "base/error.h"
#include "base/text.h"
#include "cli/cmd.h"
#include "cli/job_ref.h"
#include "cli/journal.h"
#include "cli/mover_stop.h"
#include "cli/recording.h"
#include "cli/say.h"

/* What is to be followed, and between which hosts; the user's options win over the journal. */
struct pursuit {
    struct hv_job_ref ref;
    struct hv_journal_entry *entry; /* of the journal; NULL: it knows nothing */
    struct hv_move_places *places;  /* of that; NULL: none */
    const char *source;             /* NULL: from the options */
    const char *destination;
};

static void pursuit_deinit(struct pursuit *pursuit) {
    hv_job_ref_deinit(&pursuit->ref);
    hv_journal_entry_free_p(&pursuit->entry);
    pursuit->places = hv_journal_places_free(pursuit->places);
}
#define CLEANUP_PURSUIT HV_ATTR_CLEANUP(pursuit_deinit)

static int nothing_open(struct hv_error *err) {
    (void)hv_error_set(err, HV_E_NOT_FOUND, "the journal has no move without a verdict");
    hv_error_remedy(err, "see them all: hvctl job history");
    return HV_E_NOT_FOUND;
}

static int pursue_last(const struct hv_args *args, struct pursuit *pursuit, struct hv_error *err) {
    HV_CLEANUP(hv_journal_close) struct hv_journal *journal = NULL;
    const struct hv_journal_filter filter = { .open_only = true };
    int rc = hv_journal_open_own(&journal, err);

    if (rc == 0)
        rc = hv_journal_find_last(journal, filter, &pursuit->entry, err);
    if (rc < 0)
        return rc;
    if (!pursuit->entry)
        return nothing_open(err);
    rc = hv_journal_places(journal, pursuit->entry->id, &pursuit->places, err);
    if (rc < 0)
        return rc;
    if (!hv_args_has(args, HV_OPT_HOST))
        pursuit->source = pursuit->entry->source_address;
    if (!hv_args_has(args, HV_OPT_TO))
        pursuit->destination = pursuit->entry->destination_address;
    return hv_text_copy(pursuit->entry->job_id, &pursuit->ref.id, err);
}

/* Of a job of that host. A recording is to hold what its command line names. */
static int recall_destination(const struct hv_args *args, struct pursuit *pursuit, struct hv_error *err) {
    const char *source = pursuit->source ? pursuit->source : hv_connection_named_source(args);
    HV_CLEANUP_FREE char *address = NULL;
    HV_CLEANUP_FREE char *label = NULL;
    int rc;

    if (!pursuit->entry || !source || hv_args_has(args, HV_OPT_TO) || hv_args_has(args, HV_OPT_RECORD))
        return 0;
    rc = hv_address_with_port(source, hv_args_number(args, HV_OPT_PORT, 0), &address, err);
    if (rc == 0)
        rc = hv_address_label(address, &label, err);
    if (rc == 0 && hv_text_same(label, pursuit->entry->source))
        pursuit->destination = pursuit->entry->destination_address;
    return rc;
}

/* What the journal knows of the job helps when its host has forgotten it; without a journal it goes without. */
static int recall(const struct hv_args *args, struct pursuit *pursuit, struct hv_error *err) {
    HV_CLEANUP(hv_journal_close) struct hv_journal *journal = NULL;
    const struct hv_journal_filter filter = { .job_id = pursuit->ref.id };
    int rc = hv_journal_open_own(&journal, NULL);

    if (rc == 0)
        rc = hv_journal_find_last(journal, filter, &pursuit->entry, NULL);
    if (rc == 0 && pursuit->entry)
        rc = hv_journal_places(journal, pursuit->entry->id, &pursuit->places, NULL);
    if (rc < 0)
        return rc == HV_E_MEMORY ? hv_error_memory(err) : 0;
    return recall_destination(args, pursuit, err);
}

static int pursue(const struct hv_args *args, struct pursuit *pursuit, struct hv_error *err) {
    bool last = hv_args_has(args, HV_OPT_LAST);
    int rc;

    if (last == (hv_args_n_operands(args) > 0))
        return hv_usage_error(err, "give HOST/INSTANCEID, or --last", "%s",
                              last ? "--last and a job exclude each other" : "no job was named");
    if (last)
        return pursue_last(args, pursuit, err);
    rc = hv_job_ref_read(&pursuit->ref, hv_args_operand(args, 0), err);
    if (rc == 0)
        pursuit->source = hv_job_ref_source(&pursuit->ref, args);
    return rc < 0 || hv_recording_replays(args) ? rc : recall(args, pursuit, err);
}

/* A journal that names no job ends between the request and its answer: then the job is looked for too. */
static int add_followed(struct hv_mover *mover, const struct pursuit *pursuit, const struct hv_args *args, struct hv_error *err) {
    const struct hv_journal_entry *entry = pursuit->entry;
    struct hv_connection *connection = mover->connection;
    struct hv_endpoint *destination = connection->n_destinations > 0 ? &connection->destinations[0] : NULL;
    const char *given = pursuit->ref.id ? pursuit->ref.id : entry->vm_name;
    const struct hv_move_options options = {
        .vm = entry ? entry->vm_id : NULL,
        .type = entry ? (enum hv_move_type)entry->type : HV_MOVE_VM,
        .resume = !pursuit->ref.id,
        .follow_id = pursuit->ref.id,
        .places = pursuit->places,
        .cancel = mover->options.act == HV_ACT_CANCEL,
        .grace_ms = hv_args_ms(args, HV_OPT_GRACE, 0),
        .kill = hv_args_has(args, HV_OPT_KILL),
        .source_name = connection->sources[0].label,
        .destination_label = destination ? destination->label : NULL,
        .destination_name = destination ? hv_host_address_name(destination->host) : NULL,
    };

    return hv_mover_add(mover, given, &options, &connection->sources[0], destination, err);
}

static int run(enum hv_mover_act act, const struct hv_args *args, struct hv_output *out) {
    CLEANUP_PURSUIT struct pursuit pursuit = { 0 };
    struct hv_connect_plan plan = { .max_sources = 1, .max_destinations = 1 };
    struct hv_mover_options mover_options = {
        .act = act,
        .parallel = 1,
        .progress = hv_progress_choose(args, out),
    };
    struct hv_connection connection = { 0 };
    struct hv_mover mover = { 0 };
    struct hv_error error = { 0 };
    int exit_code;
    int rc = pursue(args, &pursuit, &error);

    hv_mover_limits_read(&mover_options.limits, args);
    plan.source = pursuit.source;
    plan.destination = pursuit.destination;
    if (rc == 0)
        rc = hv_connection_init(&connection, &plan, args, out, &error);
    if (rc == 0 && plan.destination && !hv_args_has(args, HV_OPT_LAST))
        hv_say_note(out, "the journal names the destination: %s", connection.destinations[0].label);
    if (rc == 0) {
        mover_options.entry = pursuit.entry ? pursuit.entry->id : 0;
        hv_mover_init(&mover, &mover_options, &connection);
        rc = add_followed(&mover, &pursuit, args, &error);
    }
    exit_code = rc < 0 ? hv_say_failure(out, &error) : hv_mover_run(&mover);
    hv_mover_deinit(&mover);
    hv_connection_deinit(&connection);
    return exit_code;
}

int hv_cmd_job_follow(const struct hv_args *args, struct hv_output *out) {
    return run(HV_ACT_FOLLOW, args, out);
}

int hv_cmd_job_cancel(const struct hv_args *args, struct hv_output *out) {
    return run(HV_ACT_CANCEL, args, out);
}
