/* Why a job fails or warns; becomes Msvm_Error (hyperv.md 2.7). */
#ifndef SIM_PROBLEM_H
#define SIM_PROBLEM_H

#include "object.h"

struct sim_host;

struct sim_problem {
    char *message;
    char *message_id;
    uint32_t hresult;
    uint16_t error_type;
    uint16_t percent; /* how far a move gets before it shows */
};

struct sim_problems {
    struct sim_problem *items;
    size_t n_items;
    bool failed; /* out of memory while one was noted */
};

void sim_problem_note(struct sim_problems *problems, uint16_t percent, uint32_t hresult, const char *message_id,
                      const char *format, ...) HV_ATTR_PRINTF(5, 6);
/* The reasons that users report most (hyperv.md 7.2, 7.3), by name: "key-protector". */
bool sim_reason_find(const char *name, uint32_t *ret_reason);
void sim_reason_note(struct sim_problems *problems, uint16_t percent, uint32_t reason, const char *vm, const char *host);
void sim_problems_deinit(struct sim_problems *problems);
struct sim_object *sim_problem_object(const struct sim_host *host, const struct sim_problem *problem);

#endif
