/* One request envelope: its headers under the rules of wsman.md 1.5. No operation is looked at here. */
#ifndef SIM_MESSAGE_H
#define SIM_MESSAGE_H

#include "dom.h"
#include "resource.h"

enum {
    SIM_MIN_ENVELOPE_SIZE = 8192,
    SIM_MAX_MESSAGE_ID = 2048,
};

struct sim_limits {
    uint64_t envelope_bytes;         /* MaxEnvelopeSizekb * 1024 */
    uint64_t least_envelope_bytes;   /* of a request */
    uint64_t timeout_ms;             /* MaxTimeoutms */
    uint64_t batch_items;            /* MaxBatchItems */
    uint64_t enumeration_timeout_ms; /* EnumerationTimeoutms */
    uint32_t operations;             /* MaxConcurrentOperationsPerUser */
};

/* Options that have an effect; others are taken and forgotten. */
enum sim_option {
    SIM_OPTION_PRECISE_ARRAYS, /* UsePreciseArrays (wsman.md 2.4) */
    SIM_OPTION_INHERITED,      /* IncludeInheritedElements, of class descriptions as the next two */
    SIM_OPTION_QUALIFIERS,     /* IncludeQualifiers */
    SIM_OPTION_CLASS_ORIGIN,   /* IncludeClassOrigin */
};

struct sim_message {
    xmlDoc *doc;
    xmlNode *body;    /* s:Body */
    xmlNode *payload; /* its element, NULL when empty */
    bool is_identify;
    char *action;
    char *message_id;
    char *fragment;               /* w:FragmentTransfer, NULL when absent */
    char *fragment_dialect;       /* NULL when absent */
    char *identifier;             /* e:Identifier of a subscription, NULL when absent */
    uint64_t envelope_bytes;      /* what the answer may have */
    uint64_t asked_bytes;         /* MaxEnvelopeSize as it came; 0: absent */
    uint64_t timeout_ms;          /* OperationTimeout in force */
    unsigned options;             /* bit per enum sim_option */
    struct sim_resource resource; /* path is NULL for Identify */
};

void sim_message_deinit(struct sim_message *message);

/* Fills as much of MESSAGE (zeroed before) as it understood, also when it returns false: what is there serves the answer's
 * RelatesTo and the log. sim_message_deinit in both cases. */
bool sim_message_read(struct sim_message *message, const char *bytes, size_t n_bytes, const struct sim_limits *limits,
                      struct sim_soap_fault *fault);

#endif
