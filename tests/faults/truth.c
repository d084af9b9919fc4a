/* See truth.h. */
#include "truth.h"

#include "base/text.h"

enum { TRUTH_MAX_BYTES = 4096 };

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

char *truth_tell(const struct world *world, const struct scenario *scenario) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(TRUTH_MAX_BYTES);
    char *taken = NULL;

    switch (scenario->thing) {
    case THING_NONE:
        break;
    case THING_PLANNED:
        tell_planned(world, scenario, &buf);
        break;
    case THING_PLANNED_PARTS:
        tell_parts(world, scenario, &buf);
        break;
    }
    return hv_buf_take(&buf, "the truth", &taken, NULL) == 0 ? taken : NULL;
}
