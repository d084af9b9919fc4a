/* count_running FIXTURE HOST: prints how many VMs of a recorded host are running. */
#include <hvctl/client.h>
#include <hvctl/fixture.h>
#include <hvctl/vm.h>
#include <stdio.h>
#include <string.h>

/* What is to be tested: knows nothing of recordings. */
static int count_running(struct hv_client *client, struct hv_host *host, size_t *ret_n, struct hv_error *err) {
    struct hv_task *task = NULL;
    const struct hv_error *error = NULL;
    const struct hv_vm *vms;
    size_t n_vms = 0;
    size_t n = 0;
    int r = hv_vm_list_new(&task, err);

    if (r == 0)
        r = hv_client_start(client, task, host, NULL, err);
    if (r == 0)
        r = hv_client_run(client, err);
    if (r == 0) {
        r = hv_task_result(task, &error);
        if (r < 0)
            *err = *error;
    }
    vms = r == 0 ? hv_vm_list_result(task, &n_vms) : NULL;
    for (size_t i = 0; i < n_vms; i++)
        n += vms[i].state_name && strcmp(vms[i].state_name, "running") == 0;
    *ret_n = n;
    hv_task_free(task);
    return r;
}

int main(int argc, char **argv) {
    struct hv_replay_options replay = { .directory = argc > 1 ? argv[1] : "" };
    struct hv_host_options options = { .address = argc > 2 ? argv[2] : "" };
    struct hv_client *client = NULL;
    struct hv_host *host = NULL;
    struct hv_error error = { 0 };
    size_t n = 0;
    int r = hv_process_init(&error);

    if (r == 0)
        r = hv_client_new_replaying(NULL, &replay, &client, &error);
    if (r == 0)
        r = hv_client_add_host(client, &options, &host, &error);
    if (r == 0)
        r = count_running(client, host, &n, &error);
    if (r == 0) /* did it ask for all that was recorded? */
        r = hv_client_fixture_end(client, &error);
    if (r < 0)
        fprintf(stderr, "%s\n%s\n", error.message, error.cause);
    else
        printf("%zu\n", n);
    hv_client_free(client);
    return hv_error_exit_code(r);
}
