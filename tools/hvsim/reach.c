/* Whether source and destination can talk about this VM at all: service settings, network, sign-in, slots (hyperv.md 4, 5). */
#include <string.h>

#include "base/cidr.h"
#include "request.h"

/* Percent of the move at which each trouble shows. */
enum { AT_CONNECT = 3, AT_SLOT = 4 };

static uint64_t auth_of(const struct sim_host *host) {
    return sim_object_number(host->migration_settings, "AuthenticationType", 0);
}

/* As addresses: fd00:0::1 is fd00::1. */
static bool is_listener(const struct sim_host *host, const char *address) {
    struct hv_ip wanted, own;
    if (sim_texts_has(&host->listeners, address))
        return true;
    if (!hv_ip_parse(address, &wanted))
        return false;
    for (size_t i = 0; i < host->listeners.n_items; i++)
        if (hv_ip_parse(host->listeners.items[i], &own) && own.n_bytes == wanted.n_bytes &&
            memcmp(own.bytes, wanted.bytes, wanted.n_bytes) == 0)
            return true;
    return false;
}

static bool address_reached(const struct sim_request *request, const struct sim_host *destination) {
    const struct sim_value *wanted = sim_object_value(request->settings.object, "DestinationIPAddressList");
    if (!wanted || wanted->n_items == 0)
        return true;
    for (size_t i = 0; i < wanted->n_items; i++)
        if (wanted->items[i].text && is_listener(destination, wanted->items[i].text))
            return true;
    return false;
}

static void connect_note(struct sim_problems *problems, const struct sim_request *request, uint32_t hresult, const char *why) {
    sim_problem_note(problems, AT_CONNECT, hresult, NULL, "Failed to establish a connection with host '%s': %s.",
                     request->destination, why);
}

static bool is_connected(const struct sim_request *request, struct sim_host *destination, struct sim_problems *problems) {
    size_t before = problems->n_items;
    if (!destination)
        connect_note(problems, request, 0x800706BA, "the host name is unknown or the RPC server is unavailable");
    else if (destination->is_down)
        connect_note(problems, request, 0x8007274C, "the connection attempt timed out");
    else if (destination == request->host)
        sim_problem_note(problems, AT_CONNECT, 0x80070057, NULL, "Source and destination are the same host '%s'.",
                         destination->netbios);
    else if (!sim_host_is_migration_on(destination))
        connect_note(problems, request, 0x8007274D,
                     "live migration is not enabled at the destination; the connection was refused");
    else if (destination->listeners.n_items == 0)
        connect_note(problems, request, 0x8007274D, "no network accepts live migration at the destination");
    else if (!address_reached(request, destination))
        connect_note(problems, request, 0x8007274C, "none of the given addresses answered");
    return problems->n_items == before;
}

/* Protocol transition makes any sign-in good where both hosts use Kerberos; else the caller must have left a credential. */
static bool is_authenticated(const struct sim_request *request, const struct sim_host *destination,
                             struct sim_problems *problems) {
    bool both_kerberos = auth_of(request->host) == 1 && auth_of(destination) == 1;
    bool both_credssp = auth_of(request->host) == 0 && auth_of(destination) == 0;
    if (both_kerberos || (both_credssp && request->caller->scheme == SIM_SCHEME_CREDSSP))
        return true;
    sim_problem_note(
        problems, AT_CONNECT, 0x8009030E, NULL,
        "The Virtual Machine Management Service failed to authenticate the connection for a migration with host '%s' at the "
        "source host: no suitable credentials available.",
        request->destination);
    return false;
}

static void slots_check(const struct sim_request *request, const struct sim_plan *plan, struct sim_problems *problems) {
    bool is_storage = request->type == SIM_TYPE_STORAGE;
    const char *limit = is_storage ? "MaximumActiveStorageMigration" : "MaximumActiveVirtualSystemMigration";
    struct sim_host *const hosts[] = { request->host, plan->destination };
    if (request->is_check)
        return;
    for (size_t i = 0; i < (is_storage ? 1U : 2U); i++) {
        uint64_t most = sim_object_number(hosts[i]->migration_settings, limit, 0);
        if (sim_host_active(hosts[i], is_storage) >= most)
            sim_problem_note(problems, AT_SLOT, 0, NULL, "The limit of %u %smigrations is reached at host '%s'.", (unsigned)most,
                             is_storage ? "storage " : "", hosts[i]->netbios);
    }
}

bool sim_plan_reach(const struct sim_request *request, struct sim_plan *plan, struct sim_problems *problems) {
    struct sim_host *host = request->host;
    if (request->node) {
        plan->destination = request->node;
        if (request->node->is_down)
            connect_note(problems, request, 0x8007274C, "the connection attempt timed out");
        slots_check(request, plan, problems);
        return true;
    }
    if (request->type == SIM_TYPE_STORAGE) {
        plan->destination = host;
        slots_check(request, plan, problems);
        return true;
    }
    if (!sim_host_is_migration_on(host)) {
        sim_problem_note(problems, AT_CONNECT, 0, NULL, "Live migration is not enabled at the source host '%s'.", host->netbios);
        return false;
    }
    struct sim_host *destination = sim_fabric_resolve(host->fabric, request->destination);
    if (!is_connected(request, destination, problems) || !is_authenticated(request, destination, problems))
        return false;
    plan->destination = destination;
    slots_check(request, plan, problems);
    return true;
}
