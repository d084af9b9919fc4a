/* A sign-in that a host refused or did not finish, in words (ux.md 10). */
#ifndef TRANSPORT_REFUSAL_H
#define TRANSPORT_REFUSAL_H

#include "transport/session.h"

/* Everything was sent, and the host says 401. Returns AUTH. */
int hv_refusal_explain(const struct hv_session *session, struct hv_error *err);
/* It was refused N times in a row, and is not tried again. Returns AUTH. */
int hv_refusal_last(unsigned n, struct hv_error *err);
/* The host ended the sign-in by another status than 401; 0: it asked for more after it had let us in. Returns the error's code.
 */
int hv_refusal_stray(int status, struct hv_error *err);
/* The connection is closed again and again before the sign-in is complete. Returns UNREACHABLE. */
int hv_refusal_restless(struct hv_error *err);
/* The host took no notice of a request that was signed in by a certificate, and said 401 or 403. Returns AUTH. */
int hv_refusal_certificate(int status, struct hv_error *err);
/* ERR is a fault that denies access to whom a certificate stands for: says so, and keeps what the host said. */
void hv_refusal_unmapped(struct hv_error *err);
/* Several schemes failed: ERR, of the first, becomes the sum of all. FAILURES tells them apart. */
void hv_refusal_sum_up(const char *failures, struct hv_error *err);

#endif
