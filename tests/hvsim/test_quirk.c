/* Answers in odd ways: they say the same, and no more is wrong with them than was asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "auth.h"
#include "dom.h"
#include "wire.h"

#define ENUMERATE(body) ENVELOPE(TO REPLY_TO ID URI(VM) ACTION(SIM_NS_ENUM "/Enumerate"), "<n:Enumerate>" body "</n:Enumerate>")
#define OPTIMIZED       "<w:OptimizeEnumeration/><w:MaxElements>32000</w:MaxElements>"
#define BULK            SIM_URI_WMI "root/hvsim/Hvsim_Bulk"
#define PULL(context)                                                                                                            \
    ENVELOPE(TO REPLY_TO ID URI(VM) ACTION(SIM_NS_ENUM "/Pull"),                                                                 \
             "<n:Pull><n:EnumerationContext>" context "</n:EnumerationContext></n:Pull>")

static void quirk(struct world *world, enum sim_quirk quirk) {
    world->service.manner.quirks = UINT32_C(1) << quirk;
}

static void arm(struct world *world, const char *spec) {
    assert_int_equal(sim_arms_add(&world->arms, spec, NULL), 0);
}

/* Text of the first element of that name below NODE; NULL when there is none. */
static const xmlNode *find(const xmlNode *node, const char *ns, const char *name) {
    if (sim_dom_is(node, ns, name))
        return node;
    for (const xmlNode *child = sim_dom_first(node); child; child = sim_dom_next(child)) {
        const xmlNode *found = find(child, ns, name);
        if (found)
            return found;
    }
    return NULL;
}

static size_t count_elements(const xmlNode *node, const char *ns, const char *name) {
    size_t n = sim_dom_is(node, ns, name);

    for (const xmlNode *child = sim_dom_first(node); child; child = sim_dom_next(child))
        n += count_elements(child, ns, name);
    return n;
}

static void utf16_comes_in_both_orders_with_and_without_mark(void **state) {
    static const struct {
        enum sim_quirk quirk;
        const char *begins;
    } rows[] = {
        { SIM_QUIRK_UTF16LE, "\xFF\xFE<" },
        { SIM_QUIRK_UTF16BE, "\xFE\xFF" },
        { SIM_QUIRK_UTF16_NO_BOM, "<" },
        { SIM_QUIRK_UTF16BE_NO_BOM, "" },
    };
    struct world *world = *state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *body;
        quirk(world, rows[i].quirk);
        body = post(world, GET_WITH(""));
        assert_int_equal(world->reply.status, 200);
        assert_string_equal(world->reply.content_type, "application/soap+xml;charset=UTF-16");
        assert_int_equal(world->reply.body.len % 2, 0);
        assert_memory_equal(body, rows[i].begins, strlen(rows[i].begins));
        if (rows[i].quirk == SIM_QUIRK_UTF16BE_NO_BOM)
            assert_memory_equal(body, "\0<", 2);
    }
}

/* The same instances under whatever prefixes, and nothing that is not well-formed. */
static void odd_prefixes_name_the_same(void **state) {
    struct world *world = *state;
    const char *answer;
    xmlDoc *doc;

    quirk(world, SIM_QUIRK_ODD_PREFIXES);
    answer = post(world, ENUMERATE(OPTIMIZED));
    doc = sim_dom_parse(answer, strlen(answer));
    assert_non_null(doc);
    assert_non_null(find(xmlDocGetRootElement(doc), SIM_NS_ENUM, "EnumerateResponse"));
    assert_true(count_elements(xmlDocGetRootElement(doc), VM, "Msvm_ComputerSystem") > 5);
    assert_int_equal(count_elements(xmlDocGetRootElement(doc), VM, "Msvm_ComputerSystem"),
                     count_elements(xmlDocGetRootElement(doc), VM, "EnabledState"));
    assert_non_null(strstr(answer, "<odd"));
    assert_non_null(strstr(answer, "<p:"));
    assert_non_null(strstr(answer, " xmlns=\"" VM "\">"));
    xmlFreeDoc(doc);
    answer = post(world, GET_OF(VM, ""));
    assert_non_null(strstr(answer, ":InvalidSelectors<"));
    assert_null(strstr(answer, ">w:InvalidSelectors<"));
}

static void reordered_answers_keep_their_arrays(void **state) {
    struct world *world = *state;
    const char *answer;

    quirk(world, SIM_QUIRK_REORDER);
    answer = post(world, GET_OF(SIM_URI_WMI "root/hvsim/Hvsim_AllTypes", KEY("Id", "full")));
    assert_true(strstr(answer, "<a:RelatesTo>") < strstr(answer, "<a:Action>"));
    assert_true(strstr(answer, "<p:Uint8>") < strstr(answer, "<p:Boolean>"));
    assert_non_null(strstr(answer, "<p:Uint8Array>0</p:Uint8Array><p:Uint8Array>255</p:Uint8Array>"));
    answer = post(world, ENUMERATE(OPTIMIZED));
    assert_true(strstr(answer, "<w:EndOfSequence") < strstr(answer, "<w:Items>"));
}

static void extra_elements_are_everywhere(void **state) {
    struct world *world = *state;

    quirk(world, SIM_QUIRK_EXTRA);
    assert_int_equal(count(post(world, GET_WITH("")), "<extra:Extra"), 2);
    assert_int_equal(count(hv_buf_text(&world->reply.body), "HvsimUnknown>"), 2);
    assert_int_equal(world->reply.status, 200);
    assert_true(count(post(world, GET_OF(VM, "")), "<extra:Extra") > 1);
}

static void optional_parts_can_be_missing(void **state) {
    struct world *world = *state;
    const char *answer;

    quirk(world, SIM_QUIRK_DROP_OPTIONAL);
    answer = post(world, GET_OF(SIM_URI_WMI "root/hvsim/Hvsim_AllTypes", KEY("Id", "null")));
    assert_int_equal(world->reply.status, 200);
    assert_null(strstr(answer, "a:MessageID"));
    assert_null(strstr(answer, "xsi:nil"));
    assert_null(strstr(answer, "xsi:type"));
    assert_non_null(strstr(answer, "<a:RelatesTo>uuid:1<"));
    assert_null(strstr(post(world, ENUMERATE(OPTIMIZED)), "EnumerationContext"));
}

static void headers_of_http_and_soap_can_be_wrong(void **state) {
    struct world *world = *state;

    quirk(world, SIM_QUIRK_CONTENT_TYPE);
    assert_non_null(strstr(post(world, GET_WITH("")), "GetResponse"));
    assert_string_equal(world->reply.content_type, "text/plain");
    quirk(world, SIM_QUIRK_NO_RELATES_TO);
    assert_null(strstr(post(world, GET_WITH("")), "RelatesTo"));
    quirk(world, SIM_QUIRK_CHUNKED);
    (void)post(world, GET_WITH(""));
    assert_true(world->reply.chunked);
    quirk(world, SIM_QUIRK_SLOW);
    (void)post(world, GET_WITH(""));
    assert_true(world->reply.slow);
}

static void a_quirk_can_hit_one_answer(void **state) {
    struct world *world = *state;

    arm(world, "quirk=no-relates-to,action=Get,nth=2");
    assert_non_null(strstr(post(world, GET_WITH("")), "RelatesTo"));
    assert_null(strstr(post(world, GET_WITH("")), "RelatesTo"));
    assert_non_null(strstr(post(world, GET_WITH("")), "RelatesTo"));
    assert_int_not_equal(sim_arms_add(&world->arms, "quirk=nonsense", NULL), 0);
}

static void contexts_expire_on_request(void **state) {
    struct world *world = *state;
    HV_CLEANUP_BUF struct hv_buf body = HV_BUF_INIT(100000);
    char context[64];

    arm(world, "expired-context,action=Pull");
    between(post(world, ENUMERATE("")), "<n:EnumerationContext>", "<", context, sizeof(context));
    assert_int_equal(world->service.contexts.n_items, 1);
    hv_buf_printf(&body, PULL("%s"), context);
    assert_non_null(strstr(post(world, hv_buf_text(&body)), "n:InvalidEnumerationContext"));
    assert_int_equal(world->service.contexts.n_items, 0);
}

static void too_many_elements_do_not_fit(void **state) {
    static const struct row rows[] = {
        { "more than that",
          ENUMERATE("<w:OptimizeEnumeration/><w:MaxElements>3</w:MaxElements>"),
          500,
          { "MaxEnvelopeSizeExceeded", "2150858824" } },
        { "that many", ENUMERATE("<w:OptimizeEnumeration/><w:MaxElements>2</w:MaxElements>"), 200, { NULL } },
        { "one", ENUMERATE("<w:OptimizeEnumeration/>"), 200, { NULL } },
    };

    arm(*state, "envelope-limit=2,times=0");
    run_rows(*state, rows, sizeof(rows) / sizeof(rows[0]));
}

static void operations_at_once_are_limited(void **state) {
    struct world *world = *state;

    world->service.limits.operations = 2;
    (void)post(world, ENUMERATE(""));
    world->service.n_held = 1;
    assert_non_null(strstr(post(world, GET_WITH("")), "2150859174"));
    world->service.n_held = 0;
    (void)post(world, GET_WITH(""));
    assert_int_equal(world->reply.status, 200);
}

static void instances_are_made_as_they_are_pulled(void **state) {
    struct world *world = *state;
    const struct sim_options options = { .bulk_items = 100000 };
    static const struct row rows[] = {
        { "by key", GET_OF(BULK, KEY("Index", "99999")), 200, { "<p:Index>99999</p:Index>" } },
        { "past the end", GET_OF(BULK, KEY("Index", "100000")), 500, { "0x80041002" } },
        { "query",
          ENVELOPE(TO REPLY_TO ID URI(SIM_URI_WMI "root/hvsim/*") ACTION(SIM_NS_ENUM "/Enumerate"),
                   "<n:Enumerate>" OPTIMIZED "<w:Filter Dialect='" SIM_DIALECT_WQL
                   "'>SELECT Index FROM Hvsim_Bulk WHERE Index > 9 AND Index &lt; 12</w:Filter></n:Enumerate>"),
          200,
          { "<w:Items><w:XmlFragment", "<Index>10</Index></w:XmlFragment><w:XmlFragment", "<w:EndOfSequence/>" } },
    };

    (void)sim_fabric_free(world->fabric);
    assert_int_equal(sim_fabric_new(&options, NOW, &world->fabric, NULL), 0);
    world->service.fabric = world->fabric;
    world->service.host = sim_fabric_host(world->fabric, 0);
    assert_true(count(post(world, ENVELOPE(TO REPLY_TO ID URI(BULK) ACTION(SIM_NS_ENUM "/Enumerate"),
                                           "<n:Enumerate>" OPTIMIZED "</n:Enumerate>")),
                      "<p:Index>") > 100);
    assert_int_equal(count(hv_buf_text(&world->reply.body), "<p:Index>0</p:Index>"), 1);
    assert_true(world->reply.body.len <= 512000);
    assert_int_equal(world->service.contexts.n_items, 1);
    assert_int_equal(world->service.contexts.items[0].enumeration->list.n_items, 0);
    run_rows(world, rows, sizeof(rows) / sizeof(rows[0]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        T(utf16_comes_in_both_orders_with_and_without_mark),
        T(odd_prefixes_name_the_same),
        T(reordered_answers_keep_their_arrays),
        T(extra_elements_are_everywhere),
        T(optional_parts_can_be_missing),
        T(headers_of_http_and_soap_can_be_wrong),
        T(a_quirk_can_hit_one_answer),
        T(contexts_expire_on_request),
        T(too_many_elements_do_not_fit),
        T(operations_at_once_are_limited),
        T(instances_are_made_as_they_are_pulled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
