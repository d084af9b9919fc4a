/*
 * Asking hosts about processors: what a VM or a host wants (GetSystemCompatibilityInfo and -Vectors), and whether another host
 * suits it (CheckSystemCompatibilityInfo; hyperv.md 2.1, 4i). The calls change nothing, so a lost answer is only a lost answer.
 */
#include <hvctl/compatibility.h>
#include <hvctl/wsman.h>

#include "base/buf.h"
#include "base/code.h"
#include "base/error.h"
#include "base/text.h"
#include "cim/params.h"
#include "hyperv/compatibility.h"
#include "hyperv/field.h"
#include "hyperv/reason.h"
#include "hyperv/reference.h"
#include "hyperv/vm.h"
#include "hyperv/vm_details.h"
#include "inventory/gather.h"
#include "wsman/epr.h"
#include "wsman/wql.h"

#define SERVICE_CLASS "Msvm_VirtualSystemMigrationService"

enum {
    WHERE_MAX_BYTES = 1024,
    RETURN_COMPATIBLE = 0,
    RETURN_NOT_COMPATIBLE = 32784,
    TAG_INFO = 1000, /* beyond those of the gather */
    TAG_VECTORS,
    TAG_CHECK,
};

/* What a call of METHOD failed with, once more. */
static int call_failed(const struct hv_error *error, const char *label, struct hv_error *err) {
    (void)hv_error_copy(err, error);
    if (error->code != HV_E_LOST)
        return error->code;
    if (err) {
        err->code = HV_E_UNREACHABLE;
        hv_error_prefix(err, "%s gave no answer", label);
    }
    return HV_E_UNREACHABLE;
}

static int call_refused(uint32_t value, const char *label, const char *what, struct hv_error *err) {
    const struct hv_code *code = hv_code_find(HV_CODE_RETURN_VALUE, value);
    int class = code ? code->error : HV_E_FAILED;

    (void)hv_error_set(err, class, "%s was not able to %s: %s", label, what, code ? code->meaning : "unknown reason");
    hv_error_cause(err, "the host answered with return value %u", value);
    if (code && code->remedy)
        hv_error_remedy(err, "%s", code->remedy);
    if (err) {
        err->source = HV_SOURCE_WMI;
        err->has_return_value = true;
        err->return_value = value;
    }
    return class;
}

/* ---- reading ---- */

enum kind {
    KIND_VM,
    KIND_SERVICE,
    KIND_PROCESSOR,
    KIND_LIMIT,
};

struct read {
    struct hv_task task;
    char *wanted; /* NULL: the host */
    char *label;
    bool with_info;
    struct hv_gather gather;
    bool gathered;
    struct hv_vm_find find;
    size_t n_calls; /* under way */
    struct hv_compatibility result;
};

/* Makers and limits are for advice: they are done without. */
static int ask_courtesy(struct read *self, const char *cim_namespace, enum kind kind, const char *class_name, const char *where,
                        struct hv_effects *effects, struct hv_error *err) {
    int r;

    self->gather.cim_namespace = cim_namespace;
    self->gather.is_courtesy = true;
    r = hv_gather_query(&self->gather, kind, class_name, where, false, effects, err);
    self->gather.cim_namespace = NULL;
    self->gather.is_courtesy = false;
    return r;
}

static int ask_limit(struct read *self, struct hv_effects *effects, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf prefix = HV_BUF_INIT(WHERE_MAX_BYTES);
    HV_CLEANUP_BUF struct hv_buf where = HV_BUF_INIT(WHERE_MAX_BYTES);
    int r;

    hv_buf_printf(&prefix, "Microsoft:%s", self->result.vm_id);
    hv_buf_puts(&where, "InstanceID LIKE ");
    hv_wql_quote_prefix(&where, hv_buf_text(&prefix));
    r = hv_buf_finish(&prefix, "query", err);
    if (r == 0)
        r = hv_buf_finish(&where, "query", err);
    return r < 0 ? r : ask_courtesy(self, NULL, KIND_LIMIT, "Msvm_ProcessorSettingData", hv_buf_text(&where), effects, err);
}

static int found(struct read *self, struct hv_error *err) {
    struct hv_vm vm = { 0 };
    int r = hv_vm_find_end(&self->find, &vm, err);

    if (r < 0) {
        hv_error_prefix(err, "%s", self->label);
        return r;
    }
    self->result.vm_id = vm.id;
    self->result.vm_name = vm.name;
    self->result.vm_state = vm.state;
    vm.id = NULL;
    vm.name = NULL;
    hv_vm_deinit(&vm);
    return 0;
}

static int read_begin(void *target, size_t round, struct hv_effects *effects, struct hv_error *err) {
    struct read *self = target;
    int r = 0;

    if (round == 0) {
        if (self->wanted)
            r = hv_gather_find_vm(&self->gather, KIND_VM, &self->find, effects, err);
        if (r == 0)
            r = hv_gather_query(&self->gather, KIND_SERVICE, SERVICE_CLASS, NULL, true, effects, err);
        if (r == 0)
            r = ask_courtesy(self, "root/cimv2", KIND_PROCESSOR, "Win32_Processor", NULL, effects, err);
        return r;
    }
    if (round > 1 || !self->wanted)
        return 0;
    r = found(self, err);
    return r < 0 ? r : ask_limit(self, effects, err);
}

static int keep_service(struct hv_compatibility *result, const struct hv_instance *instance, struct hv_error *err) {
    int r;

    if (result->service)
        return 0;
    r = hv_reference_service(SERVICE_CLASS, instance, &result->service, err);
    return r < 0 ? r : hv_field_text(instance, "SystemName", &result->host_name, err);
}

/* The sockets of a host hold the same processor, as Windows wants it. */
static int keep_processor(struct hv_compatibility *result, const struct hv_instance *instance, struct hv_error *err) {
    int r;

    if (result->manufacturer || result->processor)
        return 0;
    r = hv_field_text(instance, "Manufacturer", &result->manufacturer, err);
    return r < 0 ? r : hv_field_text(instance, "Name", &result->processor, err);
}

static int read_add(void *target, uint32_t kind, const struct hv_instance *instance, struct hv_error *err) {
    struct read *self = target;

    switch ((enum kind)kind) {
    case KIND_VM:
        return hv_vm_find_offer(&self->find, instance, err);
    case KIND_SERVICE:
        return keep_service(&self->result, instance, err);
    case KIND_PROCESSOR:
        return keep_processor(&self->result, instance, err);
    case KIND_LIMIT:
        if (hv_vm_owns(self->result.vm_id, instance))
            self->result.processor_compatibility = hv_field_bool(instance, "LimitProcessorFeatures");
        return 0;
    }
    return 0;
}

/* The host's own Msvm_ComputerSystem is named as the service says (hyperv.md 2.1); hv_reference_vm takes any name. */
static int call_get(struct read *self, const char *method, uint32_t tag, struct hv_effects *effects, struct hv_error *err) {
    HV_CLEANUP(hv_params_free) struct hv_params *params = NULL;
    HV_CLEANUP(hv_epr_free) struct hv_epr *system = NULL;
    struct hv_op *op = NULL;
    int r = hv_reference_vm(self->result.vm_id ? self->result.vm_id : self->result.host_name, &system, err);

    if (r == 0)
        r = hv_params_new(&params, err);
    if (r == 0)
        r = hv_params_add_reference(params, "ComputerSystem", system, err);
    if (r == 0)
        r = hv_op_new_invoke(self->result.service, method, params, &op, err);
    if (r < 0)
        return r;
    hv_effects_run(effects, HV_PEER_SOURCE, op, tag);
    self->n_calls++;
    return 0;
}

static int gathered(void *target, struct hv_effects *effects, struct hv_error *err) {
    struct read *self = target;
    int r = 0;

    self->gathered = true;
    if (!self->result.service || !self->result.host_name)
        return hv_error_set(err, HV_E_PROTOCOL, "%s shows no migration service with the name of its host", self->label);
    if (self->with_info)
        r = call_get(self, "GetSystemCompatibilityInfo", TAG_INFO, effects, err);
    return r < 0 ? r : call_get(self, "GetSystemCompatibilityVectors", TAG_VECTORS, effects, err);
}

static int info_told(struct read *self, const struct hv_event *event, struct hv_error *err) {
    uint32_t value;
    int r;

    if (event->kind == HV_EVENT_OP_FAILED)
        return call_failed(event->err, self->label, err);
    r = hv_op_return_value(event->op, &value, err);
    if (r < 0)
        return r;
    if (value != 0)
        return call_refused(value, self->label, "tell what it wants of a processor", err);
    return hv_compatibility_add_info(&self->result, hv_op_instance(event->op), err);
}

/* Hosts before 2012 R2 have no such method; without vectors the check's own answer stands alone. */
static int vectors_told(struct read *self, const struct hv_event *event, struct hv_error *err) {
    uint32_t value;

    if (event->kind == HV_EVENT_OP_FAILED)
        return event->err->code == HV_E_MEMORY ? hv_error_copy(err, event->err) : 0;
    if (hv_op_return_value(event->op, &value, NULL) < 0 || value != 0)
        return 0;
    return hv_compatibility_add_vectors(&self->result, hv_op_instance(event->op), err);
}

static int call_ended(struct read *self, const struct hv_event *event, struct hv_effects *effects, struct hv_error *err) {
    int r = event->tag == TAG_INFO ? info_told(self, event, err) : vectors_told(self, event, err);

    if (r < 0)
        return r;
    if (--self->n_calls == 0)
        hv_effects_done(effects);
    return 0;
}

static int read_step(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                     struct hv_error *err) {
    struct read *self = (struct read *)task;

    (void)now_ms;
    if (!self->gathered)
        return hv_gather_step(&self->gather, event, effects, err);
    if (event->kind == HV_EVENT_OP_DONE || event->kind == HV_EVENT_OP_FAILED)
        return call_ended(self, event, effects, err);
    return HV_TASK_UNHANDLED;
}

static void read_free(struct hv_task *task) {
    struct read *self = (struct read *)task;

    hv_vm_find_deinit(&self->find);
    hv_compatibility_deinit(&self->result);
    free(self->wanted);
    free(self->label);
    free(self);
}

static const struct hv_task_vtable read_vtable = { read_step, read_free };

int hv_compatibility_read_new(const struct hv_compatibility_read_options *options, struct hv_task **ret_task,
                              struct hv_error *err) {
    struct read *self;
    int r;

    if (options->vm && !*options->vm)
        return hv_error_set(err, HV_E_ARGUMENT, "the name of the VM is empty");
    self = calloc(1, sizeof(*self));
    if (!self)
        return hv_error_memory(err);
    hv_task_init(&self->task, &read_vtable);
    hv_compatibility_init(&self->result);
    hv_gather_init(&self->gather, read_begin, read_add, self);
    self->gather.end = gathered;
    self->gather.end_target = self;
    self->with_info = !options->without_info;
    r = hv_text_copy(options->vm, &self->wanted, err);
    if (r == 0)
        r = hv_text_copy(options->host ? options->host : "the host", &self->label, err);
    hv_vm_find_init(&self->find, self->wanted ? self->wanted : "");
    if (r < 0) {
        read_free(&self->task);
        return r;
    }
    *ret_task = &self->task;
    return 0;
}

const struct hv_compatibility *hv_compatibility_read_result(const struct hv_task *task) {
    const struct read *self = (const struct read *)task;

    return hv_task_succeeded(task, &read_vtable) ? &self->result : NULL;
}

/* ---- checking ---- */

struct check {
    struct hv_task task;
    char *label;
    struct hv_op *op; /* until it is run */
    struct hv_compatibility_verdict verdict;
};

static int check_told(struct check *self, const struct hv_event *event, struct hv_effects *effects, struct hv_error *err) {
    uint32_t value;
    int r;

    if (event->kind == HV_EVENT_OP_FAILED)
        return call_failed(event->err, self->label, err);
    r = hv_op_return_value(event->op, &value, err);
    if (r < 0)
        return r;
    if (value != RETURN_COMPATIBLE && value != RETURN_NOT_COMPATIBLE)
        return call_refused(value, self->label, "judge what was carried to it", err);
    self->verdict.is_compatible = value == RETURN_COMPATIBLE;
    r = hv_reasons_decode(hv_op_instance(event->op), &self->verdict.reasons, &self->verdict.n_reasons, err);
    if (r < 0)
        return r;
    hv_effects_done(effects);
    return 0;
}

static int check_step(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                      struct hv_error *err) {
    struct check *self = (struct check *)task;

    (void)now_ms;
    if (event->kind == HV_EVENT_START) {
        hv_effects_run(effects, HV_PEER_SOURCE, self->op, TAG_CHECK);
        self->op = NULL;
        return 0;
    }
    if (event->kind == HV_EVENT_OP_DONE || event->kind == HV_EVENT_OP_FAILED)
        return check_told(self, event, effects, err);
    return HV_TASK_UNHANDLED;
}

static void check_free(struct hv_task *task) {
    struct check *self = (struct check *)task;

    hv_reasons_free(self->verdict.reasons, self->verdict.n_reasons);
    (void)hv_op_free(self->op);
    free(self->label);
    free(self);
}

static const struct hv_task_vtable check_vtable = { check_step, check_free };

/* The values go back in the very form in which they came: hosts disagree about it (hyperv.md 1.3). */
static int check_init(struct check *self, const struct hv_compatibility *subject, const struct hv_compatibility *host,
                      const char *label, struct hv_error *err) {
    HV_CLEANUP(hv_params_free) struct hv_params *params = NULL;
    int r = hv_text_copy(label ? label : "the host", &self->label, err);

    if (r == 0)
        r = hv_params_new(&params, err);
    for (size_t i = 0; r == 0 && i < subject->n_info; i++)
        r = hv_params_add_text(params, "CompatibilityInfo", subject->info[i], err);
    return r < 0 ? r : hv_op_new_invoke(host->service, "CheckSystemCompatibilityInfo", params, &self->op, err);
}

int hv_compatibility_check_new(const struct hv_compatibility *subject, const struct hv_compatibility *host, const char *label,
                               struct hv_task **ret_task, struct hv_error *err) {
    struct check *self;
    int r;

    if (subject->n_info == 0 || !host->service)
        return hv_error_set(err, HV_E_ARGUMENT, "nothing that could be compared was read");
    self = calloc(1, sizeof(*self));
    if (!self)
        return hv_error_memory(err);
    hv_task_init(&self->task, &check_vtable);
    r = check_init(self, subject, host, label, err);
    if (r < 0) {
        check_free(&self->task);
        return r;
    }
    *ret_task = &self->task;
    return 0;
}

const struct hv_compatibility_verdict *hv_compatibility_check_result(const struct hv_task *task) {
    const struct check *self = (const struct check *)task;

    return hv_task_succeeded(task, &check_vtable) ? &self->verdict : NULL;
}
