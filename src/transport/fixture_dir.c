/* Files of fixtures (hvctl-fixture(5)). */
#include "transport/fixture_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "fixture/sheet.h"

enum { MAX_PATH_TEXT = 64 * 1024 };

/* Without strerror, whose text depends on the locale of the program. */
static const char *reason(int number) {
    switch (number) {
    case ENOENT:
        return "it is not there";
    case EACCES:
    case EPERM:
        return "access is denied";
    case ENOSPC:
    case EDQUOT:
        return "the disk is full";
    case EROFS:
        return "the file system is read-only";
    case ENOTDIR:
        return "it is no directory";
    case EISDIR:
        return "it is a directory";
    case EEXIST:
        return "it is there already";
    case ENAMETOOLONG:
        return "the name is too long";
    case EMFILE:
    case ENFILE:
        return "too many files are open";
    default:
        return "an error of the file system";
    }
}

static int fail(const char *verb, const char *path, const char *name, struct hv_error *err) {
    int number = errno;

    return number == ENOMEM ? hv_error_memory(err)
                            : hv_error_set(err, HV_E_FIXTURE, "%s%s%s cannot be %s: %s", path, name ? "/" : "", name ? name : "",
                                           verb, reason(number));
}

static void close_p(const int *fd) {
    if (*fd >= 0)
        (void)close(*fd);
}
#define CLEANUP_FD HV_ATTR_CLEANUP(close_p)

/* ---- reading ---- */

static int read_bytes(int fd, struct hv_buf *buf) {
    char piece[16 * 1024];
    ssize_t n;

    do {
        n = read(fd, piece, sizeof(piece));
        if (n > 0)
            hv_buf_append(buf, piece, (size_t)n);
    } while ((n > 0 && buf->failure == 0) || (n < 0 && errno == EINTR));
    return n < 0 ? -1 : 0;
}

int hv_fixture_file_read(int fd, const char *name, const char *what, char **ret_bytes, size_t *ret_n, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(HV_FIXTURE_MAX_FILE);
    CLEANUP_FD int file = openat(fd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat status;
    size_t n;
    int r;

    if (file < 0 || read_bytes(file, &buf) < 0) {
        r = fail("read", what, NULL, err);
        if (errno == ENOENT)
            hv_error_remedy(err, "restore the files as they were recorded, or record again");
        return r;
    }
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode))
        return hv_error_set(err, HV_E_FIXTURE, "%s is no file", what);
    n = buf.len;
    r = hv_buf_take(&buf, what, ret_bytes, err);
    if (r == HV_E_LIMIT)
        return hv_error_set(err, HV_E_FIXTURE, "%s has more than %d bytes", what, HV_FIXTURE_MAX_FILE);
    if (r == 0)
        *ret_n = n;
    return r;
}

/* As above, the message naming directory and file. */
static int read_file(int fd, const char *path, const char *name, char **ret_bytes, size_t *ret_n, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf what = HV_BUF_INIT(MAX_PATH_TEXT);

    hv_buf_printf(&what, "%s/%s", path, name);
    return hv_fixture_file_read(fd, name, hv_buf_text(&what), ret_bytes, ret_n, err);
}

static int read_header(int fd, const char *path, struct hv_fixture_header *ret_header, size_t *ret_line, struct hv_error *err) {
    HV_CLEANUP_FREE char *text = NULL;
    HV_CLEANUP_BUF struct hv_buf what = HV_BUF_INIT(MAX_PATH_TEXT);
    size_t n = 0;
    int r;

    if (faccessat(fd, HV_FIXTURE_HEADER_NAME, F_OK, 0) != 0 && errno == ENOENT) {
        (void)hv_error_set(err, HV_E_FIXTURE, "%s is no fixture of hvctl: %s is missing", path, HV_FIXTURE_HEADER_NAME);
        hv_error_remedy(err, "hvctl help fixture record tells how to make one");
        return HV_E_FIXTURE;
    }
    r = read_file(fd, path, HV_FIXTURE_HEADER_NAME, &text, &n, err);
    if (r < 0)
        return r;
    hv_buf_printf(&what, "%s/%s", path, HV_FIXTURE_HEADER_NAME);
    *ret_line = hv_fixture_line_of(text, n, "exchanges");
    return hv_fixture_header_parse(hv_buf_text(&what), text, n, ret_header, err);
}

static int misplaced(const char *file, size_t line, unsigned number, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_FIXTURE, "%s:%zu: this file is of exchange %u", file, line, number);
    hv_error_cause(err, "exchanges were reordered by renaming their files; their order is part of the recording");
    hv_error_remedy(err, "restore the files as they were recorded, or record again");
    return HV_E_FIXTURE;
}

static int read_meta(int fd, unsigned number, const struct hv_fixture *fixture, struct hv_fixture_exchange *ret_exchange,
                     struct hv_error *err) {
    const char *path = fixture->directory;
    HV_CLEANUP_FREE char *text = NULL;
    HV_CLEANUP_BUF struct hv_buf what = HV_BUF_INIT(MAX_PATH_TEXT);
    char name[HV_FIXTURE_NAME_SIZE];
    size_t n = 0;
    int r;

    hv_fixture_file_name(number, HV_FIXTURE_META, name);
    r = read_file(fd, path, name, &text, &n, err);
    if (r < 0)
        return r;
    hv_buf_printf(&what, "%s/%s", path, name);
    r = hv_fixture_exchange_parse(hv_buf_text(&what), text, n, ret_exchange, err);
    if (r < 0)
        return r;
    if (ret_exchange->number == number)
        r = hv_fixture_follows(fixture, ret_exchange, hv_buf_text(&what), hv_fixture_line_of(text, n, "sent-ms"), err);
    else
        r = misplaced(hv_buf_text(&what), hv_fixture_line_of(text, n, "exchange"), ret_exchange->number, err);
    if (r == 0)
        return 0;
    hv_fixture_exchange_deinit(ret_exchange);
    return r;
}

static int read_exchange(int fd, unsigned number, struct hv_fixture *fixture, struct hv_error *err) {
    const char *path = fixture->directory;
    struct hv_fixture_exchange exchange = { 0 };
    char name[HV_FIXTURE_NAME_SIZE];
    int r = read_meta(fd, number, fixture, &exchange, err);

    if (r < 0)
        return r;
    hv_fixture_file_name(number, HV_FIXTURE_REQUEST, name);
    r = read_file(fd, path, name, &exchange.request, &exchange.n_request, err);
    hv_fixture_file_name(number, HV_FIXTURE_RESPONSE, name);
    if (r == 0 && exchange.status)
        r = read_file(fd, path, name, &exchange.response, &exchange.n_response, err);
    if (r < 0) {
        hv_fixture_exchange_deinit(&exchange);
        return r;
    }
    return hv_fixture_add(fixture, &exchange, err);
}

struct numbers {
    unsigned *list;
    size_t n;
};

static int compare_numbers(const void *a, const void *b) {
    unsigned left = *(const unsigned *)a;
    unsigned right = *(const unsigned *)b;

    return (left > right) - (left < right);
}

static int add_number(struct numbers *numbers, unsigned number, struct hv_error *err) {
    unsigned *grown = hv_grow(numbers->list, numbers->n, sizeof(*grown));

    if (!grown)
        return hv_error_memory(err);
    numbers->list = grown;
    numbers->list[numbers->n++] = number;
    return 0;
}

/* The exchanges that are there: those with a NNN.meta. */
static int list_numbers(DIR *dir, struct numbers *numbers, struct hv_error *err) {
    const struct dirent *entry;
    unsigned number;
    int r = 0;

    while (r == 0 && (entry = readdir(dir)) != NULL) {
        if (hv_fixture_file_number(entry->d_name, HV_FIXTURE_META, &number))
            r = add_number(numbers, number, err);
    }
    if (numbers->n > 0)
        qsort(numbers->list, numbers->n, sizeof(numbers->list[0]), compare_numbers);
    return r;
}

static int read_all(DIR *dir, const char *path, struct hv_fixture **ret_fixture, struct hv_error *err) {
    HV_CLEANUP(hv_fixture_free) struct hv_fixture *fixture = NULL;
    struct hv_fixture_header header = { 0 };
    struct numbers numbers = { 0 };
    size_t line = 1; /* of the number of exchanges */
    int fd = dirfd(dir);
    int r = read_header(fd, path, &header, &line, err);

    if (r == 0)
        r = hv_fixture_new(path, &header, &fixture, err);
    if (r == 0)
        r = list_numbers(dir, &numbers, err);
    for (size_t i = 0; r == 0 && i < numbers.n; i++)
        r = read_exchange(fd, numbers.list[i], fixture, err);
    free(numbers.list);
    if (r == 0)
        r = hv_fixture_check(fixture, line, err);
    if (r < 0)
        return r;
    *ret_fixture = fixture;
    fixture = NULL;
    return 0;
}

int hv_fixture_dir_read(const char *path, struct hv_fixture **ret_fixture, struct hv_error *err) {
    DIR *dir = opendir(path);
    int r;

    if (!dir)
        return fail("read", path, NULL, err);
    r = read_all(dir, path, ret_fixture, err);
    (void)closedir(dir);
    return r;
}

/* ---- writing ---- */

static bool is_empty(int fd) {
    int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
    const struct dirent *entry;
    bool empty = dir != NULL;

    if (!dir && copy >= 0)
        (void)close(copy);
    while (empty && (entry = readdir(dir)) != NULL)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    if (dir)
        (void)closedir(dir);
    return empty;
}

int hv_fixture_dir_make(const char *path, int *ret_fd, struct hv_error *err) {
    int fd;

    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return fail("made", path, NULL, err);
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail("opened", path, NULL, err);
    if (!is_empty(fd)) {
        (void)close(fd);
        (void)hv_error_set(err, HV_E_FIXTURE, "%s is in use: there is something in it", path);
        hv_error_remedy(err, "name a directory that is not there yet, one for each command that is recorded");
        hv_error_remedy(err, "record it anew: hvctl fixture refresh %s -- COMMAND", path);
        return HV_E_FIXTURE;
    }
    *ret_fd = fd;
    return 0;
}

static int write_bytes(int file, const char *bytes, size_t n_bytes) {
    while (n_bytes > 0) {
        ssize_t n = write(file, bytes, n_bytes);

        if (n < 0 && errno != EINTR)
            return -1;
        if (n > 0) {
            bytes += n;
            n_bytes -= (size_t)n;
        }
    }
    return 0;
}

/* In place: for a file that nobody looks at yet. */
static int write_file(int fd, const char *name, const char *path, const char *told, const char *bytes, size_t n_bytes,
                      struct hv_error *err) {
    int file = openat(fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    int r;

    if (file < 0)
        return fail("written", path, told, err);
    r = write_bytes(file, bytes, n_bytes);
    if (r < 0)
        r = fail("written", path, told, err);
    if (close(file) != 0 && r == 0)
        r = fail("written", path, told, err);
    if (r < 0)
        (void)unlinkat(fd, name, 0);
    return r;
}

/* Under another name first. */
int hv_fixture_dir_put_file(int fd, const char *path, const char *name, const char *bytes, size_t n_bytes, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf draft = HV_BUF_INIT((size_t)HV_FIXTURE_NAME_SIZE * 2);
    int r;

    hv_buf_printf(&draft, ".%s.new", name);
    r = write_file(fd, hv_buf_text(&draft), path, name, bytes, n_bytes, err);
    if (r == 0 && renameat(fd, hv_buf_text(&draft), fd, name) != 0) {
        r = fail("written", path, name, err);
        (void)unlinkat(fd, hv_buf_text(&draft), 0);
    }
    return r;
}

int hv_fixture_dir_put_header(int fd, const char *path, const struct hv_fixture_header *header, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(HV_FIXTURE_MAX_SHEET);
    int r;

    hv_fixture_header_build(header, &buf);
    r = hv_buf_finish(&buf, HV_FIXTURE_HEADER_NAME, err);
    return r < 0 ? r : hv_fixture_dir_put_file(fd, path, HV_FIXTURE_HEADER_NAME, hv_buf_text(&buf), buf.len, err);
}

int hv_fixture_dir_put_exchange(int fd, const char *path, const struct hv_fixture_exchange *exchange, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf meta = HV_BUF_INIT(HV_FIXTURE_MAX_SHEET);
    char name[HV_FIXTURE_NAME_SIZE];
    int r;

    hv_fixture_file_name(exchange->number, HV_FIXTURE_REQUEST, name);
    r = write_file(fd, name, path, name, exchange->request, exchange->n_request, err);
    hv_fixture_file_name(exchange->number, HV_FIXTURE_RESPONSE, name);
    if (r == 0 && exchange->response)
        r = write_file(fd, name, path, name, exchange->response, exchange->n_response, err);
    hv_fixture_file_name(exchange->number, HV_FIXTURE_META, name);
    if (r == 0) {
        hv_fixture_exchange_build(exchange, &meta);
        r = hv_buf_finish(&meta, name, err);
    }
    return r < 0 ? r : hv_fixture_dir_put_file(fd, path, name, hv_buf_text(&meta), meta.len, err);
}
