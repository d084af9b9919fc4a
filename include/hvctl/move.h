/* Check and move of one VM, and following a move that runs already. */
#ifndef HVCTL_MOVE_H
#define HVCTL_MOVE_H

#include <hvctl/task.h>
#include <hvctl/verdict.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* MigrationType of Msvm_VirtualSystemMigrationSettingData. */
enum hv_move_type {
    HV_MOVE_VM = 32768,
    HV_MOVE_STORAGE = 32769, /* on the same host */
    HV_MOVE_STAGED = 32770,  /* makes a planned VM at the destination, and moves nothing (staged.h) */
    HV_MOVE_VM_AND_STORAGE = 32771,
    HV_MOVE_DEEP_CHECK = 32772, /* checks only: whether the destination can take the storage */
};

struct hv_move_disk {
    const char *source;      /* path of the disk now, or its file name alone */
    const char *destination; /* new path; a folder when it ends in a backslash */
};

/* What the sign-in at the source leaves there for it to use at the destination (who asks for a move is who makes it). */
enum hv_move_credentials {
    HV_CREDENTIALS_UNTOLD,
    HV_CREDENTIALS_LOCAL,  /* a local account, as by Basic: nobody elsewhere */
    HV_CREDENTIALS_DOMAIN, /* by Kerberos or NTLM: enough where the hosts authenticate by Kerberos */
    HV_CREDENTIALS_GIVEN,  /* by CredSSP: enough where they authenticate by CredSSP */
};

/* Yes or no where the host has a default of its own. */
enum hv_choice {
    HV_CHOICE_DEFAULT, /* not sent */
    HV_CHOICE_NO,
    HV_CHOICE_YES,
};

enum hv_cpu_cap {
    HV_CPU_CAP_DEFAULT, /* not sent */
    HV_CPU_CAP_NORMAL,
    HV_CPU_CAP_LOW,
    HV_CPU_CAP_HIGH,
};

/* How a move is made. Zeroed: as the host does it. What came with later versions of Windows is sent only when it is asked for
 * here, and only after the source showed that it knows it. */
struct hv_move_tuning {
    bool all_listeners;                 /* name every address on which the destination takes migrations; or */
    const char *network;                /* take the destination's listeners in this network, "192.0.2.0/24"; or */
    const char *const *destination_ips; /* these addresses */
    size_t n_destination_ips;
    bool smb; /* memory travels by SMB, else by TCP */
    enum hv_choice compression;
    bool cancel_on_long_blackout;
    enum hv_cpu_cap cpu_cap;
    const char *processor_pool;           /* at the destination */
    bool overwrite;                       /* files that are at the target already */
    bool keep_source;                     /* RetainVhdCopiesOnSource */
    bool avoid_removing_vhds;             /* neither at the source after success nor at the destination after failure */
    const struct hv_move_disk *unmanaged; /* disks that no setting names, such as differencing parents; full paths */
    size_t n_unmanaged;
    bool remove_source_unmanaged;
};

/* A virtual disk that is put elsewhere. */
struct hv_move_place {
    const char *instance_id; /* of its setting, which stays when its path changes */
    const char *from;        /* path */
    const char *to;          /* "": a pool chooses */
    const char *pool;        /* PoolID; NULL: the primordial one */
};

/* Where a request puts disks and folders; absent paths are NULL. */
struct hv_move_places {
    const struct hv_move_place *disks;
    size_t n_disks;
    const char *config_path;
    const char *snapshot_path;
    const char *paging_path;
};

/* All texts are copied. */
struct hv_move_options {
    const char *vm; /* GUID or display name */
    enum hv_move_type type;
    bool check_only;              /* CheckVirtualSystemIsMigratable with the same arguments, nothing moves */
    bool detach;                  /* done as soon as the job runs */
    const char *destination_name; /* what the source calls the destination; NULL for HV_MOVE_STORAGE */
    const char *source_name;      /* what messages call the source; NULL: "the source" */
    enum hv_move_credentials credentials;
    const char *destination_label; /* what messages call the destination; NULL: DESTINATION_NAME */
    /* Placement. Without any, each virtual hard disk is left to the destination's storage pools (HostResource = [""]). */
    const char *storage_path;  /* one folder for every disk and root that has no other place */
    const char *config_path;   /* ConfigurationDataRoot */
    const char *snapshot_path; /* SnapshotDataRoot */
    const char *paging_path;   /* SwapFileDataRoot */
    const struct hv_move_disk *disks;
    size_t n_disks;
    const struct hv_move_disk *rules; /* SOURCE is a pattern with * and ? for the whole path, DESTINATION a folder; first fit */
    size_t n_rules;
    struct hv_move_tuning tuning;
    const char *pool; /* resource pool for disks; NULL: the primordial one for disks with a new path, else as they are */

    bool into_planned;  /* into the planned VM of this GUID that the destination has (staged.h) */
    uint64_t settle_ms; /* how long a lost request is looked for; 0: 60 s, the host's own operation timeout */
    /*
     * InstanceID of a job: follow that instead of starting one. VM and TYPE come from it; when the host has forgotten it, a VM
     * given as GUID is looked for with the TYPE given.
     */
    const char *follow_id;
    /* A process that is gone may have asked for this move: VM, a GUID, and its job are looked for, nothing is asked for. */
    bool resume;
    /* With one of the two: what was asked for, by which a move of storage is settled when its job is gone; NULL: unknown. */
    const struct hv_move_places *places;
    /* With one of the two: end the job, which is a success only when the VM was not moved. */
    bool cancel;
    /* However a job comes to be cancelled: how long it may take to end; 0: 60 s. After that it is ended by force, or warned of.
     */
    uint64_t grace_ms;
    bool kill; /* what a killed job was at may be left half done */
    /*
     * The failover cluster that owns the VM moves it, to the destination as one of its nodes; TYPE is HV_MOVE_VM, and nothing of
     * placement and tuning is the caller's to say. Without it a VM that is seen to belong to a cluster is refused.
     */
    bool by_cluster;
};

enum hv_move_report_kind {
    HV_REPORT_PHASE,       /* text: what is being done now */
    HV_REPORT_WARNING,     /* text */
    HV_REPORT_JOB_STARTED, /* job_id is set from here on */
    HV_REPORT_PROGRESS,    /* job: as the host tells it */
};

struct hv_move_report {
    enum hv_move_report_kind kind;
    const char *vm_name; /* display name once known, else what the caller gave */
    const char *vm_id;   /* NULL until known */
    const char *text;
    const char *job_id;
    const struct hv_job *job;
};
/* Everything in REPORT is valid during the call only. */
typedef void hv_move_report_fn(void *context, const struct hv_move_report *report);

enum hv_move_note_kind {
    HV_NOTE_INTENT,  /* the request to move is about to leave; it does not when the function fails */
    HV_NOTE_JOB,     /* a job of it is known: result->job_id */
    HV_NOTE_STATE,   /* text: what has changed */
    HV_NOTE_VERDICT, /* the end: result and error are complete */
};

/* What is worth keeping of a move beyond the life of this process (journal.h). */
struct hv_move_note {
    enum hv_move_note_kind kind;
    enum hv_move_type type;
    const struct hv_move_result *result;
    const char *vm_name;                 /* as in a report */
    const char *text;                    /* NULL unless told otherwise */
    const struct hv_error *error;        /* of a verdict; NULL: none */
    const struct hv_move_places *places; /* of an intent; NULL: none are given */
};
/* Everything in NOTE is valid during the call only. Failures after the intent become one warning of the move. */
typedef int hv_move_note_fn(void *context, const struct hv_move_note *note, struct hv_error *err);

int hv_move_new(const struct hv_move_options *options, struct hv_task **ret_task, struct hv_error *err);
void hv_move_on_report(struct hv_task *task, hv_move_report_fn *fn, void *context);
/* For moves and followed jobs; checks keep nothing. */
void hv_move_on_note(struct hv_task *task, hv_move_note_fn *fn, void *context);
/* Never NULL for a move task; complete when the task is done. Valid until it is freed. */
const struct hv_move_result *hv_move_result(const struct hv_task *task);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
