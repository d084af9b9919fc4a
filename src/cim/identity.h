/* Which instance is this? A number that is the same for the same one, to compare two runs of an enumeration. */
#ifndef CIM_IDENTITY_H
#define CIM_IDENTITY_H

#include "cim/instance.h"

#define HV_IDENTITY_BEGIN UINT64_C(0xCBF29CE484222325)

/*
 * Mixes into HASH the name of INSTANCE: EPR or its own reference when there is one, else the properties that are keys in the CIM
 * schema (InstanceID, or CreationClassName with Name, DeviceID, SystemName and SystemCreationClassName), else all values.
 * INSTANCE may be NULL when EPR is not.
 */
uint64_t hv_identity_mix(uint64_t hash, const struct hv_instance *instance, const struct hv_epr *epr);

#endif
