/*
 * Answers of real hosts, read to the last value. The figures were counted without this program: by xmllint --xpath, with
 * expressions on the children of the elements named Items.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/size.h"
#include "base/text.h"
#include "cim/instance.h"
#include "cim/wire.h"
#include "support/fixture.h"
#include "wsman/enumeration.h"
#include "wsman/epr.h"

struct figures {
    const char *file;
    size_t n_instances;
    size_t n_properties;
    size_t n_values; /* elements, nulls among them */
    size_t n_nulls;
    size_t n_arrays; /* properties of several values */
    size_t n_dates;
    size_t n_empty; /* texts without a character */
    bool is_last;
};

static const struct figures counted[] = {
    { "Win32_IP4RouteTable_all_000.xml", 1, 18, 18, 2, 0, 0, 0, false },
    { "Win32_LogicalDisk_star_000.xml", 1, 39, 39, 16, 0, 0, 1, false },
    { "Win32_LogicalDisk_star_001.xml", 1, 39, 39, 16, 0, 0, 0, true },
    { "Win32_NetworkAdapterConfiguration_all_000.xml", 1, 50, 50, 42, 0, 0, 0, false },
    { "Win32_NetworkAdapterConfiguration_star_000.xml", 1, 50, 50, 42, 0, 0, 0, false },
    { "Win32_NetworkAdapterConfiguration_star_001.xml", 13, 656, 659, 529, 1, 2, 1, true },
    { "Win32_OperatingSystem_star_000.xml", 1, 63, 63, 6, 0, 3, 1, true },
    { "Win32_Service_star_000.xml", 1, 25, 25, 1, 0, 0, 0, false },
    { "Win32_Service_star_001.xml", 50, 1250, 1250, 50, 0, 0, 0, false },
    { "Win32_Service_star_002.xml", 52, 1302, 1302, 53, 0, 0, 0, false },
    { "Win32_Service_star_003.xml", 19, 475, 475, 19, 0, 0, 0, true },
};

static void count_property(const struct hv_property *property, struct figures *figures) {
    size_t n = hv_property_n_values(property);
    const char *text = hv_property_text(property, 0);

    figures->n_properties++;
    figures->n_values += n > 0 ? n : 1;
    figures->n_nulls += n == 0 ? 1 : 0;
    figures->n_arrays += n > 1 ? 1 : 0;
    figures->n_dates += hv_property_type(property) == HV_CIM_DATETIME && n > 0 ? 1 : 0;
    figures->n_empty += text && !*text ? 1 : 0;
}

static void count_item(const struct hv_xml_node *node, struct figures *figures) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;
    HV_CLEANUP(hv_epr_free) struct hv_epr *epr = NULL;
    struct hv_wire_item item;

    assert_int_equal(hv_wire_read_item(node, &item, NULL), 0);
    instance = item.instance;
    epr = item.epr;
    figures->n_instances++;
    for (size_t i = 0; instance && i < hv_instance_n_properties(instance); i++)
        count_property(hv_instance_property(instance, i), figures);
}

/* Faults and other answers that are no page are left to other tests. */
static bool count_page(const char *bytes, size_t n_bytes, struct figures *figures) {
    HV_CLEANUP(hv_envelope_free) struct hv_envelope *envelope = NULL;
    const struct hv_answer answer = {
        .status = 200, .content_type = "application/soap+xml;charset=UTF-8", .bytes = bytes, .n_bytes = n_bytes
    };
    struct hv_page page;
    struct hv_error err = { 0 };

    if (hv_envelope_open(&answer, NULL, &envelope, &err) < 0) {
        assert_int_equal(err.source, HV_SOURCE_WSMAN);
        return false;
    }
    if (hv_page_parse(envelope, &page, NULL) < 0)
        return false;
    for (const struct hv_xml_node *node = hv_xml_first(page.items); node; node = hv_xml_next(node))
        count_item(node, figures);
    figures->is_last = page.context == NULL;
    return true;
}

static void compare(const struct figures *found, const struct figures *wanted) {
    assert_int_equal(found->n_instances, wanted->n_instances);
    assert_int_equal(found->n_properties, wanted->n_properties);
    assert_int_equal(found->n_values, wanted->n_values);
    assert_int_equal(found->n_nulls, wanted->n_nulls);
    assert_int_equal(found->n_arrays, wanted->n_arrays);
    assert_int_equal(found->n_dates, wanted->n_dates);
    assert_int_equal(found->n_empty, wanted->n_empty);
    assert_int_equal(found->is_last, wanted->is_last);
}

/* Files that nobody counted must be readable all the same. */
static void check_file(const char *path, const char *bytes, size_t n_bytes, void *context) {
    size_t *n_compared = context;
    struct figures found = { 0 };

    if (!hv_text_ends(path, ".xml") || !count_page(bytes, n_bytes, &found))
        return;
    assert_true(found.n_instances == 0 || found.n_properties > 0);
    for (size_t i = 0; i < HV_ARRAY_SIZE(counted); i++) {
        if (!hv_text_ends(path, counted[i].file))
            continue;
        compare(&found, &counted[i]);
        (*n_compared)++;
    }
}

static void recorded_pages_have_what_was_counted(void **state) {
    const char *folder = getenv("HVCTL_RECORDINGS");
    size_t n_compared = 0;

    (void)state;
    if (!folder) {
        print_message("skipped: HVCTL_RECORDINGS names no folder of recorded answers\n");
        skip();
    }
    assert_true(fixture_each(folder, check_file, &n_compared) > 0);
    assert_int_equal(n_compared, HV_ARRAY_SIZE(counted));
}

/* So that the counting itself is looked at where there are no recordings. */
static void the_counting_counts(void **state) {
    static const char page[] =
        "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope' "
        "xmlns:n='http://schemas.xmlsoap.org/ws/2004/09/enumeration' "
        "xmlns:i='http://www.w3.org/2001/XMLSchema-instance' xmlns:c='http://schemas.dmtf.org/wbem/wscim/1/common'><s:Body>"
        "<n:PullResponse><n:Items><X><A/><B>1</B><B>2</B><C "
        "i:nil='true'/><D><c:Datetime>2024-05-01T10:11:12Z</c:Datetime></D></X>"
        "<Y><A>1</A></Y></n:Items><n:EndOfSequence/></n:PullResponse></s:Body></s:Envelope>";
    const struct figures wanted = { NULL, 2, 5, 6, 1, 1, 1, 1, true };
    struct figures found = { 0 };

    (void)state;
    assert_true(count_page(page, strlen(page), &found));
    compare(&found, &wanted);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_pages_have_what_was_counted),
        cmocka_unit_test(the_counting_counts),
    };

    hv_xml_process_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
