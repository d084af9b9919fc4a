/* hvctl wsman identify, get, invoke: raw operations that look at or call one thing (design.md 4). */
#include <inttypes.h>

#include "base/error.h"
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/param.h"
#include "cli/say.h"
#include "cli/sheet.h"
#include "cli/wsman.h"

static inline void params_free_p(struct hv_params **params) {
    (void)hv_params_free(*params);
}

static void print_identity(const struct hv_task *task, const struct hv_endpoint *source, struct hv_output *out) {
    const struct hv_identity *identity = hv_identify_result(task);
    struct hv_sheet sheet;
    json_t *document;

    if (hv_output_is_json(out)) {
        document = hv_json_document("identity");
        hv_json_put(&document, "host", hv_json_text(source->label));
        hv_json_put(&document, "protocol_version", hv_json_text(identity->protocol_version));
        hv_json_put(&document, "vendor", hv_json_text(identity->vendor));
        hv_json_put(&document, "product_version", hv_json_text(identity->product_version));
        hv_json_put(&document, "security_profiles", hv_json_texts(identity->security_profiles, identity->n_security_profiles));
        hv_output_json(out, document);
        return;
    }
    hv_sheet_begin(&sheet, out);
    hv_sheet_text(&sheet, "host", source->label);
    hv_sheet_text(&sheet, "protocol version", identity->protocol_version);
    hv_sheet_text(&sheet, "vendor", identity->vendor);
    hv_sheet_text(&sheet, "product version", identity->product_version);
    for (size_t i = 0; i < identity->n_security_profiles; i++)
        hv_sheet_text(&sheet, "security profile", identity->security_profiles[i]);
    hv_sheet_end(&sheet);
}

int hv_cmd_wsman_identify(const struct hv_args *args, struct hv_output *out) {
    HV_CLEANUP(hv_task_free) struct hv_task *task = NULL;
    const struct hv_connect_plan plan = { .max_sources = 1, .anonymous = hv_args_has(args, HV_OPT_ANONYMOUS) };
    struct hv_connection connection = { 0 };
    struct hv_error error = { 0 };
    int exit_code = 0;
    int rc = plan.anonymous ? hv_identify_anonymous_new(&task, &error) : hv_identify_new(&task, &error);

    if (rc == 0)
        rc = hv_connection_init(&connection, &plan, args, out, &error);
    if (rc == 0)
        rc = hv_wsman_run(&connection, task, &error);
    if (rc != 0)
        exit_code = hv_say_failure(out, &error);
    else if (out->format != HV_FORMAT_XML)
        print_identity(task, &connection.sources[0], out);
    hv_connection_deinit(&connection);
    return exit_code;
}

static int get(struct hv_types *types, struct hv_connection *connection, const struct hv_args *args, struct hv_error *err) {
    HV_CLEANUP_EPR struct hv_epr *target = NULL;
    HV_CLEANUP(hv_task_free) struct hv_task *task = NULL;
    const char *fragment = hv_args_value(args, HV_OPT_FRAGMENT);
    int rc = hv_wsman_target(args, &target, err);

    if (rc == 0)
        rc = hv_types_follow(types, target, err);
    if (rc == 0)
        rc = hv_types_try(types, hv_wsman_class(target), connection->out, err);
    if (rc == 0)
        rc = fragment ? hv_get_fragment_new(target, fragment, &task, err) : hv_get_new(target, &task, err);
    if (rc == 0)
        rc = hv_wsman_run(connection, task, err);
    if (rc == 0)
        rc = hv_types_fetch_inside(types, hv_get_result(task), err);
    if (rc < 0)
        return rc;
    types->base = hv_wsman_class(target);
    hv_wsman_print(connection->out, hv_get_result(task), NULL, types);
    return 0;
}

static int invoke(struct hv_types *types, struct hv_connection *connection, const struct hv_args *args, struct hv_error *err) {
    HV_CLEANUP_EPR struct hv_epr *target = NULL;
    HV_ATTR_CLEANUP(params_free_p) struct hv_params *params = NULL;
    HV_CLEANUP(hv_task_free) struct hv_task *task = NULL;
    const struct hv_instance *answer;
    uint64_t value = 0;
    int rc = hv_wsman_target(args, &target, err);

    if (rc == 0)
        rc = hv_types_follow(types, target, err);
    if (rc == 0)
        rc = hv_types_try(types, hv_wsman_class(target), connection->out, err);
    if (rc == 0)
        rc = hv_params_new(&params, err);
    for (size_t i = 0; rc == 0 && i < hv_args_count(args, HV_OPT_PARAM); i++)
        rc = hv_param_add(params, types, hv_args_nth(args, HV_OPT_PARAM, i), err);
    for (size_t i = 0; rc == 0 && i < hv_args_count(args, HV_OPT_NULL); i++)
        rc = hv_params_add_null(params, hv_args_nth(args, HV_OPT_NULL, i), err);
    if (rc == 0)
        rc = hv_invoke_new(target, hv_args_operand(args, 1), params, &task, err);
    if (rc == 0)
        rc = hv_wsman_run(connection, task, err);
    if (rc < 0)
        return rc;
    types->base = hv_wsman_class(target);
    types->method = hv_args_operand(args, 1);
    answer = hv_invoke_result(task);
    hv_wsman_print(connection->out, answer, NULL, types);
    /* 4096: a job was started. What a method means by its number is the caller's to judge. */
    if (hv_instance_u64(answer, "ReturnValue", UINT32_MAX, &value, NULL) == 0 && value != 0 && value != 4096)
        hv_say_warning(connection->out, "the method answered with return value %" PRIu64, value);
    return 0;
}

int hv_cmd_wsman_get(const struct hv_args *args, struct hv_output *out) {
    return hv_wsman_command(args, out, get);
}

int hv_cmd_wsman_invoke(const struct hv_args *args, struct hv_output *out) {
    return hv_wsman_command(args, out, invoke);
}
