/* Nodes and roles of a cluster, in whole and in gaps, and the bytes of the property list that a move is asked for with. */
#include "support/make.h"

#include "base/size.h"
#include "hyperv/cluster.h"
#include "support/failmalloc.h"

#define VM "0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001"

/* A resource whose private properties stand inline. */
static struct hv_instance *resource_make(const char *type, const char *vm_id) {
    struct hv_instance *resource =
        make_instance("MSCluster_Resource", "Type", type, "OwnerGroup", "one", "OwnerNode", "HV01", NULL);
    struct hv_instance *properties = make_instance("MSCluster_Property_Resource_Virtual_Machine", "VmID", vm_id, "MigrationState",
                                                   "2", "MigrationProgress", "40", NULL);

    assert_int_equal(hv_instance_set_instance(resource, "PrivateProperties", properties, NULL), 0);
    return resource;
}

static void roles_are_the_resources_that_are_vms(void **state) {
    HV_CLEANUP(hv_instance_free)
    struct hv_instance *vm = resource_make("Virtual Machine", "{0a1b2c01-3d4e-4f50-8a6b-7c8d9e0f1001}");
    HV_CLEANUP(hv_instance_free) struct hv_instance *settings = resource_make("Virtual Machine Configuration", VM);
    HV_CLEANUP(hv_instance_free) struct hv_instance *odd = resource_make("Virtual Machine", "none");
    HV_CLEANUP(hv_instance_free) struct hv_instance *bare = make_instance("MSCluster_Resource", "Type", "Virtual Machine", NULL);
    struct hv_cluster cluster = { 0 };

    (void)state;
    assert_int_equal(hv_cluster_add_resource(&cluster, NULL, vm, NULL), 0);
    assert_int_equal(hv_cluster_add_resource(&cluster, NULL, settings, NULL), 0);
    assert_int_equal(hv_cluster_add_resource(&cluster, NULL, odd, NULL), 0);
    assert_int_equal(hv_cluster_add_resource(&cluster, NULL, bare, NULL), 0);
    assert_int_equal(hv_cluster_add_resource(&cluster, "0A1B2C02-3D4E-4F50-8A6B-7C8D9E0F1002", vm, NULL), 0);
    assert_int_equal(cluster.n_roles, 1);
    assert_string_equal(cluster.roles[0].vm_id, VM);
    assert_string_equal(cluster.roles[0].group, "one");
    assert_string_equal(cluster.roles[0].owner, "HV01");
    assert_int_equal(cluster.roles[0].migration_state, 2);
    assert_int_equal(cluster.roles[0].migration_percent, 40);
    assert_int_equal(cluster.roles[0].state, -1);
    hv_cluster_deinit(&cluster);
}

static void private_properties_may_be_text(void **state) {
    HV_CLEANUP(hv_instance_free)
    struct hv_instance *resource =
        make_instance("MSCluster_Resource", "Type", "Virtual Machine", "OwnerGroup", "one", "PrivateProperties",
                      "<INSTANCE CLASSNAME=\"MSCluster_Property\"><PROPERTY NAME=\"VmID\" TYPE=\"string\"><VALUE>" VM
                      "</VALUE></PROPERTY></INSTANCE>",
                      NULL);
    HV_CLEANUP(hv_instance_free)
    struct hv_instance *broken =
        make_instance("MSCluster_Resource", "Type", "Virtual Machine", "PrivateProperties", "<INSTANCE", NULL);
    struct hv_cluster cluster = { 0 };

    (void)state;
    assert_int_equal(hv_cluster_add_resource(&cluster, VM, resource, NULL), 0);
    assert_int_equal(hv_cluster_add_resource(&cluster, VM, broken, NULL), 0);
    assert_int_equal(cluster.n_roles, 1);
    assert_string_equal(cluster.roles[0].vm_id, VM);
    hv_cluster_deinit(&cluster);
}

static void groups_complete_roles(void **state) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *vm = resource_make("Virtual Machine", VM);
    HV_CLEANUP(hv_instance_free)
    struct hv_instance *group = make_instance("MSCluster_ResourceGroup", "Name", "ONE", "State", "4", "StatusInformation", "5",
                                              "OwnerNode", "HV02", NULL);
    HV_CLEANUP(hv_instance_free) struct hv_instance *other = make_instance("MSCluster_ResourceGroup", "Name", "two", NULL);
    struct hv_cluster cluster = { 0 };

    (void)state;
    assert_int_equal(hv_cluster_add_resource(&cluster, NULL, vm, NULL), 0);
    assert_int_equal(hv_cluster_add_group(&cluster, other, NULL), 0);
    assert_string_equal(cluster.roles[0].owner, "HV01");
    assert_int_equal(hv_cluster_add_group(&cluster, group, NULL), 0);
    assert_int_equal(cluster.roles[0].state, HV_GROUP_PENDING);
    assert_string_equal(cluster.roles[0].state_name, "pending");
    assert_true(cluster.roles[0].is_queued);
    assert_string_equal(cluster.roles[0].owner, "HV02");
    hv_cluster_deinit(&cluster);
}

static void nodes_are_found_regardless_of_case(void **state) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *up = make_instance("MSCluster_Node", "Name", "HV01", "State", "0", NULL);
    HV_CLEANUP(hv_instance_free) struct hv_instance *odd = make_instance("MSCluster_Node", "Name", "HV02", "State", "9", NULL);
    HV_CLEANUP(hv_instance_free) struct hv_instance *bare = make_instance("MSCluster_Node", "State", "0", NULL);
    struct hv_cluster cluster = { 0 };

    (void)state;
    assert_int_equal(hv_cluster_add_node(&cluster, up, NULL), 0);
    assert_int_equal(hv_cluster_add_node(&cluster, odd, NULL), 0);
    assert_int_equal(hv_cluster_add_node(&cluster, bare, NULL), 0);
    assert_string_equal(hv_cluster_node_find(&cluster, "hv01")->state_name, "up");
    assert_null(hv_cluster_node_find(&cluster, "hv02")->state_name);
    assert_null(hv_cluster_node_find(&cluster, "hv03"));
    assert_null(hv_cluster_node_find(&cluster, NULL));
    hv_cluster_deinit(&cluster);
}

static void a_cluster_has_limits(void **state) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *node = make_instance("MSCluster_Node", "Name", "N", NULL);
    struct hv_cluster cluster = { 0 };

    (void)state;
    for (int i = 0; i < HV_CLUSTER_MAX_NODES; i++)
        assert_int_equal(hv_cluster_add_node(&cluster, node, NULL), 0);
    assert_int_equal(hv_cluster_add_node(&cluster, node, NULL), HV_E_LIMIT);
    hv_cluster_deinit(&cluster);
}

/* Written out by hand from "Property Lists" of MsCS. */
static void a_live_move_is_a_list_of_two_properties(void **state) {
    static const uint8_t head[] = { 2, 0, 0, 0, 0x03, 0, 4, 0, 32, 0, 0, 0, 'V', 0, 'i', 0, 'r', 0, 't', 0 };
    static const uint8_t first_end[] = { 'e', 0, 0, 0, 0x02, 0, 1, 0, 4, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0 };
    static const uint8_t second[] = { 0x03, 0, 4, 0, 60, 0, 0, 0, 'V', 0 };
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(4096);

    (void)state;
    hv_cluster_live_move(&bytes);
    assert_int_equal(hv_buf_finish(&bytes, "list", NULL), 0);
    assert_int_equal(bytes.len, 144);
    assert_memory_equal(bytes.data, head, sizeof(head));
    assert_memory_equal(bytes.data + 60 - sizeof(first_end), first_end, sizeof(first_end));
    assert_memory_equal(bytes.data + 60, second, sizeof(second));
    assert_memory_equal(bytes.data + 144 - 16, first_end + 4, 16);
}

static int decode(void *context) {
    struct hv_cluster cluster = { 0 };
    int r = hv_cluster_add_resource(&cluster, NULL, context, NULL);

    hv_cluster_deinit(&cluster);
    return r;
}

static void every_allocation_may_fail(void **state) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *vm = resource_make("Virtual Machine", VM);

    (void)state;
    assert_true(failmalloc_each(decode, vm) > 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roles_are_the_resources_that_are_vms),
        cmocka_unit_test(private_properties_may_be_text),
        cmocka_unit_test(groups_complete_roles),
        cmocka_unit_test(nodes_are_found_regardless_of_case),
        cmocka_unit_test(a_cluster_has_limits),
        cmocka_unit_test(a_live_move_is_a_list_of_two_properties),
        cmocka_unit_test(every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
