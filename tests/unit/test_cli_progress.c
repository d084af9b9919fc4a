/* Progress lines: when they are written, and what they say. The clock is the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include "cli/progress.h"

static const struct hv_charset ascii = { .ascii = true };

struct screen {
    FILE *stream;
    char *text;
    size_t n_text;
    size_t n_seen;
    struct hv_progress *progress;
};

static void screen_open(struct screen *screen, enum hv_progress_kind kind, size_t n_slots) {
    screen->text = NULL;
    screen->n_seen = 0;
    screen->stream = open_memstream(&screen->text, &screen->n_text);
    assert_non_null(screen->stream);
    assert_int_equal(hv_progress_new(kind, screen->stream, &ascii, n_slots, &screen->progress, NULL), 0);
}

/* What was written since the last call. */
static const char *written(struct screen *screen) {
    static char copy[4096];

    assert_int_equal(fflush(screen->stream), 0);
    (void)snprintf(copy, sizeof(copy), "%s", screen->text + screen->n_seen);
    screen->n_seen = screen->n_text;
    return copy;
}

static void screen_close(struct screen *screen) {
    screen->progress = hv_progress_free(screen->progress);
    assert_int_equal(fclose(screen->stream), 0);
    free(screen->text);
}

static void plain_lines_come_at_start_phase_ten_percent_thirty_seconds_and_end(void **state) {
    struct screen screen;
    (void)state;

    screen_open(&screen, HV_PROGRESS_PLAIN, 1);
    hv_progress_update(screen.progress, 0, 1000, "app01", "looking", -1);
    assert_string_equal(written(&screen), "app01: looking, 0 s\n");
    hv_progress_update(screen.progress, 0, 2000, "app01", "moving", 0);
    assert_string_equal(written(&screen), "app01: moving, 0 %, 1 s\n");
    hv_progress_update(screen.progress, 0, 3000, "app01", "moving", 9);
    assert_string_equal(written(&screen), "");
    hv_progress_update(screen.progress, 0, 4000, "app01", "moving", 10);
    assert_string_equal(written(&screen), "app01: moving, 10 %, 3 s\n");
    hv_progress_update(screen.progress, 0, 33999, "app01", "moving", 11);
    assert_string_equal(written(&screen), "");
    hv_progress_update(screen.progress, 0, 34000, "app01", "moving", 11);
    assert_string_equal(written(&screen), "app01: moving, 11 %, 33 s\n");
    hv_progress_end(screen.progress, 0, 35000, "moved to hv02");
    assert_string_equal(written(&screen), "app01: moved to hv02, 34 s\n");
    hv_progress_tick(screen.progress, 40000, 80);
    assert_string_equal(written(&screen), "");
    screen_close(&screen);
}

/* A host that does not answer gives no updates: the time itself has to tell. */
static void silence_is_told_every_thirty_seconds(void **state) {
    struct screen screen;
    (void)state;

    screen_open(&screen, HV_PROGRESS_PLAIN, 1);
    hv_progress_update(screen.progress, 0, 1000, "app01", "moving", 12);
    (void)written(&screen);
    hv_progress_tick(screen.progress, 30999, 80);
    assert_string_equal(written(&screen), "");
    hv_progress_tick(screen.progress, 31000, 80);
    assert_string_equal(written(&screen), "app01: moving, 12 %, 30 s\n");
    hv_progress_tick(screen.progress, 31200, 80);
    assert_string_equal(written(&screen), "");
    hv_progress_tick(screen.progress, 61000, 80);
    assert_string_equal(written(&screen), "app01: moving, 12 %, 1 min 0 s, no progress for 1 min\n");
    hv_progress_end(screen.progress, 0, 62000, "outcome unknown");
    assert_string_equal(written(&screen), "app01: outcome unknown, 1 min 1 s\n");
    screen_close(&screen);
}

static void a_bar_is_redrawn_at_most_five_times_a_second(void **state) {
    struct screen screen;
    (void)state;

    screen_open(&screen, HV_PROGRESS_BAR, 1);
    hv_progress_update(screen.progress, 0, 0, "app01", "moving", 30);
    assert_string_equal(written(&screen), "");
    hv_progress_tick(screen.progress, 10000, 120);
    assert_string_equal(written(&screen),
                        "app01  [######--------------]  30 %  moving, 10 s, about 23 s more at this rate\033[K\n");
    hv_progress_tick(screen.progress, 10199, 120);
    assert_string_equal(written(&screen), "");
    hv_progress_tick(screen.progress, 10200, 20);
    assert_string_equal(written(&screen), "\033[1A\033[Japp01  [######-----\033[K\n");
    hv_progress_hide(screen.progress);
    assert_string_equal(written(&screen), "\033[1A\033[J");
    hv_progress_hide(screen.progress);
    assert_string_equal(written(&screen), "");
    screen_close(&screen);
}

static void a_name_cannot_move_the_cursor(void **state) {
    struct screen screen;
    (void)state;

    screen_open(&screen, HV_PROGRESS_PLAIN, 1);
    hv_progress_update(screen.progress, 0, 0, "a\033[2J\nb", "x", -1);
    assert_string_equal(written(&screen), "a\\x1b[2J\\nb: x, 0 s\n");
    screen_close(&screen);
}

static void several_have_a_total_and_silence_is_said(void **state) {
    struct screen screen;
    (void)state;

    screen_open(&screen, HV_PROGRESS_BAR, 3);
    hv_progress_update(screen.progress, 0, 0, "a", "moving", 5);
    hv_progress_update(screen.progress, 1, 0, "b", "moving", 50);
    hv_progress_end(screen.progress, 1, 100, "moved");
    hv_progress_tick(screen.progress, 120000, 120);
    assert_string_equal(written(&screen), "a  [#-------------------]   5 %  moving, 2 min 0 s, no progress for 2 min\033[K\n"
                                          "1 of 3 done, 1 running\033[K\n");
    screen_close(&screen);
}

static void silence_is_silent(void **state) {
    struct screen screen;
    (void)state;

    screen_open(&screen, HV_PROGRESS_NONE, 1);
    hv_progress_update(screen.progress, 0, 0, "a", "moving", 5);
    hv_progress_tick(screen.progress, 1000, 80);
    hv_progress_end(screen.progress, 0, 2000, "moved");
    assert_string_equal(written(&screen), "");
    screen_close(&screen);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_lines_come_at_start_phase_ten_percent_thirty_seconds_and_end),
        cmocka_unit_test(silence_is_told_every_thirty_seconds),
        cmocka_unit_test(a_bar_is_redrawn_at_most_five_times_a_second),
        cmocka_unit_test(a_name_cannot_move_the_cursor),
        cmocka_unit_test(several_have_a_total_and_silence_is_said),
        cmocka_unit_test(silence_is_silent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
