/* hvctl sample: the command lines of Microsoft's migration sample, as thin calls of our commands (design.md 4, hyperv.md 8). */
#include <hvctl/host.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "cli/cmd.h"
#include "cli/comparer.h"
#include "cli/say.h"
#include "cli/suggest.h"

enum way {
    WAY_MOVE,     /* SRC DST VM [LOCATION] */
    WAY_STORE,    /* HOST VM LOCATION, or HOST VM POOL LOCATION */
    WAY_CONFIG,   /* HOST */
    WAY_BLOB,     /* SRC DST [VM] */
    WAY_VECTOR,   /* HOST VM */
    WAY_NETWORKS, /* HOST */
};

/* What the sample sets on a host, and the network that it adds. */
enum { LIMIT_VMS = 4, LIMIT_STORAGE = 5, SAMPLE_PREFIX = 24 };
#define SAMPLE_SUBNET  "192.168.1.0"
#define SAMPLE_NETWORK SAMPLE_SUBNET "/24"

static const struct mode {
    const char *name;
    enum way way;
    const char *operands;
    size_t n_operands; /* at most, where the last is in brackets */
    enum hv_mover_act act;
    enum hv_move_type type;
} modes[] = {
    { "vm-simple", WAY_MOVE, "SRC DST VM", 3, HV_ACT_MIGRATE, HV_MOVE_VM },
    { "vm-simple-check", WAY_MOVE, "SRC DST VM", 3, HV_ACT_CHECK, HV_MOVE_VM },
    { "vm-and-storage-simple", WAY_MOVE, "SRC DST VM", 3, HV_ACT_MIGRATE, HV_MOVE_VM_AND_STORAGE },
    { "vm-compression", WAY_MOVE, "SRC DST VM", 3, HV_ACT_MIGRATE, HV_MOVE_VM },
    { "vm-smb", WAY_MOVE, "SRC DST VM", 3, HV_ACT_MIGRATE, HV_MOVE_VM },
    { "vm-simple-with-ip", WAY_MOVE, "SRC DST VM", 3, HV_ACT_MIGRATE, HV_MOVE_VM },
    { "vm-simple-with-new-root", WAY_MOVE, "SRC DST VM", 3, HV_ACT_MIGRATE, HV_MOVE_VM },
    { "vm-and-storage", WAY_MOVE, "SRC DST VM NEWLOCATION", 4, HV_ACT_MIGRATE, HV_MOVE_VM_AND_STORAGE },
    { "storage-simple", WAY_STORE, "HOST VM NEWLOCATION", 3, HV_ACT_MOVE_STORAGE, HV_MOVE_STORAGE },
    { "storage-simple-with-pool", WAY_STORE, "HOST VM POOLID BASEPATH", 4, HV_ACT_MOVE_STORAGE, HV_MOVE_STORAGE },
    { "modifyservice", WAY_CONFIG, "HOST", 1, HV_ACT_MIGRATE, HV_MOVE_VM },
    { "enablecompression", WAY_CONFIG, "HOST", 1, HV_ACT_MIGRATE, HV_MOVE_VM },
    { "enablesmb", WAY_CONFIG, "HOST", 1, HV_ACT_MIGRATE, HV_MOVE_VM },
    { "vm-detailed", WAY_MOVE, "SRC DST VM", 3, HV_ACT_MIGRATE, HV_MOVE_VM },
    { "modifynetworks", WAY_NETWORKS, "HOST", 1, HV_ACT_MIGRATE, HV_MOVE_VM },
    { "checkcompatibility", WAY_BLOB, "SRC DST [VM]", 3, HV_ACT_CHECK, HV_MOVE_VM },
    { "compare-compatibility-vectors", WAY_VECTOR, "HOST VM", 2, HV_ACT_CHECK, HV_MOVE_VM },
};

static bool is_mode(const struct mode *mode, const char *name) {
    return hv_text_same(mode->name, name);
}

static void remedy_modes(struct hv_error *error) {
    hv_error_remedy(error, "hvctl help sample lists the modes");
}

static int unknown_mode(const char *word, struct hv_output *out) {
    struct hv_suggest suggest = { .word = word };
    struct hv_error error;

    hv_error_set(&error, HV_E_ARGUMENT, "the sample has no mode \"%s\"", word);
    for (size_t i = 0; i < HV_ARRAY_SIZE(modes); i++)
        hv_suggest_offer(&suggest, modes[i].name);
    if (suggest.nearest)
        hv_error_remedy(&error, "did you mean \"%s\"?", suggest.nearest);
    remedy_modes(&error);
    return hv_say_failure(out, &error);
}

/*
 * As the sample does: one folder for everything, the folder that it has in its source, the transport that the mode is about.
 * Where it waits for somebody to correct a planned VM that does not fit, we remove that and say why: "hvctl staged" has time.
 */
static int run_move(const struct mode *mode, const struct hv_args *args, struct hv_output *out) {
    const struct hv_move_options preset = {
        .storage_path = mode->n_operands > 3 ? hv_args_operand(args, 4) : NULL,
        .config_path = is_mode(mode, "vm-simple-with-new-root") ? "C:\\NewDataRoot" : NULL,
        .tuning = { .all_listeners = is_mode(mode, "vm-simple-with-ip") || is_mode(mode, "vm-detailed"),
                    .smb = is_mode(mode, "vm-smb"),
                    .compression = is_mode(mode, "vm-compression") ? HV_CHOICE_YES : HV_CHOICE_DEFAULT },
    };
    const struct hv_move_request request = {
        .act = mode->act,
        .type = mode->type,
        .source = hv_args_operand(args, 1),
        .destination = hv_args_operand(args, 2),
        .vms = args->words + args->n_command_words + 3,
        .n_vms = 1,
        .preset = &preset,
        .is_staged = is_mode(mode, "vm-detailed"),
        .staged = HV_STAGED_MOVE,
    };

    return hv_move_request_run(&request, args, out);
}

/* With a pool every disk goes below its base path, and the folders of the VM stay; without, they go along. */
static int run_store(const struct mode *mode, const struct hv_args *args, struct hv_output *out) {
    bool has_pool = mode->n_operands > 3;
    const struct hv_move_disk all = { .source = "*", .destination = hv_args_operand(args, 4) };
    const struct hv_move_options preset = {
        .storage_path = has_pool ? NULL : hv_args_operand(args, 3),
        .pool = has_pool ? hv_args_operand(args, 3) : NULL,
        .rules = has_pool ? &all : NULL,
        .n_rules = has_pool,
    };
    const struct hv_move_request request = {
        .act = mode->act,
        .type = mode->type,
        .source = hv_args_operand(args, 1),
        .vms = args->words + args->n_command_words + 2,
        .n_vms = 1,
        .preset = &preset,
    };

    return hv_move_request_run(&request, args, out);
}

static int run_config(const struct mode *mode, const struct hv_args *args, struct hv_output *out) {
    struct hv_host_change change;

    hv_host_change_init(&change);
    if (is_mode(mode, "enablecompression")) {
        change.compression = 1;
    } else if (is_mode(mode, "enablesmb")) {
        change.smb_transport = 1;
    } else {
        change.migration_enabled = 1;
        change.max_vm_migrations = LIMIT_VMS;
        change.max_storage_migrations = LIMIT_STORAGE;
    }
    return hv_host_change_run(&change, hv_args_operand(args, 1), args, out);
}

/* A network of somebody's must not be removed at the end. */
static int check_network(struct hv_connection *connection, const char *host, struct hv_error *err) {
    HV_CLEANUP(hv_task_free) struct hv_task *task = NULL;
    const struct hv_host_info *info;
    int rc = hv_host_show_new(&task, err);

    if (rc == 0)
        rc = hv_connection_do(connection, task, err);
    info = rc == 0 ? hv_host_show_result(task) : NULL;
    for (size_t i = 0; rc == 0 && i < info->n_networks; i++) {
        if (!hv_text_same(info->networks[i].subnet, SAMPLE_SUBNET) || info->networks[i].prefix_length != SAMPLE_PREFIX)
            continue;
        rc = hv_error_set(err, HV_E_CONFLICT, "%s takes migrations on %s already", host, SAMPLE_NETWORK);
        hv_error_cause(err, "the sample adds, changes and removes that network; the one that is there would be gone then");
        hv_error_remedy(err, "manage it: hvctl host network set, hvctl host network remove");
    }
    return rc;
}

/* Added, changed, removed: what was added goes also when it could not be changed. */
static int change_networks(struct hv_connection *connection) {
    static const struct hv_network_change steps[] = {
        { .verb = HV_NETWORK_ADD, .network = SAMPLE_NETWORK, .metric = 100 },
        { .verb = HV_NETWORK_SET, .network = SAMPLE_NETWORK, .metric = 200 },
        { .verb = HV_NETWORK_REMOVE, .network = SAMPLE_NETWORK, .metric = -1 },
    };
    int exit_code = 0;

    for (size_t i = 0; i < HV_ARRAY_SIZE(steps); i++) {
        struct hv_host_change change;
        int own;

        hv_host_change_init(&change);
        change.network = &steps[i];
        own = hv_host_change_on(&change, connection);
        exit_code = exit_code ? exit_code : own;
        if (own && steps[i].verb == HV_NETWORK_ADD)
            break;
    }
    return exit_code;
}

static int run_networks(const struct hv_args *args, struct hv_output *out) {
    const char *host = hv_args_operand(args, 1);
    const struct hv_connect_plan plan = { .source = host, .max_sources = 1 };
    struct hv_connection connection = { 0 };
    struct hv_error error = { 0 };
    int exit_code;
    int rc = hv_connection_init(&connection, &plan, args, out, &error);

    if (rc == 0)
        rc = check_network(&connection, host, &error);
    exit_code = rc == 0 ? change_networks(&connection) : hv_say_failure(out, &error);
    hv_connection_deinit(&connection);
    return exit_code;
}

/* Without a VM the hosts are compared. */
static int run_blob(const struct hv_args *args, struct hv_output *out) {
    const struct hv_compare_request request = {
        .source = hv_args_operand(args, 1),
        .destination = hv_args_operand(args, 2),
        .vms = args->words + args->n_command_words + 3,
        .n_vms = hv_args_n_operands(args) - 3,
    };

    return hv_compare_run(&request, args, out);
}

/* A VM and the host that has it. */
static int run_vector(const struct hv_args *args, struct hv_output *out) {
    const struct hv_compare_request request = {
        .source = hv_args_operand(args, 1),
        .destination = hv_args_operand(args, 1),
        .vms = args->words + args->n_command_words + 2,
        .n_vms = 1,
        .by_vectors = true,
        .show_vectors = true,
    };

    return hv_compare_run(&request, args, out);
}

static int run_mode(const struct mode *mode, const struct hv_args *args, struct hv_output *out) {
    switch (mode->way) {
    case WAY_MOVE:
        return run_move(mode, args, out);
    case WAY_STORE:
        return run_store(mode, args, out);
    case WAY_CONFIG:
        return run_config(mode, args, out);
    case WAY_BLOB:
        return run_blob(args, out);
    case WAY_VECTOR:
        return run_vector(args, out);
    case WAY_NETWORKS:
        break;
    }
    return run_networks(args, out);
}

static bool has_right_number(const struct mode *mode, const struct hv_args *args) {
    size_t n = hv_args_n_operands(args) - 1;

    return n == mode->n_operands || (mode->way == WAY_BLOB && n + 1 == mode->n_operands);
}

int hv_cmd_sample(const struct hv_args *args, struct hv_output *out) {
    const char *word = hv_args_operand(args, 0);
    struct hv_error error;
    size_t i = 0;

    while (i < HV_ARRAY_SIZE(modes) && !is_mode(&modes[i], word))
        i++;
    if (i == HV_ARRAY_SIZE(modes))
        return unknown_mode(word, out);
    if (has_right_number(&modes[i], args))
        return run_mode(&modes[i], args, out);
    hv_error_set(&error, HV_E_ARGUMENT, "%s takes the arguments %s", modes[i].name, modes[i].operands);
    hv_error_remedy(&error, "hvctl sample %s %s", modes[i].name, modes[i].operands);
    return hv_say_failure(out, &error);
}
