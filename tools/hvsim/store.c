/* Instances that clients may create, change and delete: an ordinary class of root/cimv2, and those of root/hvsim. */
#include <string.h>

#include "base/size.h"
#include "base/text.h"
#include "provider.h"

bool sim_class_is_stored(const struct sim_class *class_) {
    static const char *const names[] = { "Win32_Environment", "Hvsim_AllTypes", "Hvsim_Link" };
    for (size_t i = 0; i < HV_ARRAY_SIZE(names); i++)
        if (hv_text_same(names[i], class_->name))
            return true;
    return false;
}

bool sim_host_same_path(const struct sim_host *host, const struct sim_path *a, const struct sim_path *b) {
    return sim_path_same(host, a, b);
}

void sim_emit_stored(struct sim_sink *sink) {
    for (size_t i = 0; i < sink->host->stored.n_items; i++)
        sim_sink_copy(sink, sink->host->stored.items[i]);
}

/* ---- changes ---- */

/* Place of the object that PATH names, NULL when there is none. */
static struct sim_object **slot_find(struct sim_host *host, const struct sim_path *path) {
    for (size_t i = 0; i < host->stored.n_items; i++) {
        HV_CLEANUP(sim_path_free) struct sim_path *own = sim_object_path(host->stored.items[i]);
        if (own && sim_path_same(host, own, path))
            return &host->stored.items[i];
    }
    return NULL;
}

static uint32_t change_check(const struct sim_host *host, const struct sim_caller *caller, const struct sim_class *class_) {
    if (!sim_class_is_stored(class_))
        return SIM_WBEM_NOT_CAPABLE;
    return sim_texts_has(&host->denied, caller->user) ? SIM_WBEM_ACCESS_DENIED : 0;
}

uint32_t sim_host_put(struct sim_host *host, const struct sim_caller *caller, struct sim_object *object_take) {
    HV_CLEANUP(sim_object_free) struct sim_object *object = object_take;
    HV_CLEANUP(sim_path_free) struct sim_path *path = sim_object_path(object);
    uint32_t r = change_check(host, caller, object->class_);
    if (r || !path || object->broken)
        return r ? r : SIM_WBEM_OUT_OF_MEMORY;
    struct sim_object **slot = slot_find(host, path);
    if (!slot)
        return SIM_WBEM_NOT_FOUND;
    struct sim_object *old = *slot;
    *slot = object;
    object = old;
    return 0;
}

uint32_t sim_host_create(struct sim_host *host, const struct sim_caller *caller, struct sim_object *object_take) {
    HV_CLEANUP(sim_object_free) struct sim_object *object = object_take;
    HV_CLEANUP(sim_path_free) struct sim_path *path = sim_object_path(object);
    uint32_t r = change_check(host, caller, object->class_);
    if (r || !path || object->broken)
        return r ? r : SIM_WBEM_OUT_OF_MEMORY;
    if (slot_find(host, path))
        return SIM_WBEM_ALREADY_EXISTS;
    struct sim_object *added = object;
    object = NULL;
    return sim_list_add(&host->stored, added) ? 0 : SIM_WBEM_OUT_OF_MEMORY;
}

uint32_t sim_host_delete(struct sim_host *host, const struct sim_caller *caller, const struct sim_path *path) {
    HV_CLEANUP(sim_object_free) struct sim_object *object = NULL;
    uint32_t r = sim_host_get(host, path, &object);
    if (r == 0)
        r = change_check(host, caller, object->class_);
    if (r)
        return r;
    struct sim_object **slot = slot_find(host, path);
    if (!slot)
        return SIM_WBEM_NOT_FOUND;
    sim_object_free(*slot);
    *slot = host->stored.items[--host->stored.n_items];
    return 0;
}

/* ---- what is there at the start ---- */

/* Texts of properties, arrays by naming them several times: the ends of each range, and texts that are easily spoilt. */
static const struct sample {
    const char *id;
    const char *property;
    const char *text;
} samples[] = {
    { "full", "Boolean", "true" },
    { "full", "BooleanArray", "true" },
    { "full", "BooleanArray", "false" },
    { "full", "Uint8", "255" },
    { "full", "Uint8Array", "0" },
    { "full", "Uint8Array", "255" },
    { "full", "Uint16", "65535" },
    { "full", "Uint16Array", "0" },
    { "full", "Uint16Array", "65535" },
    { "full", "Uint32", "4294967295" },
    { "full", "Uint32Array", "0" },
    { "full", "Uint32Array", "4294967295" },
    { "full", "Uint64", "18446744073709551615" },
    { "full", "Uint64Array", "0" },
    { "full", "Uint64Array", "18446744073709551615" },
    { "full", "Sint8", "-128" },
    { "full", "Sint8Array", "-128" },
    { "full", "Sint8Array", "127" },
    { "full", "Sint16", "-32768" },
    { "full", "Sint16Array", "-32768" },
    { "full", "Sint16Array", "32767" },
    { "full", "Sint32", "-2147483648" },
    { "full", "Sint32Array", "-2147483648" },
    { "full", "Sint32Array", "2147483647" },
    { "full", "Sint64", "-9223372036854775808" },
    { "full", "Sint64Array", "-9223372036854775808" },
    { "full", "Sint64Array", "9223372036854775807" },
    { "full", "Real32", "3.40282347e+38" },
    { "full", "Real32Array", "0.1" },
    { "full", "Real32Array", "-1.17549435e-38" },
    { "full", "Real64", "1.7976931348623157e+308" },
    { "full", "Real64Array", "0.1" },
    { "full", "Real64Array", "-2.2250738585072014e-308" },
    { "full", "Char16", "A" },
    { "full", "Char16Array", "\xC3\xBC" },
    { "full", "Char16Array", "\xE2\x82\xAC" },
    { "full", "String", " <a> & \"b\" 'c' ]]> " },
    { "full", "StringArray", "" },
    { "full", "StringArray", "one\ttwo\nthree" },
    { "full", "StringArray", "B\xC3\xBCro \xF0\x9F\x96\xA5" },
    { "full", "Datetime", "2024-05-01T10:11:12.5Z" },
    { "full", "DatetimeArray", "1601-01-01T00:00:00Z" },
    { "full", "DatetimeArray", "2024-02-29T23:59:59.999999Z" },
    { "full", "Interval", "P0DT0H5M0S" },
    { "full", "IntervalArray", "P0DT0H0M1.00417S" },
    { "full", "IntervalArray", "P99999999DT23H59M59.999999S" },
    { "full", "Octets", "0" },
    { "full", "Octets", "127" },
    { "full", "Octets", "255" },
    { "empty", "String", "" },
    { "single", "StringArray", "alone" },
    { "single", "Uint32Array", "7" },
    { "single", "DatetimeArray", "2024-05-01T10:11:12Z" },
};

static struct sim_object *part_new(const struct sim_host *host, const char *name, uint64_t number) {
    struct sim_object *part = sim_new_in(host, SIM_NS_LAB, "Hvsim_Part");
    sim_set_text(part, "Name", name);
    sim_set_number(part, "Number", number);
    sim_set_bool(part, "Flag", true);
    sim_set_timestamp(part, "When", 1714558272500000);
    sim_add_text(part, "Texts", "<&>");
    sim_add_text(part, "Texts", "");
    return sim_object_good(part) ? part : sim_object_free(part);
}

/* Replaces the property by what was gathered, which is released. */
static void value_set(struct sim_object *object, const char *name, struct sim_value *value, bool good) {
    if (good)
        sim_set_value(object, name, value);
    else
        object->broken = true;
    sim_value_deinit(value);
}

static void parts_set(const struct sim_host *host, struct sim_object *object, const char *name, enum sim_type type,
                      const char *const *part_names, size_t n_parts) {
    struct sim_value value;
    bool good = true;
    sim_value_init(&value, type, n_parts > 1);
    for (size_t i = 0; good && i < n_parts; i++) {
        HV_CLEANUP(sim_object_free) struct sim_object *part = part_new(host, part_names[i], 42);
        HV_CLEANUP_FREE char *text = part ? sim_object_cim_text(part) : NULL;
        if (type == SIM_STRING)
            good = text && sim_value_add_text(&value, text) == 0;
        else
            good = part && sim_value_add_object(&value, sim_object_copy(part)) == 0;
    }
    value_set(object, name, &value, good);
}

static struct sim_path *all_types_path(const char *id) {
    struct sim_path *path = sim_path_new(SIM_NS_LAB, "Hvsim_AllTypes");
    return path && sim_path_add(path, "Id", id) ? path : sim_path_free(path);
}

static struct sim_path *link_path(const char *left, const char *right) {
    struct sim_path *path = sim_path_new(SIM_NS_LAB, "Hvsim_Link");
    if (path && sim_path_add_path(path, "Left", all_types_path(left)) && sim_path_add_path(path, "Right", all_types_path(right)))
        return path;
    return sim_path_free(path);
}

static void parts_fill(const struct sim_host *host, struct sim_object *object) {
    static const char *const names[] = { "first", "second", "third" };
    parts_set(host, object, "Embedded", SIM_STRING, names, 1);
    parts_set(host, object, "EmbeddedArray", SIM_STRING, names + 1, 2);
    parts_set(host, object, "Object", SIM_OBJECT, names, 1);
    parts_set(host, object, "ObjectArray", SIM_OBJECT, names + 1, 2);
    sim_set_path(object, "Reference", link_path("full", "null"));
}

static bool all_types_fill(struct sim_host *host, const char *id) {
    struct sim_object *object = sim_new_in(host, SIM_NS_LAB, "Hvsim_AllTypes");
    sim_set_text(object, "Id", id);
    for (size_t i = 0; object && i < HV_ARRAY_SIZE(samples); i++)
        if (strcmp(samples[i].id, id) == 0)
            sim_add_text(object, samples[i].property, samples[i].text);
    if (object && strcmp(id, "full") == 0)
        parts_fill(host, object);
    return sim_list_add(&host->stored, object);
}

static bool link_fill(struct sim_host *host, const char *left, const char *right, uint64_t weight) {
    struct sim_object *object = sim_new_in(host, SIM_NS_LAB, "Hvsim_Link");
    sim_set_path(object, "Left", all_types_path(left));
    sim_set_path(object, "Right", all_types_path(right));
    sim_set_number(object, "Weight", weight);
    return sim_list_add(&host->stored, object);
}

static bool environment_fill(struct sim_host *host, const char *name, const char *text) {
    struct sim_object *object = sim_new_in(host, SIM_NS_CIMV2, "Win32_Environment");
    HV_CLEANUP_BUF struct hv_buf caption = HV_BUF_INIT(1024);
    hv_buf_printf(&caption, "<SYSTEM>\\%s", name);
    sim_set_text(object, "Caption", hv_buf_text(&caption));
    sim_set_text(object, "Description", hv_buf_text(&caption));
    sim_set_text(object, "Name", name);
    sim_set_text(object, "Status", "OK");
    sim_set_bool(object, "SystemVariable", true);
    sim_set_text(object, "UserName", "<SYSTEM>");
    sim_set_text(object, "VariableValue", text);
    return sim_list_add(&host->stored, object);
}

bool sim_store_fill(struct sim_host *host) {
    static const char *const ids[] = { "full", "null", "empty", "single" };
    bool good = environment_fill(host, "OS", "Windows_NT") && environment_fill(host, "TEMP", "%SystemRoot%\\TEMP") &&
                environment_fill(host, "Path", "C:\\Windows\\system32;C:\\Windows");
    for (size_t i = 0; good && i < HV_ARRAY_SIZE(ids); i++)
        good = all_types_fill(host, ids[i]);
    return good && link_fill(host, "full", "null", 1) && link_fill(host, "full", "empty", 2);
}
