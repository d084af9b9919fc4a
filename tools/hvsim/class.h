/* How the class tables are written down; class.c joins them into a schema. */
#ifndef SIM_CLASS_H
#define SIM_CLASS_H

#include "base/size.h"
#include "model.h"
#include "object.h"

struct sim_class_spec {
    const char *name;
    const char *superclass; /* NULL: none; stands earlier in the tables */
    const char *ns;
    bool is_association;
    bool is_abstract;
    const struct sim_property *properties; /* its own; one of the same name replaces the inherited one */
    size_t n_properties;
    const struct sim_method *methods;
    size_t n_methods;
};

struct sim_class_table {
    const struct sim_class_spec *classes;
    size_t n_classes;
};

/* In the order in which they must be read. */
extern const struct sim_class_table sim_classes_cim;       /* class_cim.c: what everything derives from */
extern const struct sim_class_table sim_classes_system;    /* class_system.c: machines, services, switches, pools */
extern const struct sim_class_table sim_classes_setting;   /* class_setting.c: settings of VMs */
extern const struct sim_class_table sim_classes_migration; /* class_migration.c: migration service, its settings, jobs, errors */
extern const struct sim_class_table sim_classes_link;      /* class_link.c: associations */
extern const struct sim_class_table sim_classes_event;     /* class_event.c: what subscriptions bring */
extern const struct sim_class_table sim_classes_cluster;   /* class_cluster.c: root/MSCluster */
extern const struct sim_class_table sim_classes_lab;       /* class_lab.c: for tests of clients, and what can be written */

/* One property: read-only, writable, key; R for arrays. */
#define SIM_P(name_, type_)                                                                                                      \
    { name_, SIM_##type_, false, false, false, NULL, 0, false }
#define SIM_PR(name_, type_)                                                                                                     \
    { name_, SIM_##type_, true, false, false, NULL, 0, false }
#define SIM_PW(name_, type_)                                                                                                     \
    { name_, SIM_##type_, false, false, true, NULL, 0, false }
#define SIM_PWR(name_, type_)                                                                                                    \
    { name_, SIM_##type_, true, false, true, NULL, 0, false }
#define SIM_PK(name_, type_)                                                                                                     \
    { name_, SIM_##type_, false, true, true, NULL, 0, false }
/* Since a build. */
#define SIM_PS(name_, type_, since_)                                                                                             \
    { name_, SIM_##type_, false, false, false, NULL, since_, false }
#define SIM_PWS(name_, type_, since_)                                                                                            \
    { name_, SIM_##type_, false, false, true, NULL, since_, false }
/* An object written inline. */
#define SIM_P_OBJECT(name_, class_)                                                                                              \
    { name_, SIM_OBJECT, false, false, false, class_, 0, false }
/* One end of an association. */
#define SIM_END(name_, class_)                                                                                                   \
    { name_, SIM_REFERENCE, false, true, false, class_, 0, false }

#define SIM_IN(name_, type_)                                                                                                     \
    { name_, false, SIM_##type_, false, NULL, false }
#define SIM_INR(name_, type_)                                                                                                    \
    { name_, false, SIM_##type_, true, NULL, false }
#define SIM_IN_EMBEDDED(name_, class_)                                                                                           \
    { name_, false, SIM_STRING, false, class_, false }
#define SIM_INR_EMBEDDED(name_, class_)                                                                                          \
    { name_, false, SIM_STRING, true, class_, false }
#define SIM_IN_REF(name_, class_)                                                                                                \
    { name_, false, SIM_REFERENCE, false, class_, false }
#define SIM_INR_REF(name_, class_)                                                                                               \
    { name_, false, SIM_REFERENCE, true, class_, false }
#define SIM_OUT(name_, type_)                                                                                                    \
    { name_, true, SIM_##type_, false, NULL, false }
#define SIM_OUTR(name_, type_)                                                                                                   \
    { name_, true, SIM_##type_, true, NULL, false }
#define SIM_OUT_EMBEDDED(name_, class_)                                                                                          \
    { name_, true, SIM_STRING, false, class_, false }
#define SIM_OUTR_EMBEDDED(name_, class_)                                                                                         \
    { name_, true, SIM_STRING, true, class_, false }
#define SIM_OUTR_OBJECT(name_, class_)                                                                                           \
    { name_, true, SIM_OBJECT, true, class_, false }
#define SIM_OUT_REF(name_, class_)                                                                                               \
    { name_, true, SIM_REFERENCE, false, class_, false }
#define SIM_OUTR_REF(name_, class_)                                                                                              \
    { name_, true, SIM_REFERENCE, true, class_, false }

#define SIM_METHOD(name_, parameters_)                                                                                           \
    { name_, parameters_, HV_ARRAY_SIZE(parameters_), 0, false, false }
#define SIM_METHOD_STATIC(name_, parameters_)                                                                                    \
    { name_, parameters_, HV_ARRAY_SIZE(parameters_), 0, true, false }
#define SIM_METHOD_SINCE(name_, parameters_, since_)                                                                             \
    { name_, parameters_, HV_ARRAY_SIZE(parameters_), since_, false, false }
#define SIM_METHOD_VOID(name_, parameters_)                                                                                      \
    { name_, parameters_, HV_ARRAY_SIZE(parameters_), 0, false, true }

#define SIM_PROPERTIES(array) array, HV_ARRAY_SIZE(array)
#define SIM_METHODS(array)    array, HV_ARRAY_SIZE(array)
#define SIM_NONE              NULL, 0

/* Builds with which things came (hyperv.md 2.2). */
#define SIM_BUILD_2012    9200
#define SIM_BUILD_2012_R2 9600
#define SIM_BUILD_2016    14393
#define SIM_BUILD_1703    15063
#define SIM_BUILD_1709    16299
#define SIM_BUILD_2019    17763
#define SIM_BUILD_2022    20348
#define SIM_BUILD_23H2    25398
#define SIM_BUILD_2025    26100

#endif
