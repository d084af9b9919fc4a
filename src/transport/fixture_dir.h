/*
 * A fixture's directory: read as a whole, written file by file so that what is there is valid at any moment. An exchange counts
 * once its NNN.meta is there, which is written last and in one step.
 */
#ifndef TRANSPORT_FIXTURE_DIR_H
#define TRANSPORT_FIXTURE_DIR_H

#include "base/buf.h"
#include "fixture/tape.h"

enum { HV_FIXTURE_MAX_FILE = 16 * 1024 * 1024 };

/* Errors: FIXTURE, MEMORY. */
HV_MUST_CHECK int hv_fixture_dir_read(const char *path, struct hv_fixture **ret_fixture, struct hv_error *err);

/* Makes the directory, for its owner alone, or takes an empty one. *ret_fd is the caller's to close. Errors: FIXTURE. */
HV_MUST_CHECK int hv_fixture_dir_make(const char *path, int *ret_fd, struct hv_error *err);
HV_MUST_CHECK int hv_fixture_dir_put_header(int fd, const char *path, const struct hv_fixture_header *header,
                                            struct hv_error *err);
/* Request, answer and then the rest of EXCHANGE. */
HV_MUST_CHECK int hv_fixture_dir_put_exchange(int fd, const char *path, const struct hv_fixture_exchange *exchange,
                                              struct hv_error *err);
/* One file, whole or not at all. */
HV_MUST_CHECK int hv_fixture_dir_put_file(int fd, const char *path, const char *name, const char *bytes, size_t n_bytes,
                                          struct hv_error *err);

/* Bytes of a file, with a NUL behind. WHAT names it in messages. Errors: FIXTURE, MEMORY. */
HV_MUST_CHECK int hv_fixture_file_read(int fd, const char *name, const char *what, char **ret_bytes, size_t *ret_n,
                                       struct hv_error *err);

#endif
