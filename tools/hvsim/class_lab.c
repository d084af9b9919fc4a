/*
 * Classes that no Hyper-V host needs. Those of root/hvsim are for tests of clients: every CIM type as property and as parameter
 * (DSP0004 5.2), and instances by the thousand. Win32_Environment stands for the ordinary classes that are changed by Put, Create
 * and Delete.
 */
#include "class.h"

#define OCTETS(name_)                                                                                                            \
    { name_, SIM_UINT8, true, false, true, NULL, 0, true }
#define EMBEDDED(name_, is_array_)                                                                                               \
    { name_, SIM_STRING, is_array_, false, true, "Hvsim_Part", 0, false }
#define OBJECT(name_, is_array_)                                                                                                 \
    { name_, SIM_OBJECT, is_array_, false, true, "Hvsim_Part", 0, false }

/* NAME, type: what goes in and out as text, alone and in arrays. */
#define TYPES(X)                                                                                                                 \
    X(Boolean, BOOLEAN)                                                                                                          \
    X(Uint8, UINT8)                                                                                                              \
    X(Uint16, UINT16)                                                                                                            \
    X(Uint32, UINT32)                                                                                                            \
    X(Uint64, UINT64)                                                                                                            \
    X(Sint8, SINT8)                                                                                                              \
    X(Sint16, SINT16)                                                                                                            \
    X(Sint32, SINT32)                                                                                                            \
    X(Sint64, SINT64)                                                                                                            \
    X(Real32, REAL32)                                                                                                            \
    X(Real64, REAL64)                                                                                                            \
    X(Char16, CHAR16)                                                                                                            \
    X(String, STRING)                                                                                                            \
    X(Datetime, DATETIME)                                                                                                        \
    X(Interval, DATETIME)

#define PROPERTY(name_, type_) SIM_PW(#name_, type_), SIM_PWR(#name_ "Array", type_),

static const struct sim_property all_types[] = {
    SIM_PK("Id", STRING),
    TYPES(PROPERTY) OCTETS("Octets"),
    EMBEDDED("Embedded", false),
    EMBEDDED("EmbeddedArray", true),
    OBJECT("Object", false),
    OBJECT("ObjectArray", true),
    { "Reference", SIM_REFERENCE, false, false, true, NULL, 0, false },
    SIM_PW("Nothing", STRING),
};

static const struct sim_property part[] = {
    SIM_PK("Name", STRING),  SIM_PW("Number", UINT32), SIM_PW("When", DATETIME),
    SIM_PW("Flag", BOOLEAN), SIM_PWR("Texts", STRING), SIM_PWR("Numbers", SINT64),
};

static const struct sim_property link[] = { SIM_END("Left", "Hvsim_AllTypes"), SIM_END("Right", "Hvsim_AllTypes"),
                                            SIM_PW("Weight", UINT32) };

/* In and out under one name, as far as the name of the out-parameter begins with Out. */
#define PARAMETERS(name_, type_)                                                                                                 \
    SIM_IN(#name_, type_), SIM_OUT("Out" #name_, type_), SIM_INR(#name_ "Array", type_), SIM_OUTR("Out" #name_ "Array", type_),

static const struct sim_parameter echo[] = {
    TYPES(PARAMETERS){ "Octets", false, SIM_UINT8, true, NULL, true },
    { "OutOctets", true, SIM_UINT8, true, NULL, true },
    SIM_IN_EMBEDDED("Embedded", "Hvsim_Part"),
    SIM_OUT_EMBEDDED("OutEmbedded", "Hvsim_Part"),
    SIM_INR_EMBEDDED("EmbeddedArray", "Hvsim_Part"),
    SIM_OUTR_EMBEDDED("OutEmbeddedArray", "Hvsim_Part"),
    { "Object", false, SIM_OBJECT, false, "Hvsim_Part", false },
    { "OutObject", true, SIM_OBJECT, false, "Hvsim_Part", false },
    { "ObjectArray", false, SIM_OBJECT, true, "Hvsim_Part", false },
    SIM_OUTR_OBJECT("OutObjectArray", "Hvsim_Part"),
    SIM_IN_REF("Reference", NULL),
    SIM_OUT_REF("OutReference", NULL),
    SIM_INR_REF("ReferenceArray", NULL),
    SIM_OUTR_REF("OutReferenceArray", NULL),
};

static const struct sim_method echo_methods[] = { SIM_METHOD_STATIC("Echo", echo) };

static const struct sim_property bulk[] = {
    SIM_PK("Index", UINT32),    SIM_P("Boolean0", BOOLEAN), SIM_P("Boolean1", BOOLEAN), SIM_P("Boolean2", BOOLEAN),
    SIM_P("Boolean3", BOOLEAN), SIM_P("Number0", UINT64),   SIM_P("Number1", UINT64),   SIM_P("Number2", UINT64),
    SIM_P("Number3", UINT64),   SIM_P("Number4", UINT64),   SIM_P("Number5", UINT64),   SIM_P("Number6", UINT64),
    SIM_P("Number7", UINT64),   SIM_P("Small0", UINT16),    SIM_P("Small1", UINT16),    SIM_P("Small2", UINT16),
    SIM_P("Small3", UINT16),    SIM_P("Text0", STRING),     SIM_P("Text1", STRING),     SIM_P("Text2", STRING),
    SIM_P("Text3", STRING),     SIM_P("Text4", STRING),     SIM_P("Text5", STRING),     SIM_P("Text6", STRING),
    SIM_P("Text7", STRING),     SIM_P("Missing0", STRING),  SIM_P("Missing1", STRING),  SIM_PR("Numbers", UINT16),
    SIM_PR("Texts", STRING),    SIM_P("When", DATETIME),
};

static const struct sim_property environment[] = {
    SIM_P("Caption", STRING), SIM_P("Description", STRING),     SIM_P("InstallDate", DATETIME), SIM_PK("Name", STRING),
    SIM_P("Status", STRING),  SIM_P("SystemVariable", BOOLEAN), SIM_PK("UserName", STRING),     SIM_PW("VariableValue", STRING),
};

#define LAB(name_, is_association_, ...)                                                                                         \
    { name_, NULL, SIM_NS_LAB, is_association_, false, __VA_ARGS__ }

static const struct sim_class_spec classes[] = {
    LAB("Hvsim_Part", false, SIM_PROPERTIES(part), SIM_NONE),
    LAB("Hvsim_AllTypes", false, SIM_PROPERTIES(all_types), SIM_NONE),
    LAB("Hvsim_Link", true, SIM_PROPERTIES(link), SIM_NONE),
    LAB("Hvsim_Echo", false, SIM_NONE, SIM_METHODS(echo_methods)),
    LAB("Hvsim_Bulk", false, SIM_PROPERTIES(bulk), SIM_NONE),
    { "Win32_Environment", NULL, SIM_NS_CIMV2, false, false, SIM_PROPERTIES(environment), SIM_NONE },
};

const struct sim_class_table sim_classes_lab = { classes, HV_ARRAY_SIZE(classes) };
