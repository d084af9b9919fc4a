/* The text files of fixtures: what is written is read again, and what was damaged is told by file and line. */
#include "fixture_make.h"

#include "base/size.h"
#include "support/failmalloc.h"

static const char header_text[] = "hvctl-fixture: 1\n"
                                  "tool: hvctl 0.1.0\n"
                                  "recorded: 2026-01-02T03:04:05Z\n"
                                  "product: OS: 10.0.20348 SP: 0.0 Stack: 3.0\n"
                                  "redaction: 1\n"
                                  "command: hvctl vm list --host host-1\n"
                                  "exchanges: 2\n";
static const char exchange_text[] = "exchange: 7\n"
                                    "host: host-1\n"
                                    "action: http://schemas.xmlsoap.org/ws/2004/09/transfer/Get\n"
                                    "failure: lost\n"
                                    "left: yes\n"
                                    "transient: yes\n"
                                    "source: tls\n"
                                    "transport-code: 56\n"
                                    "message: the connection broke\n"
                                    "remedy: first\n"
                                    "remedy: second\n"
                                    "sent-ms: 12\n"
                                    "duration-ms: 34\n";

static void a_header_survives_reading_and_writing(void **state) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(HV_FIXTURE_MAX_SHEET);
    struct hv_fixture_header header = { 0 };

    (void)state;
    assert_int_equal(hv_fixture_header_parse("f", header_text, strlen(header_text), &header, NULL), 0);
    assert_true(header.is_closed);
    assert_int_equal(header.n_exchanges, 2);
    assert_string_equal(header.command, "hvctl vm list --host host-1");
    hv_fixture_header_build(&header, &buf);
    assert_string_equal(hv_buf_text(&buf), header_text);
    hv_fixture_header_deinit(&header);
}

static void an_exchange_survives_reading_and_writing(void **state) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(HV_FIXTURE_MAX_SHEET);
    struct hv_fixture_exchange exchange = { 0 };

    (void)state;
    assert_int_equal(hv_fixture_exchange_parse("f", exchange_text, strlen(exchange_text), &exchange, NULL), 0);
    assert_int_equal(exchange.failure, HV_E_LOST);
    assert_int_equal(exchange.source, HV_SOURCE_TLS);
    assert_string_equal(exchange.remedy, "first\nsecond");
    hv_fixture_exchange_build(&exchange, &buf);
    assert_string_equal(hv_buf_text(&buf), exchange_text);
    hv_fixture_exchange_deinit(&exchange);
}

/* A query may have several lines; a host may tell of its product whatever it likes. */
static void whatever_is_written_is_read_again(void **state) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(HV_FIXTURE_MAX_SHEET);
    char command[] = "hvctl wsman enumerate X --filter 'SELECT\t*\n\nFROM X'";
    char product[] = "one\ntwo\033three\r";
    char word[] = "x";
    const struct hv_fixture_header header = {
        .schema = HV_FIXTURE_SCHEMA, .tool = word, .recorded = word, .product = product, .command = command
    };
    struct hv_fixture_header again = { 0 };

    (void)state;
    hv_fixture_header_build(&header, &buf);
    assert_int_equal(hv_fixture_header_parse("f", hv_buf_text(&buf), buf.len, &again, NULL), 0);
    assert_string_equal(again.command, command);
    assert_string_equal(again.product, "one two three ");
    hv_fixture_header_deinit(&again);
}

static void every_cut_of_an_exchange_is_noticed(void **state) {
    (void)state;
    for (size_t n = 0; n < strlen(exchange_text); n++) {
        struct hv_fixture_exchange exchange = { 0 };
        struct hv_error err = { 0 };

        assert_int_equal(hv_fixture_exchange_parse("007.meta", exchange_text, n, &exchange, &err), HV_E_FIXTURE);
        assert_true(hv_text_starts(err.message, "007.meta:"));
    }
}

static void damage_is_told_by_line(void **state) {
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        { "exchange: 1\nhost: h\nstatus: 200\nbogus: 1\nsent-ms: 1\nduration-ms: 1\n", "f:4: unknown key" },
        { "exchange: 1\nhost h\n", "f:2: no \"key: value\"" },
        { "exchange: one\n", "f:1: \"exchange:\" wants a number from 0 to 4294967295, not \"one\"" },
        { "exchange: 1\nhost: h\nhost: i\n", "f:3: given twice" },
        { "exchange: 1\nhost: h\nstatus: 99\n", "f:3: \"status:\" wants a number from 100 to 599, not \"99\"" },
        { "exchange: 1\nhost: h\nleft: no\n", "f:3: only \"yes\"" },
        { "exchange: 1\nhost: h\nfailure: odd\n", "f:3: no known failure" },
        { "exchange: 1\nhost: h\nsent-ms: 1\nduration-ms: 1\n", "f:4: an exchange has either" },
        { "exchange: 1\nstatus: 200\nsent-ms: 1\nduration-ms: 1\n", "f:5: the line \"host: ...\" is missing" },
        { "exchange: 1\nhost: \xff\n", "f:2: this line is no UTF-8 text" },
        { "exchange: 1\nhost: a\033[2Jb\n", "f:2: this line holds a control character" },
        { "exchange: 1\nhost: h\r\r\n", "f:2: this line holds a control character" },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(cases); i++) {
        struct hv_fixture_exchange exchange = { 0 };
        struct hv_error err = { 0 };

        assert_int_equal(hv_fixture_exchange_parse("f", cases[i].text, strlen(cases[i].text), &exchange, &err), HV_E_FIXTURE);
        if (!hv_text_starts(err.message, cases[i].message))
            fail_msg("\"%s\" instead of \"%s\"", err.message, cases[i].message);
    }
}

static void lines_of_other_systems_are_read(void **state) {
    static const char text[] = "exchange: 1\r\nhost: h\r\nstatus: 200\r\nsent-ms: 1\r\nduration-ms: 1\r\n";
    struct hv_fixture_exchange exchange = { 0 };

    (void)state;
    assert_int_equal(hv_fixture_exchange_parse("f", text, strlen(text), &exchange, NULL), 0);
    assert_string_equal(exchange.host, "h");
    assert_int_equal(hv_fixture_line_of(text, strlen(text), "sent-ms"), 4);
    hv_fixture_exchange_deinit(&exchange);
}

static void foreign_files_and_other_schemas_are_refused(void **state) {
    struct hv_fixture_header header = { 0 };
    struct hv_error err = { 0 };

    (void)state;
    assert_int_equal(hv_fixture_header_parse("f", "interactions:\n", 14, &header, &err), HV_E_FIXTURE);
    assert_true(strstr(err.message, "f:1: no fixture of hvctl") != NULL);
    assert_int_equal(hv_fixture_header_parse("f", "hvctl-fixture: 2\n", 17, &header, &err), HV_E_FIXTURE);
    assert_true(strstr(err.message, "schema 2") != NULL);
}

static int parse_both(void *context) {
    struct hv_fixture_header header = { 0 };
    struct hv_fixture_exchange exchange = { 0 };
    int r = hv_fixture_header_parse("f", header_text, strlen(header_text), &header, NULL);

    (void)context;
    if (r == 0)
        r = hv_fixture_exchange_parse("f", exchange_text, strlen(exchange_text), &exchange, NULL);
    hv_fixture_header_deinit(&header);
    hv_fixture_exchange_deinit(&exchange);
    return r;
}

static void reading_survives_a_lack_of_memory(void **state) {
    (void)state;
    assert_true(failmalloc_each(parse_both, NULL) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_survives_reading_and_writing),
        cmocka_unit_test(an_exchange_survives_reading_and_writing),
        cmocka_unit_test(whatever_is_written_is_read_again),
        cmocka_unit_test(every_cut_of_an_exchange_is_noticed),
        cmocka_unit_test(damage_is_told_by_line),
        cmocka_unit_test(foreign_files_and_other_schemas_are_refused),
        cmocka_unit_test(reading_survives_a_lack_of_memory),
        cmocka_unit_test(lines_of_other_systems_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
