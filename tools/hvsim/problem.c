/* Why a job fails or warns, as it becomes Msvm_Error (hyperv.md 2.7). */
#include "problem.h"

#include <stdarg.h>
#include <stdio.h>

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
