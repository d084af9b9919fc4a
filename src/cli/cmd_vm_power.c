/* hvctl vm start, stop, shutdown, save, pause, resume and set (ux.md 1; hyperv.md 2.8, 2.12). */
#include <hvctl/vm.h>
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "cli/cmd.h"
#include "cli/fanout_view.h"
#include "cli/json.h"
#include "cli/say.h"

/* ---- states ---- */

static bool is_dry_run(const struct hv_fanout *fanout) {
    const struct hv_vm_power_options *options = fanout->question.context;

    return options->dry_run;
}

static json_t *power_json(json_t *object, const struct hv_fanout *fanout, size_t index) {
    const struct hv_vm_power_result *result = hv_vm_power_result(hv_fanout_answer(fanout, index));

    hv_json_put(&object, "host", hv_json_text(hv_fanout_source(fanout, index)->label));
    hv_json_put(&object, "id", hv_json_text(result->before->id));
    hv_json_put(&object, "name", hv_json_text(result->before->name));
    hv_json_put(&object, "dry_run", json_boolean(is_dry_run(fanout)));
    hv_json_put(&object, "changed", json_boolean(result->is_needed && !is_dry_run(fanout)));
    hv_json_put(&object, "needed", json_boolean(result->is_needed));
    hv_json_put(&object, "before", hv_json_text(result->before->state_name));
    hv_json_put(&object, "before_code", hv_json_number(result->before->state));
    hv_json_put(&object, "after", hv_json_text(result->after->state_name));
    hv_json_put(&object, "after_code", hv_json_number(result->after->state));
    return object;
}

/* What is added to an object that tells of one VM. */
typedef json_t *put_fn(json_t *object, const struct hv_fanout *fanout, size_t index);

/* One document "vm.changes"; JSON lines have one object a VM. */
static void print_json(const struct hv_fanout *fanout, struct hv_output *out, put_fn *put) {
    struct hv_fanout_list list;

    hv_fanout_list_begin(&list, fanout, out, "vm.change", false);
    for (size_t i = 0; i < fanout->n_tasks; i++) {
        if (hv_fanout_answer(fanout, i))
            hv_fanout_list_add(&list, put(hv_fanout_list_object(&list), fanout, i));
    }
    hv_fanout_list_end(&list, "vm.changes", "vms");
}

static void print_power_json(const struct hv_fanout *fanout, struct hv_output *out) {
    print_json(fanout, out, power_json);
}

static void add_power(struct hv_table *table, const struct hv_fanout *fanout, size_t index, struct hv_output *out) {
    const struct hv_vm_power_result *result = hv_vm_power_result(hv_fanout_answer(fanout, index));

    hv_table_add(table, (const char *const[]){ hv_fanout_source(fanout, index)->label, result->before->name,
                                               result->before->state_name, result->after->state_name, result->before->id });
    if (!result->is_needed)
        hv_say_note(out, "%s: it is so already, nothing to do", hv_fanout_operand(fanout, index));
    else if (is_dry_run(fanout))
        hv_say_note(out, "%s: would be changed", hv_fanout_operand(fanout, index));
}

static void print_power(const struct hv_fanout *fanout, struct hv_output *out) {
    static const char *const headers[] = { "HOST", "NAME", "BEFORE", "AFTER", "ID" };
    static const struct hv_fanout_table table = { headers, HV_ARRAY_SIZE(headers), add_power, false };

    hv_fanout_print_table(fanout, out, &table);
}

static int ask_power(const void *context, const struct hv_endpoint *source, const char *operand, struct hv_task **ret_task,
                     struct hv_error *err) {
    struct hv_vm_power_options options = *(const struct hv_vm_power_options *)context;

    options.vm = operand;
    options.host = source->label;
    return hv_vm_power_new(&options, ret_task, err);
}

/* Asks about every VM that was named, at one host. */
static int run(hv_fanout_ask_fn *ask, const void *context, const struct hv_args *args, struct hv_output *out,
               hv_fanout_print_fn *print) {
    const struct hv_connect_plan plan = { .max_sources = 1 };
    const struct hv_fanout_question question = {
        .ask = ask,
        .context = context,
        .operands = args->words + args->n_command_words,
        .n_operands = hv_args_n_operands(args),
    };

    return hv_fanout_command_with(&plan, args, out, &question, print);
}

static int run_power(enum hv_vm_action action, const struct hv_args *args, struct hv_output *out) {
    const struct hv_vm_power_options options = {
        .action = action,
        .force = hv_args_has(args, HV_OPT_FORCE),
        .dry_run = hv_args_has(args, HV_OPT_DRY_RUN),
        .timeout_ms = hv_args_ms(args, HV_OPT_TIMEOUT, 0),
    };

    return run(ask_power, &options, args, out, hv_output_is_json(out) ? print_power_json : print_power);
}

int hv_cmd_vm_start(const struct hv_args *args, struct hv_output *out) {
    return run_power(HV_VM_START, args, out);
}

int hv_cmd_vm_stop(const struct hv_args *args, struct hv_output *out) {
    return run_power(HV_VM_STOP, args, out);
}

int hv_cmd_vm_shutdown(const struct hv_args *args, struct hv_output *out) {
    return run_power(HV_VM_SHUTDOWN, args, out);
}

int hv_cmd_vm_save(const struct hv_args *args, struct hv_output *out) {
    return run_power(HV_VM_SAVE, args, out);
}

int hv_cmd_vm_pause(const struct hv_args *args, struct hv_output *out) {
    return run_power(HV_VM_PAUSE, args, out);
}

int hv_cmd_vm_resume(const struct hv_args *args, struct hv_output *out) {
    return run_power(HV_VM_RESUME, args, out);
}

/* ---- vm set ---- */

static json_t *set_json(json_t *object, const struct hv_fanout *fanout, size_t index) {
    const struct hv_vm_set_options *options = fanout->question.context;
    const struct hv_vm_set_result *result = hv_vm_set_result(hv_fanout_answer(fanout, index));
    bool differs = result->processor_compatibility_before != result->processor_compatibility_after;
    json_t *before = json_object();
    json_t *after = json_object();

    hv_json_put(&before, "processor_compatibility", hv_json_flag(result->processor_compatibility_before));
    hv_json_put(&after, "processor_compatibility", hv_json_flag(result->processor_compatibility_after));
    hv_json_put(&object, "host", hv_json_text(hv_fanout_source(fanout, index)->label));
    hv_json_put(&object, "id", hv_json_text(result->vm->id));
    hv_json_put(&object, "name", hv_json_text(result->vm->name));
    hv_json_put(&object, "dry_run", json_boolean(options->dry_run));
    hv_json_put(&object, "changed", json_boolean(differs && !options->dry_run));
    hv_json_put(&object, "before", before);
    hv_json_put(&object, "after", after);
    return object;
}

static void print_set_json(const struct hv_fanout *fanout, struct hv_output *out) {
    print_json(fanout, out, set_json);
}

static const char *on_or_off(int64_t flag) {
    return flag < 0 ? NULL : flag ? "on" : "off";
}

static void add_set(struct hv_table *table, const struct hv_fanout *fanout, size_t index, struct hv_output *out) {
    const struct hv_vm_set_result *result = hv_vm_set_result(hv_fanout_answer(fanout, index));

    (void)out;
    hv_table_add(table, (const char *const[]){ hv_fanout_source(fanout, index)->label, result->vm->name,
                                               "processor-compatibility", on_or_off(result->processor_compatibility_before),
                                               on_or_off(result->processor_compatibility_after) });
}

static void print_set(const struct hv_fanout *fanout, struct hv_output *out) {
    static const char *const headers[] = { "HOST", "NAME", "SETTING", "BEFORE", "AFTER" };
    static const struct hv_fanout_table table = { headers, HV_ARRAY_SIZE(headers), add_set, false };

    hv_fanout_print_table(fanout, out, &table);
}

static int ask_set(const void *context, const struct hv_endpoint *source, const char *operand, struct hv_task **ret_task,
                   struct hv_error *err) {
    struct hv_vm_set_options options = *(const struct hv_vm_set_options *)context;

    options.vm = operand;
    options.host = source->label;
    return hv_vm_set_new(&options, ret_task, err);
}

int hv_cmd_vm_set(const struct hv_args *args, struct hv_output *out) {
    const char *word = hv_args_value(args, HV_OPT_PROCESSOR_COMPATIBILITY);
    const struct hv_vm_set_options options = {
        .dry_run = hv_args_has(args, HV_OPT_DRY_RUN),
        .processor_compatibility = word && strcmp(word, "on") == 0,
    };
    struct hv_error error = { 0 };

    if (word)
        return run(ask_set, &options, args, out, hv_output_is_json(out) ? print_set_json : print_set);
    (void)hv_usage_error(&error, "give --processor-compatibility on or off", "nothing to set");
    return hv_say_failure(out, &error);
}
