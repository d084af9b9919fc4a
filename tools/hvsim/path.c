/* Object paths: \\HOST\root\virtualization\v2:Class.Key="Value",... (wsman.md 4.3). */
#include <string.h>

#include "base/buf.h"
#include "base/size.h"
#include "base/text.h"
#include "object.h"

enum { PATH_TEXT_MAX = 64 * 1024, PATH_KEYS_MAX = 16 };

struct sim_path *sim_path_new(const char *ns, const char *class_name) {
    struct sim_path *path = calloc(1, sizeof(*path));
    if (!path)
        return NULL;
    if (hv_text_copy(ns, &path->ns, NULL) || hv_text_copy(class_name, &path->class_name, NULL))
        return sim_path_free(path);
    return path;
}

struct sim_path *sim_path_free(struct sim_path *path) {
    if (!path)
        return NULL;
    for (size_t i = 0; i < path->n_keys; i++) {
        free(path->keys[i].name);
        free(path->keys[i].value);
        sim_path_free(path->keys[i].path);
    }
    free(path->keys);
    free(path->machine);
    free(path->ns);
    free(path->class_name);
    free(path);
    return NULL;
}

static struct sim_key *key_add(struct sim_path *path, const char *name) {
    struct sim_key *keys = hv_grow(path->keys, path->n_keys, sizeof(*keys));
    if (!keys)
        return NULL;
    path->keys = keys;
    keys[path->n_keys] = (struct sim_key){ 0 };
    if (hv_text_copy(name, &keys[path->n_keys].name, NULL))
        return NULL;
    return &keys[path->n_keys++];
}

bool sim_path_add(struct sim_path *path, const char *name, const char *value) {
    struct sim_key *key = key_add(path, name);
    return key && hv_text_copy(value, &key->value, NULL) == 0;
}

bool sim_path_add_path(struct sim_path *path, const char *name, struct sim_path *value_take) {
    struct sim_key *key = value_take ? key_add(path, name) : NULL;
    if (!key) {
        sim_path_free(value_take);
        return false;
    }
    key->path = value_take;
    return true;
}

struct sim_path *sim_path_copy(const struct sim_path *path) {
    HV_CLEANUP(sim_path_free) struct sim_path *copy = sim_path_new(path->ns, path->class_name);
    if (!copy || hv_text_copy(path->machine, &copy->machine, NULL))
        return NULL;
    for (size_t i = 0; i < path->n_keys; i++) {
        const struct sim_key *key = &path->keys[i];
        bool good =
            key->path ? sim_path_add_path(copy, key->name, sim_path_copy(key->path)) : sim_path_add(copy, key->name, key->value);
        if (!good)
            return NULL;
    }
    struct sim_path *ret = copy;
    copy = NULL;
    return ret;
}

const char *sim_path_key(const struct sim_path *path, const char *name) {
    for (size_t i = 0; i < path->n_keys; i++)
        if (hv_text_same(path->keys[i].name, name))
            return path->keys[i].value;
    return NULL;
}

static bool is_slash(char c) {
    return c == '\\' || c == '/';
}

/* "\\HOST\root\..:" or "root\..:" at *P, both optional. */
static bool prefix_parse(struct sim_path *path, const char **p) {
    const char *colon = strchr(*p, ':');
    const char *quote = strpbrk(*p, "\"'=");
    if (!colon || (quote && quote < colon))
        return true;
    const char *start = *p;
    if (is_slash(start[0]) && is_slash(start[1])) {
        size_t n = strcspn(start + 2, "\\/");
        if (n == 0 || start + 2 + n >= colon || hv_text_copy_n(start + 2, n, &path->machine, NULL))
            return false;
        start += 2 + n + 1;
    }
    free(path->ns);
    path->ns = NULL;
    if (start == colon || hv_text_copy_n(start, (size_t)(colon - start), &path->ns, NULL))
        return false;
    for (char *c = path->ns; *c; c++)
        if (*c == '\\')
            *c = '/';
    *p = colon + 1;
    return true;
}

/* A quoted text with backslash escapes, or a bare word. */
static bool value_parse(const char **p, struct hv_buf *buf) {
    const char *c = *p;
    char quote = *c;
    if (quote != '"' && quote != '\'') {
        size_t n = strcspn(c, ", \t");
        hv_buf_append(buf, c, n);
        *p = c + n;
        return n > 0;
    }
    for (c++; *c != quote; c++) {
        if (*c == '\\')
            c++;
        if (*c == '\0')
            return false;
        hv_buf_putc(buf, *c);
    }
    *p = c + 1;
    return true;
}

static bool key_parse(struct sim_path *path, const char **p) {
    HV_CLEANUP_BUF struct hv_buf value = HV_BUF_INIT(PATH_TEXT_MAX);
    HV_CLEANUP_FREE char *name = NULL;
    *p += strspn(*p, " \t");
    size_t n = strcspn(*p, "= \t,\"'");
    if (n == 0 || path->n_keys == PATH_KEYS_MAX || hv_text_copy_n(*p, n, &name, NULL))
        return false;
    *p += n;
    *p += strspn(*p, " \t");
    if (**p != '=')
        return false;
    (*p)++;
    *p += strspn(*p, " \t");
    if (!value_parse(p, &value) || value.failure)
        return false;
    *p += strspn(*p, " \t");
    return sim_path_add(path, name, hv_buf_text(&value));
}

struct sim_path *sim_path_parse(const char *text) {
    HV_CLEANUP(sim_path_free) struct sim_path *path = sim_path_new(NULL, NULL);
    const char *p = text + strspn(text, " \t");
    if (!path || !prefix_parse(path, &p))
        return NULL;
    size_t n = strcspn(p, ".= \t");
    if (n == 0 || hv_text_copy_n(p, n, &path->class_name, NULL))
        return NULL;
    p += n;
    if (*p == '.') {
        do {
            p++;
            if (!key_parse(path, &p))
                return NULL;
        } while (*p == ',');
    }
    p += strspn(p, " \t");
    if (*p != '\0')
        return NULL;
    struct sim_path *ret = path;
    path = NULL;
    return ret;
}

static void quoted_append(struct hv_buf *buf, const char *value) {
    hv_buf_putc(buf, '"');
    for (const char *c = value; *c; c++) {
        if (*c == '\\' || *c == '"')
            hv_buf_putc(buf, '\\');
        hv_buf_putc(buf, *c);
    }
    hv_buf_putc(buf, '"');
}

char *sim_path_format(const struct sim_path *path) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(PATH_TEXT_MAX);
    if (path->machine)
        hv_buf_printf(&buf, "\\\\%s\\", path->machine);
    for (const char *c = path->ns; c && *c; c++)
        hv_buf_putc(&buf, *c == '/' ? '\\' : *c);
    hv_buf_printf(&buf, "%s%s", path->ns ? ":" : "", path->class_name);
    for (size_t i = 0; i < path->n_keys; i++) {
        const struct sim_key *key = &path->keys[i];
        hv_buf_printf(&buf, "%c%s=", i ? ',' : '.', key->name);
        HV_CLEANUP_FREE char *nested = key->path ? sim_path_format(key->path) : NULL;
        if (key->path && !nested)
            return NULL;
        quoted_append(&buf, nested ? nested : key->value);
    }
    char *text = NULL;
    return hv_buf_take(&buf, "object path", &text, NULL) ? NULL : text;
}
