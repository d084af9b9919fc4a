/* Reading test data: of the repository (HVCTL_FIXTURES) and recordings beside it (HVCTL_RECORDINGS, which may be unset). */
#ifndef SUPPORT_FIXTURE_H
#define SUPPORT_FIXTURE_H

#include <stddef.h>

/* File NAME of the folder that environment variable FOLDER names; NULL when there is none. free() it. */
char *fixture_read(const char *folder, const char *name, size_t *ret_n_bytes);
/* As above from HVCTL_FIXTURES; a missing file fails the test. */
char *fixture_get(const char *name);

/*
 * Compares TEXT with fixture NAME and fails the test when they differ. With HVCTL_FIXTURES_UPDATE set, writes the fixture
 * instead: to be looked at before it is committed.
 */
void fixture_assert(const char *name, const char *text);

#endif
