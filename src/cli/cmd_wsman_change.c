/* hvctl wsman put, create, delete: raw operations that change something, each sent at most once (design.md 4). */
#include "base/error.h"
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/param.h"
#include "cli/wsman.h"

static int nothing_to_set(struct hv_error *err) {
    hv_error_set(err, HV_E_ARGUMENT, "nothing was given to set");
    hv_error_remedy(err, "give --set PROPERTY=VALUE or --null PROPERTY");
    return HV_E_ARGUMENT;
}

/* What the host holds now, changed as the options say. */
static int change(struct hv_types *types, struct hv_connection *connection, const struct hv_epr *target,
                  const struct hv_args *args, struct hv_instance **ret_instance, struct hv_error *err) {
    HV_CLEANUP_INSTANCE struct hv_instance *instance = NULL;
    HV_CLEANUP(hv_task_free) struct hv_task *task = NULL;
    int rc = hv_get_new(target, &task, err);

    if (rc == 0)
        rc = hv_connection_do(connection, task, err);
    if (rc == 0)
        rc = hv_instance_copy(hv_get_result(task), &instance, err);
    if (rc == 0)
        rc = hv_param_set_all(instance, types, args, err);
    if (rc < 0)
        return rc;
    *ret_instance = instance;
    instance = NULL;
    return 0;
}

/* Only what the options say. */
static int make(struct hv_types *types, const char *class_name, const struct hv_args *args, struct hv_instance **ret_instance,
                struct hv_error *err) {
    HV_CLEANUP_INSTANCE struct hv_instance *instance = NULL;
    int rc = hv_instance_new(class_name, hv_args_value(args, HV_OPT_NAMESPACE), &instance, err);

    if (rc == 0)
        rc = hv_param_set_all(instance, types, args, err);
    if (rc < 0)
        return rc;
    *ret_instance = instance;
    instance = NULL;
    return 0;
}

static int put(struct hv_types *types, struct hv_connection *connection, const struct hv_args *args, struct hv_error *err) {
    HV_CLEANUP_EPR struct hv_epr *target = NULL;
    HV_CLEANUP_INSTANCE struct hv_instance *instance = NULL;
    HV_CLEANUP(hv_task_free) struct hv_task *task = NULL;
    const char *fragment = hv_args_value(args, HV_OPT_FRAGMENT);
    int rc = hv_wsman_target(args, &target, err);

    if (rc == 0)
        rc = hv_types_follow(types, target, err);
    if (rc == 0 && !hv_args_has(args, HV_OPT_SET) && !hv_args_has(args, HV_OPT_NULL))
        rc = nothing_to_set(err);
    if (rc == 0 && fragment)
        rc = make(types, hv_wsman_class(target), args, &instance, err);
    else if (rc == 0)
        rc = change(types, connection, target, args, &instance, err);
    if (rc == 0)
        rc = hv_put_new(target, instance, fragment, &task, err);
    if (rc == 0)
        rc = hv_wsman_run(connection, task, err);
    if (rc < 0)
        return rc;
    types->base = hv_wsman_class(target);
    hv_wsman_print(connection->out, hv_put_result(task), NULL, types);
    return 0;
}

static int create(struct hv_types *types, struct hv_connection *connection, const struct hv_args *args, struct hv_error *err) {
    HV_CLEANUP_EPR struct hv_epr *resource = NULL;
    HV_CLEANUP_INSTANCE struct hv_instance *instance = NULL;
    HV_CLEANUP(hv_task_free) struct hv_task *task = NULL;
    int rc = hv_wsman_resource(args, hv_args_operand(args, 0), &resource, err);

    if (rc == 0)
        rc = hv_types_follow(types, resource, err);
    if (rc == 0)
        rc = make(types, hv_wsman_class(resource), args, &instance, err);
    if (rc == 0)
        rc = hv_create_new(resource, instance, &task, err);
    if (rc == 0)
        rc = hv_wsman_run(connection, task, err);
    if (rc < 0)
        return rc;
    hv_wsman_print(connection->out, NULL, hv_create_result(task), NULL);
    return 0;
}

static int delete (struct hv_types *types, struct hv_connection *connection, const struct hv_args *args, struct hv_error *err) {
    HV_CLEANUP_EPR struct hv_epr *target = NULL;
    HV_CLEANUP(hv_task_free) struct hv_task *task = NULL;
    int rc = hv_wsman_target(args, &target, err);

    (void)types;
    if (rc == 0)
        rc = hv_delete_new(target, &task, err);
    return rc < 0 ? rc : hv_wsman_run(connection, task, err);
}

int hv_cmd_wsman_put(const struct hv_args *args, struct hv_output *out) {
    return hv_wsman_command(args, out, put);
}

int hv_cmd_wsman_create(const struct hv_args *args, struct hv_output *out) {
    return hv_wsman_command(args, out, create);
}

int hv_cmd_wsman_delete(const struct hv_args *args, struct hv_output *out) {
    return hv_wsman_command(args, out, delete);
}
