/* Intrinsic events of WMI: an instance came, went or changed. They are only ever in answers to subscriptions. */
#include "class.h"

static const struct sim_property event[] = { SIM_PR("SECURITY_DESCRIPTOR", UINT8), SIM_P("TIME_CREATED", UINT64) };
static const struct sim_property operation[] = { { "TargetInstance", SIM_OBJECT, false, false, false, NULL, 0, false } };
static const struct sim_property modification[] = { { "PreviousInstance", SIM_OBJECT, false, false, false, NULL, 0, false } };

#define EVENTS(ns_)                                                                                                              \
    { "__Event", NULL, ns_, false, true, SIM_PROPERTIES(event), SIM_NONE },                                                      \
        { "__InstanceOperationEvent", "__Event", ns_, false, false, SIM_PROPERTIES(operation), SIM_NONE },                       \
        { "__InstanceCreationEvent", "__InstanceOperationEvent", ns_, false, false, SIM_NONE, SIM_NONE },                        \
        { "__InstanceDeletionEvent", "__InstanceOperationEvent", ns_, false, false, SIM_NONE, SIM_NONE }, {                      \
        "__InstanceModificationEvent", "__InstanceOperationEvent", ns_, false, false, SIM_PROPERTIES(modification), SIM_NONE     \
    }

static const struct sim_class_spec classes[] = { EVENTS(SIM_NS_VIRTUALIZATION), EVENTS(SIM_NS_CIMV2), EVENTS(SIM_NS_LAB) };

const struct sim_class_table sim_classes_event = { classes, HV_ARRAY_SIZE(classes) };
