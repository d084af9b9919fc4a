/*
 * The file of trusted certificates: whoever stands in it is found there, and its lines, which are written as they are when it is
 * changed, read the same again.
 */
#include "base/buf.h"
#include "base/text.h"
#include "cli/known_hosts.h"
#include "cli/trust.h"
#include "fuzz/fuzz.h"

enum { MAX_BYTES = 1024 * 1024 };

static void check_line(const struct hv_known_hosts *known, size_t index) {
    const struct hv_known_line *line = &known->lines[index];
    const struct hv_known_line *found;
    size_t at = 0;

    CHECK(!strchr(line->text, '\n'));
    if (!line->host)
        return;
    CHECK(strchr(line->host, ':') && strlen(line->sha256) == HV_KNOWN_SHA256_SIZE - 1);
    CHECK(!*line->pin || hv_text_starts(line->pin, "sha256//"));
    do {
        found = hv_known_hosts_next(known, line->host, &at);
        CHECK(found && strcmp(found->host, line->host) == 0);
    } while (found != line);
    CHECK(at == index + 1);
}

static void check_again(const struct hv_known_hosts *known) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(MAX_BYTES);
    struct hv_known_hosts again = { 0 };

    for (size_t i = 0; i < known->n_lines; i++) {
        const struct hv_known_line *line = &known->lines[i];

        if (line->host)
            hv_buf_printf(&buf, "%s %s %s\n", line->host, line->sha256, line->pin);
        else
            hv_buf_printf(&buf, "%s\n", line->text);
    }
    CHECK(hv_known_hosts_parse(&again, hv_buf_text(&buf), buf.len, NULL) == 0 && again.n_lines == known->n_lines);
    for (size_t i = 0; i < known->n_lines; i++) {
        const struct hv_known_line *a = &known->lines[i];
        const struct hv_known_line *b = &again.lines[i];

        CHECK(!a->host == !b->host);
        CHECK(!a->host || (strcmp(a->host, b->host) == 0 && strcmp(a->sha256, b->sha256) == 0 && strcmp(a->pin, b->pin) == 0));
    }
    hv_known_hosts_deinit(&again);
}

static void check_trust(const struct hv_known_hosts *known) {
    static const char *const addresses[] = { "hv01", "https://HV01.example.test:5986/wsman", "[fe80::1]:443", "http://hv01/" };

    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        struct hv_trusted trusted = { .n = 0 };
        struct hv_error err = { 0 };
        int r = hv_trust_find(known, addresses[i], &trusted, &err);

        fuzz_check_error(r, &err);
        CHECK(trusted.n <= HV_KNOWN_MAX_PINS && memchr(trusted.by, '\0', sizeof(trusted.by)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    HV_CLEANUP_FREE char *text = fuzz_text(data, size);
    struct hv_known_hosts known = { 0 };
    struct hv_error err = { 0 };
    int r = hv_known_hosts_parse(&known, text, size, &err);

    fuzz_check_error(r, &err);
    for (size_t i = 0; i < known.n_lines; i++)
        check_line(&known, i);
    if (r == 0) {
        check_again(&known);
        check_trust(&known);
    }
    hv_known_hosts_deinit(&known);
    return 0;
}
