/*
 * Intrinsic events (MS-WMI 2.2.1; wsman.md 1.9): WMI looks at the instances of a class every WITHIN seconds and tells what is
 * new, gone or different.
 */
#ifndef SIM_WATCH_H
#define SIM_WATCH_H

#include "model.h"
#include "wql.h"

struct sim_watch;

/* Starts at NOW_US of simulated time with what is there then. TARGET is a class of the namespace NS, WQL (taken) was checked for
 * it. NULL: out of memory. */
struct sim_watch *sim_watch_new(struct sim_host *host, const struct sim_class *target, struct sim_wql *wql_take, int64_t now_us);
struct sim_watch *sim_watch_free(struct sim_watch *watch);
HV_DEFINE_CLEANUP(struct sim_watch *, sim_watch_free)
/* Looks again when it is time, and adds the events that fit the query. False when out of memory. */
HV_MUST_CHECK bool sim_watch_look(struct sim_watch *watch, int64_t now_us, struct sim_list *events);

#endif
