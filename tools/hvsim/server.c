/* Listeners of all hosts and the loop that serves them. */
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <gnutls/gnutls.h>
#include <microhttpd.h>

#include "base/error.h"
#include "base/text.h"
#include "credssp.h"
#include "output.h"

enum {
    TICK_MS = 200, /* the model moves on at least so often, for the state file */
    IDLE_S = 120,  /* an idle connection is closed (wsman.md 5.6) */
    MAX_CONNECTIONS = 300,
    SEALING_BYTES = 64 * 1024,    /* that sealing may add to the largest message */
    CONNECTION_BYTES = 96 * 1024, /* for headers: a token of 48000 bytes is what Windows allows at most */
    MAX_EVENTS = 32,
    SLOW_PIECES = 8,
    SLOW_MS = 20,
    AGAIN_MS = 50,      /* until a Pull that waits is tried again */
    BLOCK_BYTES = 1000, /* of an answer that is read piece by piece: no multiple of a character */
};

struct listener {
    struct sim_server *server;
    struct sim_service *service;
    struct MHD_Daemon *daemon;
    int epoll_fd;
    bool tls;
    uint16_t port;
};

struct host {
    struct sim_service service;
    struct sim_cert cert;
    struct sim_credssp_host *credssp;
    struct sim_certmaps certmaps;
};

/* A connection whose answer, or the next piece of it, is held back. */
struct held {
    struct MHD_Connection *connection;
    int64_t due_us;
    struct sim_service *service; /* of an operation that is stalled; NULL: only the bytes are slow */
};

struct sim_server {
    struct sim_server_options options;
    struct sim_ids ids;
    struct host *hosts;
    size_t n_hosts;
    struct listener *listeners;
    size_t n_listeners;
    struct held *held;
    size_t n_held;
    bool is_closing; /* nothing is held back any more */
    int epoll_fd;
    struct sim_output output;
    int64_t state_us; /* when the state was written last, or was not new */
};

/* One request from its first header to its last byte. */
struct exchange {
    struct hv_buf bytes;
    bool too_large;
    bool is_handled;
    struct sim_http_reply reply;
    struct listener *listener;
    struct MHD_Connection *connection;
    uint64_t paused_at;        /* end of the last piece of a slow answer */
    int64_t since_us;          /* when it was tried first; 0: not yet */
    const struct sim_arm *arm; /* found then */
};

static int64_t now_us(void) {
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Many machines make it long, and each look at a job that goes on makes it new. */
static void write_state(struct sim_server *server) {
    const int64_t now = now_us();

    if (server->options.state_ms && now < server->state_us + (int64_t)server->options.state_ms * 1000)
        return;
    sim_output_state(&server->output, server->options.fabric);
    server->state_us = now;
}

/* ---- answers ---- */

/* SERVICE: a whole operation is held back; NULL: only bytes are. */
static bool hold(struct sim_server *server, struct sim_service *service, struct MHD_Connection *connection, uint32_t ms) {
    struct held *held = server->is_closing ? NULL : reallocarray(server->held, server->n_held + 1, sizeof(*held));

    if (!held)
        return false;
    server->held = held;
    held[server->n_held++] = (struct held){ connection, now_us() + (int64_t)ms * 1000, service };
    if (service)
        service->n_held++;
    MHD_suspend_connection(connection);
    return true;
}

/* Bytes up to the end of the piece that POSITION is in; 0 when there is to be a pause first. */
static size_t piece_left(struct exchange *exchange, uint64_t position, size_t end) {
    const size_t piece = end / SLOW_PIECES + 1;

    if (!exchange->reply.slow)
        return end - (size_t)position;
    if (position > exchange->paused_at && position % piece == 0 &&
        hold(exchange->listener->server, NULL, exchange->connection, SLOW_MS)) {
        exchange->paused_at = position;
        return 0;
    }
    return piece - (size_t)position % piece;
}

static ssize_t read_body(void *data, uint64_t position, char *to, size_t max) {
    struct exchange *exchange = data;
    const struct sim_http_reply *reply = &exchange->reply;
    const size_t end = reply->break_at ? reply->break_at : reply->body.len;
    size_t n;

    if (position >= end)
        return reply->break_at ? MHD_CONTENT_READER_END_WITH_ERROR : MHD_CONTENT_READER_END_OF_STREAM;
    n = piece_left(exchange, position, end);
    if (n > max)
        n = max;
    if (n > end - (size_t)position)
        n = end - (size_t)position;
    memcpy(to, hv_buf_text(&reply->body) + position, n);
    return (ssize_t)n;
}

static struct MHD_Response *make_response(struct exchange *exchange) {
    const struct sim_http_reply *reply = &exchange->reply;
    struct hv_buf *body = &exchange->reply.body;
    char *bytes = NULL;
    size_t n = body->len;
    struct MHD_Response *response;

    if (reply->break_at || reply->chunked || reply->slow)
        return MHD_create_response_from_callback(reply->chunked ? MHD_SIZE_UNKNOWN : n, BLOCK_BYTES, read_body, exchange, NULL);
    if (hv_buf_take(body, "answer", &bytes, NULL) < 0)
        return NULL;
    response = MHD_create_response_from_buffer(n, bytes, MHD_RESPMEM_MUST_FREE);
    if (!response)
        free(bytes);
    return response;
}

static enum MHD_Result send_reply(struct MHD_Connection *connection, struct exchange *exchange) {
    const struct sim_http_reply *reply = &exchange->reply;
    struct MHD_Response *response = make_response(exchange);
    enum MHD_Result result;

    if (!response)
        return MHD_NO;
    (void)MHD_add_response_header(response, "Server", "Microsoft-HTTPAPI/2.0");
    if (reply->content_type)
        (void)MHD_add_response_header(response, "Content-Type", reply->content_type);
    for (size_t i = 0; i < SIM_MAX_OFFERS && reply->offers[i]; i++)
        (void)MHD_add_response_header(response, "WWW-Authenticate", reply->offers[i]);
    if (reply->challenge)
        (void)MHD_add_response_header(response, "WWW-Authenticate", reply->challenge);
    if (reply->closes)
        (void)MHD_add_response_header(response, "Connection", "close");
    if (reply->status == 405)
        (void)MHD_add_response_header(response, "Allow", "POST");
    result = MHD_queue_response(connection, (unsigned)reply->status, response);
    MHD_destroy_response(response);
    return result;
}

/* ---- requests ---- */

static const char *header(struct MHD_Connection *connection, const char *name) {
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static struct sim_session *session_of(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info ? info->socket_context : NULL;
}

/* libmicrohttpd has TLS from GnuTLS, which looked at the signature, but not at who signed the certificate. */
static const gnutls_datum_t *client_cert_of(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    unsigned n = 0;
    const gnutls_datum_t *certs = info && info->tls_session ? gnutls_certificate_get_peers(info->tls_session, &n) : NULL;

    return n ? certs : NULL;
}

static void handle(struct listener *listener, struct MHD_Connection *connection, const char *url, const char *method,
                   struct exchange *exchange) {
    const gnutls_datum_t *client_cert = client_cert_of(connection);
    const struct sim_http_request request = {
        .method = method,
        .path = url,
        .content_type = header(connection, "Content-Type"),
        .authorization = header(connection, "Authorization"),
        .wsman_identify = header(connection, "WSMANIDENTIFY"),
        .has_length = header(connection, "Content-Length"),
        .too_large = exchange->too_large,
        .tls = listener->tls,
        .client_cert = client_cert ? client_cert->data : NULL,
        .n_client_cert = client_cert ? client_cert->size : 0,
        .session = session_of(connection),
        .bytes = hv_buf_text(&exchange->bytes),
        .n_bytes = exchange->bytes.len,
        .now_us = now_us(),
        .since_us = exchange->since_us,
        .arm = exchange->arm,
    };

    if (!exchange->since_us)
        exchange->since_us = request.now_us;
    sim_service_handle(listener->service, &request, &exchange->reply);
    if (exchange->reply.waits) {
        exchange->arm = exchange->reply.arm;
        sim_http_reply_deinit(&exchange->reply);
        return;
    }
    exchange->is_handled = true;
    sim_output_request(&listener->server->output, exchange->reply.log);
    write_state(listener->server);
}

static void collect(struct exchange *exchange, size_t limit, const char *bytes, size_t n_bytes) {
    if (exchange->bytes.len + n_bytes > limit) {
        exchange->too_large = true;
        hv_buf_reset(&exchange->bytes);
    } else if (!exchange->too_large) {
        hv_buf_append(&exchange->bytes, bytes, n_bytes);
    }
}

/* The whole request is read before it is answered, whatever the answer, so that the connection lives on. */
static enum MHD_Result on_request(void *data, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *upload, size_t *n_upload, void **context) {
    struct listener *listener = data;
    struct exchange *exchange = *context;

    (void)version;
    if (!exchange) {
        exchange = calloc(1, sizeof(*exchange));
        if (!exchange)
            return MHD_NO;
        hv_buf_init(&exchange->bytes, SIZE_MAX / 2);
        exchange->listener = listener;
        exchange->connection = connection;
        *context = exchange;
        return MHD_YES;
    }
    if (*n_upload) {
        collect(exchange, (size_t)listener->service->limits.envelope_bytes + SEALING_BYTES, upload, *n_upload);
        *n_upload = 0;
        return MHD_YES;
    }
    if (!exchange->is_handled) {
        handle(listener, connection, url, method, exchange);
        if (!exchange->is_handled)
            return hold(listener->server, listener->service, connection, AGAIN_MS) ? MHD_YES : MHD_NO;
        if (exchange->reply.stall_ms && hold(listener->server, listener->service, connection, exchange->reply.stall_ms))
            return MHD_YES;
    }
    return exchange->reply.drop ? MHD_NO : send_reply(connection, exchange);
}

/* The answer is with the kernel by now, which sends it before the end. */
static void hang_up(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    if (info)
        (void)shutdown(info->connect_fd, SHUT_RDWR);
}

static void on_completed(void *data, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode code) {
    struct exchange *exchange = *context;

    (void)data;
    (void)code;
    if (!exchange)
        return;
    if (exchange->is_handled && exchange->reply.hangs_up)
        hang_up(connection);
    hv_buf_deinit(&exchange->bytes);
    if (exchange->is_handled)
        sim_http_reply_deinit(&exchange->reply);
    free(exchange);
    *context = NULL;
}

/* A connection without a session signs each request in anew. */
static void on_connection(void *data, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code) {
    (void)data;
    (void)connection;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *context = calloc(1, sizeof(struct sim_session));
    } else if (*context) {
        sim_session_deinit(*context);
        free(*context);
        *context = NULL;
    }
}

/* What libmicrohttpd would print about clients that go away. */
static void on_log(void *data, const char *format, va_list args) {
    (void)data;
    (void)format;
    (void)args;
}

/* ---- listeners ---- */

static int start_daemon(struct listener *listener, const struct host *host, uint16_t port, struct hv_error *err) {
    const char *address = sim_host_address(host->service.host);
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    const union MHD_DaemonInfo *info;
    const struct sim_client_ca *client_ca = host->service.policy.client_ca;
    char *trust = client_ca ? sim_client_ca_pem(client_ca) : NULL;
    const struct MHD_OptionItem tls_items[] = {
        { MHD_OPTION_HTTPS_MEM_CERT, 0, host->cert.cert_pem },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, host->cert.key_pem },
        { trust ? MHD_OPTION_HTTPS_MEM_TRUST : MHD_OPTION_END, 0, trust },
        { MHD_OPTION_END, 0, NULL },
    };
    const struct MHD_OptionItem no_items[] = { { MHD_OPTION_END, 0, NULL } };

    if (inet_pton(AF_INET, address, &to.sin_addr) != 1)
        return hv_error_set(err, HV_E_CONFIG, "host %s: %s is no IPv4 address", sim_host_name(host->service.host), address);
    if (listener->tls)
        flags |= MHD_USE_TLS;
    listener->daemon = MHD_start_daemon(flags, port, NULL, NULL, on_request, listener, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
                                        MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&to, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
                                        NULL, MHD_OPTION_NOTIFY_CONNECTION, on_connection, NULL,
                                        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_CONNECTION_LIMIT,
                                        (unsigned)MAX_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
                                        MHD_OPTION_ARRAY, listener->tls ? tls_items : no_items, MHD_OPTION_END);
    if (!listener->daemon)
        return hv_error_set(err, HV_E_UNREACHABLE, "cannot listen on %s port %u: %s", address, port, strerror(errno));
    info = MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_BIND_PORT);
    listener->port = info ? info->port : 0;
    info = MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    listener->epoll_fd = info ? info->epoll_fd : -1;
    return 0;
}

static int add_listener(struct sim_server *server, struct host *host, bool tls, uint16_t port, struct hv_error *err) {
    struct listener *listener = &server->listeners[server->n_listeners];
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = listener };
    int rc;

    *listener = (struct listener){ .server = server, .service = &host->service, .tls = tls };
    rc = start_daemon(listener, host, port, err);
    if (rc < 0)
        return rc;
    server->n_listeners++;
    if (epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, listener->epoll_fd, &event) < 0)
        return hv_error_set(err, HV_E_INTERNAL, "cannot watch a listener: %s", strerror(errno));
    return 0;
}

static int config_error(const struct sim_host *host, const char *key, struct hv_error *err) {
    return hv_error_set(err, HV_E_CONFIG, "host %s: \"%s\" has no good value", sim_host_name(host), key);
}

/* What all hosts have, but for what this one says otherwise. */
static int make_policy(struct host *host, const struct sim_policy *common, struct hv_error *err) {
    struct sim_policy *policy = &host->service.policy;
    const struct sim_host_access access = sim_host_access(host->service.host);
    int rc = 0;

    *policy = *common;
    if (access.sign_in && !sim_offers_read(access.sign_in, &policy->offers))
        return config_error(host->service.host, "sign_in", err);
    if (access.cbt && !sim_cbt_find(access.cbt, &policy->cbt))
        return config_error(host->service.host, "cbt", err);
    if (access.allow_unencrypted) {
        policy->allow_unencrypted = hv_text_same(access.allow_unencrypted, "yes");
        if (!policy->allow_unencrypted && !hv_text_same(access.allow_unencrypted, "no"))
            return config_error(host->service.host, "allow_unencrypted", err);
    }
    if (policy->offers == SIM_OFFER_BASIC && host->service.users->n_items == 0)
        return hv_error_set(err, HV_E_ARGUMENT,
                            "nobody could sign in at host %s: give --user NAME:FILE, with the password in FILE",
                            sim_host_name(host->service.host));
    for (size_t i = 0; rc == 0 && i < access.n_certmappings; i++)
        rc = sim_certmaps_add(&host->certmaps, access.certmappings[i], err);
    if (access.n_certmappings)
        policy->certmaps = &host->certmaps;
    return rc;
}

static int make_keys(struct sim_server *server, struct host *host, struct hv_error *err) {
    const struct sim_server_options *options = &server->options;
    const struct sim_host *model = host->service.host;
    struct sim_policy *policy = &host->service.policy;
    int rc;

    if (options->cert)
        rc = sim_cert_copy(options->cert, &host->cert, err);
    else
        rc = sim_authority_issue(options->authority, sim_host_name(model), sim_host_fqdn(model), sim_host_address(model),
                                 &host->cert, err);
    policy->binding = host->cert.binding;
    policy->n_binding = host->cert.n_binding;
    if (rc == 0 && policy->offers & SIM_OFFER_CREDSSP)
        rc = sim_credssp_host_new(&host->cert, policy->credssp_tls, &host->credssp, err);
    policy->credssp = host->credssp;
    return rc;
}

static int add_listeners(struct sim_server *server, struct host *host, uint16_t port, struct hv_error *err) {
    const char *listen = sim_host_access(host->service.host).listen;
    const bool both = listen ? hv_text_same(listen, "both") : server->options.with_http;
    const bool is_https = both || !listen || hv_text_same(listen, "https");
    const bool is_http = both || (listen && hv_text_same(listen, "http"));
    int rc = 0;

    if (!is_https && !is_http)
        return config_error(host->service.host, "listen", err);
    if (is_https)
        rc = add_listener(server, host, true, port, err);
    if (rc == 0 && is_http)
        rc = add_listener(server, host, false, is_https ? 0 : port, err);
    return rc;
}

static int add_host(struct sim_server *server, size_t i, struct hv_error *err) {
    const struct sim_server_options *options = &server->options;
    struct sim_host *model = sim_fabric_host(options->fabric, i);
    struct host *host = &server->hosts[i];
    const uint16_t base = options->port_base;
    int rc;

    sim_service_init(&host->service, options->fabric, model, options->users, options->arms, &server->ids);
    if (options->enumeration_ms)
        host->service.limits.enumeration_timeout_ms = options->enumeration_ms;
    if (options->max_operations)
        host->service.limits.operations = options->max_operations;
    sim_service_behave(&host->service, options->manner);
    server->n_hosts++;
    rc = make_policy(host, &options->policy, err);
    if (rc == 0)
        rc = make_keys(server, host, err);
    if (rc == 0)
        rc = add_listeners(server, host, base ? (uint16_t)(base + i) : 0, err);
    return rc;
}

int sim_server_new(const struct sim_server_options *options, struct sim_server **ret_server, struct hv_error *err) {
    HV_CLEANUP(sim_server_free) struct sim_server *server = calloc(1, sizeof(*server));
    const size_t n = sim_fabric_n_hosts(options->fabric);
    int rc;

    if (!server)
        return hv_error_memory(err);
    server->options = *options;
    server->ids.state = options->seed;
    server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    server->hosts = calloc(n, sizeof(*server->hosts));
    server->listeners = calloc(2 * n, sizeof(*server->listeners));
    if (server->epoll_fd < 0 || !server->hosts || !server->listeners)
        return hv_error_memory(err);
    if (options->port_base && (size_t)options->port_base + n > UINT16_MAX)
        return hv_error_set(err, HV_E_ARGUMENT, "--port-base: there are not so many ports");
    rc = sim_output_init(&server->output, options->request_log, options->state_file, err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = add_host(server, i, err);
    if (rc < 0)
        return rc;
    write_state(server);
    *ret_server = server;
    server = NULL;
    return 0;
}

struct sim_server *sim_server_free(struct sim_server *server) {
    if (!server)
        return NULL;
    server->is_closing = true;
    /* A daemon with suspended connections may not be stopped. */
    for (size_t i = 0; i < server->n_held; i++)
        MHD_resume_connection(server->held[i].connection);
    for (size_t i = 0; i < server->n_listeners; i++) {
        if (server->n_held)
            (void)MHD_run(server->listeners[i].daemon);
        MHD_stop_daemon(server->listeners[i].daemon);
    }
    for (size_t i = 0; i < server->n_hosts; i++) {
        sim_service_deinit(&server->hosts[i].service);
        sim_cert_deinit(&server->hosts[i].cert);
        (void)sim_credssp_host_free(server->hosts[i].credssp);
        sim_certmaps_deinit(&server->hosts[i].certmaps);
    }
    if (server->epoll_fd >= 0)
        (void)close(server->epoll_fd);
    sim_output_deinit(&server->output);
    free(server->held);
    free(server->listeners);
    free(server->hosts);
    free(server);
    return NULL;
}

void sim_server_announce(const struct sim_server *server) {
    for (size_t i = 0; i < server->n_listeners; i++) {
        const struct listener *listener = &server->listeners[i];
        const struct sim_host *host = listener->service->host;
        const struct host *owner = NULL;

        for (size_t j = 0; j < server->n_hosts; j++)
            if (&server->hosts[j].service == listener->service)
                owner = &server->hosts[j];
        (void)printf("ready %s %s://%s:%u/wsman %s\n", sim_host_name(host), listener->tls ? "https" : "http",
                     sim_host_address(host), listener->port, listener->tls && owner ? owner->cert.fingerprint : "-");
    }
    (void)fflush(stdout);
}

/* ---- loop ---- */

static int wait_ms(const struct sim_server *server) {
    int wait = TICK_MS;

    for (size_t i = 0; i < server->n_listeners; i++) {
        unsigned long long ms = 0;
        if (MHD_get_timeout(server->listeners[i].daemon, &ms) == MHD_YES && ms < (unsigned long long)wait)
            wait = (int)ms;
    }
    for (size_t i = 0; i < server->n_held; i++) {
        int64_t left = (server->held[i].due_us - now_us()) / 1000 + 1;
        if (left < wait)
            wait = left < 0 ? 0 : (int)left;
    }
    return wait;
}

static void release_held(struct sim_server *server) {
    const int64_t now = now_us();

    for (size_t i = server->n_held; i > 0; i--) {
        if (server->held[i - 1].due_us > now)
            continue;
        if (server->held[i - 1].service)
            server->held[i - 1].service->n_held--;
        MHD_resume_connection(server->held[i - 1].connection);
        server->held[i - 1] = server->held[--server->n_held];
    }
}

int sim_server_run(struct sim_server *server, int stop_fd, struct hv_error *err) {
    struct epoll_event events[MAX_EVENTS];
    struct epoll_event stop = { .events = EPOLLIN, .data.ptr = NULL };

    if (epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, stop_fd, &stop) < 0)
        return hv_error_set(err, HV_E_INTERNAL, "cannot watch for signals: %s", strerror(errno));
    for (;;) {
        int n = epoll_wait(server->epoll_fd, events, MAX_EVENTS, wait_ms(server));

        if (n < 0 && errno != EINTR)
            return hv_error_set(err, HV_E_INTERNAL, "waiting failed: %s", strerror(errno));
        for (int i = 0; i < n; i++)
            if (!events[i].data.ptr)
                return 0;
        release_held(server);
        for (size_t i = 0; i < server->n_listeners; i++)
            (void)MHD_run(server->listeners[i].daemon);
        sim_fabric_tick(server->options.fabric, now_us());
        for (size_t i = 0; i < server->n_hosts; i++)
            sim_service_watch(&server->hosts[i].service);
        write_state(server);
    }
}
