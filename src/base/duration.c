/* Durations of people and of XML. */
#include "base/duration.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "base/text.h"

/* Adds COUNT units of UNIT_MS to *TOTAL; false when it does not fit. */
static bool add_units(uint64_t count, uint64_t unit_ms, uint64_t *total) {
    uint64_t ms;

    return !__builtin_mul_overflow(count, unit_ms, &ms) && !__builtin_add_overflow(*total, ms, total);
}

bool hv_duration_parse(const char *text, uint64_t *ret_ms) {
    static const struct {
        const char *unit;
        uint64_t ms;
    } units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 } };
    size_t n_digits = strspn(text, "0123456789");
    uint64_t count;
    uint64_t total = 0;

    if (!hv_text_u64(text, n_digits, 0, UINT64_MAX, &count))
        return false;
    for (size_t i = 0; i < HV_ARRAY_SIZE(units); i++) {
        if (strcmp(text + n_digits, units[i].unit) == 0) {
            if (!add_units(count, units[i].ms, &total))
                return false;
            *ret_ms = total;
            return true;
        }
    }
    return false;
}

/* Milliseconds of the fraction digits at *AT, which is moved behind them. */
static bool parse_fraction(const char **at, uint64_t *ret_ms) {
    size_t n_digits = strspn(*at, "0123456789");
    uint64_t ms = 0;

    if (n_digits == 0)
        return false;
    for (size_t i = 0; i < 3; i++)
        ms = ms * 10 + (i < n_digits ? (uint64_t)((*at)[i] - '0') : 0);
    *at += n_digits;
    *ret_ms = ms;
    return true;
}

/* One number and its letter; letters must come in the order of LETTERS, which is moved on. */
static bool parse_part(const char **at, const char **letters, bool in_time, uint64_t *total) {
    size_t n_digits = strspn(*at, "0123456789");
    uint64_t count;
    uint64_t fraction = 0;
    bool has_fraction = false;
    const char *letter;

    if (!hv_text_u64(*at, n_digits, 0, UINT64_MAX, &count))
        return false;
    *at += n_digits;
    if (**at == '.') {
        (*at)++;
        has_fraction = true;
        if (!parse_fraction(at, &fraction))
            return false;
    }
    letter = **at ? strchr(*letters, **at) : NULL;
    if (!letter || (has_fraction && !(in_time && *letter == 'S')))
        return false;
    *letters = letter + 1;
    (*at)++;
    switch (*letter) {
    case 'D':
        return add_units(count, 86400000, total);
    case 'H':
        return add_units(count, 3600000, total);
    case 'M':
        return add_units(count, 60000, total);
    default:
        return add_units(count, 1000, total) && add_units(fraction, 1, total);
    }
}

bool hv_duration_parse_iso(const char *text, uint64_t *ret_ms) {
    const char *at = text;
    const char *letters = "D";
    bool in_time = false;
    bool any = false;
    uint64_t total = 0;

    if (*at++ != 'P')
        return false;
    while (*at) {
        if (*at == 'T' && !in_time) {
            in_time = true;
            letters = "HMS";
            at++;
            any = false;
            continue;
        }
        if (!parse_part(&at, &letters, in_time, &total))
            return false;
        any = true;
    }
    if (!any)
        return false;
    *ret_ms = total;
    return true;
}

void hv_duration_format_iso(uint64_t ms, char text[HV_DURATION_TEXT_SIZE]) {
    (void)snprintf(text, HV_DURATION_TEXT_SIZE, "PT%" PRIu64 ".%03uS", ms / 1000, (unsigned)(ms % 1000));
}

void hv_duration_format(uint64_t ms, char text[HV_DURATION_TEXT_SIZE]) {
    uint64_t s = ms / 1000;

    if (s < 60)
        (void)snprintf(text, HV_DURATION_TEXT_SIZE, "%" PRIu64 " s", s);
    else if (s < 3600)
        (void)snprintf(text, HV_DURATION_TEXT_SIZE, "%" PRIu64 " min %" PRIu64 " s", s / 60, s % 60);
    else
        (void)snprintf(text, HV_DURATION_TEXT_SIZE, "%" PRIu64 " h %" PRIu64 " min", s / 3600, s / 60 % 60);
}
