/* The pieces of JSON that every command uses (ux.md 4). */
#include "cli/json.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/size.h"
#include "base/text.h"
#include "cli/say.h"

static int64_t now_ms(void) {
    struct timespec now = { 0 };

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void format_time(int64_t ms, char text[HV_TIME_TEXT_SIZE]) {
    time_t second = ms / 1000;
    struct tm utc;
    char date[HV_TIME_TEXT_SIZE / 2 + 4];

    text[0] = '\0';
    if (gmtime_r(&second, &utc) && strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &utc) != 0)
        (void)snprintf(text, HV_TIME_TEXT_SIZE, "%s.%03dZ", date, (int)(ms % 1000));
}

void hv_json_now(char text[HV_TIME_TEXT_SIZE]) {
    format_time(now_ms(), text);
}

json_t *hv_json_time_ago(uint64_t ago_ms) {
    char text[HV_TIME_TEXT_SIZE];

    format_time(now_ms() - (int64_t)ago_ms, text);
    return json_string(text);
}

void hv_json_put(json_t **object, const char *key, json_t *value_take) {
    /* Takes the value even when the object is gone already. */
    if (json_object_set_new_nocheck(*object, key, value_take) != 0) {
        json_decref(*object);
        *object = NULL;
    }
}

void hv_json_add(json_t **array, json_t *value_take) {
    if (json_array_append_new(*array, value_take) != 0) {
        json_decref(*array);
        *array = NULL;
    }
}

static json_t *document_at(int64_t ms, const char *type) {
    json_t *object = json_object();
    char time[HV_TIME_TEXT_SIZE];

    format_time(ms, time);
    hv_json_put(&object, "schema", json_string("hvctl/1"));
    hv_json_put(&object, "type", json_string(type));
    hv_json_put(&object, "time", json_string(time));
    return object;
}

json_t *hv_json_document(const char *type) {
    return document_at(now_ms(), type);
}

const char *hv_json_head(struct hv_json_head *head, const char *type) {
    int64_t ms = now_ms();
    json_t *object;

    if (head->text && head->ms == ms && strcmp(head->type, type) == 0)
        return head->text;
    free(head->text);
    object = document_at(ms, type);
    head->text = object ? json_dumps(object, JSON_COMPACT) : NULL;
    head->ms = ms;
    head->type = type;
    json_decref(object);
    if (head->text)
        head->text[strlen(head->text) - 1] = '\0';
    return head->text;
}

json_t *hv_json_text(const char *text) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(HV_JSON_MAX_BYTES);
    size_t left = text ? strlen(text) : 0;

    if (!text)
        return json_null();
    if (hv_utf8_valid(text, left))
        return json_stringn_nocheck(text, left);
    while (left > 0) {
        uint32_t code;
        size_t n = hv_utf8_decode(text, left, &code);

        if (n > 0)
            hv_buf_append(&buf, text, n);
        else
            hv_buf_puts(&buf, "\xEF\xBF\xBD");
        n = n > 0 ? n : 1;
        text += n;
        left -= n;
    }
    return hv_buf_finish(&buf, "a text", NULL) < 0 ? NULL : json_stringn_nocheck(hv_buf_text(&buf), buf.len);
}

json_t *hv_json_text_or_null(const char *text) {
    return hv_json_text(text && *text ? text : NULL);
}

json_t *hv_json_number(int64_t number) {
    return number < 0 ? json_null() : json_integer(number);
}

json_t *hv_json_flag(int64_t flag) {
    return flag < 0 ? json_null() : json_boolean(flag != 0);
}

json_t *hv_json_texts(char *const *texts, size_t n_texts) {
    json_t *array = json_array();

    for (size_t i = 0; i < n_texts; i++)
        hv_json_add(&array, hv_json_text(texts[i]));
    return array;
}

/* "0x8009030E"; null for 0. */
static json_t *hresult_text(uint32_t hresult) {
    char text[16];

    (void)snprintf(text, sizeof(text), "0x%08X", (unsigned)hresult);
    return hresult ? json_string(text) : json_null();
}

json_t *hv_json_reasons(const struct hv_reason *reasons, size_t n_reasons) {
    json_t *array = json_array();

    for (size_t i = 0; i < n_reasons; i++) {
        json_t *reason = json_object();

        hv_json_put(&reason, "message", hv_json_text(reasons[i].message));
        hv_json_put(&reason, "message_id", hv_json_text(reasons[i].message_id));
        hv_json_put(&reason, "source", hv_json_text(reasons[i].error_source));
        hv_json_put(&reason, "hresult", hresult_text(reasons[i].hresult));
        hv_json_add(&array, reason);
    }
    return array;
}

static json_t *remedies(const char *text) {
    json_t *array = json_array();

    while (*text) {
        size_t n = strcspn(text, "\n");
        HV_CLEANUP_FREE char *line = NULL;

        hv_json_add(&array, hv_text_copy_n(text, n, &line, NULL) < 0 ? NULL : hv_json_text(line));
        text += text[n] ? n + 1 : n;
    }
    return array;
}

static json_t *source_name(enum hv_error_source source) {
    static const char *const names[] = { NULL, "wsman", "wmi", "job", "tls", "krb5", "http" };

    return hv_json_text((size_t)source < HV_ARRAY_SIZE(names) ? names[source] : NULL);
}

static json_t *fault(const struct hv_error *error) {
    json_t *object;

    if (!error->fault_code[0] && !error->fault_subcode[0] && !error->wsman_code)
        return json_null();
    object = json_object();
    hv_json_put(&object, "code", hv_json_text_or_null(error->fault_code));
    hv_json_put(&object, "subcode", hv_json_text_or_null(error->fault_subcode));
    hv_json_put(&object, "detail", hv_json_text_or_null(error->fault_detail));
    hv_json_put(&object, "reason", hv_json_text_or_null(error->fault_reason));
    hv_json_put(&object, "machine", hv_json_text_or_null(error->fault_machine));
    hv_json_put(&object, "wsman_code", error->wsman_code ? json_integer(error->wsman_code) : json_null());
    return object;
}

static void put_error(json_t **object, const struct hv_error *error, const struct hv_circumstances *around) {
    hv_json_put(object, "code", json_string(hv_error_name(error->code)));
    hv_json_put(object, "exit", json_integer(hv_error_exit_code(error->code)));
    hv_json_put(object, "message", hv_json_text(error->message));
    hv_json_put(object, "cause", hv_json_text_or_null(error->cause));
    hv_json_put(object, "remedy", remedies(error->remedy));
    hv_json_put(object, "source", source_name(error->source));
    hv_json_put(object, "wmi_return", error->has_return_value ? json_integer(error->return_value) : json_null());
    hv_json_put(object, "hresult", hresult_text(error->hresult));
    hv_json_put(object, "http_status", error->http_status ? json_integer(error->http_status) : json_null());
    hv_json_put(object, "wsman_fault", fault(error));
    hv_json_put(object, "details", hv_json_reasons(around ? around->reasons : NULL, around ? around->n_reasons : 0));
    hv_json_put(object, "host", hv_json_text_or_null(error->host));
    hv_json_put(object, "vm", hv_json_text(around ? around->vm : NULL));
    hv_json_put(object, "job", hv_json_text(around ? around->job_ref : NULL));
    hv_json_put(object, "doc", json_null());
}

json_t *hv_json_error(const struct hv_error *error, const struct hv_circumstances *around) {
    json_t *object = json_object();

    put_error(&object, error, around);
    return object;
}

json_t *hv_json_error_event(const struct hv_error *error, const struct hv_circumstances *around) {
    json_t *object = hv_json_document("error");

    put_error(&object, error, around);
    return object;
}
