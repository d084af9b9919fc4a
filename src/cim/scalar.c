/* Plain values of an instance: the first value of a property as text, number or boolean. */
#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "cim/instance.h"

enum { SHOWN_SIZE = 65 }; /* of a peer's text in a message */

const char *hv_instance_text(const struct hv_instance *instance, const char *name) {
    const struct hv_property *property = hv_instance_find(instance, name);

    return property ? hv_property_text(property, 0) : NULL;
}

/* The beginning of a peer's text, for a message. */
static void shorten(const char *text, size_t n_bytes, char shown[SHOWN_SIZE]) {
    size_t n = n_bytes < SHOWN_SIZE - 1 ? n_bytes : SHOWN_SIZE - 1;

    memcpy(shown, text, n);
    shown[n] = '\0';
    hv_text_trim_partial(shown);
}

/* First value without the white space that a pretty-printing peer puts around it. Outcomes: 0; 1 absent or null. */
static int word(const struct hv_instance *instance, const char *name, const char **ret_start, size_t *ret_n,
                struct hv_error *err) {
    static const char blanks[] = " \t\r\n";
    const struct hv_property *property = hv_instance_find(instance, name);
    const char *text = property ? hv_property_text(property, 0) : NULL;
    size_t n;

    if (!text) {
        if (property && (hv_property_reference(property, 0) || hv_property_instance(property, 0)))
            return hv_error_set(err, HV_E_PROTOCOL, "%s.%s is no plain value", hv_instance_class(instance), name);
        return 1;
    }
    text += strspn(text, blanks);
    for (n = strlen(text); n > 0 && strchr(blanks, text[n - 1]); n--)
        ;
    *ret_start = text;
    *ret_n = n;
    return 0;
}

int hv_instance_u64(const struct hv_instance *instance, const char *name, uint64_t max, uint64_t *ret_value,
                    struct hv_error *err) {
    char shown[SHOWN_SIZE];
    const char *text;
    size_t n;
    int r = word(instance, name, &text, &n, err);

    if (r != 0)
        return r;
    if (hv_text_u64(text, n, 0, max, ret_value))
        return 0;
    shorten(text, n, shown);
    return hv_error_set(err, HV_E_PROTOCOL, "%s.%s is no number from 0 to %" PRIu64 ": \"%s\"", hv_instance_class(instance), name,
                        max, shown);
}

int hv_instance_bool(const struct hv_instance *instance, const char *name, bool *ret_value, struct hv_error *err) {
    static const struct {
        const char *text;
        bool value;
    } words[] = { { "true", true }, { "false", false }, { "1", true }, { "0", false } };
    char shown[SHOWN_SIZE];
    const char *text;
    size_t n;
    int r = word(instance, name, &text, &n, err);

    if (r != 0)
        return r;
    for (size_t i = 0; i < HV_ARRAY_SIZE(words); i++) {
        if (strlen(words[i].text) == n && hv_text_starts_same(text, words[i].text)) {
            *ret_value = words[i].value;
            return 0;
        }
    }
    shorten(text, n, shown);
    return hv_error_set(err, HV_E_PROTOCOL, "%s.%s is no boolean: \"%s\"", hv_instance_class(instance), name, shown);
}
