/* Two nodes of a cluster and a host of none: root/MSCluster, and the move of a role by MoveToNewNodeParams. */
#include "lab.h"

#include <string.h>

#define WORLD                                                                                                                    \
    "[fabric]\nshared = C:\\ClusterStorage\n"                                                                                    \
    "[host a]\nlistener = 10.0.0.1\ncluster = c1\n"                                                                              \
    "[host b]\nlistener = 10.0.0.2\ncluster = c1\n%s"                                                                            \
    "[host out]\nlistener = 10.0.0.3\n"                                                                                          \
    "[vm one]\nguid = " APP01 "\nhost = a\nstate = running\nclustered = yes\n"                                                   \
    "config_root = C:\\ClusterStorage\\one\ndisk = C:\\ClusterStorage\\one\\one.vhdx\n"

enum { RETURN = 2, QUEUE = 4, GROUP_ONLINE = 0, GROUP_FAILED = 2, GROUP_PENDING = 4, LIST_MAX = 512 };

#define WIN32(error) (0x80070000U | (error))

struct list {
    uint8_t bytes[LIST_MAX];
    size_t n;
};

static void put(struct list *list, uint32_t number) {
    for (unsigned i = 0; i < 4; i++)
        list->bytes[list->n++] = (uint8_t)(number >> 8 * i);
}

/* A property as clusapi.h has it: name in UTF-16 with its end, padded; a DWORD; an end. */
static void put_property(struct list *list, const char *name, uint32_t value) {
    size_t n = strlen(name) + 1;
    put(list, 0x00040003);
    put(list, (uint32_t)(2 * n));
    for (size_t i = 0; i < n; i++) {
        list->bytes[list->n++] = (uint8_t)name[i];
        list->bytes[list->n++] = 0;
    }
    while (list->n % 4 != 0)
        list->bytes[list->n++] = 0;
    put(list, 0x00010002);
    put(list, 4);
    put(list, value);
    put(list, 0);
}

static struct list live_list(void) {
    struct list list = { .n = 0 };
    put(&list, 2);
    put_property(&list, "Virtual Machine", 4);
    put_property(&list, "Virtual Machine Configuration", 4);
    return list;
}

static void open_world(struct lab *lab, const char *node_b) {
    char ini[1024];
    snprintf(ini, sizeof(ini), WORLD, node_b);
    lab_open(lab, ini);
}

/* MoveToNewNodeParams of the group "one", asked of HOST; gives the HRESULT. */
static uint32_t move_with(struct lab *lab, const char *host, const char *node, const struct list *list, uint64_t flags) {
    const struct sim_class *class_ =
        sim_schema_class(sim_fabric_schema(lab->fabric), SIM_NS_MSCLUSTER, "MSCluster_ResourceGroup");
    const struct sim_method *method = sim_class_method(class_, "MoveToNewNodeParams");
    struct sim_path *path = sim_path_parse("root\\MSCluster:MSCluster_ResourceGroup.Name=\"one\"");
    struct sim_value values[3];
    uint32_t value = 0;
    uint32_t r;
    assert_true(method && method->is_void && path);
    for (size_t i = 0; i < 3; i++)
        sim_value_init(&values[i], method->parameters[i].type, method->parameters[i].is_array);
    assert_int_equal(sim_value_add_text(&values[0], node), 0);
    for (size_t i = 0; i < list->n; i++)
        assert_int_equal(sim_value_add_number(&values[1], list->bytes[i]), 0);
    assert_int_equal(sim_value_add_number(&values[2], flags), 0);
    r = sim_host_invoke(sim_fabric_find_host(lab->fabric, host), &lab->caller, path, method, values, &value);
    for (size_t i = 0; i < 3; i++)
        sim_value_deinit(&values[i]);
    sim_path_free(path);
    return r;
}

static uint32_t move(struct lab *lab, const char *host, const char *node, uint64_t flags) {
    struct list list = live_list();
    return move_with(lab, host, node, &list, flags);
}

static uint64_t group_number(struct lab *lab, const char *host, const char *property) {
    struct sim_path *path = sim_path_parse("root\\MSCluster:MSCluster_ResourceGroup.Name=\"one\"");
    struct sim_object *group = NULL;
    assert_int_equal(sim_host_get(sim_fabric_find_host(lab->fabric, host), path, &group), 0);
    uint64_t number = sim_object_number(group, property, 999);
    sim_object_free(group);
    sim_path_free(path);
    return number;
}

static void test_only_nodes_have_the_namespace(void **state) {
    struct lab *lab = *state;
    struct sim_list list = { 0 };
    open_world(lab, "");
    assert_int_equal(sim_host_list(sim_fabric_find_host(lab->fabric, "out"), SIM_NS_MSCLUSTER, "MSCluster_Node", &list),
                     SIM_WBEM_INVALID_NAMESPACE);
    assert_int_equal(sim_host_list(sim_fabric_find_host(lab->fabric, "b"), SIM_NS_MSCLUSTER, "MSCluster_Node", &list), 0);
    assert_int_equal(list.n_items, 2);
    sim_list_deinit(&list);
}

static void test_role_moves_to_the_other_node(void **state) {
    struct lab *lab = *state;
    open_world(lab, "");
    assert_int_equal(move(lab, "a", "B", RETURN), 0);
    assert_int_equal(group_number(lab, "b", "State"), GROUP_PENDING);
    assert_int_equal(lab_count(lab, "a", "Msvm_MigrationJob"), 1);
    assert_string_equal(lab_host_of(lab, APP01), "a");
    lab_pass(lab, 30);
    assert_string_equal(lab_host_of(lab, APP01), "b");
    assert_int_equal(group_number(lab, "a", "State"), GROUP_ONLINE);
}

static void test_either_node_takes_the_request(void **state) {
    struct lab *lab = *state;
    open_world(lab, "");
    assert_int_equal(move(lab, "b", "B", RETURN), 0);
    lab_pass(lab, 30);
    assert_string_equal(lab_host_of(lab, APP01), "b");
}

static void test_what_is_refused_changes_nothing(void **state) {
    struct lab *lab = *state;
    struct list list = live_list();
    open_world(lab, "node = paused\n");
    assert_int_equal(move(lab, "a", "B", RETURN), WIN32(5070));
    open_world(lab, "node = down\n");
    assert_int_equal(move(lab, "a", "B", RETURN), WIN32(5050));
    open_world(lab, "");
    assert_int_equal(move(lab, "a", "OUT", RETURN), WIN32(5042));
    assert_int_equal(move(lab, "a", "b.example.test", RETURN), WIN32(5042));
    assert_int_equal(move(lab, "a", "B", 0x100), WIN32(87));
    list.n -= 4;
    assert_int_equal(move_with(lab, "a", "B", &list, RETURN), WIN32(87));
    list.n = 0;
    assert_int_equal(move_with(lab, "a", "B", &list, RETURN), WIN32(87));
    put(&list, 1);
    put_property(&list, "Virtual Machine", 4);
    assert_int_equal(move_with(lab, "a", "B", &list, RETURN), WIN32(87));
    lab_pass(lab, 30);
    assert_string_equal(lab_host_of(lab, APP01), "a");
    assert_int_equal(lab_count(lab, "a", "Msvm_MigrationJob"), 0);
}

static void test_second_move_has_to_wait_for_the_first(void **state) {
    struct lab *lab = *state;
    open_world(lab, "");
    assert_int_equal(move(lab, "a", "B", RETURN), 0);
    assert_int_equal(move(lab, "a", "B", RETURN), WIN32(5908));
}

static void arm(struct lab *lab, enum sim_fault_kind kind, uint32_t value) {
    const struct sim_fault fault = { .kind = kind, .value = value, .method = "MoveToNewNodeParams", .count = 1 };
    assert_true(sim_fabric_arm(lab->fabric, &fault));
}

static void test_failed_move_goes_back_only_where_it_may(void **state) {
    struct lab *lab = *state;
    open_world(lab, "");
    arm(lab, SIM_FAULT_JOB_FAILS, 0x80070005);
    assert_int_equal(move(lab, "a", "B", RETURN), 0);
    lab_pass(lab, 30);
    assert_string_equal(lab_host_of(lab, APP01), "a");
    assert_int_equal(group_number(lab, "a", "State"), GROUP_ONLINE);
    arm(lab, SIM_FAULT_JOB_FAILS, 0x80070005);
    assert_int_equal(move(lab, "a", "B", 0), 0);
    lab_pass(lab, 30);
    assert_int_equal(group_number(lab, "a", "State"), GROUP_FAILED);
}

static void test_role_can_fail_on_the_way(void **state) {
    struct lab *lab = *state;
    open_world(lab, "");
    arm(lab, SIM_FAULT_ROLE_FAILS, 0);
    assert_int_equal(move(lab, "a", "B", RETURN), 0);
    lab_pass(lab, 30);
    assert_string_equal(lab_host_of(lab, APP01), "a");
    assert_int_equal(group_number(lab, "a", "State"), GROUP_FAILED);
}

static void test_queue_needs_leave_and_ends(void **state) {
    struct lab *lab = *state;
    open_world(lab, "");
    arm(lab, SIM_FAULT_ROLE_QUEUES, 40000);
    assert_int_equal(move(lab, "a", "B", RETURN), WIN32(5023));
    arm(lab, SIM_FAULT_ROLE_QUEUES, 40000);
    assert_int_equal(move(lab, "a", "B", RETURN | QUEUE), 0);
    assert_int_equal(group_number(lab, "a", "StatusInformation"), 4);
    assert_int_equal(group_number(lab, "a", "State"), GROUP_ONLINE);
    lab_pass(lab, 35);
    assert_int_equal(lab_count(lab, "a", "Msvm_MigrationJob"), 0);
    lab_pass(lab, 40);
    lab_pass(lab, 30);
    assert_string_equal(lab_host_of(lab, APP01), "b");
}

static void test_pending_can_look_like_a_failure(void **state) {
    struct lab *lab = *state;
    open_world(lab, "");
    arm(lab, SIM_FAULT_RETURN, 997);
    assert_int_equal(move(lab, "a", "B", RETURN), WIN32(997));
    lab_pass(lab, 30);
    assert_string_equal(lab_host_of(lab, APP01), "b");
    arm(lab, SIM_FAULT_RETURN, 5908);
    assert_int_equal(move(lab, "a", "A", RETURN), WIN32(5908));
    lab_pass(lab, 30);
    assert_string_equal(lab_host_of(lab, APP01), "b");
}

static void test_move_between_hosts_is_refused_by_the_job(void **state) {
    struct lab *lab = *state;
    char id[64];
    open_world(lab, "");
    lab_move(lab, "a", MIGRATE, APP01, "out", SETTINGS_VM, NULL);
    lab_job(lab, id);
    lab_ends(lab, "a", 10);
    assert_true(lab_job_says(lab, "a", id, "0x80071398"));
    assert_string_equal(lab_host_of(lab, APP01), "a");
}

#define T(test) cmocka_unit_test_setup_teardown(test, lab_setup, lab_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(test_only_nodes_have_the_namespace),
        T(test_role_moves_to_the_other_node),
        T(test_either_node_takes_the_request),
        T(test_what_is_refused_changes_nothing),
        T(test_second_move_has_to_wait_for_the_first),
        T(test_failed_move_goes_back_only_where_it_may),
        T(test_role_can_fail_on_the_way),
        T(test_queue_needs_leave_and_ends),
        T(test_pending_can_look_like_a_failure),
        T(test_move_between_hosts_is_refused_by_the_job),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
