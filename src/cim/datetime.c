/* Datetimes of DSP0004 5.2.4 to and from RFC 3339 and ISO 8601. */
#include "cim/datetime.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "base/text.h"

enum {
    CIM_LENGTH = 25,
    RFC_FIXED = 19,  /* "yyyy-mm-ddThh:mm:ss" */
    FRACTION = 6,    /* digits of a native fraction */
    MAX_OFFSET = 999 /* minutes, three digits */
};

static const uint64_t DAY_US = UINT64_C(86400000000);
static const uint64_t MAX_DAYS = UINT64_C(99999999);

struct stamp {
    uint32_t year, month, day, hour, minute, second, micro;
    char sign; /* of the offset */
    uint32_t offset;
};

/* N digits at TEXT as a number of [MIN, MAX]. */
static bool take(const char *text, size_t n, uint32_t min, uint32_t max, uint32_t *ret) {
    uint64_t value;

    if (!hv_text_u64(text, n, min, max, &value))
        return false;
    *ret = (uint32_t)value;
    return true;
}

static uint32_t days_of(uint32_t year, uint32_t month) {
    static const uint32_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    if (month == 2 && (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)))
        return 29;
    return days[month - 1];
}

/* "." and the fraction without trailing zeros, or nothing. */
static void format_fraction(uint32_t micro, char text[FRACTION + 2]) {
    size_t n;

    text[0] = '\0';
    if (micro == 0)
        return;
    (void)snprintf(text, FRACTION + 2, ".%06u", micro % 1000000);
    for (n = strlen(text); text[n - 1] == '0'; n--)
        text[n - 1] = '\0';
}

/* Fraction digits at *AT, which is moved behind them; more than six must be zeros. */
static bool take_fraction(const char **at, uint32_t *ret_micro) {
    size_t n = strspn(*at, "0123456789");
    uint32_t micro = 0;

    if (n == 0)
        return false;
    for (size_t i = 0; i < FRACTION; i++)
        micro = micro * 10 + (i < n ? (uint32_t)((*at)[i] - '0') : 0);
    if (n > FRACTION && strspn(*at + FRACTION, "0") < n - FRACTION)
        return false;
    *at += n;
    *ret_micro = micro;
    return true;
}

bool hv_datetime_is_cim(const char *text) {
    static const char shape[] = "dddddddddddddd.dddddd?ddd";

    if (strlen(text) != CIM_LENGTH)
        return false;
    for (size_t i = 0; i < CIM_LENGTH; i++) {
        char c = text[i];

        if (shape[i] == 'd' && !((c >= '0' && c <= '9') || c == '*'))
            return false;
        if (shape[i] == '.' && c != '.')
            return false;
        if (shape[i] == '?' && c != '+' && c != '-' && c != ':')
            return false;
    }
    return true;
}

static bool interval_from_cim(const char *text, char ret[HV_DATETIME_TEXT_SIZE]) {
    uint32_t days, hours, minutes, seconds, micro;
    char fraction[FRACTION + 2];

    if (!take(text, 8, 0, 99999999, &days) || !take(text + 8, 2, 0, 23, &hours) || !take(text + 10, 2, 0, 59, &minutes) ||
        !take(text + 12, 2, 0, 59, &seconds) || !take(text + 15, FRACTION, 0, 999999, &micro) || strcmp(text + 22, "000") != 0)
        return false;
    format_fraction(micro, fraction);
    (void)snprintf(ret, HV_DATETIME_TEXT_SIZE, "P%uDT%uH%uM%u%sS", days, hours, minutes, seconds, fraction);
    return true;
}

static bool stamp_from_cim(const char *text, char ret[HV_DATETIME_TEXT_SIZE]) {
    struct stamp s;
    char fraction[FRACTION + 2];
    char zone[8] = "Z";

    if (!take(text, 4, 0, 9999, &s.year) || !take(text + 4, 2, 1, 12, &s.month) ||
        !take(text + 6, 2, 1, days_of(s.year, s.month), &s.day) || !take(text + 8, 2, 0, 23, &s.hour) ||
        !take(text + 10, 2, 0, 59, &s.minute) || !take(text + 12, 2, 0, 59, &s.second) ||
        !take(text + 15, FRACTION, 0, 999999, &s.micro) || !take(text + 22, 3, 0, MAX_OFFSET, &s.offset))
        return false;
    s.sign = text[21];
    if (s.offset > 0 || s.sign == '-')
        (void)snprintf(zone, sizeof(zone), "%c%02u:%02u", s.sign, s.offset / 60 % 100, s.offset % 60);
    format_fraction(s.micro, fraction);
    (void)snprintf(ret, HV_DATETIME_TEXT_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u%s%s", s.year % 10000, s.month % 100, s.day % 100,
                   s.hour % 100, s.minute % 100, s.second % 100, fraction, zone);
    return true;
}

bool hv_datetime_from_cim(const char *text, char ret[HV_DATETIME_TEXT_SIZE]) {
    if (!hv_datetime_is_cim(text))
        return false;
    return text[21] == ':' ? interval_from_cim(text, ret) : stamp_from_cim(text, ret);
}

/* "Z" or "+hh:mm", to the end of TEXT. */
static bool take_zone(const char *text, struct stamp *s) {
    uint32_t hours, minutes;

    if (strcmp(text, "Z") == 0) {
        s->sign = '+';
        s->offset = 0;
        return true;
    }
    if ((text[0] != '+' && text[0] != '-') || strlen(text) != 6 || text[3] != ':' || !take(text + 1, 2, 0, 23, &hours) ||
        !take(text + 4, 2, 0, 59, &minutes))
        return false;
    s->sign = text[0];
    s->offset = hours * 60 + minutes;
    return s->offset <= MAX_OFFSET;
}

/* Date and time up to the second, which have fixed places. */
static bool take_fixed(const char *text, struct stamp *s) {
    if (strlen(text) < RFC_FIXED || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':')
        return false;
    return take(text, 4, 0, 9999, &s->year) && take(text + 5, 2, 1, 12, &s->month) &&
           take(text + 8, 2, 1, days_of(s->year, s->month), &s->day) && take(text + 11, 2, 0, 23, &s->hour) &&
           take(text + 14, 2, 0, 59, &s->minute) && take(text + 17, 2, 0, 59, &s->second);
}

static bool stamp_to_cim(const char *text, char ret[HV_DATETIME_CIM_SIZE]) {
    struct stamp s = { 0 };
    const char *at = text + RFC_FIXED;

    if (!take_fixed(text, &s))
        return false;
    if (*at == '.') {
        at++;
        if (!take_fraction(&at, &s.micro))
            return false;
    }
    if (!take_zone(at, &s))
        return false;
    (void)snprintf(ret, HV_DATETIME_CIM_SIZE, "%04u%02u%02u%02u%02u%02u.%06u%c%03u", s.year % 10000, s.month % 100, s.day % 100,
                   s.hour % 100, s.minute % 100, s.second % 100, s.micro % 1000000, s.sign, s.offset % 1000);
    return true;
}

/* Adds COUNT units to *TOTAL, both in microseconds; false when it does not fit. */
static bool add_units(uint64_t count, uint64_t unit_us, uint64_t *total) {
    uint64_t us;

    return !__builtin_mul_overflow(count, unit_us, &us) && !__builtin_add_overflow(*total, us, total);
}

/* One number and its letter, which must be one of LETTERS; *LETTERS is moved behind it. */
static bool take_part(const char **at, const char **letters, uint64_t *total) {
    static const struct {
        char letter;
        uint64_t us;
    } units[] = { { 'D', UINT64_C(86400000000) }, { 'H', 3600000000 }, { 'M', 60000000 }, { 'S', 1000000 } };
    size_t n = strspn(*at, "0123456789");
    uint64_t count;
    uint32_t micro = 0;
    bool has_fraction;
    const char *letter;

    if (!hv_text_u64(*at, n, 0, UINT64_MAX, &count))
        return false;
    *at += n;
    has_fraction = **at == '.';
    if (has_fraction) {
        (*at)++;
        if (!take_fraction(at, &micro))
            return false;
    }
    letter = **at ? strchr(*letters, **at) : NULL;
    if (!letter || (has_fraction && *letter != 'S'))
        return false;
    *letters = letter + 1;
    (*at)++;
    for (size_t i = 0; i < HV_ARRAY_SIZE(units); i++) {
        if (units[i].letter == *letter)
            return add_units(count, units[i].us, total) && add_units(micro, 1, total);
    }
    return false;
}

static bool interval_to_cim(const char *text, char ret[HV_DATETIME_CIM_SIZE]) {
    const char *at = text + 1;
    const char *letters = "D";
    bool in_time = false;
    bool any = false;
    uint64_t us = 0;

    while (*at) {
        if (*at == 'T' && !in_time) {
            in_time = true;
            letters = "HMS";
            at++;
        }
        if (!take_part(&at, &letters, &us))
            return false;
        any = true;
    }
    if (!any || us / DAY_US > MAX_DAYS)
        return false;
    (void)snprintf(ret, HV_DATETIME_CIM_SIZE, "%08" PRIu64 "%02u%02u%02u.%06u:000", us / DAY_US, (unsigned)(us / 3600000000 % 24),
                   (unsigned)(us / 60000000 % 60), (unsigned)(us / 1000000 % 60), (unsigned)(us % 1000000));
    return true;
}

bool hv_datetime_to_cim(const char *text, char ret[HV_DATETIME_CIM_SIZE]) {
    return hv_datetime_is_interval(text) ? interval_to_cim(text, ret) : stamp_to_cim(text, ret);
}

bool hv_datetime_is_interval(const char *text) {
    return text[0] == 'P';
}
