/* Objects as the elements WinRM writes (wsman.md 2). */
#include "instance.h"

#include <string.h>

#include "base/text.h"
#include "names.h"
#include "xml.h"

bool sim_property_visible(const struct sim_property *property, uint32_t build) {
    return property->since <= build;
}

/* Where an element's name and its children's prefixes come from. */
struct form {
    enum sim_uri_style style;
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
    HV_CLEANUP_FREE char *uri = sim_class_uri(form->style, object->ns, object->class_->name);
    HV_CLEANUP_BUF struct hv_buf type = HV_BUF_INIT(1024);
    const struct form inner = { .style = form->style, .ns = object->ns };

    if (!uri) {
        xml->failed = true;
        return;
    }
    hv_buf_printf(&type, "p:%s_Type", object->class_->name);
    sim_xml_ns(xml, "p", uri);
    sim_xml_attr(xml, "xsi:type", hv_buf_text(&type));
    write_properties(xml, &inner, object);
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
        sim_epr_write(xml, form->style, value->items[i].path, form->ns);
        break;
    case SIM_OBJECT:
        write_object(xml, form, value->items[i].object);
        break;
    case SIM_BOOLEAN:
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
    case SIM_STRING:
        sim_xml_text(xml, sim_value_text(value, i, number));
        break;
    }
    sim_xml_close_full(xml);
}

static void write_value(struct sim_xml *xml, const struct form *form, const char *name, const struct sim_value *value) {
    HV_CLEANUP_BUF struct hv_buf tag = HV_BUF_INIT(1024);

    hv_buf_printf(&tag, "%s%s", form->bare ? "" : "p:", name);
    if (!value->is_set) {
        if (!value->is_array)
            sim_xml_nil(xml, hv_buf_text(&tag));
        return;
    }
    for (size_t i = 0; i < value->n_items; i++)
        write_item(xml, form, hv_buf_text(&tag), value, i);
}

static void write_properties(struct sim_xml *xml, const struct form *form, const struct sim_object *object) {
    const struct sim_class *class_ = object->class_;

    for (size_t i = 0; i < class_->n_properties; i++)
        if (sim_property_visible(class_->properties[i], object->build))
            write_value(xml, form, class_->properties[i]->name, &object->values[i]);
}

void sim_instance_write(struct sim_xml *xml, enum sim_uri_style style, const struct sim_object *object) {
    HV_CLEANUP_FREE char *uri = sim_class_uri(style, object->ns, object->class_->name);
    HV_CLEANUP_BUF struct hv_buf name = HV_BUF_INIT(1024);
    HV_CLEANUP_BUF struct hv_buf type = HV_BUF_INIT(1024);
    const struct form form = { .style = style, .ns = object->ns };

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

void sim_projection_write(struct sim_xml *xml, enum sim_uri_style style, const struct sim_object *object,
                          const char *const *names, size_t n_names) {
    const struct sim_class *class_ = object->class_;
    const struct form form = { .style = style, .ns = object->ns, .bare = true };

    sim_xml_open(xml, "w:XmlFragment");
    sim_xml_ns(xml, "xsi", SIM_NS_XSI);
    sim_xml_ns(xml, "w", SIM_NS_WSMAN);
    for (size_t i = 0; i < class_->n_properties; i++)
        if (listed(class_->properties[i]->name, names, n_names) && sim_property_visible(class_->properties[i], object->build))
            write_value(xml, &form, class_->properties[i]->name, &object->values[i]);
    sim_xml_close_full(xml);
}

void sim_value_write(struct sim_xml *xml, enum sim_uri_style style, const char *ns, const char *name,
                     const struct sim_value *value) {
    const struct form form = { .style = style, .ns = ns };

    write_value(xml, &form, name, value);
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
