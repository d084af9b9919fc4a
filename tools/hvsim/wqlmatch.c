/* WQL: tree against class and object, with the three truth values of SQL. */
#include <string.h>

#include "base/text.h"
#include "instance.h"
#include "model.h"
#include "wql.h"

#define SYSTEM_CLASS "__CLASS" /* the one system property that a query may compare */
#define SYSTEM_THIS  "__this"

enum truth {
    NO,
    YES,
    UNKNOWN, /* compared with null */
};

/* Number of any integer type. */
struct number {
    bool negative;
    uint64_t magnitude;
};

static bool parse_number(const char *text, struct number *ret_number) {
    bool negative = *text == '-';
    uint64_t magnitude;

    if (negative)
        text++;
    if (!hv_text_u64(text, strlen(text), 0, UINT64_MAX, &magnitude))
        return false;
    *ret_number = (struct number){ negative && magnitude, magnitude };
    return true;
}

static int compare_numbers(const struct number *a, const struct number *b) {
    int sign;

    if (a->negative != b->negative)
        return a->negative ? -1 : 1;
    sign = a->magnitude < b->magnitude ? -1 : a->magnitude > b->magnitude;
    return a->negative ? -sign : sign;
}

static struct number number_of(const struct sim_value *value) {
    struct number number = { 0 };

    switch (value->type) {
    case SIM_SINT8:
    case SIM_SINT16:
    case SIM_SINT32:
    case SIM_SINT64:
        number.negative = value->items[0].i < 0;
        number.magnitude = number.negative ? (uint64_t)0 - (uint64_t)value->items[0].i : (uint64_t)value->items[0].i;
        return number;
    case SIM_UINT8:
    case SIM_UINT16:
    case SIM_UINT32:
    case SIM_UINT64:
        number.magnitude = value->items[0].u;
        return number;
    case SIM_BOOLEAN:
        number.magnitude = value->items[0].boolean;
        return number;
    case SIM_REAL32:
    case SIM_REAL64:
    case SIM_CHAR16:
    case SIM_STRING:
    case SIM_DATETIME:
    case SIM_REFERENCE:
    case SIM_OBJECT:
        return number;
    }
    return number;
}

static bool literal_number(const struct sim_wql_node *node, struct number *ret_number) {
    switch (node->literal) {
    case SIM_WQL_TRUE:
    case SIM_WQL_FALSE:
        *ret_number = (struct number){ false, node->literal == SIM_WQL_TRUE };
        return true;
    case SIM_WQL_TEXT:
    case SIM_WQL_NUMBER:
        return parse_number(node->text, ret_number);
    case SIM_WQL_NONE:
    case SIM_WQL_PROPERTY:
        return false;
    }
    return false;
}

static bool literal_datetime(const struct sim_wql_node *node, struct sim_datetime *ret_datetime) {
    return node->literal == SIM_WQL_TEXT &&
           (sim_datetime_parse_cim(node->text, ret_datetime) || sim_datetime_parse(node->text, ret_datetime));
}

/* ---- check ---- */

static bool literal_fits(const struct sim_wql_node *node, enum sim_type type) {
    struct number number;
    struct sim_datetime datetime;

    switch (type) {
    case SIM_STRING:
        return node->literal == SIM_WQL_TEXT;
    case SIM_REFERENCE:
        return node->literal == SIM_WQL_TEXT && (node->op == SIM_WQL_EQ || node->op == SIM_WQL_NE);
    case SIM_DATETIME:
        return literal_datetime(node, &datetime);
    case SIM_BOOLEAN:
        if (node->literal == SIM_WQL_TEXT)
            return hv_text_same(node->text, "TRUE") || hv_text_same(node->text, "FALSE");
        return literal_number(node, &number);
    case SIM_UINT8:
    case SIM_UINT16:
    case SIM_UINT32:
    case SIM_UINT64:
    case SIM_SINT8:
    case SIM_SINT16:
    case SIM_SINT32:
    case SIM_SINT64:
        return literal_number(node, &number);
    case SIM_REAL32:
    case SIM_REAL64:
    case SIM_CHAR16:
    case SIM_OBJECT:
        return false;
    }
    return false;
}

static bool invalid(struct sim_soap_fault *fault, const char *what, const char *name) {
    return sim_fail_wmi_as(fault, SIM_F_CANNOT_PROCESS_FILTER, SIM_WBEM_INVALID_QUERY, "The query is not valid: %s %s.", what,
                           name);
}

/* What a query is about. */
struct scope {
    const struct sim_class *class_;
    const struct sim_class *target; /* of the instances in an event; NULL: no event */
    uint32_t build;
};

static bool is_instance_name(const char *name) {
    return hv_text_same(name, "TargetInstance") || hv_text_same(name, "PreviousInstance");
}

static const struct sim_property *visible(const struct scope *scope, const char *name) {
    const char *dot = scope->target ? strchr(name, '.') : NULL;
    const struct sim_property *property = sim_class_property(dot ? scope->target : scope->class_, dot ? dot + 1 : name);

    if (dot && !hv_text_starts_same(name, "TargetInstance.") &&
        !(hv_text_starts_same(name, "PreviousInstance.") && sim_class_property(scope->class_, "PreviousInstance")))
        return NULL;
    return property && sim_property_visible(property, scope->build) ? property : NULL;
}

static bool check_isa(const struct scope *scope, const struct sim_wql_node *node, struct sim_soap_fault *fault) {
    const bool is_object = hv_text_same(node->property, SYSTEM_THIS) || (scope->target && is_instance_name(node->property));

    return (is_object && node->literal == SIM_WQL_TEXT) || invalid(fault, "ISA cannot be used on", node->property);
}

static bool literal_good(const struct scope *scope, const struct sim_wql_node *node, const struct sim_property *property) {
    const struct sim_property *other;

    if (node->literal != SIM_WQL_PROPERTY)
        return literal_fits(node, property->type);
    other = visible(scope, node->text);
    return other && other->type == property->type && !other->is_array && property->type != SIM_REFERENCE;
}

static bool check_node(const struct scope *scope, const struct sim_wql_node *node, struct sim_soap_fault *fault) {
    const struct sim_property *property;

    if (!node->property)
        return true;
    if (node->op == SIM_WQL_ISA)
        return check_isa(scope, node, fault);
    if (hv_text_same(node->property, SYSTEM_CLASS))
        return node->literal == SIM_WQL_TEXT || invalid(fault, "no text is compared with", node->property);
    property = visible(scope, node->property);
    if (!property)
        return invalid(fault, "the class has no property", node->property);
    if (node->op == SIM_WQL_IS_NULL)
        return true;
    if (property->is_array)
        return invalid(fault, "an array cannot be compared:", node->property);
    if (node->op == SIM_WQL_LIKE)
        return property->type == SIM_STRING || invalid(fault, "LIKE needs a string property, unlike", node->property);
    return literal_good(scope, node, property) || invalid(fault, "the literal does not fit the type of", node->property);
}

static bool check(const struct sim_wql *wql, const struct scope *scope, struct sim_soap_fault *fault) {
    for (size_t i = 0; i < wql->n_columns; i++)
        if (!visible(scope, wql->columns[i]))
            return invalid(fault, "the class has no property", wql->columns[i]);
    for (size_t i = 0; i < wql->n_nodes; i++)
        if (!check_node(scope, &wql->nodes[i], fault))
            return false;
    return true;
}

bool sim_wql_check(const struct sim_wql *wql, const struct sim_class *class_, uint32_t build, struct sim_soap_fault *fault) {
    const struct scope scope = { class_, NULL, build };

    if (wql->within_s)
        return invalid(fault, "it is one of events:", wql->class_name);
    return check(wql, &scope, fault);
}

bool sim_wql_check_event(const struct sim_wql *wql, const struct sim_class *event, const struct sim_class *target, uint32_t build,
                         struct sim_soap_fault *fault) {
    const struct scope scope = { event, target, build };

    return check(wql, &scope, fault);
}

const char *sim_wql_target(const struct sim_wql *wql) {
    for (size_t i = 0; i < wql->n_nodes; i++)
        if (wql->nodes[i].op == SIM_WQL_ISA && hv_text_same(wql->nodes[i].property, "TargetInstance") && wql->nodes[i].text)
            return wql->nodes[i].text;
    return NULL;
}

/* ---- match ---- */

/* One set "[...]" at PATTERN (after the bracket) against C; *ret_end is behind the closing bracket. */
static bool in_set(const char *pattern, char c, const char **ret_end) {
    bool negated = *pattern == '^';
    bool found = false;
    char lower = hv_text_lower(c);

    if (negated)
        pattern++;
    for (; *pattern && *pattern != ']'; pattern++) {
        char from = hv_text_lower(*pattern);
        char to = from;

        if ((pattern[1] == '-' || pattern[1] == '=') && pattern[2] && pattern[2] != ']') {
            to = hv_text_lower(pattern[2]);
            pattern += 2;
        }
        if (lower >= from && lower <= to)
            found = true;
    }
    *ret_end = *pattern ? pattern + 1 : pattern;
    return found != negated;
}

static size_t character_length(const char *text) {
    uint32_t code;
    size_t n = hv_utf8_decode(text, strlen(text), &code);

    return n ? n : 1;
}

/* One character of TEXT against one element of PATTERN that is no %; both move on when they fit. */
static bool match_one(const char **text, const char **pattern) {
    const char *end = *pattern + 1;

    if (!**text || !**pattern)
        return false;
    if (**pattern == '_') {
        *text += character_length(*text);
    } else if (**pattern == '[') {
        if (!in_set(*pattern + 1, **text, &end))
            return false;
        *text += character_length(*text);
    } else {
        if (hv_text_lower(**text) != hv_text_lower(**pattern))
            return false;
        (*text)++;
    }
    *pattern = end;
    return true;
}

/* LIKE: % any characters, _ one, [abc] [a-z] [^a] one of or not of; case does not matter. */
static bool is_like(const char *text, const char *pattern) {
    const char *retry_pattern = NULL; /* behind the last % */
    const char *retry_text = NULL;

    for (;;) {
        if (*pattern == '%') {
            retry_pattern = ++pattern;
            retry_text = text;
        } else if (!*text && !*pattern) {
            return true;
        } else if (!match_one(&text, &pattern)) {
            if (!retry_text || !*retry_text)
                return false;
            retry_text += character_length(retry_text);
            text = retry_text;
            pattern = retry_pattern;
        }
    }
}

static int compare_texts(const char *a, const char *b) {
    for (; *a && hv_text_lower(*a) == hv_text_lower(*b); a++, b++)
        ;
    return (unsigned char)hv_text_lower(*a) - (unsigned char)hv_text_lower(*b);
}

static bool same_path(const struct sim_path *a, const struct sim_path *b) {
    if (!hv_text_same(a->class_name, b->class_name) || a->n_keys != b->n_keys)
        return false;
    for (size_t i = 0; i < a->n_keys; i++) {
        const char *value = sim_path_key(b, a->keys[i].name);
        if (!value || !a->keys[i].value || !hv_text_same(value, a->keys[i].value))
            return false;
    }
    return true;
}

static int compare_reference(const struct sim_path *path, const char *text) {
    HV_CLEANUP(sim_path_free) struct sim_path *other = sim_path_parse(text);

    return other && same_path(path, other) ? 0 : 1;
}

static int compare_datetime(const struct sim_datetime *a, const struct sim_wql_node *node) {
    struct sim_datetime b;

    if (!literal_datetime(node, &b))
        return 1;
    return a->us < b.us ? -1 : a->us > b.us;
}

static int compare_value(const struct sim_value *value, const struct sim_wql_node *node) {
    struct number left = number_of(value);
    struct number right = { 0 };

    if (value->type == SIM_STRING)
        return compare_texts(value->items[0].text, node->text);
    if (value->type == SIM_REFERENCE)
        return compare_reference(value->items[0].path, node->text);
    if (value->type == SIM_DATETIME)
        return compare_datetime(&value->items[0].datetime, node);
    if (value->type == SIM_BOOLEAN && node->literal == SIM_WQL_TEXT)
        right.magnitude = hv_text_same(node->text, "TRUE");
    else if (!literal_number(node, &right))
        return 1;
    return compare_numbers(&left, &right);
}

static enum truth judge(enum sim_wql_op op, int sign) {
    switch (op) {
    case SIM_WQL_EQ:
        return sign == 0 ? YES : NO;
    case SIM_WQL_NE:
        return sign != 0 ? YES : NO;
    case SIM_WQL_LT:
        return sign < 0 ? YES : NO;
    case SIM_WQL_GT:
        return sign > 0 ? YES : NO;
    case SIM_WQL_LE:
        return sign <= 0 ? YES : NO;
    case SIM_WQL_GE:
        return sign >= 0 ? YES : NO;
    case SIM_WQL_AND:
    case SIM_WQL_OR:
    case SIM_WQL_NOT:
    case SIM_WQL_LIKE:
    case SIM_WQL_ISA:
    case SIM_WQL_IS_NULL:
        return UNKNOWN;
    }
    return UNKNOWN;
}

/* A property, or one of an instance in an event. */
static const struct sim_value *value_of(const struct sim_object *object, const char *name) {
    const char *dot = strchr(name, '.');
    const struct sim_value *inner;

    if (!dot)
        return sim_object_value(object, name);
    inner = sim_object_value(object, hv_text_starts_same(name, "TargetInstance.") ? "TargetInstance" : "PreviousInstance");
    return inner && inner->is_set ? sim_object_value(inner->items[0].object, dot + 1) : NULL;
}

static enum truth match_isa(const struct sim_wql_node *node, const struct sim_object *object) {
    const struct sim_value *value;

    if (hv_text_same(node->property, SYSTEM_THIS))
        return sim_class_is_a(object->class_, node->text) ? YES : NO;
    value = sim_object_value(object, node->property);
    return value && value->is_set && sim_class_is_a(value->items[0].object->class_, node->text) ? YES : NO;
}

static int compare_values(const struct sim_value *a, const struct sim_value *b) {
    const struct number left = number_of(a);
    const struct number right = number_of(b);

    if (a->type == SIM_STRING)
        return compare_texts(a->items[0].text, b->items[0].text);
    if (a->type == SIM_DATETIME)
        return a->items[0].datetime.us < b->items[0].datetime.us ? -1 : a->items[0].datetime.us > b->items[0].datetime.us;
    return compare_numbers(&left, &right);
}

static enum truth match_condition(const struct sim_wql_node *node, const struct sim_object *object) {
    const struct sim_value *value;
    const struct sim_value *other;

    if (node->op == SIM_WQL_ISA)
        return match_isa(node, object);
    if (hv_text_same(node->property, SYSTEM_CLASS)) {
        if (node->op == SIM_WQL_LIKE)
            return is_like(object->class_->name, node->text) ? YES : NO;
        return judge(node->op, compare_texts(object->class_->name, node->text));
    }
    value = value_of(object, node->property);
    if (node->op == SIM_WQL_IS_NULL)
        return !value || !value->is_set ? YES : NO;
    if (!value || !value->is_set)
        return UNKNOWN;
    if (node->op == SIM_WQL_LIKE)
        return is_like(value->items[0].text, node->text) ? YES : NO;
    if (node->literal != SIM_WQL_PROPERTY)
        return judge(node->op, compare_value(value, node));
    other = value_of(object, node->text);
    return other && other->is_set ? judge(node->op, compare_values(value, other)) : UNKNOWN;
}

static enum truth match_node(const struct sim_wql *wql, size_t i, const struct sim_object *object) {
    const struct sim_wql_node *node = &wql->nodes[i];
    enum truth left;
    enum truth right;

    switch (node->op) {
    case SIM_WQL_NOT:
        left = match_node(wql, node->left, object);
        return left == UNKNOWN ? UNKNOWN : left == YES ? NO : YES;
    case SIM_WQL_AND:
        left = match_node(wql, node->left, object);
        right = left == NO ? NO : match_node(wql, node->right, object);
        return left == NO || right == NO ? NO : left == YES && right == YES ? YES : UNKNOWN;
    case SIM_WQL_OR:
        left = match_node(wql, node->left, object);
        right = left == YES ? YES : match_node(wql, node->right, object);
        return left == YES || right == YES ? YES : left == NO && right == NO ? NO : UNKNOWN;
    case SIM_WQL_EQ:
    case SIM_WQL_NE:
    case SIM_WQL_LT:
    case SIM_WQL_GT:
    case SIM_WQL_LE:
    case SIM_WQL_GE:
    case SIM_WQL_LIKE:
    case SIM_WQL_ISA:
    case SIM_WQL_IS_NULL:
        return match_condition(node, object);
    }
    return UNKNOWN;
}

bool sim_wql_match(const struct sim_wql *wql, const struct sim_object *object) {
    return !wql->has_where || match_node(wql, wql->where, object) == YES;
}
