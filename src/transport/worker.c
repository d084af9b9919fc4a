/* The thread for turns that may block. Everything that both sides see is behind one lock; a turn under way is nobody else's. */
#include "transport/worker.h"

#include <pthread.h>
#include <signal.h>

#include "base/error.h"
#include "transport/gss.h"

struct hv_worker {
    pthread_mutex_t lock;
    pthread_cond_t more;
    void (*wake)(void *context);
    void *wake_context;
    struct hv_turn *waiting; /* oldest first */
    struct hv_turn *running;
    struct hv_turn *done;
    pthread_t thread;
    bool started;
    bool drops_running; /* nobody wants its result any more */
    bool ends;
    bool orphaned; /* nobody but the thread has it any more */
};

int hv_turn_new(const void *in, size_t n_in, void *user, struct hv_turn **ret_turn, struct hv_error *err) {
    HV_CLEANUP(hv_turn_free) struct hv_turn *turn = calloc(1, sizeof(*turn));

    if (!turn)
        return hv_error_memory(err);
    hv_buf_init(&turn->in, HV_GSS_TOKEN_MAX_BYTES);
    hv_buf_init(&turn->out, HV_GSS_TOKEN_MAX_BYTES);
    turn->user = user;
    hv_buf_append(&turn->in, in, n_in);
    if (turn->in.failure)
        return hv_buf_finish(&turn->in, "a token of the sign-in", err);
    *ret_turn = turn;
    turn = NULL;
    return 0;
}

struct hv_turn *hv_turn_free(struct hv_turn *turn) {
    if (turn) {
        (void)hv_mech_free(turn->mech);
        hv_buf_deinit_secret(&turn->in);
        hv_buf_deinit_secret(&turn->out);
        free(turn);
    }
    return NULL;
}

void hv_turn_take(struct hv_turn *turn) {
    turn->result = turn->mech->vtable->step(turn->mech, hv_buf_text(&turn->in), turn->in.len, &turn->out, &turn->error);
}

static void append(struct hv_turn **link, struct hv_turn *turn) {
    while (*link)
        link = &(*link)->next;
    turn->next = NULL;
    *link = turn;
}

static struct hv_turn *take_first(struct hv_turn **list) {
    struct hv_turn *turn = *list;

    if (turn)
        *list = turn->next;
    return turn;
}

static bool take_out(struct hv_turn **link, const struct hv_turn *turn) {
    while (*link && *link != turn)
        link = &(*link)->next;
    if (!*link)
        return false;
    *link = turn->next;
    return true;
}

static void free_all(struct hv_turn *list) {
    while (list) {
        struct hv_turn *next = list->next;

        (void)hv_turn_free(list);
        list = next;
    }
}

static void destroy(struct hv_worker *worker) {
    free_all(worker->waiting);
    free_all(worker->done);
    (void)pthread_cond_destroy(&worker->more);
    (void)pthread_mutex_destroy(&worker->lock);
    free(worker);
}

static void run_one(struct hv_worker *worker) {
    struct hv_turn *turn = take_first(&worker->waiting);

    worker->running = turn;
    (void)pthread_mutex_unlock(&worker->lock);
    hv_turn_take(turn);
    (void)pthread_mutex_lock(&worker->lock);
    worker->running = NULL;
    if (worker->ends || worker->drops_running) {
        worker->drops_running = false;
        (void)hv_turn_free(turn);
        return;
    }
    append(&worker->done, turn);
    worker->wake(worker->wake_context);
}

static void *run(void *context) {
    struct hv_worker *worker = context;
    bool orphaned;

    (void)pthread_mutex_lock(&worker->lock);
    while (!worker->ends) {
        if (worker->waiting)
            run_one(worker);
        else
            (void)pthread_cond_wait(&worker->more, &worker->lock);
    }
    orphaned = worker->orphaned;
    (void)pthread_mutex_unlock(&worker->lock);
    if (orphaned)
        destroy(worker);
    return NULL;
}

int hv_worker_new(void (*wake)(void *context), void *context, struct hv_worker **ret_worker, struct hv_error *err) {
    struct hv_worker *worker = calloc(1, sizeof(*worker));

    if (!worker)
        return hv_error_memory(err);
    (void)pthread_mutex_init(&worker->lock, NULL);
    (void)pthread_cond_init(&worker->more, NULL);
    worker->wake = wake;
    worker->wake_context = context;
    *ret_worker = worker;
    return 0;
}

struct hv_worker *hv_worker_free(struct hv_worker *worker) {
    bool orphaned;

    if (!worker)
        return NULL;
    (void)pthread_mutex_lock(&worker->lock);
    orphaned = worker->running != NULL;
    worker->orphaned = orphaned;
    worker->ends = true;
    (void)pthread_cond_signal(&worker->more);
    (void)pthread_mutex_unlock(&worker->lock);
    if (orphaned) {
        (void)pthread_detach(worker->thread);
        return NULL;
    }
    if (worker->started)
        (void)pthread_join(worker->thread, NULL);
    destroy(worker);
    return NULL;
}

/* Signals are for the program's own threads. */
static bool start(struct hv_worker *worker) {
    sigset_t all;
    sigset_t before;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    worker->started = pthread_create(&worker->thread, NULL, run, worker) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return worker->started;
}

int hv_worker_submit(struct hv_worker *worker, struct hv_turn *turn, struct hv_error *err) {
    if (!worker->started && !start(worker))
        return hv_error_memory(err);
    (void)pthread_mutex_lock(&worker->lock);
    append(&worker->waiting, turn);
    (void)pthread_cond_signal(&worker->more);
    (void)pthread_mutex_unlock(&worker->lock);
    return 0;
}

struct hv_turn *hv_worker_collect(struct hv_worker *worker) {
    struct hv_turn *turn;

    (void)pthread_mutex_lock(&worker->lock);
    turn = take_first(&worker->done);
    (void)pthread_mutex_unlock(&worker->lock);
    return turn;
}

void hv_worker_abandon(struct hv_worker *worker, struct hv_turn *turn) {
    bool ours = true;

    (void)pthread_mutex_lock(&worker->lock);
    if (worker->running == turn) {
        worker->drops_running = true;
        ours = false;
    } else if (!take_out(&worker->waiting, turn)) {
        (void)take_out(&worker->done, turn);
    }
    (void)pthread_mutex_unlock(&worker->lock);
    if (ours)
        (void)hv_turn_free(turn);
}
