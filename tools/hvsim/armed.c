/* Troubles asked for on the command line. */
#include "armed.h"

#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "manner.h"
#include "problem.h"

enum value_rule {
    VALUE_NONE,
    VALUE_NUMBER,
    VALUE_OPTIONAL,
    VALUE_SECONDS, /* kept as ms */
    VALUE_FAULT,
    VALUE_QUIRK,
    VALUE_REASON,
};

static const struct kind {
    const char *name;
    enum sim_arm_kind kind;
    enum value_rule rule;
    uint32_t min;
    uint32_t max;
    enum sim_fault_kind model_kind;
} kinds[] = {
    { "http", SIM_ARM_HTTP, VALUE_NUMBER, 400, 599, 0 },
    { "auth", SIM_ARM_AUTH, VALUE_NONE, 0, 0, 0 },
    { "fault", SIM_ARM_FAULT, VALUE_FAULT, 0, 0, 0 },
    { "wmi", SIM_ARM_WMI, VALUE_NUMBER, 0x80000000, UINT32_MAX, 0 },
    { "timeout", SIM_ARM_TIMEOUT, VALUE_NONE, 0, 0, 0 },
    { "timeout-after", SIM_ARM_TIMEOUT_AFTER, VALUE_NONE, 0, 0, 0 },
    { "quota", SIM_ARM_QUOTA, VALUE_NONE, 0, 0, 0 },
    { "drop-before", SIM_ARM_DROP_BEFORE, VALUE_NONE, 0, 0, 0 },
    { "drop-after", SIM_ARM_DROP_AFTER, VALUE_NONE, 0, 0, 0 },
    { "garbage", SIM_ARM_GARBAGE, VALUE_NONE, 0, 0, 0 },
    { "truncate", SIM_ARM_TRUNCATE, VALUE_NONE, 0, 0, 0 },
    { "break", SIM_ARM_BREAK, VALUE_NONE, 0, 0, 0 },
    { "stall", SIM_ARM_STALL, VALUE_SECONDS, 0, 3600, 0 },
    { "wrong-relates-to", SIM_ARM_RELATES_TO, VALUE_NONE, 0, 0, 0 },
    { "expired-context", SIM_ARM_EXPIRED_CONTEXT, VALUE_NONE, 0, 0, 0 },
    { "envelope-limit", SIM_ARM_ENVELOPE_LIMIT, VALUE_NUMBER, 1, UINT32_MAX, 0 },
    { "quirk", SIM_ARM_QUIRK, VALUE_QUIRK, 0, 0, 0 },
    { "damage", SIM_ARM_DAMAGE, VALUE_NONE, 0, 0, 0 },
    { "unsealed", SIM_ARM_UNSEALED, VALUE_NONE, 0, 0, 0 },
    { "close", SIM_ARM_CLOSE, VALUE_NONE, 0, 0, 0 },
    { "hang-up", SIM_ARM_HANG_UP, VALUE_NONE, 0, 0, 0 },
    { "leg-drop", SIM_ARM_LEG_DROP, VALUE_NUMBER, 1, 100, 0 },
    { "leg-garbage", SIM_ARM_LEG_GARBAGE, VALUE_NUMBER, 1, 100, 0 },
    { "leg-close", SIM_ARM_LEG_CLOSE, VALUE_NUMBER, 1, 100, 0 },
    { "leg-refuse", SIM_ARM_LEG_REFUSE, VALUE_OPTIONAL, 1, UINT32_MAX, 0 },
    { "return", SIM_ARM_MODEL, VALUE_NUMBER, 0, UINT32_MAX, SIM_FAULT_RETURN },
    { "job-fails", SIM_ARM_MODEL, VALUE_OPTIONAL, 0, UINT32_MAX, SIM_FAULT_JOB_FAILS },
    { "job-says", SIM_ARM_MODEL, VALUE_REASON, 0, 0, SIM_FAULT_JOB_SAYS },
    { "job-warns", SIM_ARM_MODEL, VALUE_NONE, 0, 0, SIM_FAULT_JOB_WARNS },
    { "job-vanishes", SIM_ARM_MODEL, VALUE_OPTIONAL, 0, UINT32_MAX, SIM_FAULT_JOB_VANISHES },
    { "job-hangs", SIM_ARM_MODEL, VALUE_OPTIONAL, 0, 100, SIM_FAULT_JOB_HANGS },
    { "cancel-hangs", SIM_ARM_MODEL, VALUE_NONE, 0, 0, SIM_FAULT_CANCEL_HANGS },
    { "leftovers", SIM_ARM_MODEL, VALUE_NONE, 0, 0, SIM_FAULT_LEFTOVERS },
    { "role-fails", SIM_ARM_MODEL, VALUE_NONE, 0, 0, SIM_FAULT_ROLE_FAILS },
    { "role-queues", SIM_ARM_MODEL, VALUE_SECONDS, 1, 3600, SIM_FAULT_ROLE_QUEUES },
};

static void deinit_arm(struct sim_arm *arm) {
    free(arm->host);
    free(arm->action);
    free(arm->class_name);
    free(arm->vm);
}

void sim_arms_deinit(struct sim_arms *arms) {
    for (size_t i = 0; i < arms->n_items; i++)
        deinit_arm(&arms->items[i]);
    free(arms->items);
    *arms = (struct sim_arms){ 0 };
}

static bool read_number(const char *text, uint64_t min, uint64_t max, uint32_t *ret_number) {
    uint64_t number;

    if (hv_text_starts_same(text, "0x")) {
        if (!hv_text_hex(text + 2, strlen(text + 2), &number) || number < min || number > max)
            return false;
    } else if (!hv_text_u64(text, strlen(text), min, max, &number)) {
        return false;
    }
    *ret_number = (uint32_t)number;
    return true;
}

static bool read_quirk(const char *text, uint32_t *ret_value) {
    enum sim_quirk quirk;

    if (!sim_quirk_find(text, &quirk))
        return false;
    *ret_value = (uint32_t)quirk;
    return true;
}

static bool read_value(const struct kind *kind, const char *text, struct sim_arm *arm) {
    switch (kind->rule) {
    case VALUE_NONE:
        return !text;
    case VALUE_OPTIONAL:
        return !text || read_number(text, kind->min, kind->max, &arm->value);
    case VALUE_NUMBER:
        return text && read_number(text, kind->min, kind->max, &arm->value);
    case VALUE_SECONDS:
        if (!text || !read_number(text, kind->min, kind->max, &arm->value))
            return false;
        arm->value *= 1000;
        return true;
    case VALUE_FAULT:
        return text && sim_fault_find(text, &arm->wire_fault);
    case VALUE_QUIRK:
        return text && read_quirk(text, &arm->value);
    case VALUE_REASON:
        return text && sim_reason_find(text, &arm->value);
    }
    return false;
}

static int read_kind(const char *word, char *value, struct sim_arm *arm, struct hv_error *err) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(kinds); i++) {
        if (strcmp(kinds[i].name, word) != 0)
            continue;
        arm->kind = kinds[i].kind;
        arm->name = kinds[i].name;
        arm->model_kind = kinds[i].model_kind;
        if (!read_value(&kinds[i], value, arm))
            return hv_error_set(err, HV_E_ARGUMENT, "--fault: the value of %s is missing, not wanted or out of range", word);
        return 0;
    }
    return hv_error_set(err, HV_E_ARGUMENT, "--fault: unknown kind %s", word);
}

static int read_option(const char *word, const char *value, struct sim_arm *arm, struct hv_error *err) {
    const struct {
        const char *name;
        char **target;
    } texts[] = { { "host", &arm->host }, { "action", &arm->action }, { "class", &arm->class_name }, { "vm", &arm->vm } };

    if (!value || !*value)
        return hv_error_set(err, HV_E_ARGUMENT, "--fault: %s needs a value", word);
    for (size_t i = 0; i < HV_ARRAY_SIZE(texts); i++) {
        if (strcmp(texts[i].name, word) != 0)
            continue;
        free(*texts[i].target);
        *texts[i].target = NULL;
        return hv_text_copy(value, texts[i].target, err);
    }
    if (strcmp(word, "at") == 0 && read_number(value, 1, 99, &arm->at))
        return 0;
    if (strcmp(word, "nth") == 0 && read_number(value, 1, UINT32_MAX, &arm->nth))
        return 0;
    if (strcmp(word, "times") == 0 && read_number(value, 0, UINT32_MAX, &arm->times))
        return 0;
    if (strcmp(word, "every") == 0 && arm->kind != SIM_ARM_MODEL && read_number(value, 1, UINT32_MAX, &arm->every))
        return 0;
    return hv_error_set(err, HV_E_ARGUMENT, "--fault: %s=%s is not understood", word, value);
}

static int read_spec(char *spec, struct sim_arm *arm, struct hv_error *err) {
    char *rest = spec;
    bool is_first = true;
    int rc = 0;

    while (rc == 0 && rest) {
        char *word = strsep(&rest, ",");
        char *value = strchr(word, '=');
        if (value)
            *value++ = '\0';
        rc = is_first ? read_kind(word, value, arm, err) : read_option(word, value, arm, err);
        is_first = false;
    }
    return rc;
}

int sim_arms_add(struct sim_arms *arms, const char *spec, struct hv_error *err) {
    struct sim_arm arm = { .nth = 1, .times = 1 };
    HV_CLEANUP_FREE char *copy = NULL;
    struct sim_arm *items;
    int rc = hv_text_copy(spec, &copy, err);

    if (rc == 0)
        rc = read_spec(copy, &arm, err);
    if (rc == 0) {
        items = hv_grow(arms->items, arms->n_items, sizeof(*items));
        if (items) {
            arms->items = items;
            items[arms->n_items++] = arm;
            return 0;
        }
        rc = hv_error_memory(err);
    }
    deinit_arm(&arm);
    return rc;
}

int sim_arms_load(const struct sim_arms *arms, struct sim_fabric *fabric, struct hv_error *err) {
    for (size_t i = 0; i < arms->n_items; i++) {
        const struct sim_arm *arm = &arms->items[i];
        const struct sim_fault fault = { .kind = arm->model_kind,
                                         .value = arm->value,
                                         .percent = arm->at,
                                         .host = arm->host,
                                         .method = arm->action,
                                         .vm = arm->vm,
                                         .skip = arm->nth - 1,
                                         .count = arm->times };

        if (arm->host && !sim_fabric_find_host(fabric, arm->host))
            return hv_error_set(err, HV_E_ARGUMENT, "--fault: there is no host %s", arm->host);
        if (arm->kind == SIM_ARM_MODEL && !sim_fabric_arm(fabric, &fault))
            return hv_error_memory(err);
    }
    return 0;
}

static bool fits(const char *wanted, const char *have) {
    return !wanted || hv_text_same(wanted, have);
}

/* Counts it; whether it is its turn. */
static bool is_due(struct sim_arm *arm) {
    const uint32_t every = arm->every ? arm->every : 1;
    const uint32_t since = ++arm->n_seen - arm->nth;

    return arm->n_seen >= arm->nth && since % every == 0 && (arm->times == 0 || since / every < arm->times);
}

static bool is_of_legs(const struct sim_arm *arm) {
    return arm->kind == SIM_ARM_LEG_DROP || arm->kind == SIM_ARM_LEG_GARBAGE || arm->kind == SIM_ARM_LEG_CLOSE ||
           arm->kind == SIM_ARM_LEG_REFUSE;
}

const struct sim_arm *sim_arms_hit_leg(struct sim_arms *arms, const char *host, unsigned leg) {
    const struct sim_arm *hit = NULL;

    for (size_t i = 0; i < arms->n_items; i++) {
        struct sim_arm *arm = &arms->items[i];
        const unsigned wanted = arm->kind == SIM_ARM_LEG_REFUSE ? 0 : arm->value;

        if (is_of_legs(arm) && wanted == leg && fits(arm->host, host) && is_due(arm) && !hit)
            hit = arm;
    }
    return hit;
}

const struct sim_arm *sim_arms_hit(struct sim_arms *arms, const struct sim_arm_request *request) {
    const struct sim_arm *hit = NULL;

    for (size_t i = 0; i < arms->n_items; i++) {
        struct sim_arm *arm = &arms->items[i];

        if (arm->kind == SIM_ARM_MODEL || is_of_legs(arm) || !fits(arm->host, request->host) ||
            !fits(arm->class_name, request->class_name) ||
            (!fits(arm->action, request->operation) && !fits(arm->action, request->method)))
            continue;
        if (is_due(arm) && !hit)
            hit = arm;
    }
    return hit;
}
