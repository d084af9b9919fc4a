/* Datetimes and durations: every spelling that is understood survives the way to the other one and back. */
#include "base/duration.h"
#include "cim/datetime.h"
#include "fuzz/fuzz.h"

static void from_cim(const char *text) {
    char held[HV_DATETIME_TEXT_SIZE];
    char back[HV_DATETIME_CIM_SIZE];

    if (!hv_datetime_from_cim(text, held))
        return;
    CHECK(hv_datetime_is_cim(text));
    CHECK(strnlen(held, sizeof(held)) < sizeof(held));
    CHECK(hv_datetime_to_cim(held, back));
    CHECK(strcmp(back, text) == 0);
    CHECK(hv_datetime_is_interval(held) == (text[21] == ':'));
}

static void to_cim(const char *text) {
    char native[HV_DATETIME_CIM_SIZE];
    char held[HV_DATETIME_TEXT_SIZE];
    char again[HV_DATETIME_CIM_SIZE];

    if (!hv_datetime_to_cim(text, native))
        return;
    CHECK(hv_datetime_is_cim(native));
    CHECK(hv_datetime_from_cim(native, held));
    CHECK(hv_datetime_to_cim(held, again) && strcmp(native, again) == 0);
}

static void durations(const char *text) {
    char written[HV_DURATION_TEXT_SIZE];
    uint64_t ms;
    uint64_t again;

    if (hv_duration_parse_iso(text, &ms)) {
        hv_duration_format_iso(ms, written);
        CHECK(hv_duration_parse_iso(written, &again) && again == ms);
        hv_duration_format(ms, written);
        CHECK(strnlen(written, sizeof(written)) < sizeof(written));
    }
    if (hv_duration_parse(text, &ms)) {
        hv_duration_format_iso(ms, written);
        CHECK(hv_duration_parse_iso(written, &again) && again == ms);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    HV_CLEANUP_FREE char *text = fuzz_text(data, size);

    from_cim(text);
    to_cim(text);
    durations(text);
    (void)hv_datetime_is_cim(text);
    return 0;
}
