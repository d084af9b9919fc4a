/* Pull subscriptions (wsman.md 1.9): to the event log, and to intrinsic events of WMI. Each is an open context that never ends by
 * itself. */
#ifndef SIM_SUBSCRIPTION_H
#define SIM_SUBSCRIPTION_H

#include "eventlog.h"
#include "watch.h"

enum { SIM_MAX_QUEUED = 10000 }; /* events that nobody pulled; the oldest go first */

struct sim_subscription {
    char identifier[48];
    int64_t expires_us; /* simulated; 0: never */
    bool send_bookmarks;
    /* WMI */
    struct sim_watch *watch;
    struct sim_list queue;
    /* event log */
    char **channels; /* "*" any */
    size_t n_channels;
    uint64_t after; /* record that was given last */
};

struct sim_subscription *sim_subscription_free(struct sim_subscription *subscription);
HV_DEFINE_CLEANUP(struct sim_subscription *, sim_subscription_free)
/* Lets it see what happened until NOW_US of simulated time. NULL is fine. False when out of memory. */
HV_MUST_CHECK bool sim_subscription_look(struct sim_subscription *subscription, int64_t now_us);

#endif
