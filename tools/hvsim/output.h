/* The request log and the state file. */
#ifndef SIM_OUTPUT_H
#define SIM_OUTPUT_H

#include <stdio.h>

#include "model.h"

struct sim_output {
    FILE *log;              /* NULL: none */
    const char *state_file; /* NULL: none */
    uint64_t generation;    /* of the state written last */
    bool has_state;
};

/* Creates (empties) the log. STATE_FILE is borrowed. Errors: ARGUMENT. */
HV_MUST_CHECK int sim_output_init(struct sim_output *output, const char *request_log, const char *state_file,
                                  struct hv_error *err);
void sim_output_deinit(struct sim_output *output);
/* One line, flushed; NULL LINE: nothing. */
void sim_output_request(struct sim_output *output, const char *line);
/* Replaces the state file in one step when the state has changed. */
void sim_output_state(struct sim_output *output, const struct sim_fabric *fabric);
/* Writes a whole file in one step: beside it first, then renamed. */
HV_MUST_CHECK bool sim_write_file(const char *path, const char *bytes, size_t n_bytes);

#endif
