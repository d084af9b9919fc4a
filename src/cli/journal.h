/* The user's journal of moves (ux.md 6 and 7): $XDG_STATE_HOME/hvctl/journal.db. */
#ifndef CLI_JOURNAL_H
#define CLI_JOURNAL_H

#include <hvctl/journal.h>

#include "base/cleanup.h"

/* Errors: FAILED (no home, not usable), MEMORY. */
HV_MUST_CHECK int hv_journal_open_own(struct hv_journal **ret_journal, struct hv_error *err);

static inline void hv_journal_close_p(struct hv_journal **journal) {
    (void)hv_journal_close(*journal);
}

#endif
