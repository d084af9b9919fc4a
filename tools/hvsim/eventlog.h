/*
 * The event log of one host: what happened to its machines, as Windows writes it (wsman.md 1.9). Records are found by comparing
 * what is with what was, so that the model need not know.
 */
#ifndef SIM_EVENTLOG_H
#define SIM_EVENTLOG_H

#include "model.h"

struct sim_xml;

enum { SIM_LOG_MAX_RECORDS = 10000 }; /* the oldest go first */

#define SIM_CHANNEL_SERVICE "Microsoft-Windows-Hyper-V-VMMS-Admin"
#define SIM_CHANNEL_WORKER  "Microsoft-Windows-Hyper-V-Worker-Admin"

struct sim_record {
    uint64_t id; /* ascending from 1 */
    uint32_t event_id;
    const char *channel;
    int64_t time_us; /* simulated */
    char *vm_name;   /* NULL: about the host */
    char *vm_guid;
};

struct sim_machine_state {
    char *guid;
    char *name;
    uint64_t state; /* EnabledState */
};

struct sim_event_log {
    struct sim_record *records;
    size_t n_records;
    uint64_t next_id;
    struct sim_machine_state *machines;
    size_t n_machines;
    uint64_t generation; /* of the fabric when it was looked at last */
};

void sim_event_log_deinit(struct sim_event_log *log);
/* Notes what changed since the last look; the first makes one record about the start. False when out of memory. */
HV_MUST_CHECK bool sim_event_log_look(struct sim_event_log *log, struct sim_host *host, uint64_t generation, int64_t now_us);
/* Event of the schema .../win/2004/08/events/event. */
void sim_record_write(struct sim_xml *xml, const struct sim_record *record, const char *computer);

#endif
