/* CIM-XML INSTANCE text (DSP0201 5.2; what Hyper-V gives and takes: wsman.md 4.1 to 4.4). */
#include "cim/embedded.h"

#include <hvctl/wsman.h>
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "cim/datetime.h"
#include "cim/reference.h"
#include "cim/type.h"
#include "wsman/epr.h"
#include "xml/reader.h"
#include "xml/writer.h"

/* What goes into VALUE for TEXT of TYPE; NATIVE is room for a converted datetime. NULL when TEXT is no such value. */
static const char *value_text(enum hv_cim_type type, const char *text, char native[HV_DATETIME_CIM_SIZE]) {
    if (!text || !hv_type_fits(type, text))
        return NULL;
    if (type == HV_CIM_BOOLEAN)
        return hv_text_same(text, "true") ? "true" : "false";
    if (type == HV_CIM_DATETIME && hv_datetime_to_cim(text, native))
        return native;
    return text;
}

static int write_value(const struct hv_property *property, size_t index, struct hv_xml_writer *writer, struct hv_error *err) {
    enum hv_cim_type type = hv_property_type(property);
    const char *text = hv_property_text(property, index);
    char native[HV_DATETIME_CIM_SIZE];

    if (!text && hv_property_is_array(property) && !hv_property_reference(property, index) &&
        !hv_property_instance(property, index)) {
        hv_xml_put_element(writer, "VALUE.NULL", NULL);
        return 0;
    }
    text = value_text(type, text, native);
    if (!text)
        return hv_error_set(err, HV_E_ARGUMENT, "%s holds no value of type %s: \"%s\"", hv_property_name(property),
                            hv_type_name(type), hv_property_text(property, index) ? hv_property_text(property, index) : "");
    hv_xml_begin(writer, "VALUE");
    hv_xml_put_text(writer, text);
    hv_xml_end(writer);
    return 0;
}

/* References are no values here: settings name objects by path texts (wsman.md 4.3). */
static int check_type(const struct hv_property *property, struct hv_error *err) {
    enum hv_cim_type type = hv_property_type(property);

    if (type == HV_CIM_REFERENCE) {
        hv_error_set(err, HV_E_ARGUMENT, "%s is a reference, which an embedded instance cannot hold", hv_property_name(property));
        hv_error_remedy(err, "give the path of the object as a string");
        return HV_E_ARGUMENT;
    }
    if (!hv_type_name(type))
        return hv_error_set(err, HV_E_ARGUMENT, "the type of %s is not known", hv_property_name(property));
    return 0;
}

static int write_property(const struct hv_property *property, struct hv_xml_writer *writer, struct hv_error *err) {
    bool is_array = hv_property_is_array(property);
    size_t n = hv_property_n_values(property);
    int r;

    if (n == 0 && !hv_property_is_empty(property))
        return 0;
    r = check_type(property, err);
    if (r < 0)
        return r;
    hv_xml_begin(writer, is_array ? "PROPERTY.ARRAY" : "PROPERTY");
    hv_xml_put_attribute(writer, "NAME", hv_property_name(property));
    hv_xml_put_attribute(writer, "TYPE", hv_type_name(hv_property_type(property)));
    if (is_array)
        hv_xml_begin(writer, "VALUE.ARRAY");
    for (size_t i = 0; i < n && r == 0; i++)
        r = write_value(property, i, writer, err);
    if (is_array)
        hv_xml_end(writer);
    hv_xml_end(writer);
    return r;
}

int hv_embedded_encode(const struct hv_instance *instance, char **ret_text, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(HV_EMBEDDED_MAX_BYTES);
    struct hv_xml_writer writer;
    int r = 0;

    hv_xml_writer_init(&writer, &buf, HV_XML_ESCAPE_NUMERIC);
    hv_xml_begin(&writer, "INSTANCE");
    hv_xml_put_attribute(&writer, "CLASSNAME", hv_instance_class(instance));
    for (size_t i = 0; i < hv_instance_n_properties(instance) && r == 0; i++)
        r = write_property(hv_instance_property(instance, i), &writer, err);
    hv_xml_end(&writer);
    if (r == 0)
        r = hv_xml_writer_finish(&writer, "an embedded instance", err);
    if (r == 0)
        return hv_buf_take(&buf, "an embedded instance", ret_text, err);
    hv_error_prefix(err, "%s", hv_instance_class(instance));
    return r;
}

struct decoder {
    struct hv_instance *instance;
    const char *cim_namespace;
    int depth;
    struct hv_error *err;
};

static int read_instance(const struct hv_xml_node *node, const char *cim_namespace, int depth, struct hv_instance **ret_instance,
                         struct hv_error *err);

static int append_value(struct decoder *d, const char *name, enum hv_cim_type type, const struct hv_xml_node *value) {
    const char *text = hv_xml_text(value);
    size_t n_bytes;
    char native[HV_DATETIME_CIM_SIZE];
    char converted[HV_DATETIME_TEXT_SIZE];

    n_bytes = hv_type_is_word(type) ? hv_xml_trimmed(value, &text) : strlen(text);
    if (type == HV_CIM_DATETIME && n_bytes == HV_DATETIME_CIM_SIZE - 1) {
        memcpy(native, text, n_bytes);
        native[n_bytes] = '\0';
        if (hv_datetime_from_cim(native, converted)) {
            text = converted;
            n_bytes = strlen(converted);
        }
    }
    return hv_instance_append_text(d->instance, name, type, text, n_bytes, d->err);
}

static int append_object(struct decoder *d, const char *name, const struct hv_xml_node *holder) {
    const struct hv_xml_node *node = hv_xml_descendant(holder, NULL, "INSTANCE");
    struct hv_instance *object;
    int r;

    if (!node)
        return hv_instance_append_null(d->instance, name, HV_CIM_INSTANCE, d->err);
    r = read_instance(node, d->cim_namespace, d->depth + 1, &object, d->err);
    return r < 0 ? r : hv_instance_append_instance(d->instance, name, object, d->err);
}

/* WMI writes an object path as text where DSP0201 wants elements; it is kept as text. */
static int append_reference(struct decoder *d, const char *name, const struct hv_xml_node *value) {
    struct hv_epr *epr;
    int r;

    if (!hv_xml_first(value))
        return append_value(d, name, HV_CIM_REFERENCE, value);
    r = hv_reference_read(value, d->cim_namespace, &epr, d->err);
    return r < 0 ? r : hv_instance_append_reference(d->instance, name, epr, d->err);
}

/* One VALUE, VALUE.REFERENCE, VALUE.OBJECT or VALUE.NULL; anything else is no value. */
static int append_any(struct decoder *d, const char *name, enum hv_cim_type type, const struct hv_xml_node *value) {
    if (hv_xml_is(value, NULL, "VALUE"))
        return append_value(d, name, type, value);
    if (hv_xml_is(value, NULL, "VALUE.NULL"))
        return hv_instance_append_null(d->instance, name, type, d->err);
    if (hv_xml_is(value, NULL, "VALUE.REFERENCE"))
        return append_reference(d, name, value);
    if (hv_xml_is(value, NULL, "VALUE.OBJECT"))
        return append_object(d, name, value);
    return 0;
}

/* The kinds of property elements; the last two are of the WMI DTD (wsman.md 4.4). */
static const struct {
    const char *element;
    const char *list; /* element around the values; NULL when they stand in the property itself */
    enum hv_cim_type type;
} kinds[] = {
    { "PROPERTY", NULL, HV_CIM_UNKNOWN },
    { "PROPERTY.ARRAY", "VALUE.ARRAY", HV_CIM_UNKNOWN },
    { "PROPERTY.REFERENCE", NULL, HV_CIM_REFERENCE },
    { "PROPERTY.REFARRAY", "VALUE.REFARRAY", HV_CIM_REFERENCE },
    { "PROPERTY.OBJECT", NULL, HV_CIM_INSTANCE },
    { "PROPERTY.OBJECTARRAY", "VALUE.OBJECTARRAY", HV_CIM_INSTANCE },
};

/* A property of kind KIND; one without value is null. */
static int read_values(struct decoder *d, const struct hv_xml_node *node, size_t kind) {
    const char *name = hv_xml_attribute(node, "", "NAME");
    const char *type_name = hv_xml_attribute(node, "", "TYPE");
    enum hv_cim_type type = kinds[kind].type ? kinds[kind].type : hv_type_from_name(type_name);
    const struct hv_xml_node *holder = node;
    int r;

    if (!name)
        return hv_error_set(d->err, HV_E_PROTOCOL, "a property of the embedded instance of %s has no name",
                            hv_instance_class(d->instance));
    if (kinds[kind].list)
        holder = hv_xml_child(node, NULL, kinds[kind].list);
    r = hv_instance_declare(d->instance, name, type, kinds[kind].list != NULL, d->err);
    if (r == 0 && kinds[kind].list && holder)
        r = hv_instance_declare_empty(d->instance, name, type, d->err);
    for (const struct hv_xml_node *value = hv_xml_first(holder); value && r == 0; value = hv_xml_next(value))
        r = append_any(d, name, type, value);
    return r;
}

static int read_property(struct decoder *d, const struct hv_xml_node *node) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(kinds); i++) {
        if (hv_xml_is(node, NULL, kinds[i].element))
            return read_values(d, node, i);
    }
    return 0; /* QUALIFIER and whatever else there is */
}

static int read_instance(const struct hv_xml_node *node, const char *cim_namespace, int depth, struct hv_instance **ret_instance,
                         struct hv_error *err) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;
    struct decoder d = { .cim_namespace = cim_namespace, .depth = depth, .err = err };
    const char *class_name = hv_xml_attribute(node, "", "CLASSNAME");
    int r;

    if (!class_name)
        return hv_error_set(err, HV_E_PROTOCOL, "an embedded instance does not name its class");
    if (depth > HV_CIM_MAX_DEPTH)
        return hv_error_set(err, HV_E_LIMIT, "an embedded instance of %s is nested deeper than %d", class_name, HV_CIM_MAX_DEPTH);
    r = hv_instance_new_n(class_name, strlen(class_name), cim_namespace, strlen(cim_namespace), &instance, err);
    d.instance = instance;
    for (const struct hv_xml_node *child = hv_xml_first(node); child && r == 0; child = hv_xml_next(child))
        r = read_property(&d, child);
    if (r < 0)
        return r;
    *ret_instance = instance;
    instance = NULL;
    return 0;
}

int hv_embedded_decode(const char *text, const char *cim_namespace, struct hv_instance **ret_instance, struct hv_error *err) {
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
    const struct hv_xml_node *node;
    int r;

    /* An XML declaration must come first; its encoding is that of a text that once was elsewhere. */
    text += strspn(text, " \t\r\n");
    r = hv_xml_parse(text, strlen(text), "UTF-8", &doc, err);
    if (r < 0) {
        hv_error_prefix(err, "embedded instance");
        return r;
    }
    node = hv_xml_root(doc);
    if (!hv_xml_is(node, NULL, "INSTANCE"))
        node = hv_xml_descendant(node, NULL, "INSTANCE");
    if (!node)
        return hv_error_set(err, HV_E_PROTOCOL, "a text that should be an embedded instance holds none");
    return read_instance(node, cim_namespace ? cim_namespace : HV_NAMESPACE_V2, 0, ret_instance, err);
}

int hv_instance_to_text(const struct hv_instance *instance, char **ret_text, struct hv_error *err) {
    return hv_embedded_encode(instance, ret_text, err);
}

int hv_instance_from_text(const char *text, const char *cim_namespace, struct hv_instance **ret_instance, struct hv_error *err) {
    if (!text)
        return hv_error_set(err, HV_E_ARGUMENT, "there is no text of an instance");
    return hv_embedded_decode(text, cim_namespace, ret_instance, err);
}
