/* See client.h. The command is linked with --wrap=hv_client_new, so that it takes its client from here. */
#include "client.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "cli/run.h"
#include "cli/signals.h"
#include "driver/client.h"
#include "wire.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#endif

enum { MAX_FLIGHTS = 64, MAX_BYTES = 8 * 1024 * 1024 };

/* One request under way: what will become of it is known when it leaves, and told when its time has come. */
struct flight {
    void *user;
    uint64_t due_ms;
    bool at_most_once;
    struct fault_say say;
    struct hv_buf body;
};

struct net {
    struct hv_transport transport; /* first */
    struct flight flights[MAX_FLIGHTS];
    size_t n_flights;
    struct hv_buf told; /* body of the answer collected last */
};

/* One process runs one command. */
static struct {
    int fd;
    const char *const *hosts;
    uint64_t now_ms;
    uint64_t seed;
} me;

static int host_index(const char *name, struct hv_error *err) {
    for (uint32_t i = 0; me.hosts[i]; i++) {
        if (hv_text_same(me.hosts[i], name))
            return (int)i;
    }
    return hv_error_set(err, HV_E_INTERNAL, "no host %s in this world", name);
}

/* The other end is gone, which must not look like anything that hvctl does. */
static void lose_world(void) {
    _exit(CLIENT_NOT_STARTED);
}

static int net_submit(struct hv_transport *transport, const struct hv_request *request, struct hv_error *err) {
    struct net *net = (struct net *)transport;
    struct flight *flight = &net->flights[net->n_flights];
    int host = host_index(hv_endpoint_host(request->endpoint), err);
    const struct fault_ask ask = {
        .now_ms = me.now_ms,
        .timeout_ms = request->timeout_ms,
        .host = (uint32_t)host,
        .n_bytes = (uint32_t)request->n_bytes,
        .is_once = request->at_most_once,
    };

    if (host < 0)
        return host;
    if (net->n_flights == MAX_FLIGHTS)
        return hv_error_set(err, HV_E_INTERNAL, "too many requests at a time");
    *flight = (struct flight){ .user = request->user, .at_most_once = request->at_most_once, .body = HV_BUF_INIT(MAX_BYTES) };
    if (!fault_send(me.fd, &ask, sizeof(ask), request->bytes, request->n_bytes) ||
        !fault_receive(me.fd, &flight->say, sizeof(flight->say)) ||
        !fault_receive_bytes(me.fd, flight->say.n_bytes, &flight->body))
        lose_world();
    if (flight->say.signal)
        (void)raise((int)flight->say.signal);
    flight->due_ms = me.now_ms + (flight->say.end == FAULT_END_SILENT ? request->timeout_ms : CLIENT_LATENCY_MS);
    net->n_flights++;
    return 0;
}

/* As the real transport judges them (transport/failure.c). */
static const struct {
    bool left;
    bool transient;
    int code;
    const char *message;
} ends[] = {
    [FAULT_END_REFUSED] = { false, true, HV_E_UNREACHABLE, "cannot connect: connection refused" },
    [FAULT_END_BROKEN] = { true, true, HV_E_UNREACHABLE, "the connection broke before the answer came" },
    [FAULT_END_CUT] = { true, true, HV_E_PROTOCOL, "the answer was cut off" },
    [FAULT_END_SILENT] = { true, false, HV_E_UNREACHABLE, "no answer within the timeout" },
};

static void fill_result(struct net *net, const struct flight *flight, struct hv_result *result) {
    const struct fault_say *say = &flight->say;

    memset(result, 0, sizeof(*result));
    result->user = flight->user;
    if (say->end == FAULT_END_ANSWER) {
        result->left = true;
        result->answer = (struct hv_answer){
            .status = say->status,
            .content_type = say->is_soap ? "application/soap+xml;charset=UTF-8" : "text/html; charset=us-ascii",
            .bytes = hv_buf_text(&net->told),
            .n_bytes = net->told.len,
        };
        return;
    }
    result->left = ends[say->end].left;
    result->transient = ends[say->end].transient;
    (void)hv_error_set(&result->error, ends[say->end].code, "%s", ends[say->end].message);
    if (result->left && flight->at_most_once)
        result->error.code = HV_E_LOST;
    result->code = result->error.code;
}

static void drop(struct net *net, size_t i) {
    hv_buf_deinit(&net->flights[i].body);
    memmove(&net->flights[i], &net->flights[i + 1], (net->n_flights - i - 1) * sizeof(net->flights[0]));
    net->n_flights--;
}

static size_t first_due(const struct net *net) {
    size_t first = 0;

    for (size_t i = 1; i < net->n_flights; i++) {
        if (net->flights[i].due_ms < net->flights[first].due_ms)
            first = i;
    }
    return first;
}

static int net_collect(struct hv_transport *transport, struct hv_result *ret_result, struct hv_error *err) {
    struct net *net = (struct net *)transport;
    size_t i = first_due(net);
    struct flight *flight = &net->flights[i];

    (void)err;
    if (net->n_flights == 0 || flight->due_ms > me.now_ms)
        return 0;
    hv_buf_deinit(&net->told);
    net->told = flight->body;
    hv_buf_init(&flight->body, MAX_BYTES);
    fill_result(net, flight, ret_result);
    drop(net, i);
    return 1;
}

static void net_cancel(struct hv_transport *transport, const void *user) {
    struct net *net = (struct net *)transport;

    for (size_t i = net->n_flights; i-- > 0;) {
        if (net->flights[i].user == user)
            drop(net, i);
    }
}

static int net_wait(struct hv_transport *transport, uint64_t max_ms, struct hv_error *err) {
    (void)transport;
    (void)max_ms;
    (void)err;
    return 0;
}

static void net_free(struct hv_transport *transport) {
    struct net *net = (struct net *)transport;

    while (net->n_flights > 0)
        drop(net, net->n_flights - 1);
    hv_buf_deinit(&net->told);
    free(net);
}

static const struct hv_transport_vtable net_vtable = { net_submit, net_collect, net_cancel, net_wait, net_free };

/* ---- the clock ---- */

static uint64_t clock_now(void *context) {
    (void)context;
    return me.now_ms;
}

static int clock_wait(void *context, struct hv_transport *transport, uint64_t until_ms, uint64_t max_ms, struct hv_error *err) {
    const struct net *net = (const struct net *)transport;
    uint64_t at_ms = max_ms > UINT64_MAX - me.now_ms ? UINT64_MAX : me.now_ms + max_ms;

    (void)context;
    if (until_ms < at_ms)
        at_ms = until_ms;
    if (net->n_flights > 0 && net->flights[first_due(net)].due_ms < at_ms)
        at_ms = net->flights[first_due(net)].due_ms;
    if (at_ms == UINT64_MAX)
        return hv_error_set(err, HV_E_INTERNAL, "waiting for nothing");
    if (at_ms > me.now_ms)
        me.now_ms = at_ms;
    return 0;
}

static bool clock_random(void *context, void *bytes, size_t n_bytes) {
    unsigned char *to = bytes;

    (void)context;
    for (size_t i = 0; i < n_bytes; i++) {
        me.seed = me.seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        to[i] = (unsigned char)(me.seed >> 56);
    }
    return true;
}

/* In place of hv_client_new, which the linker is told. */
int __wrap_hv_client_new(const struct hv_client_options *options, struct hv_client **ret_client, struct hv_error *err);
int __wrap_hv_client_new(const struct hv_client_options *options, struct hv_client **ret_client, struct hv_error *err) {
    static const struct hv_platform platform = { .now = clock_now, .wait = clock_wait, .random = clock_random };
    struct net *net = calloc(1, sizeof(*net));

    if (!net)
        return hv_error_memory(err);
    net->transport.vtable = &net_vtable;
    hv_buf_init(&net->told, MAX_BYTES);
    return hv_client_new_on(options, &net->transport, &platform, ret_client, err);
}

/* ---- the process ---- */

static size_t count_descriptors(void) {
    DIR *folder = opendir("/proc/self/fd");
    size_t n = 0;

    if (!folder)
        return 0;
    while (readdir(folder))
        n++;
    (void)closedir(folder);
    return n;
}

static bool has_leaked(void) {
#if defined(__SANITIZE_ADDRESS__)
    return __lsan_do_recoverable_leak_check() != 0;
#else
    return false;
#endif
}

static int count_arguments(const char *const *argv) {
    int n = 0;

    while (argv[n])
        n++;
    return n;
}

static void run(const struct client_plan *plan) {
    /* Its words are borrowed and not written to. */
    char *words[64] = { NULL };
    int n = count_arguments(plan->argv);
    size_t n_open = count_descriptors();
    int status;

    for (int i = 0; i < n && i < 63; i++)
        words[i] = strdup(plan->argv[i]);
    hv_signals_start();
    status = hv_run_command_line(n, words);
    (void)fault_send(me.fd, &(const struct fault_ask){ .now_ms = me.now_ms, .host = FAULT_FAREWELL }, sizeof(struct fault_ask),
                     NULL, 0);
    (void)fflush(NULL);
    for (int i = 0; i < n && i < 63; i++)
        free(words[i]);
    if (count_descriptors() != n_open)
        status = CLIENT_LEFT_OPEN;
    else if (plan->counts_memory && has_leaked())
        status = CLIENT_LEAKED;
    _exit(status);
}

void client_prepare(void) {
    if (hv_process_init(NULL) < 0)
        _exit(CLIENT_NOT_STARTED);
}

pid_t client_start(const struct client_plan *plan, int *ret_fd) {
    int pair[2];
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return -1;
    (void)fflush(NULL);
    pid = fork();
    if (pid != 0) {
        (void)close(pair[1]);
        *ret_fd = pair[0];
        if (pid < 0)
            (void)close(pair[0]);
        return pid;
    }
    (void)close(pair[0]);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (dup2(plan->out, STDOUT_FILENO) < 0 || dup2(plan->err, STDERR_FILENO) < 0)
        _exit(CLIENT_NOT_STARTED);
    me.fd = pair[1];
    me.hosts = plan->hosts;
    me.now_ms = plan->now_ms;
    me.seed = plan->seed;
    run(plan);
    _exit(CLIENT_NOT_STARTED);
}
