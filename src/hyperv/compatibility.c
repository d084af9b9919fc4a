/*
 * Compatibility vectors: decoding, comparing, and saying in words what differs (Msvm_CompatibilityVector; hyperv.md 2.12).
 *
 * The operations are documented, the meaning of the values' bits is not: names are those of WHV_PROCESSOR_FEATURES and
 * WHV_PROCESSOR_XSAVE_FEATURES (WinHvPlatformDefs.h of the Windows SDK), which is probably what stands behind them, and texts say
 * "probably".
 */
#include "hyperv/compatibility.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "cim/embedded.h"
#include "hyperv/field.h"
#include "hyperv/vm.h"

enum { TEXT_MAX_BYTES = 4096, MAX_NAMED_BITS = 8, VALUE_BITS = 64 };

void hv_compatibility_init(struct hv_compatibility *compatibility) {
    *compatibility = (struct hv_compatibility){ .vm_state = -1, .processor_compatibility = -1 };
}

void hv_compatibility_deinit(struct hv_compatibility *compatibility) {
    free(compatibility->vm_id);
    free(compatibility->vm_name);
    free(compatibility->host_name);
    free(compatibility->manufacturer);
    free(compatibility->processor);
    (void)hv_epr_free(compatibility->service);
    (void)hv_field_texts_free(compatibility->info, compatibility->n_info);
    free(compatibility->vectors);
    hv_compatibility_init(compatibility);
}

/* ---- decoding ---- */

int hv_compatibility_add_info(struct hv_compatibility *compatibility, const struct hv_instance *output, struct hv_error *err) {
    const struct hv_property *info = hv_instance_find(output, "CompatibilityInfo");
    size_t n = info ? hv_property_n_values(info) : 0;
    int r = 0;

    if (n == 0)
        return hv_error_set(err, HV_E_PROTOCOL, "GetSystemCompatibilityInfo was answered without CompatibilityInfo");
    compatibility->info = calloc(n, sizeof(*compatibility->info));
    if (!compatibility->info)
        return hv_error_memory(err);
    for (; r == 0 && compatibility->n_info < n; compatibility->n_info++) {
        const char *value = hv_property_text(info, compatibility->n_info);
        r = hv_text_copy(value ? value : "", &compatibility->info[compatibility->n_info], err);
    }
    return r;
}

static int add_vector(struct hv_compatibility *compatibility, const struct hv_instance *instance, struct hv_error *err) {
    struct hv_compatibility_vector vector = {
        .id = hv_field_number(instance, "VectorId", UINT32_MAX),
        .operation = hv_field_number(instance, "CompareOperation", UINT32_MAX),
    };
    struct hv_compatibility_vector *grown;

    /* All 64 bits count, which a signed field does not have room for. */
    if (vector.id < 0 || hv_instance_u64(instance, "CompatibilityInfo", UINT64_MAX, &vector.value, NULL) != 0)
        return 0;
    grown = hv_grow(compatibility->vectors, compatibility->n_vectors, sizeof(*grown));
    if (!grown)
        return hv_error_memory(err);
    compatibility->vectors = grown;
    grown[compatibility->n_vectors++] = vector;
    return 0;
}

int hv_compatibility_add_vectors(struct hv_compatibility *compatibility, const struct hv_instance *output, struct hv_error *err) {
    const struct hv_property *list = hv_instance_find(output, "CompatibilityVectors");
    size_t n = list ? hv_property_n_values(list) : 0;
    int r = 0;

    for (size_t i = 0; r == 0 && i < n && compatibility->n_vectors < HV_COMPATIBILITY_MAX_VECTORS; i++) {
        HV_CLEANUP(hv_instance_free) struct hv_instance *decoded = NULL;
        const struct hv_instance *instance = hv_property_instance(list, i);
        const char *text = hv_property_text(list, i);

        if (!instance && text && hv_embedded_decode(text, NULL, &decoded, err) == HV_E_MEMORY)
            return HV_E_MEMORY;
        if (instance || decoded)
            r = add_vector(compatibility, instance ? instance : decoded, err);
    }
    return r;
}

/* ---- comparing ---- */

enum operation {
    EQUAL,
    SUPERSET,
    SUBSET,
    DISJOINT,
    GREATER,
    AT_LEAST,
    LESS,
    AT_MOST,
    MULTIPLE,
    DIVISOR,
};

/* Completes "its value must be ... that of the host". */
static const char *const operation_names[] = {
    [EQUAL] = "equal to",       [SUPERSET] = "superset of", [SUBSET] = "subset of", [DISJOINT] = "disjoint from",
    [GREATER] = "above",        [AT_LEAST] = "at least",    [LESS] = "below",       [AT_MOST] = "at most",
    [MULTIPLE] = "multiple of", [DIVISOR] = "divisor of",
};

static const char *operation_name(int64_t operation) {
    return operation >= 0 && operation < (int64_t)HV_ARRAY_SIZE(operation_names) ? operation_names[operation] : NULL;
}

bool hv_vector_holds(int64_t operation, uint64_t wanted, uint64_t offered) {
    switch (operation) {
    case EQUAL:
        return wanted == offered;
    case SUPERSET:
        return (wanted & offered) == offered;
    case SUBSET:
        return (wanted & offered) == wanted;
    case DISJOINT:
        return (wanted & offered) == 0;
    case GREATER:
        return wanted > offered;
    case AT_LEAST:
        return wanted >= offered;
    case LESS:
        return wanted < offered;
    case AT_MOST:
        return wanted <= offered;
    case MULTIPLE:
        return offered != 0 && wanted % offered == 0;
    case DIVISOR:
        return wanted != 0 && offered % wanted == 0;
    default:
        return false;
    }
}

/* By bit number; NULL where the layout has a gap. */
static const char *const feature_bits[] = {
    "SSE3",       "LAHF/SAHF", "SSSE3",        "SSE4.1",      "SSE4.2", "SSE4A",  "XOP",      "POPCNT",
    "CMPXCHG16B", "AltMovCr8", "LZCNT",        "MisAlignSSE", "MMXEXT", "3DNow!", "3DNow!+",  "1 GB pages",
    "AES",        "PCLMULQDQ", "PCID",         "FMA4",        "F16C",   "RDRAND", "FSGSBASE", "SMEP",
    "ERMS",       "BMI1",      "BMI2",         NULL,          NULL,     "MOVBE",  "NPIEP1",   "x87 save",
    "RDSEED",     "ADX",       "PREFETCHW",    "SMAP",        "HLE",    "RTM",    "RDTSCP",   "CLFLUSHOPT",
    "CLWB",       "SHA",       "x87 pointers", "INVPCID",     "IBRS",   "STIBP",  "IBPB",
};
static const char *const xsave_bits[] = {
    "XSAVE",       "XSAVEOPT",         "AVX",          "AVX2",        "FMA",
    "MPX",         "AVX-512F",         "AVX-512DQ",    "AVX-512CD",   "AVX-512BW",
    "AVX-512VL",   "XSAVEC",           "XSAVES",       "XCR1",        "AVX-512BITALG",
    "AVX-512IFMA", "AVX-512VBMI",      "AVX-512VBMI2", "AVX-512VNNI", "GFNI",
    "VAES",        "AVX-512VPOPCNTDQ", "VPCLMULQDQ",   "AVX-512BF16",
};

static const struct kind {
    int64_t id;
    const char *name;
    const char *one;         /* of them */
    const char *const *bits; /* NULL: a number */
    size_t n_bits;
} kinds[] = {
    { HV_VECTOR_FEATURES, "processor features", "processor feature", feature_bits, HV_ARRAY_SIZE(feature_bits) },
    { HV_VECTOR_XSAVE, "XSAVE features", "XSAVE feature", xsave_bits, HV_ARRAY_SIZE(xsave_bits) },
    { HV_VECTOR_CACHE_LINE, "cache line flush size", NULL, NULL, 0 },
};

static const struct kind *kind_find(int64_t id) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(kinds); i++) {
        if (kinds[i].id == id)
            return &kinds[i];
    }
    return NULL;
}

static const struct hv_compatibility_vector *vector_find(const struct hv_compatibility *compatibility, int64_t id) {
    for (size_t i = 0; i < compatibility->n_vectors; i++) {
        if (compatibility->vectors[i].id == id)
            return &compatibility->vectors[i];
    }
    return NULL;
}

static size_t count_bits(uint64_t bits) {
    size_t n = 0;

    for (; bits != 0; bits &= bits - 1)
        n++;
    return n;
}

/* "probably AES, PCLMULQDQ and 3 more; bits 0x30000". */
static void write_bits(struct hv_buf *text, const struct kind *kind, uint64_t bits) {
    size_t n_named = 0;

    for (size_t i = 0; i < kind->n_bits && i < VALUE_BITS && n_named < MAX_NAMED_BITS; i++) {
        if ((bits >> i & 1) == 0 || !kind->bits[i])
            continue;
        hv_buf_printf(text, "%s%s", n_named > 0 ? ", " : ": probably ", kind->bits[i]);
        n_named++;
    }
    if (n_named > 0 && count_bits(bits) > n_named)
        hv_buf_printf(text, " and %zu more", count_bits(bits) - n_named);
    hv_buf_printf(text, " (bits 0x%" PRIX64 ")", bits);
}

static void write_difference(struct hv_buf *text, const struct hv_vector_comparison *comparison, const char *label) {
    const struct kind *kind = kind_find(comparison->id);
    uint64_t missing = comparison->wanted & ~comparison->offered;

    if (!comparison->is_offered) {
        hv_buf_printf(text, "%s tells nothing of ", label);
        if (kind)
            hv_buf_puts(text, kind->name);
        else
            hv_buf_printf(text, "vector %" PRId64, comparison->id);
    } else if (kind && kind->bits && comparison->operation == SUBSET) {
        hv_buf_printf(text, "%s lacks %zu %s", label, count_bits(missing), count_bits(missing) == 1 ? kind->one : kind->name);
        write_bits(text, kind, missing);
    } else if (kind && !kind->bits) {
        hv_buf_printf(text, "the %s is %" PRIu64 ", on %s %" PRIu64, kind->name, comparison->wanted, label, comparison->offered);
    } else {
        hv_buf_printf(text, "vector %" PRId64 ": 0x%" PRIX64 " is not %s 0x%" PRIX64 ", that of %s", comparison->id,
                      comparison->wanted, comparison->operation_name ? comparison->operation_name : "known to be compatible with",
                      comparison->offered, label);
    }
}

static int compare_one(const struct hv_compatibility_vector *wanted, const struct hv_compatibility *host, const char *label,
                       struct hv_vector_comparison *ret, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(TEXT_MAX_BYTES);
    const struct hv_compatibility_vector *offered = vector_find(host, wanted->id);
    const struct kind *kind = kind_find(wanted->id);

    *ret = (struct hv_vector_comparison){
        .id = wanted->id,
        .name = kind ? kind->name : NULL,
        .operation = wanted->operation,
        .operation_name = operation_name(wanted->operation),
        .wanted = wanted->value,
        .is_offered = offered != NULL,
        .offered = offered ? offered->value : 0,
        .is_compatible = offered && hv_vector_holds(wanted->operation, wanted->value, offered->value),
    };
    if (ret->is_compatible)
        return 0;
    write_difference(&text, ret, label);
    return hv_buf_take(&text, "a difference", &ret->text, err);
}

int hv_compatibility_compare(const struct hv_compatibility *subject, const struct hv_compatibility *host, const char *label,
                             struct hv_vector_comparison **ret_list, size_t *ret_n, struct hv_error *err) {
    size_t n = host->n_vectors > 0 ? subject->n_vectors : 0;
    struct hv_vector_comparison *list = n > 0 ? calloc(n, sizeof(*list)) : NULL;
    int r = n > 0 && !list ? hv_error_memory(err) : 0;

    for (size_t i = 0; r == 0 && i < n; i++)
        r = compare_one(&subject->vectors[i], host, label, &list[i], err);
    if (r < 0) {
        hv_vector_comparisons_free(list, list ? n : 0);
        return r;
    }
    *ret_list = list;
    *ret_n = n;
    return 0;
}

void hv_vector_comparisons_free(struct hv_vector_comparison *list, size_t n) {
    for (size_t i = 0; i < n; i++)
        free(list[i].text);
    free(list);
}

/* ---- saying ---- */

/* How people call the maker; the manufacturer itself when it is another one, NULL when it is not known. */
static const char *maker_name(const struct hv_compatibility *compatibility) {
    if (hv_text_same(compatibility->manufacturer, "GenuineIntel"))
        return "Intel";
    if (hv_text_same(compatibility->manufacturer, "AuthenticAMD"))
        return "AMD";
    return compatibility->manufacturer;
}

static bool makers_differ(const struct hv_compatibility *a, const struct hv_compatibility *b) {
    return a->manufacturer && b->manufacturer && !hv_text_same(a->manufacturer, b->manufacturer);
}

/* Who is named at the beginning of the first clause is not named again: "hv02 lacks this; lacks that". */
static void add_clause(struct hv_buf *text, const char *clause, const char *who) {
    size_t n_who = strlen(who);

    if (text->len > 0)
        hv_buf_puts(text, "; ");
    if (text->len > 0 && hv_text_starts(hv_buf_text(text), who) && hv_text_starts(clause, who) && clause[n_who] == ' ')
        clause += n_who + 1;
    hv_buf_puts(text, clause);
}

/* Our own words first: the host's, in whatever language, are told beside them. */
static void explain_cause(const struct hv_compatibility *subject, const char *source, const struct hv_compatibility *host,
                          const char *destination, const struct hv_compatibility_verdict *verdict,
                          const struct hv_vector_comparison *list, size_t n, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf cause = HV_BUF_INIT(TEXT_MAX_BYTES);

    if (makers_differ(subject, host))
        hv_buf_printf(&cause, "%s has %s processors, %s has %s processors", source, maker_name(subject), destination,
                      maker_name(host));
    for (size_t i = 0; i < n && !makers_differ(subject, host); i++) {
        if (list[i].text)
            add_clause(&cause, list[i].text, destination);
    }
    for (size_t i = 0; cause.len == 0 && verdict && i < verdict->n_reasons; i++) {
        if (verdict->reasons[i].message)
            hv_buf_puts(&cause, verdict->reasons[i].message);
    }
    if (cause.len == 0)
        hv_buf_printf(&cause, "%s gave no reason", destination);
    hv_error_cause(err, "%s", hv_buf_text(&cause));
}

static void remedy_for_vm(const struct hv_compatibility *vm, const char *source, bool other_maker, struct hv_error *err) {
    bool is_off = vm->vm_state == HV_VM_OFF;

    if (!is_off && !other_maker && vm->processor_compatibility != 1)
        hv_error_remedy(err,
                        "let it use only what the processors of both hosts have: shut it down (hvctl vm shutdown %s -H %s), then "
                        "hvctl vm set %s -H %s --processor-compatibility on, and start it",
                        vm->vm_id, source, vm->vm_id, source);
    if (!is_off)
        hv_error_remedy(err, "move it while it is off: hvctl vm shutdown %s -H %s", vm->vm_id, source);
}

void hv_compatibility_explain(const struct hv_compatibility *subject, const char *source, const struct hv_compatibility *host,
                              const char *destination, const struct hv_compatibility_verdict *verdict,
                              const struct hv_vector_comparison *list, size_t n, struct hv_error *err) {
    bool other_maker = makers_differ(subject, host);

    if (subject->vm_id)
        (void)hv_error_set(err, HV_E_NOT_MIGRATABLE, "%s cannot take \"%s\" from %s %s", destination,
                           subject->vm_name ? subject->vm_name : subject->vm_id, source,
                           subject->vm_state == HV_VM_SAVED ? "with its saved state" : "while it runs");
    else
        (void)hv_error_set(err, HV_E_NOT_MIGRATABLE, "%s cannot take every VM of %s while it runs", destination, source);
    explain_cause(subject, source, host, destination, verdict, list, n, err);
    if (other_maker)
        hv_error_remedy(err, "a VM moves between processors of different makers only while it is off");
    if (subject->vm_id) {
        remedy_for_vm(subject, source, other_maker, err);
        return;
    }
    if (!other_maker)
        hv_error_remedy(err,
                        "let the VMs that are to move use only what the processors of both hosts have, while they are off: "
                        "hvctl vm set VM... -H %s --processor-compatibility on",
                        source);
    hv_error_remedy(err, "see which VMs it concerns: hvctl check VM... --offline --from %s --to %s", source, destination);
}
