/* The user's wishes, checked and copied. */
#include "migration/plan.h"

#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "base/uuid.h"
#include "migration/tuning.h"

enum {
    SETTLE_MS = 60000, /* MaxTimeoutms of WinRM: a request still under way is given up by the host after that */
    GRACE_MS = 60000,
    PATH_MAX_BYTES = 32767, /* of Windows, in UTF-16 units, which are never more than the bytes of UTF-8 */
};

/* "C:\x" or "\\server\share": what a Windows host takes as a full path. */
static bool is_full_path(const char *path) {
    bool drive =
        hv_text_lower(path[0]) >= 'a' && hv_text_lower(path[0]) <= 'z' && path[1] == ':' && (path[2] == '\\' || path[2] == '/');
    size_t n_server;

    if (drive || !hv_text_starts(path, "\\\\"))
        return drive;
    n_server = strcspn(path + 2, "\\/");
    return n_server > 0 && path[2 + n_server] && path[3 + n_server] && !strchr("\\/", path[3 + n_server]);
}

/* A character that the names of Windows' files never have; NULL: none. Names such as \\?\Volume{GUID}\x are left alone. */
static const char *wrong_character(const char *path) {
    size_t skip = hv_text_starts(path, "\\\\?\\") ? 4 : 2;

    for (const char *at = path + skip; *at; at++) {
        if ((unsigned char)*at < ' ' || (strchr("\"*<>?|", *at)) || (*at == ':' && skip == 2))
            return at;
    }
    return NULL;
}

static int refuse_path(const char *path, const char *what, struct hv_error *err) {
    const char *wrong = wrong_character(path);

    if (strlen(path) > PATH_MAX_BYTES)
        return hv_error_set(err, HV_E_ARGUMENT, "%s is longer than any of Windows, %zu bytes", what, strlen(path));
    if (!wrong)
        return 0;
    (void)hv_error_set(err, HV_E_ARGUMENT, "%s \"%s\" is none that Windows can have", what, path);
    if ((unsigned char)*wrong < ' ')
        hv_error_cause(err, "it holds the control character U+%04X", (unsigned)*wrong);
    else
        hv_error_cause(err, "no name of a file or folder holds the character %c", *wrong);
    hv_error_remedy(err, "see whether the quotes of the shell are where they should be");
    return HV_E_ARGUMENT;
}

int hv_plan_check_path(const char *path, const char *what, struct hv_error *err) {
    if (!path)
        return 0;
    if (is_full_path(path))
        return refuse_path(path, what, err);
    (void)hv_error_set(err, HV_E_ARGUMENT, "%s \"%s\" is not a full Windows path", what, path);
    hv_error_cause(err, "the path is one of the Hyper-V host, not of this machine");
    hv_error_remedy(
        err, "give it as 'C:\\VMs' or '\\\\server\\share\\folder', in single quotes so that the shell keeps the backslashes");
    return HV_E_ARGUMENT;
}

static int check_storage_move(const struct hv_move_options *options, struct hv_error *err) {
    if (options->storage_path || options->config_path || options->snapshot_path || options->paging_path || options->pool ||
        options->n_disks > 0 || options->n_rules > 0)
        return 0;
    (void)hv_error_set(err, HV_E_ARGUMENT, "nothing to move: no new place was given for any storage");
    hv_error_remedy(err, "say where to, for all of it (--to-path) or in parts (--disk, --config-path, ...)");
    return HV_E_ARGUMENT;
}

static int check_paths(const struct hv_move_options *options, struct hv_error *err) {
    const struct {
        const char *path;
        const char *what;
    } paths[] = {
        { options->storage_path, "storage path" },
        { options->config_path, "configuration path" },
        { options->snapshot_path, "checkpoint path" },
        { options->paging_path, "paging file path" },
    };
    int r = 0;

    for (size_t i = 0; r == 0 && i < HV_ARRAY_SIZE(paths); i++)
        r = hv_plan_check_path(paths[i].path, paths[i].what, err);
    for (size_t i = 0; r == 0 && i < options->n_disks; i++)
        r = hv_plan_check_path(options->disks[i].destination, "new disk path", err);
    for (size_t i = 0; r == 0 && i < options->n_rules; i++)
        r = hv_plan_check_path(options->rules[i].destination, "folder of a disk rule", err);
    return r;
}

/* A planned VM takes the VM, with or without its storage; while it is made nothing moves. */
static int check_type(const struct hv_move_options *options, struct hv_error *err) {
    bool places = options->storage_path || options->config_path || options->snapshot_path || options->paging_path ||
                  options->pool || options->n_disks > 0 || options->n_rules > 0;

    if (options->type == HV_MOVE_DEEP_CHECK && !options->check_only)
        return hv_error_set(err, HV_E_ARGUMENT, "a deep check is no move");
    if (options->into_planned && options->type != HV_MOVE_VM && options->type != HV_MOVE_VM_AND_STORAGE)
        return hv_error_set(err, HV_E_ARGUMENT, "only a move of a VM can go into a planned VM");
    if (options->type == HV_MOVE_STAGED && (places || options->into_planned))
        return hv_error_set(err, HV_E_ARGUMENT, "a planned VM is made without any storage; correct it afterwards");
    return 0;
}

static bool is_tuned(const struct hv_move_tuning *tuning) {
    const bool wishes[] = {
        tuning->all_listeners,
        tuning->network != NULL,
        tuning->n_destination_ips > 0,
        tuning->smb,
        tuning->compression != HV_CHOICE_DEFAULT,
        tuning->cancel_on_long_blackout,
        tuning->cpu_cap != HV_CPU_CAP_DEFAULT,
        tuning->processor_pool != NULL,
        tuning->overwrite,
        tuning->keep_source,
        tuning->avoid_removing_vhds,
        tuning->n_unmanaged > 0,
    };

    for (size_t i = 0; i < HV_ARRAY_SIZE(wishes); i++) {
        if (wishes[i])
            return true;
    }
    return false;
}

/* The cluster takes a node and nothing else: what is said besides would be lost. */
static int check_cluster_move(const struct hv_move_options *options, struct hv_error *err) {
    bool is_placed = options->config_path || options->snapshot_path || options->paging_path || options->into_planned;

    if (options->type == HV_MOVE_VM && !is_placed && !is_tuned(&options->tuning))
        return 0;
    (void)hv_error_set(err, HV_E_ARGUMENT, "a failover cluster takes no options of storage, placement and transport");
    hv_error_cause(err, "it moves a VM from node to node as it is");
    hv_error_remedy(err, "leave them out, or --cluster");
    return HV_E_ARGUMENT;
}

static int check_kind(const struct hv_move_options *options, struct hv_error *err) {
    if (options->by_cluster)
        return check_cluster_move(options, err);
    return options->type == HV_MOVE_STORAGE && !options->resume ? check_storage_move(options, err) : 0;
}

static int check(const struct hv_move_options *options, struct hv_error *err) {
    int r;

    if (options->places && !options->follow_id && !options->resume)
        return hv_error_set(err, HV_E_ARGUMENT, "places of before are for a move that is taken up");
    if (options->follow_id)
        return 0;
    if (options->cancel && !options->resume)
        return hv_error_set(err, HV_E_ARGUMENT, "no job to cancel was named");
    if (!options->vm || !*options->vm)
        return hv_error_set(err, HV_E_ARGUMENT, "no VM was named");
    if (options->type != HV_MOVE_STORAGE && !options->resume && (!options->destination_name || !*options->destination_name))
        return hv_error_set(err, HV_E_ARGUMENT, "no destination host was named");
    r = check_paths(options, err);
    if (r == 0)
        r = check_type(options, err);
    return r < 0 ? r : check_kind(options, err);
}

static int copy_texts(struct hv_plan *plan, const struct hv_move_options *options, struct hv_error *err) {
    const struct hv_move_places *places = options->places;
    const struct {
        const char *from;
        char **to;
    } texts[] = {
        { options->vm, &plan->vm },
        { options->destination_name, &plan->destination_name },
        { options->destination_label ? options->destination_label : options->destination_name, &plan->destination_label },
        { options->source_name ? options->source_name : "the source", &plan->source_name },
        { options->storage_path, &plan->storage_path },
        { places ? places->config_path : options->config_path, &plan->config_path },
        { places ? places->snapshot_path : options->snapshot_path, &plan->snapshot_path },
        { places ? places->paging_path : options->paging_path, &plan->paging_path },
        { options->pool, &plan->pool },
        { options->follow_id, &plan->follow_id },
    };

    for (size_t i = 0; i < HV_ARRAY_SIZE(texts); i++) {
        int r = hv_text_copy(texts[i].from, texts[i].to, err);
        if (r < 0)
            return r;
    }
    return 0;
}

int hv_plan_copy_mappings(const struct hv_move_disk *disks, size_t n, struct hv_plan_mapping **ret_mappings, size_t *ret_n,
                          struct hv_error *err) {
    int r = 0;

    if (n == 0)
        return 0;
    *ret_mappings = calloc(n, sizeof(**ret_mappings));
    if (!*ret_mappings)
        return hv_error_memory(err);
    *ret_n = n;
    for (size_t i = 0; r == 0 && i < n; i++) {
        r = hv_text_copy(disks[i].source, &(*ret_mappings)[i].source, err);
        if (r == 0)
            r = hv_text_copy(disks[i].destination, &(*ret_mappings)[i].destination, err);
    }
    return r;
}

void hv_plan_free_mappings(struct hv_plan_mapping *mappings, size_t n) {
    for (size_t i = 0; mappings && i < n; i++) {
        free(mappings[i].source);
        free(mappings[i].destination);
    }
    free(mappings);
}

/* A GUID is brought into the form in which hosts write it, so that it can be compared and queried. */
static void normalise_guid(struct hv_plan *plan) {
    struct hv_uuid uuid;
    char text[HV_UUID_TEXT_SIZE];

    if (!plan->vm || !hv_uuid_parse(plan->vm, &uuid))
        return;
    hv_uuid_format(&uuid, text);
    memcpy(plan->vm, text, sizeof(text)); /* never longer than what was parsed */
    plan->vm_is_guid = true;
}

int hv_plan_init(struct hv_plan *plan, const struct hv_move_options *options, struct hv_error *err) {
    int r;

    memset(plan, 0, sizeof(*plan));
    r = check(options, err);
    if (r == 0)
        r = copy_texts(plan, options, err);
    if (r == 0)
        r = hv_plan_copy_mappings(options->disks, options->n_disks, &plan->mappings, &plan->n_mappings, err);
    if (r == 0)
        r = hv_plan_copy_mappings(options->rules, options->n_rules, &plan->rules, &plan->n_rules, err);
    if (r == 0)
        r = hv_tuning_init(&plan->tuning, options, err);
    if (r < 0)
        return r;
    plan->type = options->type;
    plan->check_only = options->check_only;
    plan->detach = options->detach;
    plan->credentials = options->credentials;
    plan->resume = options->resume;
    plan->cancel = options->cancel;
    plan->kill = options->kill;
    plan->grace_ms = options->grace_ms ? options->grace_ms : GRACE_MS;
    plan->into_planned = options->into_planned;
    /* As Microsoft's sample stages (hyperv.md 4e). */
    if (options->type == HV_MOVE_STAGED && !plan->tuning.has_network && plan->tuning.n_addresses == 0)
        plan->tuning.all_listeners = true;
    plan->by_cluster = options->by_cluster;
    plan->settle_ms = options->settle_ms ? options->settle_ms : SETTLE_MS;
    normalise_guid(plan);
    return 0;
}

void hv_plan_deinit(struct hv_plan *plan) {
    hv_plan_free_mappings(plan->mappings, plan->n_mappings);
    hv_plan_free_mappings(plan->rules, plan->n_rules);
    hv_tuning_deinit(&plan->tuning);
    free(plan->vm);
    free(plan->destination_name);
    free(plan->source_name);
    free(plan->destination_label);
    free(plan->storage_path);
    free(plan->config_path);
    free(plan->snapshot_path);
    free(plan->paging_path);
    free(plan->pool);
    free(plan->follow_id);
    memset(plan, 0, sizeof(*plan));
}

bool hv_plan_has_roots(const struct hv_plan *plan) {
    return plan->storage_path || plan->config_path || plan->snapshot_path || plan->paging_path;
}

void hv_plan_roots(const struct hv_plan *plan, struct hv_roots *ret_roots) {
    ret_roots->configuration = plan->config_path ? plan->config_path : plan->storage_path;
    ret_roots->snapshot = plan->snapshot_path ? plan->snapshot_path : plan->storage_path;
    ret_roots->swap_file = plan->paging_path ? plan->paging_path : plan->storage_path;
}

bool hv_plan_has_storage(const struct hv_plan *plan) {
    return plan->type != HV_MOVE_VM && plan->type != HV_MOVE_STAGED;
}
