/* Writing WS-CIM instances (DSP0230; wsman.md 2). Values go back in the form in which they came. */
#include "cim/write.h"

#include <string.h>

#include "base/error.h"
#include "cim/datetime.h"
#include "cim/params.h"
#include "cim/type.h"
#include "wsman/epr.h"
#include "wsman/uri.h"

enum {
    URI_MAX_BYTES = 4096,
    SHOWN = 64, /* bytes of a value in messages */
};

/* Prefix of the properties of an instance that is inside that many others, and the attribute that binds it. */
static const struct {
    const char *prefix;
    const char *binding;
} levels[HV_CIM_MAX_DEPTH + 1] = {
    { "p", "xmlns:p" },   { "p1", "xmlns:p1" }, { "p2", "xmlns:p2" }, { "p3", "xmlns:p3" }, { "p4", "xmlns:p4" },
    { "p5", "xmlns:p5" }, { "p6", "xmlns:p6" }, { "p7", "xmlns:p7" }, { "p8", "xmlns:p8" },
};

struct encoder {
    struct hv_xml_writer *writer;
    const char *resource_uri;
    struct hv_error *err;
};

static int write_properties(const struct encoder *e, const struct hv_instance *instance, size_t depth);

static int check_name(const struct encoder *e, const char *name) {
    if (!hv_params_is_name(name))
        return hv_error_set(e->err, HV_E_ARGUMENT, "\"%s\" is no name of a class or property that could be sent", name);
    return 0;
}

/* Is TEXT made of these CHARACTERS only, and not empty? */
static bool is_of(const char *text, const char *characters) {
    return *text && strspn(text, characters) == strlen(text);
}

/* The element that says what sort of date TEXT is, NULL when it is none; what RFC 3339 cannot say stays in its native form. */
static const char *datetime_element(const char *text) {
    char native[HV_DATETIME_CIM_SIZE];

    if (hv_datetime_is_cim(text))
        return "cim:CIM_DateTime";
    if (hv_datetime_to_cim(text, native))
        return hv_datetime_is_interval(text) ? "cim:Interval" : "cim:Datetime";
    /* Valid in WS-CIM, but more than a CIM datetime can say: fractions, parts of a date. */
    if (is_of(text, "P0123456789YMDTHS.") && *text == 'P')
        return "cim:Interval";
    if (is_of(text, "0123456789-:.TZ+") && strchr(text, 'T'))
        return "cim:Datetime";
    if (is_of(text, "0123456789:.Z+-") && strchr(text, ':'))
        return "cim:Time";
    return is_of(text, "0123456789-") && strchr(text, '-') ? "cim:Date" : NULL;
}

/* An octet array may stand as base64 in one text (DSP0230 7.2.5), which is no number. */
static bool is_octets(const struct hv_property *property, const char *text) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = strspn(text, digits);

    return hv_property_type(property) == HV_CIM_UINT8 && hv_property_is_array(property) && hv_property_n_values(property) == 1 &&
           strlen(text) % 4 == 0 && strspn(text + n, "=") == strlen(text + n) && strlen(text + n) <= 2;
}

/* The other spelling of xs:boolean: a host that uses it gets it back. */
static bool is_digit_boolean(const char *text) {
    return strcmp(text, "0") == 0 || strcmp(text, "1") == 0;
}

static int write_text(const struct encoder *e, const struct hv_property *property, const char *text) {
    enum hv_cim_type type = hv_property_type(property);

    if (type == HV_CIM_DATETIME && datetime_element(text)) {
        hv_xml_put_element(e->writer, datetime_element(text), text);
        return 0;
    }
    if (type == HV_CIM_BOOLEAN && is_digit_boolean(text)) {
        hv_xml_put_text(e->writer, text);
        return 0;
    }
    if ((hv_type_is_word(type) || type == HV_CIM_CHAR16) && type != HV_CIM_REFERENCE && type != HV_CIM_INSTANCE &&
        !hv_type_fits(type, text) && !is_octets(property, text))
        return hv_error_set(e->err, HV_E_ARGUMENT, "%s is no value of type %s: \"%.*s\"", hv_property_name(property),
                            hv_type_name(type), SHOWN, text);
    hv_xml_put_text(e->writer, text);
    return 0;
}

/* An instance inside: the property element gets its type, and its properties in the namespace of their class. */
static int write_object(const struct encoder *e, const struct hv_instance *object, size_t depth) {
    HV_CLEANUP_BUF struct hv_buf uri = HV_BUF_INIT(URI_MAX_BYTES);
    HV_CLEANUP_BUF struct hv_buf type = HV_BUF_INIT(URI_MAX_BYTES);
    const char *class_name = hv_instance_class(object);
    int r = check_name(e, class_name);

    if (r == 0 && depth > HV_CIM_MAX_DEPTH)
        r = hv_error_set(e->err, HV_E_ARGUMENT, "instances are nested deeper than %d", HV_CIM_MAX_DEPTH);
    if (r < 0)
        return r;
    hv_buf_append(&uri, e->resource_uri, (size_t)(hv_uri_class(e->resource_uri) - e->resource_uri));
    hv_buf_puts(&uri, class_name);
    hv_buf_printf(&type, "%s:%s_Type", levels[depth].prefix, class_name);
    r = hv_buf_finish(&uri, "a resource URI", e->err);
    if (r == 0)
        r = hv_buf_finish(&type, "a class name", e->err);
    if (r < 0)
        return r;
    hv_xml_put_attribute(e->writer, levels[depth].binding, hv_buf_text(&uri));
    hv_xml_put_attribute(e->writer, "xsi:type", hv_buf_text(&type));
    return write_properties(e, object, depth);
}

static int write_value(const struct encoder *e, const struct hv_property *property, size_t index, size_t depth) {
    const struct hv_epr *reference = hv_property_reference(property, index);
    const struct hv_instance *object = hv_property_instance(property, index);
    const char *text = hv_property_text(property, index);
    int r = 0;

    hv_xml_begin_in(e->writer, levels[depth].prefix, hv_property_name(property));
    if (reference)
        hv_epr_write(e->writer, reference);
    else if (object)
        r = write_object(e, object, depth + 1);
    else if (text)
        r = write_text(e, property, text);
    else
        hv_xml_put_attribute(e->writer, "xsi:nil", "true");
    hv_xml_end(e->writer);
    return r;
}

static int write_property(const struct encoder *e, const struct hv_property *property, size_t depth) {
    size_t n = hv_property_n_values(property);
    int r = check_name(e, hv_property_name(property));

    for (size_t i = 0; r == 0 && (i < n || i == 0); i++)
        r = write_value(e, property, i, depth);
    return r;
}

static int write_properties(const struct encoder *e, const struct hv_instance *instance, size_t depth) {
    int r = 0;

    for (size_t i = 0; r == 0 && i < hv_instance_n_properties(instance); i++)
        r = write_property(e, hv_instance_property(instance, i), depth);
    return r;
}

static void bind_prefixes(const struct encoder *e) {
    hv_xml_put_attribute(e->writer, "xmlns:xsi", HV_NS_XSI);
    hv_xml_put_attribute(e->writer, levels[0].binding, e->resource_uri);
    hv_xml_put_attribute(e->writer, "xmlns:cim", HV_NS_CIM);
}

static void bind_types(const struct encoder *e) {
    hv_xml_put_attribute(e->writer, "xmlns:xsi", HV_NS_XSI);
    hv_xml_put_attribute(e->writer, "xmlns:cim", HV_NS_CIM);
}

int hv_wire_write_instance(struct hv_xml_writer *writer, const struct hv_instance *instance, const char *resource_uri,
                           struct hv_error *err) {
    const struct encoder e = { .writer = writer, .resource_uri = resource_uri, .err = err };
    int r = check_name(&e, hv_uri_class(resource_uri));

    if (r < 0)
        return r;
    hv_xml_begin_in(writer, levels[0].prefix, hv_uri_class(resource_uri));
    bind_prefixes(&e);
    r = write_properties(&e, instance, 0);
    hv_xml_end(writer);
    return r;
}

int hv_wire_write_fragment(struct hv_xml_writer *writer, const struct hv_instance *instance, const char *name,
                           const char *resource_uri, struct hv_error *err) {
    const struct encoder e = { .writer = writer, .resource_uri = resource_uri, .err = err };
    const struct hv_property *property = hv_instance_find(instance, name);
    int r;

    if (!property)
        return hv_error_set(err, HV_E_ARGUMENT, "there is no property %s to put", name);
    hv_xml_begin(writer, "w:XmlFragment");
    bind_prefixes(&e);
    r = write_property(&e, property, 0);
    hv_xml_end(writer);
    return r;
}

int hv_wire_write_object(struct hv_xml_writer *writer, const struct hv_instance *instance, const char *resource_uri,
                         struct hv_error *err) {
    const struct encoder e = { .writer = writer, .resource_uri = resource_uri, .err = err };

    bind_types(&e);
    return write_object(&e, instance, 1);
}
