/* A method call on its way to who carries it out. */
#ifndef SIM_METHOD_H
#define SIM_METHOD_H

#include "model.h"

struct sim_embedded;
struct sim_job;
struct sim_vm;

struct sim_method_call {
    struct sim_host *host;
    const struct sim_caller *caller;
    const struct sim_method *method;
    struct sim_value *values;
};
/* The value of the parameter of that name. */
struct sim_value *sim_arg_value(const struct sim_method_call *call, const char *name);
const char *sim_arg_text(const struct sim_method_call *call, const char *name);
/* The method says no: RET_VALUE is VALUE, WHY is for the log. Returns 0, as every call does that was answered. */
uint32_t sim_refuse(const struct sim_method_call *call, const char *why, uint32_t value, uint32_t *ret_value);
/* Reads TEXT, an instance of CLASS_NAME, into RET, which must be released in each case; what cannot be read is refused:
 * RET_VALUE. */
uint32_t sim_embedded_read(const struct sim_method_call *call, const char *class_name, const char *text, struct sim_embedded *ret,
                           uint32_t *ret_value);
/* Sets the out-parameter Job; the return value 4096. */
uint32_t sim_answer_job(const struct sim_method_call *call, struct sim_job *job, uint32_t *ret_value);
uint32_t sim_migration_invoke(const struct sim_method_call *call, uint32_t *ret_value);     /* migrate.c */
uint32_t sim_network_invoke(const struct sim_method_call *call, uint32_t *ret_value);       /* configure.c */
uint32_t sim_compatibility_invoke(const struct sim_method_call *call, uint32_t *ret_value); /* compatibility.c */
uint32_t sim_management_invoke(const struct sim_method_call *call, uint32_t *ret_value);    /* management.c */
uint32_t sim_echo_invoke(const struct sim_method_call *call, uint32_t *ret_value);          /* lab.c */
uint32_t sim_system_invoke(const struct sim_method_call *call, const struct sim_object *system,
                           uint32_t *ret_value); /* system.c */
uint32_t sim_shutdown_invoke(const struct sim_method_call *call, const struct sim_object *component,
                             uint32_t *ret_value); /* system.c */
/* role.c: HRESULT of a method without return value. */
uint32_t sim_role_invoke(const struct sim_method_call *call, const struct sim_object *group);
/* What --fault does to a job of this call; VM NULL: none is concerned. migrate.c */
void sim_job_faults(const struct sim_method_call *call, const struct sim_vm *vm, struct sim_job *job);

/* Return values of Hyper-V methods (hyperv.md 2.1). */
enum {
    SIM_DONE = 0,
    SIM_JOB_STARTED = 4096,
    SIM_FAILED = 32768,
    SIM_DENIED = 32769,
    SIM_NOT_SUPPORTED = 32770,
    SIM_INVALID_PARAMETER = 32773,
    SIM_IN_USE = 32774,
    SIM_INVALID_STATE = 32775,
    SIM_WRONG_TYPE = 32776,
    SIM_NOT_READY = 32780,
    SIM_LOCKED = 32781,
    SIM_SHUTTING_DOWN = 32782,
    SIM_NOT_COMPATIBLE = 32784,
};

#endif
