/*
 * A fixture of one exchange, its files given by turns (the input split at 0x1E: NNN.meta, request, answer, header; those that are
 * missing are the first): what is read can be written and read again, and whatever is loaded can be replayed, searched and
 * compared with itself.
 */
#include "fixture/differ.h"
#include "fixture/leftover.h"
#include "fixture/player.h"
#include "fixture/sheet.h"
#include "fuzz/fuzz.h"

enum { SEPARATOR = 0x1E, N_PIECES = 4, MAX_BYTES = 64 * 1024 * 1024 };

static void check_header(const char *text) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(MAX_BYTES);
    struct hv_fixture_header header = { 0 };
    struct hv_fixture_header again = { 0 };
    struct hv_error err = { 0 };
    int r = hv_fixture_header_parse("fixture.meta", text, strlen(text), &header, &err);

    fuzz_check_error(r, &err);
    if (r < 0)
        return;
    hv_fixture_header_build(&header, &buf);
    CHECK(hv_fixture_header_parse("fixture.meta", hv_buf_text(&buf), buf.len, &again, NULL) == 0);
    CHECK(strcmp(again.tool, header.tool) == 0 && again.is_closed == header.is_closed);
    hv_fixture_header_deinit(&header);
    hv_fixture_header_deinit(&again);
}

static bool read_exchange(const char *text, struct hv_fixture_exchange *exchange) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(MAX_BYTES);
    HV_CLEANUP_BUF struct hv_buf buf_again = HV_BUF_INIT(MAX_BYTES);
    struct hv_fixture_exchange again = { 0 };
    struct hv_error err = { 0 };
    int r = hv_fixture_exchange_parse("001.meta", text, strlen(text), exchange, &err);

    fuzz_check_error(r, &err);
    if (r < 0)
        return false;
    hv_fixture_exchange_build(exchange, &buf);
    CHECK(hv_fixture_exchange_parse("001.meta", hv_buf_text(&buf), buf.len, &again, NULL) == 0);
    hv_fixture_exchange_build(&again, &buf_again);
    CHECK(strcmp(hv_buf_text(&buf), hv_buf_text(&buf_again)) == 0);
    hv_fixture_exchange_deinit(&again);
    return true;
}

static void use(struct hv_fixture *fixture) {
    HV_CLEANUP(hv_redactor_free) struct hv_redactor *redactor = NULL;
    HV_CLEANUP_BUF struct hv_buf answer = HV_BUF_INIT(MAX_BYTES);
    struct hv_player player = { .fixture = fixture };
    struct hv_take *take = &fixture->takes[0];
    const struct hv_take *taken = NULL;
    struct hv_error err = { 0 };

    fuzz_check_error(hv_player_finish(&player, &err), &err);
    CHECK(hv_player_pick(&player, take->exchange.host, take->request, &taken, NULL) == 0 && taken == take);
    CHECK(hv_player_finish(&player, NULL) == 0);
    if (take->exchange.response)
        hv_player_answer(take, "uuid:" FUZZ_MESSAGE_ID, &answer);
    CHECK(hv_differ_run(fixture, fixture, NULL, NULL, NULL) == 0);
    CHECK(hv_redactor_new(&redactor, NULL) == 0);
    CHECK(hv_leftover_find(fixture, redactor, NULL, NULL, NULL) >= 0);
}

static void load(struct hv_fixture_exchange *exchange_take) {
    HV_CLEANUP(hv_fixture_free) struct hv_fixture *fixture = NULL;
    struct hv_fixture_header header = { .redaction = 1 };
    struct hv_error err = { 0 };
    int r;

    CHECK(hv_fixture_new("dir", &header, &fixture, NULL) == 0);
    r = hv_fixture_add(fixture, exchange_take, &err);
    fuzz_check_error(r, &err);
    if (r == 0)
        use(fixture);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    HV_CLEANUP_FREE char *text = fuzz_text(data, size);
    struct hv_fixture_exchange exchange = { 0 };
    const char *pieces[N_PIECES];
    char *at = text;

    for (size_t i = 0; i < N_PIECES; i++)
        pieces[i] = at ? fuzz_piece(&at, SEPARATOR) : text;
    check_header(pieces[3]);
    if (!read_exchange(pieces[0], &exchange)) {
        /* A request alone is read, too. */
        static const char meta[] = "exchange: 1\nhost: host-1\nstatus: 200\nsent-ms: 0\nduration-ms: 0\n";
        CHECK(read_exchange(meta, &exchange));
    }
    exchange.request = fuzz_text((const uint8_t *)pieces[1], strlen(pieces[1]));
    exchange.n_request = strlen(pieces[1]);
    if (exchange.status) {
        exchange.response = fuzz_text((const uint8_t *)pieces[2], strlen(pieces[2]));
        exchange.n_response = strlen(pieces[2]);
    }
    load(&exchange);
    return 0;
}
