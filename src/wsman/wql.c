/* WQL literals. Inside quotes WMI reads a backslash as "the next character stands for itself" (wsman.md 1.8). */
#include "wsman/wql.h"

static void put_escaped(struct hv_buf *buf, const char *text, bool in_pattern) {
    for (; *text; text++) {
        switch (*text) {
        case '\\':
        case '\'':
            hv_buf_putc(buf, '\\');
            hv_buf_putc(buf, *text);
            break;
        case '%':
        case '_':
        case '[':
            /* A set of one character is that character. */
            if (in_pattern)
                hv_buf_putc(buf, '[');
            hv_buf_putc(buf, *text);
            if (in_pattern)
                hv_buf_putc(buf, ']');
            break;
        default:
            hv_buf_putc(buf, *text);
        }
    }
}

void hv_wql_quote(struct hv_buf *buf, const char *text) {
    hv_buf_putc(buf, '\'');
    put_escaped(buf, text, false);
    hv_buf_putc(buf, '\'');
}

void hv_wql_quote_prefix(struct hv_buf *buf, const char *text) {
    hv_buf_putc(buf, '\'');
    put_escaped(buf, text, true);
    hv_buf_puts(buf, "%'");
}
