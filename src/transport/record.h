/*
 * Wraps a transport and writes what passes into a fixture's directory. It sits above sign-in and encryption, so what it sees
 * holds no secret. What goes wrong with the directory never touches the requests: it is kept and told at the end.
 */
#ifndef TRANSPORT_RECORD_H
#define TRANSPORT_RECORD_H

#include <stdbool.h>

#include "fixture/redact.h"
#include "transport/interface.h"

struct hv_record_setup {
    const char *directory;
    const char *tool;     /* "hvctl 0.1.0" */
    const char *recorded; /* the date */
    const char *command;  /* may be NULL */
    uint64_t (*now)(void *context);
    void *context;
};

/*
 * Makes the directory. INNER_TAKE and REDACTOR_TAKE (NULL: names are kept) are freed even on failure. Errors: FIXTURE, MEMORY.
 */
HV_MUST_CHECK int hv_record_new(struct hv_transport *inner_take, struct hv_redactor *redactor_take,
                                const struct hv_record_setup *setup, struct hv_transport **ret_transport, struct hv_error *err);

/* NULL when names are kept. */
struct hv_redactor *hv_record_redactor(struct hv_transport *transport);

/*
 * Exchanges are written once their answers were handed on, and while the next are under way, so that hosts are not kept waiting.
 * Before it waits, the loop lets one be written; true: it was, or what was submitted has to leave first by a collect. Do not
 * wait then, but collect and come again.
 */
bool hv_record_catch_up(struct hv_transport *transport);
/* Writes what is left of them: nothing is under way any more. */
void hv_record_flush(struct hv_transport *transport);

/* STOP, enum hv_stop, happens now; the first one counts. */
void hv_record_stop(struct hv_transport *transport, int stop);

/* Closes the fixture; nothing is recorded from here on. Errors: what went wrong first. */
HV_MUST_CHECK int hv_record_finish(struct hv_transport *transport, struct hv_error *err);

#endif
