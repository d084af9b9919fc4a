/* The options --record and --replay: a client of that kind, and what is said at its end (ux.md 9). */
#ifndef CLI_RECORDING_H
#define CLI_RECORDING_H

#include "cli/connect.h"

/* The directory that answers; NULL when real hosts do. */
const char *hv_recording_replays(const struct hv_args *args);

/* Makes the client of CONNECTION, whose hosts are named but not added yet. Errors: ARGUMENT, FIXTURE, MEMORY, INTERNAL. */
HV_MUST_CHECK int hv_recording_start(struct hv_connection *connection, const struct hv_client_options *options,
                                     const struct hv_args *args, struct hv_error *err);
/* Tells a recording client, whose hosts were added, the names among the arguments. Errors: MEMORY. */
HV_MUST_CHECK int hv_recording_name(struct hv_connection *connection, const struct hv_args *args, struct hv_error *err);
/* To be called before each look at signals: one that comes is recorded, and comes again at its time in a replay. */
void hv_recording_watch(struct hv_connection *connection);
/* Keeps what is to be said about the fixture until the command has its exit code; see hv_output_finish. */
void hv_recording_end(struct hv_connection *connection);

#endif
