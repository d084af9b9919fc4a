/*
 * Instances as JSON (design.md 4): numbers, booleans and arrays where the wire or a class table tells the type, else texts. A
 * type is never guessed from how a text looks.
 *
 * They are written straight into a buffer: lists of them are long, and a tree of each would cost more than all the rest. jansson
 * encodes what is not already spelled as JSON has it.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/size.h"
#include "base/text.h"
#include "cli/json.h"
#include "cli/types.h"

/* Deepest nesting of references and instances that is shown. */
enum { MAX_DEPTH = 16 };
/* Names of one class that are remembered; a host may send ever new ones. */
enum { MAX_COLUMNS = 256 };
/* Longest number with blanks around, and more than any needs. */
enum { MAX_WORD = 512 };

/* A one in each of eight bytes. */
#define ONES UINT64_C(0x0101010101010101)

/* Integers beyond this are not exact in the readers of JSON that have doubles only. */
#define EXACT_MAX ((int64_t)1 << 53)

static void write_instance(struct hv_buf *buf, struct hv_json_columns *columns, const struct hv_instance *instance,
                           unsigned depth);
static void write_reference(struct hv_buf *buf, const struct hv_epr *epr, unsigned depth);

static int append_json(const char *bytes, size_t n_bytes, void *context) {
    hv_buf_append(context, bytes, n_bytes);
    return 0;
}

static void write_encoded(struct hv_buf *buf, json_t *value_take) {
    if (!value_take || json_dump_callback(value_take, append_json, buf, JSON_ENCODE_ANY | JSON_COMPACT) != 0)
        buf->failure = HV_E_MEMORY;
    json_decref(value_take);
}

/* Not zero when one of eight bytes is a control character, a quote, a backslash or no ASCII. */
static uint64_t special(uint64_t word) {
    uint64_t quote = word ^ ONES * '"';
    uint64_t backslash = word ^ ONES * '\\';

    /* A difference below zero sets the sign of its byte, and borrows from the next one only then. */
    return (word | (word - ONES * ' ') | (quote - ONES) | (backslash - ONES)) & ONES * 0x80;
}

/* Does TEXT stand for itself between quotes? */
static bool is_plain(const char *text, size_t n) {
    uint64_t word;
    uint64_t found = 0;

    for (; n >= sizeof(word); n -= sizeof(word), text += sizeof(word)) {
        memcpy(&word, text, sizeof(word));
        found |= special(word);
    }
    word = ONES * ' ';
    memcpy(&word, text, n);
    return !(found | special(word));
}

void hv_json_write_text(struct hv_buf *buf, const char *text) {
    size_t n = text ? strlen(text) : 0;
    char *room;

    if (!text) {
        hv_buf_puts(buf, "null");
        return;
    }
    if (!is_plain(text, n)) {
        write_encoded(buf, hv_json_text(text));
        return;
    }
    room = hv_buf_extend(buf, n + 2);
    if (room) {
        room[0] = '"';
        memcpy(room + 1, text, n);
        room[n + 1] = '"';
    }
}

/* A number that has no other spelling. */
static bool is_canonical(const char *text) {
    const char *digits = *text == '-' ? text + 1 : text;

    return digits[0] != '0' || (digits == text && digits[1] == '\0');
}

static void write_integer(struct hv_buf *buf, const char *text) {
    size_t n = strlen(text);
    int64_t number;

    if (!hv_text_i64(text, n, -EXACT_MAX, EXACT_MAX, &number))
        hv_json_write_text(buf, text);
    else if (is_canonical(text))
        hv_buf_append(buf, text, n);
    else
        write_encoded(buf, json_integer(number));
}

static void write_boolean(struct hv_buf *buf, const char *text) {
    if (hv_text_same(text, "true") || strcmp(text, "1") == 0)
        hv_buf_puts(buf, "true");
    else if (hv_text_same(text, "false") || strcmp(text, "0") == 0)
        hv_buf_puts(buf, "false");
    else
        hv_json_write_text(buf, text);
}

/* Is it the same number again, read with the precision of the type? */
static bool is_same_real(const char *text, double number, bool is_single) {
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    double again = json_number_value(value);

    json_decref(value);
    if (is_single && fabs(number) <= (double)FLT_MAX && fabs(again) <= (double)FLT_MAX)
        return (float)number >= (float)again && (float)number <= (float)again;
    return number >= again && number <= again;
}

/* In the fewest digits that give the same number again: hosts tend to write them all. */
static void write_number(struct hv_buf *buf, double number, bool is_single) {
    static const size_t digits[2][2] = { { 15, 17 }, { 6, 9 } };
    json_t *value = json_real(number);
    char *text = NULL;

    for (size_t n = digits[is_single][0]; n <= digits[is_single][1]; n++) {
        free(text);
        text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(n));
        if (!text || is_same_real(text, number, is_single))
            break;
    }
    json_decref(value);
    if (text)
        hv_buf_puts(buf, text);
    else
        buf->failure = HV_E_MEMORY;
    free(text);
}

/* xs:double has spellings that JSON lacks (INF, NaN, "+1"): those stay texts. */
static void write_real(struct hv_buf *buf, const char *text, bool is_single) {
    json_t *value = json_loads(text, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, NULL);

    if (json_is_real(value))
        write_number(buf, json_real_value(value), is_single);
    else
        hv_json_write_text(buf, text);
    json_decref(value);
}

static void write_word(struct hv_buf *buf, const char *text, enum hv_cim_type type) {
    switch (type) {
    case HV_CIM_BOOLEAN:
        write_boolean(buf, text);
        return;
    case HV_CIM_UINT8:
    case HV_CIM_SINT8:
    case HV_CIM_UINT16:
    case HV_CIM_SINT16:
    case HV_CIM_UINT32:
    case HV_CIM_SINT32:
    case HV_CIM_UINT64:
    case HV_CIM_SINT64:
        write_integer(buf, text);
        return;
    case HV_CIM_REAL32:
    case HV_CIM_REAL64:
        write_real(buf, text, type == HV_CIM_REAL32);
        return;
    case HV_CIM_UNKNOWN:
    case HV_CIM_STRING:
    case HV_CIM_CHAR16:
    case HV_CIM_DATETIME:
    case HV_CIM_REFERENCE:
    case HV_CIM_INSTANCE:
        break;
    }
    hv_json_write_text(buf, text);
}

static bool is_word(enum hv_cim_type type) {
    return type != HV_CIM_UNKNOWN && type != HV_CIM_STRING && type != HV_CIM_CHAR16;
}

/* Blanks around a number or a boolean are the doing of a peer that indents, and no part of it (XML Schema 2 4.3.6). */
static void write_typed(struct hv_buf *buf, const char *text, enum hv_cim_type type) {
    static const char blanks[] = " \t\r\n";
    char word[MAX_WORD];
    size_t n = strlen(text);

    if (n > 0 && is_word(type) && (text[0] <= ' ' || text[n - 1] <= ' ')) {
        text += strspn(text, blanks);
        for (n = strlen(text); n > 0 && strchr(blanks, text[n - 1]); n--)
            ;
        if (n < sizeof(word)) {
            memcpy(word, text, n);
            word[n] = '\0';
            text = word;
        }
    }
    write_word(buf, text, type);
}

/* {MEMBERS}, with columns of its own. */
static void write_object(struct hv_buf *buf, const struct hv_types *types, const struct hv_instance *instance, unsigned depth) {
    struct hv_json_columns columns = { .types = types };

    hv_buf_putc(buf, '{');
    write_instance(buf, &columns, instance, depth);
    hv_buf_putc(buf, '}');
    hv_json_columns_deinit(&columns);
}

/* What VALUES are written with. */
struct context {
    struct hv_buf *buf;
    const struct hv_types *types;
    enum hv_cim_type type;
    unsigned depth;
};

static void write_value(const struct context *context, const struct hv_property *property, size_t index) {
    const char *text = hv_property_text(property, index);
    const struct hv_epr *reference = text ? NULL : hv_property_reference(property, index);
    const struct hv_instance *instance = text || reference ? NULL : hv_property_instance(property, index);

    if (text)
        write_typed(context->buf, text, context->type);
    else if (reference)
        write_reference(context->buf, reference, context->depth);
    else if (instance && context->depth < MAX_DEPTH)
        write_object(context->buf, context->types, instance, context->depth + 1);
    else
        hv_buf_puts(context->buf, "null");
}

/* Nothing at all: an empty array where that is certain, else null. */
static const char *no_value(const struct hv_property *property, bool class_says_array, const struct hv_types *types) {
    bool is_unmarked = types && types->precise_arrays && class_says_array && !hv_property_is_array(property);

    return hv_property_is_empty(property) || is_unmarked ? "[]" : "null";
}

static void write_values(const struct context *context, const struct hv_property *property, const struct hv_json_column *column) {
    size_t n_values = hv_property_n_values(property);

    if (n_values == 0) {
        hv_buf_puts(context->buf, no_value(property, column->is_array, context->types));
    } else if (n_values == 1 && !column->is_array && !hv_property_is_array(property)) {
        write_value(context, property, 0);
    } else {
        for (size_t i = 0; i < n_values; i++) {
            hv_buf_putc(context->buf, i == 0 ? '[' : ',');
            write_value(context, property, i);
        }
        hv_buf_putc(context->buf, ']');
    }
}

static void write_property(struct hv_buf *buf, const struct hv_json_columns *columns, const struct hv_property *property,
                           const struct hv_json_column *column, unsigned depth) {
    enum hv_cim_type type = hv_property_type(property);
    const struct context context = {
        .buf = buf,
        .types = columns->types,
        .type = type == HV_CIM_UNKNOWN ? column->type : type,
        .depth = depth,
    };

    write_values(&context, property, column);
}

/* ---- Columns ---- */

static void column_deinit(struct hv_json_column *column) {
    free(column->name);
    free(column->key);
}

void hv_json_columns_deinit(struct hv_json_columns *columns) {
    for (size_t i = 0; i < columns->n; i++)
        column_deinit(&columns->columns[i]);
    free(columns->columns);
    free(columns->class_name);
    *columns = (struct hv_json_columns){ .types = columns->types };
}

static int column_init(struct hv_json_column *column, const struct hv_json_columns *columns, const char *name) {
    HV_CLEANUP_BUF struct hv_buf key = HV_BUF_INIT(SIZE_MAX);
    int rc;

    *column = (struct hv_json_column){ 0 };
    column->type = hv_types_property(columns->types, columns->class_name, name, &column->is_array);
    hv_json_write_text(&key, name);
    hv_buf_putc(&key, ':');
    column->n_key = key.len;
    rc = hv_buf_take(&key, "a name", &column->key, NULL);
    return rc < 0 ? rc : hv_text_copy(name, &column->name, NULL);
}

/* NULL when memory ends. */
static const struct hv_json_column *column_add(struct hv_json_columns *columns, const char *name) {
    struct hv_json_column column;
    struct hv_json_column *bigger;

    if (column_init(&column, columns, name) == 0) {
        bigger = hv_grow(columns->columns, columns->n, sizeof(*bigger));
        if (bigger) {
            columns->columns = bigger;
            columns->columns[columns->n] = column;
            return &columns->columns[columns->n++];
        }
    }
    column_deinit(&column);
    return NULL;
}

/* Makes COLUMNS those of CLASS_NAME. */
static int columns_turn_to(struct hv_json_columns *columns, const char *class_name) {
    if (columns->class_name && columns->n < MAX_COLUMNS && strcmp(columns->class_name, class_name) == 0)
        return 0;
    hv_json_columns_deinit(columns);
    return hv_text_copy(class_name, &columns->class_name, NULL);
}

/* A host sends the properties of each instance in the same order, though not always all of them. NULL when memory ends. */
static const struct hv_json_column *column_of(struct hv_json_columns *columns, const char *name) {
    const struct hv_json_column *column;

    for (size_t i = 0; i < columns->n; i++) {
        columns->next = columns->next < columns->n ? columns->next : 0;
        column = &columns->columns[columns->next++];
        if (strcmp(column->name, name) == 0)
            return column;
    }
    return column_add(columns, name);
}

static void write_properties(struct hv_buf *buf, struct hv_json_columns *columns, const struct hv_instance *instance,
                             unsigned depth) {
    size_t n = hv_instance_n_properties(instance);

    for (size_t i = 0; i < n && !buf->failure; i++) {
        const struct hv_property *property = hv_instance_property(instance, i);
        const struct hv_json_column *column = column_of(columns, hv_property_name(property));

        if (!column) {
            buf->failure = HV_E_MEMORY;
            return;
        }
        if (i > 0)
            hv_buf_putc(buf, ',');
        hv_buf_append(buf, column->key, column->n_key);
        write_property(buf, columns, property, column, depth);
    }
}

static void write_instance(struct hv_buf *buf, struct hv_json_columns *columns, const struct hv_instance *instance,
                           unsigned depth) {
    const char *class_name = hv_instance_class(instance);

    if (columns_turn_to(columns, class_name) < 0)
        buf->failure = HV_E_MEMORY;
    hv_buf_puts(buf, "\"class\":");
    hv_json_write_text(buf, class_name);
    hv_buf_puts(buf, ",\"namespace\":");
    hv_json_write_text(buf, hv_instance_namespace(instance));
    hv_buf_puts(buf, ",\"properties\":{");
    write_properties(buf, columns, instance, depth);
    hv_buf_putc(buf, '}');
}

static void write_reference(struct hv_buf *buf, const struct hv_epr *epr, unsigned depth) {
    if (depth >= MAX_DEPTH) {
        hv_buf_puts(buf, "null");
        return;
    }
    hv_buf_puts(buf, "{\"resource_uri\":");
    hv_json_write_text(buf, hv_epr_resource_uri(epr));
    hv_buf_puts(buf, ",\"selectors\":{");
    for (size_t i = 0; i < hv_epr_n_selectors(epr); i++) {
        const struct hv_epr *nested = hv_epr_selector_reference(epr, i);

        if (i > 0)
            hv_buf_putc(buf, ',');
        hv_json_write_text(buf, hv_epr_selector_name(epr, i));
        hv_buf_putc(buf, ':');
        if (nested)
            write_reference(buf, nested, depth + 1);
        else
            hv_json_write_text(buf, hv_epr_selector_value(epr, i));
    }
    hv_buf_puts(buf, "}}");
}

void hv_json_write_reference(struct hv_buf *buf, const struct hv_epr *epr) {
    write_reference(buf, epr, 0);
}

void hv_json_write_instance(struct hv_buf *buf, struct hv_json_columns *columns, const struct hv_instance *instance) {
    write_instance(buf, columns, instance, 0);
}

void hv_json_write_value(struct hv_buf *buf, struct hv_json_columns *columns, const struct hv_instance *instance, size_t index) {
    const struct hv_property *property = hv_instance_property(instance, index);
    const struct hv_json_column *column = NULL;

    if (columns_turn_to(columns, hv_instance_class(instance)) == 0)
        column = column_of(columns, hv_property_name(property));
    if (column)
        write_property(buf, columns, property, column, 0);
    else
        buf->failure = HV_E_MEMORY;
}

/* ---- For people ---- */

static void put_line(struct hv_buf *buf, size_t depth) {
    hv_buf_putc(buf, '\n');
    for (size_t i = 0; i < depth; i++)
        hv_buf_puts(buf, "  ");
}

/* From the quote at JSON to behind the one that ends the text. */
static size_t text_length(const char *json) {
    size_t n = 1;

    while (json[n] && json[n] != '"')
        n += json[n] == '\\' && json[n + 1] ? 2 : 1;
    return json[n] ? n + 1 : n;
}

void hv_json_indent(struct hv_buf *buf, const char *json) {
    size_t depth = 0;

    while (*json) {
        bool opens = *json == '{' || *json == '[';
        bool closes = *json == '}' || *json == ']';
        bool is_empty = opens && (json[1] == '}' || json[1] == ']');
        size_t n = *json == '"' ? text_length(json) : is_empty ? 2 : 1;

        if (closes && depth > 0)
            put_line(buf, --depth);
        hv_buf_append(buf, json, n);
        if (opens && !is_empty)
            put_line(buf, ++depth);
        else if (*json == ',')
            put_line(buf, depth);
        else if (*json == ':')
            hv_buf_putc(buf, ' ');
        json += n;
    }
}
