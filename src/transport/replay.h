/*
 * A transport that answers from a fixture. It opens no socket and waits for nothing: it has a clock of its own, which stands
 * still until somebody waits and then jumps to what is due next.
 */
#ifndef TRANSPORT_REPLAY_H
#define TRANSPORT_REPLAY_H

#include "fixture/player.h"
#include "transport/interface.h"

/* FIXTURE_TAKE is freed even on failure. Errors: MEMORY. */
HV_MUST_CHECK int hv_replay_new(struct hv_fixture *fixture_take, const struct hv_replay_options *options,
                                struct hv_transport **ret_transport, struct hv_error *err);

/* The clock, milliseconds. */
uint64_t hv_replay_now(const struct hv_transport *transport);
/* Lets the clock jump to UNTIL_MS, to the next answer or by MAX_MS, whatever is first. Errors: FIXTURE (nothing would ever come).
 */
HV_MUST_CHECK int hv_replay_wait(struct hv_transport *transport, uint64_t until_ms, uint64_t max_ms, struct hv_error *err);

/* enum hv_stop, once its time has come. */
int hv_replay_stop(const struct hv_transport *transport);

/* Message ids and the like, the same in each replay. */
void hv_replay_random(struct hv_transport *transport, void *bytes, size_t n_bytes);

/* As hv_player_finish. */
HV_MUST_CHECK int hv_replay_finish(const struct hv_transport *transport, struct hv_error *err);

#endif
