/* Reading a migration request: everything that is refused at once, by return value (hyperv.md 2.1, 7.4). */
#include "request.h"

#include "base/text.h"
#include "base/uuid.h"
#include "class.h"
#include "provider.h"

void sim_request_deinit(struct sim_request *request) {
    sim_embedded_deinit(&request->settings);
    sim_embedded_deinit(&request->system);
    for (size_t i = 0; i < request->n_resources; i++)
        sim_embedded_deinit(&request->resources[i]);
    for (size_t i = 0; i < request->n_unmanaged; i++)
        sim_embedded_deinit(&request->unmanaged[i]);
    free(request->resources);
    free(request->unmanaged);
}

const struct sim_embedded *sim_request_resource(const struct sim_request *request, const char *instance_id) {
    for (size_t i = 0; i < request->n_resources; i++)
        if (hv_text_same(sim_object_text(request->resources[i].object, "InstanceID"), instance_id))
            return &request->resources[i];
    return NULL;
}

/* ---- steps: each gives the return value to answer, 0 to go on; out of memory is HRESULT sized ---- */

static uint32_t refuse(const struct sim_request *request, uint32_t value, const char *why, const char *what) {
    sim_fabric_refuse(request->host->fabric, "%s%s%s", why, what ? ": " : "", what ? what : "");
    return value;
}

static uint32_t embedded_read(const struct sim_request *request, const char *class_name, const char *text,
                              struct sim_embedded *ret) {
    struct sim_embedded_rules rules = sim_host_rules(request->host);
    int r = sim_embedded_parse(&rules, class_name, text, ret);
    if (r < 0)
        return SIM_WBEM_OUT_OF_MEMORY;
    return r ? refuse(request, SIM_INVALID_PARAMETER, class_name, ret->reason) : 0;
}

static uint32_t vm_read(const struct sim_method_call *call, struct sim_request *request) {
    const struct sim_value *value = sim_arg_value(call, "ComputerSystem");
    if (!value->is_set)
        return refuse(request, SIM_INVALID_PARAMETER, "no ComputerSystem", NULL);
    const struct sim_path *path = value->items[0].path;
    const char *name = sim_path_key(path, "Name");
    const char *creation_class = sim_path_key(path, "CreationClassName");
    const struct sim_class *class_ = sim_schema_class(request->host->fabric->schema, SIM_NS_VIRTUALIZATION, path->class_name);
    if (!name || !creation_class || !class_ || !sim_class_is_a(class_, "CIM_ComputerSystem"))
        return refuse(request, SIM_INVALID_PARAMETER, "ComputerSystem is no complete path to a machine", NULL);
    if (hv_text_same(creation_class, "Msvm_PlannedComputerSystem") && sim_vm_find(request->host, name, true))
        return refuse(request, SIM_INVALID_STATE, "ComputerSystem is a planned machine", NULL);
    if (hv_text_same(name, request->host->netbios))
        return refuse(request, SIM_INVALID_PARAMETER, "ComputerSystem is the host", NULL);
    request->vm = sim_vm_find(request->host, name, false);
    if (!request->vm || !hv_text_same(creation_class, "Msvm_ComputerSystem"))
        return refuse(request, SIM_WBEM_NOT_FOUND, "no such ComputerSystem", name);
    return 0;
}

static uint32_t type_check(struct sim_request *request) {
    const struct sim_object *settings = request->settings.object;
    uint64_t transport = sim_object_number(settings, "TransportType", 0);
    request->type = (uint16_t)sim_object_number(settings, "MigrationType", 0);
    if (request->type < SIM_TYPE_VM || request->type > SIM_TYPE_DEEP_CHECK)
        return refuse(request, SIM_INVALID_PARAMETER, "MigrationType", NULL);
    if (request->type == SIM_TYPE_DEEP_CHECK && !request->is_check)
        return refuse(request, SIM_NOT_SUPPORTED, "a deep check is no move", NULL);
    bool is_smb = transport == 32768 && request->host->build >= SIM_BUILD_2012_R2;
    if (sim_type_is_remote(request->type) && transport != 5 && !is_smb)
        return refuse(request, SIM_INVALID_PARAMETER, "TransportType must be 5, or 32768 from 2012 R2 on", NULL);
    if (sim_object_number(settings, "CPUCappingMagnitude", 0) > 2)
        return refuse(request, SIM_INVALID_PARAMETER, "CPUCappingMagnitude must be 0, 1 or 2", NULL);
    if (!sim_type_is_remote(request->type) && transport != 0 && transport != 5)
        return refuse(request, SIM_INVALID_PARAMETER, "TransportType with a storage migration", NULL);
    return 0;
}

static uint32_t destination_check(struct sim_request *request) {
    const struct sim_object *settings = request->settings.object;
    const struct sim_value *addresses = sim_object_value(settings, "DestinationIPAddressList");
    const char *planned = sim_object_text(settings, "DestinationPlannedVirtualSystemId");
    struct hv_uuid uuid;
    bool is_named = request->destination && *request->destination;
    if (sim_type_is_remote(request->type) && !is_named)
        return refuse(request, SIM_INVALID_PARAMETER, "no DestinationHost", NULL);
    if (!sim_type_is_remote(request->type) && request->destination)
        return refuse(request, SIM_INVALID_PARAMETER, "DestinationHost with a storage migration", NULL);
    if (!sim_type_is_remote(request->type) && addresses->n_items)
        return refuse(request, SIM_INVALID_PARAMETER, "DestinationIPAddressList with a storage migration", NULL);
    if (!planned)
        return 0;
    if (!hv_uuid_parse(planned, &uuid) || (request->type != SIM_TYPE_VM && request->type != SIM_TYPE_VM_AND_STORAGE))
        return refuse(request, SIM_INVALID_PARAMETER, "DestinationPlannedVirtualSystemId", planned);
    return 0;
}

static uint32_t system_read(const struct sim_method_call *call, struct sim_request *request) {
    const char *text = sim_arg_text(call, "NewSystemSettingData");
    if (!text)
        return 0;
    uint32_t r = embedded_read(request, "Msvm_VirtualSystemSettingData", text, &request->system);
    if (r)
        return r;
    const char *id = sim_object_text(request->system.object, "InstanceID");
    if (!hv_text_same(id, sim_object_text(request->vm->active.system, "InstanceID")))
        return refuse(request, SIM_INVALID_PARAMETER, "NewSystemSettingData is not of this machine", id);
    return 0;
}

/* A setting that stays the same setting: only what it points to may differ. */
static uint32_t resource_check(struct sim_request *request, const struct sim_embedded *resource) {
    const struct sim_object *object = resource->object;
    const char *id = sim_object_text(object, "InstanceID");
    struct sim_object *existing = id ? sim_vm_setting(request->vm, id, NULL) : NULL;
    const char *subtype = sim_object_text(object, "ResourceSubType");
    if (!existing || existing->class_ != object->class_)
        return refuse(request, SIM_INVALID_PARAMETER, "NewResourceSettingData names no setting of this machine", id);
    uint64_t type = sim_object_number(existing, "ResourceType", 0);
    if (sim_object_number(object, "ResourceType", type) != type ||
        (subtype && !hv_text_same(subtype, sim_object_text(existing, "ResourceSubType"))))
        return refuse(request, SIM_INVALID_PARAMETER, "NewResourceSettingData changes the kind of a setting", id);
    if (sim_request_resource(request, id) != resource)
        return refuse(request, SIM_INVALID_PARAMETER, "NewResourceSettingData names a setting twice", id);
    return 0;
}

static uint32_t resources_read(const struct sim_method_call *call, struct sim_request *request) {
    const struct sim_value *value = sim_arg_value(call, "NewResourceSettingData");
    if (value->n_items > SIM_RESOURCES_MAX)
        return refuse(request, SIM_INVALID_PARAMETER, "too many NewResourceSettingData", NULL);
    request->resources = calloc(value->n_items + 1, sizeof(*request->resources));
    if (!request->resources)
        return SIM_WBEM_OUT_OF_MEMORY;
    for (size_t i = 0; i < value->n_items; i++) {
        uint32_t r = embedded_read(request, "CIM_ResourceAllocationSettingData", value->items[i].text, &request->resources[i]);
        request->n_resources++;
        r = r ? r : resource_check(request, &request->resources[i]);
        if (r)
            return r;
    }
    return 0;
}

static uint32_t unmanaged_read(struct sim_request *request) {
    const struct sim_value *value = sim_object_value(request->settings.object, "UnmanagedVhds");
    size_t n = value ? value->n_items : 0;
    request->unmanaged = calloc(n + 1, sizeof(*request->unmanaged));
    if (!request->unmanaged)
        return SIM_WBEM_OUT_OF_MEMORY;
    for (size_t i = 0; i < n; i++) {
        struct sim_embedded *unmanaged = &request->unmanaged[i];
        uint32_t r = embedded_read(request, "Msvm_MoveUnmanagedVhd", value->items[i].text, unmanaged);
        request->n_unmanaged++;
        if (r)
            return r;
        if (!sim_object_text(unmanaged->object, "VhdSourcePath") || !sim_object_text(unmanaged->object, "VhdDestinationPath"))
            return refuse(request, SIM_INVALID_PARAMETER, "UnmanagedVhds lacks a path", NULL);
    }
    return 0;
}

static uint32_t state_check(const struct sim_request *request) {
    uint16_t state = request->vm->state;
    if (request->vm->job)
        return refuse(request, SIM_IN_USE, "the machine is being moved", NULL);
    if (state != 2 && state != 3 && state != 6 && state != 9)
        return refuse(request, SIM_INVALID_STATE, "the machine is between two states", NULL);
    return 0;
}

static uint32_t all_read(const struct sim_method_call *call, struct sim_request *request) {
    const char *text = sim_arg_text(call, "MigrationSettingData");
    uint32_t r;
    if ((r = vm_read(call, request)))
        return r;
    if (!text)
        return refuse(request, SIM_INVALID_PARAMETER, "no MigrationSettingData", NULL);
    if ((r = embedded_read(request, "Msvm_VirtualSystemMigrationSettingData", text, &request->settings)) ||
        (r = type_check(request)) || (r = destination_check(request)) || (r = system_read(call, request)) ||
        (r = resources_read(call, request)) || (r = unmanaged_read(request)))
        return r;
    return state_check(request);
}

uint32_t sim_request_read(const struct sim_method_call *call, struct sim_request *request, uint32_t *ret_value) {
    *request = (struct sim_request){ .host = call->host, .caller = call->caller };
    request->is_check = !hv_text_starts(call->method->name, "Migrate");
    request->destination = sim_arg_text(call, "DestinationHost");
    uint32_t r = all_read(call, request);
    bool is_hresult = (r & 0x80000000U) != 0;
    *ret_value = is_hresult ? 0 : r;
    return is_hresult ? r : 0;
}
