/* One exit code for many answers of a check (ux.md 3). */
#include "cli/tally.h"

#include <hvctl/error.h>

void hv_tally_add(struct hv_tally *tally, int exit_code, bool is_no) {
    tally->n++;
    tally->n_good += exit_code == 0;
    tally->n_no += is_no;
    if (exit_code != 0)
        tally->code = tally->code == 0 || tally->code == exit_code ? exit_code : hv_error_exit_code(HV_E_FAILED);
}

int hv_tally_exit(const struct hv_tally *tally) {
    bool shared = tally->code != hv_error_exit_code(HV_E_FAILED);

    if (tally->code == 0)
        return 0;
    if (tally->n_no > 0)
        return shared ? tally->code : hv_error_exit_code(HV_E_NOT_MIGRATABLE);
    return tally->n_good > 0 ? hv_error_exit_code(HV_E_PARTIAL) : tally->code;
}
