/* Every allocation of the model and of the wire fails in turn: no crash, no leak, and the VM stays at exactly one host. */
#include "lab.h"

#include <string.h>

#include "scarce.h"
#include "wire.h"

static void test_starting_the_world(void **state) {
    (void)state;
    bool more = true;
    for (long i = 0; more; i += 7) {
        struct sim_options options = { 0 };
        struct sim_fabric *fabric = NULL;
        scarce_countdown = i;
        int r = sim_fabric_new(&options, 0, &fabric, NULL);
        more = scarce_struck();
        assert_true(r == 0 || fabric == NULL);
        sim_fabric_free(fabric);
    }
}

/* Reads the same with and without memory: either all of it or an error. */
static void test_listing(void **state) {
    struct lab *lab = *state;
    static const char *const names[] = { "CIM_ManagedElement", "Msvm_VirtualSystemSettingDataComponent", "CIM_ResourcePool" };
    struct sim_host *host = sim_fabric_find_host(lab->fabric, "hv01");
    for (size_t j = 0; j < sizeof(names) / sizeof(names[0]); j++) {
        size_t n_all = lab_count(lab, "hv01", names[j]);
        bool more = true;
        for (long i = 0; more; i += 13) {
            struct sim_list list = { 0 };
            scarce_countdown = i;
            uint32_t r = sim_host_list(host, SIM_NS_VIRTUALIZATION, names[j], &list);
            more = scarce_struck();
            assert_true(r == SIM_WBEM_OUT_OF_MEMORY || list.n_items == n_all);
            sim_list_deinit(&list);
        }
    }
}

static void test_associators(void **state) {
    struct lab *lab = *state;
    struct sim_path *path = sim_path_parse("Msvm_VirtualSystemSettingData.InstanceID='Microsoft:" DB "'");
    struct sim_association_query query = { .object = path };
    bool more = true;
    for (long i = 0; more; i += 3) {
        struct sim_list list = { 0 };
        scarce_countdown = i;
        uint32_t r = sim_host_associators(sim_fabric_find_host(lab->fabric, "hv01"), &query, &list);
        more = scarce_struck();
        assert_true(r == 0 || r == SIM_WBEM_OUT_OF_MEMORY);
        sim_list_deinit(&list);
    }
    sim_path_free(path);
}

/* The move of a VM with three disks, from the request to its end; the spell begins with the call, or with the clock. */
static bool move_with_failure(struct lab *lab, long i, bool while_running) {
    lab_open(lab, NULL);
    lab_disks_drop(lab);
    lab_disks(lab, "hv01", DB, "");
    lab->countdown = while_running ? NULL : &scarce_countdown;
    lab->countdown_from = i;
    lab_move(lab, "hv01", MIGRATE, DB, "hv02", SETTINGS_BOTH, NULL);
    lab->countdown = NULL;
    bool hit = scarce_struck();
    if (while_running)
        scarce_countdown = i;
    lab_pass(lab, 10);
    lab_pass(lab, 10);
    if (while_running)
        hit = scarce_struck();
    assert_non_null(lab_vm(lab, DB));
    return hit;
}

static void test_starting_a_move(void **state) {
    for (long i = 0; move_with_failure(*state, i, false); i++)
        continue;
    assert_string_equal(lab_host_of(*state, DB), "hv02");
}

static void test_carrying_out_a_move(void **state) {
    for (long i = 0; move_with_failure(*state, i, true); i++)
        continue;
    assert_string_equal(lab_host_of(*state, DB), "hv02");
}

#define TYPES SIM_URI_WMI "root/hvsim/Hvsim_AllTypes"
#define ECHO  SIM_URI_WMI "root/hvsim/Hvsim_Echo"
#define PART  SIM_URI_WMI "root/hvsim/Hvsim_Part"
#define EVENT " xmlns:e='" SIM_NS_EVENT "'"

/* One of each kind that builds something of its own; each can be repeated, and succeeds in the end. */
static const char *const requests[] = {
    GET_OF(TYPES, KEY("Id", "full")),
    GET_OF(SIM_URI_METADATA "Hvsim_AllTypes", TWO(ONE("__cimnamespace", "root/hvsim"), "")),
    ENVELOPE(TO REPLY_TO ID URI(TYPES) ACTION(SIM_NS_XFER "/Put") KEY("Id", "empty"),
             "<p:Hvsim_AllTypes xmlns:p='" TYPES "'><p:Id>empty</p:Id><p:StringArray>a</p:StringArray></p:Hvsim_AllTypes>"),
    ENVELOPE(TO REPLY_TO ID URI(TYPES) ACTION(SIM_NS_XFER "/Put")
                 KEY("Id", "empty") "<w:FragmentTransfer s:mustUnderstand='true'>String</w:FragmentTransfer>",
             "<w:XmlFragment xmlns:p='" TYPES "'><p:String>a</p:String></w:XmlFragment>"),
    ENVELOPE(TO REPLY_TO ID URI(ECHO) ACTION(ECHO "/Echo"),
             "<p:Echo_INPUT xmlns:p='" ECHO "'><p:Octets>AP8=</p:Octets><p:Object xmlns:q='" PART
             "'><q:Name>n</q:Name></p:Object><p:Embedded>&lt;INSTANCE CLASSNAME='Hvsim_Part'/&gt;</p:Embedded></p:Echo_INPUT>"),
    ENVELOPE(
        TO REPLY_TO ID URI(WMI "*") ACTION(SIM_NS_EVENT "/Subscribe"),
        "<e:Subscribe" EVENT
        "><e:Delivery Mode='http://schemas.dmtf.org/wbem/wsman/1/wsman/Pull'/><w:Filter Dialect='" SIM_DIALECT_WQL
        "'>SELECT * FROM __InstanceCreationEvent WITHIN 5 WHERE TargetInstance ISA 'Msvm_ConcreteJob'</w:Filter></e:Subscribe>"),
    ENVELOPE(TO REPLY_TO ID URI(SIM_URI_EVENT_LOG) ACTION(SIM_NS_EVENT "/Subscribe"),
             "<e:Subscribe" EVENT "><e:Delivery Mode='http://schemas.dmtf.org/wbem/wsman/1/wsman/Pull'/><w:Filter "
             "Dialect='http://schemas.microsoft.com/win/2004/08/events/eventquery'><QueryList><Query "
             "Path='x'><Select>*</Select></Query>"
             "</QueryList></w:Filter></e:Subscribe>"),
};

static bool answer_with_failure(struct world *world, const char *body, long i) {
    if (world->has_reply)
        sim_http_reply_deinit(&world->reply);
    struct sim_http_request request = good_request(body);
    request.now_us = world->now_us;
    scarce_countdown = i;
    sim_service_handle(&world->service, &request, &world->reply);
    bool hit = scarce_struck();
    world->has_reply = true;
    return hit;
}

static void test_answers(void **state) {
    struct world *world = *state;
    world->service.manner.quirks = 1U << SIM_QUIRK_UTF16LE | 1U << SIM_QUIRK_OCTETS_BASE64;
    for (size_t j = 0; j < sizeof(requests) / sizeof(requests[0]); j++) {
        for (long i = 0; answer_with_failure(world, requests[j], i); i++)
            continue;
        if (world->reply.status != 200)
            fail_msg("request %zu: %s", j, world->reply.log);
    }
}

/* Creation and deletion change what the next one finds, so that each run has a world of its own. */
static void test_creation(void **state) {
    struct world *world = *state;
    for (long i = 0; answer_with_failure(world,
                                         ENVELOPE(TO REPLY_TO ID URI(TYPES) ACTION(SIM_NS_XFER "/Create"),
                                                  "<p:Hvsim_AllTypes xmlns:p='" TYPES "'><p:Id>new</p:Id></p:Hvsim_AllTypes>"),
                                         i);
         i++)
        (void)post(world, ENVELOPE(TO REPLY_TO ID URI(TYPES) ACTION(SIM_NS_XFER "/Delete") KEY("Id", "new"), ""));
    assert_int_equal(world->reply.status, 200);
    for (long i = 0;
         answer_with_failure(world, ENVELOPE(TO REPLY_TO ID URI(TYPES) ACTION(SIM_NS_XFER "/Delete") KEY("Id", "new"), ""), i);
         i++)
        (void)post(world, ENVELOPE(TO REPLY_TO ID URI(TYPES) ACTION(SIM_NS_XFER "/Create"),
                                   "<p:Hvsim_AllTypes xmlns:p='" TYPES "'><p:Id>new</p:Id></p:Hvsim_AllTypes>"));
    assert_int_equal(world->reply.status, 200);
}

#undef T
#define T(test) cmocka_unit_test_setup_teardown(test, lab_setup, lab_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_starting_the_world),
        T(test_listing),
        T(test_associators),
        T(test_starting_a_move),
        T(test_carrying_out_a_move),
        cmocka_unit_test_setup_teardown(test_answers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_creation, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
