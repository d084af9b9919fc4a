/*
 * A finished answer made over: the prefixes of another product (wsman.md 7), and quirks that change its XML but not what it says.
 */
#ifndef SIM_REWRITE_H
#define SIM_REWRITE_H

#include "base/buf.h"
#include "manner.h"

/* Whether sim_rewrite has anything to do; answers grow by it, to less than twice their size. */
bool sim_is_rewriting(const struct sim_manner *manner);
/* BODY is a whole envelope in UTF-8, replaced. False when out of memory. */
HV_MUST_CHECK bool sim_rewrite(const struct sim_manner *manner, struct hv_buf *body);

#endif
