/*
 * WQL as the WMI plug-in takes it in a filter (MS-WMI 2.2.1, wsman.md 1.8): SELECT with WHERE, ASSOCIATORS OF, REFERENCES OF.
 * Event queries have WITHIN, and properties of the instances in the event ("TargetInstance.Name"). Schema queries and the
 * keywords ClassDefsOnly, KeysOnly and SchemaOnly are refused.
 */
#ifndef SIM_WQL_H
#define SIM_WQL_H

#include "object.h"
#include "soapfault.h"

enum {
    SIM_WQL_MAX_LENGTH = 65536,
    SIM_WQL_MAX_NODES = 1024,
    SIM_WQL_MAX_DEPTH = 32,
    SIM_WQL_MAX_COLUMNS = 256,
    SIM_WQL_MAX_WITHIN = 86400,
};

enum sim_wql_kind {
    SIM_WQL_SELECT,
    SIM_WQL_ASSOCIATORS,
    SIM_WQL_REFERENCES,
};

enum sim_wql_op {
    SIM_WQL_AND,
    SIM_WQL_OR,
    SIM_WQL_NOT,
    SIM_WQL_EQ,
    SIM_WQL_NE,
    SIM_WQL_LT,
    SIM_WQL_GT,
    SIM_WQL_LE,
    SIM_WQL_GE,
    SIM_WQL_LIKE,
    SIM_WQL_ISA,     /* only of __this, which is the instance itself */
    SIM_WQL_IS_NULL, /* also of = NULL */
};

/* What a literal was written as. */
enum sim_wql_literal {
    SIM_WQL_NONE,
    SIM_WQL_TEXT,
    SIM_WQL_NUMBER,
    SIM_WQL_TRUE,
    SIM_WQL_FALSE,
    SIM_WQL_PROPERTY, /* of an instance in an event, in place of a literal */
};

struct sim_wql_node {
    enum sim_wql_op op;
    size_t left; /* AND, OR, NOT: nodes of the array */
    size_t right;
    char *property;
    enum sim_wql_literal literal;
    char *text; /* of TEXT, unescaped, of NUMBER and of PROPERTY */
};

struct sim_wql {
    enum sim_wql_kind kind;
    char *class_name; /* SELECT */
    char **columns;   /* none: * */
    size_t n_columns;
    struct sim_wql_node *nodes;
    size_t n_nodes;
    uint64_t within_s; /* of an event query; 0: none */
    bool has_where;
    size_t where;            /* top node */
    struct sim_path *object; /* ASSOCIATORS, REFERENCES */
    char *assoc_class;
    char *result_class;
    char *role;
    char *result_role;
};

/* Faults: CANNOT_PROCESS_FILTER with invalid query. */
bool sim_wql_parse(const char *text, struct sim_wql **ret_wql, struct sim_soap_fault *fault);
struct sim_wql *sim_wql_free(struct sim_wql *wql);
HV_DEFINE_CLEANUP(struct sim_wql *, sim_wql_free)

/* Every property of a SELECT exists in its class on a host of that build, and every literal is comparable with its property. */
bool sim_wql_check(const struct sim_wql *wql, const struct sim_class *class_, uint32_t build, struct sim_soap_fault *fault);
/* The same for an event of the class EVENT about an instance of TARGET. */
bool sim_wql_check_event(const struct sim_wql *wql, const struct sim_class *event, const struct sim_class *target, uint32_t build,
                         struct sim_soap_fault *fault);
/* What TargetInstance must be according to the query; NULL when it does not say. */
const char *sim_wql_target(const struct sim_wql *wql);
/* The object fits WHERE of a query that was checked. */
bool sim_wql_match(const struct sim_wql *wql, const struct sim_object *object);

#endif
