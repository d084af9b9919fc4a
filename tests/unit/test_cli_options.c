/* The command line against the tables: order, joining, values, refusals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/size.h"
#include "cli/options.h"
#include "support/failmalloc.h"

enum { MAX_WORDS = 16 };

/* Parses the words up to NULL. */
static int parse(const char *const *words, struct hv_args *args, struct hv_error *err) {
    char *argv[MAX_WORDS + 2];
    char program[] = "hvctl";
    int argc = 0;

    argv[argc++] = program;
    while (*words && argc <= MAX_WORDS) {
        union {
            const char *in;
            char *out;
        } word = { .in = *words++ };
        argv[argc++] = word.out;
    }
    argv[argc] = NULL;
    return hv_args_parse(argc, argv, args, err);
}
#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void options_stand_before_and_after_the_command(void **state) {
    struct hv_args args;
    (void)state;

    assert_int_equal(parse(WORDS("-H", "hv01", "vm", "-o", "json", "show", "app01", "--user=me"), &args, NULL), 0);
    assert_string_equal(args.command->words[1], "show");
    assert_int_equal(hv_args_n_operands(&args), 1);
    assert_string_equal(hv_args_operand(&args, 0), "app01");
    assert_string_equal(hv_args_value(&args, HV_OPT_HOST), "hv01");
    assert_string_equal(hv_args_value(&args, HV_OPT_OUTPUT), "json");
    assert_string_equal(hv_args_value(&args, HV_OPT_USER), "me");
    hv_args_deinit(&args);
}

static void short_options_join_and_take_the_rest(void **state) {
    struct hv_args args;
    (void)state;

    assert_int_equal(parse(WORDS("vm", "list", "-qvvkHhv01"), &args, NULL), 0);
    assert_true(hv_args_has(&args, HV_OPT_QUIET));
    assert_int_equal(hv_args_count(&args, HV_OPT_VERBOSE), 2);
    assert_true(hv_args_has(&args, HV_OPT_INSECURE));
    assert_string_equal(hv_args_value(&args, HV_OPT_HOST), "hv01");
    hv_args_deinit(&args);
}

static void two_dashes_end_the_options(void **state) {
    struct hv_args args;
    (void)state;

    assert_int_equal(parse(WORDS("vm", "show", "-H", "hv01", "--", "--app"), &args, NULL), 0);
    assert_string_equal(hv_args_operand(&args, 0), "--app");
    hv_args_deinit(&args);
}

static void repeated_options_keep_their_order_and_from_is_host(void **state) {
    struct hv_args args;
    (void)state;

    assert_int_equal(parse(WORDS("vm", "list", "--from", "a", "-H", "b", "--host=c", "--json"), &args, NULL), 0);
    assert_int_equal(hv_args_count(&args, HV_OPT_HOST), 3);
    assert_string_equal(hv_args_nth(&args, HV_OPT_HOST, 0), "a");
    assert_string_equal(hv_args_nth(&args, HV_OPT_HOST, 2), "c");
    assert_null(hv_args_nth(&args, HV_OPT_HOST, 3));
    assert_string_equal(hv_args_value(&args, HV_OPT_OUTPUT), "json");
    hv_args_deinit(&args);
}

static void durations_and_numbers_are_read(void **state) {
    struct hv_args args;
    (void)state;

    assert_int_equal(parse(WORDS("migrate", "a", "--poll", "1500ms", "--parallel", "7", "--connect-timeout=2m"), &args, NULL), 0);
    assert_int_equal(hv_args_ms(&args, HV_OPT_POLL, 0), 1500);
    assert_int_equal(hv_args_ms(&args, HV_OPT_CONNECT_TIMEOUT, 0), 120000);
    assert_int_equal(hv_args_ms(&args, HV_OPT_REQUEST_TIMEOUT, 42), 42);
    assert_int_equal(hv_args_number(&args, HV_OPT_PARALLEL, 2), 7);
    hv_args_deinit(&args);
}

static const struct {
    const char *words[6];
    const char *message; /* a part of it */
    const char *remedy;  /* a part of it, "" when none is asked for */
} refused[] = {
    { { "vm", "list", "--hots", "x" }, "unknown option --hots", "--host" },
    { { "vm", "list", "-X" }, "unknown option -X", "" },
    { { "migarte", "a" }, "unknown command \"migarte\"", "hvctl migrate" },
    { { "vm", "lst" }, "unknown command \"vm lst\"", "hvctl vm list" },
    { { "vm" }, "one word more", "" },
    { { NULL }, "which command", "" },
    { { "vm", "show" }, "missing", "" },
    { { "vm", "list", "extra" }, "too many: \"extra\"", "" },
    { { "vm", "list", "--storage", "x" }, "--storage does not belong to hvctl vm list", "" },
    { { "vm", "list", "--host" }, "--host needs a value", "" },
    { { "vm", "list", "--host=" }, "--host is empty", "" },
    { { "vm", "list", "--insecure=yes" }, "--insecure takes no value", "" },
    { { "vm", "list", "--connect-timeout", "15" }, "\"15\" is no duration", "" },
    { { "vm", "list", "--request-timeout", "0s" }, "\"0s\" is no time at all", "" },
    { { "migrate", "a", "--parallel", "two" }, "\"two\" is no number", "" },
    { { "vm", "list", "--port", "0" }, "--port: \"0\" is no port", "" },
    { { "vm", "list", "--port", "65536" }, "--port: \"65536\" is no port", "" },
    { { "vm", "list", "-o", "yaml" }, "\"yaml\" is none of the words", "" },
    { { "wsman", "get", "X", "--selector", "Name" }, "no NAME=VALUE form", "" },
    { { "vm", "list", "--password", "x" }, "there is no --password", "--password-file" },
    { { "doctor" }, "unknown command \"doctor\"", "" },
};

static void bad_lines_are_refused_with_a_way_out(void **state) {
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(refused); i++) {
        struct hv_error err = { 0 };
        struct hv_args args;

        assert_int_equal(parse(refused[i].words, &args, &err), HV_E_ARGUMENT);
        if (!strstr(err.message, refused[i].message) || !strstr(err.remedy, refused[i].remedy))
            fail_msg("row %zu: \"%s\", \"%s\"", i, err.message, err.remedy);
        hv_args_deinit(&args);
    }
}

static void a_secret_in_the_wrong_place_is_not_repeated(void **state) {
    struct hv_error err = { 0 };
    struct hv_args args;
    (void)state;

    assert_int_equal(parse(WORDS("vm", "list", "--pasword=hunter2"), &args, &err), HV_E_ARGUMENT);
    assert_null(strstr(err.message, "hunter2"));
    assert_null(strstr(err.remedy, "hunter2"));
    hv_args_deinit(&args);
    assert_int_equal(parse(WORDS("vm", "list", "-Zhunter2"), &args, &err), HV_E_ARGUMENT);
    assert_null(strstr(err.message, "hunter2"));
    hv_args_deinit(&args);
}

static void the_format_is_known_even_behind_an_error(void **state) {
    struct hv_args args;
    (void)state;

    assert_int_equal(parse(WORDS("vm", "list", "--bogus", "-o", "jsonl"), &args, NULL), HV_E_ARGUMENT);
    assert_string_equal(hv_args_value(&args, HV_OPT_OUTPUT), "jsonl");
    hv_args_deinit(&args);
}

static void help_needs_no_operands(void **state) {
    struct hv_args args;
    (void)state;

    assert_int_equal(parse(WORDS("migrate", "--help"), &args, NULL), 0);
    assert_true(hv_args_has(&args, HV_OPT_HELP));
    hv_args_deinit(&args);
}

static void every_row_of_the_tables_can_be_used(void **state) {
    (void)state;

    for (size_t i = 0; i < hv_opt_n_rows; i++) {
        for (size_t j = i + 1; j < hv_opt_n_rows; j++) {
            assert_string_not_equal(hv_opt_rows[i].name, hv_opt_rows[j].name);
            assert_true(!hv_opt_rows[i].letter || hv_opt_rows[i].letter != hv_opt_rows[j].letter);
        }
        assert_true((hv_opt_rows[i].kind == HV_KIND_FLAG) == !hv_opt_rows[i].argument);
    }
    for (size_t i = 0; i < hv_n_commands; i++) {
        size_t n = 0;
        assert_ptr_equal(hv_command_find(hv_commands[i].words, hv_command_n_words(&hv_commands[i]), &n), &hv_commands[i]);
        assert_true(strstr(hv_commands[i].examples, hv_commands[i].words[0]) != NULL);
    }
}

static int parse_some(void *context) {
    struct hv_args args;
    int rc = parse(WORDS("vm", "show", "app01", "-H", "a", "-H", "b", "-v"), &args, NULL);

    (void)context;
    hv_args_deinit(&args);
    return rc;
}

static void no_memory_is_an_error(void **state) {
    (void)state;
    assert_true(failmalloc_each(parse_some, NULL) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_stand_before_and_after_the_command),
        cmocka_unit_test(short_options_join_and_take_the_rest),
        cmocka_unit_test(two_dashes_end_the_options),
        cmocka_unit_test(repeated_options_keep_their_order_and_from_is_host),
        cmocka_unit_test(durations_and_numbers_are_read),
        cmocka_unit_test(bad_lines_are_refused_with_a_way_out),
        cmocka_unit_test(a_secret_in_the_wrong_place_is_not_repeated),
        cmocka_unit_test(the_format_is_known_even_behind_an_error),
        cmocka_unit_test(help_needs_no_operands),
        cmocka_unit_test(every_row_of_the_tables_can_be_used),
        cmocka_unit_test(no_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
