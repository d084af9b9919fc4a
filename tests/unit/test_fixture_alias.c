/* The names of a replayed command, for those of its recording and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/size.h"
#include "fixture/alias.h"

enum { MAX_TEXT = 4096 };

static const struct {
    const char *live;
    const char *recorded;
    const char *text;      /* as the live command writes it */
    const char *requested; /* what the recording is asked */
    const char *shown;     /* what comes back of that */
    const char *original;  /* the recorded command before names were replaced; NULL: as LIVE */
} rows[] = {
    { "hvctl migrate app01 --host hv01 --to hv02", "hvctl migrate vm-1 --host host-1 --to host-2",
      "ElementName = 'APP01' on hv01, hv02", "ElementName = 'vm-1' on host-1, host-2", "ElementName = 'app01' on hv01, hv02",
      NULL },
    /* Words only: neither a longer name nor a part of one. */
    { "hvctl vm show app01 --host hv01", "hvctl vm show vm-1 --host host-1", "app011 xapp01 app01.vhdx",
      "app011 xapp01 vm-1.vhdx", "app011 xapp01 app01.vhdx", NULL },
    /* A port is ours; documents name the host without it. */
    { "hvctl vm list --host hv01:5999", "hvctl vm list --host host-1", "hv01:5999 hv01", "host-1 host-1", "hv01 hv01", NULL },
    { "hvctl vm list --host http://hv01:5985", "hvctl vm list --host host-1", "hv01", "host-1", "hv01", NULL },
    { "hvctl vm list --host http://hv01:5985", "hvctl vm list --host http://host-1", "hv01", "host-1", "hv01", NULL },
    { "hvctl vm list --host https://hv01/sub", "hvctl vm list --host https://host-1/sub", "hv01", "host-1", "hv01", NULL },
    /* By the name of the option and its turn, wherever it stands. */
    { "hvctl migrate app01 --storage 'D:\\My VMs' --host hv01", "hvctl migrate vm-1 --host host-1 --storage 'C:\\folder-1'",
      "D:\\My VMs\\a.vhdx", "C:\\folder-1\\a.vhdx", "D:\\My VMs\\a.vhdx",
      "hvctl migrate app01 --host hv01 --storage 'D:\\My VMs'" },
    { "hvctl vm list --host b --host a", "hvctl vm list --host host-1 --host host-2", "a b", "host-2 host-1", "a b", NULL },
    /* Queries double the backslashes of a literal. */
    { "hvctl check app01 --storage 'D:\\My VMs'", "hvctl check vm-1 --storage 'C:\\folder-1'", "= 'D:\\\\My VMs\\\\a'",
      "= 'C:\\\\folder-1\\\\a'", "= 'D:\\\\My VMs\\\\a'", NULL },
    /* Of a pair the value alone. */
    { "hvctl wsman get C --host h --selector Name=App", "hvctl wsman get C --host host-1 --selector Name=vm-1", "Name App",
      "Name vm-1", "Name App", NULL },
    /* Of JSON and of a query the names in it; a name may hold a quote of its own. */
    { "hvctl wsman invoke C M --param 'VM={\"selectors\": {\"Name\": \"app01\", \"Path\": \"D:\\\\My VMs\"}}'",
      "hvctl wsman invoke C M --param 'VM={\"selectors\": {\"Name\": \"vm-1\", \"Path\": \"D:\\\\path-1\"}}'",
      "APP01 in D:\\My VMs", "vm-1 in D:\\path-1", "app01 in D:\\My VMs", NULL },
    { "hvctl wsman enumerate '*' --filter 'SELECT * FROM C WHERE Name = \"app01\"'",
      "hvctl wsman enumerate '*' --filter 'SELECT * FROM C WHERE Name = \"vm-1\"'", "Name = \"app01\"", "Name = \"vm-1\"",
      "Name = \"app01\"", NULL },
    { "hvctl vm show 'the \"one\"'", "hvctl vm show vm-1", "the \"one\"", "vm-1", "the &quot;one&quot;", NULL },
    /* GUIDs as hosts write them. */
    { "hvctl vm show 0a1b2c01-3d4e-4f50-8a6b-7c8d9e0f1001", "hvctl vm show 00000000-0000-4000-8000-000000000001",
      "0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001", "00000000-0000-4000-8000-000000000001", "0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001",
      NULL },
    /* Documents have them escaped, documents in documents twice. */
    { "hvctl vm show 'a & b'", "hvctl vm show vm-1", "a & b", "vm-1", "a &amp; b", NULL },
    { "hvctl vm show '\"<b>\"'", "hvctl vm show vm-1",
      "<V>vm-1</V>&lt;V>vm-1&lt;/V&gt;&amp;lt;V>vm-1&amp;#60;/V&amp;gt;<V A=\"vm-1\">",
      "<V>vm-1</V>&lt;V>vm-1&lt;/V&gt;&amp;lt;V>vm-1&amp;#60;/V&amp;gt;<V A=\"vm-1\">",
      "<V>&quot;&lt;b&gt;&quot;</V>&lt;V>&amp;quot;&amp;lt;b&amp;gt;&amp;quot;&lt;/V&gt;"
      "&amp;lt;V>&amp;amp;quot;&amp;amp;lt;b&amp;amp;gt;&amp;amp;quot;&amp;#60;/V&amp;gt;"
      "<V A=\"&quot;&lt;b&gt;&quot;\">",
      NULL },
    /* Another command, other options, values that are no names: nothing is learnt. */
    { "hvctl host show --host hv01", "hvctl vm list --host host-1", "hv01", "hv01", "hv01", "hvctl vm list --host hv01" },
    { "hvctl migrate app01 --poll 1s", "hvctl migrate vm-1 --poll 200ms", "1s", "1s", "1s", "hvctl migrate app01 --poll 200ms" },
    { "hvctl check app01 --pool x", "hvctl check vm-1 --storage 'C:\\folder-1'", "x", "x", "x",
      "hvctl check app01 --storage 'D:\\y'" },
    /* Another name in the place of one is no name of the recording. */
    { "hvctl vm show app02 --host hv01", "hvctl vm show vm-1 --host host-1", "app02 app01 hv01", "app02 app01 host-1",
      "app02 app01 hv01", "hvctl vm show app01 --host hv01" },
    /* The recording's own names may be used as well. */
    { "hvctl migrate vm-1 --host host-1", "hvctl migrate vm-1 --host host-1", "vm-1 host-1", "vm-1 host-1", "vm-1 host-1", NULL },
};

static int learn(struct hv_aliases *aliases, const char *live, const char *recorded, const char *original) {
    HV_CLEANUP_FREE char *marks = NULL;
    HV_CLEANUP_FREE char *command = strdup(recorded);
    char when[] = "2026-11-22T20:00:00Z";
    struct hv_fixture_header header = { .command = command, .recorded = when };

    assert_int_equal(hv_alias_mark(original ? original : live, when, &marks, NULL), 0);
    header.marks = marks;
    return hv_aliases_learn(aliases, live, &header, NULL);
}

static void test_names_stand_for_each_other(void **state) {
    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP_BUF struct hv_buf requested = HV_BUF_INIT(MAX_TEXT);
        HV_CLEANUP_BUF struct hv_buf shown = HV_BUF_INIT(MAX_TEXT);
        struct hv_aliases aliases = { 0 };

        assert_int_equal(learn(&aliases, rows[i].live, rows[i].recorded, rows[i].original), 0);
        hv_aliases_to_recorded(&aliases, rows[i].text, strlen(rows[i].text), &requested);
        assert_string_equal(hv_buf_text(&requested), rows[i].requested);
        hv_aliases_to_live(&aliases, hv_buf_text(&requested), requested.len, &shown);
        assert_string_equal(hv_buf_text(&shown), rows[i].shown);
        hv_aliases_deinit(&aliases);
    }
}

static void test_a_name_too_many_is_an_error(void **state) {
    HV_CLEANUP_BUF struct hv_buf live = HV_BUF_INIT(64 * 1024);
    HV_CLEANUP_BUF struct hv_buf recorded = HV_BUF_INIT(64 * 1024);
    struct hv_aliases aliases = { 0 };

    (void)state;
    for (int i = 0; i <= HV_ALIASES_MAX; i++) {
        hv_buf_printf(&live, "%sn%d", i > 0 ? " " : "check ", i);
        hv_buf_printf(&recorded, "%svm-%d", i > 0 ? " " : "check ", i);
    }
    assert_int_equal(learn(&aliases, hv_buf_text(&live), hv_buf_text(&recorded), NULL), HV_E_LIMIT);
    hv_aliases_deinit(&aliases);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_stand_for_each_other),
        cmocka_unit_test(test_a_name_too_many_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
