/*
 * Writes exchanges into a fixture's directory, one after the other, so that what is there is valid at any moment
 * (hvctl-fixture(5)). Names are learnt on the way; files that were written before a name was known are written again at the end.
 */
#ifndef TRANSPORT_FIXTURE_WRITER_H
#define TRANSPORT_FIXTURE_WRITER_H

#include "fixture/redact.h"
#include "transport/interface.h"

struct hv_record_setup;

/* An exchange that ended. All pointers are the caller's. */
struct hv_passage {
    const struct hv_endpoint *endpoint;
    const char *bytes; /* of the request */
    size_t n_bytes;
    unsigned number;  /* from 1 */
    uint64_t sent_ms; /* both since recording began */
    uint64_t ended_ms;
    struct hv_result result;
};

struct hv_fixture_writer {
    struct hv_redactor *redactor; /* NULL: names are kept */
    char *directory;
    int fd;                          /* -1: the directory could not be made */
    struct hv_fixture_header header; /* as it is written next */
    char *command;                   /* with the names it came with: they may be learnt only later */
    size_t n_names_first;            /* that were known before the first exchange was written */
};

/* Makes the directory with its header. Deinit SELF after a failure too. Errors: FIXTURE, MEMORY. */
HV_MUST_CHECK int hv_fixture_writer_open(struct hv_fixture_writer *self, const struct hv_record_setup *setup,
                                         struct hv_redactor *redactor_take, struct hv_error *err);
/*
 * Writes an exchange down. With the first one the command is written, for a recording that breaks off: the names in it are known
 * by now. Errors: FIXTURE, LIMIT, MEMORY.
 */
HV_MUST_CHECK int hv_fixture_writer_put(struct hv_fixture_writer *self, const struct hv_passage *passage, struct hv_error *err);
/* All N_EXCHANGES are there: the files are made to hold no name that was learnt late. Errors: as above. */
HV_MUST_CHECK int hv_fixture_writer_close(struct hv_fixture_writer *self, unsigned n_exchanges, struct hv_error *err);
void hv_fixture_writer_deinit(struct hv_fixture_writer *self);

#endif
