/*
 * What went wrong, in one record: the class (which decides the exit code of the command), a sentence for people, its cause and
 * remedy, and the peer's own words and numbers.
 *
 * A record belongs to one operation. Functions of this library that can fail return 0 or a negative enum hv_error_code and fill
 * the caller's record, which may be NULL. The record owns no memory: it can be copied by assignment and needs no release.
 */
#ifndef HVCTL_ERROR_H
#define HVCTL_ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

#define HV_ERROR_TEXT_SIZE 1024
#define HV_ERROR_NAME_SIZE 256

/* Down to -16 the value is the negated exit code of the command. */
enum hv_error_code {
    HV_E_FAILED = -1,           /* ran and failed, no closer class */
    HV_E_ARGUMENT = -2,         /* the caller's input is wrong */
    HV_E_NOT_MIGRATABLE = -3,   /* the check answered no, or migration is disabled at a host */
    HV_E_PARTIAL = -4,          /* some of many failed */
    HV_E_UNREACHABLE = -5,      /* name, connection, proxy, or no answer in time; nothing was carried out */
    HV_E_TLS = -6,              /* certificate or pin refused */
    HV_E_AUTH = -7,             /* credentials refused, or none to send */
    HV_E_DENIED = -8,           /* signed in, not allowed */
    HV_E_NOT_FOUND = -9,        /* role, VM, job or path missing, or name ambiguous */
    HV_E_CONFLICT = -10,        /* VM busy, wrong state, no free slot */
    HV_E_DETACHED = -11,        /* we stopped waiting; the job may go on */
    HV_E_CANCELLED = -12,       /* the job was ended by somebody */
    HV_E_DELEGATION = -13,      /* sign-in from host to host failed */
    HV_E_PROTOCOL = -14,        /* answer not understood, or a fault with no closer class */
    HV_E_FIXTURE = -15,         /* replay: unknown request or unused recording */
    HV_E_UNKNOWN_OUTCOME = -16, /* cannot be settled whether the move happened */
    HV_E_INTERNAL = -70,        /* a bug of ours */
    HV_E_CONFIG = -78,          /* bad configuration file */
    HV_E_MEMORY = -101,         /* out of memory */
    HV_E_LIMIT = -102,          /* the peer sent more than we are willing to hold */
    HV_E_LOST = -103,           /* the request may have arrived; its answer did not */
};

/* Who said it. */
enum hv_error_source {
    HV_SOURCE_NONE,
    HV_SOURCE_WSMAN, /* a SOAP fault */
    HV_SOURCE_WMI,   /* a method's return value */
    HV_SOURCE_JOB,   /* what a job ended in */
    HV_SOURCE_TLS,
    HV_SOURCE_KRB5,
    HV_SOURCE_HTTP,
};

struct hv_error {
    int code; /* enum hv_error_code, 0 when nothing failed */
    enum hv_error_source source;
    char message[HV_ERROR_TEXT_SIZE]; /* what failed, on which object and host */
    char cause[HV_ERROR_TEXT_SIZE];   /* why, in plain words; empty when message says it all */
    char remedy[HV_ERROR_TEXT_SIZE];  /* what to do; one remedy a line */
    char host[HV_ERROR_NAME_SIZE];    /* host concerned, empty when none */

    int http_status;    /* 0 when no HTTP answer */
    int transport_code; /* CURLcode, 0 when none */

    char fault_code[HV_ERROR_NAME_SIZE];    /* SOAP code: "Sender", "Receiver", ... */
    char fault_subcode[HV_ERROR_NAME_SIZE]; /* "{namespace}local", resolved */
    char fault_detail[HV_ERROR_NAME_SIZE];  /* faultDetail URI */
    char fault_reason[HV_ERROR_TEXT_SIZE];  /* the innermost message of the peer, in its language */
    char fault_machine[HV_ERROR_NAME_SIZE];
    uint32_t wsman_code; /* WSManFault Code, 0 when none */
    uint32_t hresult;    /* 0 when none */
    uint32_t cim_status; /* 0 when none */

    bool has_return_value;
    uint32_t return_value; /* what a method answered */

    bool credentials_unseen; /* of HV_E_AUTH: nobody judged them, so that trying again locks no account */
};

/* "not_found" and so on: the stable word of the class. Never NULL. */
const char *hv_error_name(int code);

/* The exit code that belongs to the class: 0 for 0, else 1 to 78. */
int hv_error_exit_code(int code);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
