/* One simulated WinRM as a function, under test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire.h"

int setup(void **state) {
    struct world *world = calloc(1, sizeof(*world));
    const struct sim_options options = { 0 };

    world->now_us = NOW;
    assert_int_equal(sim_fabric_new(&options, NOW, &world->fabric, NULL), 0);
    assert_int_equal(sim_users_add(&world->users, "admin", "secret", NULL), 0);
    sim_service_init(&world->service, world->fabric, sim_fabric_host(world->fabric, 0), &world->users, &world->arms, &world->ids);
    *state = world;
    return 0;
}

int teardown(void **state) {
    struct world *world = *state;

    if (world->has_reply)
        sim_http_reply_deinit(&world->reply);
    sim_service_deinit(&world->service);
    sim_arms_deinit(&world->arms);
    sim_users_deinit(&world->users);
    (void)sim_fabric_free(world->fabric);
    free(world);
    return 0;
}

struct sim_http_request good_request(const char *body) {
    return (struct sim_http_request){ .method = "POST",
                                      .path = "/wsman",
                                      .content_type = SOAP,
                                      .authorization = SIGNED,
                                      .has_length = true,
                                      .tls = true,
                                      .bytes = body,
                                      .n_bytes = strlen(body) };
}

const char *handle(struct world *world, struct sim_http_request request) {
    if (world->has_reply)
        sim_http_reply_deinit(&world->reply);
    request.now_us = world->now_us;
    sim_service_handle(&world->service, &request, &world->reply);
    world->has_reply = true;
    return hv_buf_text(&world->reply.body);
}

const char *post(struct world *world, const char *body) {
    return handle(world, good_request(body));
}

void run_rows(struct world *world, const struct row *rows, size_t n_rows) {
    for (size_t i = 0; i < n_rows; i++) {
        const char *answer = post(world, rows[i].body);
        if (world->reply.status != rows[i].status)
            fail_msg("%s: status %d\n%s", rows[i].name, world->reply.status, answer);
        for (size_t j = 0; j < 3 && rows[i].has[j]; j++)
            if (!strstr(answer, rows[i].has[j]))
                fail_msg("%s: no %s in\n%s", rows[i].name, rows[i].has[j], answer);
    }
}

void between(const char *text, const char *from, const char *to, char *out, size_t size) {
    const char *start = strstr(text, from);
    const char *end = start ? strstr(start + strlen(from), to) : NULL;
    size_t n = end ? (size_t)(end - start) - strlen(from) : 0;

    assert_true(n < size);
    if (n)
        memcpy(out, start + strlen(from), n);
    out[n] = '\0';
}

size_t count(const char *text, const char *what) {
    size_t n = 0;

    for (const char *at = strstr(text, what); at; at = strstr(at + 1, what))
        n++;
    return n;
}
