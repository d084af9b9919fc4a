/* A client on the network that is none, with two hosts. */
#ifndef TESTS_DRIVER_CLIENT_H
#define TESTS_DRIVER_CLIENT_H

#include <hvctl/wsman.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "driver/client.h"
#include "support/net.h"

struct fixture {
    struct net net;
    struct hv_client *client;
    struct hv_host *hv01;
    struct hv_host *hv02;
};

static inline struct hv_host *fixture_host(struct hv_client *client, const char *address) {
    const struct hv_host_options options = { .address = address, .auth = HV_AUTH_BASIC, .user = "user", .password = "s3cret" };
    struct hv_host *host = NULL;

    assert_int_equal(hv_client_add_host(client, &options, &host, NULL), 0);
    return host;
}

static inline void fixture_begin(struct fixture *fixture, const struct hv_client_options *options, net_serve_fn *serve,
                                 void *context) {
    net_init(&fixture->net, serve, context);
    assert_int_equal(hv_client_new_on(options, &fixture->net.transport, &fixture->net.platform, &fixture->client, NULL), 0);
    fixture->hv01 = fixture_host(fixture->client, "hv01");
    fixture->hv02 = fixture_host(fixture->client, "hv02");
}

static inline void fixture_end(struct fixture *fixture) {
    fixture->client = hv_client_free(fixture->client);
    assert_int_equal(fixture->net.n_freed, 1);
    net_deinit(&fixture->net);
}

static inline struct hv_task *fixture_start(struct fixture *fixture, struct hv_host *host, struct hv_task *task) {
    assert_int_equal(hv_client_start(fixture->client, task, host, NULL, NULL), 0);
    return task;
}

static inline struct hv_task *task_identify(void) {
    struct hv_task *task = NULL;

    assert_int_equal(hv_identify_new(&task, NULL), 0);
    return task;
}

static inline int ignore_item(void *context, struct hv_instance **instance, const struct hv_epr *epr, struct hv_error *err) {
    (void)context;
    (void)instance;
    (void)epr;
    (void)err;
    return 0;
}

static inline struct hv_task *task_enumerate(hv_item_fn *on_item, void *context) {
    const struct hv_enumerate_options options = {
        .resource_uri = NET_CLASS_NS "Msvm_ComputerSystem",
        .on_item = on_item,
        .context = context,
    };
    struct hv_task *task = NULL;

    assert_int_equal(hv_enumerate_new(&options, &task, NULL), 0);
    return task;
}

static inline struct hv_task *task_invoke(void) {
    struct hv_task *task = NULL;
    struct hv_epr *epr = NULL;

    assert_int_equal(hv_epr_new(NET_CLASS_NS "Msvm_Thing", &epr, NULL), 0);
    assert_int_equal(hv_invoke_new(epr, "M", NULL, &task, NULL), 0);
    (void)hv_epr_free(epr);
    return task;
}

static inline const struct hv_error *task_error(const struct hv_task *task) {
    const struct hv_error *error = NULL;

    assert_true(hv_task_is_done(task));
    (void)hv_task_result(task, &error);
    return error;
}

#endif
