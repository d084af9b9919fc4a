/* Typed CIM values and their texts in WS-CIM (wsman.md 2.1, 2.2) and CIM-native form. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/size.h"
#include "base/text.h"
#include "object.h"
#include "setter.h"

#define US_PER_SECOND 1000000LL
#define US_PER_MINUTE (60 * US_PER_SECOND)
#define US_PER_HOUR   (60 * US_PER_MINUTE)
#define US_PER_DAY    (24 * US_PER_HOUR)

static const struct {
    const char *name;
    uint64_t max;     /* of unsigned numbers */
    int64_t min_sint; /* of signed numbers */
    int64_t max_sint;
} types[] = {
    [SIM_BOOLEAN] = { "boolean", 0, 0, 0 },
    [SIM_UINT8] = { "uint8", UINT8_MAX, 0, 0 },
    [SIM_UINT16] = { "uint16", UINT16_MAX, 0, 0 },
    [SIM_UINT32] = { "uint32", UINT32_MAX, 0, 0 },
    [SIM_UINT64] = { "uint64", UINT64_MAX, 0, 0 },
    [SIM_SINT8] = { "sint8", 0, INT8_MIN, INT8_MAX },
    [SIM_SINT16] = { "sint16", 0, INT16_MIN, INT16_MAX },
    [SIM_SINT32] = { "sint32", 0, INT32_MIN, INT32_MAX },
    [SIM_SINT64] = { "sint64", 0, INT64_MIN, INT64_MAX },
    [SIM_REAL32] = { "real32", 0, 0, 0 },
    [SIM_REAL64] = { "real64", 0, 0, 0 },
    [SIM_CHAR16] = { "char16", UINT16_MAX, 0, 0 },
    [SIM_STRING] = { "string", 0, 0, 0 },
    [SIM_DATETIME] = { "datetime", 0, 0, 0 },
    [SIM_REFERENCE] = { "reference", 0, 0, 0 },
    [SIM_OBJECT] = { "object", 0, 0, 0 },
};

const char *sim_type_name(enum sim_type type) {
    return types[type].name;
}

/* ---- date and time ---- */

static void fraction_append(char *text, int64_t us) {
    char digits[16];
    if (us == 0)
        return;
    snprintf(digits, sizeof(digits), ".%06d", (int)us);
    size_t n = strlen(digits);
    while (n > 1 && digits[n - 1] == '0')
        digits[--n] = '\0';
    memcpy(text + strlen(text), digits, n + 1);
}

static void calendar_split(int64_t us, struct tm *ret_tm, int64_t *ret_fraction) {
    int64_t seconds = us / US_PER_SECOND;
    int64_t fraction = us % US_PER_SECOND;
    if (fraction < 0) {
        fraction += US_PER_SECOND;
        seconds--;
    }
    time_t clock = (time_t)seconds;
    gmtime_r(&clock, ret_tm);
    *ret_fraction = fraction;
}

void sim_datetime_format(const struct sim_datetime *datetime, char text[SIM_DATETIME_TEXT_SIZE]) {
    int64_t us = datetime->us;
    if (datetime->interval) {
        snprintf(text, SIM_DATETIME_TEXT_SIZE, "P%dDT%dH%dM%d", (int)(us / US_PER_DAY), (int)(us % US_PER_DAY / US_PER_HOUR),
                 (int)(us % US_PER_HOUR / US_PER_MINUTE), (int)(us % US_PER_MINUTE / US_PER_SECOND));
        fraction_append(text, us % US_PER_SECOND);
        memcpy(text + strlen(text), "S", 2);
        return;
    }
    struct tm tm;
    int64_t fraction;
    calendar_split(us, &tm, &fraction);
    snprintf(text, SIM_DATETIME_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
             tm.tm_hour, tm.tm_min, tm.tm_sec);
    fraction_append(text, fraction);
    memcpy(text + strlen(text), "Z", 2);
}

void sim_datetime_format_cim(const struct sim_datetime *datetime, char text[SIM_DATETIME_TEXT_SIZE]) {
    int64_t us = datetime->us;
    if (datetime->interval) {
        snprintf(text, SIM_DATETIME_TEXT_SIZE, "%08d%02d%02d%02d.%06d:000", (int)(us / US_PER_DAY),
                 (int)(us % US_PER_DAY / US_PER_HOUR), (int)(us % US_PER_HOUR / US_PER_MINUTE),
                 (int)(us % US_PER_MINUTE / US_PER_SECOND), (int)(us % US_PER_SECOND));
        return;
    }
    struct tm tm;
    int64_t fraction;
    calendar_split(us, &tm, &fraction);
    snprintf(text, SIM_DATETIME_TEXT_SIZE, "%04d%02d%02d%02d%02d%02d.%06d+000", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
             tm.tm_hour, tm.tm_min, tm.tm_sec, (int)fraction);
}

/* N digits at *P, which moves behind them. */
static bool digits_take(const char **p, size_t n, uint64_t max, int *ret_number) {
    uint64_t number;
    if (strnlen(*p, n) < n || !hv_text_u64(*p, n, 0, max, &number))
        return false;
    *p += n;
    *ret_number = (int)number;
    return true;
}

static bool char_take(const char **p, char c) {
    if (**p != c)
        return false;
    (*p)++;
    return true;
}

/* ".f{1..6}", absent allowed. */
static bool fraction_take(const char **p, int64_t *ret_us) {
    int64_t us = 0;
    int64_t unit = US_PER_SECOND / 10;
    *ret_us = 0;
    if (!char_take(p, '.'))
        return true;
    if (**p < '0' || **p > '9')
        return false;
    for (; **p >= '0' && **p <= '9'; (*p)++, unit /= 10)
        us += (**p - '0') * unit;
    *ret_us = us;
    return true;
}

static bool zone_take(const char **p, int64_t *ret_us) {
    int hours, minutes;
    *ret_us = 0;
    if (char_take(p, 'Z'))
        return true;
    int64_t sign = **p == '-' ? -1 : 1;
    if (!char_take(p, '+') && !char_take(p, '-'))
        return false;
    if (!digits_take(p, 2, 14, &hours) || !char_take(p, ':') || !digits_take(p, 2, 59, &minutes))
        return false;
    *ret_us = sign * (hours * US_PER_HOUR + minutes * US_PER_MINUTE);
    return true;
}

static bool calendar_join(struct tm *tm, int64_t fraction, int64_t zone_us, struct sim_datetime *ret_datetime) {
    if (tm->tm_mon < 1 || tm->tm_mday < 1)
        return false;
    tm->tm_year -= 1900;
    tm->tm_mon -= 1;
    int day = tm->tm_mday;
    time_t seconds = timegm(tm);
    if (tm->tm_mday != day)
        return false;
    ret_datetime->interval = false;
    ret_datetime->us = (int64_t)seconds * US_PER_SECOND + fraction - zone_us;
    return true;
}

static bool timestamp_parse(const char *p, struct sim_datetime *ret_datetime) {
    struct tm tm = { 0 };
    int64_t fraction, zone;
    bool good = digits_take(&p, 4, 9999, &tm.tm_year) && char_take(&p, '-') && digits_take(&p, 2, 12, &tm.tm_mon) &&
                char_take(&p, '-') && digits_take(&p, 2, 31, &tm.tm_mday) && char_take(&p, 'T') &&
                digits_take(&p, 2, 23, &tm.tm_hour) && char_take(&p, ':') && digits_take(&p, 2, 59, &tm.tm_min) &&
                char_take(&p, ':') && digits_take(&p, 2, 59, &tm.tm_sec) && fraction_take(&p, &fraction) &&
                zone_take(&p, &zone) && *p == '\0';
    return good && calendar_join(&tm, fraction, zone, ret_datetime);
}

/* One "<number><unit>" of a duration; true without effect when the unit comes later. */
static bool component_take(const char **p, char unit, int64_t unit_us, int64_t *total, bool *ret_any) {
    size_t n = strspn(*p, "0123456789");
    const char *end = *p + n;
    int64_t fraction = 0;
    uint64_t number;
    if (unit == 'S' && !fraction_take(&end, &fraction))
        return false;
    if (*end != unit)
        return true;
    if (!hv_text_u64(*p, n, 0, 99999999, &number))
        return false;
    *total += (int64_t)number * unit_us + fraction;
    *p = end + 1;
    *ret_any = true;
    return true;
}

static bool interval_parse(const char *p, struct sim_datetime *ret_datetime) {
    int64_t total = 0;
    bool any = false;
    if (!char_take(&p, 'P') || !component_take(&p, 'D', US_PER_DAY, &total, &any))
        return false;
    if (char_take(&p, 'T')) {
        any = false;
        if (!component_take(&p, 'H', US_PER_HOUR, &total, &any) || !component_take(&p, 'M', US_PER_MINUTE, &total, &any) ||
            !component_take(&p, 'S', US_PER_SECOND, &total, &any))
            return false;
    }
    if (!any || *p != '\0')
        return false;
    *ret_datetime = (struct sim_datetime){ .interval = true, .us = total };
    return true;
}

bool sim_datetime_parse(const char *text, struct sim_datetime *ret_datetime) {
    return text[0] == 'P' ? interval_parse(text, ret_datetime) : timestamp_parse(text, ret_datetime);
}

/* "ddddddddHHMMSS.mmmmmm:000" */
static bool interval_parse_cim(const char *p, struct sim_datetime *ret_datetime) {
    int days, hours, minutes, seconds, fraction;
    if (!digits_take(&p, 8, 99999999, &days) || !digits_take(&p, 2, 23, &hours) || !digits_take(&p, 2, 59, &minutes) ||
        !digits_take(&p, 2, 59, &seconds) || !char_take(&p, '.') || !digits_take(&p, 6, 999999, &fraction) ||
        strcmp(p, ":000") != 0)
        return false;
    *ret_datetime = (struct sim_datetime){ .interval = true,
                                           .us = days * US_PER_DAY + hours * US_PER_HOUR + minutes * US_PER_MINUTE +
                                                 seconds * US_PER_SECOND + fraction };
    return true;
}

/* "yyyymmddHHMMSS.mmmmmmsUUU" */
static bool timestamp_parse_cim(const char *p, struct sim_datetime *ret_datetime) {
    struct tm tm = { 0 };
    int fraction, zone;
    if (!digits_take(&p, 4, 9999, &tm.tm_year) || !digits_take(&p, 2, 12, &tm.tm_mon) || !digits_take(&p, 2, 31, &tm.tm_mday) ||
        !digits_take(&p, 2, 23, &tm.tm_hour) || !digits_take(&p, 2, 59, &tm.tm_min) || !digits_take(&p, 2, 59, &tm.tm_sec) ||
        !char_take(&p, '.') || !digits_take(&p, 6, 999999, &fraction))
        return false;
    int64_t sign = *p == '-' ? -1 : 1;
    if ((!char_take(&p, '+') && !char_take(&p, '-')) || !digits_take(&p, 3, 999, &zone))
        return false;
    return calendar_join(&tm, fraction, sign * zone * US_PER_MINUTE, ret_datetime);
}

bool sim_datetime_parse_cim(const char *text, struct sim_datetime *ret_datetime) {
    if (strlen(text) != 25)
        return false;
    return text[21] == ':' ? interval_parse_cim(text, ret_datetime) : timestamp_parse_cim(text, ret_datetime);
}

/* ---- values ---- */

void sim_value_init(struct sim_value *value, enum sim_type type, bool is_array) {
    *value = (struct sim_value){ .type = type, .is_array = is_array };
}

static void scalar_free(enum sim_type type, union sim_scalar *item) {
    if (type == SIM_STRING)
        free(item->text);
    else if (type == SIM_REFERENCE)
        sim_path_free(item->path);
    else if (type == SIM_OBJECT)
        sim_object_free(item->object);
}

void sim_value_deinit(struct sim_value *value) {
    for (size_t i = 0; i < value->n_items; i++)
        scalar_free(value->type, &value->items[i]);
    free(value->items);
    sim_value_init(value, value->type, value->is_array);
}

/* Takes over what ITEM owns, also on failure. */
static int scalar_add(struct sim_value *value, union sim_scalar item) {
    if (value->is_set && !value->is_array) {
        scalar_free(value->type, &item);
        return 1;
    }
    union sim_scalar *items = hv_grow(value->items, value->n_items, sizeof(*items));
    if (!items) {
        scalar_free(value->type, &item);
        return -1;
    }
    value->items = items;
    value->items[value->n_items++] = item;
    value->is_set = true;
    return 0;
}

static bool boolean_parse(const char *text, bool *ret) {
    if (hv_text_same(text, "true") || strcmp(text, "1") == 0)
        *ret = true;
    else if (hv_text_same(text, "false") || strcmp(text, "0") == 0)
        *ret = false;
    else
        return false;
    return true;
}

/* Decimal digits as a number, how many of them count, and the power of ten behind them. */
struct decimal {
    long double digits;
    int n_digits;
    int scale;
};

static bool decimal_take(const char **p, struct decimal *decimal) {
    bool has_digit = false;
    bool is_fraction = false;
    for (;; (*p)++) {
        if (**p == '.' && !is_fraction) {
            is_fraction = true;
            continue;
        }
        if (**p < '0' || **p > '9')
            return has_digit;
        has_digit = true;
        decimal->scale -= is_fraction;
        decimal->n_digits += decimal->n_digits > 0 || **p != '0';
        decimal->digits = decimal->digits * 10 + (**p - '0');
    }
}

static bool exponent_take(const char **p, int *scale) {
    uint64_t exponent = 0;
    if (**p != 'e' && **p != 'E')
        return true;
    (*p)++;
    bool down = **p == '-';
    *p += **p == '-' || **p == '+';
    if (!hv_text_u64(*p, strlen(*p), 0, 400, &exponent))
        return false;
    *scale += down ? -(int)exponent : (int)exponent;
    *p += strlen(*p);
    return true;
}

/* Of the numbers next to the one worked out, the one that is written with the very same digits: 17 of them name one number. */
static double real_refine(double near, const char *text) {
    const double candidates[] = { near, nextafter(near, INFINITY), nextafter(near, -INFINITY) };
    char written[SIM_NUMBER_TEXT_SIZE];
    for (size_t i = 0; i < HV_ARRAY_SIZE(candidates); i++) {
        snprintf(written, sizeof(written), "%.17g", candidates[i]);
        if (hv_text_same(written, text))
            return candidates[i];
    }
    return near;
}

/* By hand, so that no locale can matter. */
static bool real_parse(enum sim_type type, const char *text, double *ret) {
    static const struct {
        const char *text;
        double number;
    } names[] = { { "INF", INFINITY }, { "-INF", -INFINITY }, { "NaN", NAN } };
    struct decimal decimal = { 0 };
    const char *p = text + (*text == '-' || *text == '+');
    for (size_t i = 0; i < HV_ARRAY_SIZE(names); i++) {
        if (strcmp(text, names[i].text) == 0) {
            *ret = names[i].number;
            return true;
        }
    }
    if (!decimal_take(&p, &decimal) || !exponent_take(&p, &decimal.scale) || *p != '\0')
        return false;
    long double power = powl(10, decimal.scale < 0 ? -decimal.scale : decimal.scale);
    double number = (double)(decimal.scale < 0 ? decimal.digits / power : decimal.digits * power);
    if (isinf(number))
        return false;
    number = *text == '-' ? -number : number;
    number = decimal.n_digits > 15 ? real_refine(number, text) : number;
    *ret = type == SIM_REAL32 ? (double)(float)number : number;
    return true;
}

static void real_format(double number, int n_digits, char text[SIM_NUMBER_TEXT_SIZE]) {
    if (isnan(number))
        snprintf(text, SIM_NUMBER_TEXT_SIZE, "NaN");
    else if (isinf(number))
        snprintf(text, SIM_NUMBER_TEXT_SIZE, "%s", number < 0 ? "-INF" : "INF");
    else
        snprintf(text, SIM_NUMBER_TEXT_SIZE, "%.*g", n_digits, number);
}

/* One character, or several digits. */
static bool char16_parse(const char *text, uint64_t *ret_unit) {
    const unsigned char *c = (const unsigned char *)text;
    size_t n = strlen(text);
    if (n == 1 && c[0] < 0x80)
        *ret_unit = c[0];
    else if (n == 2 && (c[0] & 0xE0) == 0xC0 && (c[1] & 0xC0) == 0x80)
        *ret_unit = (c[0] & 0x1FU) << 6 | (c[1] & 0x3FU);
    else if (n == 3 && (c[0] & 0xF0) == 0xE0 && (c[1] & 0xC0) == 0x80 && (c[2] & 0xC0) == 0x80)
        *ret_unit = (c[0] & 0x0FU) << 12 | (c[1] & 0x3FU) << 6 | (c[2] & 0x3FU);
    else
        return hv_text_u64(text, n, 0, UINT16_MAX, ret_unit);
    return true;
}

/* Surrogates and control characters cannot stand in XML: they are written as numbers of at least two digits. */
static void char16_format(uint64_t unit, char text[SIM_NUMBER_TEXT_SIZE]) {
    if (unit < 0x20 || (unit >= 0xD800 && unit <= 0xDFFF) || unit >= 0xFFFE)
        snprintf(text, SIM_NUMBER_TEXT_SIZE, "%02u", (unsigned)unit);
    else if (unit < 0x80)
        snprintf(text, SIM_NUMBER_TEXT_SIZE, "%c", (int)unit);
    else if (unit < 0x800)
        snprintf(text, SIM_NUMBER_TEXT_SIZE, "%c%c", (int)(0xC0 | unit >> 6), (int)(0x80 | (unit & 0x3F)));
    else
        snprintf(text, SIM_NUMBER_TEXT_SIZE, "%c%c%c", (int)(0xE0 | unit >> 12), (int)(0x80 | (unit >> 6 & 0x3F)),
                 (int)(0x80 | (unit & 0x3F)));
}

/* 0, 1 malformed, -1 out of memory. */
static int scalar_parse(enum sim_type type, const char *text, union sim_scalar *item) {
    size_t n = strlen(text);
    if (type == SIM_BOOLEAN)
        return boolean_parse(text, &item->boolean) ? 0 : 1;
    if (type <= SIM_UINT64)
        return hv_text_u64(text, n, 0, types[type].max, &item->u) ? 0 : 1;
    if (type <= SIM_SINT64)
        return hv_text_i64(text, n, types[type].min_sint, types[type].max_sint, &item->i) ? 0 : 1;
    if (type <= SIM_REAL64)
        return real_parse(type, text, &item->real) ? 0 : 1;
    if (type == SIM_CHAR16)
        return char16_parse(text, &item->u) ? 0 : 1;
    if (type == SIM_DATETIME)
        return sim_datetime_parse(text, &item->datetime) ? 0 : 1;
    if (type != SIM_STRING)
        return 1;
    return hv_text_copy(text, &item->text, NULL) ? -1 : 0;
}

int sim_value_add_text(struct sim_value *value, const char *text) {
    union sim_scalar item;
    if (value->is_set && !value->is_array)
        return 1;
    int r = scalar_parse(value->type, text, &item);
    return r ? r : scalar_add(value, item);
}

int sim_value_add_path(struct sim_value *value, struct sim_path *path_take) {
    if (!path_take)
        return -1;
    if (value->type != SIM_REFERENCE) {
        sim_path_free(path_take);
        return 1;
    }
    return scalar_add(value, (union sim_scalar){ .path = path_take });
}

int sim_value_add_object(struct sim_value *value, struct sim_object *object_take) {
    if (!object_take)
        return -1;
    if (value->type != SIM_OBJECT) {
        sim_object_free(object_take);
        return 1;
    }
    return scalar_add(value, (union sim_scalar){ .object = object_take });
}

int sim_value_add_datetime(struct sim_value *value, struct sim_datetime datetime) {
    return value->type == SIM_DATETIME ? scalar_add(value, (union sim_scalar){ .datetime = datetime }) : 1;
}

int sim_value_add_number(struct sim_value *value, uint64_t number) {
    if (value->type > SIM_UINT64 || (value->type == SIM_BOOLEAN ? number > 1 : number > types[value->type].max))
        return 1;
    if (value->type == SIM_BOOLEAN)
        return scalar_add(value, (union sim_scalar){ .boolean = number != 0 });
    return scalar_add(value, (union sim_scalar){ .u = number });
}

const char *sim_value_text(const struct sim_value *value, size_t i, char text[SIM_NUMBER_TEXT_SIZE]) {
    const union sim_scalar *item = &value->items[i];
    if (value->type == SIM_STRING)
        return item->text;
    if (value->type == SIM_BOOLEAN)
        return item->boolean ? "true" : "false";
    if (value->type <= SIM_UINT64)
        snprintf(text, SIM_NUMBER_TEXT_SIZE, "%" PRIu64, item->u);
    else if (value->type <= SIM_SINT64)
        snprintf(text, SIM_NUMBER_TEXT_SIZE, "%" PRId64, item->i);
    else if (value->type == SIM_REAL32)
        real_format(item->real, 9, text);
    else if (value->type == SIM_REAL64)
        real_format(item->real, 17, text);
    else if (value->type == SIM_CHAR16)
        char16_format(item->u, text);
    else if (value->type == SIM_DATETIME)
        sim_datetime_format(&item->datetime, text);
    else
        text[0] = '\0';
    return text;
}

static int scalar_copy(enum sim_type type, const union sim_scalar *item, union sim_scalar *ret_item) {
    *ret_item = *item;
    if (type == SIM_STRING)
        return hv_text_copy(item->text, &ret_item->text, NULL) ? -1 : 0;
    if (type == SIM_REFERENCE)
        return (ret_item->path = sim_path_copy(item->path)) ? 0 : -1;
    if (type == SIM_OBJECT)
        return (ret_item->object = sim_object_copy(item->object)) ? 0 : -1;
    return 0;
}

int sim_value_copy(const struct sim_value *value, struct sim_value *ret_value) {
    struct sim_value copy;
    sim_value_init(&copy, value->type, value->is_array);
    for (size_t i = 0; i < value->n_items; i++) {
        union sim_scalar item;
        if (scalar_copy(value->type, &value->items[i], &item) || scalar_add(&copy, item)) {
            sim_value_deinit(&copy);
            return -1;
        }
    }
    copy.is_set = value->is_set;
    *ret_value = copy;
    return 0;
}
