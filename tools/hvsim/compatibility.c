/*
 * Comparing hosts by what a client carries from one to the other (hyperv.md 2.1, 4i): an opaque blob, which here holds what is
 * wanted of a processor, scrambled and with a checksum so that nothing but the whole of it is taken back; and vectors.
 */
#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "base/text.h"
#include "processor.h"
#include "provider.h"

#define BLOB_MAGIC "HVSIMCMP2"

enum {
    BLOB_MAX = 4096,
    BLOB_SCRAMBLE = 0xA5,
    BLOB_FIELDS = 8, /* magic, maker and model, features, XSAVE, cache line, its operation, free, who */
    BLOB_NUMBERS = 5,
    CHECKSUM_BYTES = 4,
};

/* FNV-1a. */
static uint32_t checksum(const char *bytes, size_t n) {
    uint32_t sum = 2166136261U;

    for (size_t i = 0; i < n; i++)
        sum = (sum ^ (unsigned char)bytes[i]) * 16777619U;
    return sum;
}

/* ---- whose ---- */

/* The machine that ComputerSystem names; *RET_VM NULL: the host itself. 0 with *RET_VALUE 0: found. */
static uint32_t subject_find(const struct sim_method_call *call, struct sim_vm **ret_vm, uint32_t *ret_value) {
    const struct sim_value *value = sim_arg_value(call, "ComputerSystem");
    HV_CLEANUP(sim_object_free) struct sim_object *system = NULL;
    uint32_t r;

    *ret_vm = NULL;
    if (!value->is_set)
        return sim_refuse(call, "no ComputerSystem", SIM_INVALID_PARAMETER, ret_value);
    r = sim_host_get(call->host, value->items[0].path, &system);
    if (r == 0 && !hv_text_same(sim_object_text(system, "Name"), call->host->netbios))
        *ret_vm = sim_vm_find(call->host, sim_object_text(system, "Name"),
                              sim_class_is_a(system->class_, "Msvm_PlannedComputerSystem"));
    return r;
}

/* ---- the blob ---- */

static uint32_t blob_give(struct sim_value *info, const struct hv_buf *plain) {
    uint32_t sum = checksum(hv_buf_text(plain), plain->len);

    if (plain->failure)
        return SIM_WBEM_OUT_OF_MEMORY;
    for (size_t i = 0; i < plain->len; i++)
        if (sim_value_add_number(info, (unsigned char)plain->data[i] ^ BLOB_SCRAMBLE))
            return SIM_WBEM_OUT_OF_MEMORY;
    for (unsigned i = 0; i < CHECKSUM_BYTES; i++)
        if (sim_value_add_number(info, (sum >> (8 * i)) & 0xFF))
            return SIM_WBEM_OUT_OF_MEMORY;
    return 0;
}

static uint32_t info_get(const struct sim_method_call *call, uint32_t *ret_value) {
    HV_CLEANUP_BUF struct hv_buf plain = HV_BUF_INIT(BLOB_MAX);
    struct sim_processor wanted;
    struct sim_vm *vm;
    uint32_t r = subject_find(call, &vm, ret_value);

    if (r || *ret_value)
        return r;
    sim_processor_wanted(call->host, vm, &wanted);
    hv_buf_printf(&plain, BLOB_MAGIC "\n%s\n%llu\n%llu\n%llu\n%d\n%d\n", call->host->processor,
                  (unsigned long long)wanted.features, (unsigned long long)wanted.xsave, (unsigned long long)wanted.cache_line,
                  (int)wanted.cache_compare, wanted.is_free);
    if (vm)
        hv_buf_printf(&plain, "The virtual machine '%s'", sim_vm_name(vm));
    else
        hv_buf_printf(&plain, "A virtual machine of host '%s'", call->host->netbios);
    return blob_give(sim_arg_value(call, "CompatibilityInfo"), &plain);
}

/* The plain text; false when it is not whole. */
static bool blob_take(const struct sim_value *info, struct hv_buf *plain) {
    size_t n = info->n_items < CHECKSUM_BYTES ? 0 : info->n_items - CHECKSUM_BYTES;
    uint32_t sum = 0;

    for (size_t i = 0; i < n; i++)
        hv_buf_putc(plain, (char)(info->items[i].u ^ BLOB_SCRAMBLE));
    for (unsigned i = 0; n > 0 && i < CHECKSUM_BYTES; i++)
        sum |= (uint32_t)info->items[n + i].u << (8 * i);
    return n > 0 && !plain->failure && sum == checksum(hv_buf_text(plain), plain->len);
}

struct blob {
    const char *fields[BLOB_FIELDS];
    uint64_t numbers[BLOB_NUMBERS];
};

/* Fields point into TEXT, whose line ends become ends of texts. */
static bool blob_read(char *text, struct blob *ret_blob) {
    size_t n = 0;

    for (char *at = text; at && n < BLOB_FIELDS; n++) {
        ret_blob->fields[n] = at;
        at = n + 1 < BLOB_FIELDS ? strchr(at, '\n') : NULL;
        if (at)
            *at++ = '\0';
    }
    if (n < BLOB_FIELDS || strcmp(ret_blob->fields[0], BLOB_MAGIC) != 0)
        return false;
    for (size_t i = 0; i < BLOB_NUMBERS; i++)
        if (!hv_text_u64(ret_blob->fields[i + 2], strlen(ret_blob->fields[i + 2]), 0, UINT64_MAX, &ret_blob->numbers[i]))
            return false;
    return true;
}

static uint32_t reasons_give(const struct sim_method_call *call, struct sim_problems *problems) {
    struct sim_value *reasons = sim_arg_value(call, "Reasons");
    uint32_t r = problems->failed ? SIM_WBEM_OUT_OF_MEMORY : 0;

    for (size_t i = 0; r == 0 && i < problems->n_items; i++) {
        HV_CLEANUP(sim_object_free) struct sim_object *error = sim_problem_object(call->host, &problems->items[i]);
        HV_CLEANUP_FREE char *text = sim_object_good(error) ? sim_object_cim_text(error) : NULL;
        if (!text || sim_value_add_text(reasons, text))
            r = SIM_WBEM_OUT_OF_MEMORY;
    }
    return r;
}

static uint32_t info_check(const struct sim_method_call *call, uint32_t *ret_value) {
    HV_CLEANUP_BUF struct hv_buf plain = HV_BUF_INIT(BLOB_MAX);
    struct sim_problems problems = { 0 };
    struct blob blob = { 0 };
    uint32_t r;

    if (!blob_take(sim_arg_value(call, "CompatibilityInfo"), &plain) || !blob_read(plain.data, &blob))
        return sim_refuse(call, "CompatibilityInfo is not what a host gave", SIM_INVALID_PARAMETER, ret_value);
    const struct sim_processor wanted = {
        .features = blob.numbers[0],
        .xsave = blob.numbers[1],
        .cache_line = blob.numbers[2],
        .cache_compare = (enum sim_vector_compare)blob.numbers[3],
        .is_free = blob.numbers[4] != 0,
    };
    sim_processor_fit(&wanted, blob.fields[1], blob.fields[BLOB_FIELDS - 1], call->host, 0, &problems);
    *ret_value = problems.n_items > 0 ? SIM_NOT_COMPATIBLE : SIM_DONE;
    r = reasons_give(call, &problems);
    sim_problems_deinit(&problems);
    return r;
}

/* ---- vectors ---- */

static uint32_t vectors_give(const struct sim_method_call *call, const struct sim_processor *processor) {
    const struct {
        enum sim_vector_id id;
        enum sim_vector_compare compare;
        uint64_t value;
    } vectors[] = {
        { SIM_VECTOR_FEATURES, SIM_COMPARE_SUBSET, processor->features },
        { SIM_VECTOR_XSAVE, SIM_COMPARE_SUBSET, processor->xsave },
        { SIM_VECTOR_CACHE_LINE, processor->cache_compare, processor->cache_line },
    };
    struct sim_value *out = sim_arg_value(call, "CompatibilityVectors");

    for (size_t i = 0; i < HV_ARRAY_SIZE(vectors); i++) {
        struct sim_object *vector = sim_new(call->host, "Msvm_CompatibilityVector");
        sim_set_number(vector, "VectorId", vectors[i].id);
        sim_set_number(vector, "CompareOperation", vectors[i].compare);
        sim_set_number(vector, "CompatibilityInfo", vectors[i].value);
        if (!sim_object_good(vector)) {
            sim_object_free(vector);
            return SIM_WBEM_OUT_OF_MEMORY;
        }
        if (sim_value_add_object(out, vector))
            return SIM_WBEM_OUT_OF_MEMORY;
    }
    return 0;
}

static uint32_t vectors_get(const struct sim_method_call *call, uint32_t *ret_value) {
    struct sim_processor wanted;
    struct sim_vm *vm;
    uint32_t r = subject_find(call, &vm, ret_value);

    if (r || *ret_value)
        return r;
    sim_processor_wanted(call->host, vm, &wanted);
    return vectors_give(call, &wanted);
}

uint32_t sim_compatibility_invoke(const struct sim_method_call *call, uint32_t *ret_value) {
    const char *name = call->method->name;

    *ret_value = SIM_DONE;
    if (strcmp(name, "GetSystemCompatibilityInfo") == 0)
        return info_get(call, ret_value);
    if (strcmp(name, "CheckSystemCompatibilityInfo") == 0)
        return info_check(call, ret_value);
    if (strcmp(name, "GetSystemCompatibilityVectors") == 0)
        return vectors_get(call, ret_value);
    if (strcmp(name, "GetProcessorFeatureLimits") == 0)
        return vectors_give(call, &call->host->processor_bits);
    *ret_value = SIM_NOT_SUPPORTED;
    return 0;
}
