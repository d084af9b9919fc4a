/* WWW-Authenticate: lines of any bytes, and what was read of them written down again and read alike. */
#include "base/buf.h"
#include "base/text.h"
#include "fuzz/fuzz.h"
#include "transport/challenge.h"

static void write_param(struct hv_buf *line, const struct hv_challenge_param *param) {
    hv_buf_printf(line, "%s=\"", param->name);
    for (const char *c = param->value; *c; c++) {
        if (*c == '"' || *c == '\\')
            hv_buf_putc(line, '\\');
        hv_buf_putc(line, *c);
    }
    hv_buf_putc(line, '"');
}

static void write_list(struct hv_buf *line, const struct hv_challenges *list) {
    for (size_t i = 0; i < list->n_items; i++) {
        const struct hv_challenge *item = &list->items[i];

        hv_buf_printf(line, "%s%s", i > 0 ? ", " : "", item->scheme);
        if (item->token68)
            hv_buf_printf(line, " %s", item->token68);
        for (size_t k = 0; k < item->n_params; k++) {
            hv_buf_puts(line, k > 0 ? "," : " ");
            write_param(line, &item->params[k]);
        }
    }
}

static void check_item(const struct hv_challenge *item, const struct hv_challenges *list) {
    CHECK(item->scheme[0] && hv_challenges_find(list, item->scheme));
    CHECK(!item->token68 || (item->token68[0] && item->n_params == 0));
    CHECK(item->n_params <= HV_CHALLENGE_MAX_PARAMS);
    for (size_t i = 0; i < item->n_params; i++) {
        CHECK(item->params[i].name[0] && hv_challenge_param(item, item->params[i].name));
        CHECK(hv_utf8_valid(item->params[i].value, strlen(item->params[i].value)));
    }
}

static void check_same(const struct hv_challenges *a, const struct hv_challenges *b) {
    CHECK(a->n_items == b->n_items);
    for (size_t i = 0; i < a->n_items; i++) {
        const struct hv_challenge *x = &a->items[i];
        const struct hv_challenge *y = &b->items[i];

        CHECK(strcmp(x->scheme, y->scheme) == 0 && x->n_params == y->n_params && !x->token68 == !y->token68);
        CHECK(!x->token68 || strcmp(x->token68, y->token68) == 0);
        for (size_t k = 0; k < x->n_params; k++)
            CHECK(strcmp(x->params[k].name, y->params[k].name) == 0 && strcmp(x->params[k].value, y->params[k].value) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    HV_CLEANUP_CHALLENGES struct hv_challenges list = HV_CHALLENGES_INIT;
    HV_CLEANUP_CHALLENGES struct hv_challenges again = HV_CHALLENGES_INIT;
    HV_CLEANUP_BUF struct hv_buf line = HV_BUF_INIT(HV_CHALLENGE_MAX_BYTES);
    HV_CLEANUP_FREE char *text = fuzz_text(data, size);
    char *at = text;

    /* Each line of the input is a header; those not understood leave the list alone. */
    for (char *piece = fuzz_piece(&at, '\n'); piece; piece = fuzz_piece(&at, '\n')) {
        struct hv_error err = { 0 };
        size_t n_before = list.n_items;
        int r = hv_challenge_parse(piece, strlen(piece), &list, &err);

        fuzz_check_error(r, &err);
        CHECK(r == 0 ? list.n_items >= n_before : list.n_items == n_before);
    }
    CHECK(list.n_items <= HV_CHALLENGE_MAX_ITEMS);
    for (size_t i = 0; i < list.n_items; i++)
        check_item(&list.items[i], &list);
    write_list(&line, &list);
    if (hv_buf_finish(&line, "the line", NULL) < 0)
        return 0;
    CHECK(hv_challenge_parse(hv_buf_text(&line), line.len, &again, NULL) == 0);
    check_same(&list, &again);
    return 0;
}
