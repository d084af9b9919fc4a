/* The netrc file, as curl's CURLOPT_NETRC describes it. Every word stays in memory that is wiped. */
#include "cli/netrc.h"

#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "cli/options.h"
#include "cli/password.h"

struct reader {
    const char *at;
    const char *end;
    const char *path;
    size_t line;
    struct hv_secret *word; /* the last one read */
};

/* The entry that is being read. */
struct entry {
    bool applies; /* to the host that is looked for */
    bool user_fits;
    struct hv_netrc found;
};

void hv_netrc_deinit(struct hv_netrc *netrc) {
    free(netrc->user);
    netrc->user = NULL;
    netrc->password = hv_secret_end(netrc->password);
}

static int complain(const struct reader *reader, const char *why, struct hv_error *err) {
    return hv_usage_error(err, "write \"machine NAME login USER password SECRET\", one word after the other",
                          "%s is not understood in line %zu: %s", reader->path, reader->line, why);
}

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_line(struct reader *reader) {
    const char *newline = memchr(reader->at, '\n', (size_t)(reader->end - reader->at));

    reader->at = newline ? newline : reader->end;
}

/* Blanks and comments; a "#" begins a comment where a line begins. */
static void skip_blanks(struct reader *reader, bool at_line) {
    while (reader->at < reader->end && (is_space(*reader->at) || (at_line && *reader->at == '#'))) {
        if (*reader->at == '#') {
            skip_line(reader);
            continue;
        }
        if (*reader->at == '\n') {
            reader->line++;
            at_line = true;
        }
        reader->at++;
    }
}

/* In quotes, where a backslash takes the next character as it is, or as newline, tab and return for n, t and r. */
static int take_quoted(struct reader *reader, char *word, size_t *ret_n, struct hv_error *err) {
    size_t n = 0;

    for (reader->at++; reader->at < reader->end && *reader->at != '"' && *reader->at != '\n'; reader->at++) {
        char c = *reader->at;

        if (c == '\\' && reader->at + 1 < reader->end) {
            c = *++reader->at;
            c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
        }
        if (n == HV_NETRC_MAX_WORD)
            return complain(reader, "a word is too long", err);
        word[n++] = c;
    }
    if (reader->at == reader->end || *reader->at != '"')
        return complain(reader, "a quote has no end", err);
    reader->at++;
    *ret_n = n;
    return 0;
}

static int take_plain(struct reader *reader, char *word, size_t *ret_n, struct hv_error *err) {
    size_t n = 0;

    for (; reader->at < reader->end && !is_space(*reader->at); reader->at++) {
        if (n == HV_NETRC_MAX_WORD)
            return complain(reader, "a word is too long", err);
        word[n++] = *reader->at;
    }
    *ret_n = n;
    return 0;
}

/* The next word into reader->word. Outcomes: 1 there is one; 0 the end. */
static int next_word(struct reader *reader, bool at_line, struct hv_error *err) {
    HV_CLEANUP(hv_secret_end) struct hv_secret *word = NULL;
    size_t n = 0;
    int rc;

    skip_blanks(reader, at_line);
    if (reader->at == reader->end)
        return 0;
    rc = hv_secret_new(NULL, HV_NETRC_MAX_WORD, &word, err);
    if (rc < 0)
        return rc;
    rc = *reader->at == '"' ? take_quoted(reader, hv_secret_text(word), &n, err)
                            : take_plain(reader, hv_secret_text(word), &n, err);
    if (rc < 0)
        return rc;
    if (memchr(hv_secret_text(word), '\0', n))
        return complain(reader, "it holds a NUL byte", err);
    hv_secret_cut(word, n);
    (void)hv_secret_end(reader->word);
    reader->word = word;
    word = NULL;
    return 1;
}

/* The word that must follow a keyword. */
static int next_value(struct reader *reader, struct hv_error *err) {
    int rc = next_word(reader, false, err);

    return rc == 0 ? complain(reader, "it ends in the middle of an entry", err) : rc;
}

/* A macro goes on to the first empty line. */
static void skip_macro(struct reader *reader) {
    for (;;) {
        skip_line(reader);
        if (reader->at == reader->end)
            return;
        reader->at++;
        reader->line++;
        if (reader->at < reader->end && (*reader->at == '\n' || *reader->at == '\r'))
            return;
    }
}

static bool is_whole(const struct entry *entry) {
    return entry->applies && entry->user_fits && entry->found.password;
}

static void begin_entry(struct entry *entry, bool applies) {
    hv_netrc_deinit(&entry->found);
    entry->applies = applies;
    entry->user_fits = true;
}

static int take_login(struct reader *reader, struct entry *entry, const char *user, struct hv_error *err) {
    const char *login = hv_secret_text(reader->word);

    if (!entry->applies)
        return 0;
    entry->user_fits = !user || strcmp(login, user) == 0;
    free(entry->found.user);
    entry->found.user = NULL;
    return hv_text_copy(login, &entry->found.user, err);
}

static void take_password(struct reader *reader, struct entry *entry) {
    if (!entry->applies)
        return;
    (void)hv_secret_end(entry->found.password);
    entry->found.password = reader->word;
    reader->word = NULL;
}

/* What follows the keyword in reader->word. Outcomes: 1 the entry before it is the one; 0 go on. */
static int take_keyword(struct reader *reader, struct entry *entry, const char *host, const char *user, struct hv_error *err) {
    const char *keyword = hv_secret_text(reader->word);
    bool is_machine = strcmp(keyword, "machine") == 0;
    bool is_login = strcmp(keyword, "login") == 0;
    bool is_password = strcmp(keyword, "password") == 0;
    bool is_macro = strcmp(keyword, "macdef") == 0;
    int rc;

    if (is_machine || strcmp(keyword, "default") == 0) {
        if (is_whole(entry))
            return 1;
        begin_entry(entry, !is_machine);
        if (!is_machine)
            return 0;
    } else if (!is_login && !is_password && !is_macro && strcmp(keyword, "account") != 0) {
        return complain(reader, "a keyword is unknown", err); /* not shown: it may be a piece of a password */
    }
    rc = next_value(reader, err);
    if (rc < 0)
        return rc;
    rc = 0;
    if (is_machine)
        entry->applies = hv_text_same(hv_secret_text(reader->word), host);
    else if (is_login)
        rc = take_login(reader, entry, user, err);
    else if (is_password)
        take_password(reader, entry);
    else if (is_macro)
        skip_macro(reader);
    return rc;
}

int hv_netrc_parse(const char *bytes, size_t n_bytes, const char *path, const char *host, const char *user,
                   struct hv_netrc *ret_netrc, struct hv_error *err) {
    struct reader reader = { .at = bytes, .end = bytes + n_bytes, .path = path, .line = 1 };
    struct entry entry = { .applies = false };
    bool at_line = true;
    int rc = 0;

    while (rc == 0) {
        rc = next_word(&reader, at_line, err);
        if (rc <= 0)
            break;
        rc = take_keyword(&reader, &entry, host, user, err);
        at_line = false;
    }
    (void)hv_secret_end(reader.word);
    if (rc < 0 || !is_whole(&entry)) {
        hv_netrc_deinit(&entry.found);
        return rc;
    }
    *ret_netrc = entry.found;
    return 1;
}

int hv_netrc_read(const char *path, const char *host, const char *user, struct hv_netrc *ret_netrc, struct hv_error *err) {
    HV_CLEANUP(hv_secret_end) struct hv_secret *bytes = NULL;
    int fd;
    int rc = hv_secret_file_open(path, "netrc file", HV_READERS_OWNER, &fd, err);

    if (rc < 0)
        return rc;
    rc = hv_secret_read(fd, path, HV_NETRC_MAX_BYTES, &bytes, err);
    (void)close(fd);
    return rc < 0 ? rc : hv_netrc_parse(hv_secret_text(bytes), hv_secret_length(bytes), path, host, user, ret_netrc, err);
}
