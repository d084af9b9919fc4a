/* Msvm_Error chains (hyperv.md 2.7, 3.3). */
#include "hyperv/reason.h"

#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "cim/embedded.h"
#include "hyperv/field.h"

enum { HRESULT_DIGITS = 8 };

uint32_t hv_reason_hresult(const char *text) {
    for (const char *at = text; at && *at; at++) {
        uint64_t value;
        if (!hv_text_starts_same(at, "0x"))
            continue;
        const char *digits = at + 2;
        if (strspn(digits, "0123456789abcdefABCDEF") == HRESULT_DIGITS && hv_text_hex(digits, HRESULT_DIGITS, &value) &&
            value != 0)
            return (uint32_t)value;
    }
    return 0;
}

void hv_reason_deinit(struct hv_reason *reason) {
    free(reason->message);
    free(reason->message_id);
    free(reason->error_source);
    memset(reason, 0, sizeof(*reason));
}

void hv_reasons_free(struct hv_reason *reasons, size_t n) {
    for (size_t i = 0; i < n; i++)
        hv_reason_deinit(&reasons[i]);
    free(reasons);
}

/* Takes over what REASON holds on success, releases it otherwise. */
static int reason_finish(struct hv_reason *reason, int r, struct hv_reason *ret_reason) {
    if (r < 0) {
        hv_reason_deinit(reason);
        return r;
    }
    reason->hresult = hv_reason_hresult(reason->message);
    *ret_reason = *reason;
    return 0;
}

static int instance_decode(const struct hv_instance *error, struct hv_reason *ret_reason, struct hv_error *err) {
    struct hv_reason reason = { 0 };
    int r = hv_field_text(error, "Message", &reason.message, err);
    if (r == 0 && !reason.message)
        r = hv_field_text(error, "CIMStatusCodeDescription", &reason.message, err);
    if (r == 0)
        r = hv_field_text(error, "MessageID", &reason.message_id, err);
    if (r == 0)
        r = hv_field_text(error, "ErrorSource", &reason.error_source, err);
    return reason_finish(&reason, r, ret_reason);
}

int hv_reason_decode(const char *text, struct hv_reason *ret_reason, struct hv_error *err) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;
    if (text[strspn(text, " \t\r\n")] == '<') {
        int r = hv_embedded_decode(text, NULL, &instance, err);
        if (r == HV_E_MEMORY)
            return r;
        if (r == 0)
            return instance_decode(instance, ret_reason, err);
    }
    /* What cannot be read by us can still be read by a person. */
    struct hv_reason reason = { 0 };
    int r = hv_text_copy(text, &reason.message, err);
    return reason_finish(&reason, r, ret_reason);
}

static const struct hv_property *list_find(const struct hv_instance *output) {
    static const char *const names[] = { "Errors", "Error", "Reasons" };
    for (size_t i = 0; i < HV_ARRAY_SIZE(names); i++) {
        const struct hv_property *list = hv_instance_find(output, names[i]);
        if (list && hv_property_n_values(list) > 0)
            return list;
    }
    return NULL;
}

/* Outcomes: 0; 1 the value is empty. */
static int value_decode(const struct hv_property *list, size_t index, struct hv_reason *ret_reason, struct hv_error *err) {
    const struct hv_instance *instance = hv_property_instance(list, index);
    if (instance)
        return instance_decode(instance, ret_reason, err);
    const char *text = hv_property_text(list, index);
    return text && *text ? hv_reason_decode(text, ret_reason, err) : 1;
}

int hv_reasons_decode(const struct hv_instance *output, struct hv_reason **ret_reasons, size_t *ret_n, struct hv_error *err) {
    const struct hv_property *list = list_find(output);
    size_t n_values = list ? hv_property_n_values(list) : 0;
    if (n_values > HV_REASON_MAX)
        n_values = HV_REASON_MAX;
    struct hv_reason *reasons = NULL;
    size_t n = 0;
    if (n_values > 0) {
        reasons = calloc(n_values, sizeof(*reasons));
        if (!reasons)
            return hv_error_memory(err);
    }
    for (size_t i = 0; i < n_values; i++) {
        int r = value_decode(list, i, &reasons[n], err);
        if (r < 0) {
            hv_reasons_free(reasons, n);
            return r;
        }
        n += r == 0;
    }
    if (n == 0) {
        free(reasons);
        reasons = NULL;
    }
    *ret_reasons = reasons;
    *ret_n = n;
    return 0;
}
