/* The event log of one host. */
#include "eventlog.h"

#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "base/text.h"
#include "setter.h"
#include "xml.h"

#define EVENT_NS  "http://schemas.microsoft.com/win/2004/08/events/event"
#define HYPERV_NS "http://www.microsoft.com/Windows/Virtualization/Events"
#define SERVICE   "Microsoft-Windows-Hyper-V-VMMS"
#define WORKER    "Microsoft-Windows-Hyper-V-Worker"

enum {
    EVENT_STARTED = 14094, /* the service */
    EVENT_CREATED = 13002,
    EVENT_DELETED = 13003,
};

/* What Windows logs when a machine came to a state; hvsim's choice where no number is known. */
static const struct {
    uint64_t state;
    uint32_t event_id;
} states[] = { { 2, 18500 }, { 3, 18502 }, { 6, 18510 }, { 9, 18518 } };

static void machines_free(struct sim_machine_state *machines, size_t n) {
    for (size_t i = 0; i < n; i++) {
        free(machines[i].guid);
        free(machines[i].name);
    }
    free(machines);
}

static void record_deinit(struct sim_record *record) {
    free(record->vm_name);
    free(record->vm_guid);
}

void sim_event_log_deinit(struct sim_event_log *log) {
    for (size_t i = 0; i < log->n_records; i++)
        record_deinit(&log->records[i]);
    free(log->records);
    machines_free(log->machines, log->n_machines);
    *log = (struct sim_event_log){ 0 };
}

static bool add_record(struct sim_event_log *log, uint32_t event_id, const struct sim_machine_state *machine, int64_t now_us) {
    struct sim_record record = { .id = log->next_id + 1, .event_id = event_id, .time_us = now_us };
    struct sim_record *records;

    record.channel = event_id >= 18000 ? SIM_CHANNEL_WORKER : SIM_CHANNEL_SERVICE;
    if (log->n_records == SIM_LOG_MAX_RECORDS) {
        record_deinit(&log->records[0]);
        memmove(log->records, log->records + 1, --log->n_records * sizeof(*log->records));
    }
    records = reallocarray(log->records, log->n_records + 1, sizeof(*records));
    if (!records)
        return false;
    log->records = records;
    if (machine && (hv_text_copy(machine->name, &record.vm_name, NULL) || hv_text_copy(machine->guid, &record.vm_guid, NULL))) {
        record_deinit(&record);
        return false;
    }
    records[log->n_records++] = record;
    log->next_id++;
    return true;
}

static const struct sim_machine_state *find(const struct sim_machine_state *machines, size_t n, const char *guid) {
    for (size_t i = 0; i < n; i++)
        if (hv_text_same(machines[i].guid, guid))
            return &machines[i];
    return NULL;
}

static bool read_machines(struct sim_host *host, struct sim_machine_state **ret_machines, size_t *ret_n) {
    struct sim_list list = { 0 };
    struct sim_machine_state *machines = NULL;
    size_t n = 0;
    bool good = sim_host_list(host, SIM_NS_VIRTUALIZATION, "Msvm_ComputerSystem", &list) == 0;

    machines = good ? calloc(list.n_items + 1, sizeof(*machines)) : NULL;
    good = machines != NULL;
    for (size_t i = 0; good && i < list.n_items; i++) {
        const char *name = sim_object_text(list.items[i], "Name");
        if (hv_text_same(name, sim_host_netbios(host)))
            continue;
        machines[n].state = sim_object_number(list.items[i], "EnabledState", 0);
        good = hv_text_copy(name, &machines[n].guid, NULL) == 0 &&
               hv_text_copy(sim_object_text(list.items[i], "ElementName"), &machines[n].name, NULL) == 0;
        n++;
    }
    sim_list_deinit(&list);
    if (!good) {
        machines_free(machines, machines ? n : 0);
        return false;
    }
    *ret_machines = machines;
    *ret_n = n;
    return true;
}

static bool add_state(struct sim_event_log *log, const struct sim_machine_state *machine, int64_t now_us) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(states); i++)
        if (states[i].state == machine->state)
            return add_record(log, states[i].event_id, machine, now_us);
    return true;
}

static bool compare(struct sim_event_log *log, const struct sim_machine_state *machines, size_t n, int64_t now_us) {
    bool good = true;

    for (size_t i = 0; good && i < n; i++) {
        const struct sim_machine_state *before = find(log->machines, log->n_machines, machines[i].guid);
        if (!before)
            good = add_record(log, EVENT_CREATED, &machines[i], now_us);
        if (good && (before ? before->state != machines[i].state : machines[i].state != 3))
            good = add_state(log, &machines[i], now_us);
    }
    for (size_t i = 0; good && i < log->n_machines; i++)
        if (!find(machines, n, log->machines[i].guid))
            good = add_record(log, EVENT_DELETED, &log->machines[i], now_us);
    return good;
}

bool sim_event_log_look(struct sim_event_log *log, struct sim_host *host, uint64_t generation, int64_t now_us) {
    struct sim_machine_state *machines = NULL;
    size_t n = 0;
    bool good;

    if (log->next_id && log->generation == generation)
        return true;
    if (!read_machines(host, &machines, &n))
        return false;
    good = log->next_id ? compare(log, machines, n, now_us) : add_record(log, EVENT_STARTED, NULL, now_us);
    machines_free(log->machines, log->n_machines);
    log->machines = machines;
    log->n_machines = n;
    log->generation = generation;
    return good;
}

/* ---- XML ---- */

static void write_number(struct sim_xml *xml, const char *name, uint64_t number) {
    char text[24];

    (void)snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
    sim_xml_leaf(xml, name, text);
}

static void write_empty(struct sim_xml *xml, const char *name, const char *attribute, const char *value) {
    sim_xml_open(xml, name);
    if (attribute)
        sim_xml_attr(xml, attribute, value);
    sim_xml_close(xml);
}

static void write_system(struct sim_xml *xml, const struct sim_record *record, const char *computer) {
    const struct sim_datetime time = { .us = record->time_us };
    char text[SIM_DATETIME_TEXT_SIZE];

    sim_datetime_format(&time, text);
    sim_xml_open(xml, "System");
    write_empty(xml, "Provider", "Name", record->event_id >= 18000 ? WORKER : SERVICE);
    write_number(xml, "EventID", record->event_id);
    write_number(xml, "Version", 0);
    write_number(xml, "Level", 4);
    write_number(xml, "Task", 0);
    write_number(xml, "Opcode", 0);
    sim_xml_leaf(xml, "Keywords", "0x8000000000000000");
    write_empty(xml, "TimeCreated", "SystemTime", text);
    write_number(xml, "EventRecordID", record->id);
    write_empty(xml, "Correlation", NULL, NULL);
    sim_xml_leaf(xml, "Channel", record->channel);
    sim_xml_leaf(xml, "Computer", computer);
    write_empty(xml, "Security", NULL, NULL);
    sim_xml_close(xml);
}

void sim_record_write(struct sim_xml *xml, const struct sim_record *record, const char *computer) {
    sim_xml_open(xml, "Event");
    sim_xml_attr(xml, "xmlns", EVENT_NS);
    write_system(xml, record, computer);
    if (record->vm_guid) {
        sim_xml_open(xml, "UserData");
        sim_xml_open(xml, "VmlEventLog");
        sim_xml_attr(xml, "xmlns", HYPERV_NS);
        sim_xml_leaf(xml, "VmName", record->vm_name);
        sim_xml_leaf(xml, "VmId", record->vm_guid);
        sim_xml_close(xml);
        sim_xml_close(xml);
    }
    sim_xml_close(xml);
}
