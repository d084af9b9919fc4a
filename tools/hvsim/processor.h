/* What processors can do, and what a machine wants of them (hyperv.md 2.12, 4i). */
#ifndef SIM_PROCESSOR_H
#define SIM_PROCESSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "problem.h"

struct sim_host;
struct sim_vm;

enum sim_vector_id {
    SIM_VECTOR_FEATURES = 1,
    SIM_VECTOR_XSAVE = 2,
    SIM_VECTOR_CACHE_LINE = 3,
};

/* CompareOperation, as far as it is used. */
enum sim_vector_compare {
    SIM_COMPARE_EQUAL = 0,
    SIM_COMPARE_SUBSET = 2,
    SIM_COMPARE_AT_MOST = 7,
};

/* Of a host, or as much as a machine there sees. */
struct sim_processor {
    uint64_t features;
    uint64_t xsave;
    uint64_t cache_line;
    enum sim_vector_compare cache_compare;
    bool is_free; /* nothing is wanted of any processor: the machine has no live state */
};

/* "Intel-2": the numbers that go with that name, by default. */
void sim_processor_named(const char *name, struct sim_processor *ret_processor);
/* "GenuineIntel": how Windows calls the maker in that name. */
const char *sim_processor_manufacturer(const char *name);
/* What the machine wants, or with VM NULL what all of the host could want. */
void sim_processor_wanted(const struct sim_host *host, const struct sim_vm *vm, struct sim_processor *ret_wanted);
/* The maker in WANTED_NAME counts by itself. Notes each trouble; WHO has it, in words. */
void sim_processor_fit(const struct sim_processor *wanted, const char *wanted_name, const char *who, const struct sim_host *host,
                       uint16_t percent, struct sim_problems *problems);

#endif
