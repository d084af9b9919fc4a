/* What a staged move looks at before it asks for anything: the VM, a planned VM of it, the switches of the destination. */
#include <stdlib.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "control/staged.h"

enum { WHERE_MAX_BYTES = 4096 };

enum kind {
    KIND_VM,
    KIND_PLANNED,
    KIND_SWITCH,
};

static int look_begin(void *target, size_t round, struct hv_effects *effects, struct hv_error *err) {
    struct hv_staged *self = target;
    HV_CLEANUP_BUF struct hv_buf where = HV_BUF_INIT(WHERE_MAX_BYTES);
    int r;

    if (round == 0)
        return hv_gather_find_vm(&self->gather, KIND_VM, &self->find, effects, err);
    if (round > 1 || self->find.n_found == 0)
        return 0;
    r = hv_vm_find_end(&self->find, &self->vm, err);
    if (r < 0)
        return r;
    hv_buf_printf(&where, "Name = '%s'", self->vm.id);
    r = hv_buf_finish(&where, "query", err);
    self->gather.peer = HV_PEER_DESTINATION;
    if (r == 0)
        r = hv_gather_query(&self->gather, KIND_PLANNED, "Msvm_PlannedComputerSystem", hv_buf_text(&where), true, effects, err);
    if (r < 0 || self->wishes.n_switches == 0)
        return r;
    return hv_gather_query(&self->gather, KIND_SWITCH, "Msvm_VirtualEthernetSwitch", NULL, true, effects, err);
}

static int look_add(void *target, uint32_t kind, const struct hv_instance *instance, struct hv_error *err) {
    struct hv_staged *self = target;

    switch ((enum kind)kind) {
    case KIND_VM:
        return hv_vm_find_offer(&self->find, instance, err);
    case KIND_PLANNED:
        self->has_planned = self->has_planned || hv_text_same(hv_instance_text(instance, "Name"), self->vm.id);
        return 0;
    case KIND_SWITCH:
        return hv_instance_list_add(&self->switches, instance, err);
    }
    return 0;
}

/* Somebody made it and may want it: it is not ours to move into or to remove. */
static int refuse_planned(const struct hv_staged *self, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_CONFLICT, "%s has a planned VM of \"%s\" already", hv_staged_destination(self),
                       hv_mig_vm_label(&self->move));
    hv_error_cause(err, "somebody prepared a staged move, or one was broken off; GUID %s", self->vm.id);
    hv_error_remedy(err, "move into it: hvctl staged complete %s --from %s --to %s", self->vm.id, self->move.plan.source_name,
                    hv_staged_destination(self));
    hv_error_remedy(err, "or remove it: hvctl staged discard %s --to %s", self->vm.id, hv_staged_destination(self));
    return HV_E_CONFLICT;
}

static int refuse_missing(const struct hv_staged *self, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_NOT_FOUND, "%s has no planned VM of \"%s\"", hv_staged_destination(self),
                       hv_mig_vm_label(&self->move));
    hv_error_remedy(err, "make one: hvctl staged prepare %s --from %s --to %s", self->vm.id, self->move.plan.source_name,
                    hv_staged_destination(self));
    return HV_E_NOT_FOUND;
}

static int keep_vm(struct hv_staged *self, struct hv_error *err) {
    struct hv_move_result *result = &self->move.result;
    int r;

    free(result->vm_id);
    free(result->vm_name);
    result->vm_id = NULL;
    result->vm_name = NULL;
    result->vm_state = self->vm.state;
    result->at_source = HV_PLACE_PRESENT;
    r = hv_text_copy(self->vm.id, &result->vm_id, err);
    return r < 0 ? r : hv_text_copy(self->vm.name, &result->vm_name, err);
}

/* Is what was seen what this act wants? */
static int admit(struct hv_staged *self, struct hv_error *err) {
    bool wants_planned = self->act == HV_STAGED_CHECK || self->act == HV_STAGED_COMPLETE;
    int r = keep_vm(self, err);

    if (r < 0)
        return r;
    if (self->has_planned && !wants_planned)
        return refuse_planned(self, err);
    if (!self->has_planned && wants_planned)
        return refuse_missing(self, err);
    return hv_planned_wishes_check(&self->wishes, &self->switches, hv_staged_destination(self), err);
}

static int look_end(void *target, struct hv_effects *effects, struct hv_error *err) {
    struct hv_staged *self = target;

    (void)effects;
    (void)err;
    self->has_looked = true;
    return 0;
}

void hv_staged_look_init(struct hv_staged *self) {
    hv_vm_find_init(&self->find, self->move.plan.vm);
    hv_gather_init(&self->gather, look_begin, look_add, self);
    self->gather.end = look_end;
    self->gather.end_target = self;
}

int hv_staged_look_step(struct hv_staged *self, const struct hv_event *event, struct hv_effects *effects, struct hv_error *err) {
    int r = hv_gather_step(&self->gather, event, effects, err);

    if (r != 0 || !self->has_looked)
        return r;
    r = self->vm.id ? admit(self, err) : 0;
    return r < 0 ? r : 1;
}
