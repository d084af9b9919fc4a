/* What is asked of a host about its cluster, and that no cluster is an answer (hyperv.md 9). */
#include "support/exchange.h"

#include <hvctl/cluster.h>

#include "base/size.h"
#include "control_bench.h"

#define VM                    "0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001"
#define NS                    "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/MSCluster/"
#define ITEM(class, contents) "<p:" class " xmlns:p=\"" NS class "\">" contents "</p:" class ">"
#define ITEMS(items)                                                                                                             \
    "<n:EnumerateResponse><n:EnumerationContext/><w:Items>" items "</w:Items><w:EndOfSequence/></n:EnumerateResponse>"

#define CLUSTER ITEMS(ITEM("MSCluster_Cluster", "<p:Name>hvc01</p:Name>"))
#define NODES                                                                                                                    \
    ITEMS(ITEM("MSCluster_Node", "<p:Name>HV01</p:Name><p:State>0</p:State>")                                                    \
              ITEM("MSCluster_Node", "<p:Name>HV02</p:Name><p:State>2</p:State>"))
#define RESOURCES                                                                                                                \
    ITEMS(ITEM("MSCluster_Resource",                                                                                             \
               "<p:Name>Virtual Machine one</p:Name><p:OwnerGroup>one</p:OwnerGroup><p:OwnerNode>HV01</p:OwnerNode>"             \
               "<p:PrivateProperties><q:VmID xmlns:q=\"" NS "MSCluster_Property\">" VM "</q:VmID></p:PrivateProperties>"         \
               "<p:Type>Virtual Machine</p:Type>"))
#define GROUPS                                                                                                                   \
    ITEMS(ITEM(                                                                                                                  \
        "MSCluster_ResourceGroup",                                                                                               \
        "<p:Name>one</p:Name><p:OwnerNode>HV01</p:OwnerNode><p:State>0</p:State><p:StatusInformation>0</p:StatusInformation>"))

#define NO_NAMESPACE .file = "synthetic/inventory-faults/003.response.xml", .status = 500
#define DENIED       .file = "synthetic/inventory-faults/004.response.xml", .status = 500

static struct hv_task *show(void) {
    struct hv_task *task = NULL;

    assert_int_equal(hv_cluster_show_new(&task, NULL), 0);
    return task;
}

static struct hv_task *find(void) {
    struct hv_task *task = NULL;

    assert_int_equal(hv_cluster_find_new(VM, &task, NULL), 0);
    return task;
}

static void a_host_without_the_namespace_is_a_node_of_none(void **state) {
    static const struct exchange nothing[] = { { NO_NAMESPACE, .says = { "root/MSCluster/MSCluster_Cluster<" } } };
    static const struct exchange none[] = { { NO_NAMESPACE, .says = { "root/MSCluster/*<", "Type = 'Virtual Machine'" } } };
    struct hv_task *whole = show();
    struct hv_task *one = find();

    (void)state;
    assert_null(hv_cluster_result(whole));
    assert_int_equal(exchange_all(whole, nothing, HV_ARRAY_SIZE(nothing)), 0);
    assert_null(hv_cluster_result(whole)->name);
    assert_int_equal(exchange_all(one, none, HV_ARRAY_SIZE(none)), 0);
    assert_int_equal(hv_cluster_result(one)->n_roles, 0);
    (void)hv_task_free(whole);
    (void)hv_task_free(one);
}

static void what_a_host_keeps_to_itself_is_an_error(void **state) {
    static const struct exchange denied[] = { { DENIED } };
    struct hv_task *task = show();

    (void)state;
    assert_int_equal(exchange_all(task, denied, 1), HV_E_DENIED);
    assert_null(hv_cluster_result(task));
    (void)hv_task_free(task);
    assert_int_equal(hv_cluster_find_new("", &task, NULL), HV_E_ARGUMENT);
}

static void a_cluster_is_shown_with_nodes_and_roles(void **state) {
    static const struct talk lines[] = {
        { .says = { "MSCluster_Cluster<" }, .body = CLUSTER },
        { .says = { "SELECT * FROM MSCluster_Resource WHERE Type = 'Virtual Machine'" }, .body = RESOURCES },
        { .says = { "MSCluster_Node<" }, .body = NODES },
        { .says = { "SELECT * FROM MSCluster_ResourceGroup WHERE GroupType = 111" }, .body = GROUPS },
    };
    struct hv_task *task = show();
    const struct hv_cluster *cluster;

    (void)state;
    assert_int_equal(talk_run(task, lines, HV_ARRAY_SIZE(lines)), 0);
    cluster = hv_cluster_result(task);
    assert_string_equal(cluster->name, "hvc01");
    assert_int_equal(cluster->n_nodes, 2);
    assert_string_equal(cluster->nodes[1].state_name, "paused");
    assert_int_equal(cluster->n_roles, 1);
    assert_string_equal(cluster->roles[0].vm_id, VM);
    assert_string_equal(cluster->roles[0].state_name, "online");
    (void)hv_task_free(task);
}

static void one_vm_is_looked_for_before_anything_else_is_asked(void **state) {
    static const struct talk found[] = {
        { .says = { "SELECT * FROM MSCluster_Resource" }, .body = RESOURCES },
        { .says = { "MSCluster_Cluster<" }, .body = CLUSTER },
        { .says = { "MSCluster_Node<" }, .body = NODES },
        { .says = { "SELECT * FROM MSCluster_ResourceGroup" }, .body = GROUPS },
    };
    static const struct talk missing[] = { { .says = { "SELECT * FROM MSCluster_Resource" }, .body = ITEMS("") } };
    struct hv_task *task = find();

    (void)state;
    assert_int_equal(talk_run(task, found, HV_ARRAY_SIZE(found)), 0);
    assert_string_equal(hv_cluster_result(task)->roles[0].owner, "HV01");
    (void)hv_task_free(task);
    task = find();
    assert_int_equal(talk_run(task, missing, HV_ARRAY_SIZE(missing)), 0);
    assert_int_equal(hv_cluster_result(task)->n_roles, 0);
    (void)hv_task_free(task);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_without_the_namespace_is_a_node_of_none),
        cmocka_unit_test(what_a_host_keeps_to_itself_is_an_error),
        cmocka_unit_test(a_cluster_is_shown_with_nodes_and_roles),
        cmocka_unit_test(one_vm_is_looked_for_before_anything_else_is_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
