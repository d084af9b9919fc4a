/* What the tests of operations share: requests built, answers made around a body, conversations read from fixtures. */
#ifndef TESTS_OP_BENCH_H
#define TESTS_OP_BENCH_H

#include <hvctl/wsman.h>

#include "engine/op.h"
#include "wsman/epr.h"
#include "wsman/uri.h"

#define BENCH_V2         HV_WMI_PREFIX "root/virtualization/v2/"
#define BENCH_MESSAGE_ID "5D4C0B39-0A45-4E8B-9F01-6F2D7A1C0E11"

enum { BENCH_BYTES = 1 << 20 };

/* Builds the next request as number BENCH_MESSAGE_ID; BYTES are emptied before. */
int bench_build(struct hv_op *op, struct hv_buf *bytes, struct hv_error *err);
/* Feeds a whole answer. */
int bench_feed_text(struct hv_op *op, int status, const char *text, struct hv_error *err);
/* Appends an envelope around BODY that answers BENCH_MESSAGE_ID; prefixes s, a, n, w, xsi are bound, p to Msvm_X. */
void bench_write_answer(struct hv_buf *buf, const char *body);
int bench_feed(struct hv_op *op, int status, const char *body, struct hv_error *err);
int bench_feed_fault(struct hv_op *op, const char *code, const char *subcode, const char *wsman_code, struct hv_error *err);

/* One selector, none when NAME is NULL. */
struct hv_epr *bench_target(const char *class_uri, const char *name, const char *value);
struct hv_op *bench_enumeration(const struct hv_enumerate_options *options);
/* On one Msvm_X, the method being Start. */
struct hv_op *bench_get(void);
struct hv_op *bench_invoke(void);

/*
 * The exchanges of a fixture folder, NNN.request.xml and NNN.response.xml. Requests are compared byte for byte; the outcome is
 * that of the last answer, those before must have asked for more.
 */
int bench_talk(struct hv_op *op, const char *scenario, int n_exchanges);

/*
 * Runs ATTEMPT with each of its allocations refused in turn, alone and with all behind it: it must end in 0 or in an error of
 * memory. Where libxml2 runs out of memory it may take the document for bad XML, so that PROTOCOL is right too.
 */
void bench_starve(int (*attempt)(void *context), void *context);

#endif
