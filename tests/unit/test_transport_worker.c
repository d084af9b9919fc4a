/* Turns in the worker: what comes back, what is given up, and that nobody waits for a turn that blocks. */
#include "transport/worker.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A mechanism whose turns end when the test lets them. */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned n_begun;
    unsigned n_allowed;
    unsigned n_freed;
    unsigned n_wakes;
};

struct gated_mech {
    struct hv_mech mech;
    struct gate *gate;
};

static void count(struct gate *gate, unsigned *counter) {
    pthread_mutex_lock(&gate->lock);
    ++*counter;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
}

static void wait_for(struct gate *gate, const unsigned *counter, unsigned n) {
    pthread_mutex_lock(&gate->lock);
    while (*counter < n)
        pthread_cond_wait(&gate->changed, &gate->lock);
    pthread_mutex_unlock(&gate->lock);
}

static int step(struct hv_mech *mech, const void *in, size_t n_in, struct hv_buf *out, struct hv_error *err) {
    struct gate *gate = ((struct gated_mech *)mech)->gate;
    unsigned mine;

    (void)err;
    pthread_mutex_lock(&gate->lock);
    mine = ++gate->n_begun;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
    wait_for(gate, &gate->n_allowed, mine);
    hv_buf_append(out, in, n_in);
    return 1;
}

static void free_mech(struct hv_mech *mech) {
    count(((struct gated_mech *)mech)->gate, &((struct gated_mech *)mech)->gate->n_freed);
    free(mech);
}

static void wake(void *context) {
    struct gate *gate = context;

    count(gate, &gate->n_wakes);
}

static struct hv_turn *new_turn(struct gate *gate, const char *in, void *user) {
    static const struct hv_mech_vtable vtable = { .step = step, .free = free_mech };
    struct gated_mech *mech = calloc(1, sizeof(*mech));
    struct hv_turn *turn = NULL;

    assert_non_null(mech);
    mech->mech.vtable = &vtable;
    mech->gate = gate;
    assert_int_equal(hv_turn_new(in, strlen(in), user, &turn, NULL), 0);
    turn->mech = &mech->mech;
    return turn;
}

static void gate_begin(struct gate *gate, struct hv_worker **ret_worker) {
    memset(gate, 0, sizeof(*gate));
    pthread_mutex_init(&gate->lock, NULL);
    pthread_cond_init(&gate->changed, NULL);
    assert_int_equal(hv_worker_new(wake, gate, ret_worker, NULL), 0);
}

static void turns_come_back_in_their_order(void **state) {
    struct hv_worker *worker = NULL;
    struct gate gate;
    int user[2];

    (void)state;
    gate_begin(&gate, &worker);
    assert_null(hv_worker_collect(worker));
    assert_int_equal(hv_worker_submit(worker, new_turn(&gate, "a", &user[0]), NULL), 0);
    assert_int_equal(hv_worker_submit(worker, new_turn(&gate, "b", &user[1]), NULL), 0);
    wait_for(&gate, &gate.n_begun, 1);
    assert_null(hv_worker_collect(worker));
    count(&gate, &gate.n_allowed);
    count(&gate, &gate.n_allowed);
    wait_for(&gate, &gate.n_wakes, 2);
    for (size_t i = 0; i < 2; i++) {
        HV_CLEANUP(hv_turn_free) struct hv_turn *turn = hv_worker_collect(worker);

        assert_non_null(turn);
        assert_ptr_equal(turn->user, &user[i]);
        assert_int_equal(turn->result, 1);
        assert_string_equal(hv_buf_text(&turn->out), i ? "b" : "a");
    }
    (void)hv_worker_free(worker);
    assert_int_equal(gate.n_freed, 2);
}

static void a_turn_that_is_given_up_frees_its_mechanism_wherever_it_is(void **state) {
    struct hv_worker *worker = NULL;
    struct hv_turn *turns[3];
    struct gate gate;

    (void)state;
    gate_begin(&gate, &worker);
    for (size_t i = 0; i < 3; i++) {
        turns[i] = new_turn(&gate, "x", NULL);
        assert_int_equal(hv_worker_submit(worker, turns[i], NULL), 0);
    }
    wait_for(&gate, &gate.n_begun, 1);
    hv_worker_abandon(worker, turns[2]); /* waits */
    assert_int_equal(gate.n_freed, 1);
    hv_worker_abandon(worker, turns[0]); /* is under way */
    count(&gate, &gate.n_allowed);
    wait_for(&gate, &gate.n_freed, 2);
    count(&gate, &gate.n_allowed);
    wait_for(&gate, &gate.n_wakes, 1);
    hv_worker_abandon(worker, turns[1]); /* is done */
    assert_int_equal(gate.n_freed, 3);
    assert_null(hv_worker_collect(worker));
    (void)hv_worker_free(worker);
}

/* A KDC that does not answer must not keep the program from ending. */
static void the_end_does_not_wait_for_a_turn_under_way(void **state) {
    struct hv_worker *worker = NULL;
    struct gate gate;

    (void)state;
    gate_begin(&gate, &worker);
    assert_int_equal(hv_worker_submit(worker, new_turn(&gate, "x", NULL), NULL), 0);
    wait_for(&gate, &gate.n_begun, 1);
    (void)hv_worker_free(worker);
    assert_int_equal(gate.n_freed, 0);
    count(&gate, &gate.n_allowed);
    wait_for(&gate, &gate.n_freed, 1);
    assert_int_equal(gate.n_wakes, 0);
}

static void a_worker_without_turns_has_no_thread_to_end(void **state) {
    struct hv_worker *worker = NULL;
    struct gate gate;

    (void)state;
    gate_begin(&gate, &worker);
    assert_null(hv_worker_free(worker));
    assert_null(hv_worker_free(NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turns_come_back_in_their_order),
        cmocka_unit_test(a_turn_that_is_given_up_frees_its_mechanism_wherever_it_is),
        cmocka_unit_test(the_end_does_not_wait_for_a_turn_under_way),
        cmocka_unit_test(a_worker_without_turns_has_no_thread_to_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
