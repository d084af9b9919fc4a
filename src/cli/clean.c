/* Harmless texts and their width (ux.md 4; Unicode TR 36 on direction marks). */
#include "cli/clean.h"

#include <langinfo.h>
#include <string.h>
#include <wchar.h>

#include "base/text.h"

struct hv_charset hv_charset_of(bool is_terminal) {
    struct hv_charset charset = { 0 };

    charset.utf8 = hv_text_same(nl_langinfo(CODESET), "UTF-8");
    charset.ascii = is_terminal && !charset.utf8;
    return charset;
}

/* Characters that act instead of showing: C0, DEL, C1, line and paragraph separators, direction marks, the byte order mark. */
static bool is_hidden(uint32_t code) {
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x200B && code <= 0x200F) ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) || code == 0x061C || code == 0xFEFF;
}

static void append_escape(struct hv_buf *buf, uint32_t code) {
    switch (code) {
    case '\t':
        hv_buf_puts(buf, "\\t");
        return;
    case '\n':
        hv_buf_puts(buf, "\\n");
        return;
    case '\r':
        hv_buf_puts(buf, "\\r");
        return;
    default:
        hv_buf_printf(buf, code < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)code);
    }
}

void hv_clean_append(struct hv_buf *buf, const char *text, const struct hv_charset *charset) {
    size_t left = text ? strlen(text) : 0;

    while (left > 0) {
        uint32_t code = 0;
        size_t n = hv_utf8_decode(text, left, &code);

        if (n == 0) {
            append_escape(buf, (unsigned char)*text);
            n = 1;
        } else if (is_hidden(code)) {
            append_escape(buf, code);
        } else if (code >= 0x80 && charset->ascii) {
            hv_buf_putc(buf, '?');
        } else {
            hv_buf_append(buf, text, n);
        }
        text += n;
        left -= n;
    }
}

/* Bytes of the character at TEXT, and its columns. */
static size_t measure(const char *text, size_t left, const struct hv_charset *charset, size_t *ret_columns) {
    uint32_t code = 0;
    size_t n = hv_utf8_decode(text, left, &code);
    int columns = n > 0 && charset->utf8 ? wcwidth((wchar_t)code) : 1;

    *ret_columns = columns < 0 ? 1 : (size_t)columns;
    return n > 0 ? n : 1;
}

size_t hv_clean_width(const char *text, const struct hv_charset *charset) {
    size_t left = strlen(text);
    size_t width = 0;

    while (left > 0) {
        size_t columns;
        size_t n = measure(text, left, charset, &columns);
        width += columns;
        text += n;
        left -= n;
    }
    return width;
}

void hv_clean_cut(char *text, size_t width, const struct hv_charset *charset) {
    size_t left = strlen(text);
    size_t used = 0;

    while (left > 0) {
        size_t columns;
        size_t n = measure(text, left, charset, &columns);
        if (used + columns > width) {
            *text = '\0';
            return;
        }
        used += columns;
        text += n;
        left -= n;
    }
}
