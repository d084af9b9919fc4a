/* Method parameters (wsman.md 3): a list in the order of writing. */
#include "cim/params.h"

#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "cim/datetime.h"
#include "cim/embedded.h"
#include "cim/wire.h"
#include "cim/write.h"
#include "wsman/epr.h"
#include "wsman/uri.h"

struct param {
    char *name;                 /* with prefix, as it is written: "p:DestinationHost" */
    char *text;                 /* one of these, or none of them for null */
    struct hv_epr *target;      /* a reference */
    struct hv_instance *object; /* inline */
    const char *wrapper;        /* element around a datetime, else NULL; constant */
};

struct hv_params {
    struct param *list;
    size_t n;
};

static const char PREFIX[] = "p:";
enum { NAME_MAX_BYTES = 4096 };

int hv_params_new(struct hv_params **ret_params, struct hv_error *err) {
    struct hv_params *params = calloc(1, sizeof(*params));

    if (!params)
        return hv_error_memory(err);
    *ret_params = params;
    return 0;
}

static void param_deinit(struct param *param) {
    free(param->name);
    free(param->text);
    (void)hv_epr_free(param->target);
    (void)hv_instance_free(param->object);
}

struct hv_params *hv_params_free(struct hv_params *params) {
    if (!params)
        return NULL;
    for (size_t i = 0; i < params->n; i++)
        param_deinit(&params->list[i]);
    free(params->list);
    free(params);
    return NULL;
}

bool hv_params_is_name(const char *name) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    static const char others[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.-";

    return name && *name && strspn(name, letters) > 0 && strspn(name, others) == strlen(name);
}

/* Where one more value of NAME belongs: behind the last of that name, else at the end. */
static size_t place_for(const struct hv_params *params, const char *name) {
    for (size_t i = params->n; i > 0; i--) {
        if (hv_text_same(params->list[i - 1].name, name))
            return i;
    }
    return params->n;
}

/* A and B as one text. */
static int join(const char *a, const char *b, char **ret_text, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(NAME_MAX_BYTES);

    hv_buf_puts(&buf, a);
    hv_buf_puts(&buf, b);
    return hv_buf_take(&buf, "a name", ret_text, err);
}

/* Makes room for one more. */
static int grow(struct hv_params *params, struct hv_error *err) {
    struct param *bigger = hv_grow(params->list, params->n, sizeof(*bigger));

    if (!bigger)
        return hv_error_memory(err);
    params->list = bigger;
    return 0;
}

/* Adds VALUE_TAKE, whose name is still missing; takes its contents even on failure. */
static int add(struct hv_params *params, const char *name, struct param *value_take, struct hv_error *err) {
    size_t at;
    int r = 0;

    if (!hv_params_is_name(name))
        r = hv_error_set(err, HV_E_ARGUMENT, "\"%s\" is no name of a parameter", name ? name : "");
    else if (params->n == HV_PARAMS_MAX)
        r = hv_error_set(err, HV_E_ARGUMENT, "a method is given more than %d parameters", HV_PARAMS_MAX);
    if (r == 0)
        r = join(PREFIX, name, &value_take->name, err);
    if (r == 0)
        r = grow(params, err);
    if (r != 0) {
        param_deinit(value_take);
        return r;
    }
    at = place_for(params, value_take->name);
    memmove(&params->list[at + 1], &params->list[at], (params->n - at) * sizeof(*params->list));
    params->list[at] = *value_take;
    params->n++;
    return 0;
}

int hv_params_add_text(struct hv_params *params, const char *name, const char *value, struct hv_error *err) {
    struct param param = { 0 };

    if (!value)
        return hv_error_set(err, HV_E_ARGUMENT, "parameter %s has no value", name ? name : "");
    if (hv_text_copy(value, &param.text, err) < 0)
        return HV_E_MEMORY;
    return add(params, name, &param, err);
}

int hv_params_add_datetime(struct hv_params *params, const char *name, const char *value, struct hv_error *err) {
    struct param param = { 0 };
    char native[HV_DATETIME_CIM_SIZE];

    if (!value || !hv_datetime_to_cim(value, native)) {
        hv_error_set(err, HV_E_ARGUMENT, "parameter %s is no date and time: \"%s\"", name ? name : "", value ? value : "");
        hv_error_remedy(err, "write it as 2024-05-01T10:11:12Z, or a duration as PT30M");
        return HV_E_ARGUMENT;
    }
    param.wrapper = hv_datetime_is_interval(value) ? "cim:Interval" : "cim:Datetime";
    if (hv_text_copy(value, &param.text, err) < 0)
        return HV_E_MEMORY;
    return add(params, name, &param, err);
}

int hv_params_add_reference(struct hv_params *params, const char *name, const struct hv_epr *value, struct hv_error *err) {
    struct param param = { 0 };
    int r;

    if (!value)
        return hv_error_set(err, HV_E_ARGUMENT, "parameter %s has no value", name ? name : "");
    r = hv_epr_copy(value, &param.target, err);
    return r < 0 ? r : add(params, name, &param, err);
}

int hv_params_add_instance(struct hv_params *params, const char *name, const struct hv_instance *value, struct hv_error *err) {
    struct param param = { 0 };
    int r;

    if (!value)
        return hv_error_set(err, HV_E_ARGUMENT, "parameter %s has no value", name ? name : "");
    r = hv_embedded_encode(value, &param.text, err);
    if (r < 0) {
        hv_error_prefix(err, "parameter %s", name ? name : "");
        return r;
    }
    return add(params, name, &param, err);
}

int hv_params_add_object(struct hv_params *params, const char *name, const struct hv_instance *value, struct hv_error *err) {
    struct param param = { 0 };
    int r;

    if (!value)
        return hv_error_set(err, HV_E_ARGUMENT, "parameter %s has no value", name ? name : "");
    r = hv_instance_copy(value, &param.object, err);
    return r < 0 ? r : add(params, name, &param, err);
}

int hv_params_add_null(struct hv_params *params, const char *name, struct hv_error *err) {
    struct param param = { 0 };

    return add(params, name, &param, err);
}

int hv_params_copy(const struct hv_params *params, struct hv_params **ret_params, struct hv_error *err) {
    HV_CLEANUP(hv_params_free) struct hv_params *copy = NULL;
    int r = hv_params_new(&copy, err);

    for (size_t i = 0; r == 0 && i < params->n; i++) {
        const struct param *param = &params->list[i];
        struct param twin = { .wrapper = param->wrapper };

        if (param->target)
            r = hv_epr_copy(param->target, &twin.target, err);
        else if (param->object)
            r = hv_instance_copy(param->object, &twin.object, err);
        else
            r = hv_text_copy(param->text, &twin.text, err);
        if (r == 0)
            r = add(copy, param->name + strlen(PREFIX), &twin, err);
    }
    if (r < 0)
        return r;
    *ret_params = copy;
    copy = NULL;
    return 0;
}

static void write_datetime(const struct param *param, struct hv_xml_writer *writer) {
    hv_xml_begin(writer, param->wrapper);
    hv_xml_put_attribute(writer, "xmlns:cim", HV_NS_CIM);
    hv_xml_put_text(writer, param->text);
    hv_xml_end(writer);
}

static int write_param(const struct param *param, struct hv_xml_writer *writer, const char *resource_uri, struct hv_error *err) {
    int r = 0;

    hv_xml_begin(writer, param->name);
    if (param->target) {
        hv_epr_write(writer, param->target);
    } else if (param->object) {
        r = hv_wire_write_object(writer, param->object, resource_uri, err);
    } else if (param->wrapper) {
        write_datetime(param, writer);
    } else if (param->text) {
        hv_xml_put_text(writer, param->text);
    } else {
        hv_xml_put_attribute(writer, "xmlns:xsi", HV_NS_XSI);
        hv_xml_put_attribute(writer, "xsi:nil", "true");
    }
    hv_xml_end(writer);
    if (r < 0)
        hv_error_prefix(err, "parameter %s", param->name + strlen(PREFIX));
    return r;
}

int hv_params_write(const struct hv_params *params, struct hv_xml_writer *writer, const char *input, const char *resource_uri,
                    struct hv_error *err) {
    int r = 0;

    hv_xml_begin(writer, input);
    hv_xml_put_attribute(writer, "xmlns:p", resource_uri);
    for (size_t i = 0; r == 0 && params && i < params->n; i++)
        r = write_param(&params->list[i], writer, resource_uri, err);
    hv_xml_end(writer);
    return r;
}

int hv_output_read(const struct hv_xml_node *body, const char *method, struct hv_instance **ret_instance, struct hv_error *err) {
    HV_CLEANUP_FREE char *class_name = NULL;
    int r = join(method, "_OUTPUT", &class_name, err);

    return r < 0 ? r : hv_wire_read_body(body, class_name, ret_instance, err);
}
