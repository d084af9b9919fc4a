/* Every allocation of the model fails in turn: no crash, no leak, and the VM stays at exactly one host. */
#include "lab.h"

#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *memory, size_t size);

static long countdown = -1; /* allocations left until one fails; negative: never */

static bool fails_now(void) {
    if (countdown < 0)
        return false;
    return countdown-- == 0;
}

void *__wrap_malloc(size_t size) {
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size) {
    return fails_now() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *memory, size_t size) {
    return fails_now() ? NULL : __real_realloc(memory, size);
}

/* Ends the spell and tells whether it struck. */
static bool struck(void) {
    bool was = countdown == -1;
    countdown = -1;
    return was;
}

static void test_starting_the_world(void **state) {
    (void)state;
    bool more = true;
    for (long i = 0; more; i += 7) {
        struct sim_options options = { 0 };
        struct sim_fabric *fabric = NULL;
        countdown = i;
        int r = sim_fabric_new(&options, 0, &fabric, NULL);
        more = struck();
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
            countdown = i;
            uint32_t r = sim_host_list(host, SIM_NS_VIRTUALIZATION, names[j], &list);
            more = struck();
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
        countdown = i;
        uint32_t r = sim_host_associators(sim_fabric_find_host(lab->fabric, "hv01"), &query, &list);
        more = struck();
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
    lab->countdown = while_running ? NULL : &countdown;
    lab->countdown_from = i;
    lab_move(lab, "hv01", MIGRATE, DB, "hv02", SETTINGS_BOTH, NULL);
    lab->countdown = NULL;
    bool hit = struck();
    if (while_running)
        countdown = i;
    lab_pass(lab, 10);
    lab_pass(lab, 10);
    if (while_running)
        hit = struck();
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

#define T(test) cmocka_unit_test_setup_teardown(test, lab_setup, lab_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_starting_the_world),
        T(test_listing),
        T(test_associators),
        T(test_starting_a_move),
        T(test_carrying_out_a_move),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
