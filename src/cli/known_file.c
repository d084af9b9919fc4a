/* The file of trusted certificates: where it is, who may write it, and how it is replaced. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/known_hosts.h"

enum { PATH_MAX_BYTES = 4096 };

static const char heading[] = "# Certificates that \"hvctl trust\" stored: HOST:PORT SHA256 PIN # COMMENT. See hvctl(1).\n";

static int complain(struct hv_error *err, const char *path, const char *what, int number) {
    hv_error_set(err, HV_E_CONFIG, "%s %s: %s", path, what, strerror(number));
    hv_error_remedy(err, "check the path and its permissions, or set XDG_CONFIG_HOME");
    return HV_E_CONFIG;
}

/* *ret_path is NULL where nobody says where configuration lives. */
static int find_path(char **ret_path, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf path = HV_BUF_INIT(PATH_MAX_BYTES);
    const char *config = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");

    if (config && config[0] == '/')
        hv_buf_printf(&path, "%s/hvctl/known_hosts", config);
    else if (home && home[0] == '/')
        hv_buf_printf(&path, "%s/.config/hvctl/known_hosts", home);
    else
        return 0;
    return hv_buf_take(&path, "the path of known_hosts", ret_path, err);
}

/* Who can write this file decides whom we trust. */
static int check_owner(const struct stat *status, const char *path, struct hv_error *err) {
    bool foreign = status->st_uid != geteuid() && status->st_uid != 0;

    if (!foreign && (status->st_mode & (S_IWGRP | S_IWOTH)) == 0)
        return 0;
    hv_error_set(err, HV_E_CONFIG, "%s is not used: others can write it", path);
    hv_error_cause(err, "its mode is %03o and its owner number %u: somebody else could choose whom you trust",
                   (unsigned)(status->st_mode & 0777), (unsigned)status->st_uid);
    if (foreign)
        hv_error_remedy(err, "chown %u %s", (unsigned)geteuid(), path);
    else
        hv_error_remedy(err, "chmod go-w %s", path);
    return HV_E_CONFIG;
}

static int read_file(int fd, struct hv_known_hosts *known, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(HV_KNOWN_MAX_BYTES);
    char piece[16 * 1024];
    struct stat status;
    ssize_t n;
    int rc;

    if (fstat(fd, &status) < 0)
        return complain(err, known->path, "cannot be looked at", errno);
    if (!S_ISREG(status.st_mode))
        return complain(err, known->path, "is no file", S_ISDIR(status.st_mode) ? EISDIR : EINVAL);
    rc = check_owner(&status, known->path, err);
    if (rc < 0)
        return rc;
    while ((n = read(fd, piece, sizeof(piece))) > 0)
        hv_buf_append(&bytes, piece, (size_t)n);
    if (n < 0)
        return complain(err, known->path, "cannot be read", errno);
    rc = hv_buf_finish(&bytes, "known_hosts", err);
    return rc < 0 ? rc : hv_known_hosts_parse(known, hv_buf_text(&bytes), bytes.len, err);
}

int hv_known_hosts_load(struct hv_known_hosts *known, struct hv_error *err) {
    int rc = find_path(&known->path, err);
    int fd;

    if (rc < 0 || !known->path)
        return rc;
    fd = open(known->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? 0 : complain(err, known->path, "cannot be opened", errno);
    rc = read_file(fd, known, err);
    (void)close(fd);
    return rc;
}

/* Every folder above the file, private ones where they are new; returns a descriptor of the last, or -1. */
static int open_folder(const char *path) {
    char folder[PATH_MAX_BYTES + 1];
    size_t n = strlen(path);

    if (n >= sizeof(folder))
        return -1;
    memcpy(folder, path, n + 1);
    *strrchr(folder, '/') = '\0';
    for (char *slash = folder + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = '\0';
        (void)mkdir(folder, 0700);
    }
    (void)mkdir(folder, 0700);
    return open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool write_all(int fd, const char *bytes, size_t n) {
    while (n > 0) {
        ssize_t done = write(fd, bytes, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        bytes += done;
        n -= (size_t)done;
    }
    return true;
}

/* All of it or nothing of it is seen at PATH, also after a crash. */
static int replace_file(const char *path, const struct hv_buf *text, int folder, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf draft = HV_BUF_INIT(PATH_MAX_BYTES + 16);
    int failure = 0;
    int fd;

    hv_buf_printf(&draft, "%s.XXXXXX", path);
    if (hv_buf_finish(&draft, "a path", err) < 0)
        return draft.failure;
    fd = mkostemp(draft.data, O_CLOEXEC); /* mode 0600 */
    if (fd < 0)
        return complain(err, path, "cannot be replaced", errno);
    if (!write_all(fd, hv_buf_text(text), text->len) || fsync(fd) < 0)
        failure = errno;
    if (close(fd) < 0 && !failure)
        failure = errno;
    if (!failure && rename(draft.data, path) < 0)
        failure = errno;
    if (failure) {
        (void)unlink(draft.data);
        return complain(err, path, "cannot be written", failure);
    }
    (void)fsync(folder);
    return 0;
}

/* The lines but those of HOST, then the new one. Returns how many were left out. */
static int compose(const struct hv_known_hosts *known, const char *host, const char *sha256, const char *pin,
                   struct hv_buf *text) {
    int n_left_out = 0;

    if (known->n_lines == 0)
        hv_buf_puts(text, heading);
    for (size_t i = 0; i < known->n_lines; i++) {
        const struct hv_known_line *line = &known->lines[i];
        if (line->host && hv_text_same(line->host, host))
            n_left_out++;
        else
            hv_buf_printf(text, "%s\n", line->text);
    }
    if (sha256)
        hv_buf_printf(text, "%s %s%s%s\n", host, sha256, pin ? " " : "", pin ? pin : "");
    return n_left_out;
}

static int change_locked(struct hv_known_hosts *known, int folder, const char *host, const char *sha256, const char *pin,
                         struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(HV_KNOWN_MAX_BYTES);
    HV_CLEANUP_FREE char *real = NULL;
    int n_left_out;
    int rc = hv_known_hosts_load(known, err);

    if (rc < 0)
        return rc;
    n_left_out = compose(known, host, sha256, pin, &text);
    if (!sha256 && n_left_out == 0)
        return 0;
    rc = hv_buf_finish(&text, "known_hosts", err);
    if (rc < 0)
        return rc;
    real = realpath(known->path, NULL); /* a symbolic link stays one */
    rc = replace_file(real ? real : known->path, &text, folder, err);
    return rc < 0 ? rc : n_left_out;
}

int hv_known_hosts_change(const char *host, const char *sha256, const char *pin, struct hv_error *err) {
    HV_CLEANUP_FREE char *path = NULL;
    struct hv_known_hosts known = { 0 };
    int rc = find_path(&path, err);
    int folder;

    if (rc < 0)
        return rc;
    if (!path) {
        hv_error_set(err, HV_E_CONFIG, "there is no place for the certificates you trust");
        hv_error_remedy(err, "set HOME or XDG_CONFIG_HOME to a folder, by its whole path");
        return HV_E_CONFIG;
    }
    folder = open_folder(path);
    if (folder < 0)
        return complain(err, path, "has no folder that can be used", errno);
    /* Two at a time would each write what the other has not seen. The lock goes with the descriptor. */
    do
        rc = flock(folder, LOCK_EX);
    while (rc < 0 && errno == EINTR);
    rc = rc < 0 ? complain(err, path, "cannot be locked", errno) : change_locked(&known, folder, host, sha256, pin, err);
    hv_known_hosts_deinit(&known);
    (void)close(folder);
    return rc;
}
