/*
 * Runs code with each of its allocations failing in turn. The linker wraps the allocation functions for every object of the test
 * program (tests/support/meson.build), so no allocator argument enters the API; libxml2 and jansson are shared libraries, which
 * the linker cannot reach, and are told by their own hooks. curl and OpenSSL are left alone.
 *
 *     static int build(void *context) {
 *         HV_CLEANUP(hv_epr_free) struct hv_epr *epr = NULL;
 *         struct hv_error err;
 *         int r = hv_epr_new("http://x/y", &epr, &err);
 *         if (r < 0)
 *             assert_null(epr);    // outputs stay untouched
 *         return r;
 *     }
 *     assert_true(failmalloc_each(build, NULL) > 0);
 *
 * Leaks are the leak sanitizer's (or valgrind's) to find: RUN frees what it made.
 */
#ifndef SUPPORT_FAILMALLOC_H
#define SUPPORT_FAILMALLOC_H

#include <stdbool.h>
#include <stddef.h>

/* Must do the same each time. Returns 0 for success or a negative enum hv_error_code. */
typedef int failmalloc_fn(void *context);

/*
 * Calls RUN until it succeeds with no allocation refused: at call N, once with only the N-th allocation refused and once with all
 * from the N-th on. A cmocka assertion fails when a run with a refused allocation ends in anything but HV_E_MEMORY, or when the
 * last one does not return 0. Returns how many allocations a whole run makes; a test wants more than 0, else it tested nothing.
 */
size_t failmalloc_each(failmalloc_fn *run, void *context);

/*
 * As above, for code that may go on without the memory (a cache, a text for a message): a run with a refused allocation may also
 * return 0.
 */
size_t failmalloc_each_tolerant(failmalloc_fn *run, void *context);

/* For tests with a course of their own: refuse allocation FIRST (1 is the next), and with AND_LATER all behind it. 0: none. */
void failmalloc_arm(size_t first, bool and_later);
/* Back to normal. Returns how many allocations were asked for since failmalloc_arm; *ret_refused, if wanted, how many failed. */
size_t failmalloc_disarm(size_t *ret_refused);

#endif
