/* See wsman.h. */
#include "cli/wsman.h"

#include <string.h>

#include "base/error.h"
#include "cli/cmd.h"
#include "cli/param.h"
#include "cli/printer.h"
#include "cli/say.h"

const struct hv_connect_plan hv_wsman_plan = { .max_sources = 1 };

int hv_wsman_resource(const struct hv_args *args, const char *name, struct hv_epr **ret_resource, struct hv_error *err) {
    return hv_resource_new(hv_args_value(args, HV_OPT_NAMESPACE), name, ret_resource, err);
}

int hv_wsman_target(const struct hv_args *args, struct hv_epr **ret_target, struct hv_error *err) {
    HV_CLEANUP_EPR struct hv_epr *target = NULL;
    int rc = hv_wsman_resource(args, hv_args_operand(args, 0), &target, err);

    for (size_t i = 0; rc == 0 && i < hv_args_count(args, HV_OPT_SELECTOR); i++)
        rc = hv_param_add_selector(target, hv_args_nth(args, HV_OPT_SELECTOR, i), hv_args_value(args, HV_OPT_NAMESPACE), err);
    if (rc < 0)
        return rc;
    *ret_target = target;
    target = NULL;
    return 0;
}

const char *hv_wsman_class(const struct hv_epr *target) {
    const char *uri = hv_epr_resource_uri(target);
    const char *slash = strrchr(uri, '/');

    return slash ? slash + 1 : uri;
}

static void write_answer(void *context, const char *bytes, size_t n_bytes) {
    hv_output_bytes(context, bytes, n_bytes);
}

int hv_wsman_run(struct hv_connection *connection, struct hv_task *task, struct hv_error *err) {
    int rc;

    if (connection->out->format == HV_FORMAT_XML)
        hv_task_on_answer(task, write_answer, connection->out);
    rc = hv_connection_do(connection, task, err);
    if (rc == HV_E_PROTOCOL && err->source == HV_SOURCE_NONE && !err->remedy[0])
        hv_error_remedy(err, "look at what the host sent: -o xml");
    return rc;
}

int hv_wsman_command(const struct hv_args *args, struct hv_output *out, hv_wsman_fn *fn) {
    struct hv_connection connection = { 0 };
    struct hv_error error = { 0 };
    struct hv_types types;
    int exit_code = 0;
    int rc = hv_connection_init(&connection, &hv_wsman_plan, args, out, &error);

    hv_types_init(&types, args, &connection);
    if (rc == 0)
        rc = fn(&types, &connection, args, &error);
    if (rc < 0)
        exit_code = hv_say_failure(out, &error);
    hv_types_deinit(&types);
    hv_connection_deinit(&connection);
    return exit_code;
}

void hv_wsman_print(struct hv_output *out, const struct hv_instance *instance, const struct hv_epr *epr,
                    const struct hv_types *types) {
    struct hv_printer printer;

    if (out->format == HV_FORMAT_XML || (!instance && !epr))
        return;
    hv_printer_init(&printer, out, types);
    hv_printer_one(&printer, instance, epr);
    hv_printer_deinit(&printer);
}
