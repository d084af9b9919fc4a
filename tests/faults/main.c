/*
 * The fault campaign: for each command, for each request of its conversation, each kind of trouble, and hvctl killed there and
 * started again. tools/faults says how to use it.
 */
#include <errno.h>
#include <libxml/parser.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/size.h"
#include "base/text.h"
#include "campaign.h"
#include "caretaker.h"
#include "client.h"

enum { ALL_POINTS = 24, LEAK_EVERY = 40, MAX_WORKERS = 64 };

#if defined(__SANITIZE_ADDRESS__)
/* What is kept from use for long would make each fork dear. */
const char *__asan_default_options(void);
__attribute__((visibility("default"))) const char *__asan_default_options(void) {
    return "quarantine_size_mb=2";
}
#endif

struct options {
    uint64_t sample; /* so many cases; 0: all */
    uint64_t seed;
    uint64_t jobs;
    uint64_t show;       /* at most so many failed cases */
    const char *only;    /* scenarios whose name begins so; NULL: all */
    const char *trouble; /* kinds likewise */
    const char *folder;
    const char *one; /* a single case */
    bool is_verbose;
    bool lists;
};

struct cases {
    struct fault_case *items;
    size_t n_items;
};

static bool add_case(struct cases *cases, const struct fault_case *one) {
    struct fault_case *grown = hv_grow(cases->items, cases->n_items, sizeof(*grown));

    if (!grown)
        return false;
    cases->items = grown;
    grown[cases->n_items++] = *one;
    return true;
}

static bool add_point(struct cases *cases, struct fault_case one) {
    int n_modes = one.trouble->may_last ? MODE_COUNT : 1;
    int n_afters = trouble_kills(one.trouble) && one.scenario->family == FAMILY_MOVE ? AFTER_COUNT : 1;

    for (int mode = 0; mode < n_modes; mode++) {
        for (int after = 0; after < n_afters; after++) {
            one.mode = (enum trouble_mode)mode;
            one.after = (enum after)after;
            if (!add_case(cases, &one))
                return false;
        }
    }
    return true;
}

static bool is_meant(const char *name, const char *wanted) {
    return !wanted || strncmp(name, wanted, strlen(wanted)) == 0;
}

/* Whatever has no journal to take up again need not be killed. */
static bool is_of_use(const struct trouble *trouble, const struct scenario *scenario) {
    return !trouble_kills(trouble) || scenario->family == FAMILY_MOVE;
}

/* A conversation that is long repeats itself: not each request of its middle is tried. */
static unsigned next_point(unsigned point, unsigned n_points) {
    unsigned next = point < ALL_POINTS ? point + 1 : point + point / 4;

    return point < n_points && next > n_points ? n_points : next;
}

/* All of them, in an order that stays. False: a scenario does not even work without trouble. */
static bool make_cases(const struct options *options, struct bench *bench, struct cases *cases) {
    bool good = true;

    for (size_t i = 0; i < n_scenarios; i++) {
        unsigned n_points;

        if (!is_meant(scenarios[i].name, options->only))
            continue;
        n_points = case_count(bench, &scenarios[i]);
        good = good && n_points > 0;
        for (unsigned point = 1; point <= n_points; point = next_point(point, n_points)) {
            for (size_t j = 0; j < n_troubles; j++) {
                const struct fault_case one = { .scenario = &scenarios[i], .trouble = &troubles[j], .point = point };
                if (is_meant(troubles[j].name, options->trouble) && is_of_use(&troubles[j], &scenarios[i]))
                    good = add_point(cases, one) && good;
            }
        }
    }
    return good;
}

static uint64_t next_random(uint64_t *state) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

/* The first N after this are a sample. */
static void shuffle(struct cases *cases, uint64_t seed) {
    uint64_t state = seed * UINT64_C(2654435761) + 1;

    for (size_t i = cases->n_items; i > 1; i--) {
        size_t j = next_random(&state) % i;
        struct fault_case kept = cases->items[i - 1];

        cases->items[i - 1] = cases->items[j];
        cases->items[j] = kept;
    }
}

/* ---- workers ---- */

struct report {
    uint32_t number;
    struct verdict verdict;
};

static void work(const struct options *options, const struct cases *cases, size_t first, size_t step, int to) {
    char *folder = sim_format("%s/%zu", options->folder, first);
    struct bench bench;
    struct report report;

    if (!folder || !bench_open(&bench, folder))
        _exit(1);
    free(folder); /* what nobody points to would be a leak to the processes that come of this one */
    bench.is_verbose = options->is_verbose;
    for (size_t i = 0; i < n_scenarios; i++) {
        if (scenarios[i].family == FAMILY_READ && is_meant(scenarios[i].name, options->only))
            (void)case_count(&bench, &scenarios[i]);
    }
    for (size_t i = first; i < cases->n_items; i += step) {
        memset(&report, 0, sizeof(report));
        report.number = (uint32_t)i;
        bench.counts_memory = i % LEAK_EVERY == 0;
        case_run(&bench, &cases->items[i], &report.verdict);
        if (write(to, &report, sizeof(report)) != (ssize_t)sizeof(report))
            break;
    }
    bench_close(&bench);
    _exit(0);
}

struct tally {
    size_t n_cases;
    size_t n_runs;
    size_t n_failed;
    size_t n_shown;  /* at most */
    size_t n_missed; /* the trouble never came */
    size_t by_trouble[64][2];
    size_t by_scenario[256][2];
    size_t first[WORD_COUNT];
    size_t last[WORD_COUNT];
    size_t unknown[MODE_COUNT];
    size_t by_mode[MODE_COUNT];
};

static void count(struct tally *tally, const struct fault_case *one, const struct verdict *verdict, const char *tool) {
    bool failed = *verdict->faults != '\0';
    char name[CASE_NAME_SIZE];

    tally->n_cases++;
    tally->n_runs += verdict->n_runs;
    tally->n_failed += failed;
    tally->n_missed += !verdict->was_hit;
    tally->by_trouble[one->trouble - troubles][failed]++;
    tally->by_scenario[one->scenario - scenarios][failed]++;
    tally->first[verdict->first]++;
    tally->last[verdict->last]++;
    tally->by_mode[one->mode]++;
    tally->unknown[one->mode] += verdict->first == WORD_UNKNOWN;
    if (!failed || tally->n_failed > tally->n_shown)
        return;
    case_name(one, name);
    printf("FAILED: %s --case '%s'\n", tool, name);
    for (const char *at = verdict->faults; *at;) {
        size_t n = strcspn(at, "\n");
        printf("    %.*s\n", (int)n, at);
        at += n + (at[n] == '\n');
    }
}

static void print_tally(const struct tally *tally, double seconds) {
    printf("%-20s %7s %7s\n", "command", "passed", "failed");
    for (size_t i = 0; i < n_scenarios; i++) {
        if (tally->by_scenario[i][0] + tally->by_scenario[i][1] > 0)
            printf("%-20s %7zu %7zu\n", scenarios[i].name, tally->by_scenario[i][0], tally->by_scenario[i][1]);
    }
    printf("%-20s %7s %7s\n", "trouble", "passed", "failed");
    for (size_t i = 0; i < n_troubles; i++)
        printf("%-20s %7zu %7zu\n", troubles[i].name, tally->by_trouble[i][0], tally->by_trouble[i][1]);
    printf("%-20s %7s %7s\n", "word", "of run", "of case");
    for (size_t i = 0; i < WORD_COUNT; i++)
        printf("%-20s %7zu %7zu\n", word_names[i], tally->first[i], tally->last[i]);
    printf("%-20s %7s %7s\n", "trouble lasts", "cases", "unknown");
    for (size_t i = 0; i < MODE_COUNT; i++)
        printf("%-20s %7zu %7zu\n", mode_names[i], tally->by_mode[i], tally->unknown[i]);
    if (tally->n_missed > 0)
        printf("%zu cases ended before their trouble came\n", tally->n_missed);
    printf("%zu cases, %zu runs of hvctl, %zu failed, in %.0f s\n", tally->n_cases, tally->n_runs, tally->n_failed, seconds);
}

static double seconds_since(const struct timespec *start) {
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static bool start_workers(const struct options *options, const struct cases *cases, const int to[2]) {
    (void)fflush(NULL);
    for (size_t i = 0; i < options->jobs; i++) {
        pid_t pid = fork();

        if (pid < 0)
            return false;
        if (pid == 0) {
            (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
            (void)close(to[0]);
            work(options, cases, i, options->jobs, to[1]);
        }
    }
    return true;
}

static bool run_all(const struct options *options, const struct cases *cases, const char *tool) {
    struct timespec start;
    struct tally tally = { .n_shown = (size_t)options->show };
    struct report report;
    int to[2];

    (void)clock_gettime(CLOCK_MONOTONIC, &start);
    if (pipe(to) < 0 || !start_workers(options, cases, to))
        return false;
    (void)close(to[1]);
    /* A report is smaller than what a pipe takes at once. */
    _Static_assert(sizeof(report) <= 4096, "reports of several workers would mix");
    while (fault_receive(to[0], &report, sizeof(report)))
        count(&tally, &cases->items[report.number], &report.verdict, tool);
    (void)close(to[0]);
    while (wait(NULL) > 0 || errno == EINTR)
        continue;
    print_tally(&tally, seconds_since(&start));
    if (tally.n_cases < cases->n_items)
        printf("%zu cases were not run: a worker died\n", cases->n_items - tally.n_cases);
    return tally.n_failed == 0 && tally.n_cases == cases->n_items;
}

/* ---- the command line ---- */

static int usage(void) {
    (void)fputs("usage: faults [--sample N] [--seed N] [--only COMMAND] [--trouble KIND] [--jobs N] [--show N] [--list] [-v] "
                "[--case CASE]\n",
                stderr);
    return 2;
}

static bool read_number(const char *text, uint64_t *number) {
    return hv_text_u64(text, strlen(text), 0, UINT32_MAX, number);
}

static bool read_value(const char *name, const char *value, struct options *options) {
    const struct {
        const char *name;
        const char **text;
        uint64_t *number;
    } rows[] = {
        { "--sample", NULL, &options->sample }, { "--seed", NULL, &options->seed }, { "--jobs", NULL, &options->jobs },
        { "--show", NULL, &options->show },     { "--only", &options->only, NULL }, { "--trouble", &options->trouble, NULL },
        { "--case", &options->one, NULL },
    };

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        if (strcmp(rows[i].name, name) != 0)
            continue;
        if (rows[i].number)
            return read_number(value, rows[i].number);
        *rows[i].text = value;
        return true;
    }
    return false;
}

static bool read_options(int argc, char **argv, struct options *options) {
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-v") == 0)
            options->is_verbose = true;
        else if (strcmp(argv[i], "--list") == 0)
            options->lists = true;
        else if (i + 1 < argc && read_value(argv[i], argv[i + 1], options))
            i++;
        else
            return false;
    }
    return options->jobs >= 1 && options->jobs <= MAX_WORKERS;
}

static int run_one(struct bench *bench, const char *name) {
    struct fault_case one;
    struct verdict verdict;

    if (!case_parse(name, &one)) {
        (void)fprintf(stderr, "no case %s\n", name);
        return 2;
    }
    if (one.trouble && one.scenario->family == FAMILY_READ)
        (void)case_count(bench, one.scenario);
    bench->is_verbose = true;
    bench->counts_memory = true;
    case_run(bench, &one, &verdict);
    printf("%s", verdict.faults);
    printf("%s: %s, %s in the end: %s\n", name, word_names[verdict.first], word_names[verdict.last],
           *verdict.faults ? "FAILED" : "passed");
    return *verdict.faults ? 1 : 0;
}

static int run_campaign(const struct options *options, struct bench *bench, const char *tool) {
    struct cases cases = { 0 };
    bool good = make_cases(options, bench, &cases);
    size_t n_all = cases.n_items;

    if (options->sample > 0 && options->sample < cases.n_items) {
        shuffle(&cases, options->seed);
        cases.n_items = (size_t)options->sample;
    }
    printf("%zu of %zu cases, seed %llu\n", cases.n_items, n_all, (unsigned long long)options->seed);
    if (options->lists) {
        for (size_t i = 0; i < cases.n_items; i++) {
            char name[CASE_NAME_SIZE];
            case_name(&cases.items[i], name);
            printf("%s\n", name);
        }
    } else {
        good = run_all(options, &cases, tool) && good;
    }
    free(cases.items);
    return good ? 0 : 1;
}

int main(int argc, char **argv) {
    struct options options = { .seed = 1, .show = 40, .jobs = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN) };
    HV_CLEANUP_FREE char *folder = sim_format("/dev/shm/hvctl-faults-%d", (int)getpid());
    struct bench bench = { 0 };
    int status;

    if (!read_options(argc, argv, &options))
        return usage();
    options.folder = folder;
    xmlInitParser();
    client_prepare();
    if (!folder || !bench_open(&bench, folder) || !caretaker_start(folder)) {
        (void)fprintf(stderr, "no place for the runs: %s\n", strerror(errno));
        return 1;
    }
    bench.is_verbose = options.is_verbose;
    status = options.one ? run_one(&bench, options.one) : run_campaign(&options, &bench, "tools/faults");
    bench_close(&bench);
    return status;
}
