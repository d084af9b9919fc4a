/* Text written in both escapings, as content and as attribute, reads the same again, in every encoding; what cannot be written
 * is refused. */
#include "base/buf.h"
#include "base/text.h"
#include "fuzz/fuzz.h"
#include "xml/writer.h"

enum { MAX_BYTES = 64 * 1024 * 1024 };

/* XML 1.0 2.2 */
static bool is_xml_character(uint32_t code) {
    if (code < 0x20)
        return code == '\t' || code == '\n' || code == '\r';
    return code <= 0x10FFFF && (code < 0xD800 || code >= 0xE000) && code != 0xFFFE && code != 0xFFFF;
}

/* How many bytes follow the first one of a UTF-8 character; SIZE_MAX when none begins so. */
static size_t n_following(unsigned char first) {
    static const unsigned char marks[][2] = { { 0x80, 0x00 }, { 0xE0, 0xC0 }, { 0xF0, 0xE0 }, { 0xF8, 0xF0 } };

    for (size_t n = 0; n < sizeof(marks) / sizeof(marks[0]); n++) {
        if ((first & marks[n][0]) == marks[n][1])
            return n;
    }
    return SIZE_MAX;
}

/* Is all of TEXT UTF-8 that XML can carry? By a decoder of its own. */
static bool is_xml_text(const char *text) {
    static const uint32_t smallest[] = { 0, 0x80, 0x800, 0x10000 };

    for (const unsigned char *at = (const unsigned char *)text; *at;) {
        size_t n = n_following(*at);
        uint32_t code;

        if (n == SIZE_MAX)
            return false;
        code = n == 0 ? *at : *at & (0x3FU >> n);
        at++;
        for (size_t i = 0; i < n; i++, at++) {
            if ((*at & 0xC0) != 0x80)
                return false;
            code = code << 6 | (*at & 0x3FU);
        }
        if (code < smallest[n] || !is_xml_character(code))
            return false;
    }
    return true;
}

/* TEXT, which is UTF-8, as UTF-16 without a byte order mark. */
static void to_utf16(const char *text, bool big_endian, struct hv_buf *buf) {
    size_t n_left = strlen(text);

    while (n_left > 0) {
        uint32_t code;
        size_t n = hv_utf8_decode(text, n_left, &code);
        uint32_t units[2] = { code, 0 };

        CHECK(n > 0);
        if (code > 0xFFFF) {
            units[0] = 0xD800 + ((code - 0x10000) >> 10);
            units[1] = 0xDC00 + ((code - 0x10000) & 0x3FF);
        }
        for (size_t i = 0; i < (code > 0xFFFF ? 2 : 1); i++) {
            hv_buf_putc(buf, (char)(big_endian ? units[i] >> 8 : units[i] & 0xFF));
            hv_buf_putc(buf, (char)(big_endian ? units[i] & 0xFF : units[i] >> 8));
        }
        text += n;
        n_left -= n;
    }
}

static void read_back(const char *bytes, size_t n_bytes, const char *encoding, const char *text) {
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
    const struct hv_xml_node *root;

    CHECK(hv_xml_parse(bytes, n_bytes, encoding, &doc, NULL) == 0);
    root = hv_xml_root(doc);
    CHECK(strcmp(hv_xml_text(root), text) == 0);
    CHECK(strcmp(hv_xml_attribute(root, "", "v"), text) == 0);
    CHECK(strcmp(hv_xml_text(hv_xml_first(root)), text) == 0);
}

static void round_trip(const char *text, enum hv_xml_escaping escaping) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(MAX_BYTES);
    HV_CLEANUP_BUF struct hv_buf wide = HV_BUF_INIT(MAX_BYTES);
    struct hv_error err = { 0 };
    struct hv_xml_writer writer;
    int r;

    hv_xml_writer_init(&writer, &buf, escaping);
    hv_xml_begin(&writer, "t");
    hv_xml_put_attribute(&writer, "v", text);
    hv_xml_put_element(&writer, "u", text);
    hv_xml_put_text(&writer, text);
    hv_xml_end(&writer);
    r = hv_xml_writer_finish(&writer, "a text", &err);
    fuzz_check_error(r, &err);
    CHECK((r == 0) == is_xml_text(text));
    if (r < 0)
        return;
    CHECK(!strstr(hv_buf_text(&buf), "]]>"));
    read_back(hv_buf_text(&buf), buf.len, NULL, text);
    to_utf16(hv_buf_text(&buf), false, &wide);
    read_back(hv_buf_text(&wide), wide.len, "utf-16", text);
    hv_buf_reset(&wide);
    to_utf16(hv_buf_text(&buf), true, &wide);
    read_back(hv_buf_text(&wide), wide.len, NULL, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    HV_CLEANUP_FREE char *text = fuzz_text(data, size);

    if (size > HV_XML_MAX_BYTES / 64)
        return 0;
    round_trip(text, HV_XML_ESCAPE_NAMED);
    round_trip(text, HV_XML_ESCAPE_NUMERIC);
    return 0;
}
