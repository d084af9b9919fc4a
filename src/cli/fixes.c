/* See fixes.h. */
#include "cli/fixes.h"

#include "base/error.h"

bool hv_fixes_given(const struct hv_args *args) {
    return hv_args_has(args, HV_OPT_MAP_SWITCH) || hv_args_has(args, HV_OPT_DISCONNECT_MISSING) ||
           hv_args_has(args, HV_OPT_EJECT_ISO);
}

static int make_mappings(const struct hv_move_pairs *pairs, struct hv_planned_mapping **ret_list, struct hv_error *err) {
    *ret_list = calloc(pairs->n + 1, sizeof(**ret_list));
    if (!*ret_list)
        return hv_error_memory(err);
    for (size_t i = 0; i < pairs->n; i++)
        (*ret_list)[i] = (struct hv_planned_mapping){ pairs->list[i].source, pairs->list[i].destination };
    return 0;
}

static int read_disconnected(struct hv_fixes *fixes, const struct hv_args *args, struct hv_error *err) {
    size_t n = hv_args_count(args, HV_OPT_DISCONNECT);

    fixes->disconnect = calloc(n + 1, sizeof(*fixes->disconnect));
    if (!fixes->disconnect)
        return hv_error_memory(err);
    for (size_t i = 0; i < n; i++)
        fixes->disconnect[i] = hv_args_nth(args, HV_OPT_DISCONNECT, i);
    fixes->list.disconnect = fixes->disconnect;
    fixes->list.n_disconnect = n;
    return 0;
}

static int read_disks(struct hv_fixes *fixes, const struct hv_args *args, struct hv_error *err) {
    int rc = hv_move_pairs_read(&fixes->disks, args, HV_OPT_DISK, "--disk", err);

    fixes->list.disks = fixes->disks.list;
    fixes->list.n_disks = fixes->disks.n;
    fixes->list.config_path = hv_args_value(args, HV_OPT_CONFIG_PATH);
    fixes->list.snapshot_path = hv_args_value(args, HV_OPT_SNAPSHOT_PATH);
    fixes->list.paging_path = hv_args_value(args, HV_OPT_PAGING_PATH);
    return rc;
}

int hv_fixes_read(struct hv_fixes *fixes, const struct hv_args *args, bool with_disks, struct hv_error *err) {
    int rc = hv_move_pairs_read(&fixes->switches, args, HV_OPT_MAP_SWITCH, "--map-switch", err);

    if (rc == 0)
        rc = hv_move_pairs_read(&fixes->drives, args, HV_OPT_PHYSICAL, "--physical", err);
    if (rc == 0)
        rc = make_mappings(&fixes->switches, &fixes->switch_list, err);
    if (rc == 0)
        rc = make_mappings(&fixes->drives, &fixes->drive_list, err);
    if (rc == 0)
        rc = read_disconnected(fixes, args, err);
    if (rc == 0 && with_disks)
        rc = read_disks(fixes, args, err);
    fixes->list.switches = fixes->switch_list;
    fixes->list.n_switches = fixes->switches.n;
    fixes->list.drives = fixes->drive_list;
    fixes->list.n_drives = fixes->drives.n;
    fixes->list.disconnect_missing = hv_args_has(args, HV_OPT_DISCONNECT_MISSING);
    fixes->list.eject_iso = hv_args_has(args, HV_OPT_EJECT_ISO);
    return rc;
}

void hv_fixes_deinit(struct hv_fixes *fixes) {
    hv_move_pairs_deinit(&fixes->switches);
    hv_move_pairs_deinit(&fixes->drives);
    hv_move_pairs_deinit(&fixes->disks);
    free(fixes->switch_list);
    free(fixes->drive_list);
    free(fixes->disconnect);
    *fixes = (struct hv_fixes){ 0 };
}
