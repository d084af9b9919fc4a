/*
 * CIM as this host sees it: typed values, class descriptions, objects and paths (DSP0004). Shared by the model, which makes
 * objects, and the wire, which writes them; nothing in here knows XML.
 */
#ifndef SIM_OBJECT_H
#define SIM_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

enum sim_type {
    SIM_BOOLEAN,
    SIM_UINT8,
    SIM_UINT16,
    SIM_UINT32,
    SIM_UINT64,
    SIM_SINT8,
    SIM_SINT16,
    SIM_SINT32,
    SIM_SINT64,
    SIM_REAL32,
    SIM_REAL64,
    SIM_CHAR16, /* one UTF-16 code unit */
    SIM_STRING,
    SIM_DATETIME,  /* a timestamp or an interval */
    SIM_REFERENCE, /* an object path; an endpoint reference on the wire */
    SIM_OBJECT,    /* an object written inline (wsman.md 2.4), as SummaryInformation */
};

struct sim_datetime {
    bool interval;
    int64_t us; /* microseconds: since 1970 in UTC, or of the interval */
};

enum { SIM_DATETIME_TEXT_SIZE = 64 };
/* Element content in WS-CIM: "2024-05-01T10:11:12.5Z" for cim:Datetime, "P0DT0H5M0S" for cim:Interval. */
void sim_datetime_format(const struct sim_datetime *datetime, char text[SIM_DATETIME_TEXT_SIZE]);
/* The 25 characters of CIM: "20240501101112.500000+000", "00000000000500.000000:000". */
void sim_datetime_format_cim(const struct sim_datetime *datetime, char text[SIM_DATETIME_TEXT_SIZE]);
/* The first from its WS-CIM forms (Z or an offset), the second from the 25 characters; false when malformed. */
bool sim_datetime_parse(const char *text, struct sim_datetime *ret_datetime);
bool sim_datetime_parse_cim(const char *text, struct sim_datetime *ret_datetime);

struct sim_path;
struct sim_object;

union sim_scalar {
    bool boolean;
    uint64_t u; /* SIM_UINT*, SIM_CHAR16 */
    int64_t i;  /* SIM_SINT* */
    double real;
    char *text; /* SIM_STRING; embedded instances are strings too */
    struct sim_datetime datetime;
    struct sim_path *path;
    struct sim_object *object;
};

/* Null unless is_set. */
struct sim_value {
    enum sim_type type;
    bool is_array;
    bool is_set;    /* false: null. A set array may have no items */
    size_t n_items; /* 1 for a set scalar */
    union sim_scalar *items;
};

void sim_value_init(struct sim_value *value, enum sim_type type, bool is_array);
void sim_value_deinit(struct sim_value *value);
/* Appends one item given as WS-CIM text (boolean true/false in any case and 1/0, decimal numbers in the type's range, datetime as
 * by sim_datetime_parse): 0, 1 when TEXT is no value of this type (or a scalar is set already), -1 out of memory. Not for
 * references. A char16 is one character, or the number of its code unit when there are several digits. */
HV_MUST_CHECK int sim_value_add_text(struct sim_value *value, const char *text);
/* Appends a reference, consumed in every case: 0, 1 or -1 as above. */
HV_MUST_CHECK int sim_value_add_path(struct sim_value *value, struct sim_path *path_take);
/* Text of item I of any type but reference and object, as WS-CIM writes it: valid until TEXT goes away or the value changes. */
enum { SIM_NUMBER_TEXT_SIZE = 64 };
const char *sim_value_text(const struct sim_value *value, size_t i, char text[SIM_NUMBER_TEXT_SIZE]);
HV_MUST_CHECK int sim_value_copy(const struct sim_value *value, struct sim_value *ret_value);

/* "uint16" and so on, as CIM-XML and class descriptions write it. */
const char *sim_type_name(enum sim_type type);

/* ---- classes ---- */

struct sim_property {
    const char *name;
    enum sim_type type;
    bool is_array;
    bool is_key;
    bool is_writable;     /* may stand in an embedded instance given to a method */
    const char *embedded; /* class of the instance text in a SIM_STRING, or of a SIM_REFERENCE or SIM_OBJECT; NULL when none */
    uint32_t since;       /* Windows build that has it first; 0: all */
    bool is_octets;       /* array of SIM_UINT8 with the OctetString qualifier */
};

struct sim_parameter {
    const char *name;
    bool is_out;
    enum sim_type type;
    bool is_array;
    const char *embedded; /* as in sim_property */
    bool is_octets;       /* likewise */
};

struct sim_method {
    const char *name;
    const struct sim_parameter *parameters; /* in MOF order, in and out mixed */
    size_t n_parameters;
    uint32_t since;
    bool is_static;
    bool is_void; /* answers no ReturnValue; what goes wrong is a fault */
};

struct sim_class {
    const char *name;
    const char *ns; /* "root/virtualization/v2" */
    const struct sim_class *superclass;
    bool is_association;
    bool is_abstract;
    const struct sim_property **properties; /* inherited ones too, ascending regardless of case */
    const struct sim_property **declared;   /* the same, as declared, those of the superclass first */
    size_t n_properties;
    const struct sim_method **methods; /* inherited ones too */
    size_t n_methods;
};

/* All lookups regardless of case, as WMI does; NULL when there is none. */
struct sim_schema;
struct sim_schema *sim_schema_new(void); /* NULL: out of memory */
struct sim_schema *sim_schema_free(struct sim_schema *schema);
HV_DEFINE_CLEANUP(struct sim_schema *, sim_schema_free)
size_t sim_schema_n_classes(const struct sim_schema *schema);
const struct sim_class *sim_schema_class_at(const struct sim_schema *schema, size_t i);
bool sim_schema_has_namespace(const struct sim_schema *schema, const char *ns);
const struct sim_class *sim_schema_class(const struct sim_schema *schema, const char *ns, const char *name);
const struct sim_property *sim_class_property(const struct sim_class *class_, const char *name);
const struct sim_method *sim_class_method(const struct sim_class *class_, const char *name);
/* CLASS_ is named NAME or derives from it. */
bool sim_class_is_a(const struct sim_class *class_, const char *name);

/* ---- paths ---- */

struct sim_key {
    char *name;
    char *value;           /* unescaped text; NULL when PATH is set */
    struct sim_path *path; /* the key of an association */
};

struct sim_path {
    char *machine; /* NULL when none was given */
    char *ns;      /* with slashes; NULL when none was given */
    char *class_name;
    struct sim_key *keys;
    size_t n_keys;
};

/* NULL: out of memory. NS may be NULL. */
struct sim_path *sim_path_new(const char *ns, const char *class_name);
struct sim_path *sim_path_free(struct sim_path *path);
HV_DEFINE_CLEANUP(struct sim_path *, sim_path_free)
HV_MUST_CHECK bool sim_path_add(struct sim_path *path, const char *name, const char *value);
HV_MUST_CHECK bool sim_path_add_path(struct sim_path *path, const char *name, struct sim_path *value_take);
struct sim_path *sim_path_copy(const struct sim_path *path);
const char *sim_path_key(const struct sim_path *path, const char *name);
/* WMI text form (wsman.md 4.3): "\\HOST\root\virtualization\v2:Class.K="V",L="W"", machine and namespace optional, \ or / alike,
 * single or double quotes. Also reads what stands between the braces of ASSOCIATORS OF. NULL when malformed (or out of memory).
 */
struct sim_path *sim_path_parse(const char *text);
/* The text form; malloc()ed. */
char *sim_path_format(const struct sim_path *path);

/* ---- objects ---- */

struct sim_object {
    const struct sim_class *class_;
    struct sim_value *values; /* one for each property of the class, in its order */
    const char *ns;
    uint32_t build; /* of its host: properties with a later SINCE do not exist */
    bool broken;    /* a setter failed (setter.h) */
};

struct sim_object *sim_object_new(const struct sim_class *class_, uint32_t build);
struct sim_object *sim_object_free(struct sim_object *object);
HV_DEFINE_CLEANUP(struct sim_object *, sim_object_free)
struct sim_object *sim_object_copy(const struct sim_object *object);
/* NULL when the class has no such property or it is newer than the host. */
const struct sim_value *sim_object_value(const struct sim_object *object, const char *name);
/* Reference to the object with all its keys. */
struct sim_path *sim_object_path(const struct sim_object *object);
/* CIM-XML text of the object (wsman.md 4.2); malloc()ed. */
char *sim_object_cim_text(const struct sim_object *object);

#endif
