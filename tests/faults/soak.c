/*
 * The soak: one client of the library keeps many moves under way on simulated hosts, whose clock runs fast and whose answers are
 * troubled now and then. Samples what it holds of memory and descriptors, and asks the simulator's state for the truth.
 * tools/soak says how to use it; it starts the hosts.
 */
#include <dirent.h>
#include <fcntl.h>
#include <hvctl/client.h>
#include <hvctl/journal.h>
#include <hvctl/move.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"

enum {
    MAX_HOSTS = 64,
    MAX_VMS = 4096,
    SAMPLE_S = 20,
    AUDIT_S = 600, /* between two comparisons with the truth */
    CALM_S = 150,  /* until a request that was lost has taken effect, or never will */
    KEEP_S = 900,  /* of the journal */
    POLL_MS = 3000,
    TURN_MS = 200,
    GUID_SIZE = 40,
    MAX_OUTCOMES = 16,
    SHOWN = 5,
};

struct soak;

struct vm {
    struct soak *soak;
    char guid[GUID_SIZE];
    size_t host; /* as we believe */
    size_t to;
    bool is_unsure; /* the last move left us in the dark, or running */
    struct hv_task *task;
    struct hv_journal_writer *writer;
    double due_s;
};

struct soak {
    struct hv_client *client;
    struct hv_journal *journal;
    struct hv_host *hosts[MAX_HOSTS];
    char *names[MAX_HOSTS];
    char *addresses[MAX_HOSTS];
    size_t n_hosts;
    struct vm vms[MAX_VMS];
    size_t n_vms;
    size_t n_running;
    uint64_t random;
    const char *state_path;
    size_t n_by_outcome[MAX_OUTCOMES];
    size_t n_started;
    size_t n_resumed;
    size_t n_audits;
    size_t n_wrong;
    size_t n_failed; /* by a failure of ours */
};

static double seconds(void) {
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static size_t choose(struct soak *soak, size_t n) {
    soak->random = soak->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(soak->random >> 33) % n;
}

static void say_error(const char *what, const struct hv_error *err) {
    (void)fprintf(stderr, "soak: %s: %s %s\n", what, err->message, err->cause);
}

/* ---- moves ---- */

static bool begin_entry(struct vm *vm) {
    struct soak *soak = vm->soak;
    const struct hv_journal_about about = {
        .source = soak->names[vm->host],
        .source_address = soak->addresses[vm->host],
        .destination = soak->names[vm->to],
        .destination_address = soak->addresses[vm->to],
    };

    if (hv_journal_writer_new(soak->journal, &about, &vm->writer, NULL) < 0)
        return false;
    hv_move_on_note(vm->task, hv_journal_note, vm->writer);
    return true;
}

/* A move, or when the last one left us in the dark, a look at what became of it. */
static bool start(struct vm *vm) {
    struct soak *soak = vm->soak;
    struct hv_error err = { 0 };
    struct hv_move_options options = { .vm = vm->guid, .resume = vm->is_unsure };

    if (!vm->is_unsure)
        vm->to = (vm->host + 1 + choose(soak, soak->n_hosts - 1)) % soak->n_hosts;
    options.type = HV_MOVE_VM_AND_STORAGE;
    options.source_name = soak->names[vm->host];
    options.destination_name = soak->names[vm->to];
    options.destination_label = soak->names[vm->to];
    if (hv_move_new(&options, &vm->task, &err) < 0 || !begin_entry(vm) ||
        hv_client_start(soak->client, vm->task, soak->hosts[vm->host], soak->hosts[vm->to], &err) < 0) {
        say_error("a move could not be started", &err);
        return false;
    }
    soak->n_running++;
    soak->n_started += !vm->is_unsure;
    soak->n_resumed += vm->is_unsure;
    return true;
}

static void settle(struct vm *vm) {
    struct soak *soak = vm->soak;
    const struct hv_move_result *result = hv_move_result(vm->task);
    const struct hv_error *err = NULL;

    /* A few of each kind, so that one can see that the trouble is the one that was ordered. */
    if (hv_task_result(vm->task, &err) < 0 && err && soak->n_by_outcome[result->outcome] < SHOWN)
        say_error(hv_move_outcome_name(result->outcome), err);
    soak->n_by_outcome[result->outcome]++;
    if (result->outcome == HV_OUTCOME_MOVED)
        vm->host = vm->to;
    /* Nothing done: no request left in this run; what an earlier one did is as open as before. */
    if (result->outcome != HV_OUTCOME_NONE)
        vm->is_unsure = result->outcome == HV_OUTCOME_UNKNOWN || result->outcome == HV_OUTCOME_RUNNING;
    vm->task = hv_task_free(vm->task);
    vm->writer = hv_journal_writer_free(vm->writer);
    vm->due_s = seconds() + 1 + (double)choose(soak, 3000) / 1000;
    soak->n_running--;
}

/* False: the client cannot go on. */
static bool turn(struct soak *soak, bool starts_new) {
    struct hv_error err = { 0 };
    double now_s = seconds();

    for (size_t i = 0; i < soak->n_vms; i++) {
        struct vm *vm = &soak->vms[i];

        if (!vm->task && (starts_new || vm->is_unsure) && vm->due_s <= now_s && !start(vm))
            return false;
    }
    if (hv_client_turn(soak->client, TURN_MS, &err) < 0) {
        say_error("the client gave up", &err);
        return false;
    }
    if (soak->n_running == 0)
        (void)poll(NULL, 0, TURN_MS);
    for (size_t i = 0; i < soak->n_vms; i++) {
        if (soak->vms[i].task && hv_task_is_done(soak->vms[i].task))
            settle(&soak->vms[i]);
    }
    return true;
}

/* ---- figures ---- */

static size_t resident_kib(void) {
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    uint64_t kib = 0;

    while (file && fgets(line, sizeof(line), file)) {
        const char *at = line + strlen("VmRSS:");

        if (!hv_text_starts(line, "VmRSS:"))
            continue;
        at += strspn(at, " \t");
        (void)hv_text_u64(at, strspn(at, "0123456789"), 0, UINT64_MAX, &kib);
    }
    if (file)
        (void)fclose(file);
    return (size_t)kib;
}

static size_t count_descriptors(void) {
    DIR *folder = opendir("/proc/self/fd");
    size_t n = 0;

    while (folder && readdir(folder))
        n++;
    if (folder)
        (void)closedir(folder);
    return n;
}

static void sample(const struct soak *soak, double elapsed_s) {
    const size_t *n = soak->n_by_outcome;

    printf("%6.0f s  %7zu KiB  %4zu descriptors  %4zu running  %7zu started  %7zu moved  %6zu not moved  %6zu nothing done"
           "  %5zu unknown  %5zu resumed  %3zu audits  %3zu wrong\n",
           elapsed_s, resident_kib(), count_descriptors(), soak->n_running, soak->n_started, n[HV_OUTCOME_MOVED],
           n[HV_OUTCOME_NOT_MOVED], n[HV_OUTCOME_NONE], n[HV_OUTCOME_UNKNOWN] + n[HV_OUTCOME_RUNNING], soak->n_resumed,
           soak->n_audits, soak->n_wrong);
    (void)fflush(stdout);
}

/* ---- the truth ---- */

static size_t count_open_jobs(const json_t *truth) {
    const json_t *job;
    size_t n = 0;
    size_t i;

    json_array_foreach(json_object_get(truth, "jobs"), i, job) n += json_is_false(json_object_get(job, "over"));
    return n;
}

static size_t compare(const struct soak *soak, const json_t *truth) {
    size_t n_wrong = 0;

    for (size_t i = 0; i < soak->n_vms; i++) {
        const struct vm *vm = &soak->vms[i];
        const char *where = NULL;
        const json_t *other;
        size_t n_places = 0;
        size_t j;

        json_array_foreach(json_object_get(truth, "vms"), j, other) {
            if (!hv_text_same(json_string_value(json_object_get(other, "guid")), vm->guid) ||
                json_is_true(json_object_get(other, "planned")))
                continue;
            n_places++;
            where = json_string_value(json_object_get(other, "host"));
        }
        if (n_places == 1 && hv_text_same(where, soak->names[vm->host]) && !vm->is_unsure)
            continue;
        n_wrong++;
        printf("WRONG: %s is believed to be at %s%s; in truth it is at %zu hosts, the last %s\n", vm->guid, soak->names[vm->host],
               vm->is_unsure ? " or not" : "", n_places, where ? where : "-");
    }
    return n_wrong;
}

/* Lets everything come to rest, and compares. */
static bool audit(struct soak *soak, double began_s) {
    double until_s = seconds() + CALM_S;
    json_t *truth = NULL;

    while (soak->n_running > 0 || seconds() < until_s) {
        if (!turn(soak, false))
            return false;
        if (soak->n_running > 0)
            until_s = seconds() + 5;
    }
    truth = json_load_file(soak->state_path, 0, NULL);
    if (!truth || count_open_jobs(truth) > 0)
        printf("the audit came too early: %zu jobs run\n", truth ? count_open_jobs(truth) : 0);
    else
        soak->n_wrong += compare(soak, truth);
    json_decref(truth);
    soak->n_audits++;
    (void)hv_journal_compact(soak->journal, KEEP_S, NULL, NULL);
    sample(soak, seconds() - began_s);
    return true;
}

/* ---- the world ---- */

static bool add_host(struct soak *soak, const char *name, const char *url, const char *password, const char *cacert) {
    const struct hv_host_options options = {
        .address = url,
        .name = name,
        .auth = HV_AUTH_BASIC,
        .user = "tester",
        .password = password,
        .cacert = cacert,
    };
    struct hv_error err = { 0 };
    size_t i = soak->n_hosts;

    if (i == MAX_HOSTS)
        return false;
    soak->names[i] = strdup(name);
    soak->addresses[i] = strdup(url);
    if (soak->names[i] && soak->addresses[i] && hv_client_add_host(soak->client, &options, &soak->hosts[i], &err) == 0) {
        soak->n_hosts++;
        return true;
    }
    say_error(url, &err);
    return false;
}

/* FOLDER is as tools/soak made it: "hosts" with a line "NAME URL" each, "vms" with "GUID HOST", password, ca.pem, state.json. */
static bool read_hosts(struct soak *soak, const char *folder) {
    char path[512];
    char cacert[512];
    char password[128] = "";
    char line[512];
    FILE *file;
    bool good = true;

    (void)snprintf(path, sizeof(path), "%s/password", folder);
    file = fopen(path, "r");
    if (!file || !fgets(password, sizeof(password), file))
        return false;
    (void)fclose(file);
    password[strcspn(password, "\n")] = '\0';
    (void)snprintf(cacert, sizeof(cacert), "%s/ca.pem", folder);
    (void)snprintf(path, sizeof(path), "%s/hosts", folder);
    file = fopen(path, "r");
    while (good && file && fgets(line, sizeof(line), file)) {
        char *url = line;
        const char *name = strsep(&url, " \n");

        good = url && add_host(soak, name, strsep(&url, " \n"), password, cacert);
    }
    if (file)
        (void)fclose(file);
    return good && soak->n_hosts > 1;
}

static bool add_vm(struct soak *soak, const char *guid, const char *host) {
    struct vm *vm = &soak->vms[soak->n_vms];

    if (soak->n_vms == MAX_VMS || strlen(guid) >= GUID_SIZE)
        return false;
    vm->soak = soak;
    memcpy(vm->guid, guid, strlen(guid));
    for (vm->host = 0; vm->host < soak->n_hosts; vm->host++) {
        if (hv_text_same(soak->names[vm->host], host)) {
            soak->n_vms++;
            return true;
        }
    }
    return false;
}

static bool read_vms(struct soak *soak, const char *folder) {
    char path[512];
    char line[512];
    FILE *file;
    bool good = true;

    (void)snprintf(path, sizeof(path), "%s/vms", folder);
    file = fopen(path, "r");
    while (good && file && fgets(line, sizeof(line), file)) {
        char *host = line;
        const char *guid = strsep(&host, " \n");

        good = host && add_vm(soak, guid, strsep(&host, " \n"));
    }
    if (file)
        (void)fclose(file);
    return good && soak->n_vms > 0;
}

static bool prepare(struct soak *soak, const char *folder) {
    static const struct hv_client_options options = { .operation_timeout_ms = 20000, .poll_ms = POLL_MS };
    char path[512];
    struct hv_error err = { 0 };

    (void)snprintf(path, sizeof(path), "%s/journal.db", folder);
    if (hv_process_init(&err) < 0 || hv_client_new(&options, &soak->client, &err) < 0 ||
        hv_journal_open(path, &soak->journal, &err) < 0) {
        say_error("it does not begin", &err);
        return false;
    }
    return read_hosts(soak, folder) && read_vms(soak, folder);
}

static bool run(struct soak *soak, double duration_s) {
    double began_s = seconds();
    double sampled_s = began_s;
    double audited_s = began_s;

    for (size_t i = 0; i < soak->n_vms; i++)
        soak->vms[i].due_s = began_s + (double)choose(soak, 20000) / 1000;
    while (seconds() - began_s < duration_s) {
        if (!turn(soak, true))
            return false;
        if (seconds() - sampled_s >= SAMPLE_S) {
            sampled_s = seconds();
            sample(soak, sampled_s - began_s);
        }
        if (seconds() - audited_s >= AUDIT_S) {
            if (!audit(soak, began_s))
                return false;
            audited_s = seconds();
        }
    }
    return audit(soak, began_s);
}

static void end(struct soak *soak) {
    for (size_t i = 0; i < soak->n_vms; i++) {
        (void)hv_task_free(soak->vms[i].task);
        (void)hv_journal_writer_free(soak->vms[i].writer);
    }
    (void)hv_client_free(soak->client);
    (void)hv_journal_close(soak->journal);
    for (size_t i = 0; i < soak->n_hosts; i++) {
        free(soak->names[i]);
        free(soak->addresses[i]);
    }
    free(soak);
}

int main(int argc, char **argv) {
    struct soak *soak = calloc(1, sizeof(*soak));
    char state[512];
    uint64_t duration_s = 0;
    bool good;

    if (!soak || argc != 3 || !hv_text_u64(argv[2], strlen(argv[2]), 1, 1000000, &duration_s)) {
        (void)fputs("usage: soak FOLDER SECONDS\n", stderr);
        return 2;
    }
    (void)snprintf(state, sizeof(state), "%s/state.json", argv[1]);
    soak->state_path = state;
    soak->random = 1;
    good = prepare(soak, argv[1]) && run(soak, (double)duration_s) && soak->n_wrong == 0;
    printf("%s: %zu moves, %zu moved, %zu audits, %zu wrong\n", good ? "passed" : "FAILED", soak->n_started,
           soak->n_by_outcome[HV_OUTCOME_MOVED], soak->n_audits, soak->n_wrong);
    end(soak);
    return good ? 0 : 1;
}
