/* hvctl: from argv to one command and its exit code. */
#include <fcntl.h>
#include <locale.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/cmd.h"
#include "cli/say.h"
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

static int run(const struct hv_args *args, struct hv_output *out) {
    if (hv_args_has(args, HV_OPT_HELP))
        return hv_cmd_help(args, out);
    if (hv_args_has(args, HV_OPT_VERSION))
        return hv_cmd_version(args, out);
    return args->command->run(args, out);
}

int main(int argc, char **argv) {
    struct hv_args args;
    struct hv_output out;
    struct hv_error error = { 0 };
    struct hv_error output_error = { 0 };
    int exit_code;
    int rc;

    occupy_descriptors();
    (void)setlocale(LC_CTYPE, "");
    hv_signals_start();
    rc = hv_args_parse(argc, argv, &args, &error);
    if (hv_output_init(&out, &args, &output_error) < 0 && rc == 0)
        rc = hv_error_copy(&error, &output_error);
    exit_code = rc < 0 ? hv_say_failure(&out, &error) : run(&args, &out);
    exit_code = hv_output_finish(&out, exit_code);
    hv_args_deinit(&args);
    return exit_code;
}
