/* Entry actions and handlers of the move's state machine: what the table in machine.c is made of, by file. */
#ifndef MIGRATION_HANDLERS_H
#define MIGRATION_HANDLERS_H

struct hv_step;
typedef int hv_mig_handler(struct hv_step *step);

/* prologue.c */
hv_mig_handler hv_mig_enter_find_vm, hv_mig_enter_find_elsewhere, hv_mig_enter_read_disks, hv_mig_enter_read_processor,
    hv_mig_enter_read_template, hv_mig_enter_read_class, hv_mig_enter_read_source, hv_mig_enter_read_service,
    hv_mig_enter_read_listeners, hv_mig_enter_read_destination;
hv_mig_handler hv_mig_start, hv_mig_vm_answered, hv_mig_elsewhere_answered, hv_mig_disks_answered, hv_mig_processor_answered,
    hv_mig_template_answered, hv_mig_class_answered, hv_mig_class_unknown, hv_mig_source_answered, hv_mig_service_answered,
    hv_mig_listeners_answered, hv_mig_destination_answered, hv_mig_prologue_failed, hv_mig_prologue_detached,
    hv_mig_elsewhere_failed;
/* role.c */
hv_mig_handler hv_mig_enter_read_role, hv_mig_enter_read_cluster, hv_mig_enter_read_nodes, hv_mig_enter_read_node_name,
    hv_mig_enter_read_group;
hv_mig_handler hv_mig_role_answered, hv_mig_role_not_told, hv_mig_cluster_answered, hv_mig_nodes_answered,
    hv_mig_node_name_answered, hv_mig_group_answered;
/* role_move.c */
hv_mig_handler hv_mig_enter_request_role, hv_mig_enter_watch_group, hv_mig_enter_watch_pause, hv_mig_enter_read_failure;
hv_mig_handler hv_mig_role_request_answered, hv_mig_role_request_failed, hv_mig_group_seen, hv_mig_group_silent,
    hv_mig_watch_again, hv_mig_failure_answered, hv_mig_failure_not_told;
/* request.c */
hv_mig_handler hv_mig_enter_request;
hv_mig_handler hv_mig_request_answered, hv_mig_request_refused, hv_mig_request_lost, hv_mig_remember_detach;
/* follow.c */
hv_mig_handler hv_mig_enter_read_job, hv_mig_enter_find_job, hv_mig_enter_follow, hv_mig_enter_confirm_job,
    hv_mig_enter_read_errors;
hv_mig_handler hv_mig_job_read, hv_mig_job_not_read, hv_mig_jobs_answered, hv_mig_jobs_failed, hv_mig_job_seen,
    hv_mig_job_missing, hv_mig_job_unreachable, hv_mig_follow_detached, hv_mig_job_confirmed, hv_mig_job_not_confirmed,
    hv_mig_errors_answered, hv_mig_errors_failed;
/* cancel.c */
hv_mig_handler hv_mig_enter_cancel;
hv_mig_handler hv_mig_remember_cancel, hv_mig_follow_cancelled, hv_mig_cancel_answered, hv_mig_cancel_failed, hv_mig_grace_over;
/* look.c */
hv_mig_handler hv_mig_enter_look_destination, hv_mig_enter_look_source, hv_mig_enter_look_disks, hv_mig_enter_look_roots,
    hv_mig_enter_look_pause, hv_mig_enter_look_planned;
hv_mig_handler hv_mig_destination_looked, hv_mig_destination_silent, hv_mig_source_looked, hv_mig_source_silent,
    hv_mig_disks_looked, hv_mig_disks_silent, hv_mig_roots_looked, hv_mig_look_again, hv_mig_look_detached, hv_mig_planned_looked,
    hv_mig_planned_silent;
/* leftovers.c */
hv_mig_handler hv_mig_enter_look_folder, hv_mig_enter_look_copies;
/* The VM's place is settled: looks for copies of disks, if the move failed and may have made some, and ends. */
hv_mig_handler hv_mig_look_copies;
hv_mig_handler hv_mig_folder_looked, hv_mig_folder_silent, hv_mig_copies_looked, hv_mig_copies_silent;

#endif
