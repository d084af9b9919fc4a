/* Objects as the elements WinRM writes (wsman.md 2). */
#include "instance.h"

#include <string.h>

#include <openssl/evp.h>

#include "base/text.h"
#include "names.h"
#include "xml.h"

bool sim_property_visible(const struct sim_property *property, uint32_t build) {
    return property->since <= build;
}

/* Where an element's name and its children's prefixes come from. */
struct form {
    const struct sim_writing *writing;
    const char *ns;
    bool bare; /* no prefixes: inside w:XmlFragment */
};

static void write_properties(struct sim_xml *xml, const struct form *form, const struct sim_object *object);

static void write_datetime(struct sim_xml *xml, const struct form *form, const struct sim_datetime *datetime) {
    char text[SIM_DATETIME_TEXT_SIZE];
    const char *name = datetime->interval ? "cim:Interval" : "cim:Datetime";

    sim_datetime_format(datetime, text);
    sim_xml_leaf(xml, form->bare ? name + strlen("cim:") : name, text);
}

static void write_object(struct sim_xml *xml, const struct form *form, const struct sim_object *object) {
    HV_CLEANUP_FREE char *uri = sim_class_uri(form->writing->style, object->ns, object->class_->name);
    HV_CLEANUP_BUF struct hv_buf type = HV_BUF_INIT(1024);
    const struct form inner = { .writing = form->writing, .ns = object->ns };

    if (!uri) {
        xml->failed = true;
        return;
    }
    hv_buf_printf(&type, "p:%s_Type", object->class_->name);
    sim_xml_ns(xml, "p", uri);
    sim_xml_attr(xml, "xsi:type", hv_buf_text(&type));
    write_properties(xml, &inner, object);
}

/* OMI writes TRUE and FALSE (wsman.md 7). */
static const char *boolean_text(const struct form *form, bool flag) {
    if (form->writing->manner->peer == SIM_PEER_OMI)
        return flag ? "TRUE" : "FALSE";
    return flag ? "true" : "false";
}

static void write_item(struct sim_xml *xml, const struct form *form, const char *name, const struct sim_value *value, size_t i) {
    char number[SIM_NUMBER_TEXT_SIZE];

    sim_xml_open(xml, name);
    switch (value->type) {
    case SIM_DATETIME:
        write_datetime(xml, form, &value->items[i].datetime);
        break;
    case SIM_REFERENCE:
        sim_xml_ns(xml, "a", SIM_NS_ADDR);
        sim_xml_ns(xml, "w", SIM_NS_WSMAN);
        sim_epr_write(xml, form->writing->style, value->items[i].path, form->ns);
        break;
    case SIM_OBJECT:
        write_object(xml, form, value->items[i].object);
        break;
    case SIM_BOOLEAN:
        sim_xml_text(xml, boolean_text(form, value->items[i].boolean));
        break;
    case SIM_UINT8:
    case SIM_UINT16:
    case SIM_UINT32:
    case SIM_UINT64:
    case SIM_SINT8:
    case SIM_SINT16:
    case SIM_SINT32:
    case SIM_SINT64:
    case SIM_REAL32:
    case SIM_REAL64:
    case SIM_CHAR16:
    case SIM_STRING:
        sim_xml_text(xml, sim_value_text(value, i, number));
        break;
    }
    sim_xml_close_full(xml);
}

static void write_null(struct sim_xml *xml, const struct form *form, const char *tag, bool is_array) {
    const bool is_precise = form->writing->precise_arrays;

    if (!is_array) {
        sim_xml_nil(xml, tag);
        return;
    }
    if (!is_precise && form->writing->manner->peer != SIM_PEER_OMI)
        return;
    sim_xml_open(xml, tag);
    if (is_precise) {
        sim_xml_ns(xml, "msftwinrm", SIM_NS_MSWSMAN);
        sim_xml_attr(xml, "msftwinrm:IsNullArray", "true");
    }
    sim_xml_attr(xml, "xsi:nil", "true");
    sim_xml_close(xml);
}

/* One text for all bytes (DSP0230's base64; hyperv.md 1.3). */
static void write_base64(struct sim_xml *xml, const char *tag, const struct sim_value *value) {
    HV_CLEANUP_FREE unsigned char *bytes = malloc(value->n_items + 1);
    HV_CLEANUP_FREE char *text = malloc(value->n_items / 3 * 4 + 8);

    if (!bytes || !text || value->n_items > INT_MAX) {
        xml->failed = true;
        return;
    }
    for (size_t i = 0; i < value->n_items; i++)
        bytes[i] = (unsigned char)value->items[i].u;
    (void)EVP_EncodeBlock((unsigned char *)text, bytes, (int)value->n_items);
    sim_xml_leaf(xml, tag, text);
}

static void write_value(struct sim_xml *xml, const struct form *form, const char *name, bool is_octets,
                        const struct sim_value *value) {
    HV_CLEANUP_BUF struct hv_buf tag = HV_BUF_INIT(1024);

    hv_buf_printf(&tag, "%s%s", form->bare ? "" : "p:", name);
    if (!value->is_set)
        write_null(xml, form, hv_buf_text(&tag), value->is_array);
    else if (is_octets && sim_has_quirk(form->writing->manner, SIM_QUIRK_OCTETS_BASE64))
        write_base64(xml, hv_buf_text(&tag), value);
    else
        for (size_t i = 0; i < value->n_items; i++)
            write_item(xml, form, hv_buf_text(&tag), value, i);
}

/* The properties of an object that its host has, in the order of its peer (wsman.md 7). */
static void write_property(struct sim_xml *xml, const struct form *form, const struct sim_object *object,
                           const struct sim_property *property) {
    const struct sim_value *value = sim_object_value(object, property->name);

    if (value)
        write_value(xml, form, property->name, property->is_octets, value);
}

static void write_properties(struct sim_xml *xml, const struct form *form, const struct sim_object *object) {
    const struct sim_class *class_ = object->class_;

    const bool in_class_order = form->writing->manner->peer != SIM_PEER_WINRM;

    for (size_t i = 0; i < class_->n_properties; i++)
        write_property(xml, form, object, in_class_order ? class_->declared[i] : class_->properties[i]);
}

void sim_instance_write(struct sim_xml *xml, const struct sim_writing *writing, const struct sim_object *object) {
    HV_CLEANUP_FREE char *uri = sim_class_uri(writing->style, object->ns, object->class_->name);
    HV_CLEANUP_BUF struct hv_buf name = HV_BUF_INIT(1024);
    HV_CLEANUP_BUF struct hv_buf type = HV_BUF_INIT(1024);
    const struct form form = { .writing = writing, .ns = object->ns };

    if (!uri) {
        xml->failed = true;
        return;
    }
    hv_buf_printf(&name, "p:%s", object->class_->name);
    hv_buf_printf(&type, "%s_Type", hv_buf_text(&name));
    sim_xml_open(xml, hv_buf_text(&name));
    sim_xml_ns(xml, "xsi", SIM_NS_XSI);
    sim_xml_ns(xml, "p", uri);
    sim_xml_ns(xml, "cim", SIM_NS_CIM);
    sim_xml_attr(xml, "xsi:type", hv_buf_text(&type));
    write_properties(xml, &form, object);
    sim_xml_close_full(xml);
}

static bool listed(const char *name, const char *const *names, size_t n_names) {
    for (size_t i = 0; i < n_names; i++)
        if (hv_text_same(names[i], name))
            return true;
    return false;
}

void sim_projection_write(struct sim_xml *xml, const struct sim_writing *writing, const struct sim_object *object,
                          const char *const *names, size_t n_names) {
    const struct sim_class *class_ = object->class_;
    const struct form form = { .writing = writing, .ns = object->ns, .bare = true };

    sim_xml_open(xml, "w:XmlFragment");
    sim_xml_ns(xml, "xsi", SIM_NS_XSI);
    sim_xml_ns(xml, "w", SIM_NS_WSMAN);
    for (size_t i = 0; i < class_->n_properties; i++)
        if (listed(class_->properties[i]->name, names, n_names))
            write_property(xml, &form, object, class_->properties[i]);
    sim_xml_close_full(xml);
}

void sim_value_write(struct sim_xml *xml, const struct sim_writing *writing, const char *ns, const char *name, bool is_octets,
                     const struct sim_value *value) {
    const struct form form = { .writing = writing, .ns = ns };

    write_value(xml, &form, name, is_octets, value);
}

void sim_object_epr_write(struct sim_xml *xml, enum sim_uri_style style, const struct sim_object *object) {
    HV_CLEANUP(sim_path_free) struct sim_path *path = sim_object_path(object);

    if (!path) {
        xml->failed = true;
        return;
    }
    sim_xml_open(xml, "a:EndpointReference");
    sim_epr_write(xml, style, path, object->ns);
    sim_xml_close(xml);
}
