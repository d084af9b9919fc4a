/* Reading parts of the configuration tree, all values being strings or arrays of strings. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "inventory.h"

int sim_section_fail(const struct sim_section *section, struct hv_error *err, const char *format, ...) {
    char text[SIM_REASON_SIZE];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof(text), format, list);
    va_end(list);
    hv_text_trim_partial(text);
    return hv_error_set(err, HV_E_CONFIG, "%s %s: %s", section->what, section->name, text);
}

int sim_section_check(const struct sim_section *section, const char *const *keys, struct hv_error *err) {
    const char *key;
    json_t *value;
    json_object_foreach(section->tree, key, value) {
        size_t i = 0;
        while (keys[i] && strcmp(keys[i], key) != 0)
            i++;
        if (!keys[i])
            return sim_section_fail(section, err, "unknown key \"%s\"", key);
        if (json_is_object(value))
            return sim_section_fail(section, err, "\"%s\" must be a text or a list of texts", key);
    }
    return 0;
}

size_t sim_section_count(const struct sim_section *section, const char *key) {
    const json_t *value = json_object_get(section->tree, key);
    return json_is_array(value) ? json_array_size(value) : json_is_string(value);
}

const char *sim_section_item(const struct sim_section *section, const char *key, size_t i) {
    const json_t *value = json_object_get(section->tree, key);
    const char *text = json_string_value(json_is_array(value) ? json_array_get(value, i) : value);
    return text ? text : "";
}

const char *sim_section_text(const struct sim_section *section, const char *key, const char *fallback) {
    return sim_section_count(section, key) ? sim_section_item(section, key, 0) : fallback;
}

int sim_section_number(const struct sim_section *section, const char *key, uint64_t fallback, uint64_t max, uint64_t *ret_number,
                       struct hv_error *err) {
    const char *text = sim_section_text(section, key, NULL);
    *ret_number = fallback;
    if (text && !hv_text_u64(text, strlen(text), 0, max, ret_number))
        return sim_section_fail(section, err, "\"%s\" must be a number up to %llu", key, (unsigned long long)max);
    return 0;
}

int sim_section_flag(const struct sim_section *section, const char *key, bool fallback, bool *ret_flag, struct hv_error *err) {
    const char *text = sim_section_text(section, key, fallback ? "yes" : "no");
    *ret_flag = hv_text_same(text, "yes") || hv_text_same(text, "true");
    if (!*ret_flag && !hv_text_same(text, "no") && !hv_text_same(text, "false"))
        return sim_section_fail(section, err, "\"%s\" must be yes or no", key);
    return 0;
}

int sim_section_texts(const struct sim_section *section, const char *key, struct sim_texts *texts, struct hv_error *err) {
    for (size_t i = 0; i < sim_section_count(section, key); i++)
        if (!sim_texts_add(texts, sim_section_item(section, key, i)))
            return hv_error_memory(err);
    return 0;
}
