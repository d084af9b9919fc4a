/* Refused allocations, by linker wrapping (ld --wrap) and the hooks of libxml2 and jansson. */
#include "support/failmalloc.h"

#include <jansson.h>
#include <libxml/parser.h>
#include <libxml/xmlmemory.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* After the headers it needs. */
#include <cmocka.h>
#include <hvctl/error.h>

/* A run with more allocations than this is taken for one that never ends. */
enum { MOST_ALLOCATIONS = 200000 };

static struct {
    bool armed;
    bool and_later;
    size_t first;
    size_t n_asked;
    size_t n_refused;
} state;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__real_reallocarray(void *memory, size_t n, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t n);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_reallocarray(void *memory, size_t n, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t n);

/* Counts one allocation; true when it is to fail. */
static bool refuse(void) {
    if (!state.armed)
        return false;
    state.n_asked++;
    if (state.first == 0 || state.n_asked < state.first || (state.n_asked > state.first && !state.and_later))
        return false;
    state.n_refused++;
    return true;
}

void *__wrap_malloc(size_t size) {
    return refuse() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size) {
    return refuse() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *memory, size_t size) {
    return refuse() ? NULL : __real_realloc(memory, size);
}

void *__wrap_reallocarray(void *memory, size_t n, size_t size) {
    return refuse() ? NULL : __real_reallocarray(memory, n, size);
}

char *__wrap_strdup(const char *text) {
    return refuse() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t n) {
    return refuse() ? NULL : __real_strndup(text, n);
}

/*
 * Before anything of the test runs: memory that a library took from another allocator must not reach ours. libxml2's own
 * process-wide tables are made here too, so that they never count as part of a run.
 */
__attribute__((constructor)) static void hook_libraries(void) {
    (void)xmlMemSetup(free, __wrap_malloc, __wrap_realloc, __wrap_strdup);
    xmlInitParser();
    json_set_alloc_funcs(__wrap_malloc, free);
}

void failmalloc_arm(size_t first, bool and_later) {
    state.first = first;
    state.and_later = and_later;
    state.n_asked = 0;
    state.n_refused = 0;
    state.armed = true;
}

size_t failmalloc_disarm(size_t *ret_refused) {
    state.armed = false;
    if (ret_refused)
        *ret_refused = state.n_refused;
    return state.n_asked;
}

/* One run with allocation FIRST refused; true when it got as far as that allocation. */
static bool run_refused(failmalloc_fn *run, void *context, size_t first, bool and_later, bool tolerant) {
    size_t n_refused;
    int r;

    failmalloc_arm(first, and_later);
    r = run(context);
    (void)failmalloc_disarm(&n_refused);
    if (n_refused == 0) {
        assert_int_equal(r, 0);
        return false;
    }
    if (r != HV_E_MEMORY && !(tolerant && r == 0))
        fail_msg("allocation %zu refused%s: result %d instead of HV_E_MEMORY", first, and_later ? " and all later" : "", r);
    return true;
}

static size_t run_each(failmalloc_fn *run, void *context, bool tolerant) {
    size_t n = 1;

    while (run_refused(run, context, n, false, tolerant)) {
        (void)run_refused(run, context, n, true, tolerant);
        if (++n > MOST_ALLOCATIONS)
            fail_msg("still allocating after %d allocations", MOST_ALLOCATIONS);
    }
    return n - 1;
}

size_t failmalloc_each(failmalloc_fn *run, void *context) {
    return run_each(run, context, false);
}

size_t failmalloc_each_tolerant(failmalloc_fn *run, void *context) {
    return run_each(run, context, true);
}
