/* hvctl check: by the source host (hyperv.md 4f), or by processors alone with nothing between the hosts but us (4i). */
#include "base/buf.h"
#include "base/error.h"
#include "base/size.h"
#include "cli/cmd.h"
#include "cli/comparer.h"
#include "cli/move_options.h"
#include "cli/say.h"

enum { HOSTS_MAX_BYTES = 64 * 1024 };

/* What a comparison of processors does not look at. */
static const struct {
    enum hv_opt option;
    const char *name;
} elsewhere[] = {
    { HV_OPT_STORAGE, "--storage" },
    { HV_OPT_INCLUDE_STORAGE, "--include-storage" },
    { HV_OPT_POOL, "--pool" },
    { HV_OPT_DISK, "--disk" },
    { HV_OPT_DISK_RULE, "--disk-rule" },
    { HV_OPT_UNMANAGED, "--unmanaged" },
    { HV_OPT_DEEP, "--deep" },
    { HV_OPT_PREFLIGHT, "--preflight" },
    { HV_OPT_MAP_SWITCH, "--map-switch" },
    { HV_OPT_EJECT_ISO, "--eject-iso" },
    { HV_OPT_DISCONNECT_MISSING, "--disconnect-missing" },
};

static int check_offline(const struct hv_args *args, struct hv_error *err) {
    bool has_hosts = hv_args_has(args, HV_OPT_HOSTS);

    if (has_hosts && hv_args_n_operands(args) > 0)
        return hv_usage_error(err, "leave --hosts out and give --offline --from HOST to compare for single VMs",
                              "--hosts compares whole hosts, and \"%s\" is a VM", hv_args_operand(args, 0));
    if (has_hosts && hv_args_has(args, HV_OPT_HOST))
        return hv_usage_error(err, "give the source with --hosts alone", "--hosts names the source, and so does --from");
    for (size_t i = 0; i < HV_ARRAY_SIZE(elsewhere); i++) {
        if (hv_args_has(args, elsewhere[i].option))
            return hv_usage_error(err, "leave one of the two out", "%s compares processors alone: %s is not looked at",
                                  has_hosts ? "--hosts" : "--offline", elsewhere[i].name);
    }
    return 0;
}

static int check_online(const struct hv_args *args, struct hv_error *err) {
    if (hv_args_has(args, HV_OPT_VECTORS))
        return hv_usage_error(err, "add --offline", "--vectors lists what --offline and --hosts compare");
    if (hv_args_n_operands(args) == 0)
        return hv_usage_error(err, "name VMs, or a whole host with --hosts HOST", "something is missing: hvctl check VM...");
    return 0;
}

/* All values with commas between, as one of them might have been written. */
static int join_hosts(const struct hv_args *args, char **ret_hosts, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf hosts = HV_BUF_INIT(HOSTS_MAX_BYTES);

    for (size_t i = 0; i < hv_args_count(args, HV_OPT_HOSTS); i++)
        hv_buf_printf(&hosts, "%s%s", i > 0 ? "," : "", hv_args_nth(args, HV_OPT_HOSTS, i));
    return hv_buf_take(&hosts, "a list of hosts", ret_hosts, err);
}

static int run_offline(const struct hv_args *args, struct hv_output *out) {
    HV_CLEANUP_FREE char *hosts = NULL;
    struct hv_error error;
    int rc = check_offline(args, &error);

    if (rc == 0 && hv_args_has(args, HV_OPT_HOSTS))
        rc = join_hosts(args, &hosts, &error);
    if (rc == 0 && !hosts && hv_args_n_operands(args) == 0)
        rc = hv_usage_error(&error, "name VMs, or a whole host with --hosts HOST", "something is missing: hvctl check VM...");
    if (rc < 0)
        return hv_say_failure(out, &error);
    const struct hv_compare_request request = {
        .source = hosts,
        .vms = args->words + args->n_command_words,
        .n_vms = hv_args_n_operands(args),
        .show_vectors = hv_args_has(args, HV_OPT_VECTORS),
    };
    return hv_compare_run(&request, args, out);
}

int hv_cmd_check(const struct hv_args *args, struct hv_output *out) {
    const struct hv_move_request request = {
        .act = HV_ACT_CHECK,
        .type = hv_move_type_choose(args),
        .vms = args->words + args->n_command_words,
        .n_vms = hv_args_n_operands(args),
    };
    struct hv_error error;

    if (hv_args_has(args, HV_OPT_OFFLINE) || hv_args_has(args, HV_OPT_HOSTS))
        return run_offline(args, out);
    return check_online(args, &error) < 0 ? hv_say_failure(out, &error) : hv_move_request_run(&request, args, out);
}
