/* The netrc file: an entry that is found fits what was asked for, and reads the same again when it is written in quotes. */
#include "base/buf.h"
#include "cli/netrc.h"
#include "fuzz/fuzz.h"

enum { MAX_BYTES = 64 * 1024 };

#define HOST "hv01"

/* As curl writes words. */
static void put_quoted(struct hv_buf *buf, const char *word) {
    hv_buf_putc(buf, '"');
    for (; *word; word++) {
        if (strchr("\"\\\n\t\r", *word))
            hv_buf_putc(buf, '\\');
        hv_buf_putc(buf, *word == '\n' ? 'n' : *word == '\t' ? 't' : *word == '\r' ? 'r' : *word);
    }
    hv_buf_putc(buf, '"');
}

static void check_again(const struct hv_netrc *netrc) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(MAX_BYTES);
    struct hv_netrc again = { 0 };

    hv_buf_puts(&buf, "machine " HOST);
    if (netrc->user) {
        hv_buf_puts(&buf, " login ");
        put_quoted(&buf, netrc->user);
    }
    hv_buf_puts(&buf, "\n\tpassword ");
    put_quoted(&buf, hv_secret_text(netrc->password));
    CHECK(hv_netrc_parse(hv_buf_text(&buf), buf.len, "netrc", HOST, netrc->user, &again, NULL) == 1);
    CHECK(!netrc->user == !again.user && (!again.user || strcmp(netrc->user, again.user) == 0));
    CHECK(strcmp(hv_secret_text(netrc->password), hv_secret_text(again.password)) == 0);
    hv_netrc_deinit(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const char *user = fuzz_option(&data, &size) ? "admin" : NULL;
    HV_CLEANUP_FREE char *text = fuzz_text(data, size);
    struct hv_netrc netrc = { 0 };
    struct hv_error err = { 0 };
    int r = hv_netrc_parse(text, size, "netrc", HOST, user, &netrc, &err);

    fuzz_check_error(r, &err);
    CHECK((r == 1) == (netrc.password != NULL));
    if (r < 1)
        return 0;
    CHECK(strlen(hv_secret_text(netrc.password)) == hv_secret_length(netrc.password));
    CHECK(!user || !netrc.user || strcmp(netrc.user, user) == 0);
    check_again(&netrc);
    hv_netrc_deinit(&netrc);
    return 0;
}
