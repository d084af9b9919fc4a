/*
 * Settings of a VM that decide where it can go (hyperv.md 2.12): LimitProcessorFeatures, which can be changed only while the VM
 * is off.
 */
#include <hvctl/vm.h>
#include <hvctl/wsman.h>
#include <stdio.h>

#include "base/error.h"
#include "base/text.h"
#include "cim/instance.h"
#include "control/act.h"
#include "hyperv/field.h"
#include "hyperv/reference.h"
#include "hyperv/vm.h"
#include "hyperv/vm_details.h"
#include "inventory/gather.h"
#include "wsman/epr.h"
#include "wsman/wql.h"

#define SERVICE_CLASS   "Msvm_VirtualSystemManagementService"
#define PROCESSOR_CLASS "Msvm_ProcessorSettingData"
#define PROPERTY        "LimitProcessorFeatures"

enum { WHERE_MAX_BYTES = 1024, WHAT_SIZE = 512 };

HV_DEFINE_CLEANUP(struct hv_params *, hv_params_free)

enum kind {
    KIND_VM,
    KIND_PROCESSOR,
    KIND_SERVICE,
};

enum phase {
    PHASE_BEFORE,
    PHASE_ACT,
    PHASE_AFTER,
};

struct vm_set {
    struct hv_task task;
    char *wanted;
    char *host;
    bool dry_run;
    int64_t value;
    enum phase phase;
    struct hv_gather gather;
    struct hv_vm_find find;
    struct hv_vm vm;
    struct hv_epr *service;
    char *processor_id; /* InstanceID; NULL until shown */
    int64_t shown;      /* LimitProcessorFeatures, as last read */
    struct hv_act act;
    char what[WHAT_SIZE];
    struct hv_vm_set_result result;
};

static const char *label(const struct vm_set *self) {
    return self->vm.name ? self->vm.name : self->wanted;
}

/* ---- reading ---- */

static int query_processor(struct vm_set *self, struct hv_effects *effects, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf prefix = HV_BUF_INIT(WHERE_MAX_BYTES);
    HV_CLEANUP_BUF struct hv_buf where = HV_BUF_INIT(WHERE_MAX_BYTES);
    int r;

    hv_buf_printf(&prefix, "Microsoft:%s", self->vm.id);
    hv_buf_puts(&where, "InstanceID LIKE ");
    hv_wql_quote_prefix(&where, hv_buf_text(&prefix));
    r = hv_buf_finish(&prefix, "query", err);
    if (r == 0)
        r = hv_buf_finish(&where, "query", err);
    return r < 0 ? r : hv_gather_query(&self->gather, KIND_PROCESSOR, PROCESSOR_CLASS, hv_buf_text(&where), true, effects, err);
}

static int before_begin(void *target, size_t round, struct hv_effects *effects, struct hv_error *err) {
    struct vm_set *self = target;
    int r;

    if (round == 0)
        return hv_gather_find_vm(&self->gather, KIND_VM, &self->find, effects, err);
    if (round > 1)
        return 0;
    r = hv_vm_find_end(&self->find, &self->vm, err);
    if (r == 0)
        r = query_processor(self, effects, err);
    return r < 0 ? r : hv_gather_query(&self->gather, KIND_SERVICE, SERVICE_CLASS, NULL, true, effects, err);
}

static int after_begin(void *target, size_t round, struct hv_effects *effects, struct hv_error *err) {
    return round > 0 ? 0 : query_processor(target, effects, err);
}

static int keep_processor(struct vm_set *self, const struct hv_instance *instance, struct hv_error *err) {
    if (!hv_vm_owns(self->vm.id, instance))
        return 0; /* of a checkpoint, or a template */
    self->shown = hv_field_bool(instance, PROPERTY);
    free(self->processor_id);
    self->processor_id = NULL;
    return hv_field_text(instance, "InstanceID", &self->processor_id, err);
}

static int add(void *target, uint32_t kind, const struct hv_instance *instance, struct hv_error *err) {
    struct vm_set *self = target;

    switch ((enum kind)kind) {
    case KIND_VM:
        return hv_vm_find_offer(&self->find, instance, err);
    case KIND_PROCESSOR:
        return keep_processor(self, instance, err);
    case KIND_SERVICE:
        return self->service ? 0 : hv_reference_service(SERVICE_CLASS, instance, &self->service, err);
    }
    return 0;
}

/* ---- changing ---- */

static int build(const struct vm_set *self, struct hv_params **ret_params, struct hv_error *err) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;
    HV_CLEANUP(hv_params_free) struct hv_params *params = NULL;
    int r = hv_instance_new(PROCESSOR_CLASS, HV_NAMESPACE_V2, &instance, err);

    if (r == 0)
        r = hv_instance_set(instance, "InstanceID", HV_CIM_STRING, self->processor_id, err);
    if (r == 0)
        r = hv_instance_set(instance, PROPERTY, HV_CIM_BOOLEAN, self->value ? "true" : "false", err);
    if (r == 0)
        r = hv_params_new(&params, err);
    if (r == 0)
        r = hv_params_add_instance(params, "ResourceSettings", instance, err);
    if (r < 0)
        return r;
    *ret_params = params;
    params = NULL;
    return 0;
}

static int act_begin(struct vm_set *self, struct hv_effects *effects, struct hv_error *err) {
    HV_CLEANUP(hv_params_free) struct hv_params *params = NULL;
    int r;

    if (!self->service || !self->processor_id)
        return hv_error_set(err, HV_E_PROTOCOL, "%s shows no %s of \"%s\"", self->host,
                            self->service ? "processor settings" : "management service", label(self));
    r = build(self, &params, err);
    if (r < 0)
        return r;
    (void)snprintf(self->what, sizeof(self->what), "change the processor settings of \"%s\"", label(self));
    hv_text_trim_partial(self->what);
    hv_act_init(&self->act, self->host, self->what);
    self->phase = PHASE_ACT;
    return hv_act_begin(&self->act, self->service, "ModifyResourceSettings", params, effects, err);
}

static int not_off(const struct vm_set *self, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_CONFLICT, "\"%s\" on %s is %s: its processor settings can be changed only while it is off",
                       label(self), self->host, self->vm.state_name ? self->vm.state_name : "in an unknown state");
    hv_error_remedy(err, "shut it down first: hvctl vm shutdown %s -H %s", self->vm.id, self->host);
    return HV_E_CONFLICT;
}

static int before_read(void *target, struct hv_effects *effects, struct hv_error *err) {
    struct vm_set *self = target;

    self->result.vm = &self->vm;
    self->result.processor_compatibility_before = self->shown;
    self->result.processor_compatibility_after = self->value < 0 ? self->shown : self->value;
    if (self->value >= 0 && self->shown != self->value && self->vm.state != HV_VM_OFF)
        return not_off(self, err);
    if (self->value >= 0 && self->shown != self->value && !self->dry_run)
        return act_begin(self, effects, err);
    hv_effects_done(effects);
    return 0;
}

/* What the host shows at the end decides. */
static int after_read(void *target, struct hv_effects *effects, struct hv_error *err) {
    struct vm_set *self = target;

    self->result.processor_compatibility_after = self->shown;
    if (self->shown == self->value) {
        hv_effects_done(effects);
        return 0;
    }
    if (self->act.end != HV_ACT_END_DONE)
        return hv_error_copy(err, &self->act.error);
    (void)hv_error_set(err, HV_E_FAILED, "%s reports the processor settings of \"%s\" as changed, but shows the old ones",
                       self->host, label(self));
    hv_error_remedy(err, "look into the log Hyper-V-VMMS-Admin of the host");
    return HV_E_FAILED;
}

static int act_over(struct vm_set *self, struct hv_effects *effects, struct hv_error *err) {
    static const struct hv_event start = { .kind = HV_EVENT_START };

    if (self->act.end == HV_ACT_END_FAILED)
        return hv_error_copy(err, &self->act.error);
    self->phase = PHASE_AFTER;
    hv_gather_init(&self->gather, after_begin, add, self);
    self->gather.end = after_read;
    self->gather.end_target = self;
    return hv_gather_step(&self->gather, &start, effects, err);
}

/* ---- the task ---- */

static int vm_set_step(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                       struct hv_error *err) {
    struct vm_set *self = (struct vm_set *)task;
    int r;

    (void)now_ms;
    if (self->phase != PHASE_ACT) {
        r = hv_gather_step(&self->gather, event, effects, err);
        return self->phase == PHASE_AFTER ? hv_act_look(&self->act, r, event, err) : r;
    }
    r = hv_act_step(&self->act, event, effects, err);
    if (r < 0)
        return r;
    return r == HV_ACT_MORE ? 0 : act_over(self, effects, err);
}

static void vm_set_free(struct hv_task *task) {
    struct vm_set *self = (struct vm_set *)task;

    hv_vm_find_deinit(&self->find);
    hv_vm_deinit(&self->vm);
    (void)hv_epr_free(self->service);
    hv_act_deinit(&self->act);
    free(self->processor_id);
    free(self->wanted);
    free(self->host);
    free(self);
}

static const struct hv_task_vtable vm_set_vtable = { vm_set_step, vm_set_free };

int hv_vm_set_new(const struct hv_vm_set_options *options, struct hv_task **ret_task, struct hv_error *err) {
    struct vm_set *self;
    int r;

    if (!options->vm || !*options->vm)
        return hv_error_set(err, HV_E_ARGUMENT, "the name of the VM is empty");
    self = calloc(1, sizeof(*self));
    if (!self)
        return hv_error_memory(err);
    hv_task_init(&self->task, &vm_set_vtable);
    self->dry_run = options->dry_run;
    self->value = options->processor_compatibility;
    self->shown = -1;
    r = hv_text_copy(options->vm, &self->wanted, err);
    if (r == 0)
        r = hv_text_copy(options->host ? options->host : "the host", &self->host, err);
    if (r < 0) {
        vm_set_free(&self->task);
        return r;
    }
    hv_vm_find_init(&self->find, self->wanted);
    hv_gather_init(&self->gather, before_begin, add, self);
    self->gather.end = before_read;
    self->gather.end_target = self;
    *ret_task = &self->task;
    return 0;
}

const struct hv_vm_set_result *hv_vm_set_result(const struct hv_task *task) {
    const struct vm_set *self = (const struct vm_set *)task;

    return hv_task_succeeded(task, &vm_set_vtable) ? &self->result : NULL;
}
