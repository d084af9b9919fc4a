/* hvctl migrate and move-storage, and what check has in common with them (ux.md 1; hyperv.md 4a to 4f). */
#include "base/text.h"
#include "cli/cmd.h"
#include "cli/fixes.h"
#include "cli/move_options.h"
#include "cli/mover_stop.h"
#include "cli/say.h"

enum { DEFAULT_PARALLEL = 2, LEAST_SETTLE_MS = 10000 };

#define CLEANUP_LISTS HV_ATTR_CLEANUP(hv_move_lists_deinit)
#define CLEANUP_FIXES HV_ATTR_CLEANUP(hv_fixes_deinit)

/*
 * How long a request without an answer may still take effect: as long as the host was told to try, but a busy one starts its jobs
 * late.
 */
static uint64_t settle_ms(const struct hv_args *args) {
    uint64_t ms = hv_args_ms(args, HV_OPT_REQUEST_TIMEOUT, 0);

    return ms > 0 && ms < LEAST_SETTLE_MS ? LEAST_SETTLE_MS : ms;
}

static struct hv_move_options read_options(const struct hv_move_request *request, const struct hv_args *args,
                                           const struct hv_move_lists *lists) {
    struct hv_move_options options = {
        .type = request->type,
        .check_only = request->act == HV_ACT_CHECK || hv_args_has(args, HV_OPT_DRY_RUN),
        .detach = hv_args_has(args, HV_OPT_DETACH),
        .destination_name = hv_args_value(args, HV_OPT_DESTINATION_NAME),
        .settle_ms = settle_ms(args),
        .by_cluster = request->by_cluster || hv_args_has(args, HV_OPT_CLUSTER),
    };

    hv_move_options_read(&options, args, lists);
    if (request->preset) {
        options.storage_path = request->preset->storage_path;
        options.config_path = request->preset->config_path;
        options.pool = request->preset->pool;
        options.rules = request->preset->rules;
        options.n_rules = request->preset->n_rules;
        options.tuning = request->preset->tuning;
    }
    return options;
}

/* A VM that is named twice is one VM: the second request would meet the first. */
static bool is_named_before(const struct hv_move_request *request, size_t at) {
    for (size_t i = 0; i < at; i++) {
        if (hv_text_same(request->vms[i], request->vms[at]))
            return true;
    }
    return false;
}

/* Every VM with every destination. */
static int add_items(struct hv_mover *mover, const struct hv_move_request *request, const struct hv_move_options *options,
                     struct hv_error *err) {
    struct hv_connection *connection = mover->connection;
    struct hv_endpoint *source = &connection->sources[0];
    struct hv_move_options own = *options;
    int rc = 0;

    own.source_name = source->label;
    own.credentials = hv_schemes_credentials(&connection->schemes);
    if (own.credentials == HV_CREDENTIALS_DOMAIN && source->as_local)
        own.credentials = HV_CREDENTIALS_LOCAL;
    for (size_t i = 0; rc == 0 && i < request->n_vms; i++) {
        if (is_named_before(request, i))
            continue;
        own.vm = request->vms[i];
        if (request->type == HV_MOVE_STORAGE)
            rc = hv_mover_add(mover, own.vm, &own, source, NULL, err);
        for (size_t j = 0; rc == 0 && j < connection->n_destinations; j++) {
            struct hv_endpoint *destination = &connection->destinations[j];

            own.destination_label = destination->label;
            own.destination_name =
                options->destination_name ? options->destination_name : hv_host_address_name(destination->host);
            rc = hv_mover_add(mover, own.vm, &own, source, destination, err);
        }
    }
    return rc;
}

static int check_request(const struct hv_move_request *request, const struct hv_args *args, struct hv_error *err) {
    if (hv_args_number(args, HV_OPT_PARALLEL, DEFAULT_PARALLEL) == 0)
        return hv_usage_error(err, "give --parallel 1 or more", "--parallel 0 would move nothing");
    if (request->n_vms > 1 && hv_args_has(args, HV_OPT_DISK))
        return hv_usage_error(err, "move the VMs one by one, or give --storage PATH for all",
                              "--disk belongs to one VM, %zu were named", request->n_vms);
    if (request->n_vms > 1 && hv_args_has(args, HV_OPT_UNMANAGED))
        return hv_usage_error(err, "move the VMs one by one", "--unmanaged belongs to one VM, %zu were named", request->n_vms);
    if (hv_args_has(args, HV_OPT_CLUSTER) && hv_fixes_given(args))
        return hv_usage_error(err, "leave them out, or --cluster", "a failover cluster takes no options of planned VMs");
    if (hv_args_has(args, HV_OPT_DETACH) && hv_args_has(args, HV_OPT_DRY_RUN))
        return hv_usage_error(err, "leave one of the two out", "--dry-run starts no job that --detach could leave");
    return 0;
}

static struct hv_mover_options read_mover_options(const struct hv_move_request *request, const struct hv_args *args,
                                                  const struct hv_fixes *fixes, const struct hv_output *out) {
    bool has_fixes = !request->is_staged && request->type != HV_MOVE_STORAGE && hv_fixes_given(args);

    struct hv_mover_options options = {
        .act = request->act,
        .dry_run = hv_args_has(args, HV_OPT_DRY_RUN),
        /* A VM is planned at one host at a time. */
        .parallel =
            has_fixes && request->act == HV_ACT_CHECK ? 1 : (size_t)hv_args_number(args, HV_OPT_PARALLEL, DEFAULT_PARALLEL),
        .progress = hv_progress_choose(args, out),
        .is_staged = request->is_staged || has_fixes,
        .staged = has_fixes ? HV_STAGED_MOVE : request->staged,
        .fixes = &fixes->list,
    };

    hv_mover_limits_read(&options.limits, args);
    return options;
}

int hv_move_request_run(const struct hv_move_request *request, const struct hv_args *args, struct hv_output *out) {
    CLEANUP_LISTS struct hv_move_lists lists = { 0 };
    CLEANUP_FIXES struct hv_fixes fixes = { 0 };
    struct hv_connection connection = { 0 };
    struct hv_mover mover = { 0 };
    bool is_storage_move = request->type == HV_MOVE_STORAGE;
    const struct hv_connect_plan plan = {
        .source = request->source,
        .destination = request->destination,
        .max_sources = 1,
        .min_destinations = is_storage_move ? 0 : 1,
        .max_destinations = is_storage_move                ? 0
                            : request->act == HV_ACT_CHECK ? HV_MAX_HOSTS
                                                           : 1,
    };
    const struct hv_mover_options mover_options = read_mover_options(request, args, &fixes, out);
    struct hv_move_options options;
    struct hv_error error = { 0 };
    int exit_code;
    int rc = check_request(request, args, &error);

    if (rc == 0)
        rc = hv_move_lists_read(&lists, args, &error);
    if (rc == 0)
        rc = hv_fixes_read(&fixes, args, false, &error);
    if (rc == 0)
        rc = hv_connection_init(&connection, &plan, args, out, &error);
    if (rc == 0) {
        options = read_options(request, args, &lists);
        hv_mover_init(&mover, &mover_options, &connection);
        rc = add_items(&mover, request, &options, &error);
        if (rc == 0 && hv_args_has(args, HV_OPT_PREFLIGHT))
            rc = hv_mover_preflight(&mover, &error);
    }
    exit_code = rc < 0 ? hv_say_failure(out, &error) : hv_mover_run(&mover);
    hv_mover_deinit(&mover);
    hv_connection_deinit(&connection);
    return exit_code;
}

static int run(enum hv_mover_act act, enum hv_move_type type, const struct hv_args *args, struct hv_output *out) {
    const struct hv_move_request request = {
        .act = act,
        .type = type,
        .vms = args->words + args->n_command_words,
        .n_vms = hv_args_n_operands(args),
    };

    return hv_move_request_run(&request, args, out);
}

/* ---- by way of a planned VM ---- */

static int run_staged(enum hv_mover_act act, enum hv_staged_act staged, enum hv_move_type type, const struct hv_args *args,
                      struct hv_output *out) {
    const struct hv_move_request request = {
        .act = act,
        .type = type,
        .vms = args->words + args->n_command_words,
        .n_vms = hv_args_n_operands(args),
        .is_staged = true,
        .staged = staged,
    };

    return hv_move_request_run(&request, args, out);
}

int hv_cmd_staged_prepare(const struct hv_args *args, struct hv_output *out) {
    return run_staged(HV_ACT_PREPARE, HV_STAGED_PREPARE, HV_MOVE_STAGED, args, out);
}

int hv_cmd_staged_check(const struct hv_args *args, struct hv_output *out) {
    return run_staged(HV_ACT_CHECK, HV_STAGED_CHECK, hv_move_type_choose(args), args, out);
}

int hv_cmd_staged_complete(const struct hv_args *args, struct hv_output *out) {
    return run_staged(HV_ACT_COMPLETE, HV_STAGED_COMPLETE, hv_move_type_choose(args), args, out);
}

/* ---- the plain ones ---- */

int hv_cmd_migrate(const struct hv_args *args, struct hv_output *out) {
    return run(HV_ACT_MIGRATE, hv_move_type_choose(args), args, out);
}

int hv_cmd_cluster_move(const struct hv_args *args, struct hv_output *out) {
    const struct hv_move_request request = {
        .act = HV_ACT_MIGRATE,
        .type = HV_MOVE_VM,
        .vms = args->words + args->n_command_words,
        .n_vms = hv_args_n_operands(args),
        .by_cluster = true,
    };

    return hv_move_request_run(&request, args, out);
}

int hv_cmd_move_storage(const struct hv_args *args, struct hv_output *out) {
    return run(HV_ACT_MOVE_STORAGE, HV_MOVE_STORAGE, args, out);
}
