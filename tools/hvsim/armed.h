/* Troubles asked for on the command line: --fault
 * KIND[=VALUE][,host=NAME][,action=NAME][,class=NAME][,vm=NAME][,nth=N][,times=N][,every=N]. */
#ifndef SIM_ARMED_H
#define SIM_ARMED_H

#include "model.h"
#include "soapfault.h"

enum sim_arm_kind {
    SIM_ARM_HTTP,            /* status VALUE with a page of HTML; not carried out */
    SIM_ARM_AUTH,            /* 401; not carried out */
    SIM_ARM_FAULT,           /* the fault WIRE_FAULT; not carried out */
    SIM_ARM_WMI,             /* the fault that the WMI plug-in makes of HRESULT VALUE; not carried out */
    SIM_ARM_TIMEOUT,         /* w:TimedOut; not carried out */
    SIM_ARM_TIMEOUT_AFTER,   /* w:TimedOut; carried out */
    SIM_ARM_QUOTA,           /* too many operations; not carried out */
    SIM_ARM_DROP_BEFORE,     /* connection closed; not carried out */
    SIM_ARM_DROP_AFTER,      /* connection closed; carried out */
    SIM_ARM_GARBAGE,         /* 200 with what is no XML; carried out */
    SIM_ARM_TRUNCATE,        /* half of the answer, with a Content-Length that says so; carried out */
    SIM_ARM_BREAK,           /* the Content-Length of all, half of the answer, connection closed; carried out */
    SIM_ARM_STALL,           /* answer held back for VALUE ms; carried out */
    SIM_ARM_RELATES_TO,      /* answer to another message; carried out */
    SIM_ARM_EXPIRED_CONTEXT, /* the context of the Pull is gone; not carried out */
    SIM_ARM_ENVELOPE_LIMIT,  /* MaxEnvelopeSizeExceeded when more than VALUE elements are asked for; else carried out */
    SIM_ARM_QUIRK,           /* quirk VALUE, for this answer; carried out */
    SIM_ARM_DAMAGE,          /* a bit of a sealed answer is wrong; carried out */
    SIM_ARM_UNSEALED,        /* a message that was sealed is answered unsealed; carried out */
    SIM_ARM_CLOSE,           /* connection closed after the answer, which says so; carried out */
    SIM_ARM_HANG_UP,         /* the same, but it does not say so; carried out */
    SIM_ARM_LEG_DROP,        /* leg VALUE of a handshake: connection closed */
    SIM_ARM_LEG_GARBAGE,     /* answered with a token that is none */
    SIM_ARM_LEG_CLOSE,       /* answered, then the connection is closed */
    SIM_ARM_LEG_REFUSE,      /* a handshake that was about to succeed: refused, CredSSP with NTSTATUS VALUE */
    SIM_ARM_MODEL,           /* not of the wire: MODEL_KIND */
};

struct sim_arm {
    enum sim_arm_kind kind;
    uint32_t value;
    enum sim_f wire_fault;
    enum sim_fault_kind model_kind;
    const char *name; /* of the kind, for the log */
    char *host;       /* NULL: any; the others alike */
    char *action;     /* operation or method */
    char *class_name;
    char *vm;       /* of the model's kinds only */
    uint32_t at;    /* percent at which a job fails; 0: as it is by default */
    uint32_t nth;   /* first matching request hit, from 1 */
    uint32_t times; /* so many hits; 0: all */
    uint32_t every; /* and from the first hit on one of so many; 0: each */
    uint32_t n_seen;
};

struct sim_arms {
    struct sim_arm *items;
    size_t n_items;
};

void sim_arms_deinit(struct sim_arms *arms);
/* Errors: ARGUMENT, MEMORY. */
HV_MUST_CHECK int sim_arms_add(struct sim_arms *arms, const char *spec, struct hv_error *err);
/* Hands the model its own. Errors: ARGUMENT (a host that is not there), MEMORY. */
HV_MUST_CHECK int sim_arms_load(const struct sim_arms *arms, struct sim_fabric *fabric, struct hv_error *err);

struct sim_arm_request {
    const char *host;
    const char *operation; /* "Invoke"; NULL: unknown, as the others */
    const char *method;
    const char *class_name;
};
/* Counts the request and returns what hits it, or NULL. Valid as long as the arms. */
const struct sim_arm *sim_arms_hit(struct sim_arms *arms, const struct sim_arm_request *request);
/* The same for leg LEG of a handshake, and for one that is done (LEG_REFUSE), which LEG 0 stands for. */
const struct sim_arm *sim_arms_hit_leg(struct sim_arms *arms, const char *host, unsigned leg);

#endif
