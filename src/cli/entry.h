/* One entry of the journal, as it is shown. */
#ifndef CLI_ENTRY_H
#define CLI_ENTRY_H

#include <hvctl/journal.h>

#include "cli/json.h"
#include "cli/output.h"
#include "cli/sheet.h"

/* "moved", ...; "open" where there is no verdict: the move runs, or its client was killed. */
const char *hv_entry_outcome(const struct hv_journal_entry *entry);
void hv_entry_put(json_t **object, const struct hv_journal_entry *entry);
/* Puts the members "places", where things were to go, "leftovers", of the last verdict, and "events". Errors: those of
 * hv_journal_events. */
HV_MUST_CHECK int hv_entry_put_events(json_t **object, struct hv_journal *journal, int64_t id, struct hv_error *err);
/* Adds to a sheet of the same job what the host does not tell: names, verdict, leftovers. Errors: as above. */
HV_MUST_CHECK int hv_entry_add_rows(struct hv_sheet *sheet, struct hv_journal *journal, const struct hv_journal_entry *entry,
                                    struct hv_error *err);
/* Shows it whole. Errors: those of hv_journal_events. */
HV_MUST_CHECK int hv_entry_show(struct hv_journal *journal, const struct hv_journal_entry *entry, struct hv_output *out,
                                struct hv_error *err);

#endif
