/* Files under fixtures/ (environment HVCTL_FIXTURES), for tests. Everything fails the running test when it cannot be done. */
#ifndef SUPPORT_FIXTURE_H
#define SUPPORT_FIXTURE_H

#include <stddef.h>

/* Bytes of a file with a NUL behind; free() them. NAME is relative to fixtures/, or absolute. */
char *fixture_read(const char *name, size_t *ret_n);

/*
 * Calls CHECK for each file of a folder, in the order of their names, without SOURCE and README files. FOLDER is relative to
 * fixtures/, or absolute; folders in it are entered. Returns the number of files.
 */
typedef void fixture_fn(const char *path, const char *bytes, size_t n_bytes, void *context);
size_t fixture_each(const char *folder, fixture_fn *check, void *context);

/*
 * Compares TEXT with the bytes of file NAME. With HVCTL_FIXTURES_UPDATE in the environment it writes the file instead, to be
 * looked at before it is committed.
 */
void fixture_assert(const char *name, const char *text);

#endif
