/* Which requests are the same, which recording answers, and what is said when none does. */
#include "fixture_make.h"

#include "base/size.h"
#include "fixture/differ.h"
#include "fixture/leftover.h"
#include "support/failmalloc.h"
#include "xml/reader.h"

#define ID1 "11111111-1111-4111-8111-111111111111"
#define ID2 "22222222-2222-4222-8222-222222222222"
#define ID3 "33333333-3333-4333-8333-333333333333"

/* The same request, written in another way. */
static const char plain[] = MAKE_ENVELOPE(
    "<a:To>https://hv01/wsman</a:To><a:Action>urn:act</a:Action><a:MessageID>uuid:" ID1 "</a:MessageID>"
    "<w:ResourceURI>urn:thing</w:ResourceURI><w:OperationTimeout>PT60S</w:OperationTimeout>"
    "<w:SelectorSet><w:Selector Name=\"A\">1</w:Selector><w:Selector Name=\"B\">2</w:Selector></w:SelectorSet>",
    "<p:Do_INPUT xmlns:p=\"urn:thing\"><p:Host>h</p:Host><p:When><w:Datetime>2026</w:Datetime></p:When>"
    "<p:Data>&lt;INSTANCE CLASSNAME=\"M\"&gt;&lt;PROPERTY NAME=\"X\" TYPE=\"uint16\"&gt;&lt;VALUE&gt;1&lt;/VALUE&gt;"
    "&lt;/PROPERTY&gt;&lt;PROPERTY NAME=\"Y\" "
    "TYPE=\"string\"&gt;&lt;VALUE&gt;t&lt;/VALUE&gt;&lt;/PROPERTY&gt;&lt;/INSTANCE&gt;</p:Data>"
    "</p:Do_INPUT>");
static const char odd[] =
    "<e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:b=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\">"
    "<e:Header><b:SelectorSet>\n<b:Selector Name=\"b\">2</b:Selector><b:Selector Name=\"A\">1</b:Selector></b:SelectorSet>"
    "<b:ResourceURI e:mustUnderstand=\"true\">urn:thing</b:ResourceURI><MessageID>uuid:" ID2
    "</MessageID><Action>urn:act</Action>"
    "</e:Header><e:Body><Do_INPUT xmlns=\"urn:thing\"><Data>&#60;INSTANCE CLASSNAME=\"M\"&#62;"
    "&#60;PROPERTY TYPE=\"string\" NAME=\"Y\"&#62;&#60;VALUE&#62;t&#60;/VALUE&#62;&#60;/PROPERTY&#62;"
    "&#60;PROPERTY TYPE=\"uint16\" NAME=\"X\"&#62;&#60;VALUE&#62;1&#60;/VALUE&#62;&#60;/PROPERTY&#62;&#60;/INSTANCE&#62;</Data>"
    "<Host>h</Host><When><b:Datetime>2031</b:Datetime></When></Do_INPUT></e:Body></e:Envelope>";

static void the_way_of_writing_does_not_matter(void **state) {
    struct hv_canonical *a = make_canonical(plain);
    struct hv_canonical *b = make_canonical(odd);

    (void)state;
    assert_int_equal(hv_canonical_compare(a, b, NULL, NULL), 0);
    assert_string_equal(a->message_id, "uuid:" ID1);
    (void)hv_canonical_free(a);
    (void)hv_canonical_free(b);
}

struct seen {
    char path[128];
    size_t n;
};

static void see(void *context, const char *path, const char *a, const char *b) {
    struct seen *seen = context;

    (void)a;
    (void)b;
    seen->n++;
    memcpy(seen->path, path, strnlen(path, sizeof(seen->path) - 1) + 1);
}

/* PLAIN with one piece of text replaced. */
static char *edit(const char *from, const char *to) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(64 * 1024);
    const char *at = strstr(plain, from);
    char *text = NULL;

    assert_non_null(at);
    hv_buf_append(&buf, plain, (size_t)(at - plain));
    hv_buf_puts(&buf, to);
    hv_buf_puts(&buf, at + strlen(from));
    assert_int_equal(hv_buf_take(&buf, "text", &text, NULL), 0);
    return text;
}

static void each_thing_that_matters_is_named(void **state) {
    static const struct {
        const char *from;
        const char *to;
        const char *path;
    } cases[] = {
        { "urn:act", "urn:other", "action" },
        { "<w:ResourceURI>urn:thing", "<w:ResourceURI>urn:other", "resource" },
        { "\"B\">2<", "\"B\">3<", "selector B" },
        { "<p:Host>h<", "<p:Host>i<", "Do_INPUT/Host" },
        { "&lt;VALUE&gt;1&lt;", "&lt;VALUE&gt;2&lt;", "Do_INPUT/Data/M/X" },
    };
    struct hv_canonical *a = make_canonical(plain);

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(cases); i++) {
        char *text = edit(cases[i].from, cases[i].to);
        struct hv_canonical *b = make_canonical(text);
        struct seen seen = { .n = 0 };

        assert_int_equal(hv_canonical_compare(a, b, see, &seen), 1);
        assert_string_equal(seen.path, cases[i].path);
        (void)hv_canonical_free(b);
        free(text);
    }
    (void)hv_canonical_free(a);
}

static const struct hv_take *pick(struct hv_player *player, const char *host, const char *request, int want,
                                  struct hv_error *err) {
    struct hv_canonical *canonical = make_canonical(request);
    const struct hv_take *take = NULL;

    assert_int_equal(hv_player_pick(player, host, canonical, &take, err), want);
    (void)hv_canonical_free(canonical);
    return take;
}

static struct hv_fixture *two_polls(void) {
    struct hv_fixture *fixture = make_fixture();

    assert_int_equal(make_exchange(fixture, "host-1", MAKE_GET(ID1, "a"), MAKE_ANSWER(ID1, "first"), NULL), 0);
    assert_int_equal(make_exchange(fixture, "host-1", MAKE_GET(ID2, "a"), MAKE_ANSWER(ID2, "second"), NULL), 0);
    assert_int_equal(make_exchange(fixture, "host-2", MAKE_GET(ID3, "a"), NULL, NULL), 0);
    return fixture;
}

static void repeated_requests_get_their_answers_in_order(void **state) {
    struct hv_fixture *fixture = two_polls();
    struct hv_player player = { .fixture = fixture };
    struct hv_error err = { 0 };

    (void)state;
    assert_int_equal(pick(&player, "HOST-1", MAKE_GET("x", "A"), 0, &err)->exchange.number, 1);
    assert_int_equal(pick(&player, "host-1", MAKE_GET("y", "a"), 0, &err)->exchange.number, 2);
    assert_int_equal(pick(&player, "host-2", MAKE_GET("z", "a"), 0, &err)->exchange.number, 3);
    assert_int_equal(hv_player_finish(&player, &err), 0);
    (void)pick(&player, "host-1", MAKE_GET("y", "a"), HV_E_FIXTURE, &err);
    assert_non_null(strstr(err.cause, "it was recorded 2 times, the last as exchange 2"));
    fixture->takes[1].exchange.repeats = true;
    assert_int_equal(pick(&player, "host-1", MAKE_GET("y", "a"), 0, &err)->exchange.number, 2);
    (void)hv_fixture_free(fixture);
}

static void answers_relate_to_the_request_that_was_made(void **state) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(64 * 1024);
    struct hv_fixture *fixture = two_polls();

    (void)state;
    hv_player_answer(&fixture->takes[0], "uuid:" ID3, &buf);
    assert_string_equal(hv_buf_text(&buf), MAKE_ANSWER(ID3, "first"));
    (void)hv_fixture_free(fixture);
}

/* ASCII as UTF-16, its zero bytes in front or behind. */
static size_t widen(const char *text, bool big_endian, char *wide) {
    size_t n = strlen(text);

    for (size_t i = 0; i < n; i++) {
        wide[2 * i] = big_endian ? '\0' : text[i];
        wide[2 * i + 1] = big_endian ? text[i] : '\0';
    }
    return 2 * n;
}

static void ids_are_found_however_the_host_wrote_them(void **state) {
    static const char upper[] = "ABCDEF11-1111-4111-8111-111111111111";
    static const char lower[] = "abcdef11-1111-4111-8111-111111111111";
    char recorded[2 * sizeof(upper)];
    char wanted[2 * sizeof(upper)];

    (void)state;
    for (int form = 0; form < 4; form++) {
        HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(64 * 1024);
        struct hv_canonical request = { .message_id = make_copy(upper) };
        struct hv_take take = { .request = &request, .exchange = { .response = recorded } };
        size_t n = sizeof(ID3) - 1;

        memcpy(recorded, form % 2 ? lower : upper, n);
        memcpy(wanted, ID3, n);
        if (form > 1) {
            n = widen(upper, form == 3, recorded);
            (void)widen(ID3, form == 3, wanted);
        }
        take.exchange.n_response = n;
        hv_player_answer(&take, ID3, &buf);
        assert_int_equal(buf.len, n);
        assert_memory_equal(buf.data, wanted, n);
        free(request.message_id);
    }
    assert_true(hv_fixture_relates("urn:uuid:" ID1, "uuid:" ID1));
    assert_true(hv_fixture_relates(lower, "uuid:ABCDEF11-1111-4111-8111-111111111111"));
    assert_false(hv_fixture_relates("uuid:" ID1, "uuid:" ID2));
}

static void an_unknown_request_names_the_closest_and_the_field(void **state) {
    struct hv_fixture *fixture = two_polls();
    struct hv_player player = { .fixture = fixture };
    struct hv_error err = { 0 };

    (void)state;
    (void)pick(&player, "host-1", MAKE_GET("x", "b"), HV_E_FIXTURE, &err);
    assert_non_null(strstr(err.message, "dir has no answer to this request to host-1: Get Msvm_Thing"));
    assert_string_equal(err.cause,
                        "closest is exchange 1 (001.request.xml), which differs in selector Name: recorded \"a\", asked \"b\"");
    (void)pick(&player, "hv09", MAKE_GET("x", "a"), HV_E_FIXTURE, &err);
    assert_non_null(strstr(err.cause, "the hosts in it are: host-1, host-2"));
    (void)hv_fixture_free(fixture);
}

static void count_warnings(void *context, const char *text) {
    size_t *n = context;

    assert_true(strlen(text) > 0);
    (*n)++;
}

static void lenient_replays_warn(void **state) {
    struct hv_fixture *fixture = two_polls();
    size_t n = 0;
    struct hv_player player = { .fixture = fixture, .lenient = true, .warn = count_warnings, .context = &n };
    struct hv_error err = { 0 };

    (void)state;
    assert_int_equal(pick(&player, "host-1", MAKE_GET("x", "b"), 0, &err)->exchange.number, 1);
    assert_int_equal(n, 1);
    assert_int_equal(hv_player_finish(&player, &err), 0);
    assert_int_equal(n, 2);
    (void)hv_fixture_free(fixture);
}

static void unused_recordings_are_listed(void **state) {
    struct hv_fixture *fixture = two_polls();
    struct hv_player player = { .fixture = fixture };
    struct hv_error err = { 0 };

    (void)state;
    (void)pick(&player, "host-1", MAKE_GET("x", "a"), 0, &err);
    assert_int_equal(hv_player_finish(&player, &err), HV_E_FIXTURE);
    assert_string_equal(err.message, "2 recordings in dir were not asked for");
    assert_string_equal(err.cause, "exchange 2 (Get Msvm_Thing to host-1), exchange 3 (Get Msvm_Thing to host-2)");
    (void)hv_fixture_free(fixture);
}

static void answers_of_other_requests_are_noticed(void **state) {
    struct hv_fixture *fixture = make_fixture();
    struct hv_error err = { 0 };

    (void)state;
    assert_int_equal(make_exchange(fixture, "host-1", MAKE_GET(ID1, "a"), MAKE_ANSWER(ID2, "x"), &err), HV_E_FIXTURE);
    assert_non_null(strstr(err.message, "dir/001.response.xml:1: this answer relates to message uuid:" ID2));
    (void)hv_fixture_free(fixture);
}

static void files_that_were_cut_are_told_by_line(void **state) {
    struct hv_fixture *fixture = make_fixture();
    struct hv_error err = { 0 };

    (void)state;
    assert_int_equal(make_exchange(fixture, "host-1", "<a>\n<b>", MAKE_ANSWER(ID2, "x"), &err), HV_E_FIXTURE);
    assert_non_null(strstr(err.message, "dir/001.request.xml:2: not XML"));
    (void)hv_fixture_free(fixture);
}

/* What redaction made of message ids tells the place of a request, and the times tell the order. */
static void exchanges_that_were_reordered_are_noticed(void **state) {
    struct hv_fixture *fixture = make_fixture();
    struct hv_fixture_exchange early = { .number = 2, .sent_ms = 3 };
    struct hv_error err = { 0 };

    (void)state;
    assert_int_equal(make_exchange(fixture, "host-1", MAKE_GET("00000000-0000-4001-8000-000000000002", "x"), NULL, &err),
                     HV_E_FIXTURE);
    assert_non_null(strstr(err.message, "dir/001.request.xml:1: this request is of exchange 2"));
    fixture->takes[0].exchange.sent_ms = 4;
    assert_int_equal(hv_fixture_follows(fixture, &early, "dir/002.meta", 9, &err), HV_E_FIXTURE);
    assert_non_null(strstr(err.message, "dir/002.meta:9: \"sent-ms: 3\" is before the \"sent-ms: 4\" of exchange 1"));
    (void)hv_fixture_free(fixture);
}

static void the_right_question_to_the_wrong_host_is_told(void **state) {
    struct hv_fixture *fixture = make_fixture();
    struct hv_player player = { .fixture = fixture };
    HV_CLEANUP(hv_canonical_free) struct hv_canonical *asked = make_canonical(MAKE_GET(ID1, "x"));
    const struct hv_take *take = NULL;
    struct hv_error err = { 0 };

    (void)state;
    assert_int_equal(make_exchange(fixture, "host-1", MAKE_GET(ID1, "y"), NULL, NULL), 0);
    assert_int_equal(make_exchange(fixture, "host-2", MAKE_GET(ID2, "x"), NULL, NULL), 0);
    assert_int_equal(hv_player_pick(&player, "host-1", asked, &take, &err), HV_E_FIXTURE);
    assert_non_null(strstr(err.cause, "closest is exchange 1 (001.request.xml)"));
    assert_non_null(strstr(err.cause, "; exchange 2 asks the same of host-2"));
    (void)hv_fixture_free(fixture);
}

static int canonical_of_plain(void *context) {
    struct hv_canonical *canonical = NULL;
    int r = hv_canonical_new(plain, strlen(plain), &canonical, NULL);

    (void)context;
    (void)hv_canonical_free(canonical);
    return r == HV_E_PROTOCOL ? HV_E_MEMORY : r; /* libxml2 calls some lacks of memory malformed */
}

/* From files to an answer, and all that can be asked of a fixture. */
static int use_fixture(void *context) {
    struct hv_fixture_header header = { 0 };
    struct hv_fixture_exchange exchange = { .number = 1, .status = 200 };
    HV_CLEANUP(hv_fixture_free) struct hv_fixture *fixture = NULL;
    HV_CLEANUP(hv_canonical_free) struct hv_canonical *asked = NULL;
    HV_CLEANUP(hv_redactor_free) struct hv_redactor *redactor = NULL;
    const struct hv_take *take = NULL;
    int r = hv_fixture_new("dir", &header, &fixture, NULL);

    (void)context;
    if (r == 0)
        r = hv_text_copy("host-1", &exchange.host, NULL);
    if (r == 0)
        r = hv_text_copy(plain, &exchange.request, &(struct hv_error){ 0 });
    if (r == 0)
        r = hv_text_copy(MAKE_ANSWER(ID1, "hv01"), &exchange.response, NULL);
    exchange.n_request = exchange.request ? strlen(exchange.request) : 0;
    exchange.n_response = exchange.response ? strlen(exchange.response) : 0;
    if (r == 0)
        r = hv_fixture_add(fixture, &exchange, NULL);
    else
        hv_fixture_exchange_deinit(&exchange);
    if (r == 0)
        r = hv_canonical_new(plain, strlen(plain), &asked, NULL);
    if (r == 0)
        r = hv_player_pick(&(struct hv_player){ .fixture = fixture }, "host-1", asked, &take, NULL);
    if (r == 0)
        r = hv_redactor_new(&redactor, NULL);
    if (r == 0)
        r = hv_leftover_find(fixture, redactor, NULL, NULL, NULL);
    if (r >= 0)
        r = hv_differ_run(fixture, fixture, NULL, NULL, NULL);
    return r == HV_E_PROTOCOL || r == HV_E_FIXTURE ? HV_E_MEMORY : r; /* as above */
}

static void a_lack_of_memory_is_told(void **state) {
    (void)state;
    assert_true(failmalloc_each_tolerant(canonical_of_plain, NULL) > 0);
    assert_true(failmalloc_each_tolerant(use_fixture, NULL) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_way_of_writing_does_not_matter),
        cmocka_unit_test(each_thing_that_matters_is_named),
        cmocka_unit_test(repeated_requests_get_their_answers_in_order),
        cmocka_unit_test(answers_relate_to_the_request_that_was_made),
        cmocka_unit_test(ids_are_found_however_the_host_wrote_them),
        cmocka_unit_test(an_unknown_request_names_the_closest_and_the_field),
        cmocka_unit_test(lenient_replays_warn),
        cmocka_unit_test(unused_recordings_are_listed),
        cmocka_unit_test(answers_of_other_requests_are_noticed),
        cmocka_unit_test(files_that_were_cut_are_told_by_line),
        cmocka_unit_test(exchanges_that_were_reordered_are_noticed),
        cmocka_unit_test(the_right_question_to_the_wrong_host_is_told),
        cmocka_unit_test(a_lack_of_memory_is_told),
    };

    hv_xml_process_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
