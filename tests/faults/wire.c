/* See wire.h. */
#include "wire.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static bool send_all(int fd, const char *bytes, size_t n) {
    while (n > 0) {
        ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        bytes += sent;
        n -= (size_t)sent;
    }
    return true;
}

static bool receive_all(int fd, char *bytes, size_t n) {
    while (n > 0) {
        ssize_t got = read(fd, bytes, n);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        bytes += got;
        n -= (size_t)got;
    }
    return true;
}

bool fault_send(int fd, const void *head, size_t n_head, const void *bytes, size_t n_bytes) {
    return send_all(fd, head, n_head) && (n_bytes == 0 || send_all(fd, bytes, n_bytes));
}

bool fault_receive(int fd, void *head, size_t n_head) {
    return receive_all(fd, head, n_head);
}

bool fault_receive_bytes(int fd, size_t n_bytes, struct hv_buf *buf) {
    char *room = n_bytes > 0 ? hv_buf_extend(buf, n_bytes) : NULL;

    return n_bytes == 0 || (room && receive_all(fd, room, n_bytes));
}
