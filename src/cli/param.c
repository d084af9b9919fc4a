/* Values of parameters as people and scripts write them. */
#include "cli/param.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/options.h"
#include "cli/types.h"

enum { MAX_DEPTH = 8, READ_BYTES = 65536 };

static inline void json_release_p(json_t **value) {
    json_decref(*value);
}
#define CLEANUP_JSON HV_ATTR_CLEANUP(json_release_p)

static inline void params_epr_free_p(struct hv_epr **epr) {
    (void)hv_epr_free(*epr);
}
static inline void params_instance_free_p(struct hv_instance **instance) {
    (void)hv_instance_free(*instance);
}

static int split(const char *pair, char **ret_name, const char **ret_value, struct hv_error *err) {
    const char *equals = strchr(pair, '=');

    if (!equals || equals == pair)
        return hv_usage_error(err, "write NAME=VALUE", "\"%s\" has no NAME=VALUE form", pair);
    *ret_value = equals + 1;
    return hv_text_copy_n(pair, (size_t)(equals - pair), ret_name, err);
}

static int read_all(int fd, const char *path, struct hv_buf *buf, struct hv_error *err) {
    char bytes[READ_BYTES];
    ssize_t n;

    do {
        n = read(fd, bytes, sizeof(bytes));
        if (n < 0 && errno != EINTR)
            return hv_usage_error(err, "check the path behind @", "%s cannot be read: %s", path, strerror(errno));
        if (n > 0)
            hv_buf_append(buf, bytes, (size_t)n);
    } while (n != 0 && buf->failure == 0);
    if (buf->failure == HV_E_LIMIT)
        return hv_usage_error(err, "give less in one parameter", "%s is larger than 16 MiB", path);
    return hv_buf_finish(buf, path, err);
}

static int read_file(const char *path, struct hv_buf *buf, struct hv_error *err) {
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    int rc;

    if (fd < 0)
        return hv_usage_error(err, "check the path behind @", "%s cannot be opened: %s", path, strerror(errno));
    rc = read_all(fd, path, buf, err);
    if (!is_stdin)
        (void)close(fd);
    if (rc == 0 && buf->len > 0 && memchr(buf->data, '\0', buf->len))
        return hv_usage_error(err, "give text; bytes go as base64", "%s holds a NUL byte, which XML cannot carry", path);
    return rc;
}

/* A JSON scalar as CIM text; *ret_text is NULL for null. */
static int scalar_text(const char *name, const json_t *value, char **ret_text, struct hv_error *err) {
    char *text;

    *ret_text = NULL;
    if (json_is_null(value))
        return 0;
    if (json_is_boolean(value))
        return hv_text_copy(json_is_true(value) ? "true" : "false", ret_text, err);
    if (json_is_string(value))
        return hv_text_copy(json_string_value(value), ret_text, err);
    if (!json_is_number(value))
        return hv_usage_error(err, "write the instance as CIM-XML into a file and give NAME=@FILE",
                              "property \"%s\" is neither text, number, boolean, null nor a list of those", name);
    text = json_dumps(value, JSON_ENCODE_ANY);
    if (!text)
        return hv_error_memory(err);
    *ret_text = text;
    return 0;
}

static int no_value(const char *name, struct hv_error *err) {
    hv_error_set(err, HV_E_ARGUMENT, "the JSON of %s is neither a reference nor an instance", name);
    hv_error_remedy(err, "a reference is {\"resource_uri\": URI, \"selectors\": {...}}");
    hv_error_remedy(err, "an embedded instance is {\"class\": NAME, \"properties\": {...}}");
    return HV_E_ARGUMENT;
}

static int build_instance(const json_t *object, struct hv_types *types, unsigned depth, struct hv_instance **ret_instance,
                          struct hv_error *err);
static int build_epr(const json_t *object, const char *cim_namespace, unsigned depth, struct hv_epr **ret_epr,
                     struct hv_error *err);

/* Where the classes of references are that are named without a namespace. */
static const char *namespace_of(const struct hv_types *types) {
    return types ? types->cim_namespace : NULL;
}

/* A reference or an instance as the value of a property: instances go into string properties as text, else inline. */
static int set_object(struct hv_instance *instance, struct hv_types *types, const char *name, enum hv_cim_type type,
                      const json_t *object, unsigned depth, struct hv_error *err) {
    HV_ATTR_CLEANUP(params_instance_free_p) struct hv_instance *inner = NULL;
    HV_CLEANUP_FREE char *encoded = NULL;
    struct hv_epr *epr = NULL;
    int rc;

    if (json_object_get(object, "resource_uri")) {
        rc = build_epr(object, namespace_of(types), 0, &epr, err);
        return rc < 0 ? rc : hv_instance_set_reference(instance, name, epr, err);
    }
    if (!json_object_get(object, "class"))
        return no_value(name, err);
    rc = build_instance(object, types, depth + 1, &inner, err);
    if (rc == 0 && type == HV_CIM_STRING) {
        rc = hv_instance_to_text(inner, &encoded, err);
        return rc < 0 ? rc : hv_instance_set(instance, name, type, encoded, err);
    }
    if (rc == 0) {
        rc = hv_instance_set_instance(instance, name, inner, err);
        inner = NULL;
    }
    return rc;
}

static int set_array(struct hv_instance *instance, const char *name, enum hv_cim_type type, const json_t *value,
                     struct hv_error *err) {
    size_t n = json_array_size(value);
    char **texts = calloc(n + 1, sizeof(*texts));
    HV_CLEANUP_FREE const char **borrowed = calloc(n + 1, sizeof(*borrowed));
    int rc = texts && borrowed ? 0 : hv_error_memory(err);

    for (size_t i = 0; rc == 0 && i < n; i++) {
        rc = scalar_text(name, json_array_get(value, i), &texts[i], err);
        if (rc == 0 && !texts[i])
            rc = hv_usage_error(err, "leave the null out", "property \"%s\" has null in its list", name);
        if (rc == 0)
            borrowed[i] = texts[i];
    }
    if (rc == 0)
        rc = hv_instance_set_array(instance, name, type, borrowed, n, err);
    for (size_t i = 0; texts && i < n; i++)
        free(texts[i]);
    free(texts);
    return rc;
}

static int set_property(struct hv_instance *instance, struct hv_types *types, const char *name, const json_t *value,
                        unsigned depth, struct hv_error *err) {
    HV_CLEANUP_FREE char *text = NULL;
    enum hv_cim_type type = HV_CIM_UNKNOWN;
    bool is_array = false;
    int rc = hv_types_require(types, hv_instance_class(instance), name, &type, &is_array, err);

    if (rc < 0) {
        if (!types)
            hv_error_remedy(err, "write the instance as CIM-XML into a file and give --param NAME=@FILE");
        return rc;
    }
    if (json_is_array(value))
        return set_array(instance, name, type, value, err);
    if (json_is_object(value))
        return set_object(instance, types, name, type, value, depth, err);
    rc = scalar_text(name, value, &text, err);
    if (rc == 0 && text && is_array) {
        const char *const one[] = { text };
        return hv_instance_set_array(instance, name, type, one, 1, err);
    }
    return rc < 0 ? rc : hv_instance_set(instance, name, type, text, err);
}

static int build_instance(const json_t *object, struct hv_types *types, unsigned depth, struct hv_instance **ret_instance,
                          struct hv_error *err) {
    HV_ATTR_CLEANUP(params_instance_free_p) struct hv_instance *instance = NULL;
    const char *class_name = json_string_value(json_object_get(object, "class"));
    json_t *properties = json_object_get(object, "properties");
    const char *name;
    json_t *value;
    int rc;

    if (depth >= MAX_DEPTH)
        return hv_usage_error(err, "no instance of Hyper-V is", "instances are nested more than %d deep", MAX_DEPTH);
    if (!class_name || (properties && !json_is_object(properties)))
        return hv_usage_error(err, "write {\"class\": NAME, \"properties\": {...}}", "that JSON is no embedded instance");
    rc = hv_instance_new(class_name, json_string_value(json_object_get(object, "namespace")), &instance, err);
    if (rc < 0)
        return rc;
    json_object_foreach(properties, name, value) {
        rc = set_property(instance, types, name, value, depth, err);
        if (rc < 0)
            return rc;
    }
    *ret_instance = instance;
    instance = NULL;
    return 0;
}

static int add_selector_json(struct hv_epr *epr, const char *name, const json_t *value, const char *cim_namespace, unsigned depth,
                             struct hv_error *err) {
    HV_CLEANUP_FREE char *text = NULL;
    struct hv_epr *nested = NULL;
    int rc;

    if (json_is_object(value)) {
        rc = build_epr(value, cim_namespace, depth + 1, &nested, err);
        return rc < 0 ? rc : hv_epr_add_reference(epr, name, nested, err);
    }
    rc = scalar_text(name, value, &text, err);
    if (rc == 0 && !text)
        rc = hv_usage_error(err, "leave the selector out", "selector \"%s\" is null", name);
    return rc < 0 ? rc : hv_epr_add_selector(epr, name, text, err);
}

static int build_epr(const json_t *object, const char *cim_namespace, unsigned depth, struct hv_epr **ret_epr,
                     struct hv_error *err) {
    HV_ATTR_CLEANUP(params_epr_free_p) struct hv_epr *epr = NULL;
    HV_CLEANUP_FREE char *uri = NULL;
    const char *resource = json_string_value(json_object_get(object, "resource_uri"));
    json_t *selectors = json_object_get(object, "selectors");
    const char *name;
    json_t *value;
    int rc;

    if (depth >= MAX_DEPTH)
        return hv_usage_error(err, "no reference of Hyper-V is", "references are nested more than %d deep", MAX_DEPTH);
    if (!resource || (selectors && !json_is_object(selectors)))
        return hv_usage_error(err, "write {\"resource_uri\": URI, \"selectors\": {...}}", "that JSON is no reference");
    rc = hv_resource_uri(cim_namespace ? cim_namespace : HV_NAMESPACE_V2, resource, &uri, err);
    if (rc == 0)
        rc = hv_epr_new(uri, &epr, err);
    if (rc < 0)
        return rc;
    json_object_foreach(selectors, name, value) {
        rc = add_selector_json(epr, name, value, cim_namespace, depth, err);
        if (rc < 0)
            return rc;
    }
    *ret_epr = epr;
    epr = NULL;
    return 0;
}

static int parse_json(const char *name, const char *text, json_t **ret_object, struct hv_error *err) {
    json_error_t where = { 0 }; /* jansson leaves the code alone when memory ends early */
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, &where);

    if (object) {
        *ret_object = object;
        return 0;
    }
    if (json_error_code(&where) == json_error_out_of_memory || !where.text[0])
        return hv_error_memory(err);
    hv_error_set(err, HV_E_ARGUMENT, "the value of %s is no JSON: %s (column %d)", name, where.text, where.column);
    if (json_error_code(&where) == json_error_numeric_overflow)
        hv_error_remedy(err, "put a number that large between quotes");
    else
        hv_error_remedy(err, "a text that begins with { goes into a file: %s=@FILE", name);
    return HV_E_ARGUMENT;
}

static int add_datetime(struct hv_params *params, const char *name, const json_t *value, struct hv_error *err) {
    if (!json_is_string(value))
        return hv_error_set(err, HV_E_ARGUMENT, "a date is {\"datetime\": \"2024-05-01T10:11:12Z\"}");
    return hv_params_add_datetime(params, name, json_string_value(value), err);
}

/* {"inline": INSTANCE}: not as text, which is what a {"class": ...} alone becomes. */
static int add_inline(struct hv_params *params, struct hv_types *types, const char *name, const json_t *value,
                      struct hv_error *err) {
    HV_ATTR_CLEANUP(params_instance_free_p) struct hv_instance *instance = NULL;
    int rc = build_instance(value, types, 0, &instance, err);

    return rc < 0 ? rc : hv_params_add_object(params, name, instance, err);
}

static int add_json(struct hv_params *params, struct hv_types *types, const char *name, const char *text, struct hv_error *err) {
    CLEANUP_JSON json_t *object = NULL;
    HV_ATTR_CLEANUP(params_epr_free_p) struct hv_epr *epr = NULL;
    HV_ATTR_CLEANUP(params_instance_free_p) struct hv_instance *instance = NULL;
    int rc = parse_json(name, text, &object, err);

    if (rc < 0)
        return rc;
    if (json_object_get(object, "resource_uri")) {
        rc = build_epr(object, namespace_of(types), 0, &epr, err);
        return rc < 0 ? rc : hv_params_add_reference(params, name, epr, err);
    }
    if (json_object_get(object, "class")) {
        rc = build_instance(object, types, 0, &instance, err);
        return rc < 0 ? rc : hv_params_add_instance(params, name, instance, err);
    }
    if (json_object_get(object, "inline"))
        return add_inline(params, types, name, json_object_get(object, "inline"), err);
    if (json_object_get(object, "datetime"))
        return add_datetime(params, name, json_object_get(object, "datetime"), err);
    return no_value(name, err);
}

/* A GUID in braces is a text; JSON that means anything here has a quote behind its brace. */
static bool is_json(const char *value) {
    return value[0] == '{' && value[1 + strspn(value + 1, " \t\r\n")] == '"';
}

int hv_param_read_text(const char *text, char **ret_text, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(HV_PARAM_MAX_FILE);
    int rc;

    if (text[0] != '@')
        return hv_text_copy(text, ret_text, err);
    rc = read_file(text + 1, &buf, err);
    return rc < 0 ? rc : hv_buf_take(&buf, text + 1, ret_text, err);
}

int hv_param_add(struct hv_params *params, struct hv_types *types, const char *pair, struct hv_error *err) {
    HV_CLEANUP_FREE char *name = NULL;
    HV_CLEANUP_FREE char *text = NULL;
    const char *value = NULL;
    int rc = split(pair, &name, &value, err);

    if (rc != 0)
        return rc;
    if (is_json(value))
        return add_json(params, types, name, value, err);
    rc = hv_param_read_text(value, &text, err);
    return rc < 0 ? rc : hv_params_add_text(params, name, text, err);
}

int hv_param_read_reference(const char *what, const char *text, const char *cim_namespace, struct hv_epr **ret_epr,
                            struct hv_error *err) {
    CLEANUP_JSON json_t *object = NULL;
    int rc = parse_json(what, text, &object, err);

    return rc < 0 ? rc : build_epr(object, cim_namespace, 0, ret_epr, err);
}

int hv_param_add_selector(struct hv_epr *epr, const char *pair, const char *cim_namespace, struct hv_error *err) {
    HV_CLEANUP_FREE char *name = NULL;
    struct hv_epr *reference = NULL;
    const char *value = NULL;
    int rc = split(pair, &name, &value, err);

    if (rc != 0)
        return rc;
    if (!is_json(value))
        return hv_epr_add_selector(epr, name, value, err);
    rc = hv_param_read_reference(name, value, cim_namespace, &reference, err);
    return rc < 0 ? rc : hv_epr_add_reference(epr, name, reference, err);
}

static int set_json(struct hv_instance *instance, struct hv_types *types, const char *name, enum hv_cim_type type,
                    const char *text, struct hv_error *err) {
    CLEANUP_JSON json_t *object = NULL;
    int rc = parse_json(name, text, &object, err);

    return rc < 0 ? rc : set_object(instance, types, name, type, object, 0, err);
}

/* '["a", "b"]' for a property that is an array. */
static int set_list(struct hv_instance *instance, const char *name, enum hv_cim_type type, const char *text,
                    struct hv_error *err) {
    CLEANUP_JSON json_t *array = NULL;
    int rc = parse_json(name, text, &array, err);

    return rc < 0 ? rc : set_array(instance, name, type, array, err);
}

/* Values INDEX and on of --set that have the name of value INDEX, as texts. */
static int set_texts(struct hv_instance *instance, const struct hv_args *args, size_t index, enum hv_cim_type type, bool is_array,
                     struct hv_error *err) {
    const char *first = hv_args_nth(args, HV_OPT_SET, index);
    size_t n_name = strcspn(first, "=") + 1;
    size_t n_pairs = hv_args_count(args, HV_OPT_SET);
    char **texts = calloc(n_pairs, sizeof(*texts));
    HV_CLEANUP_FREE const char **borrowed = calloc(n_pairs, sizeof(*borrowed));
    HV_CLEANUP_FREE char *name = NULL;
    size_t n = 0;
    int rc = texts && borrowed ? hv_text_copy_n(first, n_name - 1, &name, err) : hv_error_memory(err);

    for (size_t i = index; rc == 0 && i < n_pairs; i++) {
        const char *pair = hv_args_nth(args, HV_OPT_SET, i);

        if (strncmp(pair, first, n_name) != 0)
            continue;
        rc = hv_param_read_text(pair + n_name, &texts[n], err);
        if (rc == 0)
            borrowed[n] = texts[n];
        n++;
    }
    if (rc == 0 && (is_array || n > 1))
        rc = hv_instance_set_array(instance, name, type, borrowed, n, err);
    else if (rc == 0)
        rc = hv_instance_set(instance, name, type, borrowed[0], err);
    for (size_t i = 0; texts && i < n; i++)
        free(texts[i]);
    free(texts);
    return rc;
}

static int set_pair(struct hv_instance *instance, struct hv_types *types, const struct hv_args *args, size_t index,
                    struct hv_error *err) {
    HV_CLEANUP_FREE char *name = NULL;
    enum hv_cim_type type = HV_CIM_UNKNOWN;
    const char *value = NULL;
    bool is_array = false;
    int rc = split(hv_args_nth(args, HV_OPT_SET, index), &name, &value, err);

    if (rc == 0)
        rc = hv_types_require(types, hv_instance_class(instance), name, &type, &is_array, err);
    if (rc != 0)
        return rc;
    if (is_json(value))
        return set_json(instance, types, name, type, value, err);
    if (is_array && value[0] == '[')
        return set_list(instance, name, type, value, err);
    return set_texts(instance, args, index, type, is_array, err);
}

/* Is value INDEX of --set the first of its name? The others of that name go with it. */
static bool is_first(const struct hv_args *args, size_t index) {
    const char *pair = hv_args_nth(args, HV_OPT_SET, index);
    size_t n_name = strcspn(pair, "=") + 1;

    for (size_t i = 0; i < index; i++) {
        if (strncmp(hv_args_nth(args, HV_OPT_SET, i), pair, n_name) == 0)
            return false;
    }
    return true;
}

int hv_param_set_all(struct hv_instance *instance, struct hv_types *types, const struct hv_args *args, struct hv_error *err) {
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < hv_args_count(args, HV_OPT_SET); i++) {
        if (is_first(args, i))
            rc = set_pair(instance, types, args, i, err);
    }
    for (size_t i = 0; rc == 0 && i < hv_args_count(args, HV_OPT_NULL); i++) {
        const char *name = hv_args_nth(args, HV_OPT_NULL, i);
        enum hv_cim_type type = HV_CIM_UNKNOWN;
        bool is_array = false;

        rc = hv_types_require(types, hv_instance_class(instance), name, &type, &is_array, err);
        if (rc == 0 && is_array)
            rc = hv_instance_set_array(instance, name, type, NULL, 0, err);
        else if (rc == 0)
            rc = hv_instance_set(instance, name, type, NULL, err);
    }
    return rc;
}
