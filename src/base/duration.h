/* Durations: what people type ("90s") and what XML carries (xs:duration, "PT60.000S"). */
#ifndef BASE_DURATION_H
#define BASE_DURATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HV_DURATION_TEXT_SIZE = 64 };

/* "500ms", "90s", "15m", "2h": digits and a unit; bare numbers are refused. */
bool hv_duration_parse(const char *text, uint64_t *ret_ms);

/* ISO 8601 duration of days, hours, minutes and seconds, as "P0DT0H1M20.5S". Fractions below a millisecond are dropped. */
bool hv_duration_parse_iso(const char *text, uint64_t *ret_ms);
/* "PT60.000S". */
void hv_duration_format_iso(uint64_t ms, char text[HV_DURATION_TEXT_SIZE]);
/* For people: "45 s", "3 min 20 s", "2 h 5 min". */
void hv_duration_format(uint64_t ms, char text[HV_DURATION_TEXT_SIZE]);

#endif
