/* WQL of the simulated host: what parses, what is refused, what matches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model.h"
#include "wql.h"

#define BUILD 20348

struct world {
    struct sim_schema *schema;
    struct sim_object *vm;
};

static void set(struct sim_object *object, const char *name, const char *text) {
    for (size_t i = 0; i < object->class_->n_properties; i++)
        if (strcmp(object->class_->properties[i]->name, name) == 0) {
            assert_int_equal(sim_value_add_text(&object->values[i], text), 0);
            return;
        }
    fail_msg("no property %s", name);
}

static int setup(void **state) {
    struct world *world = calloc(1, sizeof(*world));

    world->schema = sim_schema_new();
    world->vm = sim_object_new(sim_schema_class(world->schema, SIM_NS_VIRTUALIZATION, "Msvm_ComputerSystem"), BUILD);
    set(world->vm, "CreationClassName", "Msvm_ComputerSystem");
    set(world->vm, "Name", "8C2E7D52-1111-4222-8333-444455556666");
    set(world->vm, "ElementName", "Web \"01\" & [x]");
    set(world->vm, "EnabledState", "2");
    set(world->vm, "OnTimeInMilliseconds", "18446744073709551615");
    set(world->vm, "InstallDate", "2024-05-01T10:11:12Z");
    *state = world;
    return 0;
}

static int teardown(void **state) {
    struct world *world = *state;

    (void)sim_object_free(world->vm);
    (void)sim_schema_free(world->schema);
    free(world);
    return 0;
}

/* 1 match, 0 none, -1 refused. */
static int outcome(const struct world *world, const char *condition) {
    HV_CLEANUP(sim_wql_free) struct sim_wql *wql = NULL;
    HV_CLEANUP_BUF struct hv_buf query = HV_BUF_INIT(100000);
    struct sim_soap_fault fault;

    hv_buf_printf(&query, "SELECT * FROM Msvm_ComputerSystem WHERE %s", condition);
    if (!sim_wql_parse(hv_buf_text(&query), &wql, &fault) || !sim_wql_check(wql, world->vm->class_, BUILD, &fault)) {
        assert_int_equal(fault.kind, SIM_F_CANNOT_PROCESS_FILTER);
        assert_int_equal(fault.hresult, SIM_WBEM_INVALID_QUERY);
        return -1;
    }
    return sim_wql_match(wql, world->vm);
}

static void conditions_match_as_in_wmi(void **state) {
    static const struct {
        const char *condition;
        int outcome;
    } rows[] = {
        { "EnabledState = 2", 1 },
        { "enabledstate=2", 1 },
        { "EnabledState <> 2", 0 },
        { "EnabledState != 3", 1 },
        { "EnabledState < 3 AND EnabledState > 1", 1 },
        { "EnabledState <= 2 AND EnabledState >= 2", 1 },
        { "EnabledState = '2'", 1 },
        { "EnabledState > -1", 1 },
        { "EnabledState = 'two'", -1 },
        { "OnTimeInMilliseconds = 18446744073709551615", 1 },
        { "OnTimeInMilliseconds > 18446744073709551614", 1 },
        { "OnTimeInMilliseconds = 18446744073709551616", -1 },
        { "ElementName = \"web \\\"01\\\" & [X]\"", 1 },
        { "ElementName = 'Web \"01\" & [x]'", 1 },
        { "ElementName = 5", -1 },
        { "ElementName LIKE 'web%'", 1 },
        { "ElementName LIKE '%[[]x]'", 1 },
        { "ElementName LIKE 'W_b%'", 1 },
        { "ElementName LIKE '[a-v]%'", 0 },
        { "ElementName LIKE '[^a-v]%'", 1 },
        { "ElementName NOT LIKE 'web%'", 0 },
        { "EnabledState LIKE '2'", -1 },
        { "Caption = 'x'", 0 },
        { "NOT Caption = 'x'", 0 },
        { "Caption IS NULL", 1 },
        { "Caption = NULL", 1 },
        { "Caption <> NULL", 0 },
        { "Name IS NOT NULL", 1 },
        { "Name IS NULL OR EnabledState = 2", 1 },
        { "Caption = 'x' OR EnabledState = 2", 1 },
        { "EnabledState = 3 OR EnabledState = 2 AND Name = 'x'", 0 },
        { "(EnabledState = 3 OR EnabledState = 2) AND NOT (Name = 'x')", 1 },
        { "InstallDate > '20240501101111.000000+000'", 1 },
        { "InstallDate = '2024-05-01T12:11:12+02:00'", 1 },
        { "InstallDate = 'yesterday'", -1 },
        { "__CLASS = 'msvm_computersystem'", 1 },
        { "__this ISA 'CIM_ComputerSystem'", 1 },
        { "__this ISA 'CIM_Service'", 0 },
        { "Name ISA 'CIM_Service'", -1 },
        { "OperationalStatus = 2", -1 },
        { "NoSuchProperty = 1", -1 },
        { "NoSuchProperty IS NULL", -1 },
        { "EnabledState", -1 },
        { "EnabledState =", -1 },
        { "EnabledState = 2 AND", -1 },
        { "(EnabledState = 2", -1 },
        { "EnabledState = 2)", -1 },
        { "ElementName = 'open", -1 },
        { "EnabledState = 2 garbage", -1 },
        { "EnabledState = 2x", -1 },
        { "EnabledState = NULL NULL", -1 },
        { "", -1 },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (outcome(*state, rows[i].condition) != rows[i].outcome)
            fail_msg("%s: %d, expected %d", rows[i].condition, outcome(*state, rows[i].condition), rows[i].outcome);
}

static void statements_are_read_or_refused(void **state) {
    static const struct {
        const char *text;
        int kind; /* -1: refused */
    } rows[] = {
        { "select * from X", SIM_WQL_SELECT },
        { " SELECT a , b\nFROM X ", SIM_WQL_SELECT },
        { "SELECT FROM X", -1 },
        { "SELECT a b FROM X", -1 },
        { "SELECT *, a FROM X", -1 },
        { "SELECT * FROM", -1 },
        { "UPDATE X", -1 },
        { "", -1 },
        { "ASSOCIATORS OF {X.A=\"b\"}", SIM_WQL_ASSOCIATORS },
        { "associators of {X.A='}'} where assocclass=Y resultclass = Z role=R resultrole=S", SIM_WQL_ASSOCIATORS },
        { "REFERENCES OF {X.A='b'} WHERE ResultClass=Y Role=R", SIM_WQL_REFERENCES },
        { "REFERENCES OF {X.A='b'} WHERE AssocClass=Y", -1 },
        { "ASSOCIATORS OF {X.A='b'} WHERE ClassDefsOnly", -1 },
        { "ASSOCIATORS OF {X.A='b'} WHERE AssocClass=Y AssocClass=Y", -1 },
        { "ASSOCIATORS OF {X.A='b'} WHERE", -1 },
        { "ASSOCIATORS OF X.A='b'", -1 },
        { "ASSOCIATORS OF {X.A='b'", -1 },
        { "ASSOCIATORS OF {}", -1 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        HV_CLEANUP(sim_wql_free) struct sim_wql *wql = NULL;
        struct sim_soap_fault fault;
        int kind = sim_wql_parse(rows[i].text, &wql, &fault) ? (int)wql->kind : -1;
        if (kind != rows[i].kind)
            fail_msg("%s: %d, expected %d", rows[i].text, kind, rows[i].kind);
    }
}

static void association_parts_are_kept(void **state) {
    HV_CLEANUP(sim_wql_free) struct sim_wql *wql = NULL;
    struct sim_soap_fault fault;

    (void)state;
    assert_true(sim_wql_parse("ASSOCIATORS OF {Msvm_VirtualSystemSettingData.InstanceID=\"Microsoft:G\\\\X\"} WHERE "
                              "AssocClass = A ResultClass = B Role = C ResultRole = D",
                              &wql, &fault));
    assert_string_equal(wql->object->class_name, "Msvm_VirtualSystemSettingData");
    assert_string_equal(sim_path_key(wql->object, "InstanceID"), "Microsoft:G\\X");
    assert_string_equal(wql->assoc_class, "A");
    assert_string_equal(wql->result_class, "B");
    assert_string_equal(wql->role, "C");
    assert_string_equal(wql->result_role, "D");
}

/* One more than the limit is refused, the limit itself is not. */
static void limits_hold(void **state) {
    for (int extra = 0; extra < 2; extra++) {
        HV_CLEANUP_BUF struct hv_buf nested = HV_BUF_INIT(100000);
        for (int i = 0; i < SIM_WQL_MAX_DEPTH - 1 + extra; i++)
            hv_buf_putc(&nested, '(');
        hv_buf_puts(&nested, "EnabledState = 2");
        for (int i = 0; i < SIM_WQL_MAX_DEPTH - 1 + extra; i++)
            hv_buf_putc(&nested, ')');
        assert_int_equal(outcome(*state, hv_buf_text(&nested)), extra ? -1 : 1);
    }
    for (int extra = 0; extra < 2; extra++) {
        HV_CLEANUP_BUF struct hv_buf chain = HV_BUF_INIT(100000);
        hv_buf_puts(&chain, "EnabledState = 2");
        /* A condition and its AND are two nodes. */
        for (int i = 0; i < SIM_WQL_MAX_NODES / 2 - 1 + extra; i++)
            hv_buf_puts(&chain, " AND EnabledState = 2");
        assert_int_equal(outcome(*state, hv_buf_text(&chain)), extra ? -1 : 1);
    }
}

static void columns_must_exist(void **state) {
    struct world *world = *state;
    HV_CLEANUP(sim_wql_free) struct sim_wql *good = NULL;
    HV_CLEANUP(sim_wql_free) struct sim_wql *bad = NULL;
    struct sim_soap_fault fault;

    assert_true(sim_wql_parse("SELECT Name, elementname FROM Msvm_ComputerSystem", &good, &fault));
    assert_int_equal(good->n_columns, 2);
    assert_true(sim_wql_check(good, world->vm->class_, BUILD, &fault));
    assert_true(sim_wql_parse("SELECT Name, Nonsense FROM Msvm_ComputerSystem", &bad, &fault));
    assert_false(sim_wql_check(bad, world->vm->class_, BUILD, &fault));
    assert_int_equal(fault.hresult, SIM_WBEM_INVALID_QUERY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(conditions_match_as_in_wmi, setup, teardown),
        cmocka_unit_test(statements_are_read_or_refused),
        cmocka_unit_test(association_parts_are_kept),
        cmocka_unit_test_setup_teardown(limits_hold, setup, teardown),
        cmocka_unit_test_setup_teardown(columns_must_exist, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
