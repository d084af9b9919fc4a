/* The whole client over a real connection: one operation, verified TLS, no stand-ins. */
#include <hvctl/client.h>
#include <hvctl/wsman.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/loopback.h"
#include "support/net.h"

enum { DAY = 24 * 60 * 60 };

static void a_host_is_identified_over_https(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = { { DO_READ, DO_ANSWER, DO_HOLD } };
    struct loopback_certificate certificate = loopback_certificate("IP:127.0.0.1", NULL, -DAY, DAY);
    char *file = loopback_certificate_file(&certificate);
    char address[64];
    struct hv_host_options options = {
        .address = address, .name = "hv01", .auth = HV_AUTH_BASIC, .user = "u", .password = "p", .cacert = file
    };
    struct loopback server;
    struct hv_client *client = NULL;
    struct hv_host *host = NULL;
    struct hv_task *task = NULL;

    (void)state;
    loopback_start(&server, &certificate, scripts, 1);
    server.answer = NET_IDENTITY;
    (void)snprintf(address, sizeof(address), "127.0.0.1:%u", server.port);
    assert_int_equal(hv_client_new(NULL, &client, NULL), 0);
    assert_int_equal(hv_client_add_host(client, &options, &host, NULL), 0);
    assert_int_equal(hv_identify_new(&task, NULL), 0);
    assert_int_equal(hv_client_start(client, task, host, NULL, NULL), 0);
    assert_int_equal(hv_client_run(client, NULL), 0);
    assert_int_equal(hv_task_result(task, NULL), 0);
    assert_string_equal(hv_identify_result(task)->protocol_version, "p");
    (void)hv_task_free(task);
    (void)hv_client_free(client);
    loopback_stop(&server);
    assert_int_equal(server.n_requests, 1);
    loopback_forget(&server);
    unlink(file);
    free(file);
    loopback_certificate_free(&certificate);
}

static int group_setup(void **state) {
    (void)state;
    unsetenv("https_proxy");
    unsetenv("HTTPS_PROXY");
    unsetenv("all_proxy");
    unsetenv("ALL_PROXY");
    return hv_process_init(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_host_is_identified_over_https) };

    return cmocka_run_group_tests(tests, group_setup, NULL);
}
