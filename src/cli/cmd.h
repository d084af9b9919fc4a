/* The commands, one file each. Each reads its options, calls the library, prints, and returns the exit code. */
#ifndef CLI_CMD_H
#define CLI_CMD_H

#include "cli/mover.h"
#include "cli/options.h"
#include "cli/output.h"

typedef int hv_cmd_fn(const struct hv_args *args, struct hv_output *out);

hv_cmd_fn hv_cmd_version, hv_cmd_help;
hv_cmd_fn hv_cmd_wsman_identify, hv_cmd_wsman_get, hv_cmd_wsman_invoke;
hv_cmd_fn hv_cmd_wsman_put, hv_cmd_wsman_create, hv_cmd_wsman_delete;
hv_cmd_fn hv_cmd_wsman_enumerate, hv_cmd_wsman_subscribe, hv_cmd_wsman_class;
hv_cmd_fn hv_cmd_vm_list, hv_cmd_vm_show, hv_cmd_host_show;
hv_cmd_fn hv_cmd_vm_start, hv_cmd_vm_stop, hv_cmd_vm_shutdown, hv_cmd_vm_save, hv_cmd_vm_pause, hv_cmd_vm_resume, hv_cmd_vm_set;
hv_cmd_fn hv_cmd_host_config, hv_cmd_host_diff;
hv_cmd_fn hv_cmd_host_network_list, hv_cmd_host_network_add, hv_cmd_host_network_set, hv_cmd_host_network_remove,
    hv_cmd_host_network_any;
hv_cmd_fn hv_cmd_cluster_list, hv_cmd_cluster_show, hv_cmd_cluster_move;
hv_cmd_fn hv_cmd_check, hv_cmd_migrate, hv_cmd_move_storage;
hv_cmd_fn hv_cmd_job_list, hv_cmd_job_show, hv_cmd_job_follow, hv_cmd_job_cancel, hv_cmd_job_history;
hv_cmd_fn hv_cmd_staged_prepare, hv_cmd_staged_list, hv_cmd_staged_show, hv_cmd_staged_set, hv_cmd_staged_check,
    hv_cmd_staged_complete, hv_cmd_staged_discard;
hv_cmd_fn hv_cmd_journal_export, hv_cmd_journal_check, hv_cmd_journal_compact;
hv_cmd_fn hv_cmd_sample, hv_cmd_trust;
hv_cmd_fn hv_cmd_auth_login, hv_cmd_auth_status, hv_cmd_auth_logout;
hv_cmd_fn hv_cmd_fixture_record, hv_cmd_fixture_replay, hv_cmd_fixture_refresh;
hv_cmd_fn hv_cmd_fixture_show, hv_cmd_fixture_verify, hv_cmd_fixture_diff;

/* What differs between the recordings A and B, printed. Outcomes: 0 nothing; 1 something. Errors: FIXTURE, MEMORY. */
HV_MUST_CHECK int hv_fixture_print_diff(const char *a, const char *b, struct hv_output *out, struct hv_error *err);

/* What check, migrate, move-storage and the sample's modes have in common. */
struct hv_move_request {
    enum hv_mover_act act;
    enum hv_move_type type;
    const char *source;      /* NULL: from --host */
    const char *destination; /* NULL: from --to */
    const char *const *vms;
    size_t n_vms;
    bool is_staged; /* by way of a planned VM */
    enum hv_staged_act staged;
    bool by_cluster;                      /* whatever the options say */
    const struct hv_move_options *preset; /* placement and tuning in place of those of the options; NULL: none */
};
int hv_move_request_run(const struct hv_move_request *request, const struct hv_args *args, struct hv_output *out);

/* Changes the settings of the hosts of the options, or of SOURCE where that is not NULL, and says what changed. */
struct hv_connection;
struct hv_host_change;
int hv_host_change_run(const struct hv_host_change *change, const char *source, const struct hv_args *args,
                       struct hv_output *out);
/* The same of hosts that are connected already. */
int hv_host_change_on(const struct hv_host_change *change, struct hv_connection *connection);

#endif
