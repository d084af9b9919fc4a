/* What is replaced, by what, and what stays; and that verify sees what was left. */
#include "fixture_make.h"

#include <stdio.h>

#include "base/base64.h"
#include "base/size.h"
#include "fixture/leftover.h"
#include "fixture/redact.h"
#include "fixture/rules.h"
#include "support/failmalloc.h"

#define GUID1 "0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001"
#define BARE1 "0A1B2C013D4E4F508A6B7C8D9E0F1001"
#define ID1   "11111111-1111-4111-8111-111111111111"

static struct hv_redactor *make_redactor(void) {
    struct hv_redactor *redactor = NULL;

    assert_int_equal(hv_redactor_new(&redactor, NULL), 0);
    assert_int_equal(hv_redactor_add(redactor, HV_NAME_HOST, "hv01.corp.local", NULL), 0);
    assert_int_equal(hv_redactor_add(redactor, HV_NAME_HOST, "10.1.2.3", NULL), 0);
    assert_int_equal(hv_redactor_add(redactor, HV_NAME_VM, "app01", NULL), 0);
    assert_int_equal(hv_redactor_add(redactor, HV_NAME_VM, "db & <test> \"one\"", NULL), 0);
    assert_int_equal(hv_redactor_add(redactor, HV_NAME_VM, "test", NULL), 0);
    assert_int_equal(hv_redactor_add(redactor, HV_NAME_USER, "CORP\\jdoe", NULL), 0);
    assert_int_equal(hv_redactor_keep(redactor, "keepme", NULL), 0);
    return redactor;
}

static char *rewrite(struct hv_redactor *redactor, const char *text) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(1024 * 1024);
    char *out = NULL;

    assert_int_equal(hv_redactor_rewrite(redactor, text, strlen(text), &buf, NULL), 0);
    assert_int_equal(hv_buf_take(&buf, "text", &out, NULL), 0);
    return out;
}

static void check(const char *text, const char *want) {
    struct hv_redactor *redactor = make_redactor();
    char *got = rewrite(redactor, text);

    assert_string_equal(got, want);
    free(got);
    (void)hv_redactor_free(redactor);
}

static void names_are_replaced_as_words(void **state) {
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {
        { "'app01' failed on HV01", "'vm-1' failed on host-1" },
        { "app012 and myapp01 are others", "app012 and myapp01 are others" },
        { "hv01.corp.local:5986 and hv01.corp.local.", "host-1.domain-1.example and host-1.domain-1.example." },
        { "https://hv01.corp.local:41000/wsman", "https://host-1.domain-1.example/wsman" },
        { "http://schemas.xmlsoap.org/app01", "http://schemas.xmlsoap.org/app01" },
        { "http://srv-&x.&y.org/ http://.srv/ http://[srv x]/", "http://host-3-&x.&y.org/ http://.host-3/ http://[host-3 x]/" },
        { "<app01 app01=\"app01\">app01</app01>", "<app01 app01=\"vm-1\">vm-1</app01>" },
        { "<n>db &amp; &lt;test&gt; \"one\"</n>", "<n>vm-2</n>" },
        { "<n>db &amp;amp; &amp;lt;test&amp;gt; &amp;quot;one&amp;quot;</n>", "<n>vm-2</n>" },
        { "<n>WHERE ElementName = \"db &amp; &lt;test&gt; \\\"one\\\"\"</n>", "<n>WHERE ElementName = \"vm-2\"</n>" },
        { "a test of <n>test</n>", "a test of <n>vm-3</n>" },
        { "CORP\\jdoe, jdoe@corp.local", "domain-2\\user-1, user-1@domain-1.example" },
        { "by OTHER\\someone", "by domain-3\\user-2" },
        { "keepme", "keepme" },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(cases); i++)
        check(cases[i].text, cases[i].want);
}

/* Nobody told of these: they are in a sentence, and nowhere else. */
static void full_names_are_found_in_sentences(void **state) {
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {
        { "no answer of node7.contoso.com.", "no answer of host-3." },
        { "node-7.emea.contoso.com:5985, NODE-7.emea.contoso.com", "host-3:5985, host-3" },
        { "of node7.corp.local and hv01.contoso.com", "of host-3.domain-1.example and host-1.domain-3.example" },
        { "HOST/node7.contoso.net of contoso.com", "HOST/host-3 of domain-3.example" },
        { "iqn.1991-05.com.microsoft:node7.contoso.com", "iqn.1991-05.com.microsoft:host-3" },
        { "jane.roe@contoso.com", "jane.user-2@domain-3.example" },
        { "see go.microsoft.com, www.w3.org, System.Net, asp.net, vmms.exe and Virtual.Machine", NULL },
        { "version 10.0.20348.1, e.g. 1.com, y.org, a_b.contoso.comx", NULL },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(cases); i++)
        check(cases[i].text, cases[i].want ? cases[i].want : cases[i].text);
}

static void what_can_be_told_by_its_looks_is_replaced(void **state) {
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {
        { "{" GUID1 "}", "{00000000-0000-4000-8000-000000000001}" },
        { "Microsoft:" GUID1 "\\83F8638B-8DCA-4152-9EDA-2CA8B33039B4\\0\\0\\D",
          "Microsoft:00000000-0000-4000-8000-000000000001\\83F8638B-8DCA-4152-9EDA-2CA8B33039B4\\0\\0\\D" },
        { "10.1.2.3 and 10.9.9.9, not 10.0.20348.1 or 1.2.3.4.5", "host-2 and 240.1.1.1, not 10.0.20348.1 or 1.2.3.4.5" },
        { "0.0.0.0 255.255.255.0 127.0.0.1", "0.0.0.0 255.255.255.0 127.0.0.1" },
        { "fe80::1:2 and ::1, at 10:15:30", "2001:db8:1:0:0:0:1:1 and ::1, at 10:15:30" },
        { "00-15-5D-01-02-03 is 00:15:5d:01:02:03", "02-00-00-00-00-01 is 02:00:00:00:00:01" },
        { "0015.5d01.0203 and 00155D010203, not 001122334455", "0200.0000.0001 and 020000000001, not 001122334455" },
        { "from 00155D000000 to 00155DFFFFFF", "from 00155D000000 to 00155DFFFFFF" },
        { "S-1-5-21-1-2-3-500 not S-1-5-32-544", "S-1-0-1 not S-1-5-32-544" },
        { "0123456789ABCDEF0123456789ABCDEF01234567", "0000000000000000000000000000000000000001" },
        { "01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67 is 0123456789ABCDEF0123456789ABCDEF01234567",
          "00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:01 is 0000000000000000000000000000000000000001" },
        { GUID1 " is " BARE1, "00000000-0000-4000-8000-000000000001 is 00000000000040008000000000000001" },
        { "O:BAG:SYD:(A;;CC;;;S-1-5-21-1-2-3-500)", "O:BAG:SYD:(A;;CC;;;S-1-0-1)" },
        { "CN=app01,OU=Servers,DC=corp,DC=local", "CN=vm-1,OU=name-1,DC=domain-2,DC=domain-3" },
        { "OU=   ;   DC= ; OU= Web shop , O=\t-", "OU=   ;   DC= ; OU= name-1 , O=\tname-2" },
        { "hv01_old, old_app01", "host-1_old, old_vm-1" },
        { "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkq\nRTESMBAGA1UE\n-----END CERTIFICATE-----\n",
          "-----BEGIN CERTIFICATE-----\nY2VydGlmaWNhdGUtMQ==\n-----END CERTIFICATE-----\n" },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(cases); i++)
        check(cases[i].text, cases[i].want);
}

static void addresses_stay_in_their_networks(void **state) {
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {
        { "10.9.0.0/16 10.9.7.0/24 10.9.7.5 10.9.8.6 10.8.1.1 172.16.0.1",
          "240.1.0.0/16 240.1.1.0/24 240.1.1.1 240.1.2.1 240.2.1.1 241.16.0.1" },
        { "10.9.16.0/20, 10.9.17.3", "240.1.16.0/20, 240.1.17.1" },
        { "fd00:10::/64 fd00:10::5 fd00:11:0:1::/64 fd00:11:0:1::9",
          "2001:db8:1::/64 2001:db8:1:0:0:0:0:1 2001:db8:2:1::/64 2001:db8:2:1:0:0:0:1" },
        { "FD00:10:0::/64 fd00:10::/64", "2001:db8:1::/64 2001:db8:1::/64" },
        { "<p:DestinationIPAddressList>10.1.2.3</p:DestinationIPAddressList>",
          "<p:DestinationIPAddressList>240.1.1.1</p:DestinationIPAddressList>" },
        { "<P NAME=\"DestinationIPAddressList\"><V><VALUE>10.1.2.3</VALUE></V></P><H>10.1.2.3</H>",
          "<P NAME=\"DestinationIPAddressList\"><V><VALUE>240.1.1.1</VALUE></V></P><H>host-2</H>" },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(cases); i++)
        check(cases[i].text, cases[i].want);
}

static void so_many_networks_become_addresses(void **state) {
    struct hv_redactor *redactor = make_redactor();
    char text[32];
    char *got = NULL;

    (void)state;
    for (int i = 1; i <= 20; i++) {
        free(got);
        (void)snprintf(text, sizeof(text), "%d.0.1.2", i);
        got = rewrite(redactor, text);
        assert_string_not_equal(got, text);
    }
    assert_string_equal(got, "192.0.2.20");
    free(got);
    (void)hv_redactor_free(redactor);
}

static void paths_keep_their_form(void **state) {
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {
        { "<v>C:\\ProgramData\\Microsoft\\Windows\\Hyper-V\\app01\\disk one.vhdx</v>",
          "<v>C:\\ProgramData\\Microsoft\\Windows\\Hyper-V\\vm-1\\path-1.vhdx</v>" },
        { "'D:\\Cust & Co\\x.vhd' is missing", "'D:\\path-1\\path-2.vhd' is missing" },
        { "Opening D:\\one two\\disk 1.vhdx failed.", "Opening D:\\path-1\\path-2.vhdx failed." },
        { "look into D:\\secret, then", "look into D:\\path-1, then" },
        { "\\\\filer\\share\\app01_" GUID1 ".avhdx", "\\\\host-3\\path-1\\vm-1_00000000-0000-4000-8000-000000000001.avhdx" },
        { "\\\\HV01\\root\\virtualization\\v2:Msvm_X.Name=\"a\"", "\\\\host-1\\root\\virtualization\\v2:Msvm_X.Name=\"a\"" },
        { "D:\\\\secret\\\\app01.vhdx", "D:\\\\path-1\\\\vm-1.vhdx" },
        { "D:/secret/app01.vhdx", "D:/path-1/vm-1.vhdx" },
        { "https://files.corp.local/x", "https://host-3.domain-1.example/x" },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(cases); i++)
        check(cases[i].text, cases[i].want);
}

static void base64_is_looked_into(void **state) {
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(4096);
    HV_CLEANUP_BUF struct hv_buf want = HV_BUF_INIT(4096);
    static const char wide[] = "a\0p\0p\0"
                               "0\0"
                               "1\0 \0i\0s\0 \0h\0e\0r\0e\0";
    static const char wide_want[] = "v\0m\0-\0"
                                    "1\0 \0i\0s\0 \0h\0e\0r\0e\0";

    (void)state;
    hv_base64_encode("VM app01 lives on hv01 today", 28, &text);
    hv_base64_encode("VM vm-1 lives on host-1 today", 29, &want);
    check(hv_buf_text(&text), hv_buf_text(&want));
    hv_buf_reset(&text);
    hv_buf_reset(&want);
    hv_base64_encode(wide, sizeof(wide) - 1, &text);
    hv_base64_encode(wide_want, sizeof(wide_want) - 1, &want);
    check(hv_buf_text(&text), hv_buf_text(&want));
    check("MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYD", "Y2VydGlmaWNhdGUtMQ==");
}

static void documents_tell_names(void **state) {
    static const char request[] = MAKE_GET(ID1, GUID1);
    static const char answer[] = MAKE_ENVELOPE(
        "<a:MessageID>uuid:22222222-2222-4222-8222-222222222222</a:MessageID><a:RelatesTo>uuid:" ID1 "</a:RelatesTo>",
        "<p:Msvm_ComputerSystem xmlns:p=\"urn:x\"><p:ElementName>web shop</p:ElementName><p:Name>" GUID1
        "</p:Name></p:Msvm_ComputerSystem><p:Msvm_ComputerSystem xmlns:p=\"urn:x\"><p:ElementName>NODE7</p:ElementName>"
        "<p:Name>NODE7</p:Name></p:Msvm_ComputerSystem><p:E xmlns:p=\"urn:x\">&lt;INSTANCE "
        "CLASSNAME=\"Msvm_VirtualEthernetSwitch\"&gt;"
        "&lt;PROPERTY NAME=\"ElementName\"&gt;&lt;VALUE&gt;DMZ uplink&lt;/VALUE&gt;&lt;/PROPERTY&gt;&lt;/INSTANCE&gt;</p:E>"
        "<p:D xmlns:p=\"urn:x\">'web shop' on NODE7 uses DMZ uplink</p:D>");
    struct hv_redactor *redactor = make_redactor();
    struct hv_xml_doc *doc = NULL;
    char *got;

    (void)state;
    hv_redactor_begin(redactor, 5, "10.1.2.3");
    assert_int_equal(hv_xml_parse(request, strlen(request), NULL, &doc, NULL), 0);
    assert_int_equal(hv_redactor_learn(redactor, hv_xml_root(doc), NULL), 0);
    doc = hv_xml_doc_free(doc);
    assert_int_equal(hv_xml_parse(answer, strlen(answer), NULL, &doc, NULL), 0);
    assert_int_equal(hv_redactor_learn(redactor, hv_xml_root(doc), NULL), 0);
    doc = hv_xml_doc_free(doc);
    got = rewrite(redactor, answer);
    assert_non_null(strstr(got, "uuid:00000000-0000-4002-8000-000000000005"));
    assert_non_null(strstr(got, "<a:RelatesTo>uuid:00000000-0000-4001-8000-000000000005"));
    assert_non_null(strstr(got, "<p:ElementName>vm-4</p:ElementName><p:Name>00000000-0000-4000-8000-000000000001<"));
    assert_non_null(strstr(got, "<p:ElementName>host-2</p:ElementName>"));
    assert_non_null(strstr(got, "&lt;VALUE&gt;switch-1&lt;/VALUE&gt;"));
    assert_non_null(strstr(got, "'vm-4' on host-2 uses switch-1"));
    free(got);
    (void)hv_redactor_free(redactor);
}

/* Names that were learnt late are replaced in what was written before, also those that look like parts of stand-ins. */
static void stand_ins_stay_when_all_is_rewritten(void **state) {
    static const char *const late[] = { "vm-", "example", "db8", "-12", "vm-1 copy", "late" };
    struct hv_redactor *redactor = make_redactor();
    char *once = rewrite(redactor, "app01 hv01.corp.local fe80::1 late example https://late-:5986/wsman https://srv./");
    char *twice;

    (void)state;
    assert_string_equal(
        once, "vm-1 host-1.domain-1.example 2001:db8:1:0:0:0:0:1 late example https://host-3-:5986/wsman https://host-4./");
    for (size_t i = 0; i < HV_ARRAY_SIZE(late); i++)
        assert_int_equal(hv_redactor_add(redactor, HV_NAME_VM, late[i], NULL), 0);
    hv_redactor_begin_again(redactor);
    twice = rewrite(redactor, once);
    assert_string_equal(
        twice, "vm-1 host-1.domain-1.example 2001:db8:1:0:0:0:0:1 host-3 vm-5 https://host-3-:5986/wsman https://host-4./");
    free(twice);
    twice = rewrite(redactor, "vm-12 vm- vm-1 copy");
    assert_string_equal(twice, "vm-12 vm-4 vm-8");
    free(twice);
    free(once);
    (void)hv_redactor_free(redactor);
}

static void events_tell_names(void **state) {
    static const char answer[] =
        "<e xmlns:p=\"urn:x\" xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\">"
        "<p:TargetInstance i:type=\"p:Msvm_ComputerSystem_Type\"><p:ElementName>web shop</p:ElementName><p:Name>" GUID1
        "</p:Name></p:TargetInstance>"
        "<Event><Computer>node9.corp.local</Computer><VmlEventLog xmlns=\"http://www.microsoft.com/Windows/Events\">"
        "<VmName>till 4</VmName></VmlEventLog><Message>'till 4' left node9.corp.local</Message></Event></e>";
    struct hv_redactor *redactor = make_redactor();
    struct hv_xml_doc *doc = NULL;
    char *got;

    (void)state;
    hv_redactor_begin(redactor, 1, "hv01.corp.local");
    assert_int_equal(hv_xml_parse(answer, strlen(answer), NULL, &doc, NULL), 0);
    assert_int_equal(hv_redactor_learn(redactor, hv_xml_root(doc), NULL), 0);
    doc = hv_xml_doc_free(doc);
    got = rewrite(redactor, answer);
    assert_non_null(strstr(got, "<p:ElementName>vm-4</p:ElementName>"));
    assert_non_null(strstr(got, "<VmName>vm-5</VmName>"));
    assert_non_null(strstr(got, "'vm-5' left host-1.domain-1.example<"));
    assert_non_null(strstr(got, "\"http://www.microsoft.com/Windows/Events\""));
    free(got);
    (void)hv_redactor_free(redactor);
}

static void encoded_names_are_replaced(void **state) {
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {
        /* "shop-db7", as it is and in UTF-16LE */
        { "<v>c2hvcC1kYjc=</v>", "<v>dm0tNA==</v>" },
        { "<v>cwBoAG8AcAAtAGQAYgA3AA==</v>", "<v>dgBtAC0ANAA=</v>" },
        { "73686F702D646237", "766D2D34" },
        { "73686f702d646237", "766d2d34" },
        /* with as many digits as a GUID has */
        { "730068006F0070002D00640062003700", "00000000000040008000000000000001" },
        /* "id=shop-db7;" */
        { "69643D73686F702D6462373B", "69643D766D2D343B" },
        /* "Büro Zürich", UTF-16LE */
        { "QgD8AHIAbwAgAFoA/AByAGkAYwBoAA==", "dgBtAC0ANQA=" },
        /* among bytes that are no text */
        { "<v>AAECAwQFcwBoAG8AcAAtAGQAYgA3AAAA//8=</v>", "<v>Y2VydGlmaWNhdGUtMQ==</v>" },
        { "<v>//8BcwBoAG8AcAAtAGQAYgA3AAAA</v>", "<v>Y2VydGlmaWNhdGUtMQ==</v>" },
        /* words and numbers that could be either */
        { "Password Computer MigrationType 12345678 20260101120000 deadbeef00ff",
          "Password Computer MigrationType 12345678 20260101120000 deadbeef00ff" },
        /* "app01" is too short to be told from chance */
        { "6170703031FF6170", "6170703031FF6170" },
    };
    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(cases); i++) {
        struct hv_redactor *redactor = make_redactor();
        char *got;

        assert_int_equal(hv_redactor_add(redactor, HV_NAME_VM, "shop-db7", NULL), 0);
        assert_int_equal(hv_redactor_add(redactor, HV_NAME_VM, "Büro Zürich", NULL), 0);
        got = rewrite(redactor, cases[i].text);
        assert_string_equal(got, cases[i].want);
        free(got);
        (void)hv_redactor_free(redactor);
    }
}

/* S-1-5-21-1-2-3-500 and the like, in octets. */
static void binary_sids_are_replaced(void **state) {
    static const char octets[] =
        "<S>1</S><S>5</S><S>0</S><S>0</S><S>0</S><S>0</S><S>0</S><S>5</S><S>21</S><S>0</S><S>0</S><S>0</S>"
        "<S>1</S><S>0</S><S>0</S><S>0</S><S>2</S><S>0</S><S>0</S><S>0</S><S>3</S><S>0</S><S>0</S><S>0</S>"
        "<S>244</S><S>1</S><S>0</S><S>0</S>";
    static const char hidden[] =
        "<S>1</S><S>5</S><S>0</S><S>0</S><S>0</S><S>0</S><S>0</S><S>0</S><S>21</S><S>0</S><S>0</S><S>0</S>"
        "<S>0</S><S>0</S><S>0</S><S>0</S><S>0</S><S>0</S><S>0</S><S>0</S><S>0</S><S>0</S><S>0</S><S>0</S>"
        "<S>1</S><S>0</S><S>0</S><S>0</S>";
    /* S-1-5-18, and a beginning that goes on otherwise */
    static const char others[] =
        "<S>1</S><S>1</S><S>0</S><S>0</S><S>0</S><S>0</S><S>0</S><S>5</S><S>18</S><S>0</S><S>0</S><S>0</S>"
        "<S>1</S><S>5</S><S>0</S><S>0</S><S>0</S><S>0</S><S>0</S><S>5</S><S>21</S>";
    struct hv_redactor *redactor = make_redactor();
    char *got = rewrite(redactor, octets);

    (void)state;
    assert_string_equal(got, hidden);
    free(got);
    got = rewrite(redactor, hidden);
    assert_string_equal(got, hidden);
    free(got);
    got = rewrite(redactor, "S-1-5-21-1-2-3-500");
    assert_string_equal(got, "S-1-0-1");
    free(got);
    got = rewrite(redactor, others);
    assert_string_equal(got, others);
    free(got);
    got = rewrite(redactor, "010500000000000515000000010000000200000003000000F4010000");
    assert_null(strstr(got, "F401"));
    free(got);
    (void)hv_redactor_free(redactor);
}

static void rules_name_more(void **state) {
    static const char rules[] = "# ours\nother: Project Blue\nvm: odd-vm\r\nkeep: Blue\n\nuser: CORP\\eve\n";
    struct hv_redactor *redactor = make_redactor();
    struct hv_error err = { 0 };
    char *got;

    (void)state;
    assert_int_equal(hv_rules_read("f", rules, strlen(rules), redactor, &err), 0);
    got = rewrite(redactor, "Project Blue runs odd-vm for eve, Blue");
    assert_string_equal(got, "name-1 runs vm-4 for user-2, Blue");
    free(got);
    assert_int_equal(hv_rules_read("f", "vm: a\nfoo: b\n", 13, redactor, &err), HV_E_FIXTURE);
    assert_true(hv_text_starts(err.message, "f:2: "));
    (void)hv_redactor_free(redactor);
}

struct tally {
    size_t n;
    char what[64];
    char text[128];
};

static void count(void *context, const struct hv_finding *finding) {
    struct tally *tally = context;

    tally->n++;
    memcpy(tally->what, finding->what, strlen(finding->what) + 1);
    if (finding->text)
        memcpy(tally->text, finding->text, strlen(finding->text) + 1);
}

static struct tally verify(const char *planted, const char *rules) {
    HV_CLEANUP_BUF struct hv_buf answer = HV_BUF_INIT(64 * 1024);
    struct hv_fixture *fixture = make_fixture();
    struct hv_redactor *redactor = NULL;
    struct tally tally = { 0 };
    int r;

    fixture->header.is_closed = true;
    hv_buf_printf(&answer, "%s%s%s",
                  "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Header/><s:Body><p:X xmlns:p=\"urn:x\">"
                  "host-1 vm-1 192.0.2.1 2001:db8::1 02-00-00-00-00-01 S-1-0-1 00000000-0000-4000-8000-000000000001 "
                  "C:\\path-1\\vm-1.vhdx domain-1\\user-1 ",
                  planted, "</p:X></s:Body></s:Envelope>");
    assert_int_equal(
        make_exchange(fixture, "host-1", MAKE_GET("00000000-0000-4001-8000-000000000001", "vm-1"), hv_buf_text(&answer), NULL),
        0);
    free(fixture->takes[0].exchange.action);
    fixture->takes[0].exchange.action = make_copy("http://schemas.xmlsoap.org/ws/2004/09/transfer/Get");
    fixture->takes[0].exchange.resource_uri = make_copy(MAKE_CLASS_NS "Msvm_Thing");
    fixture->takes[0].exchange.is_foreign = true;
    assert_int_equal(hv_redactor_new(&redactor, NULL), 0);
    if (rules)
        assert_int_equal(hv_rules_read("f", rules, strlen(rules), redactor, NULL), 0);
    r = hv_leftover_find(fixture, redactor, count, &tally, NULL);
    assert_int_equal(r, tally.n > 0);
    (void)hv_redactor_free(redactor);
    (void)hv_fixture_free(fixture);
    return tally;
}

static void verify_finds_what_was_planted(void **state) {
    static const struct {
        const char *text;
        const char *what;
        const char *rules;
    } plants[] = {
        { "<p:SystemName>NODE7</p:SystemName>", "a host", NULL },
        { "<p:Msvm_ComputerSystem><p:ElementName>web shop</p:ElementName><p:Name>00000000-0000-4000-8000-000000000002</p:Name>"
          "</p:Msvm_ComputerSystem>",
          "a VM", NULL },
        { "<p:MSCluster_Node><p:Name>NODE7</p:Name></p:MSCluster_Node>", "a host", NULL },
        { "<p:MSCluster_Cluster><p:Name>CLUSTER7</p:Name></p:MSCluster_Cluster>", "a host", NULL },
        { "<p:MSCluster_ResourceGroup><p:Name>web shop</p:Name></p:MSCluster_ResourceGroup>", "a VM", NULL },
        { "<p:MSCluster_Resource><p:OwnerNode>NODE7</p:OwnerNode></p:MSCluster_Resource>", "a host", NULL },
        { "<p:X_INPUT><p:NodeName>NODE7</p:NodeName></p:X_INPUT>", "a host", NULL },
        { "<p:Owner>eve</p:Owner>", "a user", NULL },
        { "by CORP\\user-1", "a domain", NULL },
        { "C:\\Customers\\vm-1.vhdx", "a folder or file", NULL },
        { "10.1.2.3", "an IP address", NULL },
        { "00-15-5D-01-02-03", "a MAC address", NULL },
        { "S-1-5-21-1-2-3-500", "a SID", NULL },
        { GUID1, "a GUID", NULL },
        { "MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYD", "a certificate", NULL },
        { "Authorization: Basic dGVzdGVyOmh1bnRlcjI=", "a header that signs in", NULL },
        { "{\"password\": \"hunter2\"}", "a password", NULL },
        { "pwd: hunter2", "a password", NULL },
        { "-----BEGIN PRIVATE KEY-----\nMIIE", "a private key", NULL },
        { "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIi", "a token", NULL },
        { "at node7.contoso.com", "a host", NULL },
        { "&lt;Password&gt;hunter2&lt;/Password&gt; password=hunter2", "a password", NULL },
        { "Project Blue", "a name", "other: Project Blue\n" },
    };

    (void)state;
    struct tally nothing = verify("", NULL);
    if (nothing.n > 0)
        fail_msg("%s: %s", nothing.what, nothing.text);
    for (size_t i = 0; i < HV_ARRAY_SIZE(plants); i++) {
        struct tally tally = verify(plants[i].text, plants[i].rules);

        if (tally.n == 0)
            fail_msg("not found: %s", plants[i].text);
        assert_string_equal(tally.what, plants[i].what);
    }
}

static int redact_all(void *context) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(64 * 1024);
    HV_CLEANUP(hv_redactor_free) struct hv_redactor *redactor = NULL;
    int r = hv_redactor_new(&redactor, NULL);

    if (r == 0)
        r = hv_redactor_add(redactor, HV_NAME_HOST, "hv01.corp.local", NULL);
    if (r == 0)
        r = hv_redactor_add(redactor, HV_NAME_VM, "a\"b", NULL);
    return r < 0 ? r : hv_redactor_rewrite(redactor, context, strlen(context), &buf, NULL);
}

static void a_lack_of_memory_is_told(void **state) {
    static char text[] = "hv01 a\"b " GUID1 " 10.1.2.3 C:\\x\\y.vhdx \\\\srv\\share VGhpcyBpcyBodjAxIG9uIGEgZGF5";

    (void)state;
    assert_true(failmalloc_each(redact_all, text) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_replaced_as_words),
        cmocka_unit_test(full_names_are_found_in_sentences),
        cmocka_unit_test(what_can_be_told_by_its_looks_is_replaced),
        cmocka_unit_test(addresses_stay_in_their_networks),
        cmocka_unit_test(so_many_networks_become_addresses),
        cmocka_unit_test(paths_keep_their_form),
        cmocka_unit_test(base64_is_looked_into),
        cmocka_unit_test(documents_tell_names),
        cmocka_unit_test(events_tell_names),
        cmocka_unit_test(encoded_names_are_replaced),
        cmocka_unit_test(binary_sids_are_replaced),
        cmocka_unit_test(rules_name_more),
        cmocka_unit_test(verify_finds_what_was_planted),
        cmocka_unit_test(a_lack_of_memory_is_told),
        cmocka_unit_test(stand_ins_stay_when_all_is_rewritten),
    };

    hv_xml_process_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
