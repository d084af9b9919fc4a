/*
 * A small HTTP server on 127.0.0.1 for tests of the transport: one thread that takes connections one after the other and does
 * with each what its script says. Everything it was sent is kept for the test to look at.
 */
#ifndef TESTS_LOOPBACK_H
#define TESTS_LOOPBACK_H

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/text.h"

enum {
    LOOPBACK_MAX_CONNECTIONS = 8,
    LOOPBACK_MAX_STEPS = 8,
    LOOPBACK_MAX_REQUESTS = 16,
    LOOPBACK_BIG_BYTES = 8 * 1024 * 1024 + 1,
};

enum loopback_step {
    DO_CLOSE, /* also what follows the last step */
    DO_READ,  /* one whole request */
    DO_ANSWER,
    DO_ANSWER_CHUNKED,
    DO_ANSWER_401,
    DO_ANSWER_REDIRECT,
    DO_ANSWER_BIG,       /* one byte more than the transport takes */
    DO_ANSWER_TRUNCATED, /* fewer bytes than announced */
    DO_GARBAGE,          /* no HTTP */
    DO_HOLD,             /* says nothing more, stays open until the end */
};

struct loopback_certificate {
    X509 *x509;
    EVP_PKEY *key;
};

struct loopback {
    int listener;
    uint16_t port;
    pthread_t thread;
    SSL_CTX *tls; /* NULL: plain */
    const enum loopback_step (*scripts)[LOOPBACK_MAX_STEPS];
    size_t n_scripts;
    const char *answer; /* body of DO_ANSWER */
    size_t n_connections;
    size_t n_requests;
    char *requests[LOOPBACK_MAX_REQUESTS]; /* head and body */
    int held[LOOPBACK_MAX_CONNECTIONS];
    SSL *held_tls[LOOPBACK_MAX_CONNECTIONS];
    size_t n_held;
};

struct loopback_peer {
    int fd;
    SSL *ssl;
};

static inline ssize_t loopback_read(struct loopback_peer *peer, void *bytes, size_t n) {
    return peer->ssl ? SSL_read(peer->ssl, bytes, (int)n) : read(peer->fd, bytes, n);
}

static inline bool loopback_write(struct loopback_peer *peer, const char *bytes, size_t n) {
    while (n > 0) {
        ssize_t done = peer->ssl ? SSL_write(peer->ssl, bytes, (int)n) : send(peer->fd, bytes, n, MSG_NOSIGNAL);
        if (done <= 0)
            return false;
        bytes += done;
        n -= (size_t)done;
    }
    return true;
}

static inline bool loopback_read_request(struct loopback *server, struct loopback_peer *peer) {
    struct hv_buf buf = HV_BUF_INIT(1024 * 1024);
    uint64_t n_body = 0;
    size_t n_whole = 0;
    char c;

    while (n_whole == 0 || buf.len < n_whole) {
        const char *end;
        if (loopback_read(peer, &c, 1) != 1) {
            hv_buf_deinit(&buf);
            return false;
        }
        hv_buf_putc(&buf, c);
        if (n_whole == 0 && hv_text_ends(buf.data, "\r\n\r\n")) {
            const char *length = strstr(buf.data, "Content-Length: ");
            if (length) {
                length += strlen("Content-Length: ");
                end = strstr(length, "\r\n");
                (void)hv_text_u64(length, (size_t)(end - length), 0, 1024 * 1024, &n_body);
            }
            n_whole = buf.len + (size_t)n_body;
        }
    }
    if (server->n_requests < LOOPBACK_MAX_REQUESTS)
        server->requests[server->n_requests++] = buf.data;
    return true;
}

static inline bool loopback_answer(struct loopback_peer *peer, const char *status, const char *headers, const char *body,
                                   size_t n_announced) {
    struct hv_buf buf = HV_BUF_INIT(1024 * 1024);
    bool done;

    hv_buf_printf(&buf, "HTTP/1.1 %s\r\n%sContent-Type: application/soap+xml;charset=UTF-8\r\nContent-Length: %zu\r\n\r\n%s",
                  status, headers, n_announced, body);
    done = loopback_write(peer, buf.data, buf.len);
    hv_buf_deinit(&buf);
    return done;
}

static inline bool loopback_answer_big(struct loopback_peer *peer) {
    char *body = calloc(1, LOOPBACK_BIG_BYTES);
    bool done = loopback_answer(peer, "200 OK", "", "", LOOPBACK_BIG_BYTES) && loopback_write(peer, body, LOOPBACK_BIG_BYTES);

    free(body);
    return done;
}

static inline bool loopback_do(struct loopback *server, struct loopback_peer *peer, enum loopback_step step) {
    static const char chunked[] = "HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\nTransfer-Encoding: chunked\r\n\r\n"
                                  "3\r\n<a/\r\n1\r\n>\r\n0\r\n\r\n";

    switch (step) {
    case DO_READ:
        return loopback_read_request(server, peer);
    case DO_ANSWER:
        return loopback_answer(peer, "200 OK", "", server->answer, strlen(server->answer));
    case DO_ANSWER_CHUNKED:
        return loopback_write(peer, chunked, strlen(chunked));
    case DO_ANSWER_401:
        return loopback_answer(peer, "401 Unauthorized", "WWW-Authenticate: Basic realm=\"WSMAN\"\r\n", "", 0);
    case DO_ANSWER_REDIRECT:
        return loopback_answer(peer, "302 Found", "Location: /elsewhere\r\n", "", 0);
    case DO_ANSWER_BIG:
        return loopback_answer_big(peer);
    case DO_ANSWER_TRUNCATED:
        return loopback_answer(peer, "200 OK", "", "<a", 100) && false;
    case DO_GARBAGE:
        return loopback_write(peer, "220 mail.example ESMTP\r\n", 24) && false;
    case DO_HOLD:
    case DO_CLOSE:
        break;
    }
    return false;
}

static inline void loopback_serve(struct loopback *server, int fd) {
    struct loopback_peer peer = { .fd = fd };
    size_t script = server->n_connections++;
    enum loopback_step step = DO_CLOSE;

    if (server->tls) {
        peer.ssl = SSL_new(server->tls);
        SSL_set_fd(peer.ssl, fd);
    }
    if (script < server->n_scripts && (!peer.ssl || SSL_accept(peer.ssl) == 1)) {
        for (size_t i = 0; i < LOOPBACK_MAX_STEPS; i++) {
            step = server->scripts[script][i];
            if (!loopback_do(server, &peer, step))
                break;
        }
    }
    if (step == DO_HOLD) {
        server->held[server->n_held] = fd;
        server->held_tls[server->n_held++] = peer.ssl;
        return;
    }
    SSL_free(peer.ssl);
    close(fd);
}

static inline void *loopback_thread(void *context) {
    struct loopback *server = context;
    sigset_t pipe_signal;

    /* OpenSSL writes without MSG_NOSIGNAL. */
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, NULL);
    while (server->n_connections < LOOPBACK_MAX_CONNECTIONS) {
        int fd = accept(server->listener, NULL, NULL);
        if (fd < 0)
            break;
        loopback_serve(server, fd);
    }
    return NULL;
}

/* CERTIFICATE NULL: plain HTTP. SCRIPTS: what to do with the first, second ... connection; later ones are closed at once. */
static inline void loopback_start(struct loopback *server, const struct loopback_certificate *certificate,
                                  const enum loopback_step (*scripts)[LOOPBACK_MAX_STEPS], size_t n_scripts) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof(address);

    memset(server, 0, sizeof(*server));
    server->scripts = scripts;
    server->n_scripts = n_scripts;
    server->answer = "<a/>";
    if (certificate) {
        server->tls = SSL_CTX_new(TLS_server_method());
        assert_int_equal(SSL_CTX_use_certificate(server->tls, certificate->x509), 1);
        assert_int_equal(SSL_CTX_use_PrivateKey(server->tls, certificate->key), 1);
    }
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(server->listener >= 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(server->listener, 16), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &n), 0);
    server->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&server->thread, NULL, loopback_thread, server), 0);
}

/* Afterwards what it counted and kept may be looked at. */
static inline void loopback_stop(struct loopback *server) {
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
    for (size_t i = 0; i < server->n_held; i++) {
        SSL_free(server->held_tls[i]);
        close(server->held[i]);
    }
    SSL_CTX_free(server->tls);
}

static inline void loopback_forget(struct loopback *server) {
    for (size_t i = 0; i < server->n_requests; i++)
        free(server->requests[i]);
}

static inline void loopback_add_extension(X509 *x509, X509 *issuer, int nid, const char *value) {
    X509V3_CTX context;
    X509_EXTENSION *extension;

    X509V3_set_ctx(&context, issuer, x509, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(x509, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

/* NAMES as "IP:127.0.0.1,DNS:localhost", NULL for a certificate authority. ISSUER NULL: self-signed. Seconds from now. */
static inline struct loopback_certificate loopback_certificate(const char *names, const struct loopback_certificate *issuer,
                                                               long valid_from, long valid_to) {
    struct loopback_certificate made = { .x509 = X509_new(), .key = EVP_EC_gen("P-256") };
    X509 *by = issuer ? issuer->x509 : made.x509;
    const char *common_name = names ? "loopback server" : "loopback authority";

    X509_set_version(made.x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.x509), names ? 2 : 1);
    X509_gmtime_adj(X509_getm_notBefore(made.x509), valid_from);
    X509_gmtime_adj(X509_getm_notAfter(made.x509), valid_to);
    X509_set_pubkey(made.x509, made.key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made.x509), "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1,
                               0);
    X509_set_issuer_name(made.x509, X509_get_subject_name(by));
    loopback_add_extension(made.x509, by, NID_basic_constraints, names ? "CA:FALSE" : "critical,CA:TRUE");
    if (names)
        loopback_add_extension(made.x509, by, NID_subject_alt_name, names);
    assert_true(X509_sign(made.x509, issuer ? issuer->key : made.key, EVP_sha256()) > 0);
    return made;
}

static inline void loopback_certificate_free(struct loopback_certificate *certificate) {
    X509_free(certificate->x509);
    EVP_PKEY_free(certificate->key);
}

/* Writes the certificate to a new file; unlink and free the name. */
static inline char *loopback_certificate_file(const struct loopback_certificate *certificate) {
    char *path = strdup("/tmp/hvctl-test-XXXXXX");
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");

    assert_non_null(file);
    assert_int_equal(PEM_write_X509(file, certificate->x509), 1);
    assert_int_equal(fclose(file), 0);
    return path;
}

#endif
