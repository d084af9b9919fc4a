/* One exit code for many answers of a check (ux.md 3). */
#ifndef CLI_TALLY_H
#define CLI_TALLY_H

#include <stdbool.h>
#include <stddef.h>

/* Zeroed at first. */
struct hv_tally {
    size_t n;
    size_t n_good;
    size_t n_no; /* the answer was no; the others that failed gave none */
    int code;    /* what all that failed have in common; of the failed class when they differ */
};

/* EXIT_CODE is 0 for a yes. */
void hv_tally_add(struct hv_tally *tally, int exit_code, bool is_no);
/*
 * 0 when every answer is yes. With a no among them: the code that all failures share, else that of a no. Without: partial when
 * some are yes, else the code that they share, or failed.
 */
int hv_tally_exit(const struct hv_tally *tally);

#endif
