/* Msvm_VirtualSystemMigrationSettingData beyond type and transport (hyperv.md 2.2). */
#include "migration/tuning.h"

#include <hvctl/wsman.h>
#include <stdio.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "cim/instance.h"
#include "hyperv/field.h"

enum { MAX_ADDRESSES = 256, MAX_UNMANAGED = 1024, NUMBER_SIZE = 16 };

/* ---- reading ---- */

static int refuse(struct hv_error *err, const char *remedy, const char *message) {
    (void)hv_error_set(err, HV_E_ARGUMENT, "%s", message);
    hv_error_remedy(err, "%s", remedy);
    return HV_E_ARGUMENT;
}

/* Is anything asked for that concerns the way from one host to another? */
static bool has_way(const struct hv_move_tuning *tuning) {
    return tuning->all_listeners || tuning->network || tuning->n_destination_ips > 0 || tuning->smb || tuning->compression ||
           tuning->cancel_on_long_blackout || tuning->cpu_cap || tuning->processor_pool;
}

static int check(const struct hv_move_options *options, struct hv_error *err) {
    const struct hv_move_tuning *tuning = &options->tuning;

    if (options->type == HV_MOVE_STORAGE && has_way(tuning))
        return refuse(err, "leave out what concerns the way between two hosts",
                      "storage that stays on its host has no way to go");
    if (tuning->network && tuning->n_destination_ips > 0)
        return refuse(err, "give --network or --dest-ip", "a network and addresses were given");
    if (tuning->smb && tuning->compression == HV_CHOICE_YES)
        return refuse(err, "compress over TCP: --transport tcp", "compression is ignored with SMB");
    if (tuning->n_destination_ips > MAX_ADDRESSES || tuning->n_unmanaged > MAX_UNMANAGED)
        return refuse(err, "give fewer", "too many addresses or unmanaged disks");
    return 0;
}

static int copy_addresses(struct hv_tuning *tuning, const struct hv_move_tuning *wish, struct hv_error *err) {
    if (wish->n_destination_ips == 0)
        return 0;
    tuning->addresses = calloc(wish->n_destination_ips, sizeof(*tuning->addresses));
    if (!tuning->addresses)
        return hv_error_memory(err);
    for (size_t i = 0; i < wish->n_destination_ips; i++) {
        struct hv_ip address;
        int r;

        if (!hv_ip_parse(wish->destination_ips[i], &address)) {
            (void)hv_error_set(err, HV_E_ARGUMENT, "\"%s\" is no internet address", wish->destination_ips[i]);
            hv_error_remedy(err, "see where the destination takes migrations: hvctl host show");
            return HV_E_ARGUMENT;
        }
        r = hv_text_copy(wish->destination_ips[i], &tuning->addresses[tuning->n_addresses], err);
        if (r < 0)
            return r;
        tuning->n_addresses++;
    }
    return 0;
}

static int read_network(struct hv_tuning *tuning, const char *text, struct hv_error *err) {
    if (!text)
        return 0;
    if (!hv_cidr_parse(text, &tuning->network)) {
        (void)hv_error_set(err, HV_E_ARGUMENT, "\"%s\" is no network", text);
        hv_error_remedy(err, "write it as 192.0.2.0/24 or fd00:1::/48");
        return HV_E_ARGUMENT;
    }
    tuning->has_network = true;
    return hv_text_copy(text, &tuning->network_text, err);
}

static int check_unmanaged(const struct hv_move_tuning *wish, struct hv_error *err) {
    int r = 0;

    for (size_t i = 0; r == 0 && i < wish->n_unmanaged; i++) {
        r = hv_plan_check_path(wish->unmanaged[i].source, "path of an unmanaged disk", err);
        if (r == 0)
            r = hv_plan_check_path(wish->unmanaged[i].destination, "new path of an unmanaged disk", err);
    }
    return r;
}

/* One disk in two places, or two in one. */
static int compare_unmanaged(const struct hv_tuning *tuning, struct hv_error *err) {
    for (size_t i = 0; i < tuning->n_unmanaged; i++) {
        for (size_t k = i + 1; k < tuning->n_unmanaged; k++) {
            const struct hv_plan_mapping *a = &tuning->unmanaged[i];
            const struct hv_plan_mapping *b = &tuning->unmanaged[k];
            bool one_disk = hv_text_same(a->source, b->source);
            bool one_place = hv_text_same(a->destination, b->destination);
            if (!one_disk && !one_place)
                continue;
            (void)hv_error_set(err, HV_E_ARGUMENT, "%s \"%s\"",
                               one_disk ? "--unmanaged twice for the disk" : "two unmanaged disks would become",
                               one_disk ? a->source : a->destination);
            hv_error_cause(err, "\"%s\" and \"%s\"", one_disk ? a->destination : a->source,
                           one_disk ? b->destination : b->source);
            hv_error_remedy(err, "leave one of the two out, or give it a place of its own");
            return HV_E_ARGUMENT;
        }
    }
    return 0;
}

static int copy_unmanaged(struct hv_tuning *tuning, const struct hv_move_tuning *wish, struct hv_error *err) {
    int r = hv_plan_copy_mappings(wish->unmanaged, wish->n_unmanaged, &tuning->unmanaged, &tuning->n_unmanaged, err);

    for (size_t i = 0; r == 0 && i < tuning->n_unmanaged; i++) {
        char *target = NULL;
        r = hv_plan_target(tuning->unmanaged[i].destination, tuning->unmanaged[i].source, &target, err);
        if (r < 0)
            break;
        free(tuning->unmanaged[i].destination);
        tuning->unmanaged[i].destination = target;
    }
    return r < 0 ? r : compare_unmanaged(tuning, err);
}

int hv_tuning_init(struct hv_tuning *tuning, const struct hv_move_options *options, struct hv_error *err) {
    const struct hv_move_tuning *wish = &options->tuning;
    int r = check(options, err);

    if (r == 0)
        r = check_unmanaged(wish, err);
    if (r < 0)
        return r;
    tuning->transport = options->type == HV_MOVE_STORAGE ? HV_TRANSPORT_NONE : wish->smb ? HV_TRANSPORT_SMB : HV_TRANSPORT_TCP;
    tuning->compression = wish->compression;
    tuning->all_listeners = wish->all_listeners;
    tuning->cancel_on_long_blackout = wish->cancel_on_long_blackout;
    tuning->cpu_cap = wish->cpu_cap;
    tuning->overwrite = wish->overwrite;
    tuning->keep_source = wish->keep_source;
    tuning->avoid_removing_vhds = wish->avoid_removing_vhds;
    tuning->remove_source_unmanaged = wish->remove_source_unmanaged;
    r = read_network(tuning, wish->network, err);
    if (r == 0)
        r = copy_addresses(tuning, wish, err);
    if (r == 0)
        r = copy_unmanaged(tuning, wish, err);
    return r < 0 ? r : hv_text_copy(wish->processor_pool, &tuning->processor_pool, err);
}

void hv_tuning_deinit(struct hv_tuning *tuning) {
    free(tuning->network_text);
    (void)hv_field_texts_free(tuning->addresses, tuning->n_addresses);
    hv_plan_free_mappings(tuning->unmanaged, tuning->n_unmanaged);
    free(tuning->processor_pool);
    *tuning = (struct hv_tuning){ 0 };
}

/* ---- what a host knows ---- */

enum gated {
    GATED_COMPRESSION,
    GATED_SMB,
    GATED_UNMANAGED,
    GATED_REMOVE_UNMANAGED,
    GATED_AVOID_REMOVING,
    GATED_OVERWRITE,
    GATED_BLACKOUT,
    GATED_CPU_CAP,
    GATED_COUNT,
};

/* SMB is a value, not a property: it came with EnableCompression. SHOWN: what a template shows of it. */
static const struct {
    const char *property;
    const char *shown;
    const char *option;
    const char *since;
} gates[GATED_COUNT] = {
    [GATED_COMPRESSION] = { "EnableCompression", "EnableCompression", "--compress", "2012 R2" },
    [GATED_SMB] = { "EnableCompression", "EnableCompression", "--transport smb", "2012 R2" },
    [GATED_UNMANAGED] = { "UnmanagedVhds", "RemoveSourceUnmanagedVhds", "--unmanaged", "2016" },
    [GATED_REMOVE_UNMANAGED] = { "RemoveSourceUnmanagedVhds", "RemoveSourceUnmanagedVhds", "--remove-source-unmanaged", "2016" },
    [GATED_AVOID_REMOVING] = { "AvoidRemovingVHDs", "AvoidRemovingVHDs", "--avoid-removing-vhds", "version 1703, that is 2019" },
    [GATED_OVERWRITE] = { "AllowOverwriteExistingFile", "AllowOverwriteExistingFile", "--overwrite",
                          "version 1703, that is 2019" },
    [GATED_BLACKOUT] = { "CancelIfBlackoutThresholdExceeded", "CancelIfBlackoutThresholdExceeded", "--cancel-on-long-blackout",
                         "version 1709, that is 2019" },
    [GATED_CPU_CAP] = { "CPUCappingMagnitude", "CPUCappingMagnitude", "--cpu-cap", "version 1709, that is 2019" },
};

static uint32_t asked(const struct hv_tuning *tuning) {
    const bool wishes[GATED_COUNT] = {
        [GATED_COMPRESSION] = tuning->compression != HV_CHOICE_DEFAULT,
        [GATED_SMB] = tuning->transport == HV_TRANSPORT_SMB,
        [GATED_UNMANAGED] = tuning->n_unmanaged > 0,
        [GATED_REMOVE_UNMANAGED] = tuning->remove_source_unmanaged,
        [GATED_AVOID_REMOVING] = tuning->avoid_removing_vhds,
        [GATED_OVERWRITE] = tuning->overwrite,
        [GATED_BLACKOUT] = tuning->cancel_on_long_blackout,
        [GATED_CPU_CAP] = tuning->cpu_cap != HV_CPU_CAP_DEFAULT,
    };
    uint32_t bits = 0;

    for (size_t i = 0; i < GATED_COUNT; i++)
        bits |= wishes[i] ? UINT32_C(1) << i : 0;
    return bits;
}

bool hv_tuning_is_gated(const struct hv_tuning *tuning) {
    return asked(tuning) != 0;
}

void hv_tuning_see_instance(struct hv_tuning_seen *seen, const struct hv_instance *instance) {
    for (size_t i = 0; i < GATED_COUNT; i++) {
        if (hv_instance_find(instance, gates[i].shown))
            seen->properties |= UINT32_C(1) << i;
    }
}

void hv_tuning_see_class(struct hv_tuning_seen *seen, const struct hv_class *description) {
    for (size_t i = 0; i < GATED_COUNT; i++) {
        if (hv_class_find(description, gates[i].property))
            seen->properties |= UINT32_C(1) << i;
    }
}

bool hv_tuning_lacks(const struct hv_tuning *tuning, const struct hv_tuning_seen *seen, struct hv_tuning_lack *ret_lack) {
    uint32_t lack = asked(tuning) & ~seen->properties;

    for (size_t i = 0; i < GATED_COUNT; i++) {
        if (!(lack & UINT32_C(1) << i))
            continue;
        *ret_lack = (struct hv_tuning_lack){ gates[i].property, gates[i].option, gates[i].since };
        return true;
    }
    return false;
}

/* ---- addresses ---- */

int hv_tuning_choose(struct hv_tuning *tuning, const struct hv_property *listeners, struct hv_error *err) {
    size_t n = listeners ? hv_property_n_values(listeners) : 0;

    for (size_t i = 0; i < n && tuning->n_addresses < MAX_ADDRESSES; i++) {
        const char *text = hv_property_text(listeners, i);
        struct hv_ip address;
        char **grown;
        int r;

        if (!hv_ip_parse(text, &address) || (!tuning->all_listeners && !hv_cidr_contains(&tuning->network, &address)))
            continue;
        grown = hv_grow(tuning->addresses, tuning->n_addresses, sizeof(*grown));
        if (!grown)
            return hv_error_memory(err);
        tuning->addresses = grown;
        r = hv_text_copy(text, &grown[tuning->n_addresses], err);
        if (r < 0)
            return r;
        tuning->n_addresses++;
    }
    return tuning->n_addresses > 0 ? 0 : 1;
}

/* ---- saying it ---- */

static int set_flag(struct hv_instance *settings, const char *name, bool wish, struct hv_error *err) {
    return wish ? hv_instance_set(settings, name, HV_CIM_BOOLEAN, "true", err) : 0;
}

static int set_unmanaged(const struct hv_tuning *tuning, struct hv_instance *settings, struct hv_error *err) {
    char **texts = calloc(tuning->n_unmanaged + 1, sizeof(*texts));
    int r = texts ? 0 : hv_error_memory(err);

    for (size_t i = 0; r == 0 && i < tuning->n_unmanaged; i++) {
        HV_CLEANUP(hv_instance_free) struct hv_instance *vhd = NULL;

        r = hv_instance_new("Msvm_MoveUnmanagedVhd", HV_NAMESPACE_V2, &vhd, err);
        if (r == 0)
            r = hv_instance_set(vhd, "VhdSourcePath", HV_CIM_STRING, tuning->unmanaged[i].source, err);
        if (r == 0)
            r = hv_instance_set(vhd, "VhdDestinationPath", HV_CIM_STRING, tuning->unmanaged[i].destination, err);
        if (r == 0)
            r = hv_instance_to_text(vhd, &texts[i], err);
    }
    if (r == 0)
        r = hv_instance_set_array(settings, "UnmanagedVhds", HV_CIM_STRING, (const char *const *)texts, tuning->n_unmanaged, err);
    (void)hv_field_texts_free(texts, tuning->n_unmanaged);
    return r;
}

static int set_cpu_cap(const struct hv_tuning *tuning, struct hv_instance *settings, struct hv_error *err) {
    static const char *const magnitudes[] = {
        [HV_CPU_CAP_DEFAULT] = NULL, [HV_CPU_CAP_NORMAL] = "0", [HV_CPU_CAP_LOW] = "1", [HV_CPU_CAP_HIGH] = "2"
    };

    if (tuning->cpu_cap == HV_CPU_CAP_DEFAULT)
        return 0;
    return hv_instance_set(settings, "CPUCappingMagnitude", HV_CIM_UINT16, magnitudes[tuning->cpu_cap], err);
}

int hv_tuning_apply(const struct hv_tuning *tuning, struct hv_instance *settings, struct hv_error *err) {
    int r = set_flag(settings, "AllowOverwriteExistingFile", tuning->overwrite, err);

    if (r == 0)
        r = set_flag(settings, "AvoidRemovingVHDs", tuning->avoid_removing_vhds, err);
    if (r == 0)
        r = set_flag(settings, "CancelIfBlackoutThresholdExceeded", tuning->cancel_on_long_blackout, err);
    if (r == 0)
        r = set_cpu_cap(tuning, settings, err);
    if (r == 0 && tuning->n_addresses > 0)
        r = hv_instance_set_array(settings, "DestinationIPAddressList", HV_CIM_STRING, (const char *const *)tuning->addresses,
                                  tuning->n_addresses, err);
    if (r == 0 && tuning->compression != HV_CHOICE_DEFAULT)
        r = hv_instance_set(settings, "EnableCompression", HV_CIM_BOOLEAN,
                            tuning->compression == HV_CHOICE_YES ? "true" : "false", err);
    if (r == 0)
        r = set_flag(settings, "RemoveSourceUnmanagedVhds", tuning->remove_source_unmanaged, err);
    if (r == 0)
        r = set_flag(settings, "RetainVhdCopiesOnSource", tuning->keep_source, err);
    return r == 0 && tuning->n_unmanaged > 0 ? set_unmanaged(tuning, settings, err) : r;
}
