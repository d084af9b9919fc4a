/* WQL literals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wsman/wql.h"

static void expect(void (*quote)(struct hv_buf *, const char *), const char *text, const char *want) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(1000);

    hv_buf_puts(&buf, "X = ");
    quote(&buf, text);
    assert_string_equal(hv_buf_text(&buf) + 4, want);
}

static void a_text_stands_in_single_quotes(void **state) {
    (void)state;

    expect(hv_wql_quote, "web01", "'web01'");
    expect(hv_wql_quote, "", "''");
    expect(hv_wql_quote, "M\xC3\xBCller \"x\" 50%_[a]", "'M\xC3\xBCller \"x\" 50%_[a]'");
}

static void backslash_and_quote_are_escaped(void **state) {
    (void)state;

    expect(hv_wql_quote, "Microsoft:G\\X\\0\\0\\L", "'Microsoft:G\\\\X\\\\0\\\\0\\\\L'");
    expect(hv_wql_quote, "it's", "'it\\'s'");
    expect(hv_wql_quote, "' OR Name <> '", "'\\' OR Name <> \\''");
    expect(hv_wql_quote, "\\", "'\\\\'");
    expect(hv_wql_quote, "\\'", "'\\\\\\''");
}

static void a_prefix_ends_in_a_wildcard_and_holds_none(void **state) {
    (void)state;

    expect(hv_wql_quote_prefix, "Microsoft:3F1A", "'Microsoft:3F1A%'");
    expect(hv_wql_quote_prefix, "50%_[a]", "'50[%][_][[]a]%'");
    expect(hv_wql_quote_prefix, "a\\b'c", "'a\\\\b\\'c%'");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_stands_in_single_quotes),
        cmocka_unit_test(backslash_and_quote_are_escaped),
        cmocka_unit_test(a_prefix_ends_in_a_wildcard_and_holds_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
