/* Table of CIM types (DSP0004 5.2.1, DSP0201 5.1.4, DSP0230 7.2) and the check of values against them. */
#include "cim/type.h"

#include <string.h>

#include "base/size.h"
#include "base/text.h"
#include "cim/datetime.h"

/* XSD is the XML Schema name; WS-CIM puts "cim" before it: cimUnsignedShort. */
static const struct {
    enum hv_cim_type type;
    const char *name;
    const char *xsd;
    int64_t min;
    uint64_t max; /* 0: no integer */
} types[] = {
    { HV_CIM_BOOLEAN, "boolean", "boolean", 0, 0 },
    { HV_CIM_STRING, "string", "string", 0, 0 },
    { HV_CIM_CHAR16, "char16", "char16", 0, 0 },
    { HV_CIM_UINT8, "uint8", "unsignedByte", 0, UINT8_MAX },
    { HV_CIM_SINT8, "sint8", "byte", INT8_MIN, INT8_MAX },
    { HV_CIM_UINT16, "uint16", "unsignedShort", 0, UINT16_MAX },
    { HV_CIM_SINT16, "sint16", "short", INT16_MIN, INT16_MAX },
    { HV_CIM_UINT32, "uint32", "unsignedInt", 0, UINT32_MAX },
    { HV_CIM_SINT32, "sint32", "int", INT32_MIN, INT32_MAX },
    { HV_CIM_UINT64, "uint64", "unsignedLong", 0, UINT64_MAX },
    { HV_CIM_SINT64, "sint64", "long", INT64_MIN, INT64_MAX },
    { HV_CIM_REAL32, "real32", "float", 0, 0 },
    { HV_CIM_REAL64, "real64", "double", 0, 0 },
    { HV_CIM_DATETIME, "datetime", "dateTime", 0, 0 },
    { HV_CIM_REFERENCE, "reference", "reference", 0, 0 },
};

const char *hv_type_name(enum hv_cim_type type) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(types); i++) {
        if (types[i].type == type)
            return types[i].name;
    }
    return NULL;
}

enum hv_cim_type hv_type_from_name(const char *name) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(types); i++) {
        if (hv_text_same(types[i].name, name))
            return types[i].type;
    }
    return HV_CIM_UNKNOWN;
}

enum hv_cim_type hv_type_from_xsi(const char *qname) {
    const char *colon = strchr(qname, ':');
    const char *local = colon ? colon + 1 : qname;

    if (hv_text_starts_same(local, "cim"))
        local += strlen("cim");
    for (size_t i = 0; i < HV_ARRAY_SIZE(types); i++) {
        if (hv_text_same(types[i].xsd, local))
            return types[i].type;
    }
    return HV_CIM_UNKNOWN;
}

bool hv_type_is_word(enum hv_cim_type type) {
    return type != HV_CIM_UNKNOWN && type != HV_CIM_STRING && type != HV_CIM_CHAR16;
}

static bool fits_integer(enum hv_cim_type type, const char *text) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(types); i++) {
        uint64_t u;
        int64_t s;

        if (types[i].type != type)
            continue;
        if (types[i].min == 0)
            return hv_text_u64(text, strlen(text), 0, types[i].max, &u);
        return hv_text_i64(text, strlen(text), types[i].min, (int64_t)types[i].max, &s);
    }
    return false;
}

/* Lexical form of xs:float and xs:double: digits, a point, an exponent. */
static bool fits_real(const char *text) {
    size_t n_whole;
    size_t n_fraction = 0;

    if (strcmp(text, "INF") == 0 || strcmp(text, "-INF") == 0 || strcmp(text, "NaN") == 0)
        return true;
    text += *text == '-' || *text == '+';
    n_whole = strspn(text, "0123456789");
    text += n_whole;
    if (*text == '.') {
        n_fraction = strspn(++text, "0123456789");
        text += n_fraction;
    }
    if (n_whole + n_fraction == 0)
        return false;
    if (*text == 'e' || *text == 'E') {
        text++;
        text += *text == '-' || *text == '+';
        return *text && strspn(text, "0123456789") == strlen(text);
    }
    return !*text;
}

/* One UTF-16 code unit. */
static bool fits_char16(const char *text) {
    uint32_t code;
    size_t n_bytes = strlen(text);

    return n_bytes > 0 && hv_utf8_decode(text, n_bytes, &code) == n_bytes && code <= 0xFFFF;
}

bool hv_type_fits(enum hv_cim_type type, const char *text) {
    char cim[HV_DATETIME_CIM_SIZE];

    switch (type) {
    case HV_CIM_STRING:
        return true;
    case HV_CIM_BOOLEAN:
        return hv_text_same(text, "true") || hv_text_same(text, "false");
    case HV_CIM_CHAR16:
        return fits_char16(text);
    case HV_CIM_UINT8:
    case HV_CIM_SINT8:
    case HV_CIM_UINT16:
    case HV_CIM_SINT16:
    case HV_CIM_UINT32:
    case HV_CIM_SINT32:
    case HV_CIM_UINT64:
    case HV_CIM_SINT64:
        return fits_integer(type, text);
    case HV_CIM_REAL32:
    case HV_CIM_REAL64:
        return fits_real(text);
    case HV_CIM_DATETIME:
        return hv_datetime_to_cim(text, cim) || hv_datetime_is_cim(text);
    case HV_CIM_UNKNOWN:
    case HV_CIM_REFERENCE:
    case HV_CIM_INSTANCE:
        break;
    }
    return false;
}
