/* hvctl: from argv to one command and its exit code. */
#include <fcntl.h>
#include <locale.h>
#include <unistd.h>

#include "cli/run.h"
#include "cli/signals.h"

/*
 * A descriptor 0, 1 or 2 that the caller closed would be given to the next file or socket we open, and our output would go there.
 * What is opened here instead fails as a closed one does.
 */
static void occupy_descriptors(void) {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0)
            (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
}

int main(int argc, char **argv) {
    occupy_descriptors();
    (void)setlocale(LC_CTYPE, "");
    hv_signals_start();
    return hv_run_command_line(argc, argv);
}
