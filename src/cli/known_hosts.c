/* What a file of trusted certificates says. */
#include "cli/known_hosts.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"

enum { SHA256_SIZE = 32, PIN_LENGTH = 52 /* "sha256//" and base64 of 32 bytes */ };

static int damaged(const struct hv_known_hosts *known, const char *why, struct hv_error *err) {
    hv_error_set(err, HV_E_CONFIG, "%s is damaged in line %zu: %s", known->path ? known->path : "known_hosts", known->n_lines + 1,
                 why);
    hv_error_cause(err, "a line is HOST:PORT SHA256 [PIN] [# COMMENT]; nothing is trusted as long as it cannot be read");
    hv_error_remedy(err, "correct or remove the line");
    return HV_E_CONFIG;
}

/* The next word of *at up to END; its length is 0 when only a comment or nothing is left. */
static size_t next_word(const char **at, const char *end, const char **ret_word) {
    while (*at < end && (**at == ' ' || **at == '\t'))
        (*at)++;
    *ret_word = *at;
    if (*at < end && **at == '#')
        *at = end;
    else
        while (*at < end && **at != ' ' && **at != '\t')
            (*at)++;
    return **ret_word == '#' ? 0 : (size_t)(*at - *ret_word);
}

/* "name:port"; names are compared in small letters. */
static bool is_host(const char *word, size_t n) {
    const char *colon = memrchr(word, ':', n);
    uint64_t port;

    return colon && colon > word && hv_text_u64(colon + 1, n - (size_t)(colon + 1 - word), 1, UINT16_MAX, &port);
}

static bool is_pin(const char *word, size_t n) {
    return n == PIN_LENGTH && hv_text_starts(word, "sha256//");
}

static void format_sha256(const uint8_t *bytes, char text[HV_KNOWN_SHA256_SIZE]) {
    for (size_t i = 0; i < SHA256_SIZE; i++)
        (void)snprintf(text + i * 3, 4, "%02X%s", bytes[i], i + 1 < SHA256_SIZE ? ":" : "");
}

/* The words of TEXT into LINE, or what is wrong with it. */
static int read_line(const struct hv_known_hosts *known, struct hv_known_line *line, struct hv_error *err) {
    const char *at = line->text;
    const char *end = at + strlen(at);
    uint8_t sha256[SHA256_SIZE];
    const char *word;
    size_t n = next_word(&at, end, &word);
    int rc;

    if (n == 0)
        return 0;
    if (!is_host(word, n))
        return damaged(known, "it does not begin with HOST:PORT", err);
    rc = hv_text_copy_n(word, n, &line->host, err);
    if (rc < 0)
        return rc;
    for (char *c = line->host; *c; c++)
        *c = hv_text_lower(*c);
    n = next_word(&at, end, &word);
    if (!hv_text_hex_bytes(word, n, sha256, sizeof(sha256)))
        return damaged(known, "the second word is no SHA-256 in hexadecimal", err);
    format_sha256(sha256, line->sha256);
    n = next_word(&at, end, &word);
    if (n > 0 && !is_pin(word, n))
        return damaged(known, "the third word is no pin \"sha256//BASE64\"", err);
    rc = hv_text_copy_n(word, n, &line->pin, err);
    if (rc == 0 && next_word(&at, end, &word) > 0)
        return damaged(known, "there is a fourth word", err);
    return rc;
}

static void line_deinit(struct hv_known_line *line) {
    free(line->text);
    free(line->host);
    free(line->pin);
}

static int add_line(struct hv_known_hosts *known, const char *text, size_t n_text, struct hv_error *err) {
    struct hv_known_line *grown = hv_grow(known->lines, known->n_lines, sizeof(*known->lines));
    struct hv_known_line line = { 0 };
    int rc;

    if (!grown)
        return hv_error_memory(err);
    known->lines = grown;
    if (n_text > 0 && text[n_text - 1] == '\r')
        n_text--;
    if (memchr(text, '\0', n_text))
        return damaged(known, "it holds a NUL byte", err);
    rc = hv_text_copy_n(text, n_text, &line.text, err);
    if (rc == 0)
        rc = read_line(known, &line, err);
    if (rc < 0) {
        line_deinit(&line);
        return rc;
    }
    known->lines[known->n_lines++] = line;
    return 0;
}

int hv_known_hosts_parse(struct hv_known_hosts *known, const char *bytes, size_t n_bytes, struct hv_error *err) {
    const char *end = bytes + n_bytes;
    int rc = 0;

    while (rc == 0 && bytes < end) {
        const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
        const char *stop = newline ? newline : end;

        rc = add_line(known, bytes, (size_t)(stop - bytes), err);
        bytes = newline ? newline + 1 : end;
    }
    return rc;
}

void hv_known_hosts_deinit(struct hv_known_hosts *known) {
    for (size_t i = 0; i < known->n_lines; i++)
        line_deinit(&known->lines[i]);
    free(known->lines);
    free(known->path);
    memset(known, 0, sizeof(*known));
}

const struct hv_known_line *hv_known_hosts_next(const struct hv_known_hosts *known, const char *host, size_t *index) {
    while (*index < known->n_lines) {
        const struct hv_known_line *line = &known->lines[(*index)++];
        if (line->host && hv_text_same(line->host, host))
            return line;
    }
    return NULL;
}
