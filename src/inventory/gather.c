/* Rounds of enumerations (wsman.md 1.8, hyperv.md 1.5). */
#include "inventory/gather.h"

#include <string.h>

#include "base/error.h"
#include "hyperv/vm.h"
#include "wsman/wql.h"

enum { WQL_MAX_BYTES = 16384 };

static const uint32_t wbem_e_invalid_namespace = 0x8004100E;
static const uint32_t wsman_cannot_process_filter = 0x8033801A;

void hv_gather_init(struct hv_gather *gather, hv_gather_begin_fn *begin, hv_gather_add_fn *add, void *target) {
    memset(gather, 0, sizeof(*gather));
    gather->begin = begin;
    gather->add = add;
    gather->target = target;
}

static int item_add(void *context, struct hv_instance **instance, const struct hv_epr *epr, struct hv_error *err) {
    const struct hv_gather_query *query = context;
    (void)epr;
    return query->gather->add(query->gather->target, query->kind, *instance, err);
}

static int op_new(struct hv_gather_query *query, const char *class_name, const char *where, struct hv_op **ret_op,
                  struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf wql = HV_BUF_INIT(WQL_MAX_BYTES);
    HV_CLEANUP_FREE char *uri = NULL;
    const char *cim_namespace = query->gather->cim_namespace;
    if (where)
        hv_buf_printf(&wql, "SELECT * FROM %s WHERE %s", class_name, where);
    int r = hv_buf_finish(&wql, "query", err);
    if (r == 0)
        r = hv_resource_uri(cim_namespace ? cim_namespace : HV_NAMESPACE_V2, where ? "*" : class_name, &uri, err);
    if (r < 0)
        return r;
    const struct hv_enumerate_options options = {
        .resource_uri = uri,
        .wql = where ? hv_buf_text(&wql) : NULL,
        .mode = HV_ENUMERATE_OBJECT,
        .on_item = item_add,
        .context = query,
    };
    return hv_op_new_enumerate(&options, ret_op, err);
}

int hv_gather_query(struct hv_gather *gather, uint32_t kind, const char *class_name, const char *where, bool required,
                    struct hv_effects *effects, struct hv_error *err) {
    if (gather->n_queries == HV_GATHER_MAX_QUERIES)
        return hv_error_set(err, HV_E_LIMIT, "more than %d queries in one task", HV_GATHER_MAX_QUERIES);
    struct hv_gather_query *query = &gather->queries[gather->n_queries];
    struct hv_op *op = NULL;
    *query = (struct hv_gather_query){ gather, kind, required, gather->is_courtesy, gather->cim_namespace != NULL };
    int r = op_new(query, class_name, where, &op, err);
    if (r < 0)
        return r;
    hv_effects_run(effects, gather->peer, op, (uint32_t)gather->n_queries);
    gather->n_queries++;
    gather->n_pending++;
    return 0;
}

int hv_gather_find_vm(struct hv_gather *gather, uint32_t kind, const struct hv_vm_find *find, struct hv_effects *effects,
                      struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf where = HV_BUF_INIT(WQL_MAX_BYTES);
    hv_buf_printf(&where, "%s = ", hv_vm_find_property(find));
    hv_wql_quote(&where, hv_vm_find_value(find));
    int r = hv_buf_finish(&where, "query for the VM", err);
    return r < 0 ? r : hv_gather_query(gather, kind, "Msvm_ComputerSystem", where.data, true, effects, err);
}

bool hv_gather_is_missing(const struct hv_error *err) {
    /* A query for an unknown class ends so, on older hosts without WMI's own code (wsman.md 5.2, 5.3); ours are well formed. */
    if (err->wsman_code == wsman_cannot_process_filter && err->hresult == 0 && err->cim_status == 0)
        return true;
    return err->code == HV_E_NOT_FOUND && err->hresult != wbem_e_invalid_namespace;
}

/* A namespace other than Hyper-V's own may be missing altogether, as that of clusters is where there is none. */
static bool is_elsewhere(const struct hv_gather_query *query, const struct hv_error *err) {
    return !query->required && query->is_elsewhere && err->hresult == wbem_e_invalid_namespace;
}

static int query_end(struct hv_gather *gather, const struct hv_event *event, struct hv_error *err) {
    gather->n_pending--;
    if (event->kind == HV_EVENT_OP_DONE) {
        gather->answered = true;
        return 0;
    }
    if (gather->queries[event->tag].is_courtesy && event->err->code != HV_E_MEMORY)
        return 0;
    bool last_hope = !gather->answered && gather->n_pending == 0;
    if (is_elsewhere(&gather->queries[event->tag], event->err))
        return 0;
    if (gather->queries[event->tag].required || last_hope || !hv_gather_is_missing(event->err))
        return hv_error_copy(err, event->err);
    return 0;
}

int hv_gather_step(struct hv_gather *gather, const struct hv_event *event, struct hv_effects *effects, struct hv_error *err) {
    int r = 0;
    switch (event->kind) {
    case HV_EVENT_START:
        break;
    case HV_EVENT_OP_DONE:
    case HV_EVENT_OP_FAILED:
        r = query_end(gather, event, err);
        break;
    case HV_EVENT_WAKE:
    case HV_EVENT_JOB:
    case HV_EVENT_JOB_MISSING:
    case HV_EVENT_JOB_UNREACHABLE:
    case HV_EVENT_DETACH:
    case HV_EVENT_CANCEL:
        return HV_TASK_UNHANDLED;
    }
    if (r < 0 || gather->n_pending > 0)
        return r;
    r = gather->begin(gather->target, gather->round++, effects, err);
    if (r < 0 || gather->n_pending > 0)
        return r;
    if (gather->end)
        return gather->end(gather->end_target, effects, err);
    hv_effects_done(effects);
    return 0;
}
