/* From argv to one command and its exit code. */
#include "cli/run.h"

#include "base/error.h"
#include "cli/cmd.h"
#include "cli/say.h"

static int run(const struct hv_args *args, struct hv_output *out) {
    if (hv_args_has(args, HV_OPT_HELP))
        return hv_cmd_help(args, out);
    if (hv_args_has(args, HV_OPT_VERSION))
        return hv_cmd_version(args, out);
    return args->command->run(args, out);
}

int hv_run_command_line(int argc, char *const *argv) {
    struct hv_args args;
    struct hv_output out;
    struct hv_error error = { 0 };
    struct hv_error output_error = { 0 };
    int exit_code;
    int rc = hv_args_parse(argc, argv, &args, &error);

    if (hv_output_init(&out, &args, &output_error) < 0 && rc == 0)
        rc = hv_error_copy(&error, &output_error);
    exit_code = rc < 0 ? hv_say_failure(&out, &error) : run(&args, &out);
    exit_code = hv_output_finish(&out, exit_code);
    hv_args_deinit(&args);
    return exit_code;
}
