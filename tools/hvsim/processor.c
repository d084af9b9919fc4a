/*
 * Processors. The bits are those of the hypervisor's public interface (WHV_PROCESSOR_FEATURES and WHV_PROCESSOR_XSAVE_FEATURES in
 * WinHvPlatformDefs.h); that the compatibility vectors have them is a guess. Each model of a maker has what those before it have.
 */
#include "processor.h"

#include <string.h>

#include "base/size.h"
#include "base/text.h"
#include "fabric.h"
#include "vm.h"

#define BIT(n) (UINT64_C(1) << (n))

/* SSE3, LAHF, CMPXCHG16B: what is left where the features are limited (LimitProcessorFeatures). */
#define LIMITED (BIT(0) | BIT(1) | BIT(8))
/* SSSE3, SSE4.1, SSE4.2, POPCNT, LZCNT, AES, PCLMULQDQ. */
#define MODEL_1 (BIT(2) | BIT(3) | BIT(4) | BIT(7) | BIT(10) | BIT(16) | BIT(17))
/* F16C, RDRAND, RDWRFSGS, SMEP, BMI1, BMI2, MOVBE. */
#define MODEL_2 (BIT(20) | BIT(21) | BIT(22) | BIT(23) | BIT(25) | BIT(26) | BIT(29))
/* RDSEED, ADX, SMAP, CLFLUSHOPT, CLWB. */
#define MODEL_3 (BIT(32) | BIT(33) | BIT(35) | BIT(39) | BIT(40))
/* SHA. */
#define MODEL_4 BIT(41)
/* SSE4A, ALTMOVCR8, MISALIGNSSE, MMXEXT. */
#define OF_AMD (BIT(5) | BIT(9) | BIT(11) | BIT(12))

enum { CACHE_LINE = 64, LIMITED_CACHE_LINE = 8, FIRST_ODD_BIT = 48, ODD_BITS = 15, STATE_OFF = 3, TYPE_PROCESSOR = 3 };

static const struct {
    uint64_t features; /* on top of the model before */
    uint64_t xsave;
} models[] = {
    { LIMITED | MODEL_1, BIT(0) | BIT(1) | BIT(2) },                    /* XSAVE, XSAVEOPT, AVX */
    { MODEL_2, BIT(3) | BIT(4) },                                       /* AVX2, FMA */
    { MODEL_3, BIT(6) | BIT(7) | BIT(8) | BIT(9) | BIT(10) | BIT(11) }, /* AVX-512, XSAVEC */
    { MODEL_4, BIT(18) },                                               /* AVX-512 VNNI */
};

static size_t maker_length(const char *name) {
    return strcspn(name, "-");
}

static bool same_maker(const char *a, const char *b) {
    return maker_length(a) == maker_length(b) && strncmp(a, b, maker_length(a)) == 0;
}

static bool is_amd(const char *name) {
    return same_maker(name, "AMD");
}

/* A model that is no number is the first one with something of its own. */
static uint64_t odd_bit(const char *model) {
    uint64_t sum = 0;

    for (; *model; model++)
        sum = sum * 31 + (unsigned char)*model;
    return BIT(FIRST_ODD_BIT + sum % ODD_BITS);
}

void sim_processor_named(const char *name, struct sim_processor *ret_processor) {
    const char *model = name + maker_length(name);
    uint64_t number = 1;
    struct sim_processor processor = { .cache_line = CACHE_LINE, .cache_compare = SIM_COMPARE_EQUAL };

    model += *model == '-';
    if (!hv_text_u64(model, strlen(model), 1, UINT32_MAX, &number)) {
        number = 1;
        processor.features = odd_bit(model);
    }
    for (size_t i = 0; i < HV_ARRAY_SIZE(models) && i < number; i++) {
        processor.features |= models[i].features;
        processor.xsave |= models[i].xsave;
    }
    if (is_amd(name))
        processor.features |= OF_AMD;
    *ret_processor = processor;
}

const char *sim_processor_manufacturer(const char *name) {
    return is_amd(name) ? "AuthenticAMD" : same_maker(name, "Intel") ? "GenuineIntel" : "Unknown";
}

static bool is_limited(const struct sim_vm *vm) {
    for (size_t i = 0; i < vm->active.resources.n_items; i++) {
        const struct sim_object *resource = vm->active.resources.items[i];
        if (sim_object_number(resource, "ResourceType", 0) == TYPE_PROCESSOR)
            return sim_object_flag(resource, "LimitProcessorFeatures", false);
    }
    return false;
}

void sim_processor_wanted(const struct sim_host *host, const struct sim_vm *vm, struct sim_processor *ret_wanted) {
    struct sim_processor wanted = host->processor_bits;

    if (vm && vm->state == STATE_OFF) {
        wanted = (struct sim_processor){ .cache_compare = SIM_COMPARE_AT_MOST, .is_free = true };
    } else if (vm && is_limited(vm)) {
        wanted.features &= LIMITED;
        wanted.xsave = 0;
        wanted.cache_line = LIMITED_CACHE_LINE;
        wanted.cache_compare = SIM_COMPARE_AT_MOST;
    }
    *ret_wanted = wanted;
}

static bool cache_fits(const struct sim_processor *wanted, uint64_t cache_line) {
    return wanted->cache_compare == SIM_COMPARE_AT_MOST ? wanted->cache_line <= cache_line : wanted->cache_line == cache_line;
}

void sim_processor_fit(const struct sim_processor *wanted, const char *wanted_name, const char *who, const struct sim_host *host,
                       uint16_t percent, struct sim_problems *problems) {
    const struct sim_processor *has = &host->processor_bits;

    if (wanted->is_free)
        return;
    if (!same_maker(wanted_name, host->processor))
        sim_problem_note(problems, percent, 0, NULL,
                         "%s uses processor-specific features not supported on host '%s': its processors are of another "
                         "manufacturer.",
                         who, host->netbios);
    else if ((wanted->features & ~has->features) != 0 || (wanted->xsave & ~has->xsave) != 0)
        sim_problem_note(problems, percent, 0, NULL, "%s uses processor-specific features not supported on host '%s'.", who,
                         host->netbios);
    else if (!cache_fits(wanted, has->cache_line))
        sim_problem_note(problems, percent, 0, NULL,
                         "%s uses processor-specific features not supported on host '%s': the cache lines differ in size.", who,
                         host->netbios);
}
