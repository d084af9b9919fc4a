/* For tests of messages: fixtures as answers, and requests compared with fixtures. Every function fails the running test. */
#ifndef SUPPORT_WIRE_H
#define SUPPORT_WIRE_H

#include "wsman/envelope.h"

/* The message ID of the requests whose answers lie in fixtures/synthetic. */
#define WIRE_MESSAGE_ID "6E5C2F6B-0F2D-4C6E-9B5B-2B8B7A3A0001"

/* What hv_envelope_open makes of the file with HTTP status STATUS. */
int wire_open(const char *fixture, int status, struct hv_envelope **ret_envelope, struct hv_error *err);

/* A header as the golden requests have it. TARGET and ACTION are borrowed. */
struct hv_header wire_header(const struct hv_epr *target, const char *action);

/* BUF holds the very bytes of the file. */
void wire_compare(const struct hv_buf *buf, const char *fixture);

#endif
