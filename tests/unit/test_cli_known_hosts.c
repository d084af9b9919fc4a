/* The file of trusted certificates: what it may say, and that each line at fault is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/size.h"
#include "cli/known_hosts.h"
#include "support/failmalloc.h"

#define SHA_A "0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A"
#define SHA_B "0b:0b:0b:0b:0b:0b:0b:0b:0b:0b:0b:0b:0b:0b:0b:0b:0b:0b:0b:0b:0b:0b:0b:0b:0b:0b:0b:0b:0b:0b:0b:0b"
#define PIN   "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static void lines_of_a_host_are_found(void **state) {
    static const char text[] = "# heading\n"
                               "hv01:5986 " SHA_A " " PIN " # 2026\n"
                               "\n"
                               "  \t# indented\n"
                               "HV01:5986\t" SHA_B "\r\n"
                               "[fe80::1]:5986 " SHA_A "#x\n"
                               "hv01:1 " SHA_B;
    struct hv_known_hosts known = { 0 };
    const struct hv_known_line *line;
    size_t index = 0;
    int rc;
    (void)state;

    rc = hv_known_hosts_parse(&known, text, strlen(text), NULL);
    assert_int_equal(rc, HV_E_CONFIG); /* "#x" sticks to the fingerprint */
    hv_known_hosts_deinit(&known);
    rc = hv_known_hosts_parse(&known, text, (size_t)(strstr(text, "[fe80") - text), NULL);
    assert_int_equal(rc, 0);
    assert_int_equal(known.n_lines, 5);
    line = hv_known_hosts_next(&known, "hv01:5986", &index);
    assert_int_equal(index, 2);
    assert_string_equal(line->pin, PIN);
    assert_string_equal(line->text, "hv01:5986 " SHA_A " " PIN " # 2026");
    line = hv_known_hosts_next(&known, "hv01:5986", &index);
    assert_int_equal(index, 5);
    assert_string_equal(line->host, "hv01:5986");
    assert_int_equal(strncmp(line->sha256, "0B:0B:", 6), 0);
    assert_string_equal(line->pin, "");
    assert_null(hv_known_hosts_next(&known, "hv01:5986", &index));
    index = 0;
    assert_null(hv_known_hosts_next(&known, "hv01:5985", &index));
    hv_known_hosts_deinit(&known);
}

static void each_damage_is_named_with_its_line(void **state) {
    static const struct {
        const char *line;
        size_t n;
        const char *why;
    } rows[] = {
        { "hv01", 0, "HOST:PORT" },
        { "hv01 " SHA_A, 0, "HOST:PORT" },
        { ":5986 " SHA_A, 0, "HOST:PORT" },
        { "hv01:0 " SHA_A, 0, "HOST:PORT" },
        { "hv01:65536 " SHA_A, 0, "HOST:PORT" },
        { "hv01:5986", 0, "SHA-256" },
        { "hv01:5986 # nothing", 0, "SHA-256" },
        { "hv01:5986 " SHA_A "0", 0, "SHA-256" },
        { "hv01:5986 " PIN, 0, "SHA-256" },
        { "hv01:5986 " SHA_A " sha256//AA=", 0, "pin" },
        { "hv01:5986 " SHA_A " " SHA_A, 0, "pin" },
        { "hv01:5986 " SHA_A " " PIN " more", 0, "fourth" },
        { "hv01:5986 \0", 11, "NUL" },
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        struct hv_known_hosts known = { 0 };
        struct hv_error err = { 0 };
        char text[512] = "# one\n\n";
        size_t n = rows[i].n ? rows[i].n : strlen(rows[i].line);

        memcpy(text + 7, rows[i].line, n);
        memcpy(text + 7 + n, "\nhv02:5986 " SHA_A "\n", 12 + 64);
        assert_int_equal(hv_known_hosts_parse(&known, text, 7 + n + 12 + 64, &err), HV_E_CONFIG);
        assert_non_null(strstr(err.message, "line 3"));
        assert_non_null(strstr(err.message, rows[i].why));
        hv_known_hosts_deinit(&known);
    }
}

/* Cut anywhere, it is read or refused, and never half a fingerprint is taken for one. */
static void every_beginning_of_a_file_is_safe(void **state) {
    static const char text[] = "# c\nhv01:5986 " SHA_A " " PIN " # x\nhv01:5986 " SHA_B "\n";
    (void)state;

    for (size_t n = 0; n < sizeof(text); n++) {
        HV_CLEANUP_FREE char *copy = malloc(n + 1);
        struct hv_known_hosts known = { 0 };
        size_t index = 0;
        const struct hv_known_line *line;
        int rc;

        assert_non_null(copy);
        memcpy(copy, text, n);
        rc = hv_known_hosts_parse(&known, copy, n, NULL);
        assert_true(rc == 0 || rc == HV_E_CONFIG);
        while ((line = hv_known_hosts_next(&known, "hv01:5986", &index)))
            assert_int_equal(strlen(line->sha256), HV_KNOWN_SHA256_SIZE - 1);
        hv_known_hosts_deinit(&known);
    }
}

static int parse_once(void *context) {
    static const char text[] = "# c\nhv01:5986 " SHA_A " " PIN "\n";
    struct hv_known_hosts known = { 0 };
    int rc = hv_known_hosts_parse(&known, text, strlen(text), NULL);

    (void)context;
    assert_true(rc == 0 || rc == HV_E_MEMORY);
    hv_known_hosts_deinit(&known);
    return rc;
}

static void no_memory_is_an_error(void **state) {
    (void)state;
    assert_true(failmalloc_each(parse_once, NULL) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_a_host_are_found),
        cmocka_unit_test(each_damage_is_named_with_its_line),
        cmocka_unit_test(every_beginning_of_a_file_is_safe),
        cmocka_unit_test(no_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
