/*
 * The two spellings of a CIM datetime: the native one of 25 characters (DSP0004 5.2.4), yyyymmddHHMMSS.mmmmmmsUUU or
 * ddddddddHHMMSS.mmmmmm:000, which CIM-XML text carries, and the one this library holds: RFC 3339 for timestamps, ISO 8601 for
 * intervals, as WS-CIM writes them (wsman.md 2.2).
 */
#ifndef CIM_DATETIME_H
#define CIM_DATETIME_H

#include <stdbool.h>
#include <stddef.h>

enum {
    HV_DATETIME_CIM_SIZE = 26,  /* 25 characters and the NUL */
    HV_DATETIME_TEXT_SIZE = 40, /* longest RFC 3339 or ISO 8601 text we write */
};

/*
 * "20240501101112.500000+120" to "2024-05-01T10:11:12.5+02:00", "00000000003000.000000:000" to "P0DT0H30M0S". Offset, sign of a
 * zero offset and every digit survive the way back. False, RET untouched, for anything else, also for imprecise ones with "*",
 * which RFC 3339 cannot say.
 */
bool hv_datetime_from_cim(const char *text, char ret[HV_DATETIME_TEXT_SIZE]);

/*
 * The other way. Strict: an offset or "Z" is required; only days and smaller units in intervals. False for what 25 characters
 * cannot hold: more than six digits of fraction unless zero, offsets over 999 minutes, 100,000,000 days.
 */
bool hv_datetime_to_cim(const char *text, char ret[HV_DATETIME_CIM_SIZE]);

/* Has TEXT the shape of a native datetime? Fields may be "*". */
bool hv_datetime_is_cim(const char *text);
/* An ISO 8601 interval by its first letter, else a timestamp. */
bool hv_datetime_is_interval(const char *text);

#endif
