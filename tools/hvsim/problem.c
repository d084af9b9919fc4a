/* Why a job fails or warns, as it becomes Msvm_Error (hyperv.md 2.7). */
#include "problem.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/size.h"
#include "base/text.h"
#include "fabric.h"

static const struct {
    uint32_t hresult;
    uint16_t error_type;
} types[] = {
    { 0x8009030E, 7 }, { 0x8009030D, 7 }, { 0x8009030C, 7 }, { 0x80070005, 7 }, { 0x8007274D, 2 }, { 0x8007274C, 2 },
    { 0x800706BA, 2 }, { 0x80072746, 2 }, { 0x8007000E, 8 }, { 0x800705AA, 8 }, { 0x80070002, 6 }, { 0x80070003, 6 },
};

static uint16_t type_of(uint32_t hresult) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(types); i++)
        if (types[i].hresult == hresult)
            return types[i].error_type;
    return 4;
}

/* Messages carry the number inline as the real ones do; without a message id the number serves as one. */
static bool problem_fill(struct sim_problem *problem, uint32_t hresult, const char *message_id, const char *text) {
    problem->hresult = hresult;
    problem->error_type = type_of(hresult);
    problem->message = hresult ? sim_format("%s (0x%08X)", text, hresult) : sim_format("%s", text);
    problem->message_id = message_id ? sim_format("%s", message_id) : sim_format("%u", hresult);
    return problem->message && problem->message_id;
}

void sim_problem_note(struct sim_problems *problems, uint16_t percent, uint32_t hresult, const char *message_id,
                      const char *format, ...) {
    HV_CLEANUP_FREE char *text = NULL;
    va_list list;
    struct sim_problem *items = hv_grow(problems->items, problems->n_items, sizeof(*items));
    if (!items) {
        problems->failed = true;
        return;
    }
    problems->items = items;
    va_start(list, format);
    if (vasprintf(&text, format, list) < 0)
        text = NULL;
    va_end(list);
    struct sim_problem *problem = &items[problems->n_items++];
    *problem = (struct sim_problem){ .percent = percent };
    if (!text || !problem_fill(problem, hresult, message_id, text))
        problems->failed = true;
}

/* VM and HOST stand for the names; both are in each text. */
static const struct {
    const char *name;
    uint32_t hresult;
    const char *message_id; /* the event that tells of it; NULL: none is known */
    const char *text;
} reasons[] = {
    { "processor-features", 0, NULL, "The virtual machine 'VM' uses processor-specific features not supported on host 'HOST'." },
    { "hardware", 0, NULL, "The hardware on host 'HOST' is not compatible with the requirements of virtual machine 'VM'." },
    { "switch-missing", 0, "33012", "Could not find Ethernet switch 'Lab network' of 'VM' at host 'HOST'." },
    { "path-rights", 0, NULL, "The user does not have enough rights on host 'HOST' for the path of virtual machine 'VM'." },
    { "limit", 0, NULL, "'VM' was not moved: the limit of 2 migrations reached at host 'HOST'." },
    { "key-protector", 0, NULL, "Host 'HOST' failed for 'VM': the key protector could not be unwrapped." },
    { "connection", 0, NULL, "The migration of 'VM' failed to establish a connection with host 'HOST'." },
    { "register-path", 0x80070003, "20413", "The configuration of virtual machine 'VM' was not registered at host 'HOST'." },
    { "register-denied", 0x80070005, "20100", "The configuration of virtual machine 'VM' was not registered at host 'HOST'." },
    { "winrm", 0x800706BA, "20406", "Host 'HOST' was not reached by WinRM for the migration of 'VM'." },
    { "planned-logon", 0x80070569, "21024", "Failed to create Planned Virtual Machine 'VM' at migration destination 'HOST'." },
    { "sid-mapping", 0x80070534, "21024", "The migration of 'VM' to host 'HOST' failed at the migration source." },
    { "cluster", 0x80071398, "21502", "The live migration of 'VM' to host 'HOST' failed." },
    { "negotiation", 0x8009030C, "22038", "The authentication for 'VM' was not negotiated with host 'HOST'." },
};

bool sim_reason_find(const char *name, uint32_t *ret_reason) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(reasons); i++) {
        if (!hv_text_same(reasons[i].name, name))
            continue;
        *ret_reason = (uint32_t)i;
        return true;
    }
    return false;
}

/* TEXT with the names in their places; NULL: out of memory. */
static char *reason_text(const char *text, const char *vm, const char *host) {
    struct hv_buf buf = HV_BUF_INIT(4096);
    char *name;
    while (*text) {
        if (hv_text_starts(text, "'VM'") || hv_text_starts(text, "'HOST'")) {
            bool is_vm = text[1] == 'V';
            hv_buf_printf(&buf, "'%s'", is_vm ? vm : host);
            text += is_vm ? 4 : 6;
        } else {
            hv_buf_putc(&buf, *text++);
        }
    }
    if (hv_buf_take(&buf, "a reason", &name, NULL))
        name = NULL;
    hv_buf_deinit(&buf);
    return name;
}

void sim_reason_note(struct sim_problems *problems, uint16_t percent, uint32_t reason, const char *vm, const char *host) {
    HV_CLEANUP_FREE char *text = reason_text(reasons[reason].text, vm, host);
    if (!text)
        problems->failed = true;
    else
        sim_problem_note(problems, percent, reasons[reason].hresult, reasons[reason].message_id, "%s", text);
}

void sim_problems_deinit(struct sim_problems *problems) {
    for (size_t i = 0; i < problems->n_items; i++) {
        free(problems->items[i].message);
        free(problems->items[i].message_id);
    }
    free(problems->items);
    *problems = (struct sim_problems){ 0 };
}

struct sim_object *sim_problem_object(const struct sim_host *host, const struct sim_problem *problem) {
    struct sim_object *error = sim_new(host, "Msvm_Error");
    sim_set_text(error, "Message", problem->message);
    sim_set_text(error, "MessageID", problem->message_id);
    sim_set_number(error, "ErrorType", problem->error_type);
    sim_set_number(error, "PerceivedSeverity", 4);
    sim_set_number(error, "ProbableCause", 0);
    sim_set_number(error, "ErrorSourceFormat", 0);
    sim_set_number(error, "CIMStatusCode", problem->hresult == 0x80070005 ? 2 : 1);
    sim_set_text(error, "OwningEntity", "Microsoft-Windows-Hyper-V-VMMS");
    return error;
}
