/* The CONNECT proxy of the tests (RFC 9110 9.3.6). */
#include "support/connect_proxy.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"

enum { PIECE_SIZE = 16 * 1024 };

static bool send_all(int fd, const char *bytes, size_t n) {
    while (n > 0) {
        ssize_t done = send(fd, bytes, n, MSG_NOSIGNAL);
        if (done <= 0)
            return false;
        bytes += done;
        n -= (size_t)done;
    }
    return true;
}

/* Byte by byte: what follows the head belongs to the tunnel. */
static bool read_head(int fd, char head[CONNECT_PROXY_HEAD_SIZE]) {
    size_t n = 0;

    head[0] = '\0';
    while (n + 1 < CONNECT_PROXY_HEAD_SIZE && !hv_text_ends(head, "\r\n\r\n")) {
        if (recv(fd, head + n, 1, 0) != 1)
            return false;
        head[++n] = '\0';
    }
    return true;
}

/* "CONNECT name:port HTTP/1.1". */
static int open_target(const char *head) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    size_t n_target = hv_text_starts(head, "CONNECT ") ? strcspn(head + 8, " ") : 0;
    const char *colon = n_target ? memrchr(head + 8, ':', n_target) : NULL;
    uint64_t port;
    int fd;

    if (!colon || !hv_text_u64(colon + 1, (size_t)(head + 8 + n_target - colon - 1), 1, UINT16_MAX, &port))
        return -1;
    address.sin_port = htons((uint16_t)port);
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static bool pass(int from, int to) {
    char piece[PIECE_SIZE];
    ssize_t n = recv(from, piece, sizeof(piece), 0);

    return n > 0 && send_all(to, piece, (size_t)n);
}

static void tunnel(const struct connect_proxy *proxy, int client, int host) {
    struct pollfd fds[3] = {
        { .fd = client, .events = POLLIN },
        { .fd = host, .events = POLLIN },
        { .fd = proxy->wake[0], .events = POLLIN },
    };

    while (poll(fds, 3, -1) > 0 && !fds[2].revents) {
        if (fds[0].revents && !pass(client, host))
            return;
        if (fds[1].revents && !pass(host, client))
            return;
    }
}

static void refuse(const struct connect_proxy *proxy, int client, const char *status) {
    char answer[256];
    const char *offer = proxy->offer ? proxy->offer : "Basic realm=\"proxy\"";
    int n = snprintf(answer, sizeof(answer), "HTTP/1.1 %s\r\nProxy-Authenticate: %s\r\nContent-Length: 0\r\n\r\n", status, offer);

    (void)send_all(client, answer, (size_t)n);
}

static bool is_welcome(const struct connect_proxy *proxy, const char *head) {
    const char *found = strstr(head, "\r\nProxy-Authorization: ");

    if (!proxy->authorization)
        return true;
    return found && hv_text_starts(found + strlen("\r\nProxy-Authorization: "), proxy->authorization);
}

static void serve(struct connect_proxy *proxy, int client) {
    static const char opened[] = "HTTP/1.1 200 Connection established\r\nWWW-Authenticate: Basic realm=\"not the host\"\r\n\r\n";
    char *head = proxy->heads[proxy->n_heads < CONNECT_PROXY_MAX_HEADS ? proxy->n_heads++ : CONNECT_PROXY_MAX_HEADS - 1];
    int host;

    if (!read_head(client, head))
        return;
    if (proxy->refusal && !*proxy->refusal)
        return;
    if (proxy->refusal || !is_welcome(proxy, head)) {
        refuse(proxy, client, proxy->refusal ? proxy->refusal : "407 Proxy Authentication Required");
        return;
    }
    host = open_target(head);
    if (host < 0) {
        refuse(proxy, client, "502 Bad Gateway");
        return;
    }
    proxy->n_tunnels++;
    if (send_all(client, opened, strlen(opened)))
        tunnel(proxy, client, host);
    close(host);
}

static void *run(void *context) {
    struct connect_proxy *proxy = context;
    int client;

    while ((client = accept(proxy->listener, NULL, NULL)) >= 0) {
        serve(proxy, client);
        close(client);
    }
    return NULL;
}

void connect_proxy_start(struct connect_proxy *proxy) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof(address);

    proxy->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (proxy->listener < 0 || pipe(proxy->wake) < 0 || bind(proxy->listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
        listen(proxy->listener, 16) < 0 || getsockname(proxy->listener, (struct sockaddr *)&address, &n) < 0 ||
        pthread_create(&proxy->thread, NULL, run, proxy) != 0)
        abort();
    proxy->port = ntohs(address.sin_port);
}

void connect_proxy_stop(struct connect_proxy *proxy) {
    close(proxy->wake[1]);
    shutdown(proxy->listener, SHUT_RDWR);
    pthread_join(proxy->thread, NULL);
    close(proxy->listener);
    close(proxy->wake[0]);
}
