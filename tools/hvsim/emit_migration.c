/* The migration service and what belongs to it, and jobs (hyperv.md 2.1 to 2.6). */
#include "base/size.h"
#include "provider.h"

void sim_emit_migration_service(struct sim_sink *sink) {
    const struct sim_host *host = sink->host;
    struct sim_object *service = sim_object_new(sink->class_, host->build);
    sim_set_text(service, "SystemCreationClassName", "Msvm_ComputerSystem");
    sim_set_text(service, "SystemName", host->netbios);
    sim_set_text(service, "CreationClassName", "Msvm_VirtualSystemMigrationService");
    sim_set_text(service, "Name", "migrationwmi");
    sim_set_text(service, "ElementName", "Hyper-V Virtual System Migration Service");
    sim_set_text(service, "Caption", "Hyper-V Virtual System Migration Service");
    sim_set_text(service, "Description", "Moves virtual machines and their storage.");
    sim_set_number(service, "EnabledState", 2);
    sim_set_number(service, "EnabledDefault", 2);
    sim_set_number(service, "RequestedState", 12);
    sim_set_number(service, "HealthState", 5);
    sim_add_number(service, "OperationalStatus", 2);
    sim_add_text(service, "StatusDescriptions", "OK");
    sim_set_bool(service, "Started", true);
    sim_set_number(service, "ActiveVirtualSystemMigrationCount", sim_host_active(host, false));
    sim_set_number(service, "ActiveStorageMigrationCount", sim_host_active(host, true));
    for (size_t i = 0; sim_host_is_migration_on(host) && i < host->listeners.n_items; i++)
        sim_add_text(service, "MigrationServiceListenerIPAddressList", host->listeners.items[i]);
    sim_sink_add(sink, service);
}

void sim_emit_migration_templates(struct sim_sink *sink) {
    static const struct {
        const char *id;
        uint16_t type;
    } templates[] = {
        { "Microsoft:VirtualSystem", SIM_TYPE_VM },
        { "Microsoft:Storage", SIM_TYPE_STORAGE },
        { "Microsoft:Staged", SIM_TYPE_STAGED },
        { "Microsoft:VirtualSystemAndStorage", SIM_TYPE_VM_AND_STORAGE },
    };
    for (size_t i = 0; i < HV_ARRAY_SIZE(templates); i++) {
        struct sim_object *setting = sim_object_new(sink->class_, sink->host->build);
        sim_set_text(setting, "InstanceID", templates[i].id);
        sim_set_text(setting, "ElementName", "Virtual System Migration Settings");
        sim_set_text(setting, "Caption", "Virtual System Migration Settings");
        sim_set_number(setting, "MigrationType", templates[i].type);
        sim_set_number(setting, "TransportType", 5);
        sim_set_bool(setting, "RetainVhdCopiesOnSource", false);
        sim_set_bool(setting, "EnableCompression", sim_object_flag(sink->host->migration_settings, "EnableCompression", false));
        sim_set_bool(setting, "AvoidRemovingVHDs", false);
        sim_sink_add(sink, setting);
    }
}

void sim_emit_migration_settings(struct sim_sink *sink) {
    sim_sink_copy(sink, sink->host->migration_settings);
}

void sim_emit_migration_capabilities(struct sim_sink *sink) {
    static const uint16_t asynchronous[] = { 2, 3, 32768 };
    static const uint16_t synchronous[] = { 4, 5 };
    static const uint16_t formats[] = { 2, 3, 4 };
    struct sim_object *capabilities = sim_object_new(sink->class_, sink->host->build);
    sim_set_text(capabilities, "InstanceID", "Microsoft:VirtualSystemMigrationCapabilities");
    sim_set_text(capabilities, "ElementName", "Virtual System Migration Capabilities");
    for (size_t i = 0; i < HV_ARRAY_SIZE(asynchronous); i++)
        sim_add_number(capabilities, "AsynchronousMethodsSupported", asynchronous[i]);
    for (size_t i = 0; i < HV_ARRAY_SIZE(synchronous); i++)
        sim_add_number(capabilities, "SynchronousMethodsSupported", synchronous[i]);
    for (size_t i = 0; i < HV_ARRAY_SIZE(formats); i++)
        sim_add_number(capabilities, "DestinationHostFormatsSupported", formats[i]);
    sim_sink_add(sink, capabilities);
}

void sim_emit_networks(struct sim_sink *sink) {
    for (size_t i = 0; i < sink->host->networks.n_items; i++)
        sim_sink_copy(sink, sink->host->networks.items[i]);
}

void sim_emit_jobs(struct sim_sink *sink) {
    for (size_t i = 0; i < sink->host->fabric->n_jobs; i++) {
        const struct sim_job *job = sink->host->fabric->jobs[i];
        if (job->host == sink->host && !job->is_hidden &&
            sink->class_ == sim_schema_class(sink->host->fabric->schema, SIM_NS_VIRTUALIZATION, sim_job_class(job)))
            sim_sink_add(sink, sim_job_object(job));
    }
}
