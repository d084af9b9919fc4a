/* What Hyper-V's instances tell: every decoder is given every instance of the input, which is a body or a page of items. */
#include "base/text.h"
#include "cim/wire.h"
#include "fuzz/fuzz.h"
#include "hyperv/host.h"
#include "hyperv/job.h"
#include "hyperv/settings.h"
#include "hyperv/vm.h"
#include "hyperv/vm_details.h"
#include "wsman/epr.h"
#include "wsman/uri.h"

#define VM_ID "0E2A5B6C-1111-4222-8333-444455556666"

struct sight {
    struct hv_host_info host;
    struct hv_vm_details details;
    size_t n_instances;
};

static void check(int r, const struct hv_error *err) {
    fuzz_check_error(r, err);
    CHECK(r >= 0 || r == HV_E_LIMIT);
}

static void decode_vm(const struct hv_instance *instance) {
    struct hv_error err = { 0 };
    struct hv_vm vm = { 0 };
    int r = hv_vm_decode(instance, &vm, &err);

    check(r, &err);
    CHECK(r != 0 || (vm.id && strlen(vm.id) == HV_UUID_TEXT_SIZE - 1));
    hv_vm_deinit(&vm);
}

static void decode_job(const struct hv_instance *instance) {
    struct hv_error err = { 0 };
    struct hv_job job = { 0 };
    int r = hv_job_decode(instance, &job, &err);

    check(r, &err);
    CHECK(r != 0 || !job.is_successful || job.is_finished);
    hv_job_deinit(&job);
}

static void decode_disk(const struct hv_instance *instance) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *setting = NULL;
    struct hv_error err = { 0 };
    struct hv_vm_disk disk = { 0 };
    int r = hv_vm_disk_decode(instance, &disk, &err);

    check(r, &err);
    if (r == 0)
        hv_vm_disk_deinit(&disk);
    if (!hv_settings_is_vhd(instance))
        return;
    r = hv_settings_disk(instance, "D:\\new\\a.vhdx", NULL, &setting, &err);
    fuzz_check_error(r, &err);
}

static void decode_parts(const struct hv_instance *instance, struct sight *sight) {
    static int (*const adders[])(struct hv_vm_details *, const struct hv_instance *, struct hv_error *) = {
        hv_vm_add_settings, hv_vm_add_disk, hv_vm_add_adapter, hv_vm_add_connection, hv_vm_add_switch,
    };
    struct hv_error err = { 0 };

    for (size_t i = 0; i < sizeof(adders) / sizeof(adders[0]); i++)
        check(adders[i](&sight->details, instance, &err), &err);
    hv_vm_add_processor(&sight->details, instance);
    hv_vm_add_memory(&sight->details, instance);
    (void)hv_vm_owns(VM_ID, instance);
    hv_host_add_settings(&sight->host, instance);
    /* A service comes once. */
    if (sight->n_instances++ == 0)
        check(hv_host_add_service(&sight->host, instance, &err), &err);
    check(hv_host_add_network(&sight->host, instance, &err), &err);
}

static void decode(const struct hv_instance *instance, struct sight *sight) {
    decode_vm(instance);
    decode_job(instance);
    decode_disk(instance);
    decode_parts(instance, sight);
}

static void decode_node(const struct hv_xml_node *node, struct sight *sight) {
    struct hv_wire_item item = { NULL, NULL };

    if (hv_wire_read_item(node, &item, NULL) < 0)
        return;
    if (item.instance)
        decode(item.instance, sight);
    (void)hv_instance_free(item.instance);
    (void)hv_epr_free(item.epr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = fuzz_parse(data, size);
    const struct hv_xml_node *items = doc ? hv_xml_descendant(hv_xml_root(doc), NULL, "Items") : NULL;
    const struct hv_xml_node *body = doc ? hv_xml_child(hv_xml_root(doc), HV_NS_SOAP, "Body") : NULL;
    struct sight sight = { .n_instances = 0 };

    if (!doc)
        return 0;
    if (!items)
        items = body ? body : hv_xml_root(doc);
    hv_host_info_init(&sight.host);
    hv_vm_details_init(&sight.details);
    sight.details.vm.id = fuzz_text((const uint8_t *)VM_ID, strlen(VM_ID));
    for (const struct hv_xml_node *node = hv_xml_first(items); node; node = hv_xml_next(node))
        decode_node(node, &sight);
    hv_vm_details_deinit(&sight.details);
    hv_host_info_deinit(&sight.host);
    return 0;
}
