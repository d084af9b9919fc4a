/* Class descriptions as CIM-XML. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire.h"

#define ALL       SIM_URI_METADATA "*"
#define NS(ns)    ONE("__cimnamespace", ns)
#define VIRT      NS("root/virtualization/v2")
#define LAB       NS("root/hvsim")
#define CLASS(c)  ONE("ClassName", c)
#define INHERITED "<w:OptionSet><w:Option Name='IncludeInheritedElements' Type='xs:boolean'>true</w:Option></w:OptionSet>"
#define QUALIFIED "<w:OptionSet><w:Option Name='IncludeQualifiers' Type='xs:boolean'>TRUE</w:Option></w:OptionSet>"
#define OPTIMIZED "<w:OptimizeEnumeration/><w:MaxElements>32000</w:MaxElements>"
#define ENUMERATE(keys, headers, body)                                                                                           \
    ENVELOPE(TO REPLY_TO ID URI(ALL) ACTION(SIM_NS_ENUM "/Enumerate") keys headers, "<n:Enumerate>" body "</n:Enumerate>")
#define GET_CLASS(uri, keys, headers) ENVELOPE(TO REPLY_TO ID URI(uri) ACTION(GET) keys headers, "")

static void requests_are_judged(void **state) {
    static const struct row rows[] = {
        { "one class",
          ENUMERATE(TWO(VIRT, CLASS("Msvm_ComputerSystem")), "", OPTIMIZED),
          200,
          { "<CLASS NAME=\"Msvm_ComputerSystem\"" } },
        { "by Get",
          GET_CLASS(ALL, TWO(VIRT, CLASS("msvm_computersystem")), ""),
          200,
          { "<s:Body><CLASS NAME=\"Msvm_ComputerSystem\"" } },
        { "named in the URI", GET_CLASS(SIM_URI_METADATA "Hvsim_Echo", TWO(LAB, ""), ""), 200, { "<METHOD NAME=\"Echo\"" } },
        { "without ClassName", GET_CLASS(ALL, TWO(VIRT, ""), ""), 500, { "w:InvalidSelectors" } },
        { "missing class", ENUMERATE(TWO(VIRT, CLASS("Msvm_X")), "", OPTIMIZED), 500, { "0x80041010" } },
        { "missing namespace", ENUMERATE(TWO(NS("root/x"), CLASS("X")), "", OPTIMIZED), 500, { "0x8004100e" } },
        { "another selector", GET_CLASS(ALL, TWO(VIRT, ONE("Name", "x")), ""), 500, { "w:InvalidSelectors" } },
        { "references of classes",
          ENUMERATE(TWO(VIRT, ""), "", "<w:EnumerationMode>EnumerateEPR</w:EnumerationMode>"),
          500,
          { "EnumerationMode" } },
        { "Put",
          ENVELOPE(TO REPLY_TO ID URI(ALL) ACTION(SIM_NS_XFER "/Put") TWO(VIRT, CLASS("Msvm_ComputerSystem")), "<x/>"),
          500,
          { "a:ActionNotSupported" } },
        { "superclass", GET_CLASS(ALL, TWO(VIRT, CLASS("Msvm_MigrationJob")), ""), 200, { "SUPERCLASS=\"CIM_ConcreteJob\"" } },
        { "array of embedded instances",
          GET_CLASS(ALL, TWO(VIRT, CLASS("Msvm_VirtualSystemMigrationService")), ""),
          200,
          { "<PARAMETER.ARRAY NAME=\"NewResourceSettingData\" TYPE=\"string\" EmbeddedObject=\"instance\"/>",
            "<PARAMETER.REFERENCE NAME=\"ComputerSystem\" REFERENCECLASS=\"CIM_ComputerSystem\"" } },
        { "every kind",
          GET_CLASS(ALL, TWO(LAB, CLASS("Hvsim_AllTypes")), QUALIFIED),
          200,
          { "<PROPERTY.ARRAY NAME=\"Octets\" TYPE=\"uint8\"><QUALIFIER NAME=\"read\" "
            "TYPE=\"boolean\"><VALUE>TRUE</VALUE></QUALIFIER>"
            "<QUALIFIER NAME=\"write\" TYPE=\"boolean\"><VALUE>TRUE</VALUE></QUALIFIER><QUALIFIER NAME=\"OctetString\"",
            "<PROPERTY NAME=\"Id\" TYPE=\"string\"><QUALIFIER NAME=\"key\" TYPE=\"boolean\"><VALUE>TRUE</VALUE></QUALIFIER>",
            "<QUALIFIER NAME=\"EmbeddedInstance\" TYPE=\"string\"><VALUE>Hvsim_Part</VALUE></QUALIFIER>" } },
        { "static method",
          GET_CLASS(ALL, TWO(LAB, CLASS("Hvsim_Echo")), QUALIFIED),
          200,
          { "NAME=\"Static\"", "<PARAMETER.REFARRAY NAME=\"OutReferenceArray\"" } },
    };

    run_rows(*state, rows, sizeof(rows) / sizeof(rows[0]));
}

static void inherited_elements_come_on_request(void **state) {
    struct world *world = *state;
    const char *answer = post(world, GET_CLASS(ALL, TWO(VIRT, CLASS("Msvm_ComputerSystem")), ""));
    const size_t n_own = count(answer, "<PROPERTY");

    assert_null(strstr(answer, "NAME=\"Name\""));
    assert_null(strstr(answer, "PROPAGATED"));
    assert_null(strstr(answer, "QUALIFIER"));
    answer = post(world, GET_CLASS(ALL, TWO(VIRT, CLASS("Msvm_ComputerSystem")), INHERITED));
    assert_true(count(answer, "<PROPERTY") > n_own);
    assert_non_null(strstr(answer, "NAME=\"Name\" TYPE=\"string\" PROPAGATED=\"true\""));
}

static void a_namespace_is_listed_class_by_class(void **state) {
    struct world *world = *state;

    assert_int_equal(count(post(world, ENUMERATE(TWO(LAB, ""), "", OPTIMIZED)), "<CLASS "), 10);
    assert_int_equal(count(post(world, ENUMERATE(TWO(LAB, ""), "", "<w:OptimizeEnumeration/>")), "<CLASS "), 1);
    assert_int_equal(world->service.contexts.n_items, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        T(requests_are_judged),
        T(inherited_elements_come_on_request),
        T(a_namespace_is_listed_class_by_class),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
