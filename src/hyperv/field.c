/* Tolerant reading of properties (hyperv.md 2). */
#include "hyperv/field.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"

int hv_field_text_or_empty(const struct hv_instance *instance, const char *name, char **ret_text, struct hv_error *err) {
    return hv_text_copy(hv_instance_text(instance, name), ret_text, err);
}

int hv_field_text(const struct hv_instance *instance, const char *name, char **ret_text, struct hv_error *err) {
    const char *text = hv_instance_text(instance, name);
    return hv_text_copy(text && *text ? text : NULL, ret_text, err);
}

char **hv_field_texts_free(char **texts, size_t n) {
    for (size_t i = 0; texts && i < n; i++)
        free(texts[i]);
    free(texts);
    return NULL;
}

int hv_field_texts(const struct hv_instance *instance, const char *name, char ***ret_texts, size_t *ret_n, struct hv_error *err) {
    const struct hv_property *property = hv_instance_find(instance, name);
    size_t n_values = property ? hv_property_n_values(property) : 0;
    if (n_values > HV_FIELD_MAX_TEXTS)
        return hv_error_set(err, HV_E_LIMIT, "%s has more than %d values", name, HV_FIELD_MAX_TEXTS);
    char **texts = NULL;
    size_t n = 0;
    if (n_values > 0) {
        texts = calloc(n_values, sizeof(*texts));
        if (!texts)
            return hv_error_memory(err);
    }
    for (size_t i = 0; i < n_values; i++) {
        const char *text = hv_property_text(property, i);
        if (!text || !*text)
            continue;
        int r = hv_text_copy(text, &texts[n], err);
        if (r < 0) {
            (void)hv_field_texts_free(texts, n);
            return r;
        }
        n++;
    }
    if (n == 0)
        texts = hv_field_texts_free(texts, 0);
    *ret_texts = texts;
    *ret_n = n;
    return 0;
}

int64_t hv_field_number_at(const struct hv_instance *instance, const char *name, size_t index, int64_t max) {
    const struct hv_property *property = hv_instance_find(instance, name);
    if (!property || index >= hv_property_n_values(property))
        return -1;
    const char *text = hv_property_text(property, index);
    int64_t value = -1;
    if (text && !hv_text_i64(text, strlen(text), 0, max, &value))
        return -1;
    return value;
}

int64_t hv_field_number(const struct hv_instance *instance, const char *name, int64_t max) {
    return hv_field_number_at(instance, name, 0, max);
}

int64_t hv_field_bool(const struct hv_instance *instance, const char *name) {
    bool value = false;
    return hv_instance_bool(instance, name, &value, NULL) == 0 ? (value ? 1 : 0) : -1;
}
