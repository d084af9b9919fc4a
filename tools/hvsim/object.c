/* Objects: a class with one value for each of its properties, and their text in CIM-XML (wsman.md 4.2). */
#include "list.h"

#include "base/buf.h"
#include "base/size.h"
#include "setter.h"

enum { CIM_TEXT_MAX = 1024 * 1024 };

struct sim_object *sim_object_new(const struct sim_class *class_, uint32_t build) {
    struct sim_object *object = calloc(1, sizeof(*object));
    if (!object)
        return NULL;
    object->class_ = class_;
    object->ns = class_->ns;
    object->build = build;
    object->values = calloc(class_->n_properties ? class_->n_properties : 1, sizeof(*object->values));
    if (!object->values)
        return sim_object_free(object);
    for (size_t i = 0; i < class_->n_properties; i++)
        sim_value_init(&object->values[i], class_->properties[i]->type, class_->properties[i]->is_array);
    return object;
}

struct sim_object *sim_object_free(struct sim_object *object) {
    if (!object)
        return NULL;
    for (size_t i = 0; object->values && i < object->class_->n_properties; i++)
        sim_value_deinit(&object->values[i]);
    free(object->values);
    free(object);
    return NULL;
}

struct sim_object *sim_object_copy(const struct sim_object *object) {
    struct sim_object *copy = sim_object_new(object->class_, object->build);
    if (!copy)
        return NULL;
    for (size_t i = 0; i < object->class_->n_properties; i++)
        if (sim_value_copy(&object->values[i], &copy->values[i]))
            return sim_object_free(copy);
    copy->broken = object->broken;
    return copy;
}

static struct sim_value *value_find(const struct sim_object *object, const char *name) {
    const struct sim_property *property = sim_class_property(object->class_, name);
    for (size_t i = 0; property && i < object->class_->n_properties; i++)
        if (object->class_->properties[i] == property)
            return &object->values[i];
    return NULL;
}

const struct sim_value *sim_object_value(const struct sim_object *object, const char *name) {
    const struct sim_property *property = sim_class_property(object->class_, name);
    return property && property->since <= object->build ? value_find(object, name) : NULL;
}

struct sim_path *sim_object_path(const struct sim_object *object) {
    char number[SIM_NUMBER_TEXT_SIZE];
    struct sim_path *path = sim_path_new(object->ns, object->class_->name);
    for (size_t i = 0; path && i < object->class_->n_properties; i++) {
        const struct sim_property *property = object->class_->properties[i];
        const struct sim_value *value = &object->values[i];
        if (!property->is_key || !value->is_set)
            continue;
        bool good = property->type == SIM_REFERENCE ? sim_path_add_path(path, property->name, sim_path_copy(value->items[0].path))
                                                    : sim_path_add(path, property->name, sim_value_text(value, 0, number));
        if (!good)
            path = sim_path_free(path);
    }
    return path;
}

/* ---- text ---- */

static void escaped_append(struct hv_buf *buf, const char *text) {
    for (const char *c = text; *c; c++) {
        if (*c == '&')
            hv_buf_puts(buf, "&amp;");
        else if (*c == '<')
            hv_buf_puts(buf, "&lt;");
        else if (*c == '>')
            hv_buf_puts(buf, "&gt;");
        else if (*c == '"')
            hv_buf_puts(buf, "&quot;");
        else
            hv_buf_putc(buf, *c);
    }
}

static bool item_append(struct hv_buf *buf, const struct sim_value *value, size_t i) {
    char text[SIM_NUMBER_TEXT_SIZE];
    hv_buf_puts(buf, "<VALUE>");
    if (value->type == SIM_BOOLEAN) {
        hv_buf_puts(buf, value->items[i].boolean ? "TRUE" : "FALSE");
    } else if (value->type == SIM_DATETIME) {
        sim_datetime_format_cim(&value->items[i].datetime, text);
        hv_buf_puts(buf, text);
    } else if (value->type == SIM_REFERENCE) {
        HV_CLEANUP_FREE char *path = sim_path_format(value->items[i].path);
        if (!path)
            return false;
        escaped_append(buf, path);
    } else {
        escaped_append(buf, sim_value_text(value, i, text));
    }
    hv_buf_puts(buf, "</VALUE>");
    return true;
}

static bool property_append(struct hv_buf *buf, const struct sim_property *property, const struct sim_value *value) {
    const char *element = property->is_array ? "PROPERTY.ARRAY" : "PROPERTY";
    hv_buf_printf(buf, "<%s NAME=\"%s\" TYPE=\"%s\">", element, property->name, sim_type_name(property->type));
    if (property->is_array && value->is_set)
        hv_buf_puts(buf, "<VALUE.ARRAY>");
    for (size_t i = 0; i < value->n_items; i++)
        if (!item_append(buf, value, i))
            return false;
    if (property->is_array && value->is_set)
        hv_buf_puts(buf, "</VALUE.ARRAY>");
    hv_buf_printf(buf, "</%s>", element);
    return true;
}

char *sim_object_cim_text(const struct sim_object *object) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(CIM_TEXT_MAX);
    hv_buf_printf(&buf, "<INSTANCE CLASSNAME=\"%s\">", object->class_->name);
    for (size_t i = 0; i < object->class_->n_properties; i++)
        if (object->class_->properties[i]->since <= object->build &&
            !property_append(&buf, object->class_->properties[i], &object->values[i]))
            return NULL;
    hv_buf_puts(&buf, "</INSTANCE>");
    char *text = NULL;
    return hv_buf_take(&buf, "embedded instance", &text, NULL) ? NULL : text;
}

/* ---- lists ---- */

void sim_list_deinit(struct sim_list *list) {
    for (size_t i = 0; i < list->n_items; i++)
        sim_object_free(list->items[i]);
    free(list->items);
    *list = (struct sim_list){ 0 };
}

bool sim_list_add(struct sim_list *list, struct sim_object *object_take) {
    struct sim_object **items = NULL;
    if (object_take && !object_take->broken)
        items = hv_grow(list->items, list->n_items, sizeof(struct sim_object *));
    if (!items) {
        sim_object_free(object_take);
        return false;
    }
    list->items = items;
    items[list->n_items++] = object_take;
    return true;
}

/* ---- setters ---- */

static void outcome_note(struct sim_object *object, int r) {
    if (r)
        object->broken = true;
}

/* The value to fill, NULL (and noted) when the class has none of that name or an earlier step failed. */
static struct sim_value *slot(struct sim_object *object, const char *name, bool empty) {
    struct sim_value *value = object && !object->broken ? value_find(object, name) : NULL;
    if (!value && object)
        object->broken = true;
    if (value && empty)
        sim_value_deinit(value);
    return value;
}

void sim_set_text(struct sim_object *object, const char *name, const char *text) {
    struct sim_value *value = slot(object, name, true);
    if (value && text)
        outcome_note(object, sim_value_add_text(value, text));
}

void sim_set_number(struct sim_object *object, const char *name, uint64_t number) {
    struct sim_value *value = slot(object, name, true);
    if (value)
        outcome_note(object, sim_value_add_number(value, number));
}

void sim_set_bool(struct sim_object *object, const char *name, bool flag) {
    sim_set_number(object, name, flag);
}

void sim_set_timestamp(struct sim_object *object, const char *name, int64_t us) {
    struct sim_value *value = slot(object, name, true);
    if (value)
        outcome_note(object, sim_value_add_datetime(value, (struct sim_datetime){ .us = us }));
}

void sim_set_interval(struct sim_object *object, const char *name, int64_t us) {
    struct sim_value *value = slot(object, name, true);
    if (value)
        outcome_note(object, sim_value_add_datetime(value, (struct sim_datetime){ .interval = true, .us = us }));
}

void sim_set_path(struct sim_object *object, const char *name, struct sim_path *path_take) {
    struct sim_value *value = slot(object, name, true);
    if (value)
        outcome_note(object, sim_value_add_path(value, path_take));
    else
        sim_path_free(path_take);
}

void sim_set_object(struct sim_object *object, const char *name, struct sim_object *value_take) {
    struct sim_value *value = slot(object, name, true);
    if (value)
        outcome_note(object, sim_value_add_object(value, value_take));
    else
        sim_object_free(value_take);
}

void sim_set_null(struct sim_object *object, const char *name) {
    slot(object, name, true);
}

void sim_add_text(struct sim_object *object, const char *name, const char *text) {
    struct sim_value *value = slot(object, name, false);
    if (value)
        outcome_note(object, sim_value_add_text(value, text));
}

void sim_add_number(struct sim_object *object, const char *name, uint64_t number) {
    struct sim_value *value = slot(object, name, false);
    if (value)
        outcome_note(object, sim_value_add_number(value, number));
}

void sim_set_value(struct sim_object *object, const char *name, const struct sim_value *source) {
    struct sim_value *value = slot(object, name, true);
    if (!value)
        return;
    if (value->type != source->type || value->is_array != source->is_array)
        object->broken = true;
    else
        outcome_note(object, sim_value_copy(source, value));
}

bool sim_object_good(const struct sim_object *object) {
    return object && !object->broken;
}

const char *sim_object_text(const struct sim_object *object, const char *name) {
    const struct sim_value *value = value_find(object, name);
    return value && value->type == SIM_STRING && value->n_items ? value->items[0].text : NULL;
}

uint64_t sim_object_number(const struct sim_object *object, const char *name, uint64_t fallback) {
    const struct sim_value *value = value_find(object, name);
    return value && value->type > SIM_BOOLEAN && value->type <= SIM_UINT64 && value->n_items ? value->items[0].u : fallback;
}

bool sim_object_flag(const struct sim_object *object, const char *name, bool fallback) {
    const struct sim_value *value = value_find(object, name);
    return value && value->type == SIM_BOOLEAN && value->n_items ? value->items[0].boolean : fallback;
}
