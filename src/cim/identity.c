/* Identity of instances, as FNV-1a over texts with their lengths told by a NUL. */
#include "cim/identity.h"

#include "base/text.h"

#define FNV_PRIME UINT64_C(0x100000001B3)

static uint64_t mix_text(uint64_t hash, const char *text) {
    for (; *text; text++)
        hash = (hash ^ (uint8_t)*text) * FNV_PRIME;
    return hash * FNV_PRIME; /* the NUL */
}

/* Names of classes, properties and selectors mean the same in any case. */
static uint64_t mix_name(uint64_t hash, const char *name) {
    for (; *name; name++)
        hash = (hash ^ (uint8_t)hv_text_lower(*name)) * FNV_PRIME;
    return hash * FNV_PRIME;
}

static uint64_t mix_epr(uint64_t hash, const struct hv_epr *epr) {
    hash = mix_name(hash, hv_epr_resource_uri(epr));
    for (size_t i = 0; i < hv_epr_n_selectors(epr); i++) {
        const char *value = hv_epr_selector_value(epr, i);

        hash = mix_name(hash, hv_epr_selector_name(epr, i));
        hash = value ? mix_text(hash, value) : mix_epr(hash, hv_epr_selector_reference(epr, i));
    }
    return hash;
}

static uint64_t mix_values(uint64_t hash, const struct hv_instance *instance);

static uint64_t mix_property(uint64_t hash, const struct hv_property *property) {
    hash = mix_name(hash, hv_property_name(property));
    for (size_t i = 0; i < hv_property_n_values(property); i++) {
        const char *text = hv_property_text(property, i);
        const struct hv_epr *reference = hv_property_reference(property, i);
        const struct hv_instance *object = hv_property_instance(property, i);

        if (text)
            hash = mix_text(hash ^ 1, text);
        else if (reference)
            hash = mix_epr(hash ^ 2, reference);
        else if (object)
            hash = mix_values(hash ^ 3, object);
    }
    return hash * FNV_PRIME;
}

static uint64_t mix_values(uint64_t hash, const struct hv_instance *instance) {
    for (size_t i = 0; i < hv_instance_n_properties(instance); i++)
        hash = mix_property(hash, hv_instance_property(instance, i));
    return hash;
}

/* True when the first of NAMES has a value: the keys are then these, as far as they are there. */
static bool mix_keys(uint64_t *hash, const struct hv_instance *instance, const char *const *names) {
    if (!hv_instance_text(instance, names[0]))
        return false;
    for (; *names; names++) {
        const struct hv_property *property = hv_instance_find(instance, *names);

        if (property)
            *hash = mix_property(*hash, property);
    }
    return true;
}

uint64_t hv_identity_mix(uint64_t hash, const struct hv_instance *instance, const struct hv_epr *epr) {
    static const char *const setting[] = { "InstanceID", NULL };
    static const char *const element[] = {
        "CreationClassName", "Name", "DeviceID", "SystemCreationClassName", "SystemName", NULL,
    };

    if (!epr && instance)
        epr = hv_instance_epr(instance);
    if (epr)
        return mix_epr(hash, epr);
    hash = mix_name(hash, hv_instance_class(instance));
    if (mix_keys(&hash, instance, setting) || mix_keys(&hash, instance, element))
        return hash;
    return mix_values(hash, instance);
}
