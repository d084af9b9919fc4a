/* WQL literals: a reader of its own, after the rules of WQL, gets back what was quoted, and sees no end before the end. */
#include "base/buf.h"
#include "fuzz/fuzz.h"
#include "wsman/wql.h"

/* Reads the literal at TEXT, which must be all there is; free() it. */
static char *read_literal(const char *text) {
    size_t n = strlen(text);
    char *value = fuzz_text(NULL, 0);
    size_t n_value = 0;
    size_t at = 1;

    value = realloc(value, n + 1);
    CHECK(value && text[0] == '\'');
    while (text[at] != '\'') {
        at += text[at] == '\\';
        CHECK(at < n);
        value[n_value++] = text[at++];
    }
    CHECK(at == n - 1);
    value[n_value] = '\0';
    return value;
}

/* What a LIKE pattern of plain characters and one final "%" begins with; in place. */
static void read_pattern(char *pattern) {
    char *to = pattern;

    for (; *pattern != '%'; pattern++) {
        CHECK(*pattern && *pattern != '_');
        if (*pattern == '[') {
            CHECK(pattern[1] && pattern[2] == ']');
            *to++ = pattern[1];
            pattern += 2;
        } else {
            *to++ = *pattern;
        }
    }
    CHECK(!pattern[1]);
    *to = '\0';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    HV_CLEANUP_BUF struct hv_buf quoted = HV_BUF_INIT(SIZE_MAX / 4);
    HV_CLEANUP_FREE char *text = fuzz_text(data, size);
    char *read;

    hv_wql_quote(&quoted, text);
    CHECK(hv_buf_finish(&quoted, "a literal", NULL) == 0);
    read = read_literal(hv_buf_text(&quoted));
    CHECK(strcmp(read, text) == 0);
    free(read);

    hv_buf_reset(&quoted);
    hv_wql_quote_prefix(&quoted, text);
    CHECK(hv_buf_finish(&quoted, "a pattern", NULL) == 0);
    read = read_literal(hv_buf_text(&quoted));
    read_pattern(read);
    CHECK(strcmp(read, text) == 0);
    free(read);
    return 0;
}
