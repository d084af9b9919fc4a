/* The user's journal of moves (ux.md 6 and 7): $XDG_STATE_HOME/hvctl/journal.db. */
#ifndef CLI_JOURNAL_H
#define CLI_JOURNAL_H

#include <hvctl/journal.h>

#include "base/cleanup.h"

/* Errors: FAILED (no home, not usable), MEMORY. */
HV_MUST_CHECK int hv_journal_open_own(struct hv_journal **ret_journal, struct hv_error *err);

/* The last entry that FILTER fits, free with hv_journal_entries_free; NULL when there is none. Errors: as hv_journal_list. */
HV_MUST_CHECK int hv_journal_find_last(struct hv_journal *journal, struct hv_journal_filter filter,
                                       struct hv_journal_entry **ret_entry, struct hv_error *err);
static inline void hv_journal_entry_free_p(struct hv_journal_entry **entry) {
    hv_journal_entries_free(*entry, *entry ? 1 : 0);
}

static inline void hv_journal_close_p(struct hv_journal **journal) {
    (void)hv_journal_close(*journal);
}

#endif
