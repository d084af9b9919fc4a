/* Identity of instances, as a hash over texts. It stays in this process, so that neither byte order nor word size matter. */
#include "cim/identity.h"

#include <string.h>

#include "cim/instance.h"

/* Odd, and with as many ones as zeros: 2^64 divided by the golden ratio. */
#define FACTOR UINT64_C(0x9E3779B97F4A7C15)

static uint64_t mix_word(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * FACTOR;
    return hash ^ hash >> 32;
}

/* All bytes of TEXT with the bits of FOLD set in each eight of them, and their number. */
static uint64_t mix(uint64_t hash, const char *text, uint64_t fold) {
    size_t n = strlen(text);
    uint64_t word;

    hash = mix_word(hash, n);
    for (; n >= sizeof(word); n -= sizeof(word), text += sizeof(word)) {
        memcpy(&word, text, sizeof(word));
        hash = mix_word(hash, word | fold);
    }
    word = 0;
    memcpy(&word, text, n);
    return mix_word(hash, word | fold);
}

static uint64_t mix_text(uint64_t hash, const char *text) {
    return mix(hash, text, 0);
}

/* Names of classes, properties and selectors mean the same in any case; the bit that tells it is the same in every letter. */
static uint64_t mix_name(uint64_t hash, const char *name) {
    return mix(hash, name, UINT64_C(0x2020202020202020));
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

static uint64_t mix_value(uint64_t hash, const struct hv_property *property, size_t index) {
    const char *text = hv_property_text(property, index);
    const struct hv_epr *reference;
    const struct hv_instance *object;

    if (text)
        return mix_text(hash ^ 1, text);
    reference = hv_property_reference(property, index);
    if (reference)
        return mix_epr(hash ^ 2, reference);
    object = hv_property_instance(property, index);
    return object ? mix_values(hash ^ 3, object) : hash;
}

static uint64_t mix_property(uint64_t hash, const struct hv_property *property) {
    size_t n = hv_property_n_values(property);

    hash = mix_word(hash, (uint64_t)n << 32 | hv_property_sign(property));
    for (size_t i = 0; i < n; i++)
        hash = mix_value(hash, property, i);
    return hash;
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
