/* Options of moves (ux.md 2). */
#include "cli/move_options.h"

#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"

void hv_move_pairs_deinit(struct hv_move_pairs *pairs) {
    for (size_t i = 0; i < pairs->n; i++)
        free(pairs->sources[i]);
    free(pairs->sources);
    free(pairs->list);
}

int hv_move_pairs_read(struct hv_move_pairs *pairs, const struct hv_args *args, enum hv_opt option, const char *name,
                       struct hv_error *err) {
    size_t n = hv_args_count(args, option);
    int rc = 0;

    pairs->list = calloc(n + 1, sizeof(*pairs->list));
    pairs->sources = calloc(n + 1, sizeof(*pairs->sources));
    if (!pairs->list || !pairs->sources)
        return hv_error_memory(err);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        const char *pair = hv_args_nth(args, option, i);
        const char *equals = strchr(pair, '=');

        if (!equals || !equals[1]) {
            hv_error_set(err, HV_E_ARGUMENT, "%s %s names no new place", name, pair);
            hv_error_remedy(err, "write %s 'OLD=NEW', in single quotes so that the shell keeps the backslashes", name);
            return HV_E_ARGUMENT;
        }
        rc = hv_text_copy_n(pair, (size_t)(equals - pair), &pairs->sources[i], err);
        if (rc < 0)
            return rc;
        pairs->n++;
        pairs->list[i].source = pairs->sources[i];
        pairs->list[i].destination = equals + 1;
    }
    return 0;
}

int hv_move_lists_read(struct hv_move_lists *lists, const struct hv_args *args, struct hv_error *err) {
    size_t n = hv_args_count(args, HV_OPT_DEST_IP);
    int rc = hv_move_pairs_read(&lists->disks, args, HV_OPT_DISK, "--disk", err);

    if (rc == 0)
        rc = hv_move_pairs_read(&lists->rules, args, HV_OPT_DISK_RULE, "--disk-rule", err);
    if (rc == 0)
        rc = hv_move_pairs_read(&lists->unmanaged, args, HV_OPT_UNMANAGED, "--unmanaged", err);
    if (rc < 0)
        return rc;
    lists->addresses = calloc(n + 1, sizeof(*lists->addresses));
    if (!lists->addresses)
        return hv_error_memory(err);
    for (; lists->n_addresses < n; lists->n_addresses++)
        lists->addresses[lists->n_addresses] = hv_args_nth(args, HV_OPT_DEST_IP, lists->n_addresses);
    return 0;
}

void hv_move_lists_deinit(struct hv_move_lists *lists) {
    hv_move_pairs_deinit(&lists->disks);
    hv_move_pairs_deinit(&lists->rules);
    hv_move_pairs_deinit(&lists->unmanaged);
    free(lists->addresses);
}

enum hv_move_type hv_move_type_choose(const struct hv_args *args) {
    static const enum hv_opt storage_options[] = { HV_OPT_STORAGE, HV_OPT_INCLUDE_STORAGE, HV_OPT_POOL,
                                                   HV_OPT_DISK,    HV_OPT_DISK_RULE,       HV_OPT_UNMANAGED };

    if (hv_args_has(args, HV_OPT_DEEP))
        return HV_MOVE_DEEP_CHECK;
    for (size_t i = 0; i < HV_ARRAY_SIZE(storage_options); i++) {
        if (hv_args_has(args, storage_options[i]))
            return HV_MOVE_VM_AND_STORAGE;
    }
    return HV_MOVE_VM;
}

static bool is_word(const struct hv_args *args, enum hv_opt option, const char *word) {
    const char *value = hv_args_value(args, option);

    return value && strcmp(value, word) == 0;
}

static enum hv_cpu_cap read_cpu_cap(const struct hv_args *args) {
    if (is_word(args, HV_OPT_CPU_CAP, "normal"))
        return HV_CPU_CAP_NORMAL;
    if (is_word(args, HV_OPT_CPU_CAP, "low"))
        return HV_CPU_CAP_LOW;
    return is_word(args, HV_OPT_CPU_CAP, "high") ? HV_CPU_CAP_HIGH : HV_CPU_CAP_DEFAULT;
}

void hv_move_options_read(struct hv_move_options *options, const struct hv_args *args, const struct hv_move_lists *lists) {
    bool is_storage_move = options->type == HV_MOVE_STORAGE;

    options->storage_path = hv_args_value(args, is_storage_move ? HV_OPT_TO_PATH : HV_OPT_STORAGE);
    options->config_path = hv_args_value(args, HV_OPT_CONFIG_PATH);
    options->snapshot_path = hv_args_value(args, HV_OPT_SNAPSHOT_PATH);
    options->paging_path = hv_args_value(args, HV_OPT_PAGING_PATH);
    options->pool = hv_args_value(args, HV_OPT_POOL);
    options->disks = lists->disks.list;
    options->n_disks = lists->disks.n;
    options->rules = lists->rules.list;
    options->n_rules = lists->rules.n;
    options->tuning = (struct hv_move_tuning){
        .network = hv_args_value(args, HV_OPT_NETWORK),
        .destination_ips = lists->addresses,
        .n_destination_ips = lists->n_addresses,
        .smb = is_word(args, HV_OPT_TRANSPORT, "smb"),
        .compression = is_word(args, HV_OPT_COMPRESS, "yes")  ? HV_CHOICE_YES
                       : is_word(args, HV_OPT_COMPRESS, "no") ? HV_CHOICE_NO
                                                              : HV_CHOICE_DEFAULT,
        .cancel_on_long_blackout = hv_args_has(args, HV_OPT_CANCEL_ON_LONG_BLACKOUT),
        .cpu_cap = read_cpu_cap(args),
        .processor_pool = hv_args_value(args, HV_OPT_PROCESSOR_POOL),
        .overwrite = hv_args_has(args, HV_OPT_OVERWRITE),
        .keep_source = hv_args_has(args, HV_OPT_KEEP_SOURCE),
        .avoid_removing_vhds = hv_args_has(args, HV_OPT_AVOID_REMOVING_VHDS),
        .unmanaged = lists->unmanaged.list,
        .n_unmanaged = lists->unmanaged.n,
        .remove_source_unmanaged = hv_args_has(args, HV_OPT_REMOVE_SOURCE_UNMANAGED),
    };
}
