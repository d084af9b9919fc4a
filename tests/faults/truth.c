/* See truth.h. */
#include "truth.h"

#include "base/size.h"
#include "base/text.h"

enum { TRUTH_MAX_BYTES = 4096, STATE_OFF = 3 };

static struct sim_vm *planned_of(const struct world *world, const struct scenario *scenario) {
    return scenario->vm ? sim_vm_find(world->fabric->hosts[1], scenario->vm, true) : NULL;
}

static void tell_text(const struct sim_object *object, const char *name, struct hv_buf *buf) {
    const struct sim_value *value = object ? sim_object_value(object, name) : NULL;
    char number[SIM_NUMBER_TEXT_SIZE];

    hv_buf_printf(buf, "%s", value && value->is_set && value->n_items > 0 ? sim_value_text(value, 0, number) : "nothing");
}

static void tell_planned(const struct world *world, const struct scenario *scenario, struct hv_buf *buf) {
    hv_buf_puts(buf, planned_of(world, scenario) ? "present" : "absent");
}

/* The switch of each adapter ("missing" when the host does not have it), each image, and the folder. */
static void tell_parts(const struct world *world, const struct scenario *scenario, struct hv_buf *buf) {
    const struct sim_vm *planned = planned_of(world, scenario);

    if (!planned) {
        hv_buf_puts(buf, "absent");
        return;
    }
    for (size_t i = 0; i < planned->active.resources.n_items; i++) {
        const struct sim_object *setting = planned->active.resources.items[i];

        if (sim_setting_is_media(setting))
            hv_buf_printf(buf, "image %s; ", sim_setting_resource(setting) ? sim_setting_resource(setting) : "none");
        if (sim_class_is_a(setting->class_, "Msvm_EthernetPortAllocationSettingData")) {
            const struct sim_switch *found = sim_switch_of(planned->host, setting);
            hv_buf_printf(buf, "switch %s; ", found ? found->name : "missing");
        }
    }
    tell_text(planned->active.system, "ConfigurationDataRoot", buf);
}

static void tell_processor(const struct world *world, const struct scenario *scenario, struct hv_buf *buf) {
    const struct sim_vm *vm = sim_vm_find(world->fabric->hosts[0], scenario->vm, false);

    for (size_t i = 0; vm && i < vm->active.resources.n_items; i++) {
        const struct sim_object *setting = vm->active.resources.items[i];

        if (sim_class_is_a(setting->class_, "Msvm_ProcessorSettingData"))
            tell_text(setting, scenario->detail, buf);
    }
}

static void tell_started(const struct world *world, const struct scenario *scenario, struct hv_buf *buf) {
    struct world_truth truth;
    bool has_job = false;

    world_look(world, scenario->vm, NULL, &truth);
    for (size_t i = 0; i < world->fabric->n_jobs; i++)
        has_job = has_job || hv_text_same(world->fabric->jobs[i]->vm_guid, scenario->vm);
    hv_buf_puts(buf, truth.state == STATE_OFF && !has_job ? "off" : "started");
}

static void tell_service(const struct world *world, struct hv_buf *buf) {
    static const char *const names[] = { "EnableVirtualSystemMigration", "MaximumActiveVirtualSystemMigration",
                                         "AuthenticationType", "EnableSmbTransport", "EnableCompression" };

    for (size_t i = 0; i < HV_ARRAY_SIZE(names); i++) {
        hv_buf_puts(buf, i > 0 ? ", " : "");
        tell_text(world->fabric->hosts[0]->migration_settings, names[i], buf);
    }
}

static void tell_networks(const struct world *world, struct hv_buf *buf) {
    const struct sim_list *networks = &world->fabric->hosts[0]->networks;

    for (size_t i = 0; i < networks->n_items; i++) {
        tell_text(networks->items[i], "SubnetNumber", buf);
        hv_buf_putc(buf, '/');
        tell_text(networks->items[i], "PrefixLength", buf);
        hv_buf_puts(buf, " metric ");
        tell_text(networks->items[i], "Metric", buf);
        hv_buf_puts(buf, "; ");
    }
}

static void tell_stored(const struct world *world, const struct scenario *scenario, struct hv_buf *buf) {
    const struct sim_list *stored = &world->fabric->hosts[0]->stored;

    for (size_t i = 0; i < stored->n_items; i++) {
        const struct sim_value *id = sim_object_value(stored->items[i], "Id");
        char number[SIM_NUMBER_TEXT_SIZE];

        if (!id || !id->is_set || !sim_class_is_a(stored->items[i]->class_, "Hvsim_AllTypes") ||
            !hv_text_same(sim_value_text(id, 0, number), scenario->detail))
            continue;
        tell_text(stored->items[i], "Uint8", buf);
        return;
    }
    hv_buf_puts(buf, "absent");
}

char *truth_tell(const struct world *world, const struct scenario *scenario) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(TRUTH_MAX_BYTES);
    char *taken = NULL;

    switch (scenario->thing) {
    case THING_NONE:
        break;
    case THING_PLANNED:
        tell_planned(world, scenario, &buf);
        break;
    case THING_PROCESSOR:
        tell_processor(world, scenario, &buf);
        break;
    case THING_STARTED:
        tell_started(world, scenario, &buf);
        break;
    case THING_SERVICE:
        tell_service(world, &buf);
        break;
    case THING_NETWORKS:
        tell_networks(world, &buf);
        break;
    case THING_STORED:
        tell_stored(world, scenario, &buf);
        break;
    case THING_PLANNED_PARTS:
        tell_parts(world, scenario, &buf);
        break;
    }
    return hv_buf_take(&buf, "the truth", &taken, NULL) == 0 ? taken : NULL;
}
