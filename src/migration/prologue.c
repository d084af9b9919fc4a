/* Before anything is asked for: which VM, which disks, and whether both hosts take part (hyperv.md 4, prologue). */
#include <hvctl/wsman.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "engine/op.h"
#include "hyperv/reference.h"
#include "hyperv/settings.h"
#include "hyperv/vm.h"
#include "migration/machine.h"
#include "wsman/wql.h"

#define SERVICE_CLASS  "Msvm_VirtualSystemMigrationService"
#define TEMPLATE_CLASS "Msvm_VirtualSystemMigrationSettingData"

enum { QUERY_CEILING = 4096, AUTHENTICATION_CREDSSP = 0, AUTHENTICATION_KERBEROS = 1 };

/* Offers the answer's instances to FIND, which the caller releases. */
static int offer_all(struct hv_step *step, struct hv_vm_find *find) {
    const struct hv_op *op = step->event->op;
    int r = 0;

    hv_vm_find_init(find, step->move->plan.vm);
    for (size_t i = 0; r == 0 && i < hv_op_n_instances(op); i++)
        r = hv_vm_find_offer(find, hv_op_instance_at(op, i), step->err);
    return r;
}

static int query_vm(struct hv_step *step, enum hv_peer peer) {
    HV_ATTR_CLEANUP(hv_vm_find_deinit) struct hv_vm_find find;

    hv_vm_find_init(&find, step->move->plan.vm);
    return hv_mig_query(step, peer, "Msvm_ComputerSystem", hv_vm_find_property(&find), hv_vm_find_value(&find));
}

int hv_mig_prologue_next(struct hv_step *step) {
    struct hv_move *move = step->move;

    if (hv_mig_may_be_role(move))
        return hv_mig_go(step, HV_MIG_STATE_READ_ROLE);
    if (hv_plan_has_storage(&move->plan) && !move->disks_read)
        return hv_mig_go(step, HV_MIG_STATE_READ_DISKS);
    if (move->plan.tuning.processor_pool && !move->processor)
        return hv_mig_go(step, HV_MIG_STATE_READ_PROCESSOR);
    if (hv_tuning_is_gated(&move->plan.tuning) && !move->tuning_known)
        return hv_mig_go(step, HV_MIG_STATE_READ_TEMPLATE);
    /* Storage on one host moves whether migration is enabled or not (hyperv.md 4d). */
    return hv_mig_go(step, move->evidence.between_hosts ? HV_MIG_STATE_READ_SOURCE : HV_MIG_STATE_READ_SERVICE);
}

int hv_mig_start(struct hv_step *step) {
    struct hv_move *move = step->move;

    if (move->plan.vm_is_guid) {
        int r = hv_text_copy(move->plan.vm, &move->result.vm_id, step->err);
        if (r < 0)
            return r;
    }
    if (move->plan.follow_id)
        return hv_mig_go(step, HV_MIG_STATE_READ_JOB);
    if (move->plan.resume)
        return hv_mig_resume(step);
    /* The disks of a GUID prove that the VM exists: a look less before the move. */
    if (move->plan.vm_is_guid && move->plan.type == HV_MOVE_VM_AND_STORAGE)
        return hv_mig_go(step, HV_MIG_STATE_READ_DISKS);
    return hv_mig_go(step, HV_MIG_STATE_FIND_VM);
}

int hv_mig_enter_find_vm(struct hv_step *step) {
    hv_mig_report(step->move, HV_REPORT_PHASE, "looking the VM up");
    return query_vm(step, HV_PEER_SOURCE);
}

static int not_found(struct hv_step *step) {
    (void)hv_error_set(step->err, HV_E_NOT_FOUND, "%s has no VM \"%s\"", step->move->plan.source_name, step->move->plan.vm);
    hv_error_remedy(step->err, "see which VMs it has: hvctl vm list -H %s", step->move->plan.source_name);
    return HV_E_NOT_FOUND;
}

/* Takes what the decoded VM owns. */
static void keep_vm(struct hv_move *move, struct hv_vm *vm) {
    free(move->result.vm_id);
    free(move->result.vm_name);
    move->result.vm_id = vm->id;
    move->result.vm_name = vm->name;
    move->result.vm_state = vm->state;
    vm->id = NULL;
    vm->name = NULL;
}

int hv_mig_vm_answered(struct hv_step *step) {
    HV_ATTR_CLEANUP(hv_vm_find_deinit) struct hv_vm_find found;
    HV_ATTR_CLEANUP(hv_vm_deinit) struct hv_vm vm = { 0 };
    struct hv_move *move = step->move;
    int r = offer_all(step, &found);

    if (r < 0)
        return r;
    if (found.n_found == 0)
        return move->evidence.between_hosts ? hv_mig_go(step, HV_MIG_STATE_FIND_ELSEWHERE) : not_found(step);
    r = hv_vm_find_end(&found, &vm, step->err);
    if (r < 0)
        return r;
    keep_vm(move, &vm);
    move->result.at_source = HV_PLACE_PRESENT;
    if (vm.operational_status[1] > 0) {
        r = hv_mig_warn(move, step->err, "%s is busy with something else at the moment; the host may refuse",
                        hv_mig_vm_label(move));
        if (r < 0)
            return r;
    }
    return hv_mig_prologue_next(step);
}

int hv_mig_enter_find_elsewhere(struct hv_step *step) {
    return query_vm(step, HV_PEER_DESTINATION);
}

/*
 * Only a GUID proves that it is the same VM: then there is nothing left to do, as when a command is run a second time. A display
 * name may belong to another one.
 */
int hv_mig_elsewhere_answered(struct hv_step *step) {
    HV_ATTR_CLEANUP(hv_vm_find_deinit) struct hv_vm_find found;
    struct hv_move *move = step->move;
    int r = offer_all(step, &found);

    if (r < 0)
        return r;
    if (found.n_found == 0)
        return not_found(step);
    if (!move->plan.vm_is_guid || move->plan.check_only || move->evidence.stages) {
        r = not_found(step);
        hv_error_cause(step->err, "%s has one with that %s (GUID %s): perhaps it was moved already",
                       hv_mig_destination_label(move), move->plan.vm_is_guid ? "GUID" : "name", found.vm.id);
        return r;
    }
    keep_vm(move, &found.vm);
    move->evidence.at_source = HV_PLACE_ABSENT;
    move->evidence.at_destination = HV_PLACE_PRESENT;
    r = hv_mig_warn(move, step->err, "%s is at %s already: nothing was done", hv_mig_vm_label(move),
                    hv_mig_destination_label(move));
    return r < 0 ? r : hv_mig_finish(step);
}

int hv_mig_elsewhere_failed(struct hv_step *step) {
    return not_found(step); /* the source's answer is what was asked for; the destination's was a courtesy */
}

/* Settings of a class that belong to the VM, its checkpoints left out. */
static int query_parts(struct hv_step *step, const char *class_name) {
    HV_CLEANUP_BUF struct hv_buf prefix = HV_BUF_INIT(QUERY_CEILING);
    HV_CLEANUP_BUF struct hv_buf wql = HV_BUF_INIT(QUERY_CEILING);
    int r;

    hv_buf_printf(&prefix, "Microsoft:%s", step->move->result.vm_id);
    hv_buf_printf(&wql, "SELECT * FROM %s WHERE InstanceID LIKE ", class_name);
    hv_wql_quote_prefix(&wql, hv_buf_text(&prefix));
    r = hv_buf_finish(&prefix, "the query", step->err);
    if (r == 0)
        r = hv_buf_finish(&wql, "the query", step->err);
    return r < 0 ? r : hv_mig_query_text(step, HV_PEER_SOURCE, hv_buf_text(&wql));
}

int hv_mig_enter_read_disks(struct hv_step *step) {
    hv_mig_report(step->move, HV_REPORT_PHASE, "reading its disks");
    return query_parts(step, "Msvm_StorageAllocationSettingData");
}

int hv_mig_disks_answered(struct hv_step *step) {
    struct hv_move *move = step->move;
    const struct hv_instance *settings[HV_PLAN_MAX_DISKS];
    size_t n = hv_op_n_instances(step->event->op);
    int r;

    move->disks_read = true;
    for (size_t i = 0; i < n && i < HV_PLAN_MAX_DISKS; i++)
        settings[i] = hv_op_instance_at(step->event->op, i);
    r = hv_plan_place(&move->plan, settings, n, &move->placements, &move->n_placements, step->err);
    if (r < 0)
        return r;
    if (move->n_placements == 0 && move->result.at_source != HV_PLACE_PRESENT)
        return hv_mig_go(step, HV_MIG_STATE_FIND_VM);
    return hv_mig_prologue_next(step);
}

int hv_mig_enter_read_processor(struct hv_step *step) {
    return query_parts(step, "Msvm_ProcessorSettingData");
}

int hv_mig_processor_answered(struct hv_step *step) {
    struct hv_move *move = step->move;
    int r;

    if (hv_op_n_instances(step->event->op) == 0)
        return hv_error_set(step->err, HV_E_PROTOCOL, "%s shows no processor setting of \"%s\"", move->plan.source_name,
                            hv_mig_vm_label(move));
    r = hv_settings_processor(hv_op_instance_at(step->event->op, 0), move->plan.tuning.processor_pool, &move->processor,
                              step->err);
    return r < 0 ? r : hv_mig_prologue_next(step);
}

/* ---- does the source know what is asked for? One property that it does not know would spoil the whole request ---- */

int hv_mig_enter_read_template(struct hv_step *step) {
    hv_mig_report(step->move, HV_REPORT_PHASE, "reading what the source can be asked for");
    return hv_mig_query(step, HV_PEER_SOURCE, TEMPLATE_CLASS, NULL, NULL);
}

int hv_mig_template_answered(struct hv_step *step) {
    struct hv_move *move = step->move;
    struct hv_tuning_lack lack;

    for (size_t i = 0; i < hv_op_n_instances(step->event->op); i++)
        hv_tuning_see_instance(&move->seen, hv_op_instance_at(step->event->op, i));
    if (hv_tuning_lacks(&move->plan.tuning, &move->seen, &lack))
        return hv_mig_go(step, HV_MIG_STATE_READ_CLASS);
    move->tuning_known = true;
    return hv_mig_prologue_next(step);
}

/* A host may leave out of an instance what is null there; its description of the class leaves out nothing. */
int hv_mig_enter_read_class(struct hv_step *step) {
    struct hv_op *op = NULL;
    int r = hv_op_new_describe(HV_NAMESPACE_V2, TEMPLATE_CLASS, &op, step->err);

    return r < 0 ? r : hv_mig_run(step, HV_PEER_SOURCE, op);
}

static int refuse_unknown(struct hv_step *step, const struct hv_tuning_lack *lack) {
    (void)hv_error_set(step->err, HV_E_ARGUMENT, "%s does not know %s", step->move->plan.source_name, lack->option);
    hv_error_cause(step->err, "its migration settings have no %s, which came with Windows Server %s", lack->property,
                   lack->since);
    hv_error_remedy(step->err, "leave %s out", lack->option);
    return HV_E_ARGUMENT;
}

int hv_mig_class_unknown(struct hv_step *step) {
    struct hv_tuning_lack lack = { 0 };

    if (step->event->err && step->event->err->code == HV_E_MEMORY)
        return hv_error_copy(step->err, step->event->err);
    (void)hv_tuning_lacks(&step->move->plan.tuning, &step->move->seen, &lack);
    return refuse_unknown(step, &lack);
}

int hv_mig_class_answered(struct hv_step *step) {
    struct hv_move *move = step->move;
    struct hv_class *description = hv_op_take_class(step->event->op);
    struct hv_tuning_lack lack;

    if (description)
        hv_tuning_see_class(&move->seen, description);
    (void)hv_class_free(description);
    if (hv_tuning_lacks(&move->plan.tuning, &move->seen, &lack))
        return refuse_unknown(step, &lack);
    move->tuning_known = true;
    return hv_mig_prologue_next(step);
}

int hv_mig_enter_read_source(struct hv_step *step) {
    hv_mig_report(step->move, HV_REPORT_PHASE, "reading the hosts' migration settings");
    return hv_mig_query(step, HV_PEER_SOURCE, "Msvm_VirtualSystemMigrationServiceSettingData", NULL, NULL);
}

/* The one instance that a class of settings has; an error when the host shows none. */
static int only_instance(struct hv_step *step, const char *host, const struct hv_instance **ret_instance) {
    if (hv_op_n_instances(step->event->op) == 0) {
        (void)hv_error_set(step->err, HV_E_NOT_FOUND, "%s shows no migration service", host);
        hv_error_cause(step->err, "its Hyper-V role is missing or not ready, or the account lacks rights");
        hv_error_remedy(step->err, "add the account to \"Hyper-V Administrators\" on %s, and see that VMMS runs there", host);
        return HV_E_NOT_FOUND;
    }
    *ret_instance = hv_op_instance_at(step->event->op, 0);
    return 0;
}

static int require_enabled(struct hv_step *step, const char *host, const struct hv_instance *settings) {
    bool enabled;
    int r;

    r = hv_instance_bool(settings, "EnableVirtualSystemMigration", &enabled, step->err);
    if (r < 0)
        return r;
    if (r > 0 || enabled)
        return 0; /* not told: the host will judge */
    (void)hv_error_set(step->err, HV_E_NOT_MIGRATABLE, "live migration is disabled on %s", host);
    hv_error_cause(step->err, "EnableVirtualSystemMigration is false in its migration settings");
    hv_error_remedy(step->err, "enable it there: hvctl host config --enable -H %s", host);
    return HV_E_NOT_MIGRATABLE;
}

/* Can the credentials that we left at the source do what its setting wants of them (hyperv.md 5)? */
static int check_credentials(struct hv_step *step) {
    struct hv_move *move = step->move;
    enum hv_move_credentials credentials = move->plan.credentials;

    if (move->source_authentication == AUTHENTICATION_CREDSSP && credentials != HV_CREDENTIALS_GIVEN)
        return hv_mig_warn(
            move, step->err,
            "%s authenticates migrations by CredSSP: a move asked for by anybody who did not sign in by CredSSP will "
            "probably fail with 0x8009030E",
            move->plan.source_name);
    /* Reported only: simulated hosts do not mind. */
    if (move->source_authentication == AUTHENTICATION_KERBEROS && credentials == HV_CREDENTIALS_LOCAL)
        hv_mig_report(move, HV_REPORT_WARNING,
                      "signed in as a local account of the source, which is nobody at the destination: real hosts will probably "
                      "refuse the move with 0x8009030E; sign in as a domain user by negotiate");
    return 0;
}

int hv_mig_source_answered(struct hv_step *step) {
    struct hv_move *move = step->move;
    const struct hv_instance *settings = NULL;
    int r;

    r = only_instance(step, move->plan.source_name, &settings);
    if (r == 0)
        r = require_enabled(step, move->plan.source_name, settings);
    if (r < 0)
        return r;
    if (hv_instance_u64(settings, "AuthenticationType", UINT32_MAX, &move->source_authentication, NULL) != 0)
        move->source_authentication = UINT64_MAX;
    r = check_credentials(step);
    return r < 0 ? r : hv_mig_go(step, HV_MIG_STATE_READ_SERVICE);
}

int hv_mig_enter_read_service(struct hv_step *step) {
    return hv_mig_query(step, HV_PEER_SOURCE, SERVICE_CLASS, NULL, NULL);
}

int hv_mig_service_answered(struct hv_step *step) {
    struct hv_move *move = step->move;
    const struct hv_instance *shown = NULL;
    int r;

    r = only_instance(step, move->plan.source_name, &shown);
    if (r == 0)
        r = hv_reference_service(SERVICE_CLASS, shown, &move->service, step->err);
    if (r < 0)
        return r;
    return hv_mig_go(step, move->evidence.between_hosts ? HV_MIG_STATE_READ_LISTENERS : HV_MIG_STATE_REQUEST);
}

int hv_mig_enter_read_destination(struct hv_step *step) {
    return hv_mig_query(step, HV_PEER_DESTINATION, "Msvm_VirtualSystemMigrationServiceSettingData", NULL, NULL);
}

static int refuse_without_listener(struct hv_step *step) {
    (void)hv_error_set(step->err, HV_E_NOT_MIGRATABLE, "%s listens for migrations on no address",
                       hv_mig_destination_label(step->move));
    hv_error_cause(step->err, "its migration networks allow none of its addresses");
    hv_error_remedy(step->err, "allow one there: hvctl host network add CIDR -H %s", hv_mig_destination_label(step->move));
    hv_error_remedy(step->err, "or all of them: hvctl host network any on -H %s", hv_mig_destination_label(step->move));
    return HV_E_NOT_MIGRATABLE;
}

int hv_mig_destination_answered(struct hv_step *step) {
    struct hv_move *move = step->move;
    const struct hv_instance *settings = NULL;
    uint64_t authentication;
    int r;

    r = only_instance(step, hv_mig_destination_label(move), &settings);
    if (r == 0)
        r = require_enabled(step, hv_mig_destination_label(move), settings);
    if (r < 0)
        return r;
    if (hv_instance_u64(settings, "AuthenticationType", UINT32_MAX, &authentication, NULL) == 0 &&
        move->source_authentication != UINT64_MAX && authentication != move->source_authentication) {
        r = hv_mig_warn(move, step->err, "%s and %s authenticate migrations differently (one by CredSSP, one by Kerberos)",
                        move->plan.source_name, hv_mig_destination_label(move));
        if (r < 0)
            return r;
    }
    return move->no_listener ? refuse_without_listener(step) : hv_mig_go(step, HV_MIG_STATE_REQUEST);
}

int hv_mig_enter_read_listeners(struct hv_step *step) {
    return hv_mig_query(step, HV_PEER_DESTINATION, SERVICE_CLASS, NULL, NULL);
}

static int refuse_network(struct hv_step *step) {
    const char *label = hv_mig_destination_label(step->move);

    (void)hv_error_set(step->err, HV_E_NOT_MIGRATABLE, "%s takes migrations on no address in %s", label,
                       step->move->plan.tuning.network_text);
    hv_error_cause(step->err, "none of its listeners is in that network");
    hv_error_remedy(step->err, "see where it does: hvctl host show -H %s", label);
    hv_error_remedy(step->err, "allow that network there: hvctl host network add %s -H %s", step->move->plan.tuning.network_text,
                    label);
    return HV_E_NOT_MIGRATABLE;
}

/* A host shows its listeners only while migration is enabled (hyperv.md 2.1): the settings have to tell why there are none. */
int hv_mig_listeners_answered(struct hv_step *step) {
    struct hv_move *move = step->move;
    const struct hv_instance *service = NULL;
    const struct hv_property *listeners;
    int r;

    r = only_instance(step, hv_mig_destination_label(move), &service);
    if (r < 0)
        return r;
    listeners = hv_instance_find(service, "MigrationServiceListenerIPAddressList");
    move->no_listener = !listeners || hv_property_n_values(listeners) == 0;
    if (!move->no_listener && (move->plan.tuning.has_network || move->plan.tuning.all_listeners)) {
        r = hv_tuning_choose(&move->plan.tuning, listeners, step->err);
        if (r != 0)
            return r < 0 ? r : refuse_network(step);
    }
    /* Five requests have to do for a GUID (design.md 5); everybody else gets to know all that the destination's settings tell. */
    return hv_mig_go(step, move->no_listener || move->plan.check_only || !move->plan.vm_is_guid ? HV_MIG_STATE_READ_DESTINATION
                                                                                                : HV_MIG_STATE_REQUEST);
}

int hv_mig_prologue_failed(struct hv_step *step) {
    return hv_error_copy(step->err, step->event->err);
}

int hv_mig_prologue_detached(struct hv_step *step) {
    (void)hv_error_set(step->err, HV_E_CANCELLED, "interrupted before anything was started");
    return HV_E_CANCELLED;
}
