/* Compatibility vectors and what is read around them (hyperv.md 2.1, 2.12, 4i). */
#ifndef HYPERV_COMPATIBILITY_H
#define HYPERV_COMPATIBILITY_H

#include <hvctl/compatibility.h>
#include <hvctl/instance.h>

#include "base/cleanup.h"

enum { HV_COMPATIBILITY_MAX_VECTORS = 256 };

/* Everything absent. */
void hv_compatibility_init(struct hv_compatibility *compatibility);
void hv_compatibility_deinit(struct hv_compatibility *compatibility);

/* OUTPUT of GetSystemCompatibilityInfo: its values, of which nothing is understood. Errors: PROTOCOL (none), MEMORY. */
HV_MUST_CHECK int hv_compatibility_add_info(struct hv_compatibility *compatibility, const struct hv_instance *output,
                                            struct hv_error *err);
/*
 * OUTPUT of GetSystemCompatibilityVectors, objects inline or as CIM-XML text; what is malformed is passed over, and so is what
 * exceeds the limit. Errors: MEMORY.
 */
HV_MUST_CHECK int hv_compatibility_add_vectors(struct hv_compatibility *compatibility, const struct hv_instance *output,
                                               struct hv_error *err);

/* Does OPERATION hold between WANTED, the VM's value, and OFFERED, the host's? An unknown one never does. */
bool hv_vector_holds(int64_t operation, uint64_t wanted, uint64_t offered);

#endif
