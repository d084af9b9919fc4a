/* WMI object paths and setting InstanceIDs (hyperv.md 1.3, 2.10, 2.11). */
#include "hyperv/path.h"

#include <string.h>

#include "base/text.h"

enum { PATH_MAX_BYTES = 32768 };

/* One Key="value" pair; AT points behind the class or a comma. */
struct pair {
    const char *key;
    size_t n_key;
    const char *value; /* without quotes */
    size_t n_value;
    const char *next; /* behind the pair */
};

static bool pair_read(const char *at, struct pair *ret_pair) {
    size_t n_key = strcspn(at, "=,\"'");
    if (n_key == 0 || at[n_key] != '=')
        return false;
    const char *value = at + n_key + 1;
    char quote = *value;
    if (quote != '"' && quote != '\'') {
        size_t n = strcspn(value, ",");
        *ret_pair = (struct pair){ at, n_key, value, n, value + n };
        return true;
    }
    const char *end = ++value;
    while (*end && *end != quote)
        end += end[0] == '\\' && end[1] ? 2 : 1;
    if (!*end)
        return false;
    *ret_pair = (struct pair){ at, n_key, value, (size_t)(end - value), end + 1 };
    return true;
}

static int value_take(const struct pair *pair, char **ret_value, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(PATH_MAX_BYTES);
    hv_buf_puts(&buf, "");
    for (size_t i = 0; i < pair->n_value; i++) {
        if (pair->value[i] == '\\' && i + 1 < pair->n_value)
            i++;
        hv_buf_putc(&buf, pair->value[i]);
    }
    return hv_buf_take(&buf, "value in a WMI path", ret_value, err);
}

/* Where the keys begin: behind the first dot after the namespace, which is free of dots and quotes but for the host name. */
static const char *keys_of(const char *path) {
    if (hv_text_starts(path, "\\\\") || hv_text_starts(path, "//")) {
        path += 2;
        path += strcspn(path, "\\/");
    }
    size_t n = strcspn(path, ".\"'");
    return path[n] == '.' ? path + n + 1 : NULL;
}

int hv_path_key(const char *path, const char *key, char **ret_value, struct hv_error *err) {
    const char *at = path && strlen(path) <= PATH_MAX_BYTES ? keys_of(path) : NULL;
    size_t n_key = strlen(key);
    struct pair pair;
    while (at && pair_read(at, &pair)) {
        if (pair.n_key == n_key && hv_text_starts_same(pair.key, key))
            return value_take(&pair, ret_value, err);
        at = *pair.next == ',' ? pair.next + 1 : NULL;
    }
    return 1;
}

static void value_write(struct hv_buf *buf, const char *value) {
    for (; *value; value++) {
        if (*value == '\\' || *value == '"')
            hv_buf_putc(buf, '\\');
        hv_buf_putc(buf, *value);
    }
}

void hv_path_write(struct hv_buf *buf, const char *host, const struct hv_instance *instance, const char *const *keys,
                   size_t n_keys) {
    char before = '.';
    hv_buf_printf(buf, "\\\\%s\\root\\virtualization\\v2:%s", host, hv_instance_class(instance));
    for (size_t i = 0; i < n_keys; i++) {
        const char *value = hv_instance_text(instance, keys[i]);
        if (!value)
            continue;
        hv_buf_printf(buf, "%c%s=\"", before, keys[i]);
        value_write(buf, value);
        hv_buf_putc(buf, '"');
        before = ',';
    }
}

static bool guid_read(const char **at, char ret_text[HV_UUID_TEXT_SIZE]) {
    char text[HV_UUID_TEXT_SIZE];
    size_t n = strnlen(*at, sizeof(text) - 1);
    memcpy(text, *at, n);
    text[n] = '\0';
    struct hv_uuid uuid;
    if (!hv_uuid_parse(text, &uuid))
        return false;
    hv_uuid_format(&uuid, ret_text);
    *at += n;
    return true;
}

/* "\NUMBER"; -1 when something else stands there. */
static int64_t number_read(const char **at) {
    if (**at != '\\')
        return -1;
    size_t n = strcspn(*at + 1, "\\");
    int64_t value;
    if (!hv_text_i64(*at + 1, n, 0, INT32_MAX, &value))
        return -1;
    *at += 1 + n;
    return value;
}

bool hv_setting_id_parse(const char *instance_id, struct hv_setting_id *ret_id) {
    static const char vendor[] = "Microsoft:";
    if (!instance_id || !hv_text_starts_same(instance_id, vendor))
        return false;
    struct hv_setting_id id = { .controller = -1, .slot = -1 };
    const char *at = instance_id + sizeof(vendor) - 1;
    if (!guid_read(&at, id.owner) || (*at && *at != '\\'))
        return false;
    char controller[HV_UUID_TEXT_SIZE];
    if (*at++ == '\\' && guid_read(&at, controller)) {
        id.controller = number_read(&at);
        id.slot = id.controller < 0 ? -1 : number_read(&at);
    }
    *ret_id = id;
    return true;
}
