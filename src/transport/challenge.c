/*
 * WWW-Authenticate, RFC 7235: 1#challenge, where challenge = auth-scheme [ 1*SP ( token68 / #auth-param ) ]. A comma separates
 * challenges as well as parameters; what follows it is a parameter when a "=" stands behind its first word.
 */
#include "transport/challenge.h"

#include <string.h>

#include "base/size.h"
#include "base/text.h"

struct cursor {
    const char *at;
    const char *end;
};

static bool is_alnum(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* RFC 7230, 3.2.6. */
static bool is_token_char(char c) {
    return is_alnum(c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token68_char(char c) {
    return is_alnum(c) || (c && strchr("-._~+/", c));
}

/* In quotes; bytes above 0x7F are the obs-text of old. */
static bool is_quotable(char c) {
    unsigned char byte = (unsigned char)c;

    return byte == '\t' || (byte >= ' ' && byte != 0x7F);
}

static bool at(const struct cursor *in, char c) {
    return in->at < in->end && *in->at == c;
}

static void skip_blanks(struct cursor *in) {
    while (at(in, ' ') || at(in, '\t'))
        in->at++;
}

/* Empty elements are allowed in lists (RFC 7230, 7). */
static void skip_commas(struct cursor *in) {
    while (at(in, ',') || at(in, ' ') || at(in, '\t'))
        in->at++;
}

static bool ends_element(const struct cursor *in) {
    struct cursor ahead = *in;

    skip_blanks(&ahead);
    return ahead.at == ahead.end || *ahead.at == ',';
}

static size_t token_length(const struct cursor *in) {
    const char *c = in->at;

    while (c < in->end && is_token_char(*c))
        c++;
    return (size_t)(c - in->at);
}

/* Of a token68 with its padding that is all there is up to the next comma; else 0. */
static size_t token68_length(const struct cursor *in) {
    struct cursor ahead = *in;

    while (ahead.at < ahead.end && is_token68_char(*ahead.at))
        ahead.at++;
    if (ahead.at == in->at)
        return 0;
    while (at(&ahead, '='))
        ahead.at++;
    return ends_element(&ahead) ? (size_t)(ahead.at - in->at) : 0;
}

/* Does "token =" stand here? */
static bool is_param(const struct cursor *in) {
    struct cursor ahead = *in;
    size_t n = token_length(in);

    ahead.at += n;
    skip_blanks(&ahead);
    return n > 0 && at(&ahead, '=');
}

static int malformed(struct hv_error *err, const char *what) {
    int r = hv_error_set(err, HV_E_PROTOCOL, "the answer's WWW-Authenticate header cannot be read");

    hv_error_cause(err, "%s", what);
    return r;
}

static void challenge_deinit(struct hv_challenge *challenge) {
    for (size_t i = 0; i < challenge->n_params; i++) {
        free(challenge->params[i].name);
        free(challenge->params[i].value);
    }
    free(challenge->params);
    free(challenge->token68);
    free(challenge->scheme);
}

static void drop_after(struct hv_challenges *list, size_t n_items) {
    while (list->n_items > n_items)
        challenge_deinit(&list->items[--list->n_items]);
}

/* From behind the opening quote to behind the closing one. */
static int parse_quoted(struct cursor *in, char **ret_value, struct hv_error *err) {
    char *value = malloc((size_t)(in->end - in->at) + 1);
    size_t n = 0;

    if (!value)
        return hv_error_memory(err);
    while (in->at < in->end && *in->at != '"') {
        in->at += *in->at == '\\' ? 1 : 0;
        if (in->at == in->end || !is_quotable(*in->at))
            break;
        value[n++] = *in->at++;
    }
    value[n] = '\0';
    if (!at(in, '"')) {
        free(value);
        return malformed(err, "a quoted text does not end, or holds a control character");
    }
    in->at++;
    hv_text_repair(value);
    *ret_value = value;
    return 0;
}

static int parse_value(struct cursor *in, char **ret_value, struct hv_error *err) {
    size_t n;
    int r;

    if (at(in, '"')) {
        in->at++;
        return parse_quoted(in, ret_value, err);
    }
    n = token_length(in);
    if (n == 0)
        return malformed(err, "a parameter has no value");
    r = hv_text_copy_n(in->at, n, ret_value, err);
    in->at += n;
    return r;
}

static int parse_param(struct cursor *in, struct hv_challenge *challenge, struct hv_error *err) {
    HV_CLEANUP_FREE char *name = NULL;
    HV_CLEANUP_FREE char *value = NULL;
    struct hv_challenge_param *grown;
    size_t n = token_length(in);
    int r;

    if (challenge->n_params == HV_CHALLENGE_MAX_PARAMS)
        return hv_error_set(err, HV_E_LIMIT, "the answer's WWW-Authenticate header has a challenge of over %d parameters",
                            HV_CHALLENGE_MAX_PARAMS);
    r = hv_text_copy_n(in->at, n, &name, err);
    if (r < 0)
        return r;
    in->at += n;
    skip_blanks(in);
    in->at++; /* the "=" */
    skip_blanks(in);
    r = parse_value(in, &value, err);
    if (r < 0)
        return r;
    if (!ends_element(in))
        return malformed(err, "no comma stands behind a parameter");
    grown = hv_grow(challenge->params, challenge->n_params, sizeof(*grown));
    if (!grown)
        return hv_error_memory(err);
    challenge->params = grown;
    challenge->params[challenge->n_params++] = (struct hv_challenge_param){ name, value };
    name = NULL;
    value = NULL;
    return 0;
}

static int add_challenge(struct hv_challenges *list, const char *scheme, size_t n_scheme, struct hv_error *err) {
    HV_CLEANUP_FREE char *copy = NULL;
    struct hv_challenge *grown;
    int r;

    if (list->n_items == HV_CHALLENGE_MAX_ITEMS)
        return hv_error_set(err, HV_E_LIMIT, "the answer's WWW-Authenticate headers offer over %d schemes",
                            HV_CHALLENGE_MAX_ITEMS);
    r = hv_text_copy_n(scheme, n_scheme, &copy, err);
    if (r < 0)
        return r;
    grown = hv_grow(list->items, list->n_items, sizeof(*grown));
    if (!grown)
        return hv_error_memory(err);
    list->items = grown;
    list->items[list->n_items++] = (struct hv_challenge){ .scheme = copy };
    copy = NULL;
    return 0;
}

/* A scheme, with its token or its first parameter; those behind commas come later. */
static int parse_scheme(struct cursor *in, struct hv_challenges *list, struct hv_error *err) {
    size_t n = token_length(in);
    size_t n_token68;
    int r;

    if (n == 0)
        return malformed(err, "no scheme stands where one is due");
    r = add_challenge(list, in->at, n, err);
    if (r < 0)
        return r;
    in->at += n;
    if (ends_element(in))
        return 0;
    if (!at(in, ' ') && !at(in, '\t'))
        return malformed(err, "no blank stands behind a scheme");
    skip_blanks(in);
    n_token68 = token68_length(in);
    if (n_token68 > 0) {
        r = hv_text_copy_n(in->at, n_token68, &list->items[list->n_items - 1].token68, err);
        in->at += n_token68;
        return r;
    }
    if (!is_param(in))
        return malformed(err, "neither a token nor a parameter stands behind a scheme");
    return parse_param(in, &list->items[list->n_items - 1], err);
}

static int parse_elements(struct cursor *in, struct hv_challenges *list, struct hv_error *err) {
    size_t n_before = list->n_items;
    int r;

    for (skip_commas(in); in->at < in->end; skip_commas(in)) {
        struct hv_challenge *last = list->n_items > n_before ? &list->items[list->n_items - 1] : NULL;

        if (last && !last->token68 && is_param(in))
            r = parse_param(in, last, err);
        else
            r = parse_scheme(in, list, err);
        if (r < 0)
            return r;
    }
    return 0;
}

static bool is_around(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

int hv_challenge_parse(const char *line, size_t n_bytes, struct hv_challenges *list, struct hv_error *err) {
    struct cursor in = { line, line + n_bytes };
    size_t n_before = list->n_items;
    int r;

    if (n_bytes > HV_CHALLENGE_MAX_BYTES)
        return hv_error_set(err, HV_E_LIMIT, "the answer's WWW-Authenticate header has over %d bytes", HV_CHALLENGE_MAX_BYTES);
    while (in.at < in.end && is_around(*in.at))
        in.at++;
    while (in.at < in.end && is_around(in.end[-1]))
        in.end--;
    r = parse_elements(&in, list, err);
    if (r < 0)
        drop_after(list, n_before);
    return r;
}

void hv_challenges_deinit(struct hv_challenges *list) {
    drop_after(list, 0);
    free(list->items);
    list->items = NULL;
}

const struct hv_challenge *hv_challenges_find(const struct hv_challenges *list, const char *scheme) {
    for (size_t i = 0; i < list->n_items; i++) {
        if (hv_text_same(list->items[i].scheme, scheme))
            return &list->items[i];
    }
    return NULL;
}

const char *hv_challenges_token(const struct hv_challenges *list, const char *scheme) {
    for (size_t i = 0; i < list->n_items; i++) {
        if (list->items[i].token68 && hv_text_same(list->items[i].scheme, scheme))
            return list->items[i].token68;
    }
    return NULL;
}

const char *hv_challenge_param(const struct hv_challenge *challenge, const char *name) {
    for (size_t i = 0; i < challenge->n_params; i++) {
        if (hv_text_same(challenge->params[i].name, name))
            return challenge->params[i].value;
    }
    return NULL;
}
