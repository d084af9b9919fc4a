/* A question that is answered by yes or no (ux.md 7). */
#include "cli/ask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "cli/options.h"
#include "cli/signals.h"

bool hv_ask_possible(const struct hv_args *args) {
    return isatty(STDIN_FILENO) && !hv_args_has(args, HV_OPT_NO_PROMPT);
}

int hv_ask_yes(const char *question, struct hv_error *err) {
    char answer[16] = "";
    ssize_t n;

    (void)fprintf(stderr, "%s [yes/no] ", question);
    (void)fflush(stderr);
    do
        n = read(STDIN_FILENO, answer, sizeof(answer) - 1);
    while (n < 0 && errno == EINTR && hv_signals_caught() == 0);
    if (hv_signals_caught() != 0)
        return hv_error_set(err, HV_E_CANCELLED, "interrupted while asking");
    answer[n > 0 ? n : 0] = '\0';
    answer[strcspn(answer, "\r\n")] = '\0';
    return hv_text_same(answer, "yes") || hv_text_same(answer, "y");
}
