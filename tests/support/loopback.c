/* The scripted server on the loopback. */
#include "support/loopback.h"

#include <arpa/inet.h>
#include <gssapi/gssapi_ext.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/text.h"

struct peer {
    int fd;
    SSL *ssl;
    struct acceptor acceptor;
    struct credssp_peer credssp;
    bool signed_in;
    const char *request; /* the last */
    size_t n_request;
};

static ssize_t read_some(struct peer *peer, void *bytes, size_t n) {
    return peer->ssl ? SSL_read(peer->ssl, bytes, (int)n) : read(peer->fd, bytes, n);
}

static bool write_all(struct peer *peer, const char *bytes, size_t n) {
    while (n > 0) {
        ssize_t done = peer->ssl ? SSL_write(peer->ssl, bytes, (int)n) : send(peer->fd, bytes, n, MSG_NOSIGNAL);
        if (done <= 0)
            return false;
        bytes += done;
        n -= (size_t)done;
    }
    return true;
}

static bool read_request(struct loopback *server, struct peer *peer) {
    struct hv_buf buf = HV_BUF_INIT(1024 * 1024);
    uint64_t n_body = 0;
    size_t n_whole = 0;
    char c;

    while (n_whole == 0 || buf.len < n_whole) {
        const char *end;
        if (read_some(peer, &c, 1) != 1) {
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
    assert_true(server->n_requests < LOOPBACK_MAX_REQUESTS);
    server->shown[server->n_requests] = peer->ssl ? SSL_get1_peer_certificate(peer->ssl) : NULL;
    server->requests[server->n_requests++] = buf.data;
    peer->request = buf.data;
    peer->n_request = buf.len;
    return true;
}

static bool answer(struct peer *peer, const char *status, const char *headers, const char *body, size_t n_announced) {
    struct hv_buf buf = HV_BUF_INIT(1024 * 1024);
    bool done;

    hv_buf_printf(&buf, "HTTP/1.1 %s\r\n%sContent-Type: application/soap+xml;charset=UTF-8\r\nContent-Length: %zu\r\n\r\n%s",
                  status, headers, n_announced, body);
    done = write_all(peer, buf.data, buf.len);
    hv_buf_deinit(&buf);
    return done;
}

static bool answer_big(struct peer *peer) {
    char *body = calloc(1, LOOPBACK_BIG_BYTES);
    bool done = answer(peer, "200 OK", "", "", LOOPBACK_BIG_BYTES) && write_all(peer, body, LOOPBACK_BIG_BYTES);

    free(body);
    return done;
}

static bool offer(struct loopback *server, struct peer *peer) {
    return answer(peer, "401 Unauthorized", server->offer, "", 0);
}

/* The token of the last request, decoded; NULL without one. */
static unsigned char *token_of(const struct loopback *server, const struct peer *peer, size_t *ret_n) {
    char name[64];
    const char *text;
    const char *end;
    unsigned char *bytes;
    int n;

    (void)snprintf(name, sizeof(name), "\r\nAuthorization: %s ", server->scheme);
    text = strstr(peer->request, name);
    if (!text)
        return NULL;
    text += strlen(name);
    end = strstr(text, "\r\n");
    bytes = malloc((size_t)(end - text) + 3);
    n = EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)(end - text));
    assert_true(n >= 3);
    *ret_n = (size_t)n - (end[-1] == '=' ? 1 : 0) - (end[-2] == '=' ? 1 : 0);
    return bytes;
}

static bool answer_token(struct loopback *server, struct peer *peer, const char *status, const void *token, size_t n_token) {
    HV_CLEANUP_BUF struct hv_buf line = HV_BUF_INIT(1024 * 1024);
    unsigned char *text = malloc(n_token * 2 + 4);

    hv_buf_printf(&line, "WWW-Authenticate: %s ", server->scheme);
    hv_buf_append(&line, text, (size_t)EVP_EncodeBlock(text, token, (int)n_token));
    hv_buf_puts(&line, "\r\n");
    free(text);
    return answer(peer, status, n_token || server->credssp ? line.data : "", "", 0);
}

/* A turn without a token may mean that the client is to go on. */
static bool accept_credssp(struct loopback *server, struct peer *peer, const void *in, size_t n_in) {
    HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(1024 * 1024);
    int r = credssp_peer_turn(&peer->credssp, in, n_in, &out);

    if (r == 0) {
        peer->signed_in = true;
        server->n_signed_in++;
        (void)snprintf(server->user, sizeof(server->user), "%s", peer->credssp.acceptor.user);
        return answer(peer, "200 OK", "", "", 0);
    }
    return r < 0 && out.len == 0 ? offer(server, peer) : answer_token(server, peer, "401 Unauthorized", out.data, out.len);
}

static bool accept_token(struct loopback *server, struct peer *peer) {
    size_t n_in = 0;
    size_t n_out = 0;
    unsigned char *in = token_of(server, peer, &n_in);
    void *out = NULL;
    bool done;
    int r;

    if (!in)
        return offer(server, peer);
    if (server->credssp) {
        done = accept_credssp(server, peer, in, n_in);
        free(in);
        return done;
    }
    r = acceptor_step(&peer->acceptor, in, n_in, server->n_binding ? server->binding : NULL, server->n_binding, &out, &n_out);
    free(in);
    if (r == 0 && server->strict && !(peer->acceptor.flags & GSS_C_CHANNEL_BOUND_FLAG))
        r = -1;
    if (r == 0) {
        peer->signed_in = true;
        server->n_signed_in++;
        (void)snprintf(server->user, sizeof(server->user), "%s", peer->acceptor.user);
        done = answer_token(server, peer, "200 OK", out, n_out);
    } else {
        done = n_out ? answer_token(server, peer, "401 Unauthorized", out, n_out) : offer(server, peer);
    }
    free(out);
    return done;
}

/* Opens the request, which must be sealed in one part and say "<body/>". */
static void open_request(struct loopback *server, struct peer *peer) {
    static const char type[] = "Content-Type: multipart/encrypted;protocol=\"application/HTTP-";
    static const char binary[] = "\tContent-Type: application/octet-stream\r\n";
    static const char end[] = "--Encrypted Boundary--\r\n";
    const char *body = strstr(peer->request, "\r\n\r\n") + 4;
    size_t n_body = peer->n_request - (size_t)(body - peer->request);
    const char *sealed = memmem(body, n_body, binary, sizeof(binary) - 1);
    HV_CLEANUP_FREE char *plain = NULL;
    size_t n_sealed;
    size_t n = 0;

    assert_non_null(strstr(peer->request, type));
    assert_null(memmem(body, n_body, "<body/>", 7));
    assert_non_null(memmem(body, n_body, "\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=7\r\n", 68));
    assert_non_null(sealed);
    sealed += sizeof(binary) - 1 + 4;
    n_sealed = (size_t)(body + n_body - sealed) - (sizeof(end) - 1);
    assert_memory_equal(sealed + n_sealed, end, sizeof(end) - 1);
    plain = acceptor_unseal(&peer->acceptor, sealed, n_sealed, &n);
    assert_int_equal(n, 7);
    assert_memory_equal(plain, "<body/>", 7);
    server->n_opened++;
}

/* The same with CredSSP, in as many parts as are needed, and of any length: it is the test that knows what was said. */
static void open_by_credssp(struct loopback *server, struct peer *peer) {
    static const char binary[] = "\tContent-Type: application/octet-stream\r\n";
    HV_CLEANUP_BUF struct hv_buf plain = HV_BUF_INIT(1024 * 1024);
    const char *end = peer->request + peer->n_request;
    const char *at = peer->request;
    size_t n_parts = 0;

    assert_non_null(strstr(at, "protocol=\"application/HTTP-CredSSP-session-encrypted\""));
    while ((at = memmem(at, (size_t)(end - at), binary, sizeof(binary) - 1))) {
        const char *sealed = at + sizeof(binary) - 1 + 4;
        const char *next = memmem(sealed, (size_t)(end - sealed), "--Encrypted Boundary", 20);

        assert_true(at[sizeof(binary) - 1] == 16 || at[sizeof(binary) - 1] == 17);
        assert_true(tls_peer_read(&peer->credssp.tls, sealed, (size_t)(next - sealed), &plain));
        at = next;
        n_parts++;
    }
    assert_int_equal(n_parts > 1, strstr(peer->request, "multipart/x-multi-encrypted;") != NULL);
    assert_null(memmem(peer->request, peer->n_request, "<body", 5));
    assert_memory_equal(plain.data, "<body", 5);
    server->n_opened++;
    server->n_opened_bytes = plain.len;
    server->n_opened_parts = n_parts;
}

static char *seal_part(struct peer *peer, bool credssp, const char *plain, size_t n_plain, size_t *ret_n_token, size_t *ret_n) {
    struct hv_buf out = HV_BUF_INIT(1024 * 1024);

    if (!credssp)
        return acceptor_seal(&peer->acceptor, plain, n_plain, ret_n_token, ret_n);
    tls_peer_write(&peer->credssp.tls, plain, n_plain, &out);
    *ret_n_token = 16;
    *ret_n = out.len;
    return out.data;
}

static void put_part(struct loopback *server, struct peer *peer, enum loopback_step step, const char *plain, size_t n_plain,
                     struct hv_buf *out) {
    const char *boundary = step == DO_ANSWER_LOOSE ? "-- Encrypted Boundary\n" : "--Encrypted Boundary\r\n";
    const char *line_end = step == DO_ANSWER_LOOSE ? "\n" : "\r\n";
    size_t n_token = 0;
    size_t n = 0;
    HV_CLEANUP_FREE char *sealed = seal_part(peer, server->credssp != NULL, plain, n_plain, &n_token, &n);
    const char length[] = { (char)n_token, (char)(n_token >> 8), 0, 0 };

    if (step == DO_ANSWER_DAMAGED)
        sealed[n - 1] = (char)(sealed[n - 1] ^ 1);
    hv_buf_printf(out, "%s\tContent-Type: application/HTTP-%s-session-encrypted%s", boundary,
                  server->credssp ? "CredSSP" : "SPNEGO", line_end);
    hv_buf_printf(out, "\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=%zu%s", n_plain, line_end);
    hv_buf_printf(out, "%s\tContent-Type: application/octet-stream%s", boundary, line_end);
    hv_buf_append(out, length, sizeof(length));
    hv_buf_append(out, sealed, n);
}

static bool answer_sealed(struct loopback *server, struct peer *peer, enum loopback_step step) {
    HV_CLEANUP_BUF struct hv_buf body = HV_BUF_INIT(1024 * 1024);
    HV_CLEANUP_BUF struct hv_buf head = HV_BUF_INIT(4096);
    size_t n_plain = strlen(server->answer);
    size_t n_chunk = step == DO_ANSWER_PARTS ? 1 : n_plain;

    if (server->credssp)
        open_by_credssp(server, peer);
    else
        open_request(server, peer);
    for (size_t done = 0; done < n_plain; done += n_chunk)
        put_part(server, peer, step, server->answer + done, n_chunk, &body);
    hv_buf_puts(&body, step == DO_ANSWER_LOOSE ? "-- Encrypted Boundary--" : "--Encrypted Boundary--\r\n");
    hv_buf_printf(&head,
                  "HTTP/1.1 %s\r\nContent-Type: multipart/%sencrypted;protocol=\"application/HTTP-%s-session-encrypted\";"
                  "boundary=\"Encrypted Boundary\"\r\nContent-Length: %zu\r\n\r\n",
                  step == DO_ANSWER_FAULT ? "500 Internal Server Error" : "200 OK", step == DO_ANSWER_PARTS ? "x-multi-" : "",
                  server->credssp ? "CredSSP" : "SPNEGO", body.len);
    return write_all(peer, head.data, head.len) && write_all(peer, body.data, body.len);
}

static bool answer_signed(struct loopback *server, struct peer *peer, enum loopback_step step) {
    if (!peer->signed_in)
        return offer(server, peer);
    return peer->ssl ? answer(peer, "200 OK", "", server->answer, strlen(server->answer)) : answer_sealed(server, peer, step);
}

static bool answer_by_bytes(struct peer *peer, const char *body) {
    struct hv_buf buf = HV_BUF_INIT(1024 * 1024);
    bool done = true;

    hv_buf_puts(&buf, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\n"
                      "Transfer-Encoding: chunked\r\n\r\n");
    for (const char *c = body; *c; c++)
        hv_buf_printf(&buf, "1;x=y\r\n%c\r\n", *c);
    hv_buf_puts(&buf, "0\r\nX-Trailer: 1\r\n\r\n");
    for (size_t i = 0; done && i < buf.len; i++)
        done = write_all(peer, buf.data + i, 1);
    hv_buf_deinit(&buf);
    return done;
}

/* Whoever it is. */
static int take_any(int good, X509_STORE_CTX *context) {
    (void)good;
    (void)context;
    return 1;
}

/* The new handshake is carried out while reading, which is not to go on to wait for a request. */
static bool ask_certificate(struct loopback *server, struct peer *peer) {
    char c;

    if (server->turns_into && (SSL_use_certificate(peer->ssl, server->turns_into->x509) != 1 ||
                               SSL_use_PrivateKey(peer->ssl, server->turns_into->key) != 1))
        return false;
    SSL_set_verify(peer->ssl, SSL_VERIFY_PEER, take_any);
    (void)SSL_set_options(peer->ssl, SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION);
    (void)SSL_clear_mode(peer->ssl, SSL_MODE_AUTO_RETRY);
    if ((SSL_version(peer->ssl) == TLS1_2_VERSION ? SSL_renegotiate(peer->ssl) : SSL_verify_client_post_handshake(peer->ssl)) !=
            1 ||
        SSL_do_handshake(peer->ssl) != 1)
        return false;
    if (SSL_peek(peer->ssl, &c, 1) > 0 || SSL_get_error(peer->ssl, -1) != SSL_ERROR_WANT_READ)
        return false;
    (void)SSL_set_mode(peer->ssl, SSL_MODE_AUTO_RETRY);
    X509_free(server->shown[server->n_requests - 1]);
    server->shown[server->n_requests - 1] = SSL_get1_peer_certificate(peer->ssl);
    return true;
}

static bool take_step(struct loopback *server, struct peer *peer, enum loopback_step step) {
    static const char chunked[] = "HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\nTransfer-Encoding: chunked\r\n\r\n"
                                  "3\r\n<a/\r\n1\r\n>\r\n0\r\n\r\n";

    switch (step) {
    case DO_READ:
        return read_request(server, peer);
    case DO_ANSWER:
        return answer(peer, "200 OK", "", server->answer, strlen(server->answer));
    case DO_ANSWER_CHUNKED:
        return write_all(peer, chunked, strlen(chunked));
    case DO_ANSWER_BY_BYTES:
        return answer_by_bytes(peer, server->answer);
    case DO_ANSWER_401:
        return answer(peer, "401 Unauthorized", "WWW-Authenticate: Basic realm=\"WSMAN\"\r\n", "", 0);
    case DO_ANSWER_REDIRECT:
        return answer(peer, "302 Found", "Location: /elsewhere\r\n", "", 0);
    case DO_ANSWER_BIG:
        return answer_big(peer);
    case DO_ANSWER_TRUNCATED:
        return answer(peer, "200 OK", "", "<a", 100) && false;
    case DO_GARBAGE:
        return write_all(peer, "220 mail.example ESMTP\r\n", 24) && false;
    case DO_OFFER:
        return offer(server, peer);
    case DO_ACCEPT:
        return accept_token(server, peer);
    case DO_ANSWER_SIGNED:
    case DO_ANSWER_PARTS:
    case DO_ANSWER_FAULT:
    case DO_ANSWER_LOOSE:
    case DO_ANSWER_DAMAGED:
        return answer_signed(server, peer, step);
    case DO_ANSWER_404:
        return answer(peer, "404 Not Found", "", "", 0);
    case DO_ASK_CERTIFICATE:
        return ask_certificate(server, peer);
    case DO_HOLD:
    case DO_CLOSE:
        break;
    }
    return false;
}

static void serve(struct loopback *server, int fd) {
    struct peer peer = { .fd = fd };
    size_t script = server->n_connections++;
    enum loopback_step step = DO_CLOSE;

    if (server->tls) {
        peer.ssl = SSL_new(server->tls);
        SSL_set_fd(peer.ssl, fd);
        if (server->asks)
            SSL_set_verify(peer.ssl, SSL_VERIFY_PEER, take_any);
    }
    if (server->credssp)
        credssp_peer_start(&peer.credssp, server->credssp);
    else if (server->offer)
        acceptor_init(&peer.acceptor);
    if (script < server->n_scripts && (!peer.ssl || SSL_accept(peer.ssl) == 1)) {
        for (size_t i = 0; i < LOOPBACK_MAX_STEPS; i++) {
            step = server->scripts[script][i];
            if (!take_step(server, &peer, step))
                break;
        }
    }
    acceptor_deinit(&peer.acceptor);
    if (server->credssp)
        credssp_peer_stop(&peer.credssp);
    if (step == DO_HOLD) {
        server->held[server->n_held] = fd;
        server->held_tls[server->n_held++] = peer.ssl;
        return;
    }
    SSL_free(peer.ssl);
    close(fd);
    pthread_mutex_lock(&server->lock);
    server->n_closed++;
    pthread_cond_signal(&server->closed);
    pthread_mutex_unlock(&server->lock);
}

static void *run(void *context) {
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
        serve(server, fd);
    }
    return NULL;
}

void loopback_start(struct loopback *server, const struct loopback_certificate *certificate,
                    const enum loopback_step (*scripts)[LOOPBACK_MAX_STEPS], size_t n_scripts) {
    loopback_start_at(server, certificate, scripts, n_scripts, 0);
}

void loopback_start_at(struct loopback *server, const struct loopback_certificate *certificate,
                       const enum loopback_step (*scripts)[LOOPBACK_MAX_STEPS], size_t n_scripts, int max_tls) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof(address);

    memset(server, 0, sizeof(*server));
    pthread_mutex_init(&server->lock, NULL);
    pthread_cond_init(&server->closed, NULL);
    server->scripts = scripts;
    server->n_scripts = n_scripts;
    server->answer = "<a/>";
    server->scheme = "Negotiate";
    if (certificate) {
        server->tls = SSL_CTX_new(TLS_server_method());
        assert_int_equal(SSL_CTX_set_max_proto_version(server->tls, max_tls), 1);
        if (max_tls && max_tls < TLS1_2_VERSION)
            SSL_CTX_set_security_level(server->tls, 0);
        assert_int_equal(SSL_CTX_set_session_id_context(server->tls, (const unsigned char *)"loopback", 8), 1);
        assert_int_equal(SSL_CTX_use_certificate(server->tls, certificate->x509), 1);
        assert_int_equal(SSL_CTX_use_PrivateKey(server->tls, certificate->key), 1);
    }
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(server->listener >= 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(server->listener, 16), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &n), 0);
    server->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&server->thread, NULL, run, server), 0);
}

void loopback_accept(struct loopback *server, const char *lines, const struct loopback_certificate *certificate) {
    static const char prefix[] = "tls-server-end-point:";
    unsigned n_hash = 0;

    server->offer = lines;
    if (!certificate)
        return;
    memcpy(server->binding, prefix, sizeof(prefix) - 1);
    assert_int_equal(X509_digest(certificate->x509, EVP_sha256(), server->binding + sizeof(prefix) - 1, &n_hash), 1);
    server->n_binding = sizeof(prefix) - 1 + n_hash;
}

void loopback_wait_closed(struct loopback *server, size_t n) {
    pthread_mutex_lock(&server->lock);
    while (server->n_closed < n)
        pthread_cond_wait(&server->closed, &server->lock);
    pthread_mutex_unlock(&server->lock);
}

void loopback_stop(struct loopback *server) {
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
    for (size_t i = 0; i < server->n_held; i++) {
        SSL_free(server->held_tls[i]);
        close(server->held[i]);
    }
    SSL_CTX_free(server->tls);
    pthread_cond_destroy(&server->closed);
    pthread_mutex_destroy(&server->lock);
}

void loopback_forget(struct loopback *server) {
    for (size_t i = 0; i < server->n_requests; i++) {
        free(server->requests[i]);
        X509_free(server->shown[i]);
    }
}
