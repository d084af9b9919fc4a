/* The client: hosts, tasks, and the turn of the loop. */
#include "driver/client.h"

#include "base/error.h"
#include "base/size.h"
#include "driver/exchange.h"
#include "driver/poll.h"
#include "driver/run.h"
#include "transport/curl.h"
#include "transport/record.h"

int hv_process_init(struct hv_error *err) {
    hv_op_process_init();
    return hv_curl_init(err);
}

static void fill_defaults(struct hv_client_options *options) {
    if (!options->connect_timeout_ms)
        options->connect_timeout_ms = HV_CONNECT_TIMEOUT_MS;
    if (!options->operation_timeout_ms)
        options->operation_timeout_ms = HV_OPERATION_TIMEOUT_MS;
}

int hv_client_new_on(const struct hv_client_options *options, struct hv_transport *transport_take,
                     const struct hv_platform *platform, struct hv_client **ret_client, struct hv_error *err) {
    struct hv_client *client = calloc(1, sizeof(*client));

    if (!client) {
        (void)hv_transport_free(transport_take);
        return hv_error_memory(err);
    }
    if (options)
        client->options = *options;
    fill_defaults(&client->options);
    client->transport = transport_take;
    client->platform = *platform;
    *ret_client = client;
    return 0;
}

int hv_client_new(const struct hv_client_options *options, struct hv_client **ret_client, struct hv_error *err) {
    struct hv_client_options filled = options ? *options : (struct hv_client_options){ 0 };
    struct hv_transport *transport = NULL;
    int r;

    fill_defaults(&filled);
    r = hv_curl_new(filled.connect_timeout_ms, &transport, err);
    return r < 0 ? r : hv_client_new_on(&filled, transport, &hv_platform_real, ret_client, err);
}

struct hv_client *hv_client_free(struct hv_client *client) {
    if (!client)
        return NULL;
    (void)hv_transport_free(client->transport);
    hv_run_drop_all(client);
    for (size_t i = 0; i < client->n_hosts; i++)
        (void)hv_host_free(client->hosts[i]);
    free(client->hosts);
    free(client);
    return NULL;
}

int hv_client_add_host(struct hv_client *client, const struct hv_host_options *options, struct hv_host **ret_host,
                       struct hv_error *err) {
    HV_CLEANUP(hv_host_free) struct hv_host *host = NULL;
    struct hv_host **longer;
    int r;

    if (client->n_hosts == HV_MAX_HOSTS)
        return hv_error_set(err, HV_E_ARGUMENT, "more than %d hosts at a time", HV_MAX_HOSTS);
    r = hv_host_new(client, options, &host, err);
    if (r < 0)
        return r;
    longer = hv_grow(client->hosts, client->n_hosts, sizeof(struct hv_host *));
    if (!longer)
        return hv_error_memory(err);
    client->hosts = longer;
    client->hosts[client->n_hosts++] = host;
    *ret_host = host;
    host = NULL;
    return 0;
}

int hv_client_start(struct hv_client *client, struct hv_task *task, struct hv_host *source, struct hv_host *destination,
                    struct hv_error *err) {
    if (!task || task->done || task->runner)
        return hv_error_set(err, HV_E_ARGUMENT, "a task can be started once");
    if (!source || source->client != client || (destination && destination->client != client))
        return hv_error_set(err, HV_E_ARGUMENT, "a task needs hosts of its own client");
    return hv_run_new(client, task, source, destination, err);
}

static bool is_busy(const struct hv_client *client) {
    return client->n_runs > 0 || client->n_releases > 0;
}

static uint64_t earlier(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

static uint64_t next_due_ms(const struct hv_client *client) {
    uint64_t due_ms = hv_run_due_ms(client);

    for (size_t i = 0; i < client->n_hosts; i++) {
        due_ms = earlier(due_ms, hv_exchange_due_ms(client->hosts[i]));
        due_ms = earlier(due_ms, hv_poll_due_ms(client->hosts[i]));
    }
    return due_ms;
}

static int handle_results(struct hv_client *client, struct hv_error *err) {
    struct hv_result result;
    int r;

    while ((r = hv_transport_collect(client->transport, &result, err)) > 0)
        hv_exchange_handle(&result);
    return r;
}

int hv_client_turn(struct hv_client *client, uint64_t max_wait_ms, struct hv_error *err) {
    struct hv_platform *platform = &client->platform;
    int r;

    if (!is_busy(client))
        return 0;
    if (client->recorder && hv_record_catch_up(client->recorder))
        max_wait_ms = 0;
    r = platform->wait(platform->context, client->transport, next_due_ms(client), max_wait_ms, err);
    if (r < 0)
        return r;
    client->now_ms = platform->now(platform->context);
    r = handle_results(client, err);
    if (r < 0)
        return r;
    hv_run_tend_all(client);
    for (size_t i = 0; i < client->n_hosts; i++) {
        hv_poll_begin_due(client->hosts[i]);
        hv_exchange_send_ready(client->hosts[i]);
    }
    if (is_busy(client))
        return 1;
    if (client->recorder)
        hv_record_flush(client->recorder);
    return 0;
}

int hv_client_run(struct hv_client *client, struct hv_error *err) {
    int r;

    do
        r = hv_client_turn(client, UINT64_MAX, err);
    while (r > 0);
    return r;
}

uint64_t hv_client_now_ms(const struct hv_client *client) {
    return client->platform.now(client->platform.context);
}

/* NULL when it does not run here. */
static struct hv_run *run_of(const struct hv_client *client, const struct hv_task *task) {
    struct hv_run *run = task->runner;

    return run && run->client == client ? run : NULL;
}

void hv_client_detach_task(struct hv_client *client, struct hv_task *task) {
    struct hv_run *run = run_of(client, task);

    if (run)
        run->detaches = true;
}

void hv_client_cancel_task(struct hv_client *client, struct hv_task *task) {
    struct hv_run *run = run_of(client, task);

    if (run)
        run->cancels = true;
}

void hv_client_detach(struct hv_client *client) {
    for (struct hv_run *run = client->runs; run; run = run->next)
        run->detaches = true;
}
