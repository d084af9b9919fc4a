/* See session.h. */
#include "session.h"

#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/size.h"
#include "client.h"

enum { HTTP_UNAUTHORIZED = 401 };

#define END_OF_NO_MATTER FAULT_END_SILENT

const struct trouble troubles[] = {
    { "refused", FAULT_END_REFUSED, 0, NULL, TROUBLE_NOT_CARRIED_OUT, 0, true },
    { "reset-before", FAULT_END_BROKEN, 0, NULL, TROUBLE_NOT_CARRIED_OUT, 0, true },
    { "reset-after", FAULT_END_BROKEN, 0, NULL, TROUBLE_CARRIED_OUT, 0, true },
    { "reset-late", FAULT_END_BROKEN, 0, NULL, TROUBLE_CARRIED_OUT_LATE, 0, false },
    { "stall", FAULT_END_SILENT, 0, NULL, TROUBLE_CARRIED_OUT, 0, true },
    { "lost", FAULT_END_SILENT, 0, NULL, TROUBLE_NOT_CARRIED_OUT, 0, true },
    { "cut", FAULT_END_CUT, 0, NULL, TROUBLE_CARRIED_OUT, 0, false },
    { "truncate", FAULT_END_ANSWER, 0, "truncate", TROUBLE_CARRIED_OUT, 0, false },
    { "garbage", FAULT_END_ANSWER, 0, "garbage", TROUBLE_CARRIED_OUT, 0, true },
    { "auth", FAULT_END_ANSWER, HTTP_UNAUTHORIZED, NULL, TROUBLE_NOT_CARRIED_OUT, 0, true },
    { "busy", FAULT_END_ANSWER, 503, NULL, TROUBLE_NOT_CARRIED_OUT, 0, true },
    { "timeout", FAULT_END_ANSWER, 0, "timeout", TROUBLE_CARRIED_OUT, 0, true },
    { "timeout-after", FAULT_END_ANSWER, 0, "timeout-after", TROUBLE_CARRIED_OUT, 0, false },
    { "interrupt", FAULT_END_ANSWER, 0, NULL, TROUBLE_CARRIED_OUT, SIGINT, false },
    { "terminate", FAULT_END_ANSWER, 0, NULL, TROUBLE_CARRIED_OUT, SIGTERM, false },
    { "hangup", FAULT_END_ANSWER, 0, NULL, TROUBLE_CARRIED_OUT, SIGHUP, false },
    { "kill-before", END_OF_NO_MATTER, 0, NULL, TROUBLE_NOT_CARRIED_OUT, SIGKILL, false },
    { "kill-after", END_OF_NO_MATTER, 0, NULL, TROUBLE_CARRIED_OUT, SIGKILL, false },
};
const size_t n_troubles = HV_ARRAY_SIZE(troubles);

const char *const mode_names[MODE_COUNT] = { "once", "burst", "gone", "dark" };

const struct trouble *trouble_find(const char *name) {
    for (size_t i = 0; i < n_troubles; i++) {
        if (strcmp(troubles[i].name, name) == 0)
            return &troubles[i];
    }
    return NULL;
}

bool trouble_kills(const struct trouble *trouble) {
    return trouble->signal == SIGKILL;
}

struct session {
    struct world *world;
    const struct session_plan *plan;
    struct session_seen *seen;
    unsigned n_refused[WORLD_MAX_HOSTS]; /* sign-ins in a row */
    uint32_t first_host;                 /* that the trouble met */
    unsigned n_since;                    /* requests to that host since then */
    uint64_t once[MAX_ONCE];             /* what once-only requests that may have arrived said */
    size_t n_once;
    int fd;
    pid_t pid;
};

static bool is_hit(struct session *session, uint32_t host) {
    const struct session_plan *plan = session->plan;
    unsigned number = session->seen->n_asks;

    if (!plan->trouble || plan->point == 0 || number < plan->point)
        return false;
    if (number == plan->point) {
        session->first_host = host;
        return true;
    }
    session->n_since += host == session->first_host;
    switch (plan->mode) {
    case MODE_ONCE:
    case MODE_COUNT:
        break;
    case MODE_BURST:
        return host == session->first_host && session->n_since < BURST;
    case MODE_GONE:
        return host == session->first_host;
    case MODE_DARK:
        return true;
    }
    return false;
}

/* Is the intent on record, for every other process to see, while nothing has left yet (design.md 3.1)? */
static bool has_intent(const struct session_plan *plan) {
    sqlite3 *db = NULL;
    sqlite3_stmt *row = NULL;
    bool found = false;

    if (sqlite3_open_v2(plan->journal, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db,
                           "SELECT 1 FROM move JOIN event ON event.move = move.id WHERE ended IS NULL AND vm_id = ?"
                           " AND kind = 'intent' AND event.id = (SELECT max(id) FROM event)",
                           -1, &row, NULL) == SQLITE_OK &&
        sqlite3_bind_text(row, 1, plan->vm_guid, -1, SQLITE_STATIC) == SQLITE_OK)
        found = sqlite3_step(row) == SQLITE_ROW;
    (void)sqlite3_finalize(row);
    (void)sqlite3_close(db);
    return found;
}

static bool holds(const struct hv_buf *bytes, const char *text) {
    return bytes->len > 0 && memmem(bytes->data, bytes->len, text, strlen(text)) != NULL;
}

/* Of what is asked for, whoever numbers it how. */
static uint64_t fingerprint(const struct hv_buf *bytes, uint32_t host) {
    const char *text = hv_buf_text(bytes);
    const char *id = strstr(text, "MessageID>");
    const char *id_end = id ? strchr(id, '<') : NULL;
    uint64_t hash = UINT64_C(14695981039346656037) ^ host;

    for (const char *at = text; *at; at++) {
        if (at == id && id_end)
            at = id_end;
        hash = (hash ^ (unsigned char)*at) * UINT64_C(1099511628211);
    }
    return hash;
}

/* A request that never got there, or was turned away at the door, may leave again; and a job may be told twice to end. */
static void watch_once(struct session *session, uint32_t host, const struct hv_buf *bytes, const struct trouble *trouble) {
    uint64_t print = fingerprint(bytes, host);

    for (size_t i = 0; i < session->n_once; i++) {
        if (session->once[i] == print)
            session->seen->n_twice++;
    }
    if (trouble && (trouble->end == FAULT_END_REFUSED || trouble->status != 0))
        return;
    if (session->n_once < MAX_ONCE)
        session->once[session->n_once++] = print;
}

static void watch_request(struct session *session, const struct hv_buf *bytes) {
    struct session_seen *seen = session->seen;

    if (holds(bytes, "Job/RequestStateChange<"))
        seen->n_stops++;
    if (!holds(bytes, "MigrateVirtualSystemToHost_INPUT") && !holds(bytes, "MoveToNewNodeParams_INPUT"))
        return;
    if (holds(bytes, "32770"))
        seen->n_stages++;
    else
        seen->n_moves++;
    if (session->plan->vm_guid && !has_intent(session->plan))
        seen->has_no_intent = true;
}

static void watch_answer(struct session *session, uint32_t host, const struct hv_buf *request,
                         const struct sim_http_reply *reply) {
    if (!session->plan->vm_guid || !holds(request, "FROM Msvm_ComputerSystem WHERE Name = "))
        return;
    session->seen->sights[host] = holds(&reply->body, session->plan->vm_guid) ? SIGHT_PRESENT : SIGHT_ABSENT;
}

static bool say(const struct session *session, const struct fault_say *what, const struct hv_buf *body) {
    return fault_send(session->fd, what, sizeof(*what), body ? body->data : NULL, what->n_bytes);
}

static bool kill_client(const struct session *session) {
    session->seen->is_killed = true;
    (void)kill(session->pid, SIGKILL);
    return false;
}

/* What the world says, with TROUBLE or (NULL) as it is. False: nothing more is to be answered. */
static bool pass_on(struct session *session, uint32_t host, const struct hv_buf *bytes, const struct trouble *trouble) {
    struct fault_say what = { .end = FAULT_END_ANSWER };
    struct sim_http_reply reply;
    bool goes_on;

    world_handle(session->world, host, bytes->data, bytes->len, trouble ? trouble->arm : NULL, &reply);
    if (trouble && trouble_kills(trouble)) {
        sim_http_reply_deinit(&reply);
        return kill_client(session);
    }
    if (trouble) {
        what.end = trouble->end;
        what.signal = (uint32_t)trouble->signal;
    }
    if (what.end == FAULT_END_ANSWER) {
        what.status = reply.status;
        what.is_soap = reply.content_type && strncmp(reply.content_type, "application/soap", 16) == 0;
        what.n_bytes = (uint32_t)reply.body.len;
        if (!trouble || !trouble->arm)
            watch_answer(session, host, bytes, &reply);
    }
    goes_on = say(session, &what, &reply.body);
    sim_http_reply_deinit(&reply);
    return goes_on;
}

/* A domain would count them, and lock the account. */
static void watch_sign_in(struct session *session, uint32_t host, bool is_refused) {
    unsigned *n = &session->n_refused[host];

    *n = is_refused ? *n + 1 : 0;
    if (*n > session->seen->n_refused)
        session->seen->n_refused = *n;
}

static bool answer(struct session *session, const struct fault_ask *ask, const struct hv_buf *bytes) {
    const struct trouble *trouble = is_hit(session, ask->host) ? session->plan->trouble : NULL;

    session->seen->n_hit += trouble != NULL;
    watch_sign_in(session, ask->host, trouble && trouble->status == HTTP_UNAUTHORIZED);
    if (ask->is_once && !holds(bytes, "Job/RequestStateChange<"))
        watch_once(session, ask->host, bytes, trouble);
    if (!trouble || trouble->effect == TROUBLE_CARRIED_OUT)
        return pass_on(session, ask->host, bytes, trouble);
    if (trouble_kills(trouble))
        return kill_client(session);
    if (trouble->effect == TROUBLE_CARRIED_OUT_LATE)
        world_handle_late(session->world, ask->host, bytes->data, bytes->len, ask->now_ms + LATE_MS);
    return say(session, &(const struct fault_say){ .end = trouble->end, .status = trouble->status }, NULL);
}

static bool serve_one(struct session *session) {
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(SIZE_MAX / 2);
    struct fault_ask ask;

    if (!fault_receive(session->fd, &ask, sizeof(ask)) || !fault_receive_bytes(session->fd, ask.n_bytes, &bytes))
        return false;
    world_pass(session->world, ask.now_ms);
    if (ask.host == FAULT_FAREWELL)
        return false;
    if (++session->seen->n_asks > MAX_ASKS) {
        session->seen->is_endless = true;
        return kill_client(session);
    }
    watch_request(session, &bytes);
    return answer(session, &ask, &bytes);
}

static char *read_back(int fd) {
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(SIZE_MAX / 2);
    char bytes[8192];
    char *taken = NULL;
    ssize_t n;

    (void)lseek(fd, 0, SEEK_SET);
    while ((n = read(fd, bytes, sizeof(bytes))) > 0)
        hv_buf_append(&text, bytes, (size_t)n);
    return hv_buf_take(&text, "output", &taken, NULL) == 0 ? taken : NULL;
}

static void wait_for(struct session *session) {
    int status = 0;

    while (waitpid(session->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    session->seen->status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

bool session_run(struct world *world, const struct session_plan *plan, struct session_seen *ret_seen) {
    struct session session = { .world = world, .plan = plan, .seen = ret_seen };
    struct client_plan client = {
        .argv = plan->argv,
        .hosts = world_host_names,
        .now_ms = world->now_ms,
        .seed = world->now_ms + plan->point,
        .counts_memory = plan->counts_memory,
        .out = memfd_create("out", MFD_CLOEXEC),
        .err = memfd_create("err", MFD_CLOEXEC),
    };

    memset(ret_seen, 0, sizeof(*ret_seen));
    if (client.out >= 0 && client.err >= 0)
        session.pid = client_start(&client, &session.fd);
    if (session.pid > 0) {
        while (serve_one(&session))
            continue;
        (void)close(session.fd);
        wait_for(&session);
        ret_seen->out = read_back(client.out);
        ret_seen->err = read_back(client.err);
        ret_seen->document =
            ret_seen->out && !ret_seen->is_killed ? json_loads(ret_seen->out, JSON_DISABLE_EOF_CHECK, NULL) : NULL;
    }
    (void)close(client.out);
    (void)close(client.err);
    return session.pid > 0 && ret_seen->out && ret_seen->err;
}

void session_seen_deinit(struct session_seen *seen) {
    free(seen->out);
    free(seen->err);
    json_decref(seen->document);
    memset(seen, 0, sizeof(*seen));
}
